"""Who did something often enough within a bucket: at least, at most or exactly so many times."""

from __future__ import annotations

from collections.abc import Sequence

from core.queries.common.selection import Selection
from core.queries.common.slots import slot_of
from core.sql.dialect import Binder
from core.timeframe import Bucket, Span


def people(
    selection: Selection,
    bind: Binder,
    span: Span,
    slots: Sequence[Bucket],
    least: int = 1,
    most: int | None = None,
) -> str:
    """Return the relation (slot, users) of those with so many of a selection's events in a slot.

    Args:
        slots: the buckets that `slot` numbers, from 0; without them `slot` is the local day.
        least, most: how many events, both inclusive; a `most` of None is no limit.
    """
    if least <= 1 and most is None:
        return f"select slot, users from ({selection.people(bind, span, slots=slots)})"
    slot = slot_of(bind, slots, span.of_days) if slots else "e.day"
    counted = [f"count(*) >= {bind(least)}"]
    counted += [] if most is None else [f"count(*) <= {bind(most)}"]
    return f"""
        select slot, {bind.dialect.build("actor")} as users
        from (
            select {slot} as slot, e.actor as actor
            from {selection.source()}
            where {selection.where(bind, selection.ctx.counted(span))} and e.actor <> 0
            group by 1, 2
            having {" and ".join(counted)}
        )
        group by slot"""
