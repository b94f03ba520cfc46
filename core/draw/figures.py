"""Figures and dates in words: values by unit, axis steps, bucket labels, notes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from core.answers import Comparison, Series, TimeBucket
from core.answers import Line as SeriesLine
from core.draw.units import Unit, drawing_notes, in_ascii, unit_of
from core.text import compact, duration, number, percent
from core.timeframe import CLOCK, UNITS
from core.words.counted import singular

_OTHERS = frozenset(
    {
        "",
        "number",
        "percent",
        "seconds",
        "currency",
        "money",
        "share",
        "attempts",
        "pairs",
        "paths",
        "times",
        "days",
        "minutes",
        "hours",
        "weeks",
        "months",
    }
)
"""Units whose figures are written without them, or that no single thing is counted in."""


def is_counted(unit: str) -> bool:
    """Whether figures are numbers of things of which the unit is the plural: users, accounts."""
    return unit not in _OTHERS and not (isinstance(unit, Unit) and unit.symbol)


_DURATIONS = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
    86_400, 172_800, 432_000, 864_000, 1_728_000, 4_320_000, 8_640_000,
)  # fmt: skip


def figure(value: float | None, unit: str) -> str:
    """Return a value in the format of its unit; a ratio of nothing is "–"."""
    if isinstance(unit, Unit):
        return unit.write(value, narrow=False)
    if value is None or not math.isfinite(value):
        return "–"
    if unit == "percent":
        return percent(value)
    if unit == "seconds":
        return duration(value)
    if unit == "currency":
        return f"{'-' if value < 0 else ''}${number(abs(value), 2, digits=1)}"
    return number(value, 0 if is_counted(unit) or value == round(value) else 2)


def short(value: float | None, unit: str) -> str:
    """Return a value for an axis or a narrow space: "12.5K", "20%", "2m"."""
    if isinstance(unit, Unit):
        return unit.write(value, narrow=True)
    if value is None or not math.isfinite(value):
        return "–"
    if unit == "percent":
        shown = value * 100
        brief = f"{shown:g}"
        exact = abs(float(brief) - shown) <= 1e-9 * abs(shown)
        return f"{brief}%" if exact else percent(value)
    if unit == "seconds":
        return duration(value)
    if unit == "currency":
        shown = round(abs(value), 2) or abs(value)
        return f"{'-' if value < 0 else ''}${compact(shown)}"
    if abs(value) < 1 and value:
        return number(value, 1, digits=3)
    return compact(round(value, 2))


def counted(value: float | None, unit: str) -> str:
    """Return "40 users", "41.8%", "2m 10s"."""
    text = figure(value, unit)
    if not is_counted(unit):
        return text
    return f"{text} {singular(unit) if value == 1 else unit}"


BASES = (1, 2, 2.5, 5)


def steps_of(extent: float, unit: str) -> Iterator[float]:
    """Yield round distances of ticks for values that far apart, ascending.

    They are 1, 2, 2.5 or 5 times a power of ten, steps of the clock for seconds, and integers for
    counted units.
    """
    if unit == "seconds" and 10 < extent < 4_000_000:
        yield from _DURATIONS
    power = math.floor(math.log10(extent)) - 2
    if is_counted(unit):
        power = max(power, 0)
    for exponent in range(power, power + 8):
        for base in BASES:
            step = base * 10.0**exponent
            if not is_counted(unit) or step == int(step):
                yield step


def moment(label: str) -> datetime:
    """Return the local wall-clock time of a bucket label; for anything else the year 1."""
    try:
        return datetime.fromisoformat(label).replace(tzinfo=None)
    except ValueError:
        return datetime(1, 1, 1)


def day_text(when: date, *, year: bool = False) -> str:
    """Return "Apr 30" or "Apr 30 2014"."""
    return f"{when:%b %d} {when.year}" if year else f"{when:%b %d}"


def bucket_text(label: str, granularity: str, *, year: bool = False) -> str:
    """Return a bucket's name for use in a sentence: "Wed Apr 30", "week of Apr 28", "Apr 2014"."""
    when = moment(label)
    if when.year == 1:
        return label
    if granularity in CLOCK:
        return f"{day_text(when, year=year)} {when:%H:%M}{offset_text(label)}"
    if granularity == "daily":
        return f"{when:%a} {day_text(when, year=year)}"
    if granularity == "weekly":
        return f"week of {day_text(when, year=year)}"
    if granularity == "monthly":
        return f"{when:%b} {when.year}"
    if granularity == "quarterly":
        return f"Q{(when.month + 2) // 3} {when.year}"
    return str(when.year)


