"""What differs between engines: the primitives every statement is written with.

A kind writes its SQL once with these; it may give an engine its own statement where that is
clearly better. Values never enter the text: `Binder` names them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Protocol

from core.columns import EMPTY, NONE
from core.engines.present import Present
from core.filters import Condition


@dataclass(frozen=True)
class Statement:
    """SQL text with its named parameters, ready for an engine.

    Attributes:
        label: what it finds out, for the inspect panel.
        also: further statements whose rows follow its own; an engine may run them side by side.
        typed: a person's own SQL, of which to fetch so many rows at most; it is run where it can
            only read, and its column names are returned as the first row.
    """

    text: str
    parameters: dict[str, Any]
    label: str = ""
    also: tuple[Statement, ...] = ()
    typed: int = 0


class Dialect(Protocol):
    """The primitives. All expressions are SQL text; sets are sets of actors."""

    name: str
    has_sets: bool
    """Whether the tables `activity` and `first_activity` exist in this engine."""
    materialized: str
    """What a common table expression says between `as` and its text to be read once."""
    present: Present | None
    """The instant after which nothing counts; None where there is nothing after it."""

    def upto(self, present: Present) -> Dialect:
        """The same, of statements in which only what counts at an instant does."""
        ...

    def placeholder(self, name: str, value: Any) -> str:
        """How a named parameter stands in the text."""
        ...

    def indexed(self, index: str) -> str:
        """What a FROM adds to walk an index; nothing where that index is not there."""
        ...

    def idiv(self, left: str, right: str) -> str:
        """Integer division, rounding down for non-negative operands."""
        ...

    def member(self, expression: str, listed: str) -> str:
        """Whether an expression is in a list bound by `Binder.list`."""
        ...

    def rows(self, bound: str, columns: Sequence[str]) -> str:
        """A relation of integer rows bound by `Binder.rows`."""
        ...

    def build(self, actor: str) -> str:
        """Aggregate: the set of actors, without nobody."""
        ...

    def union(self, users: str) -> str:
        """Aggregate and window function: the union of sets."""
        ...

    def union_sliding(self, users: str) -> str | None:
        """Window function over a moving frame, a missing set being empty; None without one."""
        ...

    def count(self, users: str) -> str:
        """How many are in a set; a missing set is empty."""
        ...

    def both(self, left: str, right: str) -> str:
        """Set: in both."""
        ...

    def only(self, left: str, right: str) -> str:
        """Set: in the first and not in the second."""
        ...

    def count_both(self, left: str, right: str) -> str:
        """How many are in both."""
        ...

    def count_only(self, left: str, right: str) -> str:
        """How many are in the first and not in the second."""
        ...

    def tally(self, users: str) -> str:
        """Aggregate: how many of the sets each actor is in, for `at_least`."""
        ...

    def at_least(self, tally: str, least: str) -> str:
        """Set: those in at least so many of a tally's sets, from 1."""
        ...

    def members(self, relation: str) -> str:
        """A relation (actor) of everybody in the sets `users` of a relation."""
        ...

    def gaps(self, relation: str) -> str:
        """A relation (actor, halves): twice the median of the days between each actor's sets.

        Sets are of a relation (slot, users), a slot being a day; only actors in two or more.
        """
        ...

    def actors(self) -> str:
        """A relation (actor) of everybody, nobody (0) included."""
        ...

    def lag(self, expression: str) -> str:
        """The previous row's value, NULL on the first; the caller adds `over (...)`."""
        ...

    def lag_set(self, users: str) -> str:
        """The previous row's set, empty on the first; the caller adds `over (order by ...)`."""
        ...

    def json_property(self, path: str, binder: Binder) -> str:
        """The JSON text of the event row's property of a name (`ways_of`), NULL when missing."""
        ...

    def dictionary(self, column: str, texts: Mapping[int, str], binder: Binder) -> str:
        """The label of a context column that is not 0, of which these are all values."""
        ...

    def properties_join(self) -> str:
        """The join that brings the properties of events `e` within reach."""
        ...

    def as_number(self, raw: str) -> str:
        """A JSON text as a number, NULL when it is none."""
        ...

    def total(self, expression: str) -> str:
        """Aggregate: the sum of numbers as `core.sums` has it, NULL of nothing, or infinity."""
        ...

    def holds(self, condition: Condition, raw: str, binder: Binder) -> str:
        """Whether a JSON text satisfies a condition (definitions 3.1)."""
        ...

    def percentile(self, expression: str, p: float, binder: Binder) -> str:
        """Aggregate: percentile p, type 7."""
        ...

    def integers(self, expression: str) -> str:
        """Aggregate: a JSON array of integers in any order, without NULLs."""
        ...

    def json_text(self, text: str) -> str:
        """A text as the JSON text that `holds` takes."""
        ...

    def json_label(self, raw: str) -> str:
        """A JSON text as the label a breakdown shows, "(none)" and "(empty)" included."""
        ...

    def items(self, raw: str, *, different: bool) -> str:
        """How many elements a JSON text has, a list those that are not null; equal ones once."""
        ...

    def trait_label(self, key: str, binder: Binder) -> str:
        """The present value of a trait of `e.actor`, as a label."""
        ...

    def session_key(self) -> str:
        """A text per session of `e`, given or derived from gaps; NULL outside any (9.2)."""
        ...

    def on_first_event(self, column: str, actor: str, test: str) -> str:
        """A column's value on the first event of an actor that passes a test of `events x`."""
        ...

    def looked_up(self, relation: str, actor: str, missing: int) -> str:
        """The integer that a relation (actor, value) has for an actor, `missing` without one."""
        ...

    def apart(self, select: str) -> str:
        """A SELECT worked out by itself, so that its expressions are found once a row."""
        ...

    def combination(self, value: str) -> str:
        """Aggregate: the texts of the different values in hex, ascending, commas between."""
        ...


