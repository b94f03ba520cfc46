"""The charts that an answer of each shape can be drawn as, by name.

A chart is one function of core.draw and one row here. The language, the command line, boards and
the key for the next chart all read this table.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

CHARTS: Final[dict[str, dict[str, str]]] = {
    "series": {
        "line": "core.draw.series.lines:line_chart",
        "bars": "core.draw.series.bars:bar_chart",
        "area": "core.draw.series.areas:area_chart",
        "table": "core.draw.table:series_table",
        "number": "core.draw.number:number_chart",
        "calendar": "core.draw.series.days:calendar_chart",
    },
    "steps": {
        "steps": "core.draw.funnels.steps:steps_chart",
        "small": "core.draw.funnels.small:small_chart",
    },
    "grid": {
        "grid": "core.draw.grids.grid:grid_chart",
        "curve": "core.draw.grids.curve:curve_chart",
    },
    "table": {
        "table": "core.draw.table:table_answer",
        "bars": "core.draw.table:table_bars",
    },
    "histogram": {
        "bars": "core.draw.histogram:histogram_bars",
        "table": "core.draw.histogram:histogram_table",
    },
    "treemap": {
        "map": "core.draw.treemap:treemap_chart",
        "table": "core.draw.treemap:treemap_table",
    },
    "flow": {
        "flow": "core.draw.flows.bands:flow_chart",
        "table": "core.draw.flows.tables:flow_table",
        "edges": "core.draw.flows.tables:edges_table",
        "matrix": "core.draw.flows.matrix:matrix",
    },
    "people": {"table": "core.draw.people:people_list"},
    "timeline": {"timeline": "core.draw.timeline:timeline_chart"},
    "number": {"number": "core.draw.number:number_answer"},
}
"""shape -> chart name -> module:function, the shape's default chart first."""

NAMES: Final = tuple(dict.fromkeys(name for charts in CHARTS.values() for name in charts))
"""Every chart name once, in the order of CHARTS."""


def charts_of(shapes: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the charts that answers of these shapes can be drawn as."""
    return tuple(dict.fromkeys(name for shape in shapes for name in CHARTS[shape]))


def either(names: Iterable[str]) -> str:
    """Return names as a choice: "flow, table or edges"."""
    *first, last = names
    return " or ".join(filter(None, [", ".join(first), last]))
