"""What charts look like, at 80 and 120 columns, in braille, blocks and ASCII."""

from __future__ import annotations

import pytest

from core.draw import Look, draw, text
from core.store.library.saved import Mark
from core.timeframe import DAY
from tests.worlds import drawings
from tests.worlds.golden import boxed, check

MARKS = (
    Mark(title="release 4.2", timestamp=drawings.START + 18 * DAY + 5),
    Mark(title="outage", timestamp=drawings.START + 21 * DAY, category="incident"),
    Mark(title="newsletter", timestamp=drawings.START + 21 * DAY + 9, category="post"),
)
LOOKS = {"ascii": Look("ascii"), "block": Look("block"), "braille": Look()}
SIZES = {80: (78, 12), 120: (118, 16)}


@pytest.mark.parametrize("columns", SIZES)
@pytest.mark.parametrize("glyphs", LOOKS)
def test_series_charts(glyphs, columns):
    look, (width, height) = LOOKS[glyphs], SIZES[columns]
    box = width // 2 if columns == 80 else width
    shown = [
        ("line, compared, marks", draw(drawings.signups(), width, height, look, marks=MARKS)),
        ("line with a cursor", draw(drawings.signups(), box, 10, look, cursor=(0, 18))),
        ("several lines", draw(drawings.by_source(), width, height, look)),
        ("area", draw(drawings.by_source(), box, 10, look, chart="area")),
        ("bars", draw(drawings.signups(compared=False), box, 10, look, chart="bars")),
        ("bars by source", draw(drawings.by_source(), box, 6, look, chart="bars")),
        ("stacked bars", draw(drawings.lifecycle(), width, height, look, chart="bars")),
        ("table", draw(drawings.by_source(), width, 7, look, chart="table", cursor=(1, 0))),
        ("number", draw(drawings.signups(), box, 7, look, chart="number")),
        ("too small for a chart", draw(drawings.signups(), 18, 3, look)),
    ]
    boxes = [boxed(title, lines, max(box, width)) for title, lines in shown]
    check(f"series_{glyphs}_{columns}", "\n".join(boxes))


@pytest.mark.parametrize("columns", SIZES)
@pytest.mark.parametrize("glyphs", ["ascii", "braille"])
def test_funnels(glyphs, columns):
    look, (width, _) = LOOKS[glyphs], SIZES[columns]
    shown = [
        ("one line a step", draw(drawings.activation(), width, 8, look, cursor=(2, 0))),
        ("two lines a step", draw(drawings.activation(), width - 20, 16, look)),
        ("by plan", draw(drawings.activation(groups=True), width, 14, look, cursor=(6, 2))),
        ("a narrow tile", draw(drawings.activation(), 38, 7, look)),
    ]
    check(f"funnel_{glyphs}_{columns}", "\n".join(boxed(t, lines, width) for t, lines in shown))


@pytest.mark.parametrize("columns", SIZES)
@pytest.mark.parametrize("glyphs", ["ascii", "braille"])
def test_retention_grids(glyphs, columns):
    look, (width, _) = LOOKS[glyphs], SIZES[columns]
    whole = drawings.retention(9 if columns == 80 else 13)
    shown = [
        ("with a cursor", draw(whole, width, 17, look, cursor=(4, 3))),
        ("scrolled both ways", draw(whole, 44, 9, look, cursor=(3, 8))),
    ]
    check(f"retention_{glyphs}_{columns}", "\n".join(boxed(t, ls, width) for t, ls in shown))


@pytest.mark.parametrize("glyphs", ["ascii", "braille"])
def test_lists(glyphs):
    look = LOOKS[glyphs]
    shown = [
        ("table", draw(drawings.top_events(), 78, 8, look, cursor=(1, 0))),
        ("people", draw(drawings.people(), 78, 9, look, cursor=(6, 0))),
        ("timeline", draw(drawings.timeline(), 78, 16, look, cursor=(1, 0))),
    ]
    check(f"lists_{glyphs}_80", "\n".join(boxed(title, lines, 78) for title, lines in shown))


@pytest.mark.parametrize("glyphs", ["ascii", "braille"])
def test_histograms(glyphs):
    look = LOOKS[glyphs]
    shown = [
        ("bars", draw(drawings.lengths(), 78, 8, look, cursor=(1, 0))),
        ("a narrow tile", draw(drawings.lengths(), 30, 4, look, cursor=(4, 0))),
        ("table", draw(drawings.lengths(), 78, 8, look, chart="table", cursor=(3, 0))),
    ]
    check(f"histogram_{glyphs}_80", "\n".join(boxed(title, lines, 78) for title, lines in shown))


def test_text_for_the_command_line():
    answers = [
        drawings.signups(),
        drawings.activation(),
        drawings.retention(),
        drawings.top_events(),
    ]
    check("text_80", "\n\n".join(text(answer, 80) for answer in answers))