class Binder:
    """Collects the parameters of one statement while its text is written."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.values: dict[str, Any] = {}
        self._relations: dict[Callable[[Binder], str], tuple[str, str]] = {}

    def __call__(self, value: Any) -> str:
        """Bind one value and return its placeholder."""
        name = f"p{len(self.values) + 1}"
        self.values[name] = value
        return self.dialect.placeholder(name, value)

    def list(self, values: Sequence[int] | Sequence[str]) -> str:
        """Bind a list for `Dialect.member`."""
        return self(json.dumps(list(values)))

    def rows(self, rows: Sequence[Sequence[int]]) -> str:
        """Bind integer rows for `Dialect.rows`."""
        return self(json.dumps([list(row) for row in rows]))

    def relation(self, write: Callable[[Binder], str]) -> str:
        """Return the name of what `write` selects, written once, before the statement.

        A relation used in several places is read once; and one that is not written in its place
        does not add to how deep a statement nests, for which SQLite's parser has little room.
        """
        if write not in self._relations:
            text = write(self)
            self._relations[write] = (f"relation{len(self._relations) + 1}", text)
        return self._relations[write][0]

    def whole(self, text: str) -> str:
        """Return a statement's text with the relations it uses before it."""
        how = self.dialect.materialized
        own = [(f"{name} as {how}", sql) for name, sql in self._relations.values()]
        if self.dialect.present is not None:
            every = " ".join((text, *(sql for _, sql in own)))
            own = [*self.dialect.present.relations(self, every), *own]
        if not own:
            return text
        named = ", ".join(f"{begun}({sql})" for begun, sql in own)
        begun = re.match(r"\s*with\s+(recursive\s+)?", text)
        if begun is None:
            return f"with {named} {text}"
        return f"with {begun[1] or ''}{named}, {text[begun.end() :]}"

    def statement(self, text: str, label: str = "") -> Statement:
        """Return the finished statement."""
        return Statement(self.whole(text), dict(self.values), label)


