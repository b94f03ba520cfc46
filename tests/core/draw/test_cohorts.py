"""Cohort grids by a field, and as curves."""

from __future__ import annotations

from core.answers import GridGroup
from core.draw import Look, draw, plain
from core.draw.grids.curve import compared_curves
from tests.worlds import drawings


def grouped():
    """A grid by source: everybody, and two values that came back alike."""
    whole = drawings.retention(5)
    groups = tuple(
        GridGroup(group=(name,), combined=whole.combined, cohorts=whole.cohorts)
        for name in ("organic", "google ads")
    )
    return whole.model_copy(update={"breakdown": ("source",), "groups": groups})


def test_cohorts_stand_below_the_name_of_their_group():
    lines = [line.strip() for line in plain(draw(grouped(), 78, 30, Look("ascii"))).split("\n")]
    named = [lines.index(name) for name in ("everybody", "organic", "google ads")]
    assert named == sorted(named)
    assert all(lines[at + 1].startswith("Feb 19") for at in named)


def test_the_scale_of_the_shades_is_said_where_there_is_a_cursor():
    lines = draw(drawings.retention(), 100, 20, Look(), cursor=(0, 1))
    scales = [line for line in lines if sum(s.style.startswith("heat") for s in line) == 7]
    assert any(s.text.strip() == "40%" for line in scales for s in line)
    assert "shade . : - = + x * # up to 40%" in plain(
        draw(drawings.retention(), 100, 20, Look("ascii"))
    )


def test_two_periods_are_two_dated_curves_that_end_in_their_figures():
    now = drawings.retention(9)
    before = now.model_copy(update={"first": "2024-01-01", "last": "2024-02-18"})
    for look in (Look(), Look("ascii")):
        lines = compared_curves(now, before, 78, 16, look, (2, 1))
        text = plain(lines)
        assert "Jan 01" in text
        assert "Feb 18 2024" in text
        assert {"A", "B", "C"} <= set(text) or look.ascii
        assert any(line.endswith(("C 18.3% W6", "o 18.3% W6")) for line in text.split("\n"))
        assert max(map(len, text.split("\n"))) <= 78
