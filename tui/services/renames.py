"""The names that were given since the start, so that the undo key can take them back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.definitions.saved import Kind


class Renamed(NamedTuple):
    """Another name of a kept thing.

    Attributes:
        before: the title it had.
        deleted: the id of what of its kind had been deleted last by then, "" for nothing.
    """

    kind: Kind
    id: str
    before: str
    deleted: str


class Renames:
    """The names that were given, newest last."""

    def __init__(self) -> None:
        self._given: list[Renamed] = []

    def add(self, given: Renamed) -> None:
        """Remember a name that was given."""
        self._given.append(given)

    def take(self, deleted: Mapping[Kind, str]) -> Renamed | None:
        """Return the name that was given last in some kinds, and forget it.

        Args:
            deleted: the kinds -> the id of what of each was deleted last, "" for nothing.

        Returns:
            None if something of its kind was deleted since, or there is none.
        """
        last = next((given for given in reversed(self._given) if given.kind in deleted), None)
        if last is None or last.deleted != deleted[last.kind]:
            return None
        self._given.remove(last)
        return last
