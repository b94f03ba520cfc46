"""Ranges, granularities, buckets across clock changes, comparisons (definitions 1.2 to 1.6)."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.store.ingest.batch import Days
from core.timeframe import (
    CLOCK,
    DAY,
    GRANULARITIES,
    HOUR,
    Calendar,
    alike,
    buckets,
    clock_runs,
    comparison,
    fit,
    granularity,
    resolve,
    runs,
    same_time,
    shown_part,
    to_date,
    to_day,
)
from tests.worlds.strategies import EXACT_RANGES, RANGES, ZONES

UTC = Calendar()


def at(text: str, zone: str = "UTC") -> int:
    """The UTC ms of a wall-clock time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


NOW = at("2025-04-20T12:00")  # a Sunday


def dates(text: str, calendar: Calendar = UTC, now: int = NOW, earliest: int | None = None):
    """First and last date of a range."""
    span = resolve(text, calendar, now, earliest)
    return to_date(span.first_day).isoformat(), to_date(span.last_day).isoformat()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("7d", "2025-04-14", "2025-04-20"),
        (" Last 7D ", "2025-04-14", "2025-04-20"),
        ("2w", "2025-04-07", "2025-04-20"),
        ("3m", "2025-01-20", "2025-04-20"),
        ("12m", "2024-04-20", "2025-04-20"),
        ("1y", "2024-04-21", "2025-04-20"),
        ("today", "2025-04-20", "2025-04-20"),
        ("yesterday", "2025-04-19", "2025-04-19"),
        ("wtd", "2025-04-14", "2025-04-20"),
        ("mtd", "2025-04-01", "2025-04-20"),
        ("qtd", "2025-04-01", "2025-04-20"),
        ("ytd", "2025-01-01", "2025-04-20"),
        ("last_week", "2025-04-07", "2025-04-13"),
        ("last_month", "2025-03-01", "2025-03-31"),
        ("last_quarter", "2025-01-01", "2025-03-31"),
        ("last_year", "2024-01-01", "2024-12-31"),
        ("2025-01-01,2025-01-31", "2025-01-01", "2025-01-31"),
        ("2025-01-01 , 2025-01-31", "2025-01-01", "2025-01-31"),
        ("20250101,20250131", "2025-01-01", "2025-01-31"),
        ("2025-01-01..2025-01-31", "2025-01-01", "2025-01-31"),
    ],
)
def test_ranges(text, first, last):
    assert dates(text) == (first, last)


def test_months_are_clamped_to_the_end_of_shorter_ones():
    assert dates("1m", now=at("2025-03-31T12:00"))[0] == "2025-02-28"
    assert dates("1m", now=at("2024-03-31T12:00"))[0] == "2024-02-29"


def test_all_time_begins_with_the_first_event():
    assert dates("all_time", earliest=at("2020-02-29T23:59")) == ("2020-02-29", "2025-04-20")
    assert dates("all_time") == ("2025-04-20", "2025-04-20")


def test_weeks_can_begin_on_sunday():
    sunday = Calendar("UTC", 6)
    assert dates("wtd", sunday) == ("2025-04-20", "2025-04-20")
    assert dates("last_week", sunday) == ("2025-04-13", "2025-04-19")


def test_hours_are_exact():
    span = resolve("24h", UTC, NOW)
    assert (span.start, span.end, span.whole_days) == (NOW - DAY, NOW, False)
    midnight = resolve("24h", UTC, at("2025-04-20T00:00"))
    assert dates("24h", now=at("2025-04-20T00:00")) == ("2025-04-19", "2025-04-19")
    assert [b.label for b in buckets(midnight, "daily", UTC, midnight.end)] == ["2025-04-19"]


