"""The range that a starter board shows: one that has the data, by units that suit it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Final, NamedTuple

from core.definitions.board import DEFAULT_RANGE
from core.timeframe import Calendar, add_months, to_date, to_day

LONG_RANGE: Final = "90d"
STALE_DAYS: Final = 30
"""From this age on of the newest event, ranges are dates that end with it."""

HOURLY_DAYS: Final = 2
DAILY_DAYS: Final = 92
WEEKLY_DAYS: Final = 740
"""Up to how many days a range is shown by hour, day and week; longer ones are by month."""

SHORT_DAYS: Final = 7
COHORT_DAYS: Final = 14
"""In how many days somebody can come back in a later week."""

LITTLE: Final = 0.1
"""A range with less than this share of all events does not stand for them."""


class Period(NamedTuple):
    """What a starter board shows.

    Attributes:
        range: a range text that contains data; `long` is one for cohorts.
        unit: the granularity that suits it.
        cohorts: the granularity of cohorts that suits `long`; "" if there are not even two.
        compared: whether there is data in the period before it.
    """

    range: str = DEFAULT_RANGE
    long: str = LONG_RANGE
    unit: str = "daily"
    cohorts: str = "weekly"
    compared: bool = True


def period(totals: Mapping[int, int], today: int, calendar: Calendar) -> Period:
    """Return the period to show of a workspace.

    Up to its newest event being 30 days old it is the last 30 days, or fewer if the data has just
    begun. Of data that has ended it is the last 12 months or, where these have less than a tenth
    of it, all.

    Args:
        totals: local day -> events on it; days after `today` count only if there are no others.
    """
    known = {day: total for day, total in totals.items() if day <= today} or totals
    if not known:
        return Period()
    data = _Days(known)
    if today - STALE_DAYS < data.last <= today:
        return _running(data, today)
    return _ended(data, calendar)


class _Days:
    """Totals by day that can be summed over ranges."""

    def __init__(self, totals: Mapping[int, int]) -> None:
        self._days = sorted(totals)
        self._totals = totals
        self.first, self.last = self._days[0], self._days[-1]

    def sum(self, first: int, last: int) -> int:
        """Return how many events there are in a range of days, both inclusive."""
        here = self._days[bisect_left(self._days, first) : bisect_left(self._days, last + 1)]
        return sum(self._totals[day] for day in here)

    def next(self, day: int) -> int:
        """Return the first day with events from a day on."""
        return self._days[bisect_left(self._days, day)]


def _running(data: _Days, today: int) -> Period:
    days = today - data.first + 1
    shown = next((most for most in (HOURLY_DAYS, SHORT_DAYS) if days <= most), 30)
    return Period(
        f"{shown}d",
        LONG_RANGE,
        "hourly" if shown == HOURLY_DAYS else "daily",
        "weekly" if days >= COHORT_DAYS else "",
        data.sum(today - 2 * shown + 1, today - shown) > 0,
    )


def _ended(data: _Days, calendar: Calendar) -> Period:
    first, last = data.first, data.last
    year = max(to_day(add_months(to_date(last), -12)) + 1, first)
    if data.sum(year, last) >= LITTLE * data.sum(first, last):
        first = data.next(year)
    unit = _unit(last - first + 1)
    first = calendar.period_start(first, unit)
    length = last - first + 1
    long = max(last - 89, first)
    if data.sum(long, last) < LITTLE * data.sum(first, last):
        long = first
    cohorts = "weekly" if last - long < DAILY_DAYS else "monthly"
    return Period(
        _dates(first, last),
        _dates(long, last),
        unit,
        cohorts if length >= COHORT_DAYS else "",
        data.sum(first - length, first - 1) > 0,
    )


def _unit(days: int) -> str:
    most = {"hourly": HOURLY_DAYS, "daily": DAILY_DAYS, "weekly": WEEKLY_DAYS}
    return next((unit for unit, limit in most.items() if days <= limit), "monthly")


def _dates(first: int, last: int) -> str:
    return f"{to_date(first).isoformat()},{to_date(last).isoformat()}"
