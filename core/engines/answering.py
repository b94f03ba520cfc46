"""What every engine does around a question: cached answers, lenience, how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.answers import Shape
from core.engines.cache import Cache
from core.engines.running import Result
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.sql.dialect import Statement

Computed = tuple[Shape, tuple[Statement, ...], tuple[Statement, ...]]
"""An answer, the statements that were run for it, and those that looked things up."""


def answered(
    question: Question,
    ctx: Context,
    state: tuple[Any, ...],
    cache: Cache[Result],
    compute: Callable[[Context], Computed],
    *,
    fresh: bool,
    forgiving: bool,
) -> Result:
    """Return the answer to a question, cached or computed.

    Args:
        ctx: as of now.
        state: the data that it depends on.
        compute: answers the question in the context that it is given.
        fresh, forgiving: see `SqliteEngine.run`.
    """
    moving = ctx.whole is not None or question.by_the_minute()
    moment = ctx.now // 60_000 if moving else ctx.today
    key = (question.model_dump_json(), state, moment, forgiving)
    kept = None if fresh else cache.get(key)
    if kept is not None:
        return replace(kept, cached=True)
    started = time.perf_counter()
    ctx = ctx.of(question)
    if forgiving:
        ctx = replace(ctx, catalog=ctx.catalog.forgiving())
    answer, statements, lookups = compute(ctx)
    if ctx.catalog.missed:
        answer = answer.missing(ctx.catalog.missed)
    spent = (time.perf_counter() - started) * 1000
    at = (ctx.usual or ctx).now
    result = Result(answer, spent, at, statements=statements, lookups=lookups)
    cache.put(key, result)
    return result
