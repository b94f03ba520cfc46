"""Inserting rows, many with one statement: three quarters of the time of one each, half of it where
there are triggers.

"insert or rollback" ends the transaction if a row cannot be inserted. For such a statement SQLite
keeps no copy of every page that it changes, to take back its own rows alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

TOGETHER: Final = 256
"""How many rows one statement inserts."""

_MADE: Final = 16 * TOGETHER
"""How many rows are made of columns at a time."""

Part = list[Any]
"""The values of at most TOGETHER rows, one row after the other."""


def insert(
    connection: sqlite3.Connection,
    into: str,
    names: Sequence[str],
    parts: Iterable[Part],
    then: str = "",
) -> None:
    """Insert rows.

    Args:
        into: the statement up to the table, as "insert or rollback into events".
        names: the columns that are given.
        then: the rest of the statement, as "on conflict do nothing".
    """
    row = f"({', '.join('?' for _ in names)})"
    statements: dict[int, str] = {}
    for part in parts:
        count = len(part) // len(names)
        if count not in statements:
            rows = ", ".join([row] * count)
            statements[count] = f"{into} ({', '.join(names)}) values {rows}{then}"
        connection.execute(statements[count], part)


def parts_of(rows: Sequence[Sequence[Any]]) -> Iterator[Part]:
    """Yield rows in parts to insert."""
    for start in range(0, len(rows), TOGETHER):
        yield list(chain.from_iterable(rows[start : start + TOGETHER]))


def parts_of_columns(columns: Sequence[NDArray[Any]]) -> Iterator[Part]:
    """Yield rows, given column by column, in parts to insert."""
    for start in range(0, len(columns[0]), _MADE):
        made = np.column_stack([column[start : start + _MADE] for column in columns])
        for first in range(0, len(made), TOGETHER):
            yield made[first : first + TOGETHER].ravel().tolist()
