"""Experiments: which variant of something makes more people reach a goal (definitions 11.21).

Who converted is asked as a funnel from the exposure to the goal, among those with one variant, by
variant; so every number is one of that funnel, and so are its people.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from typing import Any, ClassVar, Final, Literal, NamedTuple

from pydantic import Field as Limited

from core.answers import Cell, Column, Steps, Table
from core.catalog.selectors import ANY
from core.columns import OTHER
from core.errors import BadQuestion
from core.filters import Condition
from core.queries.common.any_question import said_by
from core.queries.common.context import Context
from core.queries.common.periods import dates
from core.queries.common.question import Ask, Question, Rows
from core.queries.common.select import select
from core.queries.funnel.fields import LONGEST_SECONDS, FunnelStep
from core.queries.funnel.statistics import chance_of_more, newcombe, uneven
from core.sql.dialect import Binder, Statement
from core.text import number

CONTROLS: Final = ("control", "baseline", "original", "default", "off", "false")
"""Variants that the others are compared with, in this order, if no control is named."""

SURE: Final = 0.001
"""Below such a probability of so uneven groups the assignment is not what was expected."""

MOST = 20
SEVERAL: Final = "(several)"
"""What people with more than one variant are called."""

CELLS: Final = {
    None: Cell(step=1),
    "reached": Cell(step=2, outcome="reached"),
    "dropped": Cell(step=2, outcome="dropped"),
}
"""The outcome in a cell's address -> the cell of the funnel."""


