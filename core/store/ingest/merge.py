"""Moving stored events to another actor after links or aliases (definitions 1.1).

Only the events of the affected actors are read; sets lose and gain exactly the actors that moved.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final

from core.records import ID_BITS, MARKS
from core.store.imports.folded import Folded
from core.store.ingest.activity import Activity
from core.store.ingest.identity import Identity
from core.store.ingest.properties import Properties
from core.store.traits import Traits
from core.store.upkeep.shifts import DEVICE, EVENT, SEQ, USER, Shifts, Stored

_SHORT: Final = f"({{}} | {MARKS}) << {64 - ID_BITS}"
"""Equal for ids with equal `short_id`s."""


class Merge:
    """One round of moves, inside the caller's transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        identity: Identity,
        activity: Activity,
        properties: Properties,
        traits: Traits,
    ) -> None:
        self._identity = identity
        self._traits = traits
        self._shifts = Shifts(connection, activity, properties)
        self._folded = Folded(connection, identity, activity, properties)
        self._again: set[int] = set()

    def run(self, affected: Mapping[int, int]) -> set[int]:
        """Move events to their new actors.

        Args:
            affected: actor -> ms: actors whose events, from then on, may count for someone else.

        Returns:
            The actors that lost or gained events.
        """
        parted = self._folded.part(affected)
        moves = [move for actor, since in affected.items() for move in self._moves(actor, since)]
        self._traits.move(affected)
        if not moves:
            return parted
        touched = {old for old, _, _ in moves} | {new for _, new, _ in moves}
        before = self._shifts.first_days(touched)
        for old, new, row in moves:
            self._move(old, new, row)
        self._shifts.write({old for old, _, _ in moves}, self._again)
        self._shifts.write_firsts(before, self._shifts.first_days(touched))
        return touched | parted

    def _moves(self, actor: int, since: int) -> Iterable[tuple[int, int, Stored]]:
        for row in self._shifts.rows("actor = ? and ts >= ?", (actor, since)):
            new = self._identity.actor(row[USER], row[DEVICE], row[0])
            if new != actor:
                yield actor, new, row

    def _move(self, old: int, new: int, row: Stored) -> None:
        """Move an event to `new`; if it has an identical one already, the first to arrive stands
        for both.
        """
        ts, id_, seq = row[:3]
        same = (
            f"actor = ? and ts = ? and {_SHORT.format('id')} = {_SHORT.format('?')} and event = ?"
        )
        for twin in self._shifts.rows(same, (new, ts, id_, row[EVENT])):
            if self._identity.actor(twin[USER], twin[DEVICE], ts) != new:
                continue  # about to move to somebody else
            if twin[SEQ] < seq:
                self._folded.fold(old, ts, seq, twin[SEQ])
                self._shifts.drop(old, row)
                return
            self._folded.fold(new, ts, twin[SEQ], seq)
            self._shifts.drop(new, twin)
            self._again.add(new)
        self._shifts.move(old, new, row)
