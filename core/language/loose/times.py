"""The clauses that a sentence has anywhere: periods, comparisons, windows and limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import MINYEAR, date, timedelta
from typing import Final

from core.timeframe import add_months, granularity

GAP: Final = " · "
"""Stands where words were taken out of a sentence: those around it are no neighbours."""

_NUMBERS: Final = {
    "a couple of": "2", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
    "seven": "7", "eight": "8", "nine": "9", "ten": "10", "twelve": "12", "thirty": "30",
}  # fmt: skip
_RUNNING: Final = {
    "day": "today", "week": "wtd", "month": "mtd", "quarter": "qtd", "year": "ytd",
}  # fmt: skip
_PAST: Final = {
    "hour": "last 1h", "day": "last 24h", "week": "last 7d", "month": "last 1m",
    "quarter": "last 3m", "year": "last 1y",
}  # fmt: skip
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_UNIT: Final = r"(minute|hour|day|week|month|quarter|year)s?"
_BEFORE: Final = r"(?:last|previous|prior|preceding|past)"
_THAN: Final = r"(?:vs\.?|versus|compared? (?:to|with)|against|relative to|than|over)"
_MONTH: Final = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY: Final = r"(?:the )?(\d{1,2})(?:st|nd|rd|th)?"
_ISO: Final = r"(\d{4}-\d\d-\d\d)"
_YEAR: Final = r"((?:19|20)\d\d)"
_TO: Final = r"(?:to|and|until|till|through|-|–)"
_UNTIL: Final = r"(?:until|till|up to|before)"
OPEN: Final = ".."
"""Begins a range that starts with the data."""

Clauses = dict[str, str]
Heard = Callable[[re.Match[str], date], Clauses]


def _month(word: str) -> int:
    return _MONTHS.index(word[:3].lower()) + 1


def _latest(month: int, day: int, today: date) -> date | None:
    """Return the newest such day that is not in the future."""
    for year in (today.year, today.year - 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    return None


def _dated(text: str) -> date | None:
    """Return the day of an ISO date, None if no calendar has it or the day before it."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found > date.min else None


def _between(first: date | None, last: date | None) -> Clauses:
    if first is None or last is None or last < first:
        return {}
    return {"range": f"{first.isoformat()}..{last.isoformat()}"}


def _from_month(year: int, month: int, count: int) -> Clauses:
    """Return the range of whole months; none if no calendar has them."""
    if year < MINYEAR:
        return {}
    first = date(year, month, 1)
    return _between(first, add_months(first, count) - timedelta(days=1))


def _whole_month(found: re.Match[str], today: date) -> Clauses:
    month = _month(found[1])
    year = int(found[2]) if found[2] else today.year - (month > today.month)
    return _from_month(year, month, 1)


def _one_day(month: str, day: str, today: date) -> Clauses:
    found = _latest(_month(month), int(day), today)
    return _between(found, found)


def _days(one: tuple[str, str], other: tuple[str, str], today: date) -> Clauses:
    last = _latest(_month(other[0]), int(other[1]), today)
    first = _latest(_month(one[0]), int(one[1]), last or today)
    return _between(first, last)


def _quarter(found: re.Match[str], today: date) -> Clauses:
    month = int(found[1]) * 3 - 2
    year = int(found[2]) if found[2] else today.year - (month > today.month)
    return _from_month(year, month, 3)


def _length(count: str, unit: str) -> str:
    """Return "7d"; of units that ranges do not have, in those that they have."""
    if unit == "quarter":
        return f"{int(count) * 3}m"
    return f"{count}{'min' if unit == 'minute' else unit[0]}"


def _past(found: re.Match[str], today: date) -> Clauses:
    return {"range": f"last {_length(found[1], found[2])}"}


def _since(found: re.Match[str], today: date) -> Clauses:
    return _between(_dated(found[1]), today)


def _month_of(word: str, year: str | None, today: date) -> date | None:
    """Return the first day of a month: of a year, or of the newest such month."""
    return date(int(year), _month(word), 1) if year else _latest(_month(word), 1, today)


def _since_last(found: re.Match[str], today: date) -> Clauses:
    first = {
        "week": today - timedelta(days=today.weekday() + 7),
        "month": add_months(today.replace(day=1), -1),
        "year": date(today.year - 1, 1, 1),
    }[found[1]]
    return _between(first, today)


