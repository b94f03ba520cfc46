"""The SQL of one call of a function over blocks: what it reads, its plan and its extras."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any, Protocol

from core.blocks.layout import ACTOR, RUNS, SEQ, SESSION, TIME, context_field
from core.catalog.fields import GROUPS, Field
from core.filters import AnyOf, Clause, Condition, NotOf
from core.queries.common.context import Context
from core.queries.common.derived import FALSE, TRUE
from core.queries.common.revenue import bringing
from core.queries.common.slots import day_runs, whole_days
from core.sql.dialect import Binder, Relation
from core.timeframe import Bucket, Span, runs

Piece = tuple[int, int, int, int]
"""A run of equal slots: first index, start, end, length."""


class Asked(Protocol):
    """The events that a call is about (`core.queries.common.blocks.rows`)."""

    @property
    def ctx(self) -> Context:
        """Where they are asked for."""
        ...

    @property
    def events(self) -> Sequence[int]:
        """The ids of their names."""
        ...

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """All of them hold."""
        ...

    @property
    def members(self) -> tuple[Relation, ...]:
        """The actors that count; everybody if empty."""
        ...

    @property
    def range(self) -> str:
        """The range at whose end segments are evaluated."""
        ...

    @property
    def payers(self) -> Asked:
        """The events that bring revenue."""
        ...

    def field_of(self, condition: Condition) -> Field:
        """Return what a condition is about."""
        ...

    def own_field(self, field: Field) -> int | None:
        """Return the field of a property in blocks, None if they do not have it."""
        ...

    def is_text(self, field: Field) -> bool:
        """Whether the groups of a field are texts of blocks."""
        ...


class Writer:
    """Writes one call of a function over blocks.

    Attributes:
        fields: the fields it reads, in the order of its arguments.
        extras: the SQL of what else it is given.
        members: relations of the actors that count.
        masks: which rows count, besides the clauses.
    """

    def __init__(self, rows: Asked, bind: Binder) -> None:
        self.rows = rows
        self.bind = bind
        self.fields: list[int] = []
        self.extras: list[str] = []
        self.members = list(rows.members)
        self.masks: list[list[Any]] = []
        self._paying: int | None = None

    def call(
        self,
        function: str,
        span: Span,
        slots: Sequence[Bucket] | None,
        by: Sequence[Field | dict[str, Any]],
        pieces: Sequence[Piece] = (),
        **plan: Any,
    ) -> str:
        """Return the SQL of a call over all blocks of a span.

        Args:
            by: fields, or what the plan says in their place.
        """
        plan = {**plan, **self._time(span, slots)}
        if pieces:
            self.read(TIME)
            plan |= {"slots": pieces, "by_time": True}
        masks = [*self.masks, *(self.mask(clause) for clause in self.rows.clauses)]
        if masks:
            plan["mask"] = masks[0] if len(masks) == 1 else ["all", *masks]
        plan["members"] = [self.people(members) for members in self.members]
        plan["by"] = [each if isinstance(each, dict) else self.by(each) for each in by]
        plan["fields"] = self.fields
        return self._written(function, json.dumps(plan), span, self._blocks(plan))

    def _blocks(self, plan: dict[str, Any]) -> str:
        """The blocks, in order of their days if the function is best given them so."""
        if "latest" not in plan:
            return "blocks"
        way = "desc" if plan["latest"] else "asc"
        return f"""(
                    select * from blocks where field = {RUNS} order by day {way} limit -1
                )"""

    def _written(self, function: str, plan: str, span: Span, blocks: str) -> str:
        """The call; extras, which may be large, are given in a row of their own, the first one."""
        bind = self.bind
        columns = "".join(f", c{number}.data" for number in range(len(self.fields)))
        joined = "".join(
            f"""
                left join blocks c{number} on c{number}.event = b.event
                      and c{number}.field = {field}
                      and c{number}.day = b.day and c{number}.part = b.part"""
            for number, field in enumerate(self.fields)
        )
        listed = bind.dialect.member("b.event", bind.list(list(self.rows.events)))
        somebody = "".join(
            f"""
                  and exists (select 1 from {bind.relation(members)})"""
            for members in self.members
        )
        source = f"""
                from {blocks} b{joined}
                where b.field = {RUNS} and {listed}
                  and b.day <= {bind(span.last_day)}
                  and b.last >= {bind(span.first_day)}{somebody}"""
        if not self.extras:
            return f"""(
                select {function}({bind(plan)}, b.event, b.data{columns}){source})"""
        places = [f"c{number}" for number in range(len(self.fields))]
        names = [f"x{number}" for number in range(len(self.extras))]
        given = "".join(f", {sql} as {name}" for sql, name in zip(self.extras, names, strict=True))
        return f"""(
                select {function}({", ".join(["plan", "event", "runs", *places, *names])})
                from (
                    select {bind(plan)} as plan, null as event, null as runs
                           {"".join(f", null as {place}" for place in places)}{given}
                    union all
                    select null, b.event, b.data{columns}{", null" * len(names)}{source}
                ))"""

    def measure(self, field: Field, words: Collection[str] = ()) -> dict[str, Any]:
        """Return the part of a plan that measures a property."""
        own = self.rows.own_field(field)
        assert own is not None
        found: dict[str, Any] = {"x": self.read(own)}
        if not {"distinct", "distinct_per_user"}.isdisjoint(words):
            found["value"] = self.by(field)
        elif self.rows.is_text(field):
            pairs = "select id, json_number(json_quote(text)) as x from block_texts where field ="
            found["numbers"] = self.extra(
                f"""(select json_group_array(json_array(id, x))
                     from ({pairs} {self.bind(own)}) where x is not null)"""
            )
        return found

    def _time(self, span: Span, slots: Sequence[Bucket] | None) -> dict[str, Any]:
        present = self.bind.dialect.present
        found: dict[str, Any] = {"days": [span.first_day, span.last_day]}
        if not span.whole_days or present is not None:
            self.read(TIME)
            end = span.end if present is None else min(span.end, present.now + 1)
            found["times"] = [span.start, end]
        if slots is None:
            return {**found, "slots": None}
        if whole_days(slots) and span.of_days:
            return {**found, "slots": day_runs(slots)}
        self.read(TIME)
        return {**found, "slots": list(runs(slots)), "by_time": True}

    def read(self, field: int) -> int:
        """Return a field that the function is to be given."""
        if field not in self.fields:
            self.fields.append(field)
        return field

    def read_order(self) -> None:
        """Have the function given whose each event is, and in which order these came."""
        for field in (ACTOR, TIME, SEQ):
            self.read(field)

    def extra(self, sql: str) -> int:
        """Return what an extra that the function is to be given is called."""
        self.extras.append(sql)
        return len(self.extras) - 1

    def people(self, members: Relation) -> int:
        """Nobody can be among them, and is in no set but one of actors plus one."""
        self.read(ACTOR)
        name = self.bind.relation(members)
        return self.extra(f"(select {self.bind.dialect.build('actor + 1')} from {name})")

    def by(self, field: Field) -> Any:
        """Return what rows are grouped by (`core.blocks.functions.plan`)."""
        if field.kind == "event":
            return "event"
        if field.kind == "user":
            return self.read(ACTOR)
        if field.kind == "paying":
            return {"begun": self._firsts()}
        if field.kind == "context":
            return self.read(context_field(field.name))
        own = self.read(self.rows.own_field(field) or 0)
        return own if self.rows.is_text(field) else [own]

    def _firsts(self) -> int:
        """Return the extra that says since when people pay."""
        if self._paying is None:
            self.read_order()
            payers = Writer(self.rows.payers, self.bind)
            payers.read_order()
            called = payers.call("block_firsts", self.rows.ctx.all_days, [], (), nobody=False)
            self._paying = self.extra(called)
        return self._paying

    # -- conditions

    def mask(self, clause: Clause) -> list[Any]:
        """Return which rows a clause holds for (`core.blocks.functions.masks`)."""
        if isinstance(clause, Condition):
            return self._condition(self.rows.field_of(clause), clause)
        if isinstance(clause, NotOf):
            return ["not", self.mask(clause.not_)]
        inner = clause.any if isinstance(clause, AnyOf) else clause.all
        return ["any" if isinstance(clause, AnyOf) else "all", *map(self.mask, inner)]

    def _condition(self, field: Field, condition: Condition) -> list[Any]:
        catalog = self.rows.ctx.catalog
        if field.kind == "event":
            names = catalog.events.ids
            return ["event", [i for name, i in names.items() if condition.holds((name,))]]
        if field.kind == "property":
            return self._holds(field, condition)
        if field.kind == "paying":
            yes, no = condition.holds((TRUE,)), condition.holds((FALSE,))
            if yes == no:
                return ["all" if yes else "any"]
            return ["begun", self._firsts()] if yes else ["not", ["begun", self._firsts()]]
        if field.kind == "revenue":
            brings = self.mask(bringing(self.rows.ctx))
            return brings if condition.operator == "is_set" else ["not", brings]
        if field.kind in ("context", "either"):
            own = self.ids(
                context_field(field.name), catalog.values.matching(field.name, condition)
            )
            if field.kind == "context":
                return own
            empty = self.ids(context_field(field.name), [0])
            other = self._holds(field, condition)
            return ["any", ["all", ["not", empty], own], ["all", empty, other]]
        if field.kind in GROUPS:
            return self._belongs(field, condition)
        missing = condition.holds(None)
        if field.kind == "trait":
            stored = catalog.people.traits(field.name)
            ids = [i for i, v in stored if condition.holds((v,)) != missing]
        else:
            ids = catalog.people.keys_where(field.kind, condition, wanted=not missing)
        found = self.ids(SESSION if field.kind == "session" else ACTOR, ids)
        return ["not", found] if missing else found

    def ids(self, field: int, ids: list[int]) -> list[Any]:
        """Return the mask of the rows whose value of a field is one of some ids."""
        return ["ids", self.read(field), self.extra(self.bind.list(ids))]

    def _holds(self, field: Field, condition: Condition) -> list[Any]:
        """A condition on a property: its texts are looked for among those of all events."""
        own = self.rows.own_field(field)
        assert own is not None
        d, bind = self.bind.dialect, self.bind
        if condition.of_texts:
            test = d.member("text", bind.list(condition.wanted))
            test = f"not {test}" if condition.holds(None) else test
        else:
            test = d.holds(condition, d.json_text("text"), bind)
        ids = self.extra(
            f"(select json_group_array(id) from block_texts where field = {bind(own)} and {test})"
        )
        said = condition.model_dump_json()
        return ["property", self.read(own), said, ids, condition.holds(None)]

    def _belongs(self, field: Field, condition: Condition) -> list[Any]:
        ctx, found = self.rows.ctx, []
        for name in condition.wanted:
            members = (
                ctx.in_audience(ctx, name)
                if field.kind == "audience"
                else ctx.in_segment(ctx, name, self.rows.range)
            )
            found.append(["people", self.people(members)])
        whole = ["any", *found]
        return ["not", whole] if condition.holds(None) else whole
