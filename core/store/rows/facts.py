"""New events as their sets see them: who did what when, and the values that have sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.store.ingest.properties import Values

if TYPE_CHECKING:
    from core.store.rows.numbers import Ints


@dataclass(frozen=True)
class Facts:
    """Events, column by column; none, or one or more.

    Attributes:
        actors, events, days: of every event.
        contexts: the place of the context of every event in the columns of `values`.
        values: dimension -> value ids of all contexts, for those that have any.
        texts: the place of the properties of every event in `said`.
        said: the values of all properties that have sets; () if no event has any.
    """

    actors: Sequence[int] | Ints
    events: Sequence[int] | Ints
    days: Sequence[int] | Ints
    contexts: Sequence[int] | Ints = ()
    values: Mapping[int, Sequence[int] | Ints] = field(default_factory=dict)
    texts: Sequence[int] | Ints = ()
    said: Sequence[Values] = ()

    def __len__(self) -> int:
        return len(self.actors)

    @property
    def properties(self) -> set[int]:
        """The properties that some event has a value of."""
        return set().union(*self.said)