def offset_text(label: str) -> str:
    """Return " -04:00" for a time in an hour that occurs twice, "" for any other."""
    offset = label[16:]
    return f" {offset[:3]}:{offset[3:]}" if len(offset) == 5 else ""


def span_text(first: str | None, last: str | None) -> str:
    """Return "Apr 12 – May 11 2014" for two ISO dates, or ""."""
    if not first or not last:
        return ""
    a, b = moment(first), moment(last)
    if a.date() == b.date():
        return day_text(a, year=True)
    return f"{day_text(a, year=a.year != b.year)} – {day_text(b, year=True)}"


def compared_text(compared: Comparison) -> str:
    """Return the dates of a compared period: "Apr 07 – Apr 08 2025 until 12:00"; "" for none."""
    dates = span_text(compared.first, compared.last)
    return f"{dates} until {compared.until[11:16]}" if dates and compared.until else dates


def undated(answer: Any) -> Any:
    """Return an answer that does not say which dates it is compared with."""
    comparison = getattr(answer, "comparison", None)
    if comparison is None:
        return answer
    bare = comparison.model_copy(update={"first": "", "last": ""})
    return answer.model_copy(update={"comparison": bare})


def is_alike(answer: Series, index: int) -> bool:
    """Whether a bucket and the one it is compared with are equally long."""
    alike = answer.comparison.alike if answer.comparison else ()
    return index >= len(alike) or alike[index]


Tick = tuple[int, str]
"""Index of a bucket and the text under it."""


def time_ticks(buckets: Sequence[TimeBucket], granularity: str) -> Iterator[list[Tick]]:
    """Yield sets of axis labels on calendar boundaries, from one per bucket to ever fewer."""
    moments = [moment(b.label) for b in buckets]
    if granularity in CLOCK:
        yield from _clock_ticks(moments, [b.label[16:19] for b in buckets])
    if granularity in (*CLOCK, "daily"):
        starts = [i for i, m in enumerate(moments) if (m.hour, m.minute) == (0, 0)]
        yield [(i, day_text(moments[i])) for i in starts]
        mondays = [i for i in starts if moments[i].weekday() == 0]
        for every in (1, 2):
            yield [(i, day_text(moments[i])) for i in mondays[::every]]
    if granularity == "weekly":
        for every in (1, 2):
            yield [(i, day_text(moments[i])) for i in range(0, len(moments), every)]
    yield from _month_ticks(moments, granularity)


def _clock_ticks(moments: list[datetime], offsets: list[str]) -> Iterator[list[Tick]]:
    """Ticks by the clock; a time in an hour that occurs twice has its offset, "01:00-04"."""
    for minutes in (1, 5, 15, 30, 60, 180, 360, 720):
        yield [
            (i, day_text(m) if (m.hour, m.minute) == (0, 0) else f"{m:%H:%M}{offsets[i]}")
            for i, m in enumerate(moments)
            if (m.hour * 60 + m.minute) % minutes == 0
        ]


def _month_ticks(moments: list[datetime], granularity: str) -> Iterator[list[Tick]]:
    firsts = [
        i
        for i, m in enumerate(moments)
        if (i and (m.year, m.month) != (moments[i - 1].year, moments[i - 1].month))
        or (not i and m.day == 1)
    ]
    for months in (1, 3, 6, 12, 24, 60, 120, 240):
        chosen = [i for i in firsts if (moments[i].month - 1 + moments[i].year * 12) % months == 0]
        yield [(i, _month_text(moments[i], granularity)) for i in chosen]


