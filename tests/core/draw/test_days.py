"""Calendars of days."""

from __future__ import annotations

import pytest

from core.draw import Look, charts, draw, navigate, plain
from core.timeframe import Calendar
from tests.worlds import drawings


def days(count: int):
    """A line over so many days from Friday, April 12."""
    one = drawings.signups(compared=False)
    line = one.lines[0].model_copy(update={"values": drawings.wave(count, 40, 20)})
    return one.model_copy(update={"buckets": drawings.buckets(count), "lines": (line,)})


def test_only_long_series_by_day_are_calendars():
    assert "calendar" in charts(days(60))
    assert "calendar" not in charts(days(59))
    assert "calendar" not in charts(drawings.lifecycle())
    assert "calendar" not in charts(drawings.by_source())


def test_weeks_are_columns_and_months_are_named():
    lines = plain(draw(days(200), 118, 12, Look("ascii"), chart="calendar")).split("\n")
    assert lines[0].split() == ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct"]
    assert [line[:4].strip() for line in lines[1:8:2]] == ["Mon", "Wed", "Fri", "Sun"]
    assert lines[1][4:7] == "   "
    assert lines[5][4:7].strip()
    assert "63 a day" in lines[8]


def test_weeks_begin_where_the_workspace_has_them_begin():
    look = Look("ascii", calendar=Calendar("UTC", 6))
    lines = plain(draw(days(90), 78, 12, look, chart="calendar")).split("\n")
    assert lines[1].startswith("Sun")
    assert navigate(days(90), "calendar", 6)[0][1].bucket == "2024-04-14"


def test_of_more_weeks_than_fit_those_around_the_cursor_are_drawn():
    answer = days(400)
    text = plain(draw(answer, 50, 12, Look("ascii"), chart="calendar", cursor=(2, 3)))
    assert "46 of 58 weeks" in text
    assert "Wed May 01 2024" in text


@pytest.mark.parametrize("size", [(20, 4), (30, 6), (40, 9), (40, 10), (78, 20), (118, 34)])
def test_every_day_under_the_cursor_is_said(size):
    answer = days(70)
    for row, places in enumerate(navigate(answer, "calendar")):
        for column in (0, 4, len(places) - 1):
            lines = draw(answer, *size, Look(), chart="calendar", cursor=(row, column))
            said = plain(lines).replace("May 0", "May 0")
            day = places[column].bucket[-2:]
            assert any(s.style == "cursor" for line in lines for s in line)
            assert f" {day}" in said
