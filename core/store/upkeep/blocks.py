"""Comparing blocks (`core.blocks`) with the rows of events, and making them anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.blocks.columns import join_field, missing
from core.blocks.covering import covered
from core.blocks.layout import ACTOR, FIRST_CONTEXT, SEQ, SESSION, TIME
from core.blocks.listed import COUNTS, OF_DAYS, listed
from core.blocks.making import make_event
from core.blocks.packing import Column
from core.blocks.reading import read
from core.blocks.texts import Texts
from core.blocks.writing import Block, Stored, blocks_of
from core.columns import CONTEXT, FIRST_PROPERTY
from core.errors import Damaged
from core.store.upkeep.comparing import Told
from core.store.upkeep.recount import in_parts

_FIELDS: Final = (SEQ, ACTOR, TIME, SESSION, *(FIRST_CONTEXT + n for n in range(len(CONTEXT))))

Ints = NDArray[np.int64]


@dataclass
class BlocksApart:
    """How blocks differ from rows.

    Attributes:
        blocks: how many there are, of events that blocks answer for.
        wrong: how many of them are those of events that differ on some of their days, or whose
            event has no rows.
        example: an event that differs, 0 if none does.
    """

    blocks: int = 0
    wrong: int = 0
    example: int = 0


def compare_blocks(
    connection: sqlite3.Connection, told: Told, *, repair: bool = False
) -> BlocksApart:
    """Compare all blocks; `repair` makes those of wrong events anew, inside the caller's
    transaction.
    """
    found = BlocksApart()
    names = sorted(covered(connection))
    told("blocks", 0, len(names))
    with listed(connection, [(event, None) for event in names]):
        for done, event in enumerate(names):
            told("blocks", done, len(names))
            blocks = blocks_of(connection, event)
            found.blocks += len(blocks)
            if _agree(connection, event, blocks):
                continue
            found.wrong += max(len(blocks), 1)
            found.example = found.example or event
            if repair:
                make_event(connection, event, in_list=True)
    return found


def _agree(connection: sqlite3.Connection, event: int, blocks: Sequence[Block]) -> bool:
    """Whether the blocks of an event have what its rows have."""
    counts = connection.execute(COUNTS, (event,))
    parts = list(in_parts(counts))
    if sum(block.n for block in blocks) != sum(part.events for part in parts):
        return False
    try:
        return all(agree_on(connection, event, blocks, part.first, part.last) for part in parts)
    except Damaged:
        return False


def agree_on(
    connection: sqlite3.Connection, event: int, blocks: Sequence[Block], first: int, last: int
) -> bool:
    """Whether the blocks of an event have what its rows of some days have, of which there are some
    and which are `listed`.

    Raises:
        Damaged: a block cannot be decoded.
    """
    texts = Texts(connection, learn=False)
    parts = list(read(connection, texts, OF_DAYS, (event, first, last)))
    counts = [len(part.day) for part in parts]
    near = [block for block in blocks if block.day <= last and block.last >= first]
    if not near:
        return False
    stored = Stored(connection, event, near)
    day = stored.days()
    within = (day >= first) & (day <= last)
    if np.count_nonzero(within) != sum(counts):
        return False

    def of_rows(field: int) -> Column:
        return join_field(field, [part.columns.get(field) for part in parts], counts)

    def of_blocks(field: int) -> Column:
        return stored.column(field).take(within)

    rows, held = (np.argsort(column(SEQ).whole()) for column in (of_rows, of_blocks))
    days = np.concatenate([part.day for part in parts])
    if not np.array_equal(days[rows], day[within][held]):
        return False
    said = {field for part in parts for field in part.columns if field >= FIRST_PROPERTY}
    fields = {*_FIELDS, *said, *stored.fields}
    return all(_alike(of_rows(f).take(rows), of_blocks(f).take(held)) for f in fields)


def _alike(right: Column, stored: Column) -> bool:
    """Whether a stored column has the values of another; it may say that it has holes, as events
    that had them may be gone.
    """
    if (right.holes and not stored.holes) or right.spelled & ~stored.spelled:
        return False
    sides = zip(_sides(right), _sides(stored), strict=True)
    return all(np.array_equal(one, other) for one, other in sides)


def _sides(column: Column) -> list[NDArray[Any]]:
    """Return which events have numbers, and these; which have texts, and their ids."""
    nothing = missing(len(column))
    sides = (nothing if column.is_text else column, column.words or nothing)
    return [part for each in sides for part in (each.there, each.numbers()[each.there])]
