"""Slow, obvious formulas: each series from its own oracle, then arithmetic (semantics 4.13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.queries import from_json
from tests import oracle
from tests.oracle import Period
from tests.worlds import World

Compute = Callable[..., float | None]


def formula(world: World, body: dict[str, Any], compute: Compute) -> tuple[Period, Period]:
    """A formula's figures, and those of the period compared with.

    Args:
        compute: what the formula is, over the figures of all series in their order.
    """
    found = [_series(world, body, series) for series in body["series"]]
    return (
        _period([now for now, _ in found], body, compute),
        _period([before for _, before in found], body, compute),
    )


def _series(world: World, body: dict[str, Any], series: dict[str, Any]) -> tuple[Period, Period]:
    shared = ("range", "granularity", "compare", "breakdown")
    fields = {key: body[key] for key in shared if key in body}
    fields["conditions"] = [*body.get("conditions", ()), *series.get("filters", ())]
    fields.update({key: series[key] for key in ("range", "breakdown") if key in series})
    metric = series["metric"]
    if metric in ("dau", "wau", "mau"):
        question = from_json({"kind": "active_users", "metric": metric, **fields})
        return oracle.active_users(world, question)
    if metric.startswith("event:"):
        fields["event"] = metric.removeprefix("event:")
    measure = metric if metric in ("users", "sessions") else "count"
    return oracle.trend(world, from_json({"kind": "trend", "measure": measure, **fields}))


def _period(periods: list[Period], body: dict[str, Any], compute: Compute) -> Period:
    """Lines of the union of all groups; what has no breakdown counts for every group."""
    split = [bool(s.get("breakdown", body.get("breakdown"))) for s in body["series"]]
    groups: set[Any] = {()}
    if any(split):
        every = [period.totals for period, by in zip(periods, split, strict=True) if by]
        groups = {group for totals in every for group in totals}
    found = Period({}, {})
    size = max((len(v) for period in periods[:1] for v in period.values.values()), default=0)
    for group in groups:
        own = [group if by else () for by in split]
        found.totals[group] = compute(
            *(period.totals.get(g, 0) for period, g in zip(periods, own, strict=True))
        )
        lines = [period.values.get(g, []) for period, g in zip(periods, own, strict=True)]
        count = max(size, *(len(line) for line in lines))
        found.values[group] = [
            compute(*(line[n] if n < len(line) else 0 for line in lines)) for n in range(count)
        ]
    return found
