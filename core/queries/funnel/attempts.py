"""The attempts at a funnel as a relation, found in the engine's own way (definitions 6.3)."""

from __future__ import annotations

from collections.abc import Generator

from core.catalog.fields import Field
from core.queries.common.question import Rows
from core.queries.funnel import blocks, sqlite
from core.queries.funnel.plan import EVERYBODY, Plan
from core.queries.funnel.tally import tally_sql
from core.queries.funnel.values import with_values
from core.sql.dialect import Binder, Statement, side_by_side


def tally_rows(
    plan: Plan, by: list[Field], *, waits: bool = True, people: bool = True
) -> Generator[Statement, Rows, Rows]:
    """Yield statements; return rows (v0, v1, figures) that core.queries.funnel.tally adds up.

    Args:
        waits, people: see `blocks.tallies`; rows of events always have both.
    """
    if blocks.has_tallies(plan, by):
        found = yield from blocks.tallies(plan, by, waits=waits, people=people)
        return [row[1:] for row in found]
    shares = yield from plan.shares()
    return (yield side_by_side(_tally_statement(plan, by, share) for share in shares))


def _tally_statement(plan: Plan, by: list[Field], people: tuple[int, int]) -> Statement:
    bind = plan.ctx.binder()
    reported = attempts_with_value(plan, bind, by, people)
    return bind.statement(tally_sql(plan, bind, by, reported), "attempts per step and their times")


def attempts_with_value(
    plan: Plan, bind: Binder, by: list[Field], people: tuple[int, int] = EVERYBODY
) -> str:
    """Return the attempts with the raw breakdown values v0 and v1."""
    found = attempts(plan, bind, people, entry=bool(by))
    return with_values(plan, bind, by, found) if by else found


def attempts(plan: Plan, bind: Binder, people: tuple[int, int], *, entry: bool) -> str:
    """Return the relation of the people's reported attempts; `entry` adds s1 and x1."""
    if plan.ctx.dialect.name == "clickhouse":
        from core.queries.funnel import clickhouse

        return clickhouse.attempts(plan, bind)
    return sqlite.attempts(plan, bind, people, entry=entry)
