"""Creating the sets of properties in a file whose events were stored without them.

The events are read twice: once to learn which properties have few values and on which events, once
to count. This is part of the transaction of the next import, so a file has all of it or none.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from core.columns import EVERY_NAME
from core.store.ingest.activity import Activity
from core.store.ingest.properties import Properties, counted
from core.store.rows.coded import coded
from core.store.rows.facts import Facts

CHUNK: Final = 100_000
"""How many events are processed together."""

Chunk = list[tuple[int, int, int, str | None]]
"""actor, event, day, JSON."""


def fill(
    connection: sqlite3.Connection,
    properties: Properties,
    activity: Activity,
    tick: Callable[[], None],
) -> None:
    """Create the sets of properties from all stored events, inside the caller's transaction."""
    learned: dict[int, set[int]] = defaultdict(set)
    for chunk in _chunks(connection):
        _, events, _, texts = zip(*chunk, strict=True)
        told, _ = properties.take(counted(texts))
        places = told.places_of(texts)
        for dimension, ids in told.columns.items():
            for event in np.unique(np.array(events)[ids[places] > 0]).tolist():
                learned[event].add(dimension)
        tick()
    live = properties.live
    for event, dimensions in learned.items():
        for dimension in dimensions & live:
            activity.know_property(event, dimension)
    for chunk in _chunks(connection):
        actors, events, days, texts = zip(*chunk, strict=True)
        told, _ = properties.take(counted(texts))
        places = told.places_of(texts)
        activity.add_properties(Facts(actors, events, days, texts=places, said=coded(told.columns)))
        tick()
    connection.execute("insert into meta (key, value) values ('property_sets', ?)", (EVERY_NAME,))


def _chunks(connection: sqlite3.Connection) -> Iterator[Chunk]:
    cursor = connection.execute(
        """
        select e.actor, e.event, e.day, p.properties
        from events e left join event_properties p on p.seq = e.seq
        """
    )
    while chunk := cursor.fetchmany(CHUNK):
        yield chunk
