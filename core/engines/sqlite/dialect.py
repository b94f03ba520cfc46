"""How SQLite writes the primitives, with the functions of `core.engines.sqlite.functions`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

from core.columns import EMPTY, NONE
from core.engines.sqlite import present as standing
from core.filters import Condition
from core.sql.dialect import Binder, Counted, Made, Program
from core.sql.json_paths import property_of
from core.sql.like import literal
from core.sql.present import Present


class SqliteDialect:
    """SQLite with the set functions of `core.engines.sqlite.functions`."""

    name = "sqlite"
    has_sets = True
    seeks = True
    program: Program | None = None
    set_fields = frozenset(("context", "property"))
    blocks_from: int | None = 20_000  # rows of fewer are read while numpy is loaded
    materialized = "materialized "

    def __init__(self, *, present: Present | None = None) -> None:
        """Take what counts at an instant; see Dialect."""
        self.present = present
        self.counted: Counted | None = None

    def upto(self, present: Present) -> SqliteDialect:
        """Return the same dialect for what counts at an instant."""
        found = copy(self)
        found.present = present
        return found

    def counting(self, counted: Counted) -> SqliteDialect:
        """Return the same dialect for units: sets and blocks have people alone."""
        found = copy(self)
        found.counted, found.has_sets, found.blocks_from = counted, False, None
        return found

    def unit_of(self, counted: Counted, actor: str) -> str:
        """Our function."""
        assert isinstance(counted.rows, Made)
        return f"unit_of('{counted.rows.name}', {actor})"

    def standing_in(self, binder: Binder, names: set[str]) -> list[tuple[str, str]]:
        """See core.engines.sqlite.present and .units."""
        present, counted = self.present, self.counted
        others = names - {"events"} if counted else names
        found = standing.relations(present, binder, others) if present else []
        if counted and "events" in names:
            from core.engines.sqlite.units import events_of

            found.append(("events as not materialized ", events_of(counted, present, binder)))
        return found

    def placeholder(self, name: str, value: Any) -> str:
        """Named style."""
        return f":{name}"

    def values_of(self, name: str, values: Sequence[Any]) -> str:
        """Each with its own type."""
        return f"(select value from json_each(:{name}))"

    def either_bits(self, left: str, right: str) -> str:
        """As an operator."""
        return f"({left}) | ({right})"

    def scanned(self, column: str) -> str:
        """Its planner takes an index for a range however wide, and fetches every row by its key."""
        return f"+{column}"

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

    def stored_sets(self, events: Sequence[int]) -> str:
        """The table, which is sought in."""
        return "activity"

    def build(self, actor: str) -> str:
        """Our aggregate."""
        return f"rb_build({actor})"

    def listed(self, actor: str) -> str:
        """As bytes."""
        return self.build(actor)

    def union(self, users: str) -> str:
        """Our aggregate, also over growing window frames."""
        return f"rb_or_agg({users})"

    def union_sliding(self, users: str) -> str | None:
        """Our window function; its frame must contain the current row."""
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

    def fanned(self, source: str, names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """One SELECT after the other; the relation is materialized."""
        selects = (
            ", ".join(f"{sql} as {name}" for sql, name in zip(row, names, strict=True))
            for row in rows
        )
        return " union all ".join(f"select {columns} from {source}" for columns in selects)

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

    def actors(self) -> str:
        """Identities that are not actors do no harm, as no event counts for them."""
        return "(select id as actor from identities union all select 0)"

    def lag(self, expression: str) -> str:
        """As it stands."""
        return f"lag({expression})"

    def lag_set(self, users: str) -> str:
        """NULL reads as the empty set."""
        return f"lag({users})"

    def json_property(self, path: str, binder: Binder) -> str:
        """The -> operator preserves the JSON type: '"1"' is not 1, true is not 1."""
        return property_of("p.properties", path, binder)

    def dictionary(self, column: str, texts: Mapping[int, str], binder: Binder) -> str:
        """One seek."""
        return f"""(select iif(d.value = '', '{EMPTY}', d.value)
                    from dimension_values d where d.id = {column})"""

    def properties_join(self) -> str:
        """Properties have their own table."""
        return "left join event_properties p on p.seq = e.seq"

    def all_properties(self) -> str:
        """Sought for each event that is listed."""
        return "(select p.properties from event_properties p where p.seq = e.seq)"

    def as_number(self, raw: str) -> str:
        """Our function."""
        return f"json_number({raw})"

    def total(self, expression: str) -> str:
        """Our aggregate."""
        return f"exact_total({expression})"

    def holds(self, condition: Condition, raw: str, binder: Binder) -> str:
        """Our function, memoised per distinct value; is_set and is_not_set need none."""
        if condition.operator == "is_set":
            return f"({raw} is not null and {raw} <> 'null')"
        if condition.operator == "is_not_set":
            return f"({raw} is null or {raw} = 'null')"
        return f"condition_holds({binder(condition.model_dump_json())}, {raw})"

    def may_contain(self, text: str, word: str, binder: Binder) -> str:
        """LIKE ignores the case of ASCII letters alone, and others may fold to ASCII ones, so texts
        with other characters (which take more bytes than they have characters) may all contain it.
        """
        if not word.isascii() or "\0" in word:
            return "1 = 1"
        return f"""({text} like {binder(f"%{literal(word)}%")} escape '!'
            or length({text}) <> length(cast({text} as blob)))"""

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
        """Text without its quotes, everything else as JSON."""
        return f"""(case when {raw} is null or {raw} = 'null' then '{NONE}'
                  when {raw} = '""' then '{EMPTY}'
                  when substr({raw}, 1, 1) = '"' then {raw} ->> '$'
                  else {raw} end)"""

    def items(self, raw: str, *, different: bool) -> str:
        """Elements are distinguished by their texts, as groups are; true is not 1."""
        value = "iif(j.type in ('true', 'false'), j.type, cast(j.value as text))"
        counted = f"count(distinct {value})" if different else "count(*)"
        return f"""(case when {raw} is null or {raw} = 'null' then 0
                         when substr({raw}, 1, 1) <> '[' then 1
                         else (select {counted} from json_each({raw}) j where j.type <> 'null')
                    end)"""

    def trait_label(self, key: str, binder: Binder, actor: str = "e.actor") -> str:
        """Traits are few per person: one seek each."""
        return f"""coalesce(
            (select iif(t.value = '', '{EMPTY}', t.value)
             from traits t
             where t.user = {actor} and t.key = {binder(key)}), '{NONE}')"""

    def looked_up(self, relation: str, actor: str, missing: int) -> str:
        """One seek each."""
        found = f"select f.value from {self.many(f'({relation}) f')} where f.actor = {actor}"
        return f"coalesce(({found}), {missing})"

    def many(self, source: str) -> str:
        """Its planner takes one row of JSON for many, but the events of a few days for very few."""
        return f"json_each('[0]') cross join {source}"

    def apart(self, select: str) -> str:
        """A select with a limit is not merged into the query around it."""
        return f"{select} limit -1"
