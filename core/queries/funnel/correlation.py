"""What correlates with converting in a funnel, and with not converting (definitions 11.3, A.11).

Over everybody who entered, by their reported attempt: whoever did something after its first event
and before converting, or within the window if they did not convert, had it. Events between two
others are in no stored set, so the events of these people are read.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, ClassVar, Literal

from pydantic import Field as Limited
from pydantic import model_validator

from core.answers import Cell, Column, Table
from core.catalog.fields import Field
from core.columns import NONE
from core.errors import BadQuestion
from core.queries.common.clauses import ACTOR_FIELDS
from core.queries.common.context import Context
from core.queries.common.groups import label
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Rows
from core.queries.funnel.attempts import attempts
from core.queries.funnel.correlation_blocks import Had
from core.queries.funnel.fields import FunnelFields
from core.queries.funnel.notes import notes
from core.queries.funnel.plan import EVERYBODY, Plan
from core.queries.funnel.statistics import odds_ratio, phi, strength, two_shares
from core.queries.funnel.values import has_value
from core.sql.dialect import Binder, Statement, side_by_side
from core.text import duration

FEW = 25
FEW_SHARE = 0.02
"""Fewer people than the smaller of these, a number and a share of all, are not significant."""

SKEWED = 10
"""If one side has this many times the people of the other, the figures are not reliable."""

Values = tuple[str, ...]


class Correlation(FunnelFields):
    """What people who converted did that others did not, and vice versa.

    Correlation, not causation. The events of the steps are left out.

    Attributes:
        breakdown: up to two fields whose values are compared instead of events; with two, pairs of
            values on one event. Values of people (traits) need no event. Missing values are left
            out.
        side: "success": what correlates with converting; "failure": with not converting; or "both".
        min_people: how many people must have had something; None means 25 or 2 % of all who
            entered, whichever is less.
        limit: how many rows per side.
    """

    kind: Literal["correlation"] = "correlation"
    side: Literal["both", "success", "failure"] = "both"
    min_people: int | None = Limited(default=None, ge=1)

    needs: ClassVar[str] = "events"

    @model_validator(mode="after")
    def _fitting(self) -> Correlation:
        unfit = {
            "compare": self.compare, "hold": self.hold, "count_by": self.count_by != "uniques",
            "attribution": self.attribution != "entry", "counting": self.counting,
        }  # fmt: skip
        for name, given in unfit.items():
            if given:
                raise BadQuestion(f"{name} does not apply to correlation.", parameter=name)
        return self

    def _within(self) -> str:
        """Return how long those count who do not convert, in words."""
        if self.window_seconds is None:
            return ""
        return f", or for {duration(self.window_seconds)} if they did not"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        span = ctx.span(self.range)
        by = self._by(ctx)
        found = yield from self._counted(ctx, by)
        least = self.min_people or min(FEW, FEW_SHARE * (found.successes + found.failures))
        rows = found.rows(least)
        success = sorted((r for r in rows if r.odds > 1), key=lambda r: (-r.odds, r.values))
        failure = sorted((r for r in rows if r.odds < 1), key=lambda r: (r.odds, r.values))
        sides = [
            rows
            for side, rows in (("success", success), ("failure", failure))
            if self.side in ("both", side)
        ]
        shown = [row for side in sides for row in side[: self.limit]]
        return Table(
            title=f"What correlates with {self.steps_title(ctx.catalog)}",
            **dates(span),
            notes=(*found.notes(least, self._within()), *notes(self)),
            columns=_columns(by),
            rows=tuple(row.cells(found) for row in shown),
            keys=tuple(_key(row.values) for row in shown),
            people_column="people",
            outcomes=(("converted", "reached"), ("did not", "dropped")),
            truncated=any(len(side) > self.limit for side in sides),
        )

    def _by(self, ctx: Context) -> list[Field]:
        by = [ctx.catalog.existing(name) for name in self.breakdown]
        return by or [ctx.catalog.field("event")]

    def _counted(self, ctx: Context, by: list[Field]) -> Generator[Statement, Rows, _Counted]:
        """Return how many people had each value, among those who converted and the others."""
        plan = Plan.of(ctx, self, ctx.span(self.range))
        rows = yield from self._rows(plan, by)
        found = _Counted()
        for whole, v0, v1, converted, count in rows:
            if whole:
                found.add_all(int(converted), int(count))
                continue
            raws = zip(by, (v0, v1), strict=False)
            values = tuple(label(ctx, field, raw) for field, raw in raws)
            missing = zip(by, values, strict=True)
            if not any(value == NONE and field.kind != "event" for field, value in missing):
                found.add(values, int(converted), int(count))
        return found

    def _rows(self, plan: Plan, by: list[Field]) -> Generator[Statement, Rows, Rows]:
        """Return rows (whole, v0, v1, converted, people), whole being 1 for everybody."""
        had = Had(plan, by)
        if had.can():
            return (yield from had.ask())
        shares = yield from plan.shares()
        return (yield side_by_side(self._counts(plan, by, share) for share in shares))

    def _counts(self, plan: Plan, by: list[Field], people: tuple[int, int]) -> Statement:
        bind = plan.ctx.binder()
        nothing = ["''" if field.is_text else "0" for field in by]
        had = self._had(plan, bind, by, "reported")
        return bind.statement(
            f"""
            with reported as materialized ({attempts(plan, bind, people, entry=False)})
            select 0 as whole, v0, v1, converted, count(*) as people
            from ({had}) had
            group by v0, v1, converted
            union all
            select 1, {", ".join([*nothing, "0"][:2])},
                   case when t{len(self.steps)} is null then 0 else 1 end as converted, count(*)
            from reported
            group by converted
            """,
            "people who had each value, converted or not",
        )

    def _had(self, plan: Plan, bind: Binder, by: list[Field], reported: str) -> str:
        """Relation (actor, converted, v0, v1), with a row for each value that somebody had."""
        last = f"t{len(self.steps)}"
        done = replace(plan.shared, events=(), members=())
        values = [done.value(bind, field) for field in by] + ["0"]
        named = ", ".join(f"{value} as v{n}" for n, value in enumerate(values[:2]))
        if {field.kind for field in by} <= ACTOR_FIELDS:
            return f"""
                select e.actor as actor, case when e.{last} is null then 0 else 1 end as converted,
                       {named}
                from {reported} e"""
        steps = sorted({event for part in plan.steps for event in part.events})
        when = "e.ts" if plan.tick == 1 else f"e.ts - e.ts % {bind(plan.tick)}"
        join = done.source(by).removeprefix("events e")
        return f"""
            select distinct a.actor as actor,
                   case when a.{last} is null then 0 else 1 end as converted, {named}
            from {reported} a
            join events e on e.actor = a.actor {join}
            where {done.where(bind, None)}
              and not {plan.ctx.dialect.member("e.event", bind.list(steps))}
              and e.ts > a.t1
              and {when} > a.t1
              and {when} <= coalesce(a.{last} - 1, a.t1 + {bind(plan.window)})"""

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: people who had a value, "reached" and "dropped" for those who did and did
        not convert; without a row everybody who entered.
        """
        if cell.previous or cell.group or cell.outcome not in (None, "reached", "dropped"):
            raise BadQuestion("cell is not of this question.", parameter="cell")
        by = self._by(ctx)
        plan = Plan.of(ctx, self, ctx.span(self.range))
        found = attempts(plan, bind, EVERYBODY, entry=False)
        wanted = {"reached": "1", "dropped": "0"}.get(cell.outcome or "")
        tests = [f"converted = {wanted}"] if wanted else []
        had = f"""
            select actor, case when t{len(self.steps)} is null then 0 else 1 end as converted
            from ({found})"""
        if cell.row is not None:
            had = self._had(plan, bind, by, f"({found})")
            pairs = enumerate(zip(by, _values(cell.row, len(by)), strict=True))
            tests += [has_value(ctx, bind, field, f"v{n}", value) for n, (field, value) in pairs]
        where = f"where {' and '.join(tests)}" if tests else ""
        return f"select distinct actor from ({had}) had {where}"


