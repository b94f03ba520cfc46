"""The names a workspace knows: events, fields and their values, looked up once per change."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Literal

from core.catalog import revenue
from core.catalog.fields import GROUPS, PLAIN, PROPERTIES, STARTS, Field, FieldKind, asked_for
from core.columns import (
    ACTIVE,
    CONTEXT,
    CONTEXT_ALIASES,
    EMPTY,
    EVERY_NAME,
    MAX_PROPERTIES,
    NONE,
    is_plain,
)
from core.errors import BadQuestion, did_you_mean
from core.filters import Condition
from core.sql.json_paths import property_of, ways_of

__all__ = ["GROUPS", "KEPT", "NO_EVENT", "EventFlags", "Field", "FieldKind", "Names", "Read"]

NO_EVENT = 2**31 - 1
"""Id of no event: what is meant by an event that is not there."""

KEPT = "e.event not in (select id from event_names where deleted)"
"""Whether an event `e` is not deleted, for statements that ask the workspace alone."""

Read = Callable[[str, tuple[Any, ...]], list[tuple[Any, ...]]]
_SOURCES = {
    "user": "identities",
    "device": "identities where kind = 1",
    "session": "session_keys",
}


@dataclass(frozen=True)
class EventFlags:
    """What somebody said about an event (definitions 2.4).

    Attributes:
        display: the name it is shown under, "" for its own.
        inactive: it makes nobody active.
        deleted: it is in no answer.
        hidden, flow_hidden: it is not offered to choose; it is in no path.
    """

    display: str = ""
    inactive: bool = False
    deleted: bool = False
    hidden: bool = False
    flow_hidden: bool = False


@dataclass
class Names:
    """Dictionaries of one workspace at one generation.

    Args:
        read: runs one SELECT against the workspace and returns its rows.

    Attributes:
        missed: what was named and is not there, in sentences; None where that is refused.
    """

    read: Read
    events: dict[str, int] = field(init=False)
    flags: dict[int, EventFlags] = field(init=False)
    _dimensions: dict[str, tuple[int, str]] = field(init=False)
    _properties_with_sets: dict[str, int] = field(init=False, default_factory=dict)
    _seen: frozenset[str] = field(init=False, default=frozenset())
    _all_seen: Literal["", "plain", "every"] = field(init=False, default="")
    _events_with: dict[int, frozenset[int]] = field(init=False, default_factory=dict)
    _values: dict[int, dict[int, str]] = field(init=False, default_factory=dict)
    _keys: dict[str, dict[int, str]] = field(init=False, default_factory=dict)
    _empty_somewhere: dict[int, bool] = field(init=False, default_factory=dict)
    _looked_for: dict[str, bool] = field(init=False, default_factory=dict)
    missed: list[str] | None = field(init=False, default=None)
    _properties: tuple[str, ...] | None = field(init=False, default=None)
    _aliases: dict[int, int] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        rows = self.read(
            """
            select id, name, display, inactive, deleted, hidden, flow_hidden from event_names
            """,
            (),
        )
        self.flags = {
            id_: EventFlags(display or "", *map(bool, flags)) for id_, _, display, *flags in rows
        }
        self.events = {name: id_ for id_, name, *_ in rows if not self.flags[id_].deleted}
        self._dimensions = {
            name: (id_, state)
            for id_, name, state in self.read("select id, field, state from dimensions", ())
        }
        if self.read("select 1 from sqlite_master where name = 'property_keys'", ()):
            self._read_property_keys()

    def _read_property_keys(self) -> None:
        rows = self.read("select name, id, state from property_keys", ())
        self._seen = frozenset(name for name, _, _ in rows)
        self._properties_with_sets = {name: id_ for name, id_, state in rows if state == "sets"}
        filled = self.read("select value from meta where key = 'property_sets'", ())
        if filled and len(rows) < MAX_PROPERTIES:
            self._all_seen = "every" if filled[0][0] >= EVERY_NAME else "plain"

    def forgiving(self) -> Names:
        """Return the same dictionaries for a question that may name what is not there.

        An event that is not there never happened, a field has no value; `missed` says so.
        """
        found = copy(self)
        found.missed = []
        return found

    @property
    def deleted(self) -> list[int]:
        """Ids of the events that are in no answer."""
        return [id_ for id_, flags in self.flags.items() if flags.deleted]

    @property
    def inactive(self) -> list[int]:
        """Ids of the events that make nobody active, among those that are not deleted."""
        return [i for i, flags in self.flags.items() if flags.inactive and not flags.deleted]

    @property
    def active(self) -> tuple[int, ...]:
        """Any active event, as a Selection's `events`: () while every event is active."""
        return (ACTIVE,) if any(flags.inactive for flags in self.flags.values()) else ()

    @property
    def pickable(self) -> dict[str, int]:
        """The events to choose from: those neither deleted nor hidden."""
        return {name: id_ for name, id_ in self.events.items() if not self.flags[id_].hidden}

    def display(self, name: str) -> str:
        """Return what an event is shown as: its display name where it has one."""
        id_ = self.events.get(name)
        return (id_ is not None and self.flags[id_].display) or name

    def event(self, name: str, parameter: str = "event") -> int:
        """Return an event's id; BadQuestion with the nearest names when it is unknown."""
        if name not in self.events and self.missed is not None:
            self.missed.append(f"event {name!r} is not in this workspace: it never happened.")
            return NO_EVENT
        if name not in self.events:
            raise BadQuestion(
                f"event {name!r} is not in this workspace.",
                did_you_mean(name, self.events) or self._some_events(),
                parameter=parameter,
            )
        return self.events[name]

    def event_name(self, id_: int) -> str:
        """Return an event's name."""
        return next((name for name, i in self.events.items() if i == id_), str(id_))

    def _some_events(self) -> str:
        known = sorted(self.events)[:8]
        return f"It has {', '.join(known)}." if known else "It holds no events yet."

    def field(self, text: str, parameter: str = "breakdown") -> Field:
        """Return the field a text names; BadQuestion with the nearest names when unknown.

        `properties.x`, `trait:x` and `gp:x` say where to look; a bare name is a context column,
        one of the identity fields, or a property seen in the data. On events where a column is
        empty it is the property of that name (definitions 2.5).
        """
        name = text.strip()
        if "\0" in name:
            raise BadQuestion(f"{parameter} holds a NUL character.", parameter=parameter)
        if name == revenue.AMOUNT:
            return Field("revenue", "revenue")
        if name != text and self._has_property(text.removeprefix(PROPERTIES)):
            return self._field_of("property", text.removeprefix(PROPERTIES))
        for prefix, kind in ((PROPERTIES, "property"), ("trait:", "trait"), ("gp:", "trait")):
            if name.startswith(prefix) and (len(name) > len(prefix) or prefix == PROPERTIES):
                return self._field_of(kind, name.removeprefix(prefix))
        folded = name.lower()
        if folded in PLAIN:
            kind = PLAIN[folded]
            if kind in ("device", "session") and self._is_seen(name) and not self._has_any(kind):
                return self._field_of("property", name)
            return Field(kind, kind)
        if folded in STARTS:
            return Field("start", STARTS[folded])
        column = CONTEXT_ALIASES.get(folded, folded)
        if column in CONTEXT:
            return self._column(self._os_family(column), (name, folded, column))
        if self._has_property(name):
            return self._field_of("property", name)
        if folded in GROUPS:
            return Field(folded, folded)  # type: ignore[arg-type]
        return self._missing(name, parameter, Field("property", name))

    def _has_any(self, kind: str) -> bool:
        return bool(self.read(f"select 1 from {_SOURCES[kind]} limit 1", ()))

    def _column(self, column: str, names: tuple[str, ...]) -> Field:
        """A context column, and where it is empty a property of one of the names."""
        instead = next((name for name in names if self._is_seen(name)), "")
        if instead and not self.values(column):
            return self._field_of("property", instead)
        id_, state = self._dimensions.get(column, (0, "scan"))
        if instead and self._is_empty_somewhere(id_):
            return Field("either", column, instead=instead)
        stored = state == "sets" and self.values(column)
        return Field("context", column, id_ if stored else 0)

    def _is_seen(self, key: str) -> bool:
        return key in self._seen or (not self._all_seen and key in self.properties)

    def _is_empty_somewhere(self, dimension: int) -> bool:
        """Whether some event has no value of a context column; True where no sets say it."""
        if dimension not in self._empty_somewhere:
            rows = self.read(
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

    def _field_of(self, kind: str, name: str) -> Field:
        dimension = self._properties_with_sets.get(name, 0) if kind == "property" else 0
        return Field(kind, name, dimension)  # type: ignore[arg-type]

    def existing(self, text: str, parameter: str = "breakdown") -> Field:
        """Return the field a text names; BadQuestion also where no event or person has it."""
        found = self.field(text, parameter)
        if found.kind == "revenue" and parameter != "field":
            raise BadQuestion(
                f"{parameter} cannot be {text.strip()}: it is what events brought.",
                "Measure it, or break down by another field.", parameter=parameter,
            )  # fmt: skip
        if found.kind in GROUPS and parameter != "field":
            raise BadQuestion(
                f"{parameter} cannot be {found.name}: people may be in several.",
                f"Add a condition, such as {found.name} = NAME.", parameter=parameter,
            )  # fmt: skip
        has = {"property": self._has_property, "trait": self._has_trait}.get(found.kind)
        if has and not has(found.name):
            return self._missing(text.strip(), parameter, found)
        return found

    def _missing(self, name: str, parameter: str, found: Field) -> Field:
        """Return a field that nothing has where that is forgiven; else BadQuestion."""
        if self.missed is None:
            raise self._no_field(name, parameter)
        plain = name.removeprefix("properties.")
        self.missed.append(f"{plain!r} is not a field of this workspace: it has no value.")
        return found

    def _no_field(self, name: str, parameter: str) -> BadQuestion:
        known = self.fields
        if name.startswith(("trait:", "gp:")):
            known = [f"trait:{key}" for (key,) in self.read("select distinct key from traits", ())]
        some = f"It has {', '.join(known[:10])}." if known else "It has none yet."
        return BadQuestion(
            f"{parameter} {name.removeprefix(PROPERTIES)!r} is not a field of this workspace.",
            did_you_mean(name.removeprefix(PROPERTIES), known) or some,
            parameter=parameter,
        )

    def _has_trait(self, key: str) -> bool:
        return bool(self.read("select 1 from traits where key = ? limit 1", (key,)))

    def _has_property(self, path: str) -> bool:
        """Whether an event has it: the names seen say so, else all events are looked at."""
        ways = [way for way in ways_of(path) if self._may_begin(way[0])]
        if not ways:
            return False
        flat = ways[0][0] if len(ways[0]) == 1 else None
        if flat in self._seen or flat in self.properties:
            return True
        if path not in self._looked_for:
            bound: list[Any] = []

            def bind(value: Any) -> str:
                bound.append(value)
                return "?"

            found = property_of("properties", path, bind)
            rows = self.read(
                f"select 1 from event_properties where {found} is not null limit 1", tuple(bound)
            )
            self._looked_for[path] = bool(rows)
        return self._looked_for[path]

    def _may_begin(self, key: str) -> bool:
        """Whether some event may have a property of exactly this key."""
        surely = self._all_seen == "every" or (self._all_seen and is_plain(key))
        return key in self._seen or not surely

    def several_valued(self, name: str) -> Field | None:
        """Return a property of which more than one value is stored, or may be; else None."""
        field = self._field_of("property", name)
        if not self._has_property(name):
            return None
        if not field.dimension:
            return field
        rows = self.read(
            "select 1 from property_values where dimension = ? limit 2", (field.dimension,)
        )
        return field if len(rows) > 1 else None

    def _os_family(self, column: str) -> str:
        """platform and os stand for each other where only one of them has values."""
        other = {"platform": "os", "os": "platform"}.get(column)
        if other and not self.values(column) and self.values(other):
            return other
        return column

    @property
    def properties(self) -> tuple[str, ...]:
        """Property names, of many those on the newest and the oldest events and some more."""
        if self._all_seen == "every":
            self._properties = tuple(sorted(self._seen))
        if self._properties is None:
            rows = self.read(
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
            self._properties = tuple(sorted({*self._seen, *(str(key) for (key,) in rows)}))
        return self._properties

    @property
    def fields(self) -> list[str]:
        """Every field that can be broken down by, as it is asked for: columns with values first."""
        columns = [column for column in CONTEXT if self.values(column)]
        asked = (asked_for(name) for name in self.properties)
        return columns + [name for name in asked if name not in columns]

    def values(self, column: str) -> dict[int, str]:
        """Return a context column's values by id."""
        id_ = self._dimensions.get(column, (0, ""))[0]
        if id_ not in self._values:
            rows = self.read("select id, value from dimension_values where dimension = ?", (id_,))
            self._values[id_] = dict(rows)
        return self._values[id_]

    def matching(self, column: str, condition: Condition) -> list[int]:
        """Return the value ids of a context column that satisfy a condition; 0 is missing."""
        found = [i for i, text in self.values(column).items() if condition.holds((text,))]
        return [0, *found] if condition.holds(None) else found

    def holding(self, dimension: int, condition: Condition) -> list[int]:
        """Return the value ids of a property with stored sets that satisfy it; 0 is missing."""
        rows = self.read("select id, value from property_values where dimension = ?", (dimension,))
        found = [id_ for id_, text in rows if condition.holds((text,))]
        return [0, *found] if condition.holds(None) else found

    def events_with(self, dimension: int) -> frozenset[int]:
        """Return the events that have stored sets of a property; the others never have it."""
        if dimension not in self._events_with:
            rows = self.read(
                """
                select id from event_names n
                where exists (select 1 from activity a where a.event = n.id and a.dimension = ?)
                """,
                (dimension,),
            )
            self._events_with[dimension] = frozenset(int(id_) for (id_,) in rows)
        return self._events_with[dimension]

    def label(self, column: str, value: int) -> str:
        """Return what a context value id is shown as."""
        if not value:
            return NONE
        return self.values(column).get(value, str(value)) or EMPTY

    def keys(self, kind: str) -> dict[int, str]:
        """Return the texts of people, devices or sessions by id.

        A person is called by their user id, or by their device id while no user is known.
        """
        if kind not in self._keys:
            self._keys[kind] = dict(self.read(f"select id, key from {_SOURCES[kind]}", ()))
        return self._keys[kind]

    def keys_where(self, kind: str, condition: Condition, *, wanted: bool) -> list[int]:
        """Return the ids of people, devices or sessions whose text satisfies it, or does not.

        Ids are texts: "007" is not 7. A person is meant by each of the user ids merged into theirs.
        """
        if condition.operator in ("eq", "in", "ne", "not_in"):
            found = self._exact_keys(kind, condition.wanted)
        else:
            rows = self.read(f"select id, key from {_SOURCES[kind]}", ())
            found = [id_ for id_, key in rows if condition.holds((key,)) == wanted]
        return self._with_merged(found) if kind == "user" else found

    def _with_merged(self, ids: list[int]) -> list[int]:
        """Add whom merged user ids count for, at the end of each chain."""
        if self._aliases is None:
            self._aliases = dict(self.read("select old, new from aliases", ()))
        onward, found = self._aliases, dict.fromkeys(ids)
        for id_ in ids if onward else ():
            while id_ in onward and onward[id_] not in found:
                id_ = onward[id_]
                found[id_] = None
        return list(found)

    def _exact_keys(self, kind: str, wanted: tuple[str, ...]) -> list[int]:
        source = _SOURCES[kind]
        word = "and" if "where" in source else "where"
        found = (self.read(f"select id from {source} {word} key = ?", (text,)) for text in wanted)
        return [id_ for rows in found for (id_,) in rows]

    def person(self, text: str) -> int | None:
        """Return who is called that: a user id, else a device id; None when nobody with events is.

        A merged id means the person it was merged into, a linked device its user of late.
        """
        for kind in (0, 1):
            rows = self.read("select id from identities where kind = ? and key = ?", (kind, text))
            found = rows and self._owner(int(rows[0][0]))
            if found:
                return found
        return None

    def _owner(self, id_: int) -> int | None:
        """The id that events count for now, of the ids one leads to by links and aliases."""
        rows = self.read(
            f"""
            with recursive owners (id, since) as (
                select ?, 0
                union
                select l.user, l.linked_at from owners o join links l on l.device = o.id
                union
                select a.new, o.since from owners o join aliases a on a.old = o.id
            )
            select id from owners o
            where exists (select 1 from events e where e.actor = o.id and {KEPT})
            order by since desc
            limit 1
            """,
            (id_,),
        )
        return int(rows[0][0]) if rows else None

    def called(self, id_: int) -> str | None:
        """Return what the person is called whom an id of a person or device counts for now."""
        owner = self._owner(id_)
        return None if owner is None else self.name_of(owner)

    def name_of(self, actor: int) -> str:
        """Return what a person is called."""
        rows = self.read("select key from identities where id = ?", (actor,))
        return str(rows[0][0]) if rows else str(actor)

    def merged_into(self, actor: int) -> list[str]:
        """Return the user ids that were merged into a person's."""
        rows = self.read(
            """
            with recursive merged (id) as (
                select ?
                union
                select a.old from merged m join aliases a on a.new = m.id
            )
            select i.key from merged m join identities i on i.id = m.id
            where m.id <> ?
            order by i.key
            """,
            (actor, actor),
        )
        return [str(key) for (key,) in rows]

    def called_like(self, text: str) -> list[str]:
        """Return some ids with the same first letter, to name the nearest from."""
        rows = self.read(
            "select key from identities where substr(key, 1, 1) = substr(?, 1, 1) limit 5000",
            (text,),
        )
        return [str(key) for (key,) in rows]

    def traits(self, key: str) -> list[tuple[int, str]]:
        """Return (actor, value) of a trait: per person the value set last."""
        rows = self.read(
            """
            select coalesce(a.new, t.user) as actor, t.value
            from traits t left join aliases a on a.old = t.user
            where t.key = ?
            order by t.updated_at, t.user
            """,
            (key,),
        )
        return list(dict(rows).items())