def _until(day: date | None) -> Clauses:
    """Return the range up to a day that is not in it; its start is that of the data."""
    return {"range": f"{OPEN}{(day - timedelta(days=1)).isoformat()}"} if day else {}


def _span_of_months(found: re.Match[str], today: date) -> Clauses:
    last = _month_of(found[2], found[3], today)
    if last is None:
        return {}
    years = last.year - (_month(found[1]) > last.month)
    return _between(date(years, _month(found[1]), 1), add_months(last, 1) - timedelta(days=1))


def _week_of(found: re.Match[str], today: date) -> Clauses:
    """Return seven days of a month, the last ones or those from the first, eighth and so on."""
    first = _month_of(found[2], found[3], today)
    if first is None:
        return {}
    if found[1] == "last":
        first = add_months(first, 1) - timedelta(days=7)
    else:
        first += timedelta(days=7 * ("first", "second", "third", "fourth").index(found[1]))
    return _between(first, first + timedelta(days=6))


def _part_of_year(found: re.Match[str], today: date) -> Clauses:
    months = {"quarter": 3, "half": 6, "month": 1}[found[2]]
    place = ("first", "second", "third", "fourth").index(found[1]) if found[1] != "last" else (
        12 // months - 1
    )  # fmt: skip
    return _from_month(int(found[3]), place * months + 1, months) if place * months < 12 else {}


def _against(found: re.Match[str], today: date) -> Clauses:
    """Return the clauses of "this month vs last month"."""
    one, unit, other = found[1].lower(), found[2], found[3]
    range_ = f"last_{unit}" if one == "last" else _RUNNING[unit]
    return {"range": range_, "compare": "vs year" if (unit, other) != ("year", "year")
            and other == "year" else "vs prev"}  # fmt: skip


def _than(found: re.Match[str], today: date) -> Clauses:
    unit = found[1].lower()
    if unit in ("period", "time"):
        return {"compare": "vs prev"}
    return {"compare": "vs year"} if unit == "year" else {
        "compare": "vs prev", "range": _RUNNING[unit]
    }  # fmt: skip


def _months(found: re.Match[str], today: date) -> Clauses:
    """Return the later of two months that follow each other, and the days before it."""
    one, other = (_latest(_month(found[place]), 1, today) for place in (1, 2))
    if one is None or other is None:
        return {}
    first, last = min(one, other), max(one, other)
    if (last.year - first.year) * 12 + last.month - first.month != 1:
        return {}
    return _from_month(last.year, last.month, 1) | {"compare": "vs prev", "nearly": "yes"}


def _one_of_two(found: re.Match[str], today: date) -> Clauses:
    """Return the later of two months, and that people did something in only one of them."""
    clauses = _months(found, today)
    one, other = (_latest(_month(found[place]), 1, today) for place in (1, 2))
    if not clauses or one is None or other is None:
        return {}
    return clauses | {"moved": "not previous" if one > other else "previous not this"}


def _this_or_last(found: re.Match[str], today: date) -> Clauses:
    if found[1] == found[3] or found[2] != found[4]:
        return {}
    came = found[1] == "this"
    return {"range": _RUNNING[found[2]], "compare": "vs prev",
            "moved": "not previous" if came else "previous not this", "nearly": "yes"}  # fmt: skip


def _fixed(**clauses: str) -> Heard:
    return lambda found, today: dict(clauses)


