"""Funnels: bars with what was lost, what is between two steps, and groups that scroll."""

from __future__ import annotations

import re
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


def test_who_may_still_reach_a_step_is_not_among_the_lost():
    answer = drawings.activation()
    first, second, *rest = answer.groups[0].steps
    group = answer.groups[0].model_copy(
        update={"steps": (first, second.model_copy(update={"in_progress": 900}), *rest)}
    )
    lines = shown(answer.model_copy(update={"groups": (group, *answer.groups[1:])}), (118, 12))
    assert "v 75.0% went on   303 lost   900 still can" in lines[1]
    assert re.search("#+~+[.]+ +3,609", lines[2])


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


@pytest.mark.parametrize("size", [(118, 34), (78, 9), (36, 8)])
def test_values_stand_side_by_side_and_what_does_not_fit_is_said(size):
    whole = drawings.activation(groups=True)
    more = tuple(StepGroup(group=(f"plan {n}",), steps=whole.groups[1].steps) for n in range(6))
    answer = whole.model_copy(update={"groups": (*whole.groups, *more)})
    places = navigate(answer, "small")
    assert [len(row) for row in places] == [len(answer.groups)] * 5
    assert places[2][1].group == whole.groups[1].group
    assert places[2][1].step == 3
    for row, column in ((0, 0), (4, 3), (2, len(answer.groups) - 1)):
        lines = draw(answer, *size, Look(), chart="small", cursor=(row, column))
        (here,) = [
            s.text.strip() for x in lines for s in x if s.style == "cursor" and s.text.strip("› ")
        ]
        assert (
            here.removeprefix("›").strip()[:5] in f"{row + 1} {answer.groups[0].steps[row].named}"
        )
        assert f"of {len(answer.groups) - 1}" in plain(lines)
    first = shown(answer, size, chart="small")[0]
    assert first.count("%") == {118: 3, 78: 2, 36: 1}[size[0]]
