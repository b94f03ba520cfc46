"""The request for event segmentation: metrics, formulas and histograms of one or two events (8.1).

`group_by` of an event and `g` both split, by at most two fields; the first `group_by` of an event
is what property metrics and property functions measure, or the revenue for revenue events without
one. Rolling windows and averages apply to a formula as a whole: every function over the window, or
the mean of the formula's own figures.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.answers import Histogram, Line, Series
from core.api.amplitude import parameters as ask
from core.api.amplitude.format import EventFormat, Segment, event_of, left_out, segments_of
from core.api.amplitude.people import labels
from core.api.route import Backend
from core.catalog.revenue import AMOUNT, SELECTORS
from core.catalog.selectors import ANY, ANY_ACTIVE, CUSTOM, custom_events
from core.errors import BadQuestion
from core.formulas.functions import ALONE, MEASURING, WINDOWS
from core.formulas.parser import Term, parse_formulas
from core.queries.common.context import Context
from core.queries.trend.windows import check_length
from core.timeframe import DAY, to_date, to_day

Json = dict[str, Any]
MEASURES = {
    "uniques": "users", "totals": "count", "pct_dau": "pct_dau", "average": "average",
    "histogram": "histogram", "sums": "sum", "value_avg": "avg",
}  # fmt: skip
PROPERTY = ("histogram", "sums", "value_avg")
"""Metrics that measure the first property an event is grouped by."""

CLOCK_SIZE = {"hourly": 3_600_000, "five_minute": 300_000}
"""Buckets shorter than a day, in ms."""

ROLLING = ("rollingWindow", "rollingAverage")


@dataclass(frozen=True)
class Drawn:
    """A line of an answer and its origin: its name, segment and event."""

    name: str
    answer: Series
    line: Line
    segment: int = 0
    event: int = 0


def segmentation(asked: ask.Segmentation, backend: Backend) -> Json:
    """Return one or two events over time, by segment or group."""
    events = [event_of(text, parameter) for text, parameter in asked.events]
    segments = segments_of(asked.s)
    if asked.n == "active":
        _check_active(events, backend.engine.context())
    if asked.m == "formula":
        return _formula(asked, backend, events, segments)
    if asked.m == "histogram":
        return _histogram(asked, backend, events, segments)
    found = [
        (place, event, segment, _answered(asked, backend, event, segment))
        for place, event in enumerate(events)
        for segment in segments
    ]
    return series([
        Drawn(_named(event, segment, segments), answer, line, segment.index, place)
        for place, event, segment, answer in found
        for line in answer.lines
    ], asked.warnings, asked.limit, found[0][3])  # fmt: skip


def _check_active(events: Sequence[EventFormat], ctx: Context) -> None:
    """Refuse n=active for events that make nobody active; any other makes people active (8.1)."""
    known = ctx.catalog.events
    inactive = {name for name, id_ in known.ids.items() if known.flags[id_].inactive}
    for event in events:
        kind = event.event_type
        if kind == ANY:
            held = inactive
        elif kind.startswith(CUSTOM):
            saved = custom_events(ctx.catalog).get(kind.removeprefix(CUSTOM))
            held = {branch.event for branch in saved.events} & inactive if saved else set()
        else:
            held = {kind} & inactive
        if held:
            raise BadQuestion(
                f"n=active does not apply to {kind}: {min(held)} makes nobody active.",
                "Allowed: n=any.",
                parameter="n",
            )


def _answered(
    asked: ask.Segmentation, backend: Backend, event: EventFormat, segment: Segment
) -> Series:
    """Return one event over time; the active people that pct_dau divides by are the segment's."""
    answer: Series
    fields = _trend(asked, event, segment)
    if asked.m != "pct_dau" or not segment.conditions:
        answer = backend.answer("trend", **fields)
        return answer
    shared = ("range", "granularity", "limit", "rolling_window")
    fields = {
        "formula": "%: UNIQUES(A) / UNIQUES(B)",
        "series": [
            {
                "metric": f"event:{event.event_type}",
                "filters": fields["conditions"],
                "breakdown": fields.get("breakdown"),
            },
            {"metric": f"event:{ANY_ACTIVE}", "filters": segment.conditions},
        ],
        **{name: fields[name] for name in shared if name in fields},
    }
    answer = backend.answer("formula", **fields)
    if asked.rollingAverage:
        lines = tuple(_averaged(asked, backend, fields, answer))
        return answer.model_copy(update={"lines": lines})
    return answer


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
    """Return the measured property, and the fields to group by."""
    fields = event.fields()
    measured = None
    if asked.m in PROPERTY:
        if not fields and event.event_type in SELECTORS:
            fields = [AMOUNT]
        if not fields:
            raise BadQuestion(
                f"m={asked.m} needs a property.", "Give it in group_by of e.", parameter="e"
            )
        measured, *fields = fields
    return measured, _two([*fields, *asked.g])


