"""The request for a funnel: steps, times between them, their distributions, and days (6.2 to 6.5).

As documented, segment definitions filter the first step only, and times are in milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.answers import Bin, Histogram, Series, StepGroup, Steps
from core.api.amplitude import parameters as ask
from core.api.amplitude.format import EventFormat, Segment, event_of, left_out, segments_of
from core.api.amplitude.people import labels, short
from core.api.route import Backend
from core.columns import OTHER
from core.errors import BadQuestion
from core.queries import from_json
from core.text import clean

Json = dict[str, Any]
DAY = 86_400
MOST_GROUPS = 1000
UNFIT = ("hold", "resolution", "count_by")
"""Fields of a funnel for which repeated steps are not reported."""

Group = tuple[str, ...]


def funnels(asked: ask.Funnel, backend: Backend) -> Json:
    """Return one element per segment, or per group if there is only one segment.

    `group_by` of a step splits by the value on that step's event, `g` by that of the first step;
    groups beyond the limit are left out with a warning.
    """
    events = [event_of(text) for text in asked.e]
    window, warnings = _window(asked)
    found: list[Json] = []
    for segment in segments_of(asked.s):
        fields = _fields(asked, events, segment, window)
        funnel = FunnelAnswers(backend, fields, segment.index)
        found += funnel.elements()
        warnings += left_out([funnel], asked.limit)
    return {"data": found, **({"warnings": warnings} if warnings else {})}


def _window(asked: ask.Funnel) -> tuple[int, list[str]]:
    """Return the window in seconds; in any order it is at least one day, in whole days (6.3)."""
    warnings = list(asked.warnings)
    if asked.mode != "unordered" or asked.cs % DAY == 0:
        return asked.cs, warnings
    window = max(asked.cs // DAY * DAY, DAY)
    warnings.append(f"cs: in any order the window is in whole days: {window} seconds.")
    return window, warnings


def _fields(
    asked: ask.Funnel, events: Sequence[EventFormat], segment: Segment, window: int
) -> Json:
    steps = [{"event": e.event_type, "filters": e.conditions()} for e in events]
    breakdown, step = _split(asked, events)
    fields: Json = {
        "steps": steps, "range": asked.range, "window_seconds": window, "order": asked.mode,
        "users": asked.n, "filters_on": "first", "conditions": list(segment.conditions) or None,
        "breakdown": breakdown or None, "limit": asked.limit, "granularity": asked.granularity,
        "attribution": step if step > 1 else None,
    }  # fmt: skip
    return {key: value for key, value in fields.items() if value is not None}


def _split(asked: ask.Funnel, events: Sequence[EventFormat]) -> tuple[list[str], int]:
    """Return the fields to group by, and the step from whose event their values are taken.

    Raises:
        BadQuestion: more than two, or of different steps.
    """
    steps = [number for number, event in enumerate(events, 1) if event.group_by]
    fields = [field for event in events for field in event.fields()] + list(asked.g)
    if len(steps) > 1 or (steps and steps[0] > 1 and asked.g):
        raise BadQuestion(
            "group_by of several steps, or of a later step and g, cannot be combined.",
            "A funnel is grouped by properties of one step; g applies to the first.",
            parameter="e",
        )
    if len(fields) > 2:
        raise BadQuestion(
            "group_by and g name more than two properties to group by.",
            "At most two are allowed.",
            parameter="g",
        )
    return fields, steps[0] if steps else 1


class FunnelAnswers:
    """The questions behind the elements of one funnel, each asked once.

    Args:
        fields: the fields of a funnel question; `granularity` is that of the days.
        segment: the position of its segment among the requested ones.
    """

    def __init__(self, backend: Backend, fields: Json, segment: int = 0) -> None:
        self.segment = segment
        self.events = [step["event"] for step in fields["steps"]]
        granularity = fields.get("granularity")
        own = {key: value for key, value in fields.items() if key not in ("granularity", "limit")}
        every = {**own, "limit": MOST_GROUPS}
        daily = every if len(self.events) > 1 else _twice(every)

        def answer(kind: str, **given: Any) -> Any:
            kept = {k: v for k, v in given.items() if v is not None or k == "window_seconds"}
            return backend.ask(from_json({"kind": kind, **kept}))

        def by_day(measure: str) -> Series:
            found: Series = answer(
                "funnel_trend", measure=measure, granularity=granularity, **daily
            )
            return found

        def between(step: int, measure: str) -> Histogram:
            found: Histogram = answer(
                "time_to_convert", from_step=step - 1, to_step=step, measure=measure, **every
            )
            return found

        self.steps: Steps = answer("funnel", **own, limit=fields.get("limit"))
        self.counts, self.average = by_day("counts"), by_day("avg_seconds")
        self.median = by_day("median_seconds")
        after = range(2, len(self.events) + 1)
        self.times = [between(step, "seconds") for step in after]
        plain = own.get("order") != "unordered" and not any(own.get(name) for name in UNFIT)
        self.repeats = [between(step, "repeats") for step in after] if plain else []

    @property
    def omitted(self) -> int:
        """How many groups are beyond the limit."""
        groups = {line.group for line in self.counts.lines if line.group}
        named = [g for g in self.steps.groups[1:] if g.group != (OTHER,)]
        return max(len(groups - {(OTHER,)}) - len(named), 0)

    def elements(self) -> list[Json]:
        """One for everybody, or one per group."""
        shown = self.steps.groups[1:] if self.steps.breakdown else self.steps.groups
        rest = self.omitted > 0
        return [self._element(g) for g in shown if not (rest and g.group == (OTHER,))]

    def _element(self, group: StepGroup) -> Json:
        meta: Json = {"segmentIndex": self.segment}
        name = clean(" / ".join(group.group))
        if group.group:
            meta["group"] = name
        steps = group.steps
        return {
            "meta": meta,
            "groupValue": name,
            "events": self.events,
            "stepByStep": [step.step_rate for step in steps],
            "cumulative": [step.overall_rate for step in steps],
            "cumulativeRaw": [step.count for step in steps],
            "medianTransTimes": [0, *(_ms(step.median_seconds) for step in steps[1:])],
            "avgTransTimes": [0, *(_ms(step.avg_seconds) for step in steps[1:])],
            "stepTransTimeDistribution": _distribution(self.times, group.group, 1000),
            "stepPrevStepCountDistribution": _distribution(self.repeats, group.group, 1),
            "dayFunnels": _days(self.counts, group.group, len(steps), first=None),
            "dayMedianTransTimes": _days(self.median, group.group, len(steps) - 1, first=0),
            "dayAvgTransTimes": _days(self.average, group.group, len(steps) - 1, first=0),
        }


def _twice(fields: Json) -> Json:
    """Repeat the step of a one-step funnel, which does not change who enters it and when."""
    kept = {key: value for key, value in fields.items() if key not in ("exclusions", "order")}
    return {**kept, "steps": [*fields["steps"], *fields["steps"]]}


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000)


def _distribution(found: Sequence[Histogram], group: Group, scale: int) -> list[Json]:
    """Return the bins of each step; the first has none, as no step precedes it."""
    return [{"bins": []}, *({"bins": _bins(one, group, scale)} for one in found)]


def _bins(answer: Histogram, group: Group, scale: int) -> list[Json]:
    bins: tuple[Bin, ...] = answer.bins
    if group:
        bins = next((each.bins for each in answer.groups if each.group == group), ())
    return [
        {
            "start": _scaled(part.start, scale),
            "end": _scaled(part.end, scale),
            "bin_dist": {"users": part.people, "count": part.count, "propsum": 0},
        }
        for part in bins
    ]


def _scaled(bound: float | None, scale: int) -> float | None:
    return None if bound is None else bound * scale


def _days(answer: Series, group: Group, count: int, first: int | None) -> Json:
    """Return a figure for each step by day; times start with step `first` and are in ms."""
    lines = [line for line in answer.lines if line.group == group][:count]
    start = [] if first is None else [first]
    times = first is not None
    return {
        "series": [
            [*start, *((_ms(line.values[at]) if times else line.values[at]) for line in lines)]
            for at in range(len(answer.buckets))
        ],
        "xValues": labels(answer),
        "formattedXValues": [short(label) for label in labels(answer)],
    }
