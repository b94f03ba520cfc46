"""Several lookups at once, in one statement where each statement is a request to a server."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

import orjson

from core.queries.common.context import Context
from core.queries.common.question import Rows
from core.sql.dialect import Binder, Statement


def ask_together(
    ctx: Context, parts: Mapping[str, Callable[[Binder], str]]
) -> Generator[Statement, Rows, list[Rows]]:
    """Return the rows of each of some SELECTs, in no order within one.

    Args:
        parts: what each finds -> writes it.
    """
    if ctx.dialect.seeks:
        return (yield from _one_by_one(ctx, parts))
    bind = ctx.binder()
    each = [
        f"select {number} as part, toJSONString(groupArray(tuple(*))) as found from ({write(bind)})"
        for number, write in enumerate(parts.values())
    ]
    rows = yield bind.statement(" union all ".join(each), ", ".join(parts))
    found = {part: orjson.loads(text) for part, text in rows}
    return [[tuple(row) for row in found[number]] for number in range(len(parts))]


def _one_by_one(
    ctx: Context, parts: Mapping[str, Callable[[Binder], str]]
) -> Generator[Statement, Rows, list[Rows]]:
    found = []
    for label, write in parts.items():
        bind = ctx.binder()
        found.append((yield bind.statement(write(bind), label)))
    return found
