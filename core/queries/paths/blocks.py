"""Paths from blocks (`core.blocks.functions.paths`).

Where paths of everybody begin at one event, so many ms long, that comes from blocks as well;
otherwise from the relation of starts.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Generator
from dataclasses import replace

from core.blocks.layout import SESSION
from core.queries.common.blocks.calls import Writer
from core.queries.common.blocks.rows import BlockRows
from core.queries.common.question import Rows
from core.queries.funnel.blocks import mask_of
from core.queries.paths.plan import Plan
from core.queries.paths.starts import starts
from core.sql.dialect import Binder, Statement


def can(plan: Plan) -> bool:
    """Whether blocks have all that paths are about."""
    if plan.values:
        return False
    parts = [plan.anchor, *([plan.target] if plan.target else [])]
    clauses = (clause for part in parts for clause in (*part.matching, *part.clauses))
    return replace(_steps(plan), clauses=tuple(clauses)).can()


def counted(plan: Plan, *, people: bool) -> Generator[Statement, Rows, Rows]:
    """Yield a statement; return the rows (n, prev, event, goal, paths, actors) that Tally reads.

    Args:
        people: whether the sets of actors are asked for.
    """
    bind = plan.ctx.binder()
    ((found,),) = yield bind.statement(f"select {_call(plan, bind, people)}", "paths by step")
    return [
        (*row, None if users is None else b64decode(users))
        for *row, users in json.loads(found or "[]")
    ]


def _call(plan: Plan, bind: Binder, people: bool) -> str:
    window = plan.window or 0
    writer = Writer(_steps(plan), bind)
    writer.read_order()
    begun = _begun(plan, bind)
    starts_at = writer.extra(begun or _relation(plan, bind))
    longer = (window, 0) if plan.backward else (0, window)
    more = longer if begun else (0, 0)
    writer.masks.append(["within", starts_at, *more])
    steps = [(["all"], 1)]
    if plan.target is not None:
        steps.append((mask_of(writer, plan.target), 2))
    session = writer.read(SESSION) if plan.window is None else None
    walk = [starts_at, *more, plan.steps, plan.backward, session, plan.collapse]
    whole = 2**53 if plan.window is None else 0
    reach = (window or whole, 0) if plan.backward else (0, window or whole)
    span = plan.ctx.reaching(plan.span, *reach)
    return writer.call("block_paths", span, [], (), steps=steps, walk=walk, people=people)


def _steps(plan: Plan) -> BlockRows:
    """The events that may be steps."""
    return _shown(plan, plan.clauses.blocks)


def _shown(plan: Plan, rows: BlockRows) -> BlockRows:
    events = tuple(event for event in rows.events if event not in plan.hidden)
    return replace(rows, events=events)


def _begun(plan: Plan, bind: Binder) -> str:
    """Everybody's event at which a path of so many ms begins; empty if that is not asked."""
    if plan.every or plan.window is None:
        return ""
    writer = Writer(_shown(plan, plan.anchor.blocks), bind)
    writer.read_order()
    return writer.call("block_firsts", plan.span, [], (), nobody=False, latest=plan.backward)


def _relation(plan: Plan, bind: Binder) -> str:
    """The reaches of all starts; one whose scope ends before it is alone in it."""
    until = "coalesce(until, ts)"
    reach = f"min(ts, {until}), ts" if plan.backward else f"ts, max(ts, {until})"
    alone = f"coalesce(until {'>' if plan.backward else '<'} ts, 1)"
    return f"(select reaches(actor, {reach}, seq, {alone}, session) from ({starts(plan, bind)}))"
