"""The secondary indexes of an empty workspace, which a big import creates when it is done."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.sources.places import Place
from core.store.waiting import Patience, transaction

BIG: Final = 1 << 20
"""How many bytes of files are a big import."""

_SORTED_TOGETHER: Final = -2_000
"""How much of an index is sorted together, as a size of SQLite's cache."""


@contextmanager
def late_indexes(
    connection: sqlite3.Connection,
    places: Sequence[Place],
    patience: Patience,
    told: Callable[[], None],
) -> Iterator[None]:
    """Create the secondary indexes after a big import into an empty workspace, not during it. A
    killed or failed import leaves them missing; the next writer that opens the file creates them.

    Args:
        told: called when they are about to be created.
    """
    from core.store.schema import INDEXES

    files = {Path(place.path) for place in places}
    sizes = [file.stat().st_size for file in files if file.is_file()]
    empty = connection.execute("select 1 from events limit 1").fetchone() is None
    if not empty or sum(sizes) < BIG:
        yield
        return
    with transaction(connection, patience):
        for name in INDEXES:
            connection.execute(f"drop index if exists {name}")

    try:
        yield
    except sqlite3.Error:
        raise
    except BaseException:
        with transaction(connection, patience):
            _create(connection, INDEXES)
        raise
    told()
    with transaction(connection, patience):
        _create(connection, INDEXES)


def _create(connection: sqlite3.Connection, indexes: Mapping[str, str]) -> None:
    """Create indexes, with parts to sort that fit the processor's cache."""
    from core.store.schema import PLANNER

    (before,) = connection.execute("pragma cache_size").fetchone()
    connection.execute(f"pragma cache_size = {_SORTED_TOGETHER}")
    try:
        for statement in (*indexes.values(), *PLANNER):
            connection.execute(statement)
    finally:
        connection.execute(f"pragma cache_size = {before}")