_RULES: Final[Sequence[tuple[str, Heard]]] = (
    # compared
    (rf"(?:in )?(?:the )?last (\d+) ?{_UNIT} {_THAN} (?:the )?{_BEFORE} (?:\1 ?)?\2s?",
     lambda m, today: _past(m, today) | {"compare": "vs prev"}),
    (rf"(this|last) {_UNIT} (?:{_THAN}|and|with|to) (?:the )?(?:{_BEFORE}|same)(?: {_UNIT})?"
     r"(?: before)?", _against),
    (rf"(last) {_UNIT} {_THAN} (?:the )?{_UNIT} before(?: that| last)?", _against),
    (rf"yesterday {_THAN} (?:the )?day before(?: that| yesterday)?",
     _fixed(range="yesterday", compare="vs prev")),
    (rf"today {_THAN} yesterday", _fixed(range="today", compare="vs prev")),
    (r"(?:compared (?:to|with)|vs\.?|versus) the (?:day|week|month|quarter) before",
     _fixed(compare="vs prev")),
    (rf"{_THAN} yesterday", _fixed(range="today", compare="vs prev")),
    (rf"{_THAN} (?:the |this time )?{_BEFORE} (day|week|month|quarter|year|period)"
     r"(?:'s period)?", _than),
    (rf"(?:in )?{_MONTH} (?:but|and) not (?:in )?{_MONTH}(?! \d)", _one_of_two),
    (rf"(?:both )?(?:in )?(?:both )?{_MONTH} and (?:also )?in {_MONTH}(?! \d)",
     lambda m, today: _months(m, today) | {"moved": "and previous"}),
    (rf"(last|this) {_UNIT} (?:but|and) not (?:in )?(last|this) {_UNIT}", _this_or_last),
    (r"yesterday (?:but|and) not today",
     _fixed(range="today", compare="vs prev", moved="previous not this", nearly="yes")),
    (rf"(?:in |for |between )?{_MONTH} (?:{_THAN}|and|with|to) (?:in )?{_MONTH}(?! \d)", _months),
    (r"(?:week[ -]over[ -]week|wow|w/w)", _fixed(running="wtd", compare="vs prev")),
    (r"(?:month[ -]over[ -]month|mom|m/m)", _fixed(running="mtd", compare="vs prev")),
    (rf"{_THAN} (?:in )?(?:the )?(?:same (?:month|period|time|week|quarter) |{_MONTH} )?"
     r"(?:of |in )?(?:last year|the (?:previous|last) year|the year before"
     r"|an? year (?:ago|before|earlier))",
     _fixed(compare="vs year")),
    (r"(?:year[ -]over[ -]year|yoy|y/y)", _fixed(compare="vs year")),
    (r"growth(?: rate)?(?! accounting)|growing|grown", _fixed(compare="vs prev")),
    # dates
    (rf"(?:from |between )?{_ISO} ?(?:to|and|until|till|through|-|–|\.\.) ?{_ISO}",
     lambda m, today: _between(_dated(m[1]), _dated(m[2]))),
    (rf"since {_ISO}", _since),
    (r"since yesterday", lambda m, today: _between(today - timedelta(days=1), today)),
    (r"since last (week|month|year)", _since_last),
    (r"(?:since|from) (?:the )?(?:start|beginning) of (?:the |this )?(week|month|quarter|year)"
     r"(?: on| onwards?)?",
     lambda m, today: {"range": _RUNNING[m[1]]}),
    (rf"since {_MONTH} {_YEAR}",
     lambda m, today: _between(date(int(m[2]), _month(m[1]), 1), today)),
    (rf"since {_DAY} (?:of )?{_MONTH}(?!\w)",
     lambda m, today: _between(_latest(_month(m[2]), int(m[1]), today), today)),
    (rf"since {_YEAR}", lambda m, today: _between(date(int(m[1]), 1, 1), today)),
    (rf"{_UNTIL} {_ISO}", lambda m, today: _until(_dated(m[1]))),
    (rf"{_UNTIL} {_MONTH} {_DAY}(?!\d)",
     lambda m, today: _until(_latest(_month(m[1]), int(m[2]), today))),
    (rf"{_UNTIL} {_MONTH}(?: {_YEAR})?",
     lambda m, today: _until(_month_of(m[1], m[2], today))),
    (rf"{_UNTIL} {_YEAR}", lambda m, today: _until(date(int(m[1]), 1, 1))),
    (rf"(?:from |between ){_YEAR} ?{_TO} ?{_YEAR}",
     lambda m, today: _between(date(int(m[1]), 1, 1), date(int(m[2]), 12, 31))),
    (rf"(?:in |for |during ){_YEAR} and {_YEAR}",
     lambda m, today: _between(date(int(m[1]), 1, 1), date(int(m[2]), 12, 31))),
    (rf"(?:from |between ){_MONTH} ?{_TO} ?{_MONTH}"
     rf"(?: {_YEAR})?(?! \d)", _span_of_months),
    (r"(?:in |for |during )?(?:the )?(first|last|second|third|fourth) (quarter|half|month) of "
     rf"{_YEAR}", _part_of_year),
    (rf"(?:in |for |during )?(?:the )?(first|second|third|fourth|last) week of {_MONTH}"
     rf"(?: {_YEAR})?", _week_of),
    (rf"(?:in |for |during )?h([12]) (?:of )?{_YEAR}",
     lambda m, today: _from_month(int(m[2]), int(m[1]) * 6 - 5, 6)),
    (rf"(?:on )?{_ISO}", lambda m, today: _between(_dated(m[1]), _dated(m[1]))),
    (rf"(?:from |between )?{_MONTH} {_DAY} ?{_TO} ?{_MONTH} {_DAY}",
     lambda m, today: _days((m[1], m[2]), (m[3], m[4]), today)),
    (rf"(?:from |between )?{_MONTH} {_DAY} ?{_TO} ?{_DAY}(?!\d)",
     lambda m, today: _days((m[1], m[2]), (m[1], m[3]), today)),
    (rf"since {_MONTH} {_DAY}(?!\d)",
     lambda m, today: _between(_latest(_month(m[1]), int(m[2]), today), today)),
    (rf"since {_MONTH}", lambda m, today: _between(_latest(_month(m[1]), 1, today), today)),
    (rf"(?:on )?{_MONTH} {_DAY}(?!\d)", lambda m, today: _one_day(m[1], m[2], today)),
    (rf"(?:on )?{_DAY} (?:of )?{_MONTH}", lambda m, today: _one_day(m[2], m[1], today)),
    (rf"(?:in|for|during|of) {_MONTH}(?: (\d{{4}}))?", _whole_month),
    (rf"{_MONTH} (\d{{4}})", _whole_month),
    (r"(?:in |for |during )?q([1-4])(?: (?:of )?(\d{4}))?", _quarter),
    (rf"(?:in|for|during|of) {_YEAR}",
     lambda m, today: {"range": f"{m[1]}-01-01..{m[1]}-12-31"}),
    (r"(january|february|april|june|july|august|september|october|november|december)(?= [a-z])()",
     _whole_month),
    # periods up to now
    (rf"(?:in |over |during |for |from |within )?(?:the )?(?:last|past|previous|trailing) (\d+) ?"
     rf"{_UNIT}", _past),
    (r"(?:in |over |during |for |from |within )?(?:the )?(?:last|past|trailing) (\d+)(d|w|h|m)",
     lambda m, today: {"range": f"last {m[1]}{m[2]}"}),
    (r"(?:in |over |during |for |from )?(?:the )?last (hour|day)(?! of)",
     lambda m, today: {"range": _PAST[m[1]]}),
    (r"(?:in |over |during |for |from )?(?:the )?past (hour|day|week|month|quarter|year)",
     lambda m, today: {"range": _PAST[m[1]]}),
    (r"(?:in |over |during |for |from )?(?:the )?(?:last|previous) "
     r"(week|month|quarter|year)(?:'s)?",
     lambda m, today: {"range": f"last_{m[1]}"}),
    (r"(?:so far )?(?:in |for |during )?this (week|month|quarter|year)(?: so far)?(?:'s)?",
     lambda m, today: {"range": _RUNNING[m[1]]}),
    (r"(week|month|quarter|year)[ -]to[ -]date", lambda m, today: {"range": _RUNNING[m[1]]}),
    (r"(wtd|mtd|qtd|ytd)", lambda m, today: {"range": m[1]}),
    (r"(?:so far )?(today|yesterday)(?: so far)?(?:'s)?", lambda m, today: {"range": m[1]}),
    (r"since monday", _fixed(range="wtd")),
    (r"(?:of |for )?(?:all[ -]time|since (?:the )?(?:launch|beginning|start)|historically|so far"
     r"|in total|in all|overall|(?<!first )ever)", _fixed(range="all_time")),
    # windows
    (rf"(?:within|in|inside|during|over(?! \d+ ?(?:minute|hour))) (?:the |their )?(?:first )?"
     rf"(an?|\d+) ?{_UNIT}",
     lambda m, today: {"within": f"within {_length(m[1] if m[1].isdigit() else '1', m[2])}"}),
    (rf"(?:within|in|inside|during) (?:the |their )?first {_UNIT}",
     lambda m, today: {"within": f"within {_length('1', m[1])}"}),
    (r"within (\d+) ?(d|h|w|min)", lambda m, today: {"within": f"within {m[1]}{m[2]}"}),
    (r"(?:on |within )?the same day", _fixed(within="within 1d")),
    # figures of several periods
    (rf"(\d+)[ -]?{_UNIT}? (?:rolling|moving) (?:average|avg|mean)(?: of| for)?",
     lambda m, today: {"with": f"with rolling_average = {m[1]}"}),
    (rf"(?:rolling|moving) (\d+)[ -]?{_UNIT}? (?:average|avg|mean)(?: of| for)?",
     lambda m, today: {"with": f"with rolling_average = {m[1]}"}),
    (rf"(?:rolling|moving) (?:average|avg|mean)(?: of| for)?(?: (\d+)[ -]?{_UNIT})?",
     lambda m, today: {"with": f"with rolling_average = {m[1] or 7}"}),
    (rf"with an? (\d+)[ -]?{_UNIT} (?:average|avg|mean)",
     lambda m, today: {"with": f"with rolling_average = {m[1]}"}),
    (r"cumulative|cumulatively|running total(?: of)?|accumulated",
     _fixed(**{"with": "with cumulative = true"})),
    # granularity
    (rf"(?:by|per|each|every|(?<!than )(?<!over )(?<!under )(?<!least )a|for each|for every"
     rf"|grouped by) {_UNIT}(?! of (?!(?:19|20)\d\d))",
     lambda m, today: {"granularity": granularity(m[1])}),
    (r"(day|week|month|quarter)s? with the (?:most|highest|least|fewest|best)",
     lambda m, today: {"granularity": granularity(m[1])}),
    (rf"(?<=[a-z] )and (?:by |per )?{_UNIT}(?! \w)",
     lambda m, today: {"granularity": granularity(m[1])}),
    (r"(hourly|daily|weekly|monthly|quarterly|yearly)",
     lambda m, today: {"granularity": m[1]}),
    (r"(?:annual|annually)", _fixed(granularity="yearly")),
    (r"(day|week|month) (?:by|after) \1", lambda m, today: {"granularity": granularity(m[1])}),
    (r"(?:over|through|across) time|as a (?:trend|time series)|trend(?:s|ed|line)?(?: of| for| in)?"
     r"|time ?series|evolution of|history of (?!user)|growth (?:of|in)",
     _fixed(over_time="yes")),
    # how many groups
    (r"(?:the )?top (\d+)", lambda m, today: {"top": m[1], "ranked": "yes"}),
    (r"top", _fixed(ranked="yes")),
)  # fmt: skip
_COMPILED: Final = tuple(
    (re.compile(rf"(?<![\w.-])(?:{pattern})(?![\w-])", re.IGNORECASE), heard)
    for pattern, heard in _RULES
)


