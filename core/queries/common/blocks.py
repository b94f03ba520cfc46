"""What is read from blocks instead of rows, and the statements that do.

Blocks (`core.blocks.layout`) hold the numbers, texts and context of events as packed columns. Few
events are read from their rows, for which nothing has to be loaded; so is whatever blocks cannot
say: lists and objects, fields that are derived from other events, events without blocks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from core.blocks.layout import ACTOR, RUNS, SEQ, SESSION, TIME, context_field
from core.catalog.blocks import Held
from core.catalog.fields import GROUPS, Field
from core.catalog.selectors import meaning
from core.columns import EMPTY, NONE
from core.filters import AnyOf, Clause, Condition, NotOf, atoms
from core.queries.common.context import Context
from core.queries.common.derived import FALSE, TRUE
from core.queries.common.question import Rows
from core.queries.common.revenue import bringers, bringing
from core.queries.common.slots import day_runs, whole_days
from core.sql.dialect import Binder, Relation, Statement
from core.timeframe import Bucket, Span, runs

Piece = tuple[int, int, int, int]
"""A run of equal slots: first index, start, end, length."""

CONDITIONS = ("context", "property", "either", "event", "user", "trait", "session", *GROUPS)
"""The kinds of fields in conditions on events that blocks can say."""


@dataclass(frozen=True)
class BlockRows:
    """Events in blocks.

    Attributes:
        events: their names' ids.
        clauses: all must hold.
        members: relations of the actors that count; everybody if empty.
        range: the range at whose end segments named in clauses are evaluated.
    """

    ctx: Context
    events: Sequence[int]
    clauses: tuple[Clause, ...]
    members: tuple[Relation, ...]
    range: str

    # -- what blocks can say

    def can(self, by: Sequence[Field] = (), measured: Field | None = None) -> bool:
        """Whether the events are in blocks, are many, and blocks hold what is asked of them."""
        least = self.ctx.dialect.blocks_from
        if least is None:
            return False
        sizes = self.ctx.catalog.blocks.sizes
        if not all(event in sizes for event in self.events):
            return False
        if sum(sizes[event] for event in self.events) < least:
            return False
        return self._have(by, measured)

    def _have(self, by: Sequence[Field] = (), measured: Field | None = None) -> bool:
        """Whether blocks hold what is asked of the events, if they have these."""
        conditions = (atom for clause in self.clauses for atom in atoms(clause))
        return (
            all(map(self._tests, conditions))
            and all(map(self._groups, by))
            and (measured is None or (measured.kind == "property" and self._holds(measured)))
        )

    def _field(self, condition: Condition) -> Field:
        return self.ctx.catalog.field(condition.field, "field")

    def _property(self, field: Field) -> int | None:
        return self.ctx.catalog.blocks.field(field.instead or field.name)

    def _held(self, field: Field) -> Held | None:
        own = self._property(field)
        return None if own is None else self.ctx.catalog.blocks.held(own, self.events)

    def _holds(self, field: Field) -> bool:
        """Whether blocks have every value of a property."""
        held = self._held(field)
        return held is not None and not held.holes

    def _tests(self, condition: Condition) -> bool:
        """Whether blocks have what a condition is about."""
        field = self._field(condition)
        if field.kind == "paying":
            return self._know_payers()
        if field.kind == "revenue":
            listed = condition.operator in ("is_set", "is_not_set")
            return listed and all(map(self._tests, atoms(bringing(self.ctx))))
        if field.kind not in ("property", "either"):
            return field.kind in CONDITIONS
        held = self._held(field)
        return held is not None and not held.holes and (not held.odd or _of_numbers(condition))

    def _groups(self, field: Field) -> bool:
        """Whether rows can be grouped by a field."""
        if field.kind == "paying":
            return self._know_payers()
        if field.kind != "property":
            return field.kind in ("context", "event", "user")
        held = self._held(field)
        return held is not None and not (held.holes or held.odd or (held.numbers and held.texts))

    @cached_property
    def payers(self) -> BlockRows:
        """The events that bring revenue."""
        catalog = self.ctx.catalog
        possible = bringers(self.ctx)
        events = tuple(catalog.events.ids.values()) if possible is None else tuple(possible)
        clauses = meaning(catalog, "revenue_amount").matching
        return replace(self, events=events, clauses=clauses, members=())

    def _know_payers(self) -> bool:
        """Whether blocks say since when people pay."""
        sizes, payers = self.ctx.catalog.blocks.sizes, self.payers
        return all(event in sizes for event in payers.events) and payers._have()

    def is_text(self, field: Field) -> bool:
        """Whether the groups of a field are texts of blocks."""
        held = self._held(field) if field.kind == "property" else None
        return held is not None and held.texts

    # -- statements

    def sets(
        self,
        bind: Binder,
        span: Span,
        slots: Sequence[Bucket] | None,
        by: Sequence[Field],
        *,
        pieces: Sequence[Piece] = (),
    ) -> str:
        """Return the relation (slot, v0, v1, total, users); slots of None are the local days.

        Args:
            pieces: runs of equal slots of ms that take the place of slots.
        """
        writer = Writer(self, bind)
        writer.read(ACTOR)
        called = writer.call("block_sets", span, slots, by, pieces=pieces)
        v0, v1 = (*(self._label(bind, field, n) for n, field in enumerate(by, 1)), "0", "0")[:2]
        return f"""
            select r.value ->> 0 as slot, {v0} as v0, {v1} as v1, r.value ->> 3 as total,
                   rb_read(r.value ->> 4) as users
            from json_each({called}) r"""

    def _label(self, bind: Binder, field: Field, place: int) -> str:
        raw = f"r.value ->> {place}"
        if not self.is_text(field):
            return raw
        return f"""coalesce(
                (select iif(t.text = '', '{EMPTY}', t.text) from block_texts t
                 where t.field = {bind(self._property(field))} and t.id = {raw}), '{NONE}')"""

    def ask(
        self,
        function: str,
        span: Span,
        slots: Sequence[Bucket],
        by: Sequence[Field],
        label: str,
        *,
        measured: Field | None = None,
        **plan: Any,
    ) -> Generator[Statement, Rows, Rows]:
        """Yield a statement that calls a function over blocks; return its rows.

        These begin with slot, v0 and v1, if the function's do.

        Args:
            function: one of `core.blocks.functions.registering.AGGREGATES`.
            label: the statement's.
            plan: further fields of the plan (`core.blocks.functions.plan`).
        """
        words = set(map(str, plan.get("figures", ())))

        def called(bind: Binder) -> str:
            writer = Writer(self, bind)
            if function != "block_figures" or words & {"people", "distinct_per_user"}:
                writer.read(ACTOR)
            x = writer.measure(measured, words) if measured is not None else {}
            return writer.call(function, span, slots, by, **plan, **x)

        return (yield from self.unfolded(by, called, label))

    def unfolded(
        self, by: Sequence[Field], called: Callable[[Binder], str], label: str
    ) -> Generator[Statement, Rows, Rows]:
        """Yield a statement of a call; return its rows with the texts of v0 and v1.

        Args:
            called: writes the call.
        """
        bind = self.ctx.binder()
        call = called(bind)
        named = [place for place, field in enumerate(by, 1) if self.is_text(field)]
        texts = [
            f"""(select json_group_object(id, text) from block_texts
             where field = {bind(self._property(by[place - 1]))})"""
            for place in named
        ]
        ((found, *dictionaries),) = yield bind.statement(
            f"""
            select {", ".join([call, *texts])}
            """,
            label,
        )
        rows: list[list[Any]] = json.loads(found or "[]")
        for place, said in zip(named, map(json.loads, dictionaries), strict=True):
            for row in rows:
                row[place] = (said[str(row[place])] or EMPTY) if row[place] else NONE
        return [tuple(row) for row in rows]

    def numbers(self, bind: Binder, span: Span) -> str:
        """Return the relation (actor, x): how many events each person has; never nobody."""
        writer = Writer(self, bind)
        writer.read(ACTOR)
        called = writer.call("block_listed", span, [], (), nobody=False)
        return f"""
            select r.value ->> 4 as actor, r.value ->> 3 as x from json_each({called}) r"""


class Writer:
    """Writes one call of a function over blocks.

    Attributes:
        fields: the fields it reads, in the order of its arguments.
        extras: the SQL of what else it is given.
        members: relations of the actors that count.
        masks: which rows count, besides the clauses.
    """

    def __init__(self, rows: BlockRows, bind: Binder) -> None:
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
        by: Sequence[Field | dict[str, int]],
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
        bind = self.bind
        columns = "".join(
            f""",
                    (select c.data from blocks c
                     where c.event = b.event and c.field = {field}
                       and c.day = b.day and c.part = b.part)"""
            for field in self.fields
        )
        extras = "".join(f", {extra}" for extra in self.extras)
        listed = bind.dialect.member("b.event", bind.list(list(self.rows.events)))
        return f"""(
                select {function}({bind(json.dumps(plan))}, b.event, b.data{columns}{extras})
                from blocks b
                where b.field = {RUNS} and {listed}
                  and b.day <= {bind(span.last_day)} and b.last >= {bind(span.first_day)})"""

    def measure(self, field: Field, words: Collection[str] = ()) -> dict[str, Any]:
        """Return the part of a plan that measures a property."""
        own = self.rows._property(field)
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
        own = self.read(self.rows._property(field) or 0)
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
            return self._condition(self.rows._field(clause), clause)
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
        own = self.rows._property(field)
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


def _of_numbers(condition: Condition) -> bool:
    """Whether a condition compares numbers, however they are written."""
    value = condition.value
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and condition.operator in ("eq", "ne", "gt", "gte", "lt", "lte")