def _key(values: Values) -> str:
    """Return the key of a row: its value, or its two values as a JSON array."""
    return values[0] if len(values) == 1 else json.dumps(values, ensure_ascii=False)


def _values(key: str, count: int) -> Values:
    """Return the values in a `_key`."""
    if count == 1:
        return (key,)
    try:
        found = json.loads(key)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or len(found) != count:
        raise BadQuestion(f"cell names no row {key!r}.", parameter="cell")
    return tuple(str(value) for value in found)


def _columns(by: Sequence[Field]) -> tuple[Column, ...]:
    return (
        *(Column(name=field.key.removeprefix("properties.")) for field in by),
        Column(name="goes with"),
        Column(name="odds ratio", type="number"),
        Column(name="converted", type="count"),
        Column(name="did not", type="count"),
        Column(name="of converted", type="percent"),
        Column(name="of others", type="percent"),
        Column(name="phi", type="number"),
        Column(name="strength"),
        Column(name="significance", type="percent"),
        Column(name="people", type="count"),
    )


@dataclass
class _Row:
    """One value, and how many of those who converted and of the others had it."""

    values: Values
    odds: float
    successes: int
    failures: int

    def cells(self, whole: _Counted) -> tuple[Any, ...]:
        """Return the figures in the order of the columns; odds below 1 are inverted."""
        s, f, all_s, all_f = self.successes, self.failures, whole.successes, whole.failures
        related = phi(s, f, all_s, all_f)
        without = all_s - s + all_f - f
        test = two_shares(s, s + f, all_s - s, without)
        return (
            *self.values,
            "converting" if self.odds > 1 else "not converting",
            max(self.odds, 1 / self.odds),
            s, f, s / all_s, f / all_f,
            related, strength(related), test and test.significance,
            s + f,
        )  # fmt: skip


