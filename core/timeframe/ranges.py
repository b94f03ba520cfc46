"""Ranges: from a text to the span of time it means (definitions 1.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from core.errors import BadQuestion, did_you_mean
from core.timeframe.calendar import HOUR, Calendar, add_months, to_date, to_day

RANGE_WORDS: Final = (
    "today", "yesterday", "wtd", "mtd", "qtd", "ytd",
    "last_week", "last_month", "last_quarter", "last_year", "all_time",
)  # fmt: skip
RUNNING_RANGES: Final = frozenset({"today", "wtd", "mtd", "qtd", "ytd"})


@dataclass(frozen=True)
class Span:
    """A resolved range.

    Attributes:
        start, end: UTC ms, half-open.
        first_day, last_day: the local days it touches, both inclusive.
        whole_days: False for ranges in exact hours ("24h"), and where `cut`.
        running: True for periods that contain now, such as "mtd".
        cut: whole local days except the last one, of which only the time before `end` counts.
    """

    start: int
    end: int
    first_day: int
    last_day: int
    whole_days: bool = True
    running: bool = False
    cut: bool = False

    @property
    def days(self) -> int:
        """How many local days it touches."""
        return self.last_day - self.first_day + 1

    @property
    def of_days(self) -> bool:
        """Whether it consists of local days, of which the last may be cut."""
        return self.whole_days or self.cut


def days_span(first: int, last: int, calendar: Calendar, *, running: bool = False) -> Span:
    """Return the span of whole local days `first` to `last`, both inclusive."""
    return Span(
        calendar.day_start(first), calendar.day_start(last + 1), first, last, running=running
    )


COUNTED = re.compile(r"(\d{1,6})\s*([hdwmy])")
_DATES = re.compile(r"(\S+?)\s*(?:,|\.\.|\bto\b)\s*(\S+)")


def resolve(text: str, calendar: Calendar, now: int, earliest: int | None = None) -> Span:
    """Turn a range text into a span (definitions 1.3).

    Args:
        text: "30d", "24h", "12m", "mtd", "last_week", "2025-01-01,2025-01-31", ... A second date
            with a time, local unless it has an offset, is the instant before which the range ends.
        calendar: the workspace's zone and week start.
        now: the current instant, ms.
        earliest: ms of the first event, for "all_time"; None if there is none.

    Raises:
        BadQuestion: naming `range`, for anything else.
    """
    word = text.strip().lower()
    word = word.removeprefix("last ").strip() if re.match(r"last \d", word) else word
    today = calendar.day_of(now)
    counted = COUNTED.fullmatch(word)
    if counted:
        return _counted(int(counted[1]), counted[2], calendar, now, today)
    if word in RANGE_WORDS:
        first, last = _named(word, calendar, today, earliest)
        return days_span(first, last, calendar, running=word in RUNNING_RANGES)
    dates = _DATES.fullmatch(word)
    if dates:
        first, end = _parse_date(dates[1]), _parse_instant(dates[2], calendar)
        last = _parse_date(dates[2]) if end is None else calendar.day_of(end - 1)
        if last < first:
            raise BadQuestion(
                f"range {text!r} ends before it starts.",
                "Write the earlier date first.",
                parameter="range",
            )
        if end is not None:
            return cut_span(first, last, end, calendar)
        return days_span(first, last, calendar, running=first <= today < last)
    raise _bad_range(text)


def may_run(text: str) -> bool:
    """Whether a range may be a period that contains now; `Span.running` is certain."""
    word = text.strip().lower()
    return word in RUNNING_RANGES or bool(_DATES.fullmatch(word))


def _bad_range(text: str) -> BadQuestion:
    hint = did_you_mean(text.strip().lower(), RANGE_WORDS)
    return BadQuestion(
        f"range {text!r} is not known.",
        f"{hint} Allowed: 24h, 7d, 4w, 12m, 1y, {', '.join(RANGE_WORDS)}, "
        "2025-01-01,2025-01-31.".strip(),
        parameter="range",
    )


def _counted(count: int, letter: str, calendar: Calendar, now: int, today: int) -> Span:
    if count == 0:
        raise BadQuestion(
            "range must be at least 1 long.", "For example 1h, 7d or 3m.", parameter="range"
        )
    if letter == "h":
        start = now - count * HOUR
        return exact_span(start, now, calendar)
    try:
        if letter == "m":
            first = to_day(add_months(to_date(today), -count))
        else:
            first = today - {"d": 1, "w": 7, "y": 365}[letter] * count + 1
        to_date(first - 366)
        return days_span(first, today, calendar)
    except (ValueError, OverflowError) as error:
        raise BadQuestion(
            f"range {count}{letter} reaches before the year 1.",
            "Use all_time for everything.",
            parameter="range",
        ) from error


def _named(word: str, calendar: Calendar, today: int, earliest: int | None) -> tuple[int, int]:
    if word == "today":
        return today, today
    if word == "yesterday":
        return today - 1, today - 1
    if word == "all_time":
        return min(today, calendar.day_of(earliest)) if earliest is not None else today, today
    unit = {"w": "weekly", "m": "monthly", "q": "quarterly", "y": "yearly"}[
        word[0] if word.endswith("td") else word.removeprefix("last_")[0]
    ]
    start = calendar.period_start(today, unit)
    if word.endswith("td"):
        return start, today
    return calendar.period_start(start - 1, unit), start - 1


def _parse_instant(text: str, calendar: Calendar) -> int | None:
    """Return the ms of a date with a time, None for anything else."""
    if not re.match(r"\d{4}-\d\d-\d\dt\d", text):
        return None
    try:
        when = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    if when.tzinfo is None:
        return calendar.instant(when)
    return round(when.timestamp() * 1000)


def _parse_date(text: str) -> int:
    try:
        if re.fullmatch(r"\d{8}", text):
            return to_day(datetime.strptime(text, "%Y%m%d").date())
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            day = to_day(date.fromisoformat(text))
            to_date(day - 366)
            to_date(day + 366)
            return day
    except (ValueError, OverflowError):
        pass
    raise BadQuestion(
        f"range contains {text!r}, which is not a date.",
        "Write dates as 2025-01-31.",
        parameter="range",
    )


def cut_span(first: int, last: int, end: int, calendar: Calendar) -> Span:
    """Return the span of local days `first` to `last`, the last one only up to `end`."""
    if end >= calendar.day_start(last + 1):
        return days_span(first, last, calendar)
    start = calendar.day_start(first)
    return Span(start, end, first, last, whole_days=False, cut=True)


def exact_span(start: int, end: int, calendar: Calendar) -> Span:
    """Return the span between two instants in ms, excluding the second."""
    return Span(start, end, calendar.day_of(start), calendar.day_of(end - 1), whole_days=False)
