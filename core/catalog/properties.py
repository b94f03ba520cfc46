"""The properties of a workspace, and which of them have stored sets (definitions 2.5)."""

from __future__ import annotations

from typing import Any, Literal

from core.catalog.reading import Read
from core.columns import EVERY_NAME, MAX_PROPERTIES, has_table, is_plain
from core.sql.json_paths import property_of, ways_of


class Properties:
    """The properties of one workspace at one generation."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._with_sets: dict[str, int] = {}
        self._seen: frozenset[str] = frozenset()
        self._all_seen: Literal["", "plain", "every"] = ""
        self._looked_for: dict[str, bool] = {}
        self._names: tuple[str, ...] | None = None
        if has_table(read, "property_keys"):
            self._read_keys()

    def _read_keys(self) -> None:
        rows = self._read("select name, id, state from property_keys", ())
        self._seen = frozenset(name for name, _, _ in rows)
        self._with_sets = {name: id_ for name, id_, state in rows if state == "sets"}
        filled = self._read("select value from meta where key = 'property_sets'", ())
        if filled and len(rows) < MAX_PROPERTIES:
            self._all_seen = "every" if filled[0][0] >= EVERY_NAME else "plain"

    def sets_of(self, name: str) -> int:
        """Return the dimension of a property with stored sets, else 0."""
        return self._with_sets.get(name, 0)

    def is_seen(self, key: str) -> bool:
        """Whether an event is known to have a property with exactly this key."""
        return key in self._seen or (not self._all_seen and key in self.names)

    def has(self, path: str) -> bool:
        """Whether an event has it, from the known names or else by searching all events."""
        ways = [way for way in ways_of(path) if self.may_have(way[0])]
        if not ways:
            return False
        flat = ways[0][0] if len(ways[0]) == 1 else None
        if flat in self._seen or flat in self.names:
            return True
        if path not in self._looked_for:
            bound: list[Any] = []

            def bind(value: Any) -> str:
                bound.append(value)
                return "?"

            found = property_of("properties", path, bind)
            rows = self._read(
                f"select 1 from event_properties where {found} is not null limit 1", tuple(bound)
            )
            self._looked_for[path] = bool(rows)
        return self._looked_for[path]

    def may_have(self, key: str) -> bool:
        """Whether some event may have a property with exactly this key, without a search."""
        surely = self._all_seen == "every" or (self._all_seen and is_plain(key))
        return key in self._seen or not surely

    @property
    def names(self) -> tuple[str, ...]:
        """Property names; if there are many, those on the newest and oldest events and others."""
        if self._all_seen == "every":
            self._names = tuple(sorted(self._seen))
        if self._names is None:
            rows = self._read(
                """
                select distinct key
                from (select properties from event_properties order by seq desc limit 2000) p,
                     json_each(p.properties)
                union
                select distinct key
                from (select properties from event_properties order by seq limit 2000) p,
                     json_each(p.properties)
                """,
                (),
            )
            self._names = tuple(sorted({*self._seen, *(str(key) for (key,) in rows)}))
        return self._names

    def has_several_values(self, dimension: int) -> bool:
        """Whether a property with stored sets has more than one value."""
        rows = self._read("select 1 from property_values where dimension = ? limit 2", (dimension,))
        return len(rows) > 1
