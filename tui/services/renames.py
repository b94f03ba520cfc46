"""The names that were given since the start, so that the undo key can take them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.definitions.saved import Kind


@dataclass(frozen=True)
class Renamed:
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

    def last(self, deleted: Mapping[Kind, str]) -> Kind | None:
        """Return the kind in which a name was given last; None if something was deleted since.

        Args:
            deleted: the kinds that count -> the id of what was deleted last, "" for nothing.
        """
        here = (given for given in reversed(self._given) if given.kind in deleted)
        last = next(here, None)
        return last.kind if last is not None and last.deleted == deleted[last.kind] else None

    def take(self, kind: Kind, deleted: str) -> Renamed | None:
        """Return the last name given in a kind, and forget it; None if something was deleted since.

        Args:
            deleted: the id of what of the kind was deleted last, "" for nothing.
        """
        last = next((given for given in reversed(self._given) if given.kind == kind), None)
        if last is None or last.deleted != deleted:
            return None
        self._given.remove(last)
        return last
