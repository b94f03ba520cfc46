"""Requests for charts: the list of events, retention, lifetime value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.answers import Cohort, Grid, GridGroup, Series
from core.api.amplitude import parameters as ask
from core.api.amplitude.format import (
    EventFormat,
    Segment,
    clause_of,
    event_of,
    left_out,
    segments_of,
)
from core.api.amplitude.people import short
from core.api.route import Backend, Nothing
from core.catalog.events import EventFlags
from core.catalog.selectors import ANY
from core.columns import EMPTY
from core.errors import BadQuestion
from core.queries.common.context import Context
from core.text import clean
from core.timeframe import to_date

Json = dict[str, Any]


def events_list(asked: Nothing, backend: Backend) -> Json:
    """Return this week's events with their flags, deleted ones last (definitions 9.11).

    A deleted event counts nowhere, so its figures are 0. `pct_dau` is in percent, as in
    segmentation.
    """
    answer = backend.answer("events_list")
    catalog = backend.engine.context().catalog
    events = catalog.events
    at = {column.name: place for place, column in enumerate(answer.columns)}
    found = [
        _listed(
            row[at["event"]],
            events.flags[events.ids[row[at["event"]]]],
            row[at["count"]],
            row[at["users"]],
            row[at["share of active"]],
        )
        for row in answer.rows
    ]
    deleted = "select name, id from event_names where deleted order by name"
    gone = catalog.read(deleted, ())
    found += [_listed(str(name), events.flags[id_], 0, 0, 0) for name, id_ in gone]
    return {"data": found}


def _listed(name: str, flags: EventFlags, count: int, users: int, share: float | None) -> Json:
    return {
        "non_active": flags.inactive, "value": name, "totals": count, "uniques": users,
        "pct_dau": None if share is None else share * 100, "deleted": flags.deleted,
        "flow_hidden": flags.flow_hidden, "hidden": flags.hidden,
        "display": flags.display or name,
    }  # fmt: skip


# -- retention (7.2)


@dataclass(frozen=True)
class Part:
    """One series of a retention answer: the cohorts of a segment or of one of its groups."""

    segment: Segment
    answer: Grid
    rows: GridGroup
    group: str = ""


def retention(asked: ask.Retention, backend: Backend) -> Json:
    """Return cohorts by date and the combined row, with 24-hour windows.

    `g` and `group_by` of `se` split by the start event. `group_by` of `re` gives a series for each
    value of the returning event: of everybody who started, those who came back with that value.
    """
    segments = segments_of(asked.s)
    start, back = event_of(asked.se, "se"), event_of(asked.re, "re")
    by = _split(asked, start, back)
    ctx = backend.engine.context()
    parts: list[Part] = []
    warnings: list[str] = []
    for segment in segments:
        fields = _cohorts(asked, start, back, segment)
        if back.group_by:
            found, said = _by_return(asked, backend, back, segment, fields)
            parts += found
        else:
            answer = backend.answer("retention", **fields, breakdown=by or None)
            parts += [
                Part(segment, answer, rows, clean(" / ".join(rows.group)))
                for rows in parts_of(answer)
            ]
            said = left_out([answer], asked.limit)
        warnings += said
    dates = _dates(asked, ctx)
    series = [_cohort_series(asked, p.answer, p.rows, ctx.today, dates) for p in parts]
    data = {
        "series": series,
        "seriesLabels": [_label(part, segments) for part in parts],
        "seriesMeta": [
            {
                "segmentIndex": part.segment.index,
                "eventIndex": 0,
                **({"group": part.group} if part.group else {}),
            }
            for part in parts
        ],
    }
    return {"data": data, **({"warnings": warnings} if warnings else {})}


def _label(part: Part, segments: Sequence[Segment]) -> str:
    """Return the label of a series: its group, its segment if there are several, or nothing."""
    several = f"segment {part.segment.index + 1}" if len(segments) > 1 else ""
    return " / ".join(filter(None, [several, part.group]))


def _split(asked: ask.Retention, start: EventFormat, back: EventFormat) -> list[str]:
    """Return the fields of the start event to group by.

    Raises:
        BadQuestion: there is more than one property, or `re` and another parameter have one.
    """
    fields = [*start.fields(), *asked.g]
    if len(fields) + len(back.group_by) > 1:
        raise BadQuestion(
            "group_by of se, group_by of re and g cannot be combined.",
            "Retention can be grouped by one property.",
            parameter="re" if back.group_by else "se",
        )
    return fields


def _by_return(
    asked: ask.Retention, backend: Backend, back: EventFormat, segment: Segment, fields: Json
) -> tuple[list[Part], list[str]]:
    """One part for each value of the returning event's property, the most frequent first."""
    (field,) = back.fields()
    today = to_date(backend.engine.context().today).isoformat()
    values: Series = backend.answer(
        "trend",
        event=back.selector or ANY,
        measure="users",
        breakdown=field,
        conditions=back.conditions() or None,
        range=f"{asked.start},{max(today, asked.end)}",
        granularity="yearly",
        limit=asked.limit,
    )
    found = []
    for line in values.lines:
        (value,) = line.group
        clause = clause_of(field, "is", ["" if value == EMPTY else value], "re")
        own = {**fields, "return_filters": [*back.conditions(), clause]}
        answer: Grid = backend.answer("retention", **own)
        found += [Part(segment, answer, rows, clean(value)) for rows in parts_of(answer)]
    return found, left_out([values], asked.limit)


def parts_of(answer: Grid) -> tuple[GridGroup, ...]:
    """Return the groups of a grid, or everybody as one group."""
    return answer.groups if answer.breakdown else parts_of_whole(answer)