@pytest.mark.parametrize(
    "text",
    ["", "0d", "0h", "-1d", "7", "d", "7x", "tomorrow", "2025-01-01", "2025-02-30,2025-03-01",
     "2025-03-01,2025-02-01", "99999y", "9999-12-31,9999-12-31", "0001-01-01,0001-01-02", "1.5d"],
)  # fmt: skip
def test_bad_ranges_are_answered_with_a_sentence(text):
    with pytest.raises(BadQuestion, match="range"):
        resolve(text, UTC, NOW)


def test_granularity_words():
    assert [granularity(w) for w in ("1d", "Week", "min", "hourly")] == [
        "daily",
        "weekly",
        "minute",
        "hourly",
    ]
    with pytest.raises(BadQuestion, match="granularity"):
        granularity("fortnight")


def test_too_many_points_become_coarser():
    assert fit("minute", resolve("7d", UTC, NOW), NOW) == "hourly"
    assert fit("hourly", resolve("1y", UTC, NOW), NOW) == "daily"
    assert fit("daily", resolve("1y", UTC, NOW), NOW) == "daily"


# -- buckets


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", "2025-03-09", 23),
        ("America/New_York", "2025-11-02", 25),
        ("Europe/Amsterdam", "2025-03-30", 23),
        ("Europe/Amsterdam", "2025-10-26", 25),
        ("Australia/Lord_Howe", "2025-04-06", 24.5),
        ("Australia/Lord_Howe", "2025-10-05", 23.5),
        ("America/Santiago", "2025-09-07", 23),
    ],
)
def test_days_follow_local_midnights(zone, day, hours):
    calendar = Calendar(zone)
    now = at("2025-12-31T12:00")
    span = resolve(f"{day},{day}", calendar, now)
    assert (span.end - span.start) / HOUR == hours
    found = buckets(span, "hourly", calendar, now)
    assert sum(b.end - b.start for b in found) == span.end - span.start
    assert len({b.label for b in found}) == len(found)
    assert not any(b.partial for b in found)


def test_hours_keep_to_the_clock_through_a_change_of_half_an_hour():
    calendar = Calendar("Australia/Lord_Howe")
    span = resolve("2025-10-05,2025-10-05", calendar, at("2025-12-31T12:00"))
    labels = [b.label for b in buckets(span, "hourly", calendar, at("2025-12-31T12:00"))]
    assert labels[:4] == [
        "2025-10-05T00:00",
        "2025-10-05T01:00",
        "2025-10-05T02:30",
        "2025-10-05T03:00",
    ]
    span = resolve("2025-04-06,2025-04-06", calendar, at("2025-12-31T12:00"))
    labels = [b.label for b in buckets(span, "hourly", calendar, at("2025-12-31T12:00"))]
    assert labels[:4] == [
        "2025-04-06T00:00",
        "2025-04-06T01:00",
        "2025-04-06T01:30+1030",
        "2025-04-06T02:00",
    ]


def test_an_hour_that_happens_twice_has_two_labels():
    calendar = Calendar("Europe/Amsterdam")
    span = resolve("2025-10-26,2025-10-26", calendar, at("2025-12-31T12:00"))
    labels = [b.label for b in buckets(span, "hourly", calendar, at("2025-12-31T12:00"))]
    assert labels[2:4] == ["2025-10-26T02:00+0200", "2025-10-26T02:00+0100"]


