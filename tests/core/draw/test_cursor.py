"""A cursor never stands where nothing is drawn, whatever the chart and the size."""

from __future__ import annotations

import pytest

from core.draw import Look, charts, draw, navigate
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