class _Counted:
    """How many people had each value: [of those who did not convert, of those who did]."""

    def __init__(self) -> None:
        self.had: dict[Values, list[int]] = {}
        self.all = [0, 0]

    @property
    def successes(self) -> int:
        """How many converted."""
        return self.all[1]

    @property
    def failures(self) -> int:
        """How many entered but did not convert."""
        return self.all[0]

    def add(self, values: Values, converted: int, count: int) -> None:
        """Count people who had something."""
        self.had.setdefault(values, [0, 0])[converted] += count

    def add_all(self, converted: int, count: int) -> None:
        """Count people, whatever they had."""
        self.all[converted] += count

    def rows(self, least: float) -> list[_Row]:
        """Return what enough people had; nothing if only one side has people."""
        if not (self.successes and self.failures):
            return []
        return [
            _Row(values, odds_ratio(s, f, self.successes, self.failures), s, f)
            for values, (f, s) in self.had.items()
            if s + f >= least
        ]

    def notes(self, least: float, within: str) -> tuple[str, ...]:
        """Return the notes that the reader must see first.

        Args:
            within: what is said of those who did not convert.
        """
        s, f = self.successes, self.failures
        found = [
            "Correlation, not causation.",
            f"{s:,} of {s + f:,} who entered converted.",
            f"What people did counts from entering until they converted{within}.",
            "1 is added to each count before odds are compared, so that none is without bound.",
        ]
        if not (s and f):
            found.append("There is nothing to compare unless some people convert and some do not.")
        elif max(s, f) > SKEWED * min(s, f):
            found.append("The two sides are very uneven, so these figures say little.")
        if least > 1:
            found.append(f"Rows with fewer than {ceil(least)} people are left out.")
        return tuple(found)