def _month_text(when: datetime, granularity: str) -> str:
    if granularity == "quarterly" and when.month != 1:
        return f"Q{(when.month + 2) // 3}"
    return str(when.year) if when.month == 1 else f"{when:%b}"


def bucket_word(answer: Series) -> str:
    """Return the word for one bucket of a series: "day", "week", "5-minute bucket"."""
    first = answer.buckets[0] if answer.buckets else None
    minutes = (first.end - first.start) // 60_000 if first else 1
    if answer.granularity == "minute" and minutes > 1:
        return f"{minutes}-minute bucket"
    return UNITS.get(answer.granularity, "bucket")


def running(answer: Series) -> str:
    """Return the words for an unfinished bucket: "day not complete"."""
    return f"{bucket_word(answer)} not complete"


def whole_text(answer: Any, *, plain: bool = False) -> str:
    """Return the most important figure: a single line's for the whole range, or a funnel's end.

    It is "" if there is none, or it is of only a part of the range.

    Args:
        answer: a Series or Steps.
        plain: whether in ASCII.
    """
    if answer.shape == "steps":
        steps: tuple[Any, ...] = answer.groups[0].steps if answer.groups else ()
        return f"{percent(steps[-1].overall_rate)} end to end" if len(steps) > 1 else ""
    if len(answer.lines) != 1 or answer.lines[0].overlapping or answer.lines[0].total is None:
        return ""
    shown = in_ascii(answer) if plain else answer
    return counted(answer.lines[0].total, unit_of(shown))


def facts(answer: Series) -> list[str]:
    """Return the sentences that a reader of a series must see, its own notes last."""
    found = []
    for line in answer.lines[:1] if not answer.additive and is_counted(answer.unit) else ():
        if line.total is None or line.overlapping:
            continue
        if abs(line.total - line.bucket_sum) > 1e-9:
            found.append(_once(answer, line))
    if answer.omitted:
        groups = "group is" if answer.omitted == 1 else "groups are"
        found.append(f"{answer.omitted:,} smaller {groups} not shown.")
    return [*found, *drawing_notes(answer), *answer.notes]


def _once(answer: Series, line: SeriesLine) -> str:
    who = singular(answer.unit)
    unit = bucket_word(answer)
    whole, parts = figure(line.total, answer.unit), figure(line.bucket_sum, answer.unit)
    of = f" in {line.name}" if line.name else ""
    return f"Each {who} counts once: {whole}{of}; the {unit}s add up to {parts}."


def next_date(first: date, granularity: str, count: int) -> date:
    """Return the date `count` periods after the period that starts on `first`."""
    from core.timeframe import Calendar, to_date, to_day

    try:
        return to_date(Calendar().next_period(to_day(first), granularity, count))
    except (ValueError, OverflowError):
        return first


def period_text(cohort: str, granularity: str, period: int) -> str:
    """Return the dates of a cohort's n-th period: "Apr 01 – Apr 07"; of an hour "Apr 01 13:00"."""
    when = moment(cohort)
    first = when.date()
    if first.year == 1:
        return f"period {period}"
    if granularity == "hourly":
        when += timedelta(hours=period)
        return f"{day_text(when)} {when:%H:%M}"
    start = next_date(first, granularity, period)
    end = next_date(start, granularity, 1) - timedelta(days=1)
    return day_text(start) if start == end else f"{day_text(start)} – {day_text(end)}"


FEWEST_DAYS = 60
"""How many days a calendar is for, at least."""


def has_calendar(answer: Series) -> bool:
    """Whether a series can be drawn as a calendar: one line by day, long enough."""
    days = len(answer.buckets)
    return answer.granularity == "daily" and len(answer.lines) == 1 and days >= FEWEST_DAYS
