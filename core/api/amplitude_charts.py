"""Requests for charts: segmentation, retention, events list, lifetime value, a saved chart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from core.answers import Cohort, Grid, GridGroup, Histogram, Line, Series
from core.api import amplitude_parameters as ask
from core.api.amplitude_format import EventFormat, Segment, event_of, segments_of
from core.api.amplitude_people import labels, short
from core.api.route import Backend, Nothing
from core.errors import BadQuestion
from core.queries.base import Context
from core.text import clean
from core.timeframe import to_date

Json = dict[str, Any]
MEASURES = {
    "uniques": "users", "totals": "count", "pct_dau": "pct_dau", "average": "average",
    "histogram": "histogram", "sums": "sum", "value_avg": "avg",
}  # fmt: skip
PROPERTY = ("histogram", "sums", "value_avg")
"""Metrics of the first property an event is grouped by."""


def events_list(asked: Nothing, backend: Backend) -> Json:
    """Return this week's events with their flags (semantics 9.11)."""
    answer = backend.answer("events_list")
    names = backend.engine.context().names
    at = {column.name: place for place, column in enumerate(answer.columns)}
    found = []
    for row in answer.rows:
        name = row[at["event"]]
        flags = names.flags[names.events[name]]
        found.append(
            {
                "non_active": flags.inactive, "value": name, "totals": row[at["count"]],
                "uniques": row[at["users"]], "pct_dau": row[at["share of active"]],
                "deleted": flags.deleted, "flow_hidden": flags.flow_hidden,
                "hidden": flags.hidden, "display": flags.display or name,
            }
        )  # fmt: skip
    return {"data": found}


# -- event segmentation (8.1)


def segmentation(asked: ask.Segmentation, backend: Backend) -> Json:
    """Return one or two events over time, by segment or group."""
    events = [event_of(text, parameter) for text, parameter in asked.events]
    segments = segments_of(asked.s)
    if asked.n == "active":
        _check_active(events, backend)
    if asked.m == "formula":
        return _formula(asked, backend, events, segments)
    if asked.m == "histogram":
        return _histogram(asked, backend, events, segments)
    found = [
        (_named(event, segment, segments), backend.answer("trend", **_trend(asked, event, segment)))
        for event in events
        for segment in segments
    ]
    return _series([(name, answer, line) for name, answer in found for line in answer.lines],
                   asked.warnings)  # fmt: skip


def _check_active(events: list[EventFormat], backend: Backend) -> None:
    """Refuse n=active for an inactive event; doing any other makes a person active (8.1)."""
    names = backend.engine.context().names
    for event in events:
        id_ = names.events.get(event.event_type)
        if id_ is not None and names.flags[id_].inactive:
            raise BadQuestion(
                f"n=active does not suit {event.event_type}, which makes nobody active.",
                "Allowed for it: n=any.", parameter="n",
            )  # fmt: skip


def _trend(asked: ask.Segmentation, event: EventFormat, segment: Segment) -> Json:
    measured, by = _fields(asked, event)
    fields: Json = {
        "event": event.selector, "measure": MEASURES[asked.m], "property": measured,
        "range": asked.range, "granularity": asked.granularity, "breakdown": by or None,
        "conditions": [*event.conditions(), *segment.conditions] or None, "limit": asked.limit,
        "rolling_window": asked.rollingWindow, "rolling_average": asked.rollingAverage,
    }  # fmt: skip
    return {key: value for key, value in fields.items() if value is not None}


def _fields(asked: ask.Segmentation, event: EventFormat) -> tuple[str | None, list[str]]:
    """Return the measured property, and what to group by."""
    fields = event.fields()
    measured = None
    if asked.m in PROPERTY:
        if not fields:
            raise BadQuestion(
                f"m={asked.m} needs a property.", "Name it in group_by of e.", parameter="e"
            )
        measured, *fields = fields
    fields += asked.g
    if len(fields) > 2:
        raise BadQuestion("g: at most two properties can be grouped by.", parameter="g")
    return measured, fields


def _named(event: EventFormat, segment: Segment, segments: list[Segment]) -> str:
    several = f", segment {segment.index + 1}" if len(segments) > 1 else ""
    return f"{event.event_type}{several}"


