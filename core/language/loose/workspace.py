"""The names of a workspace that sentences may have."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.blocks.covering import FIELDS
from core.catalog.selectors import CUSTOM, custom_events
from core.columns import CONTEXT, has_table
from core.language.loose.heard import Names
from core.queries.common.context import Context
from core.timeframe import to_date

MOST_VALUES = 5_000
"""How many values of properties are known at most."""


def names_of(ctx: Context) -> Names:
    """Return the names of a workspace."""
    catalog = ctx.catalog
    custom = tuple(f"{CUSTOM}{name}" for name in custom_events(catalog))
    events = (*catalog.events.pickable, *custom)
    traits = (f"trait:{key}" for key in catalog.people.trait_keys())
    fields = (*catalog.fields, *traits)
    first = None if ctx.earliest is None else to_date(ctx.calendar.day_of(ctx.earliest))
    return Names(
        events, fields, _values(ctx), _groups(ctx), _marks(ctx), to_date(ctx.today), first,
        _held(ctx, fields),
    )  # fmt: skip


def _held(ctx: Context, fields: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the fields that events may have, of those whose columns are packed."""
    if not has_table(ctx.catalog.read, "block_events"):
        return {}
    packed: dict[str, int] = dict(ctx.catalog.read(FIELDS, ()))
    rows = ctx.catalog.read(
        """
        select n.name, b.field
        from (select distinct event, field from blocks) b
        join block_events e on e.event = b.event
        join event_names n on n.id = b.event
        """,
        (),
    )
    own: dict[str, set[int]] = {}
    for event, field in rows:
        own.setdefault(str(event), set()).add(int(field))
    return {
        event: frozenset(name for name in fields if packed.get(name, -1) in {*ids, -1})
        for event, ids in own.items()
    }


def _values(ctx: Context) -> dict[str, tuple[str, str]]:
    """Return the values of columns and of properties with few of them; of two alike a column's."""
    found: dict[str, tuple[str, str]] = {}
    for column in CONTEXT:
        for text in ctx.catalog.values.of(column).values():
            found.setdefault(text.casefold(), (column, text))
    if has_table(ctx.catalog.read, "property_keys"):
        rows = ctx.catalog.read(
            """
            select k.name, v.value
            from property_values v join property_keys k on k.id = v.dimension
            where k.state = 'sets' limit ?
            """,
            (MOST_VALUES,),
        )
        for name, text in rows:
            found.setdefault(str(text).casefold(), (str(name), str(text)))
    return found


def _marks(ctx: Context) -> dict[str, date]:
    """Return the dates of public marks by title, and of the newest ones by category."""
    if not has_table(ctx.catalog.read, "marks"):
        return {}
    rows = ctx.catalog.read(
        """
        select title, category, timestamp from marks
        where scope = 'public' and deleted_at is null and timestamp <= ?
        order by timestamp
        """,
        (ctx.now,),
    )
    found: dict[str, date] = {}
    for title, category, ms in rows:
        day = to_date(ctx.calendar.day_of(int(ms)))
        name = str(title).casefold()
        found |= {str(category).casefold(): day, name: day, name.partition(",")[0]: day}
    return found


def _groups(ctx: Context) -> tuple[str, ...]:
    if not has_table(ctx.catalog.read, "audiences"):
        return ()
    rows = ctx.catalog.read("select title from audiences where deleted_at is null", ())
    return tuple(str(title) for (title,) in rows)
