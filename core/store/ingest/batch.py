"""Records to write together, the result of writing them, and the days they fall on."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from core.records import Alias, Identify, Row
from core.store.imports.statements import Said
from core.timeframe import DAY, QUARTER, Calendar


class Days(dict[int, int]):
    """The local day for each quarter of an hour since 1970."""

    def __init__(self, calendar: Calendar) -> None:
        super().__init__()
        self._calendar = calendar
        self._cut: set[int] = set()

    def of(self, times: Sequence[int]) -> list[int]:
        """Return the local days of instants in ms."""
        if self._calendar.zone_name == "UTC":
            return [at // DAY for at in times]
        days = [self[at // QUARTER] for at in times]
        if not self._cut:
            return days
        return [
            self._calendar.day_of(at) if at // QUARTER in self._cut else day
            for at, day in zip(times, days, strict=True)
        ]

    def __missing__(self, quarter: int) -> int:
        found = self[quarter] = self._calendar.day_of(quarter * QUARTER)
        if found != self._calendar.day_of((quarter + 1) * QUARTER - 1):
            self._cut.add(quarter)
        return found


@dataclass
class Batch:
    """Records to write together, in the order they were read.

    Attributes:
        places: how many rows were read before each of `identifies`; empty if all were.
    """

    rows: list[Row] = field(default_factory=list)
    identifies: list[Identify] = field(default_factory=list)
    aliases: list[Alias] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def about_people(self) -> Iterable[Row | Identify]:
        """Return the records that link or describe people, in the order they were read."""
        rows: Iterable[tuple[int, Row | Identify]] = (
            (place, row) for place, row in enumerate(self.rows) if row.device or row.traits
        )
        if not self.identifies:
            return [row for _, row in rows]
        places = self.places or [len(self.rows)] * len(self.identifies)
        identifies = zip(places, self.identifies, strict=True)
        return [said for _, said in heapq.merge(identifies, rows, key=itemgetter(0))]

    @property
    def size(self) -> int:
        """The number of records in it."""
        return len(self.rows) + len(self.identifies) + len(self.aliases)


@dataclass
class Written:
    """The result of a batch.

    Attributes:
        stored: events that are new.
        repeated: events that were already there.
        linked, merged: devices linked to a user, and user ids merged into another.
        unowned: events counted for nobody.
        nobody: events with a placeholder as their user or device id.
        refused: links and aliases that name a placeholder.
        alike: new events that say more or less than a stored one of the same person, name and time.
        loose_ids: whether the ids of the source stand for several events each.
        placeholders: the placeholders found so far.
        rounded: the ids found so far that a spreadsheet has rounded.
        said: what the batch contained and said.
    """

    stored: int = 0
    repeated: int = 0
    linked: int = 0
    merged: int = 0
    unowned: int = 0
    nobody: int = 0
    refused: int = 0
    alike: int = 0
    loose_ids: bool = False
    placeholders: frozenset[str] = frozenset()
    rounded: frozenset[str] = frozenset()
    said: Said = field(default_factory=Said)