def _two(fields: list[str]) -> list[str]:
    if len(fields) > 2:
        raise BadQuestion(
            "group_by and g name more than two properties to group by.",
            "At most two are allowed.",
            parameter="g",
        )
    return fields


def _named(event: EventFormat, segment: Segment, segments: Sequence[Segment]) -> str:
    several = f", segment {segment.index + 1}" if len(segments) > 1 else ""
    return f"{event.event_type}{several}"


def series(
    found: Sequence[Drawn],
    warnings: Sequence[str] = (),
    limit: int = 0,
    dated: Series | None = None,
) -> Json:
    """Return lines in the documented shape; `seriesMeta` has the origin of each.

    Args:
        dated: an answer with the dates of all, also where no group has a line.
    """
    dated = found[0].answer if found else dated
    several = len({drawn.name for drawn in found}) > 1
    data = {
        "series": [[scaled(d.answer, value) for value in d.line.values] for d in found],
        "seriesLabels": [
            " / ".join(filter(None, [d.name if several or not d.line.name else "", d.line.name]))
            for d in found
        ],
        "seriesMeta": [
            {"segmentIndex": d.segment, "eventIndex": d.event,
             **({"group": d.line.name} if d.line.group else {})}
            for d in found
        ],
        "seriesCollapsed": [[{"value": scaled(d.answer, d.line.total)}] for d in found],
        "xValues": labels(dated) if dated else [],
    }  # fmt: skip
    said = [*warnings, *left_out([d.answer for d in found], limit)]
    return {"data": data, **({"warnings": said} if said else {})}


def scaled(answer: Series, value: float | None) -> float | None:
    """Return a figure, in percent if the answer has shares."""
    return value * 100 if value is not None and answer.unit == "percent" else value


# -- formulas


def _formula(
    asked: ask.Segmentation,
    backend: Backend,
    events: Sequence[EventFormat],
    segments: Sequence[Segment],
) -> Json:
    parsed = parse_formulas(str(asked.formula), len(events), len(asked.s))
    terms = [term for formula in parsed for term in formula.terms]
    several = len(segments) > 1 or any(term.segment for term in terms)
    fields: Json = {
        "formula": _windowed(asked, terms),
        "series": _measured(asked, events, terms, [] if several else segments[0].conditions),
        "range": asked.range, "granularity": asked.granularity, "limit": asked.limit,
        "segments": [{"conditions": s.conditions} for s in segments] if several else [],
    }  # fmt: skip
    answer = backend.answer("formula", **fields)
    if isinstance(answer, Histogram):
        if asked.granularity != "daily":
            raise BadQuestion("i does not apply to HIST: it covers the whole range.", parameter="i")
        return bins(str(asked.formula), answer)
    lines = list(answer.lines)
    if asked.rollingAverage:
        lines = _averaged(asked, backend, fields, answer)
    return series(
        [Drawn(str(asked.formula), answer, line, _segment(line, segments)) for line in lines],
        asked.warnings,
        asked.limit,
        answer,
    )


def _segment(line: Line, segments: Sequence[Segment]) -> int:
    """Return the segment of a formula's line, from its name."""
    found = re.search(r"segment (\d+)$", line.series)
    return int(found[1]) - 1 if found and len(segments) > 1 else 0