class SqliteDialect:
    """SQLite with the set functions of `core.engines.sqlite.functions`."""

    name = "sqlite"
    has_sets = True
    materialized = "materialized "

    def __init__(
        self,
        indexes: frozenset[str] = frozenset(),
        *,
        all_in_sessions: bool = True,
        present: Present | None = None,
    ) -> None:
        """Take the names of the indexes that the file has at the moment.

        Args:
            all_in_sessions: whether every event with a session id is in a row of `sessions`;
                inactive ones may not be.
            present: see Dialect.
        """
        self._indexes = indexes
        self._all_in_sessions = all_in_sessions
        self.present = present

    def upto(self, present: Present) -> SqliteDialect:
        """Return the same dialect for what counts at an instant."""
        found = copy(self)
        found.present = present
        return found

    def placeholder(self, name: str, value: Any) -> str:
        """Named style."""
        return f":{name}"

    def indexed(self, index: str) -> str:
        """An import into an empty file makes the indexes last; a killed one leaves none."""
        known = index in self._indexes and self.present is None
        return f"indexed by {index}" if known else ""

    def idiv(self, left: str, right: str) -> str:
        """Integers divide as integers."""
        return f"({left}) / ({right})"

    def member(self, expression: str, listed: str) -> str:
        """Through json_each, so one parameter holds any number of values."""
        return f"{expression} in (select value from json_each({listed}))"

    def rows(self, bound: str, columns: Sequence[str]) -> str:
        """Through json_each, one JSON array per row."""
        picked = ", ".join(f"value ->> {i} as {name}" for i, name in enumerate(columns))
        return f"(select {picked} from json_each({bound}))"

    def build(self, actor: str) -> str:
        """Our aggregate."""
        return f"rb_build({actor})"

    def union(self, users: str) -> str:
        """Our aggregate, also over growing window frames."""
        return f"rb_or_agg({users})"

    def union_sliding(self, users: str) -> str | None:
        """Our window function; its frame must hold the current row."""
        return f"rb_or_sliding({users})"

    def count(self, users: str) -> str:
        """Our function."""
        return f"rb_count({users})"

    def both(self, left: str, right: str) -> str:
        """Our function."""
        return f"rb_and({left}, {right})"

    def only(self, left: str, right: str) -> str:
        """Our function."""
        return f"rb_andnot({left}, {right})"

    def count_both(self, left: str, right: str) -> str:
        """Our function."""
        return f"rb_and_count({left}, {right})"

    def count_only(self, left: str, right: str) -> str:
        """Our function."""
        return f"rb_andnot_count({left}, {right})"

    def tally(self, users: str) -> str:
        """Our aggregate."""
        return f"rb_tally({users})"

    def at_least(self, tally: str, least: str) -> str:
        """Our function."""
        return f"rb_at_least({tally}, {least})"

    def members(self, relation: str) -> str:
        """One union, unfolded through json_each."""
        return (
            "select value as actor from json_each("
            f"(select rb_ids(rb_or_agg(users)) from ({relation})))"
        )

    def gaps(self, relation: str) -> str:
        """Our aggregate, unfolded through json_each: windows over a row per day take longer."""
        return (
            "select value ->> 0 as actor, value ->> 1 as halves "
            f"from json_each((select rb_gaps(slot, users) from ({relation})))"
        )

    def actors(self) -> str:
        """Identities that are nobody's actor do no harm: no event counts for them."""
        return "(select id as actor from identities union all select 0)"

    def lag(self, expression: str) -> str:
        """As it stands."""
        return f"lag({expression})"

    def lag_set(self, users: str) -> str:
        """NULL reads as the empty set."""
        return f"lag({users})"

    def json_property(self, path: str, binder: Binder) -> str:
        """The -> operator keeps the JSON type apart: '"1"' is not 1, true is not 1."""
        return property_of("p.properties", path, binder)

    def dictionary(self, column: str, texts: Mapping[int, str], binder: Binder) -> str:
        """One seek."""
        return f"""(select iif(d.value = '', '{EMPTY}', d.value)
                    from dimension_values d where d.id = {column})"""

    def properties_join(self) -> str:
        """Properties live in their own table."""
        return "left join event_properties p on p.seq = e.seq"

    def as_number(self, raw: str) -> str:
        """Our function."""
        return f"json_number({raw})"

    def total(self, expression: str) -> str:
        """Our aggregate."""
        return f"exact_total({expression})"

    def holds(self, condition: Condition, raw: str, binder: Binder) -> str:
        """Our function, memoised per distinct value; whether there is a value needs none."""
        if condition.operator == "is_set":
            return f"({raw} is not null and {raw} <> 'null')"
        if condition.operator == "is_not_set":
            return f"({raw} is null or {raw} = 'null')"
        return f"condition_holds({binder(condition.model_dump_json())}, {raw})"

    def percentile(self, expression: str, p: float, binder: Binder) -> str:
        """Our aggregate."""
        return f"percentile({expression}, {binder(p)})"

    def integers(self, expression: str) -> str:
        """Its own aggregate."""
        return f"json_group_array({expression}) filter (where {expression} is not null)"

    def json_text(self, text: str) -> str:
        """As it stands."""
        return f"json_quote({text})"

    def json_label(self, raw: str) -> str:
        """Text loses its quotes, everything else stays JSON."""
        return f"""(case when {raw} is null or {raw} = 'null' then '{NONE}'
                  when {raw} = '""' then '{EMPTY}'
                  when substr({raw}, 1, 1) = '"' then {raw} ->> '$'
                  else {raw} end)"""

    def items(self, raw: str, *, different: bool) -> str:
        """Elements are told apart by their texts, as groups are; true is not 1."""
        value = "iif(j.type in ('true', 'false'), j.type, cast(j.value as text))"
        counted = f"count(distinct {value})" if different else "count(*)"
        return f"""(case when {raw} is null or {raw} = 'null' then 0
                         when substr({raw}, 1, 1) <> '[' then 1
                         else (select {counted} from json_each({raw}) j where j.type <> 'null')
                    end)"""

    def trait_label(self, key: str, binder: Binder) -> str:
        """Traits are few per person: one seek each."""
        return f"""coalesce(
            (select iif(t.value = '', '{EMPTY}', t.value)
             from traits t
             where t.user = e.actor and t.key = {binder(key)}), '{NONE}')"""

    def session_key(self) -> str:
        """The person with the given id, else with the start of the session the event lies in."""
        kept = """and exists (
                            select 1 from sessions s
                            where s.session = e.session and s.session > 0 and s.actor = e.actor)"""
        return f"""(case when e.session > 0 and e.actor <> 0 {"" if self._all_in_sessions else kept}
                        then e.actor || 's' || e.session
                        when e.session = 0 and e.actor <> 0 then e.actor || '.' || (
                            select case when s."end" >= e.ts then s.start end from sessions s
                            where s.actor = e.actor and s.session = 0 and s.start <= e.ts
                            order by s.start desc limit 1)
                   end)"""

    def on_first_event(self, column: str, actor: str, test: str) -> str:
        """One seek: events lie in the order of actor and time."""
        return f"""(
            select x.{column} from events x
            where x.actor = {actor} and {test}
            order by x.ts, x.seq limit 1)"""

    def looked_up(self, relation: str, actor: str, missing: int) -> str:
        """Made once and searched by an index of its own."""
        return f"coalesce((select f.value from ({relation}) f where f.actor = {actor}), {missing})"

    def apart(self, select: str) -> str:
        """What has a limit is not merged into the query around it."""
        return f"{select} limit -1"

    def combination(self, value: str) -> str:
        """Our aggregate."""
        return f"hex_combination({value})"