def parts_of_whole(answer: Grid) -> tuple[GridGroup, ...]:
    """Return everybody in a grid as one group."""
    return (GridGroup(cohorts=answer.cohorts, combined=answer.combined),)


def _cohorts(asked: ask.Retention, start: EventFormat, back: EventFormat, segment: Segment) -> Json:
    mode = {"n-day": "n_day", "rolling": "unbounded", "bracket": "bracket"}[asked.rm]
    fields: Json = {
        "start_event": start.selector, "return_event": back.selector, "range": asked.range,
        "granularity": asked.granularity, "cohort": "every", "basis": "24h", "mode": mode,
        "conditions": [*start.conditions(), *segment.conditions] or None,
        "return_filters": back.conditions() or None, "brackets": _brackets(asked),
        "limit": asked.limit, "periods": None if asked.rb else _periods(asked),
    }  # fmt: skip
    return {key: value for key, value in fields.items() if value is not None}


def _periods(asked: ask.Retention) -> int:
    """As many periods as the range has, within the limit."""
    size = {"1": 1, "7": 7, "30": 30}[asked.i]
    return max(min(-(-asked.days // size), 90 if size == 1 else 52), 1)


def _brackets(asked: ask.Retention) -> Any:
    if asked.rb is None:
        return None
    try:
        found = json.loads(asked.rb)
    except (ValueError, RecursionError):
        raise BadQuestion("rb is not JSON.", "For example [[0, 5]].", parameter="rb") from None
    pair = isinstance(found, list) and len(found) == 2 and all(type(n) is int for n in found)
    return [found] if pair else found


def _cohort_series(
    asked: ask.Retention, answer: Grid, part: GridGroup, today: int, dates: list[int]
) -> Json:
    """Return every cohort of the range, latest first; one without starts has empty cells."""
    rows = {row.label: row for row in part.cohorts}
    years = asked.start[:4] != asked.end[:4]
    values = {}
    for day in sorted(dates, reverse=True):
        label = to_date(day).isoformat()
        values[short(label, year=years)] = (
            list(cells(rows[label])) if label in rows else _nobody(asked, answer, today - day)
        )
    return {
        "dates": list(values),
        "values": values,
        "combined": [{**cell, "retainedSetId": None} for cell in cells(part.combined)],
    }


def _dates(asked: ask.Retention, ctx: Context) -> list[int]:
    """The first day of every cohort that the range can have so far."""
    span, starts = ctx.span(asked.range), ctx.calendar.period_start
    last = min(span.last_day, ctx.today)
    return sorted({starts(d, asked.granularity) for d in range(span.first_day, last + 1)})


def _nobody(asked: ask.Retention, answer: Grid, days: int) -> list[Json]:
    """Empty cells of a cohort that began so many days ago, for the windows begun so far."""
    starts = [first for first, _ in answer.brackets] or [
        n * int(asked.i) for n in range(answer.periods)
    ]
    return nobody_yet(sum(at <= days for at in starts))


def nobody_yet(count: int) -> list[Json]:
    """Return a number of cells of a cohort without people."""
    return [{"count": 0, "outof": 0, "incomplete": False}] * count


def cells(row: Cohort) -> Iterator[Json]:
    """Yield the cells of a cohort in the documented form."""
    for at, count in enumerate(row.counts):
        outof = row.sizes[at] if row.sizes else row.size
        yield {"count": count, "outof": outof, "incomplete": row.incomplete[at]}


# -- lifetime value (9.5)

LTV = {"0": "arpu", "1": "arppu", "2": "revenue", "3": "paying_users"}
NINETY = tuple(range(1, 91))


def ltv(asked: ask.Ltv, backend: Backend) -> Json:
    """Return the revenue from new people within 1 to 90 days, by when they were new."""
    segments = segments_of(asked.s)
    answers = [
        backend.answer(
            "ltv",
            metric=LTV[asked.m],
            range=asked.range,
            granularity=asked.granularity,
            days=NINETY,
            breakdown=list(asked.g) or None,
            event="revenue_amount",
            conditions=list(segment.conditions) or None,
            limit=asked.limit,
        )
        for segment in segments
    ]
    parts = [
        Part(segment, answer, rows, clean(" / ".join(rows.group)))
        for segment, answer in zip(segments, answers, strict=True)
        for rows in (parts_of(answer) if asked.g else parts_of_whole(answer))
    ]
    warnings = left_out(answers, asked.limit)
    data = {
        "seriesLabels": [_label(part, segments) for part in parts],
        "series": [value_series(part.rows) for part in parts],
    }
    return {"data": data, **({"warnings": warnings} if warnings else {})}


def value_series(part: GridGroup, days: Sequence[int] = NINETY) -> Json:
    """Return the cohorts of a group, latest first, with the figure for each number of days.

    Clients also read which of these are complete, and the row of all cohorts.
    """
    rows = sorted(part.cohorts, key=lambda row: row.label, reverse=True)
    return {
        "dates": [row.label for row in rows],
        "values": {row.label: _values(row, days) for row in rows},
        "complete": {row.label: _complete(row, days) for row in rows},
        "combined": _values(part.combined, days),
        "combined_complete": _complete(part.combined, days),
    }


def _complete(row: Cohort, days: Sequence[int]) -> Json:
    """For each number of days, whether everybody in a cohort has had that many."""
    return {f"r{day}d": size == row.size for day, size in zip(days, row.sizes, strict=True)}


def _values(row: Cohort, days: Sequence[int]) -> Json:
    found = {f"r{day}d": rate for day, rate in zip(days, row.rates, strict=True)}
    return {**found, "count": row.size, "paid": row.paid or 0, "total_amount": row.total or 0}
