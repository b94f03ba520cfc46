"""Blocks (`core.blocks`) of the events that an import stores."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Final

from core.blocks.keeping import Keeper, events_left, keep, put_in_order
from core.blocks.layout import ACTOR, FIRST_CONTEXT, SEQ, SESSION, TIME
from core.blocks.listed import listed
from core.blocks.making import make_event
from core.blocks.packing import Column
from core.blocks.said import Said
from core.store.rows.numbers import Events, Ints, narrow
from core.store.waiting import Patience, transaction
from core.store.workspace import bump

MANY: Final = 20_000
"""After an import of so many events blocks are put in order."""


def add_blocks(
    keeper: Keeper, events: Events, said: Said, places: Ints, *, hold: bool = False
) -> None:
    """Add stored events to blocks.

    Args:
        said: the properties of their different texts.
        places: the place of each event's in `said`.
        hold: see `Keeper.add`.
    """
    columns = {
        ACTOR: Column(narrow(events.actor)),
        TIME: Column(events.ts),
        SEQ: Column(narrow(events.seq)),
        SESSION: Column(events.session),
    }
    for dimension, ids in zip(events.used, events.context, strict=True):
        columns[FIRST_CONTEXT + dimension - 1] = Column(ids)
    keeper.add(events.event, events.day, columns, said, places, hold=hold)


def finish(
    connection: sqlite3.Connection,
    stored: int,
    patience: Patience,
    told: Callable[[int, int], None] = lambda done, whole: None,
    stop: Callable[[], bool] | None = None,
) -> None:
    """After an import: make the blocks of events that have none, as in a file that was written
    before there were blocks, and put those of a large import in order.

    Every event is a transaction of its own: if this is stopped, those without blocks are left to
    rows, and made after the next import; those of others are read in more pieces.

    Args:
        stored: how many events the import stored.
        told: called with how many events are done, and the total.
        stop: called at intervals; True leaves the rest for later.
    """
    if connection.execute("select 1 from block_changes limit 1").fetchone():
        with transaction(connection, patience):
            keep(connection)
            bump(connection)
    left = events_left(connection)
    if left:
        with listed(connection, [(event, None) for event in left]):
            for done, event in enumerate(left):
                told(done, len(left))
                if stop is not None and stop():
                    return
                with transaction(connection, patience):
                    make_event(connection, event, in_list=True)
                    bump(connection)
    if stored < MANY:
        return
    stored_events = connection.execute("select event from block_events").fetchall()
    for done, (event,) in enumerate(stored_events):
        told(done, len(stored_events))
        if stop is not None and stop():
            return
        with transaction(connection, patience):
            put_in_order(connection, event)
