"""Creating the sets of properties in a file whose events were stored without them.

The events are read twice: once to learn which properties have few values and on which events, once
to count. This is part of the transaction of the next import, so a file has all of it or none.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from core.columns import EVERY_NAME
from core.store.ingest.activity import Activity
from core.store.ingest.properties import Properties, counted
from core.store.rows.facts import Facts, by_dimension

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
        values, _ = properties.take(counted(row[3] for row in chunk))
        for _, event, _, text in chunk:
            learned[event].update(values.get(text or "", ()))
        tick()
    live = properties.live
    for event, dimensions in learned.items():
        for dimension in dimensions & live:
            activity.know_property(event, dimension)
    for chunk in _chunks(connection):
        values, _ = properties.take(counted(row[3] for row in chunk))
        actors, events, days, texts = zip(*chunk, strict=True)
        said = [values.get(text or "", {}) for text in texts]
        places, columns = range(len(said)), by_dimension(said)
        activity.add_properties(Facts(actors, events, days, texts=places, said=columns))
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
