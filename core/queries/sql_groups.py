"""Typed SQL that counts by values of properties, over groups of events that blocks have counted.

The groups come from a statement of ours, like that of any question; what was typed is run over
them, where typed SQL runs. Whatever blocks cannot say (`core.catalog.blocks`) is left to the rows
of events, as are the values true and false, which SQL tells from texts and blocks do not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import Any, Final

from core.catalog.fields import Field
from core.columns import EMPTY, NONE
from core.queries.common.blocks.rows import BlockRows
from core.queries.common.context import Context
from core.queries.common.question import Rows
from core.sql.dialect import Instead, Statement
from core.sql.grouping import COUNT, PROPERTY
from core.sql.over_blocks import OverBlocks
from core.timeframe import Span, exact_span

MOST_GROUPS: Final = 10_000
"""Of more groups, what was typed would take longer over them than over rows."""

MOST_BYTES: Final = 4_000_000
"""Of more bytes, they would not fit into a statement."""

LABEL: Final = "events by value"

_MOST_FIELDS: Final = 3
"""By how many fields events are grouped at most."""


def over_groups(ctx: Context, asked: OverBlocks) -> Generator[Statement, Rows, Instead | None]:
    """Yield a statement that counts events; return what the typed one becomes over its rows, None
    if blocks cannot say it or if it is too much.
    """
    events = _events(ctx, asked.names)
    by = _fields(asked)
    every = BlockRows(ctx, events, (), (), "")
    if ctx.dialect.present is not None or len(by) > _MOST_FIELDS or not _can(every, by):
        return None
    if asked.utc_days and ctx.calendar.zone_name != "UTC":
        return None
    bare = [event for event in events if asked.is_of_properties and _lacks(every, by, event)]
    full = replace(every, events=tuple(event for event in events if event not in bare))
    rows = (yield from _counted(full, by, asked)) if full.events else []
    sizes = ctx.catalog.blocks.sizes
    rows += [(0, *_of_bare(by, event), sizes[event]) for event in bare]
    if len(rows) > MOST_GROUPS or any(day is None for day, *_ in rows):
        return None
    read: list[Callable[[Any], Any]] = [int, *(_reader(every, field) for field in by), int]
    try:
        shown = [list(map(of, own)) for of, own in zip(read, zip(*rows, strict=True), strict=False)]
    except ValueError:  # a number that JSON has no word for
        return None
    names = ("day", *(_column(asked, field) for field in by), COUNT)
    found = dict(zip(names, shown, strict=True)) if rows else {name: list[Any]() for name in names}
    same = {
        name: found[name][0]
        for name, of in zip(names[:-1], read, strict=False)
        if of is int and len(set(found[name])) == 1
    }
    columns = tuple(name for name in names if name not in same)
    written = json.dumps(list(zip(*map(found.__getitem__, columns), strict=True)))  # in ASCII
    if len(written) > MOST_BYTES:
        return None
    return Instead(asked.query, columns, written, tuple(same.items()))


def _counted(
    full: BlockRows, by: Sequence[Field], asked: OverBlocks
) -> Generator[Statement, Rows, Rows]:
    """Yield the statement that counts; return its groups: the day or 0, labels, how many events."""
    ctx, span = full.ctx, _span(full.ctx, asked)
    slots = ctx.buckets(span, "daily", whole=True) if asked.by_day else []
    days = {bucket.index: bucket.first_day for bucket in slots}
    own = [field for field in by if field.kind != "event" or len(full.events) > 1]
    rows = yield from full.ask("block_figures", span, slots, own, LABEL, figures=["rows"])
    same = full.events[: len(by) - len(own)]
    return [
        (days.get(slot) if asked.by_day else 0, *same, *labels[: len(own)], count)
        for slot, *labels, count in rows
        if count
    ]


def _events(ctx: Context, names: Sequence[str]) -> tuple[int, ...]:
    ids = ctx.catalog.events.ids
    return tuple(ids[name] for name in names if name in ids) if names else tuple(ids.values())


def _fields(asked: OverBlocks) -> list[Field]:
    """Return the fields that groups are of, in the order of the columns of the view."""
    found = [Field("event", "event")] if "event_name" in asked.columns else []
    contexts = sorted(asked.columns - {"event_name", "day"})
    found += [Field("context", name) for name in contexts]
    return [*found, *(Field("property", name) for name in asked.properties)]


def _column(asked: OverBlocks, field: Field) -> str:
    if field.kind == "property":
        return PROPERTY.format(asked.properties.index(field.name))
    return "event_name" if field.kind == "event" else field.name


def _can(every: BlockRows, by: Sequence[Field]) -> bool:
    """Whether blocks have what is asked for, and SQL has the same values."""
    if not every.events or not every.can(by):
        return False
    fields = [every.own_field(field) for field in by if field.kind == "property"]
    return not any(every.ctx.catalog.blocks.has_truths(field) for field in fields if field)


def _lacks(every: BlockRows, by: Sequence[Field], event: int) -> bool:
    """Whether no event of a name has any of the properties."""
    one = replace(every, events=(event,))
    return not any(field.kind == "property" and one.has(field) for field in by)


def _of_bare(by: Sequence[Field], event: int) -> list[Any]:
    return [event if field.kind == "event" else NONE for field in by]


def _span(ctx: Context, asked: OverBlocks) -> Span:
    """Return the time of the events that count."""
    whole = ctx.all_days
    if asked.low is asked.high is None:
        return whole
    start = whole.start if asked.low is None else min(max(asked.low, whole.start), whole.end)
    end = whole.end if asked.high is None else min(asked.high, whole.end)
    return exact_span(start, max(start, end), ctx.calendar)


def _reader(every: BlockRows, field: Field) -> Callable[[Any], Any]:
    """Return what reads the label of a group as the value that events have."""
    if field.kind != "property":
        return int
    return _text if every.is_text(field) else _number


def _text(label: str) -> str | None:
    return None if label == NONE else "" if label == EMPTY else label


def _number(label: str) -> Any:
    return None if label == NONE else json.loads(label)
