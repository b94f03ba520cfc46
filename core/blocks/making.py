"""Making the blocks of whole events from rows."""

from __future__ import annotations

import sqlite3

from core.blocks.reading import read
from core.blocks.texts import Texts
from core.blocks.writing import append, blocks_of, rewrite


def make_event(connection: sqlite3.Connection, event: int) -> None:
    """Make all blocks of an event, inside the caller's transaction."""
    texts = Texts(connection)
    connection.execute("delete from blocks where event = ?", (event,))
    connection.execute("insert or ignore into block_events (event) values (?)", (event,))
    for found in read(connection, texts, "e.event = ?", (event,)):
        append(connection, found.event, found.day, found.columns)
    texts.save()
    connection.execute("delete from block_changes where event = ?", (event,))
    blocks = blocks_of(connection, event)
    if len(blocks) > 1:
        rewrite(connection, event, blocks)
