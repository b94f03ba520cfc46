"""Stored events read as columns, for blocks that are made from rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.blocks.covering import FIELDS
from core.blocks.layout import ACTOR, FIRST_CONTEXT, SEQ, SESSION, TIME
from core.blocks.packing import Column
from core.blocks.said import Said
from core.blocks.texts import Texts
from core.columns import CONTEXT, is_plain, with_context
from core.values.scalars import parsed

Ints = NDArray[np.int64]

CHUNK: Final = 100_000
"""How many events are read together."""

_TOGETHER: Final = 4_096
"""How many texts of properties are gathered together."""

_COLUMNS: Final = ", ".join(
    f"e.{name}" for name in ("event", "day", "actor", "ts", "seq", "session", *CONTEXT)
)
_FIELDS: Final = (ACTOR, TIME, SEQ, SESSION, *range(FIRST_CONTEXT, FIRST_CONTEXT + len(CONTEXT)))


@dataclass(frozen=True)
class Read:
    """Events, column by column: see `core.blocks.writing.append`."""

    event: Ints
    day: Ints
    columns: dict[int, Column]


def read(
    connection: sqlite3.Connection, texts: Texts, where: str = "1", values: Sequence[Any] = ()
) -> Iterator[Read]:
    """Yield stored events in order of actor, time and arrival, some at a time.

    Args:
        texts: gets the texts of properties that are new.
        where: a condition on `events e` and its values.
    """
    cursor = connection.execute(
        f"""
        select {_COLUMNS},
               (select properties from event_properties where seq = e.seq)
        from {with_context(connection.execute)}
        where {where}
        order by e.actor, e.ts, e.seq
        """,
        values,
    )
    fields = fields_of(connection)
    while rows := cursor.fetchmany(CHUNK):
        *numbers, json = zip(*rows, strict=True)
        event, day, *values_of = (np.array(column, np.int64) for column in numbers)
        columns = {
            field: Column(column)
            for field, column in zip(_FIELDS, values_of, strict=True)
            if field <= SEQ or column.any()
        }
        said, places = _said(json)
        for field, column in said.columns(fields, texts).items():
            columns[field] = column.take(places)
        yield Read(event, day, columns)


def fields_of(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the fields of the properties that blocks have, by name."""
    return {name: field for name, field in connection.execute(FIELDS) if is_plain(name)}


def _said(texts: Sequence[str | None]) -> tuple[Said, Ints]:
    """Return the different properties of events, and the place of each event's."""
    different = list(dict.fromkeys(filter(None, texts)))
    places: dict[str | None, int] = {text: place for place, text in enumerate(different, 1)}
    found = Said()
    for start in range(0, len(different), _TOGETHER):
        found.add(list(map(parsed, different[start : start + _TOGETHER])))
    return found, np.array([places.get(text, 0) for text in texts], np.int64)
