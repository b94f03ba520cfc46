"""Single rows of the table `event_rows`, which says little of what follows from other columns."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final, NamedTuple

from core.columns import USER
from core.records import stored_id

_DAY: Final = 86_400_000

_COLUMNS: Final = (
    "actor", "ts", "seq", "id", "event", "session", "other_user", "device", "context_day",
)  # fmt: skip

_INSERT: Final = f"""
insert into event_rows ({", ".join(_COLUMNS)}) values ({", ".join("?" for _ in _COLUMNS)})
"""

_USER: Final = USER.format("")

_MOVE: Final = f"""
update event_rows
set actor = ?1, other_user = case {_USER} when ?1 then 0 when 0 then -1 else {_USER} end
where actor = ?2 and ts = ?3 and seq = ?4
"""


class Whole(NamedTuple):
    """An event with all that is known of it; `context` is the number of its combination."""

    actor: int
    ts: int
    seq: int
    id: int
    event: int
    day: int
    session: int
    user: int
    device: int
    context: int


def insert_whole(connection: sqlite3.Connection, events: Iterable[Whole]) -> None:
    """Store events."""
    connection.executemany(_INSERT, map(_row, events))


def move(connection: sqlite3.Connection, moves: Iterable[tuple[int, int, int, int]]) -> None:
    """Let events count for others.

    Args:
        moves: the new actor of each, then its actor, time and seq.
    """
    connection.executemany(_MOVE, moves)


def _row(event: Whole) -> tuple[int, ...]:
    other = 0 if event.user == event.actor else event.user or -1
    context_day = 3 * event.context + event.day - event.ts // _DAY + 1
    return (
        event.actor, event.ts, event.seq, stored_id(event.id), event.event, event.session, other,
        event.device, context_day,
    )  # fmt: skip
