"""What is to be read of a source: all of it, the rest of a stopped import, or what is new."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from core.sources.choices import Choices
from core.sources.lines import Input
from core.sources.places import Place
from core.store.fresh.earlier import (
    About,
    Earlier,
    is_unchanged,
    last_import,
    of_size,
    same_content,
    stopped,
)
from core.store.fresh.steps import Step, Steps
from core.store.waiting import Patience


@dataclass(frozen=True)
class Selected:
    """What is to be read of a source.

    Attributes:
        steps: in this order; none if there is nothing to read.
        known: the finished import of the same content, if that is why.
    """

    steps: Sequence[Step] = ()
    known: Earlier | None = None


class Selection:
    """Chooses what is to be read of the sources of one import.

    Args:
        again: whether a known file is read all the same.
        only_new: whether only what is new since the last time is read.
        live: whether sources are followed, so that they are looked at many times.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        patience: Patience,
        *,
        again: bool,
        only_new: bool,
        live: bool,
    ) -> None:
        self._connection = connection
        self._patience = patience
        self._again = again
        self._only_new = only_new
        self._live = live
        self._imported = last_import(connection)
        self._steps = Steps(connection, patience)

    def can_skip(self, place: Place, given: str) -> bool:
        """Whether a file need not even be opened.

        Args:
            given: how files are to be read, as text.
        """
        return self._only_new and place.path != "-" and is_unchanged(self._connection, place, given)

    def of(self, place: Place, opened: Input, chosen: Choices, found: About) -> Selected:
        """Return what is to be read of a place.

        Args:
            opened: the place; nothing of it is consumed.
            chosen: how it is read.
            found: what is to be known of it.

        Raises:
            Busy: only what is new is wanted, and another program is reading it.
        """
        if self._only_new:
            return self._new(place, opened, chosen, found)
        known = None if self._again else self._known(place, opened, chosen, found)
        if known is not None:
            return Selected(known=known)
        earlier = stopped(self._connection, found)
        if earlier is not None:
            return Selected([Step(place, earlier, earlier.position, resumes=True)])
        return Selected([Step(place)])

    def _new(self, place: Place, opened: Input, chosen: Choices, found: About) -> Selected:
        if self._live:
            self._steps = Steps(self._connection, self._patience)
        return Selected(self._steps.of(place, opened, found, chosen.reading))

    def _known(self, place: Place, opened: Input, chosen: Choices, found: About) -> Earlier | None:
        """Return the import of the same content, finished before this one began."""
        likely = of_size(self._connection, found) if found.path else []
        likely = [each for each in likely if each.id <= self._imported]
        return same_content(likely, place, opened, chosen.reading) if likely else None
