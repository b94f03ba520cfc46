"""The values of context columns, and of properties that have stored sets."""

from __future__ import annotations

from core.catalog.reading import Read
from core.columns import EMPTY, NONE
from core.filters import Condition


class Values:
    """The values in one workspace at one generation, by id."""

    def __init__(self, read: Read) -> None:
        self._read = read
        rows = read("select id, field, state from dimensions", ())
        self._dimensions = {str(name): (int(id_), str(state)) for id_, name, state in rows}
        self._values: dict[int, dict[int, str]] = {}
        self._events_with: dict[int, frozenset[int]] = {}
        self._empty_somewhere: dict[int, bool] = {}

    def sets_of(self, column: str) -> int:
        """Return the dimension of a context column with stored sets and values, else 0."""
        id_, state = self._dimensions.get(column, (0, "scan"))
        return id_ if state == "sets" and self.of(column) else 0

    def empty_somewhere(self, column: str) -> bool:
        """Whether some event has no value in a context column; True without sets to tell."""
        dimension, _ = self._dimensions.get(column, (0, ""))
        if dimension not in self._empty_somewhere:
            rows = self._read(
                """
                select 1 from dimensions
                where id = ? and state <> 'sets' or exists (
                    select 1 from activity
                    where event = 0 and dimension = ? and value = 0)
                """,
                (dimension, dimension),
            )
            self._empty_somewhere[dimension] = bool(rows)
        return self._empty_somewhere[dimension]

    def of(self, column: str) -> dict[int, str]:
        """Return a context column's values by id."""
        id_ = self._dimensions.get(column, (0, ""))[0]
        if id_ not in self._values:
            rows = self._read("select id, value from dimension_values where dimension = ?", (id_,))
            self._values[id_] = dict(rows)
        return self._values[id_]

    def matching(self, column: str, condition: Condition) -> list[int]:
        """Return the value ids of a context column that satisfy a condition; 0 means missing."""
        found = [i for i, text in self.of(column).items() if condition.holds((text,))]
        return [0, *found] if condition.holds(None) else found

    def holding(self, dimension: int, condition: Condition) -> list[int]:
        """Return the value ids of a property with stored sets that satisfy it; 0 means missing."""
        rows = self._read("select id, value from property_values where dimension = ?", (dimension,))
        found = [id_ for id_, text in rows if condition.holds((text,))]
        return [0, *found] if condition.holds(None) else found

    def events_with(self, dimension: int) -> frozenset[int]:
        """Return the events with stored sets for a property; others never have it."""
        if dimension not in self._events_with:
            rows = self._read(
                """
                select id from event_names n
                where exists (select 1 from activity a where a.event = n.id and a.dimension = ?)
                """,
                (dimension,),
            )
            self._events_with[dimension] = frozenset(int(id_) for (id_,) in rows)
        return self._events_with[dimension]

    def label(self, column: str, value: int) -> str:
        """Return the label of a context value id."""
        if not value:
            return NONE
        return self.of(column).get(value, str(value)) or EMPTY
