"""Ids that join suspiciously many others: most are not ids of a single person or device."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final, NamedTuple

MANY: Final = 50
"""An id that joins more than this many others is reported."""

SHOWN: Final = 5


class Joint(NamedTuple):
    """An id and how many `others` ("devices" or "people") it joins."""

    key: str
    joined: int
    others: str

    def sentence(self) -> str:
        """Return a sentence that reports it."""
        return f"the id {self.key!r} joins {self.joined:,} {self.others}"


def joints(connection: sqlite3.Connection, many: int = MANY) -> Sequence[Joint]:
    """Return the ids that join more than `many` others, worst first, at most SHOWN."""
    rows = connection.execute(
        """
        with joined (id, count, others) as (
            select user, count(*), 'devices' from links group by user having count(*) > :many
            union all
            select device, count(*), 'people' from links group by device having count(*) > :many
            union all
            select new, count(*), 'people' from aliases group by new having count(*) > :many
        )
        select i.key, j.count, j.others
        from joined j join identities i on i.id = j.id
        order by j.count desc, i.key
        limit :shown
        """,
        {"many": many, "shown": SHOWN},
    )
    return [Joint(*row) for row in rows]
