"""New events as their sets see them: who did what when, and the values that have sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.store.rows.numbers import Column


@dataclass(frozen=True)
class Facts:
    """Events, column by column.

    Attributes:
        actors, events, days: of every event.
        contexts: the place of the context of every event in the columns of `values`.
        values: dimension -> value ids of all contexts, for those that have any.
        texts: the place of the properties of every event in the columns of `said`.
        said: dimension -> value ids of all texts of properties, for those that have any.
    """

    actors: Column
    events: Column
    days: Column
    contexts: Column = ()
    values: Mapping[int, Column] = field(default_factory=dict)
    texts: Column = ()
    said: Mapping[int, Column] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.actors)
