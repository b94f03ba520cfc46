"""A funnel's attempts from blocks (`core.blocks.functions.attempts`)."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Generator, Sequence
from typing import Any

from core.catalog.fields import Field
from core.queries.common.blocks.calls import Writer
from core.queries.common.question import Rows
from core.queries.common.selection import Selection
from core.queries.funnel.plan import Plan, spec
from core.sql.dialect import Binder, Statement
from core.timeframe import Bucket, runs


def attempts(plan: Plan, bind: Binder, *, entry: bool) -> str:
    """Return the relation of Plan.attempts; `entry` adds s1 and x1."""
    last = len(plan.steps)
    columns = ["r.value ->> 1 as unit", "r.value ->> 2 as t0"]
    columns += [f"r.value ->> {k + 5} as t{k}" for k in range(1, last + 1)]
    columns += ["r.value ->> 4 as s1", "r.value ->> 3 as x1"] if entry else []
    columns += ["r.value -> 5 as path"] if plan.by_path else []
    called = _call(plan, Writer(plan.shared.blocks, bind), "block_attempts", ())
    return f"""
        select r.value ->> 0 as actor, {", ".join(columns)} from json_each({called}) r"""


def has_tallies(plan: Plan, by: Sequence[Field]) -> bool:
    """Whether blocks say the tallies by fields: those of the events of step 1 alone."""
    return plan.in_blocks(by) and not plan.by_path


def tallies(
    plan: Plan,
    by: Sequence[Field],
    slots: Sequence[Bucket] = (),
    *,
    waits: bool,
    people: bool,
) -> Generator[Statement, Rows, Rows]:
    """Yield a statement; return rows (slot, v0, v1, figures) that `funnel.tally` adds up.

    Args:
        by: fields of the events of step 1.
        slots: those that these events may be in; 0 without any.
        waits: whether the times are asked for.
        people: whether a plan that repeats adds the sets of people.
    """

    def called(bind: Binder) -> str:
        return _call(
            plan,
            Writer(plan.shared.blocks, bind),
            "block_tally",
            by,
            begun=list(runs(slots)),
            open_after=plan.ctx.now - plan.window,
            waits=waits,
            people=people and plan.repeats,
        )

    label = "attempts per step and their times"
    rows = yield from plan.shared.blocks.unfolded(by, called, label)
    sets = 3 + 3 * len(plan.steps)
    return [(*row[:sets], *map(b64decode, row[sets:])) for row in rows]


def waits(
    plan: Plan, by: Sequence[Field], between: tuple[int, int]
) -> Generator[Statement, Rows, Rows]:
    """Yield a statement; return rows (v0, v1, actors, ms) of the attempts that reached two steps.

    Args:
        by: fields of the events of step 1.
        between: the two steps, from 1.
    """
    one, other = between

    def called(bind: Binder) -> str:
        writer = Writer(plan.shared.blocks, bind)
        return _call(plan, writer, "block_waits", by, between=(one - 1, other - 1))

    rows = yield from plan.shared.blocks.unfolded(by, called, "times between the steps")
    return [row[1:] for row in rows]


def pursued(plan: Plan, bind: Binder) -> str:
    """Return the SQL of everybody's attempt as a reach, see `core.blocks.functions.attempts`."""
    return _call(plan, Writer(plan.shared.blocks, bind), "block_pursued", ())


def _call(
    plan: Plan,
    writer: Writer,
    function: str,
    by: Sequence[Field],
    **more: Any,
) -> str:
    writer.read_order()
    steps = [(mask_of(writer, part), 1 << number) for number, part in enumerate(plan.steps)]
    for number, part in enumerate(plan.spoilers):
        steps.append((mask_of(writer, part), plan.spoils(number) << len(plan.steps)))
    held = [writer.by(field) for field in plan.held]
    search = spec(plan)
    span = plan.ctx.reaching(plan.span, *plan.reach)
    return writer.call(function, span, [], by, steps=steps, held=held, search=search, **more)


def mask_of(writer: Writer, part: Selection) -> list[Any]:
    """Return the mask of the events of a selection."""
    masks: list[Any] = [] if part.any_event and not part.events else [_named(part)]
    masks += [writer.mask(clause) for clause in (*part.matching, *part.clauses)]
    masks += [["people", writer.people(members)] for members in part.members]
    return ["all", *masks]


def _named(part: Selection) -> list[Any]:
    return ["event", list(part.blocks.events)]
