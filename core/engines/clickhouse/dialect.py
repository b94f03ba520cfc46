"""How ClickHouse writes the primitives.

A set is a groupBitmap state; a state cannot be NULL, and where a join or a window finds none it is
the empty set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any

from core.columns import ACTIVE, EMPTY, NONE
from core.engines.clickhouse import present as standing
from core.engines.clickhouse import sets, values
from core.engines.clickhouse.columns import NOTHING, Columns
from core.engines.clickhouse.sets import ALL_COUNT, Flags
from core.filters import Condition
from core.sql.dialect import Binder, Counted, Program, Relation
from core.sql.present import Present


class ClickHouseDialect:
    """ClickHouse 26 or newer, where bitmaps are built in."""

    name = "clickhouse"
    seeks = False
    set_fields = frozenset(("context",))
    blocks_from: int | None = None
    materialized = ""

    def __init__(
        self,
        present: Present | None = None,
        flags: Flags = ALL_COUNT,
        columns: Callable[[], Columns] = lambda: NOTHING,
        program: Program | None = None,
    ) -> None:
        """Take the instant after which nothing counts, the events that do not count, what finds the
        properties with a column of their own, and what reads for programs.
        """
        self.program = program
        self.present = present
        self.counted: Counted | None = None
        self.flags = flags
        self._columns = columns

    def upto(self, present: Present) -> ClickHouseDialect:
        """Return the same dialect for what counts at an instant."""
        found = copy(self)
        found.present = present
        return found

    @property
    def has_sets(self) -> bool:
        """Of people, unless something is dated after now: the sets of a day are of all of it."""
        return self.present is None and self.counted is None

    def counting(self, counted: Counted) -> ClickHouseDialect:
        """Return the same dialect for units."""
        found = copy(self)
        found.counted = counted
        return found

    def unit_of(self, counted: Counted, actor: str) -> str:
        """Looked up among the units of the statement's events, unless it is that number."""
        if counted.numbered:
            return actor
        pairs = """(
            select tuple(arrayPushBack(groupArray(actor), toUInt32(0)),
                         arrayPushBack(groupArray(unit), ''))
            from (select distinct actor, toString(unit) as unit from events where actor <> 0))"""
        return f"transform(toUInt32({actor}), {pairs}.1, {pairs}.2, '')"

    def standing_in(self, binder: Binder, names: set[str]) -> list[tuple[str, str]]:
        """See core.engines.clickhouse.present and .sets, and `core.sql.dialect.Counted`."""
        found = []
        if self.counted is not None and "events" in names:
            assert isinstance(self.counted.rows, Relation)
            found.append(("events as ", self.counted.rows.write(binder)))
            names = names - {"events"}
        if self.present is not None:
            return [*found, *standing.relations(self.present, binder, names)]
        return [*found, *sets.relations(self.flags, binder, names)]

    def placeholder(self, name: str, value: Any) -> str:
        """Typed by the value, as ClickHouse does not infer types."""
        kind = "String" if isinstance(value, str) else "Int64"
        return f"{{{name}:{'Float64' if isinstance(value, float) else kind}}}"

    def values_of(self, name: str, values: Sequence[Any]) -> str:
        """All of one type: numbers, or texts if any is one."""
        kinds = {type(value) for value in values}
        kind = "Int64" if kinds <= {int, bool} else "Float64" if kinds <= {int, float} else "String"
        return f"(select arrayJoin(JSONExtract({{{name}:String}}, 'Array({kind})')))"

    def either_bits(self, left: str, right: str) -> str:
        """As a function."""
        return f"bitOr(toUInt64({left}), toUInt64({right}))"

    def scanned(self, column: str) -> str:
        """As it stands."""
        return column

    def idiv(self, left: str, right: str) -> str:
        """A plain / would give a fraction."""
        return f"intDiv({left}, {right})"

    def member(self, expression: str, listed: str) -> str:
        """A set made once from one JSON parameter."""
        return f"{expression} in (select arrayJoin(JSONExtract({listed}, 'Array(Int64)')))"

    def rows(self, bound: str, columns: Sequence[str]) -> str:
        """One JSON array per row."""
        picked = ", ".join(f"r[{i}] as {name}" for i, name in enumerate(columns, 1))
        return (
            f"(select {picked} from "
            f"(select arrayJoin(JSONExtract({bound}, 'Array(Array(Int64))')) as r))"
        )

    def stored_sets(self, events: Sequence[int]) -> str:
        """Only those that are needed, as each part of a relation has to be planned."""
        if not events:
            return "activity_of_any"
        return "activity" if ACTIVE in events else "activity_of_each"

    def build(self, actor: str) -> str:
        """Bitmaps hold unsigned integers."""
        return f"groupBitmapStateIf(toUInt32({actor}), {actor} != 0)"

    def listed(self, actor: str) -> str:
        """As an array, as states are no text."""
        return f"groupUniqArrayIf(assumeNotNull({actor}), ifNull({actor}, 0) != 0)"

    def union(self, users: str) -> str:
        """As a state, which every other function takes."""
        return f"groupBitmapMergeState({users})"

    def union_sliding(self, users: str) -> str | None:
        """None: a missing set cannot be in a frame here."""
        return None

    def count(self, users: str) -> str:
        """Of a state."""
        return f"bitmapCardinality({users})"

    def both(self, left: str, right: str) -> str:
        """Of states."""
        return f"bitmapAnd({left}, {right})"

    def only(self, left: str, right: str) -> str:
        """Of states."""
        return f"bitmapAndnot({left}, {right})"

    def count_both(self, left: str, right: str) -> str:
        """Of states."""
        return f"bitmapAndCardinality({left}, {right})"

    def fanned(self, source: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Tuples of an array, as a relation that is named twice is evaluated twice."""
        listed = ", ".join(f"tuple({', '.join(row)})" for row in rows)
        columns = ", ".join(f"fanned.{at} as {name}" for at, name in enumerate(names, 1))
        return f"select {columns} from (select arrayJoin([{listed}]) as fanned from {source})"

    def tally(self, users: str) -> str:
        """Two arrays: actors and their counts."""
        actors = f"bitmapToArray({users})"
        return f"sumMap({actors}, arrayMap(actor -> 1, {actors}))"

    def at_least(self, tally: str, least: str) -> str:
        """A bitmap of the actors whose count is large enough."""
        chosen = f"arrayFilter((actor, times) -> times >= {least}, {tally}.1, {tally}.2)"
        return f"bitmapBuild(arrayMap(actor -> toUInt32(actor), {chosen}))"

    def members(self, relation: str) -> str:
        """One union, unfolded."""
        return (
            "select arrayJoin(bitmapToArray(groupBitmapMergeState(users))) as actor"
            f" from ({relation})"
        )

    def actors(self) -> str:
        """The same relation as in the workspace."""
        return "(select id as actor from identities union all select 0)"

    def lag(self, expression: str) -> str:
        """Without toNullable the first row gets the type's default, such as 0."""
        return f"lag(toNullable({expression}))"

    def lag_set(self, users: str) -> str:
        """A state's default is the empty set; the usual frame begins with the first row."""
        return f"lagInFrame({users})"

    def json_property(self, path: str, binder: Binder) -> str:
        """See values.property_at."""
        own = {name: f"e.{column}" for name, column in self._columns().raw.items()}
        return values.property_at("e.properties", path, binder, own)

    def dictionary(self, column: str, texts: Mapping[int, str], binder: Binder) -> str:
        """Looked up in the texts, which only the workspace file has."""
        ids = f"JSONExtract({binder.list(list(texts))}, 'Array(Int64)')"
        labels = [text or EMPTY for text in texts.values()]
        found = f"JSONExtract({binder.list(labels)}, 'Array(String)')"
        return f"transform(toInt64({column}), {ids}, {found}, '')"

    def properties_join(self) -> str:
        """Properties are a column of `events`."""
        return ""

    def all_properties(self) -> str:
        """A column of `events`."""
        return "e.properties"

    def as_number(self, raw: str) -> str:
        """See values.number."""
        return self._columns().instead(raw, "number") or values.number_of(raw)

    def total(self, expression: str) -> str:
        """In integer millionths if all numbers are multiples of them, else compensated."""
        parts = f"toInt256(if(abs({expression}) < 1e30, round({expression} * 1e6), 0))"
        other = f"not (abs({expression}) < 1e30 and toFloat64({parts}) / 1e6 = {expression})"
        exact = f"toFloat64(sum(if({expression} is null, null, {parts}))) / 1e6"
        return f"if(countIf({other}) = 0, {exact}, sumKahan(toFloat64({expression})))"

    def holds(self, condition: Condition, raw: str, binder: Binder) -> str:
        """See values.holds."""
        return values.holds(condition, raw, binder)

    def may_contain(self, text: str, word: str, binder: Binder) -> str:
        """None is cheaper than `holds`."""
        return "1 = 1"

    def percentile(self, expression: str, p: float, binder: Binder) -> str:
        """quantileExactInclusive is type 7; its level cannot be a parameter, but is a number."""
        return f"quantileExactInclusive({float(p)!r})({expression})"

    def integers(self, expression: str) -> str:
        """An array, which the runner returns as a list."""
        return f"groupArray({expression})"

    def json_text(self, text: str) -> str:
        """With unescaped slashes."""
        return f"toJSONString({text})"

    def json_label(self, raw: str) -> str:
        """Text without its quotes, everything else as JSON."""
        return self._columns().instead(raw, "label") or values.label_of(raw)

    def items(self, raw: str, *, different: bool) -> str:
        """The texts of its elements."""
        found = values.elements(values.present(raw))
        counted = f"length(arrayDistinct({found}))" if different else f"length({found})"
        return f"if({values.present(raw)} = 'null', 0, {counted})"

    def trait_label(self, key: str, binder: Binder, actor: str = "e.actor") -> str:
        """Looked up in two arrays, as in `looked_up`."""
        pairs = f"""(
            select tuple(arrayPushBack(groupArray(toInt64(user)), toInt64(-1)),
                         arrayPushBack(groupArray(if(value = '', '{EMPTY}', value)), ''))
            from traits where key = {binder(key)})"""
        return f"transform(toInt64({actor}), {pairs}.1, {pairs}.2, '{NONE}')"

    def looked_up(self, relation: str, actor: str, missing: int) -> str:
        """Two arrays, which are one constant however often they occur in a statement."""
        pairs = f"""(
            select tuple(arrayPushBack(groupArray(toInt64(actor)), toInt64(-1)),
                         arrayPushBack(groupArray(toInt64(value)), toInt64({missing})))
            from ({relation}))"""
        return f"transform(toInt64({actor}), {pairs}.1, {pairs}.2, toInt64({missing}))"

    def many(self, source: str) -> str:
        """As it stands."""
        return source

    def apart(self, select: str) -> str:
        """As it stands."""
        return select
