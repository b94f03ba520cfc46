"""Local days, ranges, granularities, buckets and comparison periods.

Time is UTC milliseconds inside and half-open; a *day* is the local calendar day as the number
of days since 1970-01-01 in the workspace's zone. Definitions: semantics 1.2 to 1.6.
"""

from __future__ import annotations

import calendar as _calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import BadQuestion, did_you_mean

EPOCH: Final = date(1970, 1, 1).toordinal()
HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
QUARTER: Final = 900_000
"""A quarter of an hour in ms: in nearly all zones no day begins inside one."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
MAX_POINTS: Final = 2_000

CLOCK: Final = {"minute": 60_000, "five_minute": 300_000, "hourly": HOUR}
"""Granularities cut by the clock, not the calendar -> ms."""

GRANULARITIES: Final = (*CLOCK, "daily", "weekly", "monthly", "quarterly", "yearly")
ALIASES: Final = {
    "min": "minute", "1m": "minute", "five_minutes": "five_minute", "hour": "hourly",
    "1h": "hourly", "day": "daily", "1d": "daily", "week": "weekly", "1w": "weekly",
    "month": "monthly", "quarter": "quarterly", "year": "yearly",
}  # fmt: skip
UNITS: Final = {
    "minute": "minute", "five_minute": "5 minutes", "hourly": "hour", "daily": "day",
    "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year",
}  # fmt: skip
RANGE_WORDS: Final = (
    "today", "yesterday", "wtd", "mtd", "qtd", "ytd",
    "last_week", "last_month", "last_quarter", "last_year", "all_time",
)  # fmt: skip
RUNNING_RANGES: Final = frozenset({"today", "wtd", "mtd", "qtd", "ytd"})
COMPARISONS: Final = ("previous", "yoy")


def granularity(word: str) -> str:
    """Return the granularity that `word` or one of its aliases names; BadQuestion if none."""
    folded = word.strip().lower()
    name = ALIASES.get(folded, folded)
    if name not in GRANULARITIES:
        raise BadQuestion(
            f"granularity {word!r} is not known.",
            f"Allowed: {', '.join(GRANULARITIES)}.",
            parameter="granularity",
        )
    return name


def to_date(day: int) -> date:
    """Return the calendar date of a day number."""
    return date.fromordinal(day + EPOCH)


def to_day(when: date) -> int:
    """Return the day number of a calendar date."""
    return when.toordinal() - EPOCH


@lru_cache(maxsize=65536)
def _quarter_day(zone: ZoneInfo, quarter: int) -> int | None:
    """Return the day of a whole quarter of an hour since 1970; None when a day begins inside it."""
    first = _exact_day(zone, quarter * QUARTER)
    return first if first == _exact_day(zone, (quarter + 1) * QUARTER - 1) else None


def _exact_day(zone: ZoneInfo, ms: int) -> int:
    day = to_day(_local_date(zone, ms))
    while _day_start(zone, day) > ms:
        day -= 1
    while _day_start(zone, day + 1) <= ms:
        day += 1
    return day


def _local_date(zone: ZoneInfo, ms: int) -> date:
    return datetime.fromtimestamp(ms // 1000, zone).date()


@lru_cache(maxsize=65536)
def _day_start(zone: ZoneInfo, day: int) -> int:
    """Return where a day begins: at its midnight, or at the change of clocks that skips it.

    A midnight that comes twice begins the day at its first time, unless the clock falls back into
    the evening before: then at its second, so that days follow each other.
    """
    midnight = datetime.combine(to_date(day), datetime.min.time())
    first, second = (_instant(zone, midnight.replace(fold=fold)) for fold in (0, 1))
    if first < second:
        return second if _local_date(zone, second - 1) < to_date(day) else first
    while second < first:
        between = (first + second) // 2
        if _local_date(zone, between) < to_date(day):
            second = between + 1
        else:
            first = between
    return first


def _instant(zone: ZoneInfo, wall: datetime) -> int:
    return (wall.replace(tzinfo=zone) - _EPOCH) // _MILLISECOND


@dataclass(frozen=True)
class Calendar:
    """A time zone and the first day of its week.

    Attributes:
        zone_name: IANA name, such as "Europe/Amsterdam".
        week_start: 0 for Monday, 6 for Sunday.
    """

    zone_name: str = "UTC"
    week_start: int = 0

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone itself; BadQuestion when the name is unknown."""
        try:
            return ZoneInfo(self.zone_name)
        except (KeyError, ValueError, OSError) as error:
            raise BadQuestion(
                f"time zone {self.zone_name!r} is not known.",
                "Use an IANA name such as UTC or Europe/Amsterdam.",
                parameter="zone",
            ) from error

    def day_of(self, ms: int) -> int:
        """Return the local day that an instant lies on: the last one begun by then."""
        day = _quarter_day(self.zone, ms // QUARTER)
        return _exact_day(self.zone, ms) if day is None else day

    def local(self, ms: int) -> datetime:
        """Return an instant as local wall-clock time."""
        return datetime.fromtimestamp(ms / 1000, self.zone)

    def day_start(self, day: int) -> int:
        """Return the first instant of a local day, in ms; days can last 23, 24 or 25 hours."""
        return _day_start(self.zone, day)

    def offset(self, ms: int) -> int:
        """Return how far local time is ahead of UTC at an instant, in ms."""
        return int((self.local(ms).utcoffset() or timedelta()).total_seconds() * 1000)

    def instant(self, wall: datetime) -> int:
        """Return the ms of a wall-clock time without zone, read in this zone."""
        return _instant(self.zone, wall)

    def period_start(self, day: int, unit: str) -> int:
        """Return the first day of the granularity's period that holds `day`."""
        if unit == "weekly":
            return day - (to_date(day).weekday() - self.week_start) % 7
        when = to_date(day)
        if unit == "monthly":
            return to_day(when.replace(day=1))
        if unit == "quarterly":
            return to_day(when.replace(month=3 * ((when.month - 1) // 3) + 1, day=1))
        if unit == "yearly":
            return to_day(when.replace(month=1, day=1))
        return day

    def next_period(self, first_day: int, unit: str, count: int = 1) -> int:
        """Return the first day of the period `count` periods after the one starting there."""
        if unit == "weekly":
            return first_day + 7 * count
        months = {"monthly": 1, "quarterly": 3, "yearly": 12}.get(unit)
        if months is None:
            return first_day + count
        return to_day(add_months(to_date(first_day), months * count))


def add_months(when: date, months: int) -> date:
    """Return the date `months` later (or earlier), clamped to the end of its month."""
    index = when.year * 12 + when.month - 1 + months
    year, month = divmod(index, 12)
    year = min(max(year, 1), 9999)
    last = _calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(when.day, last))


@dataclass(frozen=True)
class Span:
    """A resolved range.

    Attributes:
        start, end: UTC ms, half-open.
        first_day, last_day: the local days it touches, both inclusive.
        whole_days: False for ranges in exact hours ("24h").
        running: True for ranges that end with the running day and start with its unit.
    """

    start: int
    end: int
    first_day: int
    last_day: int
    whole_days: bool = True
    running: bool = False

    @property
    def days(self) -> int:
        """How many local days it touches."""
        return self.last_day - self.first_day + 1


def days_span(first: int, last: int, calendar: Calendar, *, running: bool = False) -> Span:
    """Return the span of whole local days `first` to `last`, both inclusive."""
    return Span(
        calendar.day_start(first), calendar.day_start(last + 1), first, last, running=running
    )


_COUNTED = re.compile(r"(\d{1,6})\s*([hdwmy])")
_DATES = re.compile(r"(\S+?)\s*(?:,|\.\.|\bto\b)\s*(\S+)")


def resolve(text: str, calendar: Calendar, now: int, earliest: int | None = None) -> Span:
    """Turn a range text into a span (semantics 1.3).

    Args:
        text: "30d", "24h", "12m", "mtd", "last_week", "2025-01-01,2025-01-31", ...
        calendar: the workspace's zone and week start.
        now: the current instant, ms.
        earliest: ms of the first event, for "all_time"; None when there is none.

    Raises:
        BadQuestion: naming `range`, for anything else.
    """
    word = text.strip().lower()
    word = word.removeprefix("last ").strip() if re.match(r"last \d", word) else word
    today = calendar.day_of(now)
    counted = _COUNTED.fullmatch(word)
    if counted:
        return _counted(int(counted[1]), counted[2], calendar, now, today)
    if word in RANGE_WORDS:
        first, last = _named(word, calendar, today, earliest)
        return days_span(first, last, calendar, running=word in RUNNING_RANGES)
    dates = _DATES.fullmatch(word)
    if dates:
        first, last = _parse_date(dates[1]), _parse_date(dates[2])
        if last < first:
            raise BadQuestion(
                f"range {text!r} ends before it starts.",
                "Write the earlier date first.",
                parameter="range",
            )
        return days_span(first, last, calendar)
    raise _bad_range(text)


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
        return _exact(start, now, calendar)
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
        f"range holds {text!r}, which is not a date.",
        "Write dates as 2025-01-31.",
        parameter="range",
    )


@dataclass(frozen=True)
class Bucket:
    """One point on the time axis.

    Attributes:
        index: position in its series, from 0.
        start, end: UTC ms, half-open, clipped to the range.
        first_day, last_day: local days, inclusive, clipped to the range.
        label: ISO text of the period's local start: "2025-04-07", "2025-04-07T13:00".
        partial: the range cuts it, or it holds now (semantics 1.4).
    """

    index: int
    start: int
    end: int
    first_day: int
    last_day: int
    label: str
    partial: bool = False


def fit(unit: str, span: Span, now: int) -> str:
    """Return `unit`, or the next coarser one that keeps the series within MAX_POINTS."""
    length = max(min(span.end, now + DAY) - span.start, 0)
    sizes = (*CLOCK.values(), DAY, 7 * DAY, 30 * DAY, 91 * DAY, 365 * DAY)
    index = GRANULARITIES.index(unit)
    while index < len(sizes) - 1 and length / sizes[index] > MAX_POINTS:
        index += 1
    return GRANULARITIES[index]


def buckets(
    span: Span, unit: str, calendar: Calendar, now: int, *, whole: bool = False
) -> list[Bucket]:
    """Cut a span into buckets, up to and including the one that holds now.

    Args:
        unit: a granularity.
        whole: keep whole periods at both ends instead of clipping them to the span.
    """
    return list(_cut(span, unit, calendar, now, whole))


@lru_cache(maxsize=16)
def _cut(span: Span, unit: str, calendar: Calendar, now: int, whole: bool) -> tuple[Bucket, ...]:
    """Return the buckets; each number of an answer asks for them again."""
    if unit in CLOCK:
        return tuple(_clock_buckets(span, CLOCK[unit], calendar, now))
    return tuple(_calendar_buckets(span, unit, calendar, now, whole))


def _calendar_buckets(
    span: Span, unit: str, calendar: Calendar, now: int, whole: bool
) -> list[Bucket]:
    found: list[Bucket] = []
    today = calendar.day_of(now)
    first = calendar.period_start(span.first_day, unit)
    while first <= min(span.last_day, today):
        following = calendar.next_period(first, unit)
        start_day, end_day = (first, following - 1)
        if not whole:
            start_day, end_day = max(first, span.first_day), min(following - 1, span.last_day)
        start, end = calendar.day_start(start_day), calendar.day_start(end_day + 1)
        if not span.whole_days and not whole:
            start, end = max(start, span.start), min(end, span.end)
        cut = start_day > first or end_day < following - 1
        found.append(
            Bucket(
                len(found),
                start,
                end,
                start_day,
                end_day,
                to_date(first).isoformat(),
                partial=cut
                or calendar.day_start(following) > now
                or (not span.whole_days and (start == span.start or end == span.end)),
            )
        )
        first = following
    return found


def _clock_buckets(span: Span, size: int, calendar: Calendar, now: int) -> list[Bucket]:
    """Buckets between marks of the local clock; a change by half an hour makes shorter ones."""
    found: list[Bucket] = []
    start = span.start
    while start < span.end and start <= now:
        mark = _mark(start, size, calendar)
        following = mark + size
        end = min(following, span.end)
        cut_short = found == [] and mark < start
        found.append(
            Bucket(
                len(found),
                start,
                end,
                calendar.day_of(start),
                calendar.day_of(end - 1),
                clock_label(mark if cut_short else start, calendar),
                partial=cut_short or end < following or following > now,
            )
        )
        start = following
    return found


def _mark(ms: int, size: int, calendar: Calendar) -> int:
    """Return the last full clock bucket of the local clock up to an instant."""
    shift = calendar.offset(ms)
    return (ms + shift) // size * size - shift


def clock_label(ms: int, calendar: Calendar) -> str:
    """Return local "2025-04-07T13:00", with the offset added in an hour that happens twice."""
    local = calendar.local(ms)
    text = local.strftime("%Y-%m-%dT%H:%M")
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return text + (local.strftime("%z") if twice else "")


def comparison(text: str, mode: str, span: Span, calendar: Calendar, now: int) -> Span:
    """Return the span that `span` is compared with (semantics 1.6).

    "previous" is the same length immediately before; whole calendar months compare with the
    calendar months before, and a running month with the same days of the month before.
    "yoy" is the same dates one year earlier, 29 February becoming 28 February.
    """
    if mode not in COMPARISONS:
        raise BadQuestion(
            f"compare {mode!r} is not known.",
            f"Allowed: {', '.join(COMPARISONS)}.",
            parameter="compare",
        )
    first, last = to_date(span.first_day), to_date(span.last_day)
    if mode == "yoy":
        if not span.whole_days:
            shift = (first - add_months(first, -12)).days * DAY
            return _exact(span.start - shift, span.end - shift, calendar)
        return days_span(to_day(add_months(first, -12)), to_day(add_months(last, -12)), calendar)
    if not span.whole_days:
        length = span.end - span.start
        return _exact(span.start - length, span.start, calendar)
    word = text.strip().lower()
    counted = _COUNTED.fullmatch(word.removeprefix("last "))
    if word in RUNNING_RANGES and word != "today":
        unit = {"w": "weekly", "m": "monthly", "q": "quarterly", "y": "yearly"}[word[0]]
        start = calendar.period_start(span.first_day - 1, unit)
        end = min(start + span.days - 1, span.first_day - 1)
        return days_span(start, end, calendar)
    if not counted and first.day == 1 and (last + timedelta(days=1)).day == 1:
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        return days_span(to_day(add_months(first, -months)), span.first_day - 1, calendar)
    return days_span(span.first_day - span.days, span.first_day - 1, calendar)


def _exact(start: int, end: int, calendar: Calendar) -> Span:
    return Span(start, end, calendar.day_of(start), calendar.day_of(end - 1), whole_days=False)


def runs(found: Sequence[Bucket]) -> Iterator[tuple[int, int, int, int]]:
    """Group buckets into runs of equal length: (first index, start ms, end ms, length ms).

    Lets SQL find a bucket by integer division even across clock changes.
    """
    index = 0
    while index < len(found):
        size = found[index].end - found[index].start
        stop = index + 1
        while stop < len(found) and found[stop].end - found[stop].start == size:
            stop += 1
        yield index, found[index].start, found[stop - 1].end, size
        index = stop


def iso(ms: int, calendar: Calendar | None = None) -> str:
    """Return an instant as ISO text with ms and offset, in UTC or the calendar's zone."""
    if calendar is None:
        return (
            datetime.fromtimestamp(ms / 1000, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z")
        )
    return calendar.local(ms).isoformat(timespec="seconds")
