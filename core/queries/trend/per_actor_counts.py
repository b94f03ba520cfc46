"""Events per person: figures over people without a row per person.

The stored sets know who did something and how often in total, so they give the sum and the mean.
For the rest the events are read, along the index of names and times if no other column is needed,
and only the number of people with each number of events is kept.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Final

from core.catalog.fields import Field
from core.queries.common.added_up import no_numbers
from core.queries.common.assemble import Figure, Figures, Group, collect
from core.queries.common.context import Context
from core.queries.common.groups import WHOLE, people_by_slot, split
from core.queries.common.measured import percentile_of
from core.queries.common.question import Rows
from core.queries.common.selection import Selection
from core.queries.common.slots import whole_days
from core.queries.trend.scan import place
from core.sql.dialect import Binder, Statement
from core.sums import total
from core.timeframe import Bucket, Span

AFTER = 1_000_000
"""The slot of events after the last bucket."""

WIDE = 2**32
"""More than there are actors."""


def is_stored(selection: Selection, span: Span, slots: list[Bucket], by: list[Field]) -> bool:
    """Whether the stored sets know how many events the people had in total."""
    days = span.whole_days and whole_days(slots)
    return days and not selection.members and selection.set_dimension(by) is not False


def of_sets(
    ctx: Context,
    selection: Selection,
    span: Span,
    slots: list[Bucket],
    by: list[Field],
    metric: str,
) -> Generator[Statement, Rows, Figures]:
    """Return the avg or sum of events over people, from the stored sets."""
    totals, points = yield from people_by_slot(ctx, selection, span, slots, by)
    people = collect(ctx, by, totals, points)
    bind = ctx.binder()
    sets = selection.sets(bind, span, slots=slots, by=by)
    events = yield bind.statement(f"select slot, v0, v1, total from ({sets}) s", "events")
    bind = ctx.binder()
    alone = selection.of_nobody.sets(bind, span, slots=slots, by=by)
    unknown = yield bind.statement(
        f"select slot, v0, v1, -total from ({alone}) s", "events of nobody"
    )
    own = _added(ctx, by, [*events, *unknown])
    found = Figures()
    for group, count in people.totals.items():
        found.totals[group] = _figure(metric, own.totals[group], count)
    for group, counts in people.points.items():
        found.points[group] = {
            slot: _figure(metric, own.points[group][slot], count)
            for slot, count in counts.items()
            if count
        }
    return found


def _figure(metric: str, events: Figure, people: Figure) -> Figure:
    return (events or 0) / people if metric == "avg" and people else events


def _added(ctx: Context, by: list[Field], rows: Rows) -> Figures:
    found = Figures()
    for group, own in _grouped(ctx, by, rows).items():
        found.points[group] = own
        found.totals[group] = sum(value or 0 for value in own.values())
    return found


def _grouped(ctx: Context, by: list[Field], rows: Rows) -> dict[Group, dict[int, Figure]]:
    sums: dict[tuple[object, object, object], float] = {}
    for slot, v0, v1, number in rows:
        sums[slot, v0, v1] = sums.get((slot, v0, v1), 0) + number
    return collect(ctx, by, (), [(*key, number) for key, number in sums.items()]).points


def of_events(
    ctx: Context,
    selection: Selection,
    span: Span,
    slots: list[Bucket],
    by: list[Field],
    metric: str,
) -> Generator[Statement, Rows, Figures]:
    """Return a figure over people of their numbers of events, from the events or their blocks."""
    if selection.blocks.can(by):
        return (yield from of_blocks(ctx, selection, span, slots, by, metric))
    bind = ctx.binder()
    d = ctx.dialect
    values = [selection.value(bind, field) for field in by] + ["0", "0"]
    slot = f"coalesce({place(bind, span, slots, by_time=True)}, {AFTER})"
    rows = yield bind.statement(
        f"""
        with each as materialized (
            select {slot} * {WIDE} + e.actor as owner, {values[0]} as v0, {values[1]} as v1,
                   count(*) as x
            from {selection.source(by)}
            where {selection.where(bind, span)} and e.actor <> 0
            group by {"1, 2, 3" if by else "1"}
        )
        select slot, v0, v1, x, count(*) as people
        from (select {d.idiv("owner", str(WIDE))} as slot, v0, v1, x from each) e
        group by slot, v0, v1, x
        union all
        select {WHOLE}, v0, v1, x, count(*)
        from ({_whole(bind, selection, span, by)}) whole
        group by v0, v1, x
        """,
        "people by number of events",
    )
    totals, points = split(rows)
    return collect(ctx, by, [row[1:] for row in _over(totals, metric)], _over(points, metric))


_WORDS: Final[Mapping[str, list[Any]]] = {
    "avg": ["sum", "count"],
    "sum": ["sum"],
    "min": ["min"],
    "max": ["max"],
}
"""Metric -> the figures of blocks that it follows from; others are percentiles."""


def of_blocks(
    ctx: Context,
    selection: Selection,
    span: Span,
    slots: list[Bucket],
    by: list[Field],
    metric: str,
    measured: Field | None = None,
) -> Generator[Statement, Rows, Figures]:
    """Return a figure over people of their numbers of events, or of the sum of a property.

    Args:
        measured: the property; its values that are not numbers are noted.
    """
    words = _WORDS.get(metric) or [["percentile", percentile_of(metric)]]
    counted = ["given", "numbers"] if measured else []
    rows = yield from selection.blocks.ask(
        "block_persons",
        span,
        slots,
        by,
        f"{metric} over people",
        measured=measured,
        figures=[*words, *counted],
        whole=True,
        nobody=False,
    )
    shown = [
        (*row[:3], row[3] / row[4] if metric == "avg" else row[3])
        for row in rows
        if row[0] is not None and row[3] is not None
    ]
    totals, points = split(shown)
    found = collect(ctx, by, totals, points)
    if measured:
        given, numbers = (sum(row[n] for row in rows if row[0] != WHOLE) for n in (-2, -1))
        found.notes += no_numbers(measured.name, given - numbers, given)
    return found


def _whole(bind: Binder, selection: Selection, span: Span, by: list[Field]) -> str:
    """Relation (actor, v0, v1, x) over the span: by person along an index if that is enough."""
    if by or selection.fields or selection.any_event or len(selection.events) != 1:
        return f"""
            select owner % {WIDE} as actor, {"v0, v1" if by else "0 as v0, 0 as v1"},
                   sum(x) as x
            from each
            group by {"1, 2, 3" if by else "1"}"""
    return f"""
            select e.actor as actor, 0 as v0, 0 as v1, count(*) as x
            from events e
            where {selection.where(bind, span)} and e.actor <> 0
            group by e.actor"""


def _over(rows: Rows, metric: str) -> Rows:
    """From rows (keys..., x, people) to rows (slot, v0, v1, figure)."""
    spread: dict[tuple[object, ...], dict[float, int]] = {}
    for *keys, x, people in rows:
        spread.setdefault(tuple(keys), {})[x] = people
    return [
        (*([0] if len(keys) == 2 else []), *keys, over(counts, metric))
        for keys, counts in spread.items()
    ]


def over(counts: Mapping[float, int], metric: str) -> float:
    """Return a figure of numbers, given as how many people have each; there is at least one."""
    if metric in ("min", "max"):
        return min(counts) if metric == "min" else max(counts)
    everything = total(x * people for x, people in counts.items())
    if metric in ("sum", "avg"):
        return everything / sum(counts.values()) if metric == "avg" else everything
    return percentile(counts, percentile_of(metric))


def percentile(counts: Mapping[float, int], p: float) -> float:
    """Return percentile p (0 to 1) by linear interpolation (definitions 1.7)."""
    position = (sum(counts.values()) - 1) * p
    low = int(position)
    found: list[float] = []
    passed = 0
    for x in sorted(counts):
        passed += counts[x]
        while len(found) < 2 and passed > low + len(found):
            found.append(x)
    if len(found) < 2:
        return float(found[0])
    return found[0] + (position - low) * (found[1] - found[0])
