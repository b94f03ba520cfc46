"""Opening the sources of an import, big files in a process of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.processes.spare import APART_FROM, Spare, text_size
from core.sources import Source, open_source
from core.sources.blocks import MOST, START, Position
from core.sources.choices import Choices
from core.sources.flow.apart import Apart, open_apart
from core.sources.lines import Input
from core.sources.places import Place
from core.store.imports.replacing import Decide, add
from core.store.waiting import Patience
from core.store.workspace import read_calendar, visitor_salt

BATCH = 150_000
"""How many events are written together."""

TOGETHER = 7
"""How many batches of a file with shuffled times are written in one transaction, unless it takes
long.
"""

EVERY = 256


@dataclass(frozen=True)
class Manner:
    """How an import is done.

    Attributes:
        choices: how files are to be read.
        forgets: whether what is remembered about them is forgotten.
        decide: what happens to earlier imports of a source that was read in another way.
        again: whether a known file is read all the same.
        only_new: whether only what is new since the last time is read.
        live: for sources that are followed, which are written as they come: whether to end.
        batch_size: events written in one transaction.
        apart_from: from this many bytes of text on, a file is read by another process.
    """

    choices: Choices = field(default_factory=Choices)
    forgets: bool = False
    decide: Decide = add
    again: bool = False
    only_new: bool = False
    live: Callable[[], bool] | None = None
    batch_size: int = BATCH
    apart_from: int = APART_FROM

    def most(self, most: int = MOST) -> int:
        """How many lines a block may have, so that a batch is not much larger than it should be."""
        if self.live is not None:
            return self.batch_size
        return min(most, max(self.batch_size // 16, min(EVERY, self.batch_size)))


class Opening:
    """Opens sources to be read into a workspace; the processes that read them come from `spare`."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        manner: Manner,
        patience: Patience,
        spare: Spare | None = None,
    ) -> None:
        self._spare = spare
        self._connection = connection
        self._manner = manner
        self._patience = patience

    def open(
        self, opened: Input, place: Place, chosen: Choices, start: Position = START
    ) -> Source | Apart:
        """Open a source from a position on; a big file is read by another process."""
        request = {**self._request(place, chosen), "start": start}
        if self._is_big(opened, place, start if opened.trusted else START):
            asked = {**request, "mapping": dict(chosen.mapping), "trusted": opened.trusted}
            asked["holds_back"] = opened.holds_back
            apart = open_apart(asked, self._salt, self._spare)
            if apart is not None:
                return apart
        return open_source(**request, salt=self._salt, opened=opened)

    def again(self, place: Place, chosen: Choices) -> Source:
        """Open a place once more."""
        return open_source(**self._request(place, chosen), salt=self._salt)

    def _request(self, place: Place, chosen: Choices) -> dict[str, Any]:
        """Return the arguments to open a place."""
        return {
            "place": chosen.place(place),
            "mapping": chosen.mapping,
            "form": chosen.format or None,
            "logs": chosen.logs,
            "calendar": read_calendar(self._connection),
            "reading": chosen.reading,
            "most": self._manner.most(),
        }

    def _is_big(self, opened: Input, place: Place, start: Position) -> bool:
        """Whether there is much to read from a position on."""
        if place.path == "-":
            return False
        size = opened.total or 0 if place.member else text_size(place.path)
        return size - start.bytes >= self._manner.apart_from

    def _salt(self) -> bytes:
        """The workspace's salt for visitors of websites, created on first use."""
        return visitor_salt(self._connection, self._patience)