def _series(found: list[tuple[str, Series, Line]], warnings: tuple[str, ...] = ()) -> Json:
    several = len({name for name, _, _ in found}) > 1
    data = {
        "series": [[scaled(answer, v) for v in line.values] for _, answer, line in found],
        "seriesLabels": [
            " / ".join(filter(None, [name if several or not line.name else "", line.name]))
            for name, _, line in found
        ],
        "seriesCollapsed": [[{"value": scaled(answer, line.total)}] for _, answer, line in found],
        "xValues": labels(found[0][1]) if found else [],
    }
    return {"data": data, "warnings": list(warnings)} if warnings else {"data": data}


def scaled(answer: Series, value: float | None) -> float | None:
    """Return a figure in percent where the answer has shares."""
    return value * 100 if value is not None and answer.unit == "percent" else value


def _formula(
    asked: ask.Segmentation, backend: Backend, events: list[EventFormat], segments: list[Segment]
) -> Json:
    several = len(segments) > 1
    series = []
    for event in events:
        fields = event.fields()
        conditions = [*event.conditions(), *([] if several else segments[0].conditions)]
        one: Json = {"metric": f"event:{event.event_type}"}
        one |= {"filters": conditions} if conditions else {}
        one |= {"property": fields[0]} if fields else {}
        one |= {"breakdown": asked.g[0]} if asked.g else {}
        series.append(one)
    answer = backend.answer(
        "formula", series=series, formula=asked.formula, range=asked.range,
        granularity=asked.granularity,
        segments=[{"conditions": s.conditions} for s in segments] if several else [],
    )  # fmt: skip
    if isinstance(answer, Histogram):
        return _bins(str(asked.formula), answer)
    return _series([(str(asked.formula), answer, line) for line in answer.lines], asked.warnings)


def _histogram(
    asked: ask.Segmentation, backend: Backend, events: list[EventFormat], segments: list[Segment]
) -> Json:
    if len(events) * len(segments) > 1:
        raise BadQuestion("m=histogram takes one event and one segment.", parameter="m")
    fields = _trend(asked, events[0], segments[0])
    fields.pop("granularity")
    answer = backend.answer("trend", **{k: v for k, v in fields.items() if k != "limit"})
    return _bins(events[0].event_type, answer)


def _bins(name: str, answer: Histogram) -> Json:
    counts = [part.count for part in answer.bins]
    return {
        "data": {
            "series": [counts],
            "seriesLabels": [name],
            "seriesCollapsed": [[{"value": sum(counts)}]],
            "xValues": [part.label for part in answer.bins],
        }
    }


# -- retention (7.2)


def retention(asked: ask.Retention, backend: Backend) -> Json:
    """Return cohorts by date and the combined row, of 24-hour windows."""
    segments = segments_of(asked.s)
    start, back = event_of(asked.se, "se"), event_of(asked.re, "re")
    ctx = backend.engine.context()
    dates = _dates(asked, ctx)
    answers = [
        (s, backend.answer("retention", **_cohorts(asked, start, back, s))) for s in segments
    ]
    parts = [(segment, answer, part) for segment, answer in answers for part in parts_of(answer)]
    return {
        "data": {
            "series": [
                _cohort_series(asked, answer, part, ctx.today, dates) for _, answer, part in parts
            ],
            "seriesMeta": [
                {"segmentIndex": segment.index, "eventIndex": 0, **_named_group(part)}
                for segment, _, part in parts
            ],
        }
    }


def parts_of(answer: Grid) -> tuple[GridGroup, ...]:
    """Return the groups of a grid, or everybody as one."""
    if answer.breakdown:
        return answer.groups
    return (GridGroup(cohorts=answer.cohorts, combined=answer.combined),)


def _named_group(part: GridGroup) -> Json:
    return {"group": clean(" / ".join(part.group))} if part.group else {}


def _cohorts(asked: ask.Retention, start: EventFormat, back: EventFormat, segment: Segment) -> Json:
    mode = {"n-day": "n_day", "rolling": "unbounded", "bracket": "bracket"}[asked.rm]
    fields: Json = {
        "start_event": start.selector, "return_event": back.selector, "range": asked.range,
        "granularity": asked.granularity, "cohort": "every", "basis": "24h", "mode": mode,
        "conditions": [*start.conditions(), *segment.conditions] or None,
        "return_filters": back.conditions() or None, "brackets": _brackets(asked),
        "breakdown": list(asked.g) or None,
        "periods": None if asked.rb else _periods(asked),
    }  # fmt: skip
    return {key: value for key, value in fields.items() if value is not None}