def _measured(
    asked: ask.Segmentation,
    events: Sequence[EventFormat],
    terms: Sequence[Term],
    conditions: Sequence[Any],
) -> list[Json]:
    """The series of a formula, one per event."""
    measuring = {
        term.letter
        for term in terms
        if term.function in MEASURING and MEASURING[term.function].property
    }
    found = []
    for place, event in enumerate(events):
        filters, fields = [*event.conditions(), *conditions], event.fields()
        one: Json = {"metric": f"event:{event.event_type}"}
        if chr(65 + place) in measuring and fields:
            one["property"], *fields = fields
        by = _two([*fields, *asked.g])
        one |= {"filters": filters} if filters else {}
        one |= {"breakdown": by} if by else {}
        found.append(one)
    return found


def _windowed(asked: ask.Segmentation, terms: Sequence[Term]) -> str:
    """Return the formula with every function over the requested rolling window."""
    text = str(asked.formula)
    given = [name for name in ROLLING if getattr(asked, name)]
    if not given:
        return text
    name, length = given[0], getattr(asked, given[0])
    check_length(name, length, asked.granularity)
    for term in terms:
        word = term.window or term.function
        fits = not term.window and term.function in MEASURING and term.function not in ALONE
        if not fits or (name == "rollingWindow" and not MEASURING[term.function].windowed):
            raise BadQuestion(
                f"{name} does not apply to a formula with {word or term.letter}.",
                f"It applies to functions such as UNIQUES(A) without their own window "
                f"({', '.join(WINDOWS)}).",
                parameter=name,
            )
    if name == "rollingAverage":
        return text
    return re.sub(
        r"\b([A-Za-z]+)\s*\(\s*([A-Za-z]\d{0,4})\s*\)",
        lambda m: f"ROLLWIN({m[1]}, {m[2]}, {length})" if m[1].upper() in MEASURING else m[0],
        text,
    )


def _averaged(
    asked: ask.Segmentation, backend: Backend, fields: Json, answer: Series
) -> list[Line]:
    """Return the answer's lines, each figure being the mean of so many up to itself (8.2)."""
    length = asked.rollingAverage or 1
    start = to_date(_earlier(asked, length - 1, backend.engine.context()))
    wide = backend.answer("formula", **{**fields, "range": f"{start},{asked.end}"})
    if wide.granularity != answer.granularity:
        raise BadQuestion(
            f"rollingAverage does not allow so long a range with i={asked.i}.",
            "Ask for fewer days, or a longer interval.",
            parameter="rollingAverage",
        )
    values = {(line.group, line.series): line.values for line in wide.lines}
    found = []
    for line in answer.lines:
        own = values.get((line.group, line.series), line.values)
        shift = len(own) - len(line.values)
        parts = [
            own[max(n + shift - length + 1, 0) : n + shift + 1] for n in range(len(line.values))
        ]
        means = tuple(
            sum(p) / length if len(p) == length and None not in p else None for p in parts
        )
        found.append(line.model_copy(update={"values": means}))
    return found


def _earlier(asked: ask.Segmentation, count: int, ctx: Context) -> int:
    """Return the first day of the bucket that lies so many before the start of the range."""
    unit, day = asked.granularity, to_day(date.fromisoformat(asked.start))
    if unit in CLOCK_SIZE:
        return day + -count * CLOCK_SIZE[unit] // DAY
    return ctx.calendar.next_period(ctx.calendar.period_start(day, unit), unit, -count)


# -- histograms


def _histogram(
    asked: ask.Segmentation,
    backend: Backend,
    events: Sequence[EventFormat],
    segments: Sequence[Segment],
) -> Json:
    if len(events) * len(segments) > 1:
        raise BadQuestion("m=histogram takes one event and one segment.", parameter="m")
    fields = _trend(asked, events[0], segments[0])
    if fields["granularity"] != "daily":
        raise BadQuestion(
            "i does not apply to m=histogram: it covers the whole range.", parameter="i"
        )
    fields.pop("granularity")
    answer = backend.answer("trend", **{k: v for k, v in fields.items() if k != "limit"})
    return bins(events[0].event_type, answer)


def bins(name: str, answer: Histogram) -> Json:
    """Return a histogram as one series over its bins."""
    counts = [part.count for part in answer.bins]
    return {
        "data": {
            "series": [counts],
            "seriesLabels": [name],
            "seriesMeta": [{"segmentIndex": 0, "eventIndex": 0}],
            "seriesCollapsed": [[{"value": sum(counts)}]],
            "xValues": [part.label for part in answer.bins],
        }
    }
