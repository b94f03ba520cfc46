"""New events as their sets see them: who did what when, and the values that have sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.store.rows.coded import Coded
    from core.store.rows.numbers import Column, Ints


@dataclass(frozen=True)
class Facts:
    """Events, column by column.

    Attributes:
        actors, events, days: of every event.
        contexts: the place of the context of every event in the columns of `values`.
        values: dimension -> values of all contexts, for those that have any.
        texts: the place of the properties of every event in the columns of `said`.
        said: dimension -> values of all texts of properties, for those that have any.
    """

    actors: Column
    events: Column
    days: Column
    contexts: Column = ()
    values: Mapping[int, Coded] = field(default_factory=dict)
    texts: Column = ()
    said: Mapping[int, Coded] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.actors)

    def at(self, places: Ints) -> Facts:
        """Return the events at some places."""
        import numpy as np

        columns = (self.actors, self.events, self.days, self.contexts, self.texts)
        actors, events, days, contexts, texts = (
            np.asarray(column)[places] if len(column) else column for column in columns
        )
        return Facts(actors, events, days, contexts, self.values, texts, self.said)