def test_hours_of_a_zone_three_quarters_off():
    calendar = Calendar("Asia/Kathmandu")
    span = resolve("2025-04-01,2025-04-01", calendar, NOW)
    found = buckets(span, "hourly", calendar, NOW)
    assert [b.label[11:] for b in found] == [f"{h:02}:00" for h in range(24)]
    assert found[0].start % HOUR == HOUR // 4


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), st.sampled_from((*RANGES[:-1], *EXACT_RANGES)), st.integers(-40, 40))
def test_hours_of_the_day_are_those_of_the_wall_clock(zone, text, hours):
    name, middle = zone
    calendar = Calendar(name)
    span = resolve(text, calendar, at(f"{middle}T00:00", name) + hours * HOUR)
    found = list(clock_runs(span, calendar))
    assert [span.start, *(end for *_, end in found)] == [
        *(start for *_, start, _ in found),
        span.end,
    ]
    for hour, mark, start, end in found:
        for ms in {start, start + 1, *range(start, end, 7 * HOUR + 1), end - 1}:
            assert ((ms - mark) // HOUR + hour) % 24 == calendar.local(ms).hour


def test_weekdays_count_from_the_first_of_the_week():
    sunday = to_day(date(2025, 4, 13))
    assert [UTC.weekday(sunday), UTC.weekday(sunday + 1), UTC.weekday(-1)] == [6, 0, 2]
    assert [Calendar(week_start=6).weekday(day) for day in (sunday, sunday - 1)] == [0, 6]


def test_partial_buckets():
    span = resolve("2025-04-09,2025-04-30", UTC, NOW)
    weeks = buckets(span, "weekly", UTC, NOW)
    assert [(b.label, b.partial) for b in weeks] == [("2025-04-07", True), ("2025-04-14", True)]
    assert weeks[0].start == at("2025-04-09T00:00")
    whole = buckets(span, "weekly", UTC, NOW, whole=True)
    assert [b.partial for b in whole] == [False, True]
    days = buckets(span, "daily", UTC, NOW)
    assert (days[-1].label, days[-1].partial, days[-2].partial) == ("2025-04-20", True, False)
    hours = buckets(resolve("2h", UTC, NOW + 60_000), "hourly", UTC, NOW + 60_000)
    assert [b.partial for b in hours] == [True, False, True]


CASES = st.tuples(
    st.sampled_from(ZONES),
    st.sampled_from((0, 6)),
    st.integers(-40 * 24, 40 * 24),
    st.integers(0, HOUR - 1),
    st.sampled_from(RANGES + EXACT_RANGES),
    st.sampled_from(GRANULARITIES),
)


@settings(deadline=None)
@given(CASES)
def test_buckets_tile_their_range(case):
    (zone, middle), week_start, hours, ms, text, unit = case
    calendar = Calendar(zone, week_start)
    now = at(f"{middle}T00:00", zone) + hours * HOUR + ms
    span = resolve(text, calendar, now, now - 50 * DAY)
    unit = fit(unit, span, now)
    found = buckets(span, unit, calendar, now)
    assert found[0].start == span.start
    for one, two in pairwise(found):
        assert one.end == two.start
        assert _begins(calendar, two.start, unit, week_start), two
    assert all(b.start < b.end for b in found)
    assert found[-1].end == span.end or found[-1].start <= now < found[-1].end
    assert len({b.label for b in found}) == len(found)
    for index, start, end, size in runs(found):
        for ms in (start, end - 1):
            bucket = found[index + (ms - start) // size]
            assert bucket.start <= ms < bucket.end


def _begins(calendar: Calendar, ms: int, unit: str, week_start: int) -> bool:
    """Whether a bucket of a granularity may begin at an instant."""
    local, before = calendar.local(ms), calendar.local(ms - 1)
    if local.utcoffset() != before.utcoffset():
        return True
    if unit in CLOCK:
        return local.second == ms % 1000 == 0 and (local.minute * 60_000) % CLOCK[unit] == 0
    midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
    return (
        midnight
        and {
            "daily": True,
            "weekly": local.weekday() == week_start,
            "monthly": local.day == 1,
            "quarterly": local.day == 1 and local.month in (1, 4, 7, 10),
            "yearly": (local.month, local.day) == (1, 1),
        }[unit]
    )


@settings(deadline=None)
@given(CASES)
def test_local_days_match_the_wall_clock(case):
    (zone, middle), _, hours, ms, _, _ = case
    calendar = Calendar(zone)
    moment = at(f"{middle}T00:00", zone) + hours * HOUR + ms
    day = calendar.day_of(moment)
    assert to_date(day) == datetime.fromtimestamp(moment / 1000, ZoneInfo(zone)).date()
    assert calendar.day_start(day) <= moment < calendar.day_start(day + 1)
    assert to_day(to_date(day)) == day


ODD_ZONES = (
    ("Africa/Monrovia", "1972-01-07"),
    ("Europe/Amsterdam", "1937-07-01"),
    ("Europe/Dublin", "1916-10-01"),
    ("America/St_Johns", "2006-10-29"),
    ("America/Toronto", "1919-03-31"),
    ("America/Havana", "2025-11-02"),
    ("Pacific/Apia", "2011-12-30"),
    ("Pacific/Kwajalein", "1969-10-01"),
    ("Asia/Kolkata", "1941-10-01"),
)
"""Zones whose offset has seconds, or whose clocks change beside midnight, with a day of that."""


@pytest.mark.parametrize(("zone", "day"), ODD_ZONES)
def test_days_of_odd_zones_follow_each_other(zone, day):
    calendar = Calendar(zone)
    middle = to_day(date.fromisoformat(day))
    starts = [calendar.day_start(day) for day in range(middle - 400, middle + 400)]
    assert starts == sorted(starts)
    stored = Days(Calendar(zone))
    for number, start in enumerate(starts[:-1], middle - 400):
        following = calendar.day_start(number + 1)
        inside = {start, start + 1, start + 450_000, (start + following) // 2, following - 1}
        moments = sorted(ms for ms in inside if start <= ms < following)
        assert [calendar.day_of(ms) for ms in moments] == [number] * len(moments)
        assert stored.of(moments) == [number] * len(moments)


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("Africa/Monrovia", "1971-06-01", "1971-06-01T00:44:30"),
        ("Africa/Monrovia", "1972-01-08", "1972-01-08T00:00:00"),
        ("Europe/Amsterdam", "1937-06-30", "1937-06-29T22:40:28"),
        ("America/Havana", "2025-11-02", "2025-11-02T04:00:00"),
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00"),
        ("America/Santiago", "2025-09-07", "2025-09-07T04:00:00"),
    ],
)
def test_a_day_begins_at_its_midnight_to_the_second(zone, day, start):
    number = to_day(date.fromisoformat(day))
    assert Calendar(zone).day_start(number) == at(start)
    assert Calendar(zone).day_of(at(start)) == number
    assert Calendar(zone).day_of(at(start) - 1) < number


def test_a_minute_past_midnight_after_which_the_clock_falls_back_is_still_the_evening():
    calendar = Calendar("America/St_Johns")
    day = to_day(date(2006, 10, 29))
    evening = at("2006-10-29T02:30:30")
    assert calendar.local(evening).strftime("%d %H:%M") == "29 00:00"
    assert calendar.day_of(evening) == day - 1
    assert calendar.local(evening + HOUR).strftime("%d %H:%M") == "29 00:00"
    assert calendar.day_of(evening + HOUR) == day


# -- comparison


def compared(text: str, mode: str, now: int = NOW) -> tuple[str, str]:
    """First and last date of the period a range is compared with."""
    span = resolve(text, UTC, now)
    found = comparison(text, mode, span, UTC, now)
    return to_date(found.first_day).isoformat(), to_date(found.last_day).isoformat()


@pytest.mark.parametrize(
    ("text", "mode", "first", "last"),
    [
        ("2025-04-07,2025-04-20", "previous", "2025-03-24", "2025-04-06"),
        ("7d", "previous", "2025-04-07", "2025-04-13"),
        ("today", "previous", "2025-04-19", "2025-04-19"),
        ("wtd", "previous", "2025-04-07", "2025-04-13"),
        ("mtd", "previous", "2025-03-01", "2025-03-20"),
        ("ytd", "previous", "2024-01-01", "2024-04-19"),
        ("last_month", "previous", "2025-02-01", "2025-02-28"),
        ("last_quarter", "previous", "2024-10-01", "2024-12-31"),
        ("2025-02-01,2025-03-31", "previous", "2024-12-01", "2025-01-31"),
        ("7d", "yoy", "2024-04-14", "2024-04-20"),
        ("2024-02-29,2024-03-01", "yoy", "2023-02-28", "2023-03-01"),
    ],
)
def test_comparison_periods(text, mode, first, last):
    assert compared(text, mode) == (first, last)


def test_thirty_days_that_happen_to_be_a_month_stay_thirty_days():
    assert compared("30d", "previous", at("2025-04-30T12:00")) == ("2025-03-02", "2025-03-31")


def test_month_to_date_is_clamped_to_a_shorter_month():
    assert compared("mtd", "previous", at("2025-03-31T12:00")) == ("2025-02-01", "2025-02-28")


def test_hours_compare_with_the_hours_before():
    span = resolve("24h", UTC, NOW)
    found = comparison("24h", "previous", span, UTC, NOW)
    assert (found.start, found.end) == (NOW - 2 * DAY, NOW - DAY)


def test_dates_and_days():
    assert to_day(date(1970, 1, 1)) == 0
    assert to_date(-1) == date(1969, 12, 31)


# -- of a running period only what has passed of it


def cut_at(text: str, mode: str, now: str, zone: str = "UTC", week_start: int = 0) -> str:
    """The local end of what a range is compared with; a cut one ends just after a moment."""
    calendar = Calendar(zone, week_start)
    moment = at(now, zone)
    found = comparison(text, mode, resolve(text, calendar, moment), calendar, moment)
    assert found.start == calendar.day_start(found.first_day)
    if not found.cut:
        assert found.end == calendar.day_start(found.last_day + 1)
        return f"{to_date(found.last_day)}"
    return calendar.local(found.end - 1).isoformat()[:16]


@pytest.mark.parametrize(
    ("text", "mode", "now", "end"),
    [
        ("today", "previous", "2025-04-09T12:00", "2025-04-08T12:00"),
        ("today", "yoy", "2025-04-09T12:00", "2024-04-09T12:00"),
        ("today", "yoy", "2024-02-29T12:00", "2023-02-28T12:00"),
        ("wtd", "previous", "2025-04-09T12:00", "2025-04-02T12:00"),
        ("wtd", "yoy", "2025-04-09T12:00", "2024-04-09T12:00"),
        ("mtd", "previous", "2025-04-09T12:00", "2025-03-09T12:00"),
        ("mtd", "previous", "2025-03-28T12:00", "2025-02-28T12:00"),
        ("mtd", "previous", "2025-03-29T12:00", "2025-02-28"),
        ("mtd", "yoy", "2024-02-29T12:00", "2023-02-28"),
        ("qtd", "previous", "2025-05-15T08:30", "2025-02-14T08:30"),
        ("qtd", "previous", "2025-06-30T08:30", "2025-03-31"),
        ("ytd", "previous", "2025-03-01T08:30", "2024-02-29T08:30"),
        ("ytd", "previous", "2024-12-31T08:30", "2023-12-31"),
        ("ytd", "yoy", "2025-03-01T08:30", "2024-03-01T08:30"),
        ("2025-04-01,2025-04-30", "previous", "2025-04-09T12:00", "2025-03-09T12:00"),
        ("2025-04-07,2025-04-20", "previous", "2025-04-09T12:00", "2025-03-26T12:00"),
        ("7d", "previous", "2025-04-09T12:00", "2025-04-02"),
        ("last_month", "previous", "2025-04-09T12:00", "2025-02-28"),
        ("2025-04-01,2025-04-09", "previous", "2025-04-09T12:00", "2025-03-31"),
    ],
)
def test_as_much_is_compared_as_has_passed(text, mode, now, end):
    assert cut_at(text, mode, now) == end


def test_a_week_from_sunday_has_passed_a_day_more():
    assert cut_at("wtd", "previous", "2025-04-09T12:00", week_start=6) == "2025-04-02T12:00"
    span = resolve("wtd", Calendar("UTC", 6), at("2025-04-09T12:00"))
    found = comparison("wtd", "previous", span, Calendar("UTC", 6), at("2025-04-09T12:00"))
    assert to_date(found.first_day).isoformat() == "2025-03-30"


def test_the_hour_is_that_of_the_clock_on_days_of_23_and_25_hours():
    york = "America/New_York"
    assert cut_at("today", "previous", "2025-03-09T12:00", york) == "2025-03-08T12:00"
    assert cut_at("today", "previous", "2025-03-10T12:00", york) == "2025-03-09T12:00"
    assert cut_at("today", "previous", "2025-11-03T12:00", york) == "2025-11-02T12:00"
    calendar = Calendar(york)
    day = to_day(date(2025, 3, 9))
    skipped = same_time(at("2025-03-10T02:30", york), day, calendar)
    assert calendar.local(skipped).isoformat()[:16] == "2025-03-09T03:30"
    twice = same_time(at("2025-11-03T01:30", york), to_day(date(2025, 11, 2)), calendar)
    assert calendar.local(twice).isoformat() == "2025-11-02T01:30:00-04:00"


@settings(deadline=None)
@given(CASES, st.sampled_from(("previous", "yoy")))
def test_what_has_passed_lies_in_the_period_before(case, mode):
    (zone, middle), week_start, hours, ms, text, _ = case
    calendar = Calendar(zone, week_start)
    now = at(f"{middle}T00:00", zone) + hours * HOUR + ms
    span = resolve(text, calendar, now, now - 50 * DAY)
    found = comparison(text, mode, span, calendar, now)
    assert found.start < found.end <= max(span.start, found.start + 1) or mode == "yoy"
    assert calendar.day_of(found.start) == found.first_day
    assert calendar.day_of(found.end - 1) == found.last_day
    assert not (found.whole_days and found.cut)
    if found.cut:
        then, here = calendar.local(found.end - 1), calendar.local(now)
        skipped = then.utcoffset() != calendar.local(found.end - 1 - 2 * HOUR).utcoffset()
        assert (then.hour, then.minute) == (here.hour, here.minute) or skipped


def test_a_longer_period_before_ends_with_the_points_that_have_a_place():
    span = resolve("2025-02-01,2025-02-28", UTC, NOW)
    before = comparison("2025-02-01,2025-02-28", "previous", span, UTC, NOW)
    days = buckets(before, "daily", UTC, NOW)
    found = shown_part(before, days, 28, "daily", UTC)
    assert (before.days, found.days, found.whole_days) == (31, 28, True)
    assert shown_part(before, buckets(before, "monthly", UTC, NOW), 1, "monthly", UTC) == before


def test_buckets_with_as_many_days_are_alike():
    span = resolve("2025-04-02,2025-04-11", UTC, NOW)
    before = comparison("2025-04-02,2025-04-11", "previous", span, UTC, NOW)
    pairs = zip(*(buckets(part, "weekly", UTC, NOW) for part in (span, before)), strict=False)
    assert [alike(one, other, NOW, "weekly") for one, other in pairs] == [False, False]
    for text, expected in (("mtd", True), ("7d", False)):
        span = resolve(text, UTC, NOW)
        before = comparison(text, "previous", span, UTC, NOW)
        one, other = (buckets(part, "daily", UTC, NOW)[-1] for part in (span, before))
        assert alike(one, other, NOW, "daily") is expected


def test_a_range_may_end_at_a_time_of_its_last_day():
    span = resolve("2025-04-07,2025-04-08T12:00", Calendar("America/New_York"), NOW)
    assert span.cut
    assert span.end == at("2025-04-08T12:00", "America/New_York")
    assert resolve("2025-04-07,2025-04-08T12:00Z", UTC, NOW).end == at("2025-04-08T12:00")
    assert resolve("2025-04-07,2025-04-08T00:00", UTC, NOW).last_day == to_day(date(2025, 4, 7))
