"""Records to write together, the result of writing them, and the days they fall on."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter

import numpy as np

from core.records import Alias, Identify, Row
from core.sources.flow.columns import CODED, Column, Columns, columns_of
from core.store.imports.statements import Said
from core.store.rows.numbers import Ints, joined
from core.timeframe import DAY, QUARTER, Calendar


class Days(dict[int, int]):
    """The local day for each quarter of an hour since 1970."""

    def __init__(self, calendar: Calendar) -> None:
        super().__init__()
        self._calendar = calendar
        self._cut: set[int] = set()

    def of(self, times: Sequence[int]) -> list[int]:
        """Return the local days of instants in ms."""
        days: list[int] = self.column(np.array(times, np.int64)).tolist()
        return days

    def column(self, times: Ints) -> Ints:
        """Return the local days of a column of instants in ms."""
        if self._calendar.zone_name == "UTC":
            return times // DAY
        quarters, places = np.unique(times // QUARTER, return_inverse=True)
        days = np.array([self[quarter] for quarter in quarters.tolist()], np.int64)[places]
        cut = np.isin(quarters, list(self._cut))[places] if self._cut else ()
        for place in np.flatnonzero(cut).tolist():
            days[place] = self._calendar.day_of(int(times[place]))
        return days

    def __missing__(self, quarter: int) -> int:
        found = self[quarter] = self._calendar.day_of(quarter * QUARTER)
        if found != self._calendar.day_of((quarter + 1) * QUARTER - 1):
            self._cut.add(quarter)
        return found


class _Places(dict[str | None, int]):
    """The place of each text in the order in which they are asked for, after None."""

    def __init__(self) -> None:
        super().__init__({None: 0})

    def __missing__(self, text: str) -> int:
        found = self[text] = len(self)
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

    def times(self) -> Ints:
        """Return the times of the events."""
        return joined(np.asarray(block.ts) for block in self.blocks)

    def span(self) -> list[int]:
        """Return the earliest and the latest time; nothing if there are no events."""
        times = self.times()
        return [int(times.min()), int(times.max())] if len(times) else []

    @property
    def is_shuffled(self) -> bool:
        """Whether its later half is not after or before its earlier one, so that what follows is
        likely to belong to the same days.
        """
        times = self.times()
        half = len(times) // 2
        if not half:
            return False
        first, then = times[:half], np.median(times[half:])
        return bool(first.min() <= then <= first.max())

    def ids(self) -> Ints:
        """Return the ids of the events."""
        return joined(np.asarray(block.ids) for block in self.blocks)

    def properties(self) -> tuple[Ints, list[str | None]]:
        """Return the JSON of the events, as places in a list of different texts, None first."""
        table = _Places()
        said = chain.from_iterable(block.properties for block in self.blocks)
        places = np.fromiter(map(table.__getitem__, said), np.int64, self.count)
        return places, list(table)

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
