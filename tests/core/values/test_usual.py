"""What is usual for a point: by points like it before it, in a band that odd days do not move."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from core.values.usual import learned, usual

MONDAY = date(2025, 1, 6)


def days(count: int) -> list[str]:
    """Labels of days in a row, from a Monday on."""
    return [(MONDAY + timedelta(days=n)).isoformat() for n in range(count)]


def test_the_example_of_the_definition() -> None:
    found = learned([10, 12, 11, 13, 12, 11, 10])
    assert found is not None
    assert found.middle == 11
    assert found.scale == pytest.approx(1.4826)
    assert found.score(30) == pytest.approx(12.82, abs=0.01)
    assert found.band() == pytest.approx((8.094, 13.906), abs=0.001)
    assert [found.unusual(x) for x in (8, 9, 13.9, 14)] == [-1, 0, 0, 1]
    assert [found.unusual(14.5, level) for level in (95, 98, 99)] == [1, 1, 0]


def test_where_most_points_are_equal_the_mean_distance_counts_and_else_everything_is_unusual() -> (
    None
):
    mostly, all_equal = learned([5, 5, 5, 5, 5, 11]), learned([5] * 6)
    assert mostly is not None
    assert all_equal is not None
    assert mostly.scale == pytest.approx(1.2533)
    assert [all_equal.score(x) for x in (4, 5, 6)] == [-math.inf, 0, math.inf]
    assert [all_equal.unusual(x) for x in (4, 5, 6)] == [-1, 0, 1]


def test_a_day_is_judged_by_its_weekday_and_never_by_itself_or_later_days() -> None:
    labels = days(60)
    values = [100.0 if n % 7 == 6 else float(n % 7) for n in range(60)]
    sunday = usual(labels, [*values[:55], 900, *values[56:]], 55, "daily")
    assert sunday is not None
    assert (sunday.middle, sunday.points, sunday.alike) == (100, 7, True)
    assert sunday == usual(labels[:56], values[:56], 55, "daily")


def test_with_few_days_of_a_weekday_all_days_of_the_window_count_and_of_few_days_none() -> None:
    found = usual(days(30), [float(n) for n in range(30)], 29, "daily")
    assert found is not None
    assert (found.middle, found.points, found.alike) == (14, 29, False)
    unknown = [None] * 24 + [1.0] * 6
    assert usual(days(30), unknown, 29, "daily") is None
    assert usual(days(30), [*unknown[:23], 1.0, *unknown[24:]], 29, "daily") is not None


def test_points_before_the_window_say_nothing() -> None:
    values = [1.0] * 10 + [2.0] * 90
    found = usual(days(101), [*values, 0.0], 100, "daily")
    assert found is not None
    assert (found.middle, found.scale, found.points) == (2, 0, 12)


def test_an_hour_is_judged_by_that_hour_of_the_days_before() -> None:
    labels = [f"2025-04-{1 + n // 24:02}T{n % 24:02}:00" for n in range(7 * 24 + 1)]
    values = [float(n % 24) for n in range(len(labels))]
    found = usual(labels, values, len(labels) - 1, "hourly")
    assert found is not None
    assert (found.middle, found.points, found.alike) == (0, 7, True)


def test_weeks_have_no_cycle() -> None:
    found = usual(days(40), [float(n) for n in range(40)], 39, "weekly")
    assert found is not None
    assert (found.points, found.alike) == (26, False)
