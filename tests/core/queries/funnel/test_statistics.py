"""Statistics of shares and trends (definitions appendix A.11)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.queries.funnel.statistics import (
    least_squares,
    odds_ratio,
    phi,
    strength,
    two_shares,
    wilson,
)


def test_two_shares():
    found = two_shares(60, 400, 40, 400)
    assert found.z == pytest.approx(2.1442, abs=5e-5)
    assert found.significance == pytest.approx(0.9680, abs=5e-5)
    assert found.improvement == pytest.approx(0.5)
    found = two_shares(48, 400, 40, 400)
    assert (found.z, found.significance) == pytest.approx((0.9044, 0.6342), abs=5e-5)
    assert found.improvement == pytest.approx(0.2)


@pytest.mark.parametrize("counts", [(0, 0, 1, 2), (1, 2, 0, 0), (0, 3, 0, 5), (3, 3, 5, 5)])
def test_shares_that_cannot_be_compared(counts):
    assert two_shares(*counts) is None


def test_a_share_over_nothing_improves_by_no_fraction():
    assert two_shares(1, 10, 0, 10).improvement is None


def test_wilson_interval():
    assert wilson(60, 400) == pytest.approx((0.1183, 0.1883), abs=5e-5)
    assert wilson(0, 0) is None
    assert wilson(0, 10)[0] == pytest.approx(0)
    assert wilson(10, 10)[1] == pytest.approx(1)


def test_odds_ratio():
    assert odds_ratio(40, 10, 100, 200) == pytest.approx(11.6706, abs=5e-5)
    assert odds_ratio(0, 0, 0, 0) == 1


def test_phi():
    assert phi(40, 10, 100, 200) == pytest.approx(0.4427, abs=5e-5)
    assert phi(3, 0, 3, 0) is None
    assert phi(3, 2, 3, 2) is None
    assert phi(3, 0, 3, 4) == pytest.approx(1)
    assert phi(0, 4, 3, 4) == pytest.approx(-1)


def test_strength_in_words():
    words = [strength(value) for value in (0.4, -0.4, 0.39, 0.3, 0.2, 0.19, 0, None)]
    assert words == ["high", "high", "moderate", "moderate", "slight", "none", "none", "none"]


def test_least_squares():
    assert least_squares([1, 2, 2, 5]) == pytest.approx([0.7, 1.9, 3.1, 4.3])
    assert least_squares([3]) == [3]
    assert least_squares([]) == []


@settings(deadline=None)
@given(st.integers(1, 50), st.integers(1, 50), st.data())
def test_turning_success_round_turns_the_figures_round(successes, failures, data):
    s, f = data.draw(st.integers(0, successes)), data.draw(st.integers(0, failures))
    assert odds_ratio(s, f, successes, failures) == pytest.approx(
        1 / odds_ratio(f, s, failures, successes)
    )
    forward, back = phi(s, f, successes, failures), phi(f, s, failures, successes)
    assert forward == pytest.approx(-back if back is not None else None)
    low, high = wilson(s, successes)
    assert -1e-12 <= low <= s / successes + 1e-12
    assert s / successes - 1e-12 <= high <= 1 + 1e-12
