"""Making the blocks of whole events from rows."""

from __future__ import annotations

import sqlite3

from core.blocks.listed import FIRST_DAY, LAST_DAY, OF_DAYS
from core.blocks.reading import read
from core.blocks.texts import Texts
from core.blocks.writing import append, blocks_of, rewrite


def make_event(connection: sqlite3.Connection, event: int, *, in_list: bool = False) -> None:
    """Make all blocks of an event, inside the caller's transaction.

    Args:
        in_list: whether `listed` has its events; else all events are read.
    """
    texts = Texts(connection)
    connection.execute("delete from blocks where event = ?", (event,))
    connection.execute("insert or ignore into block_events (event) values (?)", (event,))
    where, values = (
        (OF_DAYS, (event, FIRST_DAY, LAST_DAY)) if in_list else ("e.event = ?", (event,))
    )
    for found in read(connection, texts, where, values):
        append(connection, found.event, found.day, found.columns)
    texts.save()
    connection.execute("delete from block_changes where event = ?", (event,))
    blocks = blocks_of(connection, event)
    if len(blocks) > 1:
        rewrite(connection, event, blocks)