MAX_DOTS = 3
"""Dots of a name that are tried each as part of a key and as a step into what the key holds."""

_ODD_KEY = re.compile(r'["\\\x00-\x1f]|^$')


def ways_of(name: str) -> list[tuple[str, ...]]:
    """Return the paths that a property's name can mean, best first (definitions 2.5).

    The key "a.b" comes before the key "b" in what "a" holds. "properties." is the empty name, for
    places where an empty text would mean none.
    """
    if name in ("", "properties."):
        return [("",)]
    first, *rest = name.split(".")
    if len(rest) > MAX_DOTS:
        return [(name,), (first, *rest)]
    return _splits(first, rest)


def _splits(first: str, rest: list[str]) -> list[tuple[str, ...]]:
    if not rest:
        return [(first,)]
    longer = _splits(f"{first}.{rest[0]}", rest[1:])
    return [*longer, *((first, *path) for path in _splits(rest[0], rest[1:]))]


def property_of(column: str, name: str, bind: Callable[[Any], str]) -> str:
    """Return SQLite's JSON text of a property in a column of JSON, NULL when missing.

    Args:
        bind: binds one value and returns its placeholder, in the order of the text.
    """
    found = [_at(column, path, bind) for path in ways_of(name)]
    if len(found) == 1:
        return found[0]
    present = (f"nullif({raw}, 'null')" for raw in found)
    return f"coalesce({', '.join(present)})"


def _at(column: str, path: tuple[str, ...], bind: Callable[[Any], str]) -> str:
    """SQLite's paths have no way to write some keys; our function takes any."""
    if any(_ODD_KEY.search(key) for key in path):
        return f"json_at({column}, {bind(json.dumps(path))})"
    return f"({column} -> {bind(json_path(path))})"


def json_path(path: Sequence[str]) -> str:
    """Return the SQLite JSON path of keys, each quoted."""
    return "$" + "".join(f'."{key}"' for key in path)
