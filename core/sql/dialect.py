"""The differences between engines: the primitives that every statement is written with.

A kind writes its SQL once with these; it may give an engine its own statement if that is clearly
better. Values never enter the text: `Binder` binds them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, Protocol

from core.filters import Condition
from core.sql.present import Present

READS: Final = {
    "sets": {"activity", "activity_of_any", "activity_of_each", "first_activity"},
    "blocks": {"blocks"},
    "events": {"events"},
}
"""Word for what statements read -> the tables."""

_TABLES: Final = re.compile(r"\b(?:from|join)\s+(?:main\.)?(\w+)")


class Made(NamedTuple):
    """A temporary table that a connection makes before a statement reads it, and keeps.

    Attributes:
        name: of the table; tables of one name are the same.
        steps: the statements that make and fill it, in order; the rows of a SELECT are ignored.
        parameters: of the steps.
    """

    name: str
    steps: tuple[str, ...]
    parameters: dict[str, Any]


class Relation(NamedTuple):
    """A relation that a statement has once, however often it is read.

    Attributes:
        key: identifies what it selects: relations with equal keys in a statement are the same.
        write: returns its SQL.
    """

    key: tuple[object, ...]
    write: Callable[[Binder], str]


class Counted(NamedTuple):
    """What a statement reads when units are counted in place of people (definitions 2.7).

    What `rows` names has the events with the number of their unit as `actor` (0: none) and the
    person as `person`. A statement reads it under the name `events`, so everything that is written
    for people counts units.

    Attributes:
        rows: the events by unit: a table, or a relation of those that count, with all columns.
        people: of a table, those whose events count, in a column `actor`; None for everybody.
        columns: the columns of the table.
        missing: the columns of events that are 0 in all of them, and that it does not have.
        numbered: whether what is counted are numbers, which units then are.
    """

    rows: Made | Relation
    people: Made | None
    columns: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    numbered: bool = False


class Instead(NamedTuple):
    """What is run in place of a typed statement: one over groups of events.

    Attributes:
        query: the statement.
        columns: those of `events_v1` that groups have; the last one says how many events.
        rows: the groups, a JSON list of lists; events and context are ids, days are numbers.
        same: further columns, which have one value in all groups, and that value.
    """

    query: str
    columns: tuple[str, ...]
    rows: str
    same: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Statement:
    """SQL text with its named parameters, ready for an engine.

    Attributes:
        label: what it computes, for the inspect panel.
        also: further statements whose rows follow its own; an engine may run them in parallel.
        typed: for SQL typed by a person, the most rows to fetch; it runs where it can only read,
            and its column names are returned as the first row.
        made: temporary tables that it reads.
        instead: of a typed one, what means the same in less time, if anything is known.
    """

    text: str
    parameters: dict[str, Any]
    label: str = ""
    also: tuple[Statement, ...] = ()
    typed: int = 0
    made: tuple[Made, ...] = ()
    instead: Instead | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """What it reads, the dearest last: "sets" of people, "blocks" of values, "events"."""
        tables = set(_TABLES.findall(self.text))
        return tuple(word for word, names in READS.items() if tables & names)


def side_by_side(statements: Iterable[Statement]) -> Statement:
    """Return statements, at least one, as one with the rows of all of them, in their order."""
    first, *others = statements
    return replace(first, also=tuple(others))


class Program(Protocol):
    """What reads rows for a program of ours while a statement is written, and the question it is
    for.
    """

    def rows(self, statement: Statement) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""
        ...

    def check(self) -> None:
        """Raise if the answer is no longer wanted."""
        ...


class Dialect(Protocol):
    """The primitives. All expressions are SQL text; sets are sets of actors."""

    name: str

    @property
    def has_sets(self) -> bool:
        """Whether statements can read `activity` and `first_activity`."""
        ...

    @property
    def materialized(self) -> str:
        """The words between `as` and the text of a common table expression that is to be evaluated
        once.
        """
        ...

    set_fields: frozenset[str]
    """The kinds of fields that have sets for each value."""
    seeks: bool
    """Whether single events are sought through indexes, row by row, by subqueries that refer to the
    rows around them.
    """
    blocks_from: int | None
    """How many events a statement must be about to be worth reading from blocks; None if there are
    none in this engine.
    """
    program: Program | None
    """What reads for programs that find what SQL of the engine does not; None if SQL calls them."""
    present: Present | None
    """The instant after which nothing counts; None if there is nothing after it."""

    def upto(self, present: Present) -> Dialect:
        """Return the same dialect for statements as of an instant."""
        ...

    counted: Counted | None
    """What is counted in place of people; None for people."""

    def counting(self, counted: Counted) -> Dialect:
        """Return the same dialect for statements that count units in place of people."""
        ...

    def unit_of(self, counted: Counted, actor: str) -> str:
        """The raw value that a unit's number stands for, as `Clauses.value` wrote it."""
        ...

    def standing_in(self, binder: Binder, names: set[str]) -> list[tuple[str, str]]:
        """Return the relations that a statement begins with to read tables of these names.

        Each is its name with how it is read, and its SQL. They leave out what is dated after now,
        or put together what the engine stores in another form.
        """
        ...

    def placeholder(self, name: str, value: Any) -> str:
        """How a named parameter is written in the text."""
        ...

    def values_of(self, name: str, values: Sequence[Any]) -> str:
        """A relation of the values of a list bound as JSON under a name, for use after `in`."""
        ...

    def either_bits(self, left: str, right: str) -> str:
        """The bits of either integer."""
        ...

    def scanned(self, column: str) -> str:
        """A column of which a condition is not to be found by an index, as most rows satisfy it."""
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

    def stored_sets(self, events: Sequence[int]) -> str:
        """The name of a relation that has the stored sets of some events, as in `activity`.

        Args:
            events: their ids; none for any event, the pseudo event 0.
        """
        ...

    def build(self, actor: str) -> str:
        """Aggregate: the set of actors, without nobody."""
        ...

    def listed(self, actor: str) -> str:
        """Aggregate: the set of actors for a program: its bytes, or a list without nobody."""
        ...

    def union(self, users: str) -> str:
        """Aggregate and window function: the union of sets."""
        ...

    def union_sliding(self, users: str) -> str | None:
        """Window function over a moving frame, a missing set being empty; None if unsupported."""
        ...

    def count(self, users: str) -> str:
        """How many are in a set; a missing set is empty."""
        ...

    def both(self, left: str, right: str) -> str:
        """Set: in both."""
        ...

    def only(self, left: str, right: str) -> str:
        """Set: in the first but not in the second."""
        ...

    def count_both(self, left: str, right: str) -> str:
        """How many are in both."""
        ...

    def fanned(self, source: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """A SELECT of several rows for each row of a relation, which is evaluated once.

        Args:
            source: a name of a relation, and a WHERE part if it has one.
            names: of the columns.
            rows: SQL of the columns of each of the rows.
        """
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

    def actors(self) -> str:
        """A relation (actor) of everybody, including nobody (0)."""
        ...

    def lag(self, expression: str) -> str:
        """The previous row's value, NULL on the first; the caller adds `over (...)`."""
        ...

    def lag_set(self, users: str) -> str:
        """The previous row's set, empty on the first; the caller adds `over (order by ...)`."""
        ...

    def json_property(self, path: str, binder: Binder) -> str:
        """The JSON text of the event row's property with a name (`ways_of`), NULL if missing."""
        ...

    def dictionary(self, column: str, texts: Mapping[int, str], binder: Binder) -> str:
        """The label of a context column that is not 0, given all its values."""
        ...

    def properties_join(self) -> str:
        """The join that gives access to the properties of events `e`."""
        ...

    def all_properties(self) -> str:
        """The JSON text of all properties of the event row `e`; NULL, or {}, without any."""
        ...

    def as_number(self, raw: str) -> str:
        """A JSON text as a number, NULL if it is not one."""
        ...

    def total(self, expression: str) -> str:
        """Aggregate: the sum of numbers as in `core.sums`, NULL if there are none, or infinity."""
        ...

    def holds(self, condition: Condition, raw: str, binder: Binder) -> str:
        """Whether a JSON text satisfies a condition (definitions 3.1)."""
        ...

    def may_contain(self, text: str, word: str, binder: Binder) -> str:
        """A cheap test that no text fails which contains a word, ignoring case."""
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
        """A JSON text as the label in a breakdown, including "(none)" and "(empty)"."""
        ...

    def items(self, raw: str, *, different: bool) -> str:
        """How many distinct elements a JSON text has; of a list, those that are not null."""
        ...

    def trait_label(self, key: str, binder: Binder, actor: str = "e.actor") -> str:
        """The current value of a trait of a person, as a label."""
        ...

    def looked_up(self, relation: str, actor: str, missing: int) -> str:
        """The integer that a relation (actor, value) has for an actor, or `missing`."""
        ...

    def many(self, source: str) -> str:
        """The FROM part of a relation that is worth an index, however few rows seem to be in it."""
        ...

    def apart(self, select: str) -> str:
        """A SELECT evaluated separately, so that its expressions are computed once per row."""
        ...


class Binder:
    """Collects the parameters of one statement while its text is written."""

    def __init__(self, dialect: Dialect, outer: Binder | None = None) -> None:
        self.dialect = dialect
        self.values: dict[str, Any] = {} if outer is None else outer.values
        self._made: dict[str, Made] = {} if outer is None else outer._made
        self._relations: dict[tuple[object, ...], tuple[str, str]] = {}

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

    def relation(self, wanted: Relation) -> str:
        """Return the name of a relation, which is written once, before the statement.

        A relation used in several places is evaluated once; and a relation outside the statement
        does not add to its nesting, of which SQLite's parser allows little.
        """
        if wanted.key not in self._relations:
            text = wanted.write(self)
            self._relations[wanted.key] = (f"relation{len(self._relations) + 1}", text)
        return self._relations[wanted.key][0]

    def made(self, table: Made) -> str:
        """Return the name of a temporary table, which is made before the statement."""
        self._made[table.name] = table
        return table.name

    def inside(self, dialect: Dialect) -> Binder:
        """Return a collector for a SELECT inside this statement, as it is written in another
        dialect: `whole` then gives it the relations that it reads.
        """
        return Binder(dialect, self)

    def whole(self, text: str) -> str:
        """Return a statement's text preceded by the relations it uses."""
        how = self.dialect.materialized
        own = [(f"{name} as {how}", sql) for name, sql in self._relations.values()]
        every = " ".join((text, *(sql for _, sql in own)))
        tables = set(re.findall(r"\b(?:from|join)\s+(\w+)", every))
        return preceded(text, [*self.dialect.standing_in(self, tables), *own])

    def statement(self, text: str, label: str = "") -> Statement:
        """Return the finished statement."""
        whole = self.whole(text)
        return Statement(whole, dict(self.values), label, made=tuple(self._made.values()))


def preceded(text: str, relations: Sequence[tuple[str, str]]) -> str:
    """Return a statement that begins with relations, before its own.

    Args:
        relations: of each its name with how it is read, and its SQL.
    """
    if not relations:
        return text
    named = ", ".join(f"{begun}({sql})" for begun, sql in relations)
    begun = re.match(r"\s*with\s+(recursive\s+)?", text, re.IGNORECASE)
    if begun is None:
        return f"with {named} {text}"
    return f"with {begun[1] or ''}{named}, {text[begun.end() :]}"


def whoever(dialect: Dialect, sets: str) -> str:
    """Return the relation (actor) of the people in sets `users`, and of nobody, whom no set has.

    Events are stored by person, so that those of these people are found without the others.
    """
    return f"{dialect.members(sets)} union all select 0"