class Experiment(Question):
    """Who reached a goal after being exposed to a variant, and how sure the difference is.

    A person with several variants in the range counts in none of them, but in a row of their own.

    Attributes:
        exposure: the event that shows a variant, and its conditions.
        variant: the field with the variant, of the exposure.
        goals: 1 to 10 events, each counted for itself.
        window_seconds: from the exposure to the goal, inclusive; None means no limit.
        control: the variant that others are compared with; None means one called control, baseline,
            original, default, off or false, else the first by name.
        split: the expected shares of variants in the order of the rows, in any unit; empty means
            equal ones.
    """

    kind: Literal["experiment"] = "experiment"
    exposure: FunnelStep
    variant: str = Limited(min_length=1)
    goals: tuple[FunnelStep, ...] = Limited(min_length=1, max_length=10)
    window_seconds: int | None = Limited(default=None, ge=1, le=LONGEST_SECONDS)
    control: str | None = None
    split: tuple[float, ...] = Limited(default=(), max_length=MOST)

    needs: ClassVar[str] = "events"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        ctx.catalog.existing(self.variant, "variant")
        several = yield from self._several(ctx)
        found: list[Goal] = []
        for at, step in enumerate(self.goals):
            answer = yield from self._funnel(at, several=False).ask(ctx)
            mixed = (yield from self._funnel(at, several=True).ask(ctx)) if several else None
            found.append(Goal(at, step.said(ctx.catalog), counts_of(answer), mixed))
        variants = self._ordered(found[0])
        columns, first = self._columns(), found[0].counts
        return Table(
            title=f"{self.exposure.said(ctx.catalog)} by {self.variant}",
            **dates(ctx.span(self.range)),
            notes=tuple(self._notes(variants, first, several)),
            columns=columns,
            rows=tuple(row for goal in found for row in self._rows(goal, variants)),
            keys=tuple(
                _key(name, goal.at)
                for goal in found
                for name in (*variants, *([None] if several else []))
            ),
            people_column="exposed",
            outcomes=(("converted", "reached"),),
            truncated=len(first) > len(variants),
        )

    def _several(self, ctx: Context) -> Generator[Statement, Rows, int]:
        """How many people had several variants."""
        bind = ctx.binder()
        sql = self._exposed(ctx, bind, several=True)
        rows = yield bind.statement(
            f"select count(*) from ({sql}) s", "people with several variants"
        )
        return int(rows[0][0])

    def _shown(self) -> tuple[Any, ...]:
        """The conditions of an exposure: its own, and that it says the variant."""
        return (*self.exposure.filters, Condition(field=self.variant, operator="is_set"))

    def _exposed(self, ctx: Context, bind: Binder, *, several: bool) -> str:
        """SQL of the actors with one variant, or with several."""
        d, field = ctx.dialect, ctx.catalog.existing(self.variant, "variant")
        exposures = select(ctx, self, self.exposure.event, self._shown(), absent=ANY)
        sets = exposures.people(bind, ctx.span(self.range), by=[field])
        more = d.at_least("tally", "2")
        users = more if several else d.only(d.at_least("tally", "1"), more)
        return d.members(f"""
            select {users} as users
            from (
                select {d.tally("users")} as tally
                from (
                    select v0, {d.union("users")} as users from ({sets}) shown group by v0
                ) variants
            ) counted""")

    def _funnel(self, goal: int, *, several: bool) -> Question:
        """The funnel from the exposure to a goal, by variant, or of those with several."""
        from core.queries import from_json

        filters = [clause.model_dump(by_alias=True) for clause in self._shown()]
        exposure = {**self.exposure.model_dump(mode="json", by_alias=True), "filters": filters}
        cell = {"row": SEVERAL} if several else {}
        return from_json(
            {
                "kind": "funnel", "range": self.range, "window_seconds": self.window_seconds,
                "conditions": [clause.model_dump(by_alias=True) for clause in self.conditions],
                "steps": [exposure, self.goals[goal].model_dump(mode="json", by_alias=True)],
                "breakdown": [] if several else [self.variant], "limit": 1000,
                "among": {"kind": "people", "of": said_by(self), "cell": cell},
            }
        )  # fmt: skip

    # -- the rows

    def _ordered(self, goal: Goal) -> list[str]:
        """The variants of most people by name, the control first."""
        most = sorted(goal.counts, key=lambda name: (-goal.counts[name][0], name))[:MOST]
        names = sorted(most)
        if self.control is not None and self.control not in names:
            raise BadQuestion(
                f"Nobody was exposed to the control {self.control!r}.",
                f"There are {', '.join(names) or 'no variants'}.",
                parameter="control",
            )
        known = {name.lower(): name for name in names}
        usual = next((known[name] for name in CONTROLS if name in known), None)
        control = self.control or usual
        return sorted(names, key=lambda name: (name != control, name))

    def _columns(self) -> tuple[Column, ...]:
        goal = [Column(name="goal")] if len(self.goals) > 1 else []
        return (Column(name="variant"), *goal, *_COLUMNS)

    def _rows(self, goal: Goal, variants: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        said = [goal.name] if len(self.goals) > 1 else []
        base = goal.counts[variants[0]] if variants else (0, 0)
        for at, name in enumerate(variants):
            yield (name, *said, *_figures(goal.counts[name], base if at else None))
        if goal.mixed is not None:
            steps = goal.mixed.groups[0].steps
            yield (SEVERAL, *said, *_figures((steps[0].count, steps[1].count), None))

    def _notes(
        self, variants: Sequence[str], counts: dict[str, tuple[int, int]], several: int
    ) -> Iterator[str]:
        if len(variants) < 2:
            yield "There is nothing to compare unless two variants have people."
            return
        yield f"Compared with {variants[0]}."
        if several:
            verbs = ("person", "counts") if several == 1 else ("people", "count")
            yield f"{several:,} {verbs[0]} had several variants and {verbs[1]} in none of them."
        yield self._even([counts[name][0] for name in variants])

    def _even(self, exposed: Sequence[int]) -> str:
        """Whether as many people had each variant as was expected."""
        if self.split and len(self.split) != len(exposed):
            raise BadQuestion(
                f"split has {len(self.split)} shares, and there are {len(exposed)} variants.",
                "Give one for each row, in their order.",
                parameter="split",
            )
        if any(share <= 0 for share in self.split):
            raise BadQuestion("split must be of shares above 0.", parameter="split")
        chance = uneven(exposed, self.split or [1.0] * len(exposed))
        if chance >= SURE:
            return f"People are divided as expected (p = {number(chance, 3)})."
        return f"People are not divided as expected (p < {SURE}): the rates may not be comparable."

    # -- people

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: those exposed to one variant; of a row its people, those who converted with
        "reached", the others with "dropped".
        """
        if cell.row in (None, SEVERAL) and cell.outcome is None:
            return self._exposed(ctx, bind, several=cell.row == SEVERAL)
        if cell.outcome not in CELLS:
            raise BadQuestion("cell is not of this question.", parameter="cell")
        variant, goal = self.named(cell)
        inner = CELLS[cell.outcome]
        if variant is not None:
            inner = inner.model_copy(update={"group": (variant,)})
        return self._funnel(goal, several=variant is None).people(ctx, bind, inner)

    def named(self, cell: Cell) -> tuple[str | None, int]:
        """Return the variant of a row, None for several, and the place of its goal; BadQuestion if
        there is no such row.
        """
        try:
            variant, goal = json.loads(cell.row or "")
        except (ValueError, TypeError, RecursionError):
            variant = goal = None
        known = isinstance(goal, int) and 0 <= goal < len(self.goals)
        if not known or not isinstance(variant, str | None):
            raise BadQuestion(
                f"cell names row {cell.row!r}, which does not exist.", parameter="cell"
            )
        return variant, int(goal)


class Goal(NamedTuple):
    """The people of one goal.

    Attributes:
        counts: variant -> how many were exposed to it alone, and converted.
        mixed: the funnel of those with several variants; None if there are none.
    """

    at: int
    name: str
    counts: dict[str, tuple[int, int]]
    mixed: Steps | None


def counts_of(answer: Steps) -> dict[str, tuple[int, int]]:
    """Return how many of each group are at both steps of a funnel."""
    return {
        group.group[0]: (group.steps[0].count, group.steps[1].count)
        for group in answer.groups
        if group.group not in ((), (OTHER,))
    }


def _figures(own: tuple[int, int], base: tuple[int, int] | None) -> tuple[Any, ...]:
    """The figures of a variant after its name, against the control unless it is that itself."""
    exposed, converted = own
    rate = converted / exposed if exposed else None
    if base is None or not base[0] or rate is None:
        return exposed, converted, rate, *[None] * 5
    size, some = base
    low, high = newcombe(converted, exposed, some, size) or (None, None)
    lift = rate / (some / size) - 1 if some else None
    chance = chance_of_more(converted, exposed, some, size)
    return exposed, converted, rate, lift, chance, rate - some / size, low, high


def _key(variant: str | None, goal: int) -> str:
    return json.dumps([variant, goal], ensure_ascii=False)


_COLUMNS = (
    Column(name="exposed", type="count"),
    Column(name="converted", type="count"),
    Column(name="rate", type="percent"),
    Column(name="lift", type="percent"),
    Column(name="better", type="percent"),
    Column(name="difference", type="percent"),
    Column(name="at least", type="percent"),
    Column(name="at most", type="percent"),
)
