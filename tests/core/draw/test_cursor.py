"""A cursor never stands where nothing is drawn, whatever the chart and the size."""

from __future__ import annotations

import pytest

from core.draw import Look, charts, draw, navigate
from core.draw.places import begin
from tests.worlds import drawings

ANSWERS = {
    "series": drawings.signups(),
    "groups": drawings.by_source(),
    "funnel": drawings.activation(groups=True),
    "cohorts": drawings.retention(13),
    "hours": drawings.by_hour(),
    "table": drawings.top_events(),
    "histogram": drawings.lengths(),
    "people": drawings.people(),
    "timeline": drawings.timeline(),
}


@pytest.mark.parametrize("size", [(36, 6), (58, 14), (78, 20), (118, 34)])
@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_under_the_cursor_is_drawn(name, size):
    answer = ANSWERS[name]
    for chart in charts(answer):
        for row, places in enumerate(navigate(answer, chart)):
            for column in {0, len(places) // 2, len(places) - 1}:
                lines = draw(answer, *size, Look(), chart=chart, cursor=(row, column))
                spans = [span for line in lines for span in line if span.text.strip()]
                seen = [s for s in spans if {"cursor", "row"} & set(s.style.split())]
                assert seen, (chart, row, column)


def test_a_cursor_over_time_begins_on_the_newest_complete_bucket():
    for chart, row in (("line", 0), ("bars", 0), ("number", 1)):
        rows = navigate(drawings.signups(), chart)
        assert begin(drawings.signups(), rows[row:], at_end=True) == (0, 28), chart
    assert begin(drawings.signups(), navigate(drawings.signups()), at_end=False) == (0, 0)


def test_a_cursor_on_figures_by_hour_begins_on_the_highest():
    answer = drawings.by_hour()
    row, column = begin(answer, navigate(answer), at_end=True)
    rates = answer.lines[0][1].rates
    assert row == 0
    assert rates[column - 1] == max(rate for rate in rates if rate is not None)


def test_the_period_before_has_one_colour_where_it_crosses_what_is_filled():
    lines = draw(drawings.signups(), 118, 16, Look())
    shown = [s for line in lines for s in line if "⠀" < s.text[:1] <= "⣿" and "tint" in s.style]
    assert any("muted" in span.style for span in shown)
    assert all("muted" in s.style or "series" in s.style or "grid" in s.style for s in shown)
