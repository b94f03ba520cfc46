"""Making the blocks of whole events from rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from core.blocks.reading import read
from core.blocks.texts import Texts
from core.blocks.writing import append, blocks_of, delete, rewrite


def make_event(
    connection: sqlite3.Connection, event: int, tick: Callable[[], None] = lambda: None
) -> None:
    """Make all blocks of an event, inside the caller's transaction."""
    texts = Texts(connection)
    delete(connection, event)
    connection.execute("insert or ignore into block_events (event) values (?)", (event,))
    for found in read(connection, texts, "e.event = ?", (event,)):
        append(connection, found.event, found.day, found.columns)
        tick()
    texts.save()
    connection.execute("delete from block_changes where event = ?", (event,))
    blocks = blocks_of(connection, event)
    if len(blocks) > 1:
        rewrite(connection, event, blocks)


def make_all(connection: sqlite3.Connection, tick: Callable[[], None] = lambda: None) -> None:
    """Make all blocks of a workspace, inside the caller's transaction."""
    texts = Texts(connection)
    for table in ("blocks", "block_changes"):
        connection.execute(f"delete from {table}")
    connection.execute("insert or ignore into block_events (event) select id from event_names")
    names: set[int] = set()
    for found in read(connection, texts):
        names |= append(connection, found.event, found.day, found.columns)
        tick()
    texts.save()
    for event in names:
        blocks = blocks_of(connection, event)
        if len(blocks) > 1:
            rewrite(connection, event, blocks)
        tick()
