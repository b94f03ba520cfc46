"""Events whose time may be a mistake: those in the future, and a few long before all others."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from core.timeframe import to_date

APART: Final = 365
"""How many days without any event separate early events from the rest."""

FEW: Final = 0.001
"""Up to this share of all events they count as few; a single one always does."""


@dataclass(frozen=True)
class Strays:
    """Stray events of a workspace.

    Attributes:
        future: events after now.
        early: events long before all others.
        early_from, early_until: the local days of those.
        others_from: the local day on which the others begin.
    """

    future: int = 0
    early: int = 0
    early_from: int = 0
    early_until: int = 0
    others_from: int = 0

    def sentences(self) -> tuple[str, ...]:
        """Return sentences that report them."""
        found = []
        if self.future:
            found.append(f"{_events(self.future)} in the future")
        if self.early:
            days = to_date(self.early_from).isoformat()
            if self.early_until > self.early_from:
                days += f" to {to_date(self.early_until).isoformat()}"
            found.append(
                f"{_events(self.early)} on {days}, long before all others "
                f"(from {to_date(self.others_from).isoformat()})"
            )
        return tuple(found)


def _events(count: int) -> str:
    return "1 event lies" if count == 1 else f"{count:,} events lie"


def strays(connection: sqlite3.Connection, now: int) -> Strays:
    """Find them, from the times of events and the stored days; `now` is UTC ms."""
    future = _later(connection, now)
    days = connection.execute(
        """
        select day, total from activity
        where event = 0 and dimension = 0 and value = 0
        order by day
        """
    ).fetchall()
    allowed = max(int(sum(total for _, total in days) * FEW), 1)
    before, place = 0, 0
    for index, (_, total) in enumerate(days[:-1], 1):
        before += total
        if before > allowed:
            break
        if days[index][0] - days[index - 1][0] > APART:
            place = index
    if not place:
        return Strays(future)
    early = sum(total for _, total in days[:place])
    return Strays(future, early, days[0][0], days[place - 1][0], days[place][0])


def _later(connection: sqlite3.Connection, now: int) -> int:
    """Return how many events are later than an instant; mostly the latest tells that none is."""
    row = connection.execute("select value from meta where key = 'latest'").fetchone()
    if row is not None and int(row[0]) <= now:
        return 0
    (found,) = connection.execute(
        """
        select count(*)
        from events
        where ts > ? and event not in (select id from event_names where deleted)
        """,
        (now,),
    ).fetchone()
    return int(found)
