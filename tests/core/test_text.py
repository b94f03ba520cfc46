"""Figures as people read them: near the ends never a lie, small ones never nothing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.draw.figures import figure, short
from core.draw.grids.grid import Heat
from core.text import age, change, compact, duration, number, percent, points


@pytest.mark.parametrize(
    ("fraction", "said"),
    [
        (None, "–"), (0, "0.0%"), (1, "100.0%"), (0.418, "41.8%"), (0.0004, "<0.1%"),
        (1e-9, "<0.1%"), (0.00051, "0.1%"), (0.999, "99.9%"), (1999 / 2000, ">99.9%"),
        (0.99949, "99.9%"), (1 - 1e-9, ">99.9%"), (1.5, "150.0%"), (12.5, "1,250.0%"),
        (-0.0004, ">-0.1%"), (-0.5, "-50.0%"), (sum([0.1] * 10), "100.0%"),
        (0.1 + 0.2 - 0.3, "0.0%"),
    ],
)  # fmt: skip
def test_only_nothing_is_no_percent_and_only_all_is_a_hundred(fraction, said):
    assert percent(fraction) == said


@pytest.mark.parametrize(
    ("fraction", "decimals", "said"),
    [(0.004, 0, "<1%"), (0.996, 0, ">99%"), (0.5, 0, "50%"), (0.00004, 2, "<0.01%"),
     (0.99996, 2, ">99.99%"), (1, 0, "100%"), (0, 0, "0%")],
)  # fmt: skip
def test_the_ends_are_as_near_as_the_decimals_say(fraction, decimals, said):
    assert percent(fraction, decimals) == said


@given(st.integers(1, 10**7), st.data(), st.sampled_from([0, 1, 2]))
def test_a_share_says_all_or_nothing_where_it_is(whole, data, decimals):
    part = data.draw(st.integers(0, whole))
    text = percent(part / whole, decimals)
    nothing, every = percent(0, decimals), percent(1, decimals)
    assert (text == nothing) == (part == 0)
    assert (text == every) == (part == whole)


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (121, 100, "+21.0%"), (100, 100, "+0.0%"), (0, 100, "-100.0%"), (0, 0, "0.0%"),
        (5, 0, "new"), (100_001, 100_000, "<+0.1%"), (99_999, 100_000, ">-0.1%"),
        (1, 10_000, "<-99.9%"), (19_997, 10_000, "+100.0%"), (None, 1, "–"), (1, None, "–"),
    ],
)  # fmt: skip
def test_only_what_is_the_same_did_not_change(now, before, said):
    assert change(now, before) == said


def test_percentage_points_do_likewise():
    found = [points(by) for by in (0.012, 0, 0.0001, -0.0001, -1)]
    assert found == ["+1.2pt", "+0.0pt", "<+0.1pt", ">-0.1pt", "-100.0pt"]


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [
        (1284, 0, "1,284"), (3.6, 0, "3.6"), (None, 0, "–"), (0, 2, "0.00"), (0.0005, 2, "0.0005"),
        (0.000516, 2, "0.00052"), (0.05, 2, "0.05"), (0.0123, 2, "0.012"), (0.5, 2, "0.50"),
        (1.239, 2, "1.24"), (-0.0005, 2, "-0.0005"), (0.04, 0, "0.04"), (1e-10, 0, "0.0000000001"),
        (4e-20, 2, "4.0e-20"), (1 / 3, 2, "0.33"), (2 / 3000, 2, "0.00067"),
    ],
)  # fmt: skip
def test_a_ratio_keeps_two_significant_digits(value, decimals, said):
    assert number(value, decimals) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(9_999, "9,999"), (10_000, "10K"), (999_949, "999.9K"), (999_950, "1M"), (999_999, "1M"),
     (1_250_000, "1.2M"), (999_960_000, "1B"), (-999_999, "-1M")],
)  # fmt: skip
def test_a_short_figure_takes_the_next_letter_where_it_rounds_to_it(value, said):
    assert compact(value) == said


@given(st.floats(1e-30, 1e6), st.integers(0, 3))
def test_a_figure_that_is_something_is_never_written_as_nothing(value, decimals):
    text = number(value, decimals).replace(",", "")
    assert math.isclose(float(text), value, rel_tol=0.06)
    assert float(compact(value).rstrip("KMB").replace(",", "")) > 0


@pytest.mark.parametrize(
    ("value", "unit", "full", "narrow"),
    [
        (0.0005, "number", "0.0005", "0.0005"), (0.00001234, "number", "0.000012", "0.0000123"),
        (1999 / 2000, "percent", ">99.9%", "99.95%"), (1 / 3, "percent", "33.3%", "33.3%"),
        (1 - 1e-8, "percent", ">99.9%", ">99.9%"), (0.2, "percent", "20.0%", "20%"),
        (0.004, "currency", "$0.004", "$0.004"), (0.012, "currency", "$0.01", "$0.01"),
    ],
)  # fmt: skip
def test_units_write_small_figures_as_something(value, unit, full, narrow):
    assert (figure(value, unit), short(value, unit)) == (full, narrow)


def test_a_cell_of_a_grid_has_three_places_for_the_ends_too():
    heat = Heat(1.0, False)
    assert [heat.text(rate) for rate in (0, 0.004, 0.5, 0.996, 1)] == [
        "  0",
        " <1",
        " 50",
        ">99",
        "100",
    ]
    assert [Heat(0.09, True).text(rate) for rate in (0, 0.0004, 0.013)] == ["0.0", "<.1", "1.3"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0s"), (45, "45s"), (60, "1m"), (130, "2m 10s"), (86_400 * 30, "30d")],
)
def test_durations_leave_out_what_is_zero(seconds, words):
    assert duration(seconds) == words


def test_long_ages_are_in_years():
    assert age(729 * 86_400_000) == "729 days ago"
    assert age(5_360 * 86_400_000) == "14 years ago"
