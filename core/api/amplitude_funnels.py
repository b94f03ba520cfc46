"""The request for a funnel: steps, times between them, their distributions, and days (6.2 to 6.5).

Segment definitions filter the first step only, as there; times are milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.answers import Bin, Histogram, Series, StepGroup, Steps
from core.api import amplitude_parameters as ask
from core.api.amplitude_format import EventFormat, Segment, event_of, segments_of
from core.api.amplitude_people import labels, short
from core.api.route import Backend

Json = dict[str, Any]
DAY = 86_400
Group = tuple[str, ...]


def funnels(asked: ask.Funnel, backend: Backend) -> Json:
    """Return one element per segment, or per group of the only segment."""
    events = [event_of(text) for text in asked.e]
    window, warnings = _window(asked)
    found: list[Json] = []
    for segment in segments_of(asked.s):
        fields = _fields(asked, events, segment, window)
        found += _Funnel(asked, backend, events, segment, fields).elements()
    return {"data": found, **({"warnings": warnings} if warnings else {})}


def _window(asked: ask.Funnel) -> tuple[int, list[str]]:
    """Return the window in seconds; in any order it is whole days, one at least (6.3)."""
    warnings = list(asked.warnings)
    if asked.mode != "unordered" or asked.cs % DAY == 0:
        return asked.cs, warnings
    window = max(asked.cs // DAY * DAY, DAY)
    warnings.append(f"cs: in any order the window is whole days: {window} seconds.")
    return window, warnings


def _fields(
    asked: ask.Funnel, events: Sequence[EventFormat], segment: Segment, window: int
) -> Json:
    steps = [{"event": e.event_type, "filters": e.conditions()} for e in events]
    groups = [field for event in events[:1] for field in event.fields()]
    fields: Json = {
        "steps": steps, "range": asked.range, "window_seconds": window, "order": asked.mode,
        "users": asked.n, "filters_on": "first", "conditions": list(segment.conditions) or None,
        "breakdown": [*groups, *asked.g][:2] or None, "limit": asked.limit,
    }  # fmt: skip
    return {key: value for key, value in fields.items() if value is not None}


class _Funnel:
    """The questions behind one segment's elements, each asked once."""

    def __init__(
        self,
        asked: ask.Funnel,
        backend: Backend,
        events: Sequence[EventFormat],
        segment: Segment,
        fields: Json,
    ) -> None:
        self.asked = asked
        self.events = [event.event_type for event in events]
        self.segment = segment
        answer = backend.answer

        def by_day(measure: str) -> Series:
            found: Series = answer(
                "funnel_trend", measure=measure, granularity=asked.granularity, **fields
            )
            return found

        def between(step: int, measure: str) -> Histogram:
            found: Histogram = answer(
                "time_to_convert", from_step=step - 1, to_step=step, measure=measure, **fields
            )
            return found

        self.steps: Steps = answer("funnel", **fields)
        self.counts, self.average = by_day("counts"), by_day("avg_seconds")
        self.median = by_day("median_seconds")
        after = range(2, len(events) + 1)
        self.times = [between(step, "seconds") for step in after]
        self.repeats = (
            [] if asked.mode == "unordered" else [between(step, "repeats") for step in after]
        )

    def elements(self) -> list[Json]:
        """One for everybody, or one per group."""
        shown = self.steps.groups[1:] if self.steps.breakdown else self.steps.groups
        return [self._element(group) for group in shown]

    def _element(self, group: StepGroup) -> Json:
        meta: Json = {"segmentIndex": self.segment.index}
        if group.group:
            meta["group"] = " / ".join(group.group)
        steps = group.steps
        return {
            "meta": meta,
            "events": self.events,
            "stepByStep": [step.step_rate for step in steps],
            "cumulative": [step.overall_rate for step in steps],
            "cumulativeRaw": [step.count for step in steps],
            "medianTransTimes": [0, *(_ms(step.median_seconds) for step in steps[1:])],
            "avgTransTimes": [0, *(_ms(step.avg_seconds) for step in steps[1:])],
            "stepTransTimeDistribution": _distribution(self.times, group.group, 1000),
            "stepPrevStepCountDistribution": _distribution(self.repeats, group.group, 1),
            "dayFunnels": _days(self.counts, group.group, first=None),
            "dayMedianTransTimes": _days(self.median, group.group, first=0),
            "dayAvgTransTimes": _days(self.average, group.group, first=0),
        }


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000)


def _distribution(found: Sequence[Histogram], group: Group, scale: int) -> list[Json]:
    """Return the bins of each step; the first has none, as nothing leads to it."""
    return [{"bins": []}, *({"bins": _bins(one, group, scale)} for one in found)]


def _bins(answer: Histogram, group: Group, scale: int) -> list[Json]:
    bins: tuple[Bin, ...] = answer.bins
    if group:
        bins = next((each.bins for each in answer.groups if each.group == group), ())
    return [
        {
            "start": _scaled(part.start, scale), "end": _scaled(part.end, scale),
            "bin_dist": {"users": part.people, "count": part.count, "propsum": 0},
        }
        for part in bins
    ]  # fmt: skip


def _scaled(bound: float | None, scale: int) -> float | None:
    return None if bound is None else bound * scale


def _days(answer: Series, group: Group, first: int | None) -> Json:
    """Return a figure of each step by day; times start with `first` and are ms."""
    lines = [line for line in answer.lines if line.group == group]
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
