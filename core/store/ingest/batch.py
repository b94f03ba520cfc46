"""Records to write together, the result of writing them, and the days they fall on."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter

from core.records import Alias, Identify, Row
from core.sources.flow.columns import CODED, Column, Columns, columns_of
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


class Batch:
    """Records to write together, in the order they were read.

    Args:
        rows: events passed by a program.
        identifies, aliases: statements.
        places: how many events were read before each of `identifies`; empty if all were.

    Attributes:
        blocks: the events, column by column.
        count: how many events there are.
    """

    def __init__(
        self,
        rows: Sequence[Row] = (),
        identifies: Iterable[Identify] = (),
        aliases: Iterable[Alias] = (),
        places: Iterable[int] = (),
    ) -> None:
        self.blocks = columns_of(rows)
        self.count = len(rows)
        self.identifies = list(identifies)
        self.aliases = list(aliases)
        self.places = list(places) or [self.count] * len(self.identifies)

    def add(self, block: Columns) -> None:
        """Add events."""
        self.blocks.append(block)
        self.count += len(block)

    @property
    def times(self) -> Iterator[int]:
        """The times of the events."""
        return chain.from_iterable(block.ts for block in self.blocks)

    @property
    def properties(self) -> Iterator[str | None]:
        """The JSON of the events."""
        return chain.from_iterable(block.properties for block in self.blocks)

    def column(self, name: str) -> Iterator[Column]:
        """Yield the parts of a column of texts, in order."""
        place = CODED.index(name)
        return (block.coded[place] for block in self.blocks)

    def described(self) -> Iterator[Identify]:
        """Yield the statements of traits, in the order they were read."""
        identifies = zip(self.places, self.identifies, strict=True)
        for _, said in heapq.merge(identifies, self._told(), key=itemgetter(0)):
            if said.traits:
                yield said

    def _told(self) -> Iterator[tuple[int, Identify]]:
        before = 0
        for block in self.blocks:
            _, users, devices, *_ = block.coded
            for place, traits in block.traits.items():
                user, device = (c.table[c.codes[place]] for c in (users, devices))
                yield before + place, Identify(user, device, block.ts[place], traits)
            before += len(block)

    @property
    def size(self) -> int:
        """The number of records in it."""
        return self.count + len(self.identifies) + len(self.aliases)


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
