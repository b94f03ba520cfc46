"""Slow, obvious formulas: each part by its own oracle, then arithmetic (definitions 4.13, 8.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from core.queries import from_json
from tests.oracles.activity import active_users as oracle_active_users
from tests.oracles.conditions import group_of, matching
from tests.oracles.seen import Seen, as_asked, seen
from tests.oracles.times import observed, time_of, within
from tests.oracles.trend import per_actor as oracle_per_actor
from tests.oracles.trend import trend as oracle_trend
from tests.oracles.trend import trend_windows as oracle_trend_windows
from tests.oracles.trend.trend import Period
from tests.worlds.world import World

Compute = Callable[..., float | None]
Ask = dict[str, Any]
"""A part: the place of its `series`, its `measure`, and further fields of that question; or
nothing but the series for its own metric."""

ZERO = (
    "count",
    "users",
    "sessions",
    "sum",
    "distinct",
    "items",
    "distinct_items",
    "session_events",
)


def formula(
    world: World, body: dict[str, Any], compute: Compute, parts: Sequence[Ask] = ()
) -> tuple[Period, Period]:
    """A formula's figures, and those of the period compared with.

    Args:
        compute: what the formula is, over the figures of all parts in their order.
        parts: what they are; without any, the metric of each series.
    """
    parts = parts or [{"series": n} for n in range(len(body["series"]))]
    found = [_part(world, body, part) for part in parts]
    return (
        _period([now for now, _ in found], body, compute, parts),
        _period([before for _, before in found], body, compute, parts),
    )


def _part(world: World, body: dict[str, Any], part: Ask) -> tuple[Period, Period]:
    series = body["series"][part["series"]]
    shared = ("range", "granularity", "compare", "breakdown")
    fields = {key: body[key] for key in shared if key in body}
    fields["conditions"] = [*body.get("conditions", ()), *series.get("filters", ())]
    fields.update({key: series[key] for key in ("range", "breakdown") if key in series})
    metric = series["metric"]
    if "measure" not in part and metric in ("dau", "wau", "mau"):
        question = from_json({"kind": "active_users", "metric": metric, **fields})
        return oracle_active_users.active_users(world, question)
    if metric.startswith("event:"):
        fields["event"] = metric.removeprefix("event:")
    if "measure" not in part:
        measure = metric if metric in ("users", "sessions") else "count"
        return oracle_trend.trend(world, from_json({"kind": "trend", "measure": measure, **fields}))
    fields.update({key: value for key, value in part.items() if key not in ("series", "people")})
    if part["measure"] == "session_events":
        return _in_sessions(world, from_json({"kind": "trend", **fields}))
    if part.get("people"):
        fields["metric"] = fields.pop("measure")
        return oracle_per_actor.per_actor(world, from_json({"kind": "per_actor", **fields}))
    return oracle_trend_windows.trend(world, from_json({"kind": "trend", **fields}))


@as_asked
@observed
def _in_sessions(world: World, question: Any) -> tuple[Period, Period]:
    """All events of the sessions that hold a matching one in the range."""
    time = time_of(world, question)
    hits = matching(world, question.event, question.conditions)

    def of(span: Any, slots: Any) -> Period:
        if span is None:
            return Period({}, {})
        found = Period({}, {})
        if not question.breakdown:
            found.totals[()], found.values[()] = 0, [0] * len(slots)
        groups: dict[Any, set[Any]] = {}
        for hit in within(hits, span.start, span.end):
            if hit.session is not None:
                group = group_of(world, hit, question.breakdown)
                groups.setdefault(group, set()).add(hit.session)
        for group, sessions in groups.items():
            own: list[Seen] = [
                item
                for item in within(seen(world), span.start, span.end)
                if item.session in sessions
            ]
            found.totals[group] = len(own)
            found.values[group] = [len(within(own, slot.start, slot.end)) for slot in slots]
        return found

    return of(time.span, time.slots), of(time.compared, time.compared_slots)


def _known(compute: Compute, figures: list[Any]) -> Any:
    """What a formula gives; nothing where a figure of its is not known (definitions 1.9)."""
    return None if None in figures else compute(*figures)


def _period(
    periods: list[Period], body: dict[str, Any], compute: Compute, parts: Sequence[Ask]
) -> Period:
    """Lines of the union of all groups; what has no breakdown counts for every group."""
    named = [body["series"][part["series"]] for part in parts]
    split = [bool(s.get("breakdown", body.get("breakdown"))) for s in named]
    empty = [0 if part.get("measure", "count") in ZERO else None for part in parts]
    groups: set[Any] = {()}
    if any(split):
        every = [period.totals for period, by in zip(periods, split, strict=True) if by]
        groups = {group for totals in every for group in totals}
    found = Period({}, {})
    size = max((len(v) for period in periods[:1] for v in period.values.values()), default=0)
    for group in groups:
        own = [group if by else () for by in split]
        each = list(zip(periods, own, empty, strict=True))
        totals = [period.totals.get(g, none) for period, g, none in each]
        found.totals[group] = _known(compute, totals)
        lines = [(period.values.get(g, []), none) for period, g, none in each]
        count = max(size, *(len(line) for line, _ in lines))
        found.values[group] = [
            _known(compute, [line[n] if n < len(line) else none for line, none in lines])
            for n in range(count)
        ]
    return found
