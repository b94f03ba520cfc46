"""Zones, local days, weeks, months: the calendar behind buckets (definitions 1.2, 1.4)."""

from __future__ import annotations

import calendar as _calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from core.errors import BadQuestion

EPOCH: Final = date(1970, 1, 1).toordinal()
HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
QUARTER: Final = 900_000
"""A quarter of an hour in ms: in nearly all zones no day begins inside one."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
MAX_POINTS: Final = 2_000

CLOCK: Final = {"minute": 60_000, "five_minute": 300_000, "hourly": HOUR}
"""Granularities that follow the clock, not the calendar -> ms."""

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


def granularity(word: str) -> str:
    """Return the granularity named by `word` or an alias; BadQuestion if there is none."""
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
    """Return the day of a quarter of an hour since 1970; None if a day begins inside it."""
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
    """Return where a day begins: at midnight, or at the clock change that skips midnight.

    If midnight occurs twice, the day begins at the first, unless the clock falls back into the
    evening before: then at the second, so that days do not overlap.
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
        """The zone itself; BadQuestion if the name is unknown."""
        try:
            return ZoneInfo(self.zone_name)
        except (KeyError, ValueError, OSError) as error:
            raise BadQuestion(
                f"time zone {self.zone_name!r} is not known.",
                "Use an IANA name such as UTC or Europe/Amsterdam.",
                parameter="zone",
            ) from error

    def day_of(self, ms: int) -> int:
        """Return the local day of an instant: the last one begun by then."""
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

    def weekday(self, day: int) -> int:
        """Return which day of the week a local day is, 0 for the first one of the week."""
        return (to_date(day).weekday() - self.week_start) % 7

    def period_start(self, day: int, unit: str) -> int:
        """Return the first day of the granularity's period that contains `day`."""
        if unit == "weekly":
            return day - self.weekday(day)
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


def iso(ms: int, calendar: Calendar | None = None) -> str:
    """Return an instant as ISO text with ms and offset, in UTC or the calendar's zone."""
    if calendar is None:
        return (
            datetime.fromtimestamp(ms / 1000, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z")
        )
    return calendar.local(ms).isoformat(timespec="seconds")
