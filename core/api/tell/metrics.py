"""Requests for metrics: parameters -> question -> answer -> the query API's JSON."""

from __future__ import annotations

from typing import Any

from core.answers import Histogram
from core.api.route import Asked, Backend, Handler
from core.api.tell import parameters as ask
from core.api.tell import shapes
from core.errors import BadQuestion

Json = dict[str, Any]


def fields(asked: Asked, **more: Any) -> Json:
    """Return the parameters as a question's fields, without empty ones."""
    given = {**asked.model_dump(), **more}
    return {key: value for key, value in given.items() if value not in (None, [], ())}


def over_time(kind: str, **fixed: Any) -> Handler:
    """Return a handler that asks a question over time and returns its points."""

    def handler(asked: Asked, backend: Backend) -> Json:
        return {"data": shapes.series(backend.answer(kind, **fields(asked, **fixed)))}

    return handler


def stickiness(interval: str) -> Handler:
    """Return a handler of DAU or WAU over MAU, in percent (definitions 4.11)."""

    def handler(asked: Asked, backend: Backend) -> Json:
        answer = backend.answer("stickiness", **fields(asked, interval=interval))
        return {"data": shapes.series(answer, in_percent=True)}

    return handler


def raw_people(kind: str, **fixed: Any) -> Handler:
    """Return a handler that lists the people a question counts, a page of them."""

    def handler(asked: ask.Raw, backend: Backend) -> Json:
        given = fields(asked, **fixed)
        page = {key: given.pop(key, None) for key in ("limit", "offset")}
        given.pop("count_total", None)
        answer = backend.answer("people", of={"kind": kind, **given}, **page)
        return {"data": shapes.people(answer, count_total=asked.count_total)}

    return handler


def raw_events(asked: ask.Raw, backend: Backend) -> Json:
    """Return a page of events, of one event if it is given."""
    given = fields(asked)
    event = given.pop("name", None)
    answer = backend.answer("raw_events", event=event, **given)
    return {"data": shapes.rows(answer, asked.offset)}


def top_events(asked: ask.TopEvents, backend: Backend) -> Json:
    """Return the most frequent events."""
    answer = backend.answer("top_events", **fields(asked))
    names = {"event": "event_name", "count": "count", "users": "users"}
    return shapes.ranking(answer, names)


def custom(asked: ask.Custom, backend: Backend) -> Json:
    """Return one aggregation of a property over time (definitions 4.5)."""
    given = fields(asked)
    metric, aggregation = given.pop("metric", None), given.pop("aggregation", None)
    if aggregation and metric and aggregation != metric:
        raise BadQuestion(
            f"metric {metric!r} and aggregation {aggregation!r} differ.",
            "Give only one of them.",
            parameter="metric",
        )
    measure = aggregation or metric or "sum"
    return {"data": shapes.series(backend.answer("trend", measure=measure, **given))}


def top_sessions(asked: ask.TopSessions, backend: Backend) -> Json:
    """Return the sessions by the value of a property."""
    answer = backend.answer("sessions", metric="top", **fields(asked))
    first = answer.columns[0].name
    names = {first: asked.property, "sessions": "count", "users": "users"}
    return shapes.ranking(answer, names)


def lifecycle(asked: ask.Lifecycle, backend: Backend) -> Json:
    """Return new, returning, resurrected and dormant people per period."""
    given = fields(asked)
    return {"data": shapes.states(backend.answer("lifecycle", **given))}


def segments(asked: ask.Segments, backend: Backend) -> Json:
    """Return the eight segments; people without a session in the range are not a segment."""
    answer = backend.answer("segments", range=asked.range)
    names = {"segment": "segment", "category": "category", "users": "users"}
    found = shapes.ranked(answer, names)
    return {
        "data": [row for row, key in zip(found, answer.keys, strict=True) if key != "no_sessions"]
    }


def segment(asked: ask.Segment, backend: Backend) -> Json:
    """Return the people of one segment."""
    return {"data": shapes.people(backend.answer("segment", **fields(asked)))}


def formula(asked: ask.Formula, backend: Backend) -> Json:
    """Return a formula over time."""
    series = [fields(each) for each in asked.series]
    answer = backend.answer("formula", **{**fields(asked), "series": series})
    if isinstance(answer, Histogram):
        return {"data": shapes.histogram(answer)}
    return {"data": shapes.series(answer)}


def grouped(asked: ask.Grouped, backend: Backend) -> Json:
    """Return groups by two measures."""
    return {"data": shapes.tiles(backend.answer("grouped", **fields(asked)))}


def funnel(asked: ask.Funnel, backend: Backend) -> Json:
    """Return the steps of a funnel."""
    return {"data": shapes.funnel(backend.answer("funnel", **_steps(asked)))}


def funnel_trend(asked: ask.FunnelTrend, backend: Backend) -> Json:
    """Return a funnel's conversion over time."""
    return {"data": shapes.series(backend.answer("funnel_trend", **_steps(asked)))}


def _steps(asked: ask.Funnel) -> Json:
    return {**fields(asked), "steps": [fields(step) for step in asked.steps]}


def retention(asked: ask.Retention, backend: Backend) -> Json:
    """Return a cohort matrix."""
    answer = backend.answer("retention", **fields(asked))
    return {"data": shapes.retention(answer, answer.granularity)}


def logs(asked: ask.Logs, backend: Backend) -> Json:
    """Return log volume over time."""
    return {"data": shapes.series(backend.answer("logs", metric="volume", **fields(asked)))}


def top_logs(asked: ask.TopLogs, backend: Backend) -> Json:
    """Return logs ranked by a field, levels by severity."""
    given = fields(asked)
    by = given.pop("by")
    answer = backend.answer("logs", metric="top", breakdown=by, **given)
    names = {answer.columns[0].name: by, answer.columns[1].name: "count"}
    return shapes.ranking(answer, names)


def raw_logs(asked: ask.RawLogs, backend: Backend) -> Json:
    """Return a page of logs, newest first."""
    answer = backend.answer("logs", metric="raw", **fields(asked))
    return {"data": shapes.rows(answer, asked.offset)}
