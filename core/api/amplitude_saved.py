"""Saved charts in the Dashboard REST API: JSON in the shape of the chart's kind, and CSV.

A chart has the documented shape of its kind: event segmentation for values over time, then funnels,
retention, lifetime value, session lengths and other histograms, composition, one person and lists
of people, realtime. Kinds that are not documented use the nearest of these shapes: one figure is a
series of one value, a table has a series for each numeric column, a treemap one for size and one
for intensity, and a flow one for each event over its steps, with its edges alongside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from core.answers import (
    Flow,
    Grid,
    Histogram,
    Number,
    People,
    Series,
    Shape,
    Steps,
    Table,
    Timeline,
    Treemap,
)
from core.api.amplitude import parameters as ask
from core.api.amplitude.charts import cells, nobody_yet, parts_of, value_series
from core.api.amplitude.format import left_out
from core.api.amplitude.funnels import FunnelAnswers
from core.api.amplitude.people import activity, composed, match, realtime_lines, short, user_search
from core.api.amplitude_segmentation import Drawn, bins, scaled, series
from core.api.route import Backend
from core.export import delimited, rows
from core.queries.common.question import Question
from core.queries.composite.saved_chart import chart_question, opened
from core.queries.people.search import UserSearch
from core.text import clean, things

Json = dict[str, Any]
FIGURES = ("count", "number", "percent", "duration")
"""Types of table columns that become series."""


def chart(asked: ask.Chart, backend: Backend) -> Json:
    """Return a saved chart, by id or title, in the documented shape of its kind."""
    question, answer = _answered(asked, backend)
    found: Json = SHAPE_OF[type(answer)](answer, question, backend)
    return found


def table(asked: ask.Chart, backend: Backend) -> Json:
    """Return a saved chart as CSV text under "data": its title, an empty line, its table.

    Values over time have a row per segment and a column per date; everything else is as exported.
    """
    _, answer = _answered(asked, backend)
    written = _wide(answer) if isinstance(answer, Series) else rows(answer)
    return {"data": delimited([[answer.title], [], *written])}


def _answered(asked: ask.Chart, backend: Backend) -> tuple[Question, Shape]:
    item = backend.saved.item("charts", asked.chart_id)
    question = opened(backend.engine.context(), chart_question(item.body))
    return question, backend.ask(question)


def _wide(answer: Series) -> Iterator[list[Any]]:
    yield ["Segment", *(bucket.label for bucket in answer.buckets)]
    for line in answer.lines:
        values = (scaled(answer, value) for value in line.values)
        yield [line.name or answer.title, *("" if v is None else v for v in values)]


# -- shapes


def _series(answer: Series, question: Question, backend: Backend) -> Json:
    if question.kind == "realtime":
        return {"data": realtime_lines(answer)}
    limit = getattr(question, "limit", 0)
    found = series([Drawn(answer.title, answer, line) for line in answer.lines], (), limit)
    if answer.comparison is not None:
        found["data"]["seriesCompared"] = [
            [scaled(answer, value) for value in line.previous or ()] for line in answer.lines
        ]
    return found


def _steps(answer: Steps, question: Question, backend: Backend) -> Json:
    fields = question.model_dump(mode="json", by_alias=True, exclude_unset=True)
    fields = {key: value for key, value in fields.items() if key not in ("kind", "compare")}
    funnel = FunnelAnswers(backend, fields)
    limit = getattr(question, "limit", 0)
    return {"data": funnel.elements(), "warnings": left_out([funnel], limit)}


def _by_column(answer: Grid) -> Json:
    """Rows of figures, such as weekdays by hour."""
    return {
        "data": {
            "series": [list(row.rates) for row in answer.cohorts],
            "seriesLabels": [clean(row.label) for row in answer.cohorts],
            "xValues": list(answer.columns),
        }
    }


def _grid(answer: Grid, question: Question, backend: Backend) -> Json:
    if answer.columns:
        return _by_column(answer)
    parts = parts_of(answer)
    names = [clean(" / ".join(part.group)) for part in parts]
    warnings = left_out([answer], getattr(question, "limit", 0))
    if answer.measure != "share":
        data: Json = {
            "seriesLabels": names,
            "series": [value_series(part, answer.days) for part in parts],
        }
        return {"data": data, "warnings": warnings}
    labels = sorted((row.label for row in answer.cohorts), reverse=True)
    years = len({label[:4] for label in labels}) > 1
    found = []
    for part in parts:
        own = {row.label: list(cells(row)) for row in part.cohorts}
        whole = {row.label: len(row.counts) for row in answer.cohorts}
        values = {
            short(label, year=years): own.get(label) or nobody_yet(whole[label]) for label in labels
        }
        combined = [{**cell, "retainedSetId": None} for cell in cells(part.combined)]
        found.append({"dates": list(values), "values": values, "combined": combined})
    meta = [
        {"segmentIndex": 0, "eventIndex": 0, **({"group": name} if name else {})} for name in names
    ]
    data = {"series": found, "seriesLabels": names, "seriesMeta": meta}
    return {"data": data, "warnings": warnings}


def _histogram(answer: Histogram, question: Question, backend: Backend) -> Json:
    if question.kind == "sessions":
        return {
            "data": {
                "series": [[part.count for part in answer.bins]],
                "seriesLabels": [""],
                "xValues": [f"{part.start:g}s-{part.end:g}s" for part in answer.bins],
            }
        }
    found = bins(answer.title, answer)
    if answer.groups:
        found["data"] |= {
            "series": [[part.count for part in group.bins] for group in answer.groups],
            "seriesLabels": [clean(" / ".join(group.group)) for group in answer.groups],
            "seriesMeta": [{"segmentIndex": 0, "eventIndex": 0}] * len(answer.groups),
            "seriesCollapsed": [[{"value": group.total}] for group in answer.groups],
        }
    return {**found, "warnings": left_out([answer], getattr(question, "limit", 0))}


def _table(answer: Table, question: Question, backend: Backend) -> Json:
    if question.kind == "composition":
        return {"data": composed(answer, answer.columns[0].name)}
    figures = [n for n, column in enumerate(answer.columns) if column.type in FIGURES]
    texts = [n for n in range(len(answer.columns)) if n not in figures]
    data = {
        "series": [[_figure(answer, row, n) for row in answer.rows] for n in figures],
        "seriesLabels": [answer.columns[n].name for n in figures],
        "xValues": [
            clean(" / ".join(str(row[n]) for n in texts if row[n] not in (None, "")))
            for row in answer.rows
        ],
    }
    more = ["There are more rows than shown."] if answer.truncated else []
    return {"data": data, "warnings": more}


def _figure(answer: Table, row: tuple[Any, ...], column: int) -> Any:
    value = row[column]
    percent = answer.columns[column].type == "percent" and value is not None
    return value * 100 if percent else value


def _people(answer: People, question: Question, backend: Backend) -> Json:
    if isinstance(question, UserSearch):
        return user_search(ask.UserSearch(user=question.user), backend)
    kind = "match_user_or_device_id" if answer.rows else "nomatch"
    left = answer.total - answer.offset - len(answer.rows)
    more = things(left, "more user is", "more users are")
    return {
        "matches": [match(row.user, backend) for row in answer.rows],
        "type": kind,
        "total": answer.total,
        "warnings": [f"{more} on other pages."] if left else [],
    }


def _timeline(answer: Timeline, question: Question, backend: Backend) -> Json:
    return activity(answer, backend)


def _number(answer: Number, question: Question, backend: Backend) -> Json:
    value = answer.value
    if answer.unit == "percent" and value is not None:
        value *= 100
    return {
        "data": {
            "series": [[value]],
            "seriesLabels": [answer.title],
            "seriesMeta": [{"segmentIndex": 0, "eventIndex": 0}],
            "seriesCollapsed": [[{"value": value}]],
            "xValues": [answer.last],
        }
    }


def _treemap(answer: Treemap, question: Question, backend: Backend) -> Json:
    left = answer.omitted_groups
    more = things(left, "more group is", "more groups are")
    return {
        "data": {
            "series": [
                [tile.size for tile in answer.tiles],
                [tile.intensity for tile in answer.tiles],
            ],
            "seriesLabels": [answer.size, answer.intensity],
            "xValues": [clean(tile.label) for tile in answer.tiles],
        },
        "warnings": [f"{more} left out."] if left else [],
    }


def _flow(answer: Flow, question: Question, backend: Backend) -> Json:
    counts = [{node.event: node.count for node in step.nodes} for step in answer.steps]
    names = list(dict.fromkeys(name for step in counts for name in step))
    return {
        "data": {
            "series": [[step.get(name, 0) for step in counts] for name in names],
            "seriesLabels": [clean(name) for name in names],
            "xValues": [str(step.step) for step in answer.steps],
            "edges": [
                {"step": edge.step, "from": clean(edge.after), "to": clean(edge.event),
                 "count": edge.count}
                for edge in answer.edges
            ],
        }
    }  # fmt: skip


SHAPE_OF: dict[type[Shape], Callable[[Any, Question, Backend], Json]] = {
    Series: _series, Steps: _steps, Grid: _grid, Histogram: _histogram, Table: _table,
    People: _people, Timeline: _timeline, Number: _number, Treemap: _treemap, Flow: _flow,
}  # fmt: skip
"""Shape -> how its answers become documented JSON, for all ten shapes."""
