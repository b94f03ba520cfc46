"""Which events count towards what, as their flags in `event_names` say (definitions 2.4)."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from core.columns import ACTIVE

FLAGS = ("inactive", "deleted", "hidden", "flow_hidden")


@dataclass(frozen=True)
class Flags:
    """The ids of events with flags that affect stored sets and sessions."""

    inactive: frozenset[int]
    deleted: frozenset[int]

    @classmethod
    def read(cls, connection: sqlite3.Connection) -> Flags:
        """Return the current flags of a workspace."""
        rows = connection.execute(
            "select id, inactive, deleted from event_names where inactive or deleted"
        ).fetchall()
        return cls(
            frozenset(id_ for id_, inactive, _ in rows if inactive),
            frozenset(id_ for id_, _, deleted in rows if deleted),
        )

    @property
    def uncounted(self) -> frozenset[int]:
        """Events that make nobody active and belong to no session."""
        return self.inactive | self.deleted

    def wholes(self, event: int) -> tuple[int, ...]:
        """Return the pseudo events whose stored sets an event is part of."""
        if event in self.deleted:
            return ()
        return (0, ACTIVE) if self.inactive and event not in self.inactive else (0,)
