"""Comparing whom events count for with what links and aliases say (definitions 1.1)."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Final

from core.store.ingest.identity import Identity
from core.store.rows.layout import move

_SAID: Final = """
with roots (old, root) as materialized (
    select value ->> 0, value ->> 1 from json_each(:roots)
),
said (seq, actor, ts, stands_for) as (
    select seq, actor, ts,
           case
               when user then user
               when device then coalesce(
                   (
                       select l.user from links l
                       where l.device = e.device and l.linked_at <= e.ts
                       order by l.linked_at desc, l.arrived
                       limit 1
                   ),
                   (
                       select l.user from links l
                       where l.device = e.device
                       order by l.linked_at, l.arrived
                       limit 1
                   ),
                   device
               )
               else 0
           end
    from events e
),
apart (seq, actor, ts, owner) as (
    select seq, actor, ts, coalesce((select root from roots where old = stands_for), stands_for)
    from said
)
select actor, ts, seq, owner from apart where actor <> owner
"""


@dataclass(frozen=True)
class OwnersApart:
    """Events that count for somebody else than they should.

    Attributes:
        events: how many events there are.
        wrong: how many count for somebody else.
        example: one of them: whom it counts for, and should; 0 is nobody.
    """

    events: int
    wrong: int
    example: tuple[int, int] | None = None


def compare_owners(connection: sqlite3.Connection, *, repair: bool = False) -> OwnersApart:
    """Compare all events; `repair` lets them count for whom they should, inside the caller's
    transaction, but does not write the sets and sessions anew.
    """
    (events,) = connection.execute("select count(*) from events").fetchone()
    settled = "select 1 from meta where key = 'ties_settled'"
    if connection.execute(settled).fetchone() is None:
        return OwnersApart(events, 0)  # the next import settles links with equal times
    identity = Identity(connection)
    merged = connection.execute("select old from aliases").fetchall()
    roots = json.dumps([(old, identity.root(old)) for (old,) in merged])
    wrong, example = 0, None
    cursor = connection.execute(_SAID, {"roots": roots})
    moves = []
    for actor, ts, seq, owner in cursor:
        wrong += 1
        example = example or (actor, owner)
        if repair:
            moves.append((owner, actor, ts, seq))
    if moves:
        move(connection, moves)
    return OwnersApart(events, wrong, example)