MOVED: Final = re.compile(
    r"\b(?:did|has|have|is|are)\b.*\b(?:go up|gone up|go down|up|down|drop\w*|f[ae]ll\w*|r[io]se\w*"
    r"|grow\w*|increas\w*|decreas\w*|declin\w*|improv\w*)\b"
)
"""Asks whether something is other than before."""


def taken(text: str, today: date) -> tuple[str, Clauses]:
    """Return a sentence without the clauses that it has, and these; of two alike the first one.

    Clauses: range, granularity, compare, within, top; whether it asks for a ranking or for
    something over time; and whether they are only nearly what was said.
    """
    for word, number in _NUMBERS.items():
        text = re.sub(rf"\b{word}(?= (?:hour|day|week|month|quarter|year|time|minute)s?\b)", number,
                      text, flags=re.IGNORECASE)  # fmt: skip
    clauses: Clauses = {}
    for pattern, heard in _COMPILED:
        for found in pattern.finditer(text):
            own = heard(found, today)
            if not own or any(key in clauses for key in own if key != "ranked"):
                continue
            text = text[: found.start()] + GAP + text[found.end() :]
            clauses |= {key: value for key, value in own.items() if key not in clauses}
            break
    if running := clauses.pop("running", ""):
        if "range" in clauses:
            clauses.setdefault("granularity", "weekly" if running == "wtd" else "monthly")
        clauses.setdefault("range", running)
    if MOVED.search(text) and re.match("last_|today|yesterday|[wmqy]td", clauses.get("range", "")):
        clauses.setdefault("compare", "vs prev")
    return " ".join(text.split()), clauses
