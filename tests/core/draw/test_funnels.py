"""Funnels: bars with what was lost, what is between two steps, and groups that scroll."""

from __future__ import annotations

from itertools import pairwise

import pytest

from core.answers import StepGroup
from core.draw import Look, draw, navigate, plain
from tests.worlds import drawings


def shown(answer, size, **options) -> list[str]:
    """A funnel drawn in ASCII, as lines."""
    return plain(draw(answer, *size, Look("ascii"), **options)).split("\n")


def test_a_bar_is_solid_for_who_went_on_and_hatched_for_who_was_lost():
    found = []
    for line in draw(drawings.activation(), 118, 12, Look("ascii")):
        sizes = {span.style: len(span.text) for span in line if span.text.strip("#.") == ""}
        if sizes.get("series0"):
            found.append((sizes["series0"], sizes.get("muted", 0)))
    assert len(found) == 5
    assert found[0][1] == 0
    for (before, _), (solid, lost) in pairwise(found):
        assert lost > 0
        assert abs(solid + lost - before) <= 1


def test_between_two_steps_stands_what_went_on():
    lines = shown(drawings.activation(), (118, 12))
    assert "v 75.0% went on   1,203 lost   median 2m 10s   p90 10m 50s" in lines[1]
    narrow = shown(drawings.activation(), (38, 12))
    assert narrow[1].strip() == "v 75.0% went on   1,203 lost"


@pytest.mark.parametrize("height", range(4, 22))
@pytest.mark.parametrize("size", [38, 58, 78, 118])
def test_the_cursor_never_stands_where_nothing_is_drawn(size, height):
    whole = drawings.activation(groups=True)
    more = tuple(StepGroup(group=(f"plan {n}",), steps=whole.groups[1].steps) for n in range(6))
    answer = whole.model_copy(update={"groups": (*whole.groups, *more)})
    for row, places in enumerate(navigate(answer)):
        for column in (0, len(places) - 1):
            lines = draw(answer, size, height, Look(), cursor=(row, column))
            assert any(s.style == "cursor" and s.text.strip() for line in lines for s in line)
    lines = shown(answer, (size, height), cursor=(13, 0))
    drawn = sum("plan " in line for line in lines)
    assert drawn == 7 or height < 10 or f"of {len(answer.groups) - 1} values" in "".join(lines)
