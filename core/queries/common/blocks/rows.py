"""What is read from blocks instead of rows, and the statements that do.

Blocks (`core.blocks.layout`) hold the numbers, texts and context of events as packed columns. Few
events are read from their rows, for which nothing has to be loaded; so is whatever blocks cannot
say: lists and objects, fields that are derived from other events, events without blocks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from core.blocks.layout import ACTOR
from core.catalog.blocks import Held
from core.catalog.fields import GROUPS, Field
from core.catalog.selectors import meaning
from core.columns import EMPTY, NONE
from core.filters import Clause, Condition, atoms
from core.queries.common.blocks.calls import Piece, Writer
from core.queries.common.context import Context
from core.queries.common.question import Rows
from core.queries.common.revenue import bringers, bringing
from core.sql.dialect import Binder, Relation, Statement
from core.timeframe import Bucket, Span

CONDITIONS = ("context", "property", "either", "event", "user", "trait", "session", *GROUPS)
"""The kinds of fields in conditions on events that blocks can say."""

MOST_FIELDS = 40
"""How many fields of conditions are read at once; SQLite joins at most 64 tables."""


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
        conditions = [atom for clause in self.clauses for atom in atoms(clause)]
        return (
            len({condition.field for condition in conditions}) <= MOST_FIELDS
            and all(map(self._tests, conditions))
            and all(map(self._groups, by))
            and (measured is None or (measured.kind == "property" and self._holds(measured)))
        )

    def field_of(self, condition: Condition) -> Field:
        """Return what a condition is about."""
        return self.ctx.catalog.field(condition.field, "field")

    def own_field(self, field: Field) -> int | None:
        """Return the field of a property in blocks, None if they do not have it."""
        return self.ctx.catalog.blocks.field(field.instead or field.name)

    def _held(self, field: Field) -> Held | None:
        own = self.own_field(field)
        return None if own is None else self.ctx.catalog.blocks.held(own, self.events)

    def _holds(self, field: Field) -> bool:
        """Whether blocks have every value of a property."""
        held = self._held(field)
        return held is not None and not held.holes

    def _tests(self, condition: Condition) -> bool:
        """Whether blocks have what a condition is about."""
        field = self.field_of(condition)
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

    def has(self, field: Field) -> bool:
        """Whether any of the events has a value of a property, as far as blocks know."""
        held = self._held(field)
        return held != Held() and self.ctx.catalog.properties.may_have(field.name)

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
        cycle: tuple[int, int] | None = None,
    ) -> str:
        """Return the relation (slot, v0, v1, total, users); slots of None are the local days.

        Args:
            pieces: runs of equal slots of ms that take the place of slots.
            cycle: what is added to a slot, and after how many they begin again.
        """
        writer = Writer(self, bind)
        writer.read(ACTOR)
        called = writer.call("block_sets", span, slots, by, pieces=pieces, cycle=cycle)
        return self.unfolded_sets(bind, by, called)

    def latest(self, bind: Binder, span: Span, by: Sequence[Field]) -> str:
        """Return the relation (slot, v0, v1, total, users) of everybody's last event, in slot 0."""
        writer = Writer(self, bind)
        writer.read_order()
        called = writer.call("block_latest", span, [], by, nobody=False, latest=True)
        return self.unfolded_sets(bind, by, called)

    def unfolded_sets(self, bind: Binder, by: Sequence[Field], called: str) -> str:
        """Return the relation (slot, v0, v1, total, users) of a call's rows."""
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
                 where t.field = {bind(self.own_field(field))} and t.id = {raw}), '{NONE}')"""

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
             where field = {bind(self.own_field(by[place - 1]))})"""
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


def _of_numbers(condition: Condition) -> bool:
    """Whether a condition compares numbers, however they are written."""
    value = condition.value
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and condition.operator in ("eq", "ne", "gt", "gte", "lt", "lte")