def _periods(asked: ask.Retention) -> int:
    """As many periods as the range has, within what is allowed."""
    size = {"1": 1, "7": 7, "30": 30}[asked.i]
    return max(min(-(-asked.days // size), 90 if size == 1 else 52), 1)


def _brackets(asked: ask.Retention) -> Any:
    if asked.rb is None:
        return None
    try:
        return json.loads(asked.rb)
    except (ValueError, RecursionError):
        raise BadQuestion("rb is not JSON.", "For example [[0, 5]].", parameter="rb") from None


def _cohort_series(
    asked: ask.Retention, answer: Grid, part: GridGroup, today: int, dates: list[int]
) -> Json:
    """Return every cohort of the range, latest first; one without a start has cells of nobody."""
    rows = {row.label: row for row in part.cohorts}
    years = asked.start[:4] != asked.end[:4]
    values = {}
    for day in sorted(dates, reverse=True):
        label = to_date(day).isoformat()
        cells = list(_cells(rows[label])) if label in rows else _nobody(asked, answer, today - day)
        values[short(label, year=years)] = cells
    return {
        "dates": list(values),
        "values": values,
        "combined": [{**cell, "retainedSetId": None} for cell in _cells(part.combined)],
    }


def _dates(asked: ask.Retention, ctx: Context) -> list[int]:
    """The first day of every cohort that the range may have by now."""
    span, starts = ctx.span(asked.range), ctx.calendar.period_start
    last = min(span.last_day, ctx.today)
    return sorted({starts(d, asked.granularity) for d in range(span.first_day, last + 1)})


def _nobody(asked: ask.Retention, answer: Grid, days: int) -> list[Json]:
    """Cells of a cohort that began so many days ago, as far as their windows have begun."""
    starts = [first for first, _ in answer.brackets] or [
        n * int(asked.i) for n in range(answer.periods)
    ]
    return [{"count": 0, "outof": 0, "incomplete": False} for at in starts if at <= days]


def _cells(row: Cohort) -> Iterator[Json]:
    for at, count in enumerate(row.counts):
        outof = row.sizes[at] if row.sizes else row.size
        yield {"count": count, "outof": outof, "incomplete": row.incomplete[at]}


# -- lifetime value (9.5)

LTV = {"0": "arpu", "1": "arppu", "2": "revenue", "3": "paying_users"}
NINETY = tuple(range(1, 91))


def ltv(asked: ask.Ltv, backend: Backend) -> Json:
    """Return what new people brought within 1 to 90 days, by when they were new."""
    answers = [
        backend.answer(
            "ltv", metric=LTV[asked.m], range=asked.range, granularity=asked.granularity,
            days=NINETY, breakdown=list(asked.g) or None, event="revenue_amount",
            conditions=list(segment.conditions) or None,
        )
        for segment in segments_of(asked.s)
    ]  # fmt: skip
    parts = [part for answer in answers for part in parts_of(answer)]
    return {
        "data": {
            "seriesLabels": [clean(" / ".join(part.group)) for part in parts],
            "series": [_value_series(part) for part in parts],
        }
    }


def _value_series(part: GridGroup) -> Json:
    rows = sorted(part.cohorts, key=lambda row: row.label, reverse=True)
    return {"dates": [row.label for row in rows], "values": {r.label: _values(r) for r in rows}}


def _values(row: Cohort) -> Json:
    days = {f"r{day}d": rate for day, rate in zip(NINETY, row.rates, strict=True)}
    return {**days, "count": row.size, "paid": row.paid or 0, "total_amount": row.total or 0}


def chart(asked: ask.Chart, backend: Backend) -> Json:
    """Return a saved chart's answer in the JSON of its shape."""
    from core.queries import from_json

    item = backend.saved.item("charts", asked.chart_id)
    question = from_json(item.body["question"])
    answer = backend.engine.run(question, stop=backend.stop).answer
    return {"data": answer.model_dump(mode="json")}
