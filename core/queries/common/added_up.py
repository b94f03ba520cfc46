"""Notes on numeric figures: values left out, currencies added together, sums that are too large."""

from __future__ import annotations

import math
import re
from collections.abc import Generator, Sequence

from core.catalog.fields import Field
from core.columns import EMPTY, NONE
from core.queries.common.context import Context
from core.queries.common.groups import label
from core.queries.common.question import Rows
from core.queries.common.selection import Selection
from core.sql.dialect import Statement
from core.timeframe import Span

INFINITE = (math.inf, -math.inf)
TOO_LARGE = "Some sums are too large for a number and not shown."
_MONEY = (
    r"(^|[^a-z])(amount|revenue|price|value|total|subtotal|cost|fee|tax|paid|payment|spen[dt]|sales?"
    r"|income|gmv|mrr|arr|ltv|discount|refund|tip|shipping|balance)s?($|[^a-z])"
)
_SHOWN = 5


def finite(figure: float | None) -> float | None:
    """Return a figure, None if it is too large for a number."""
    return None if figure in INFINITE else figure


def no_numbers(name: str, odd: int, values: int) -> tuple[str, ...]:
    """Return a note if some of a property's values are not numbers.

    Args:
        name: the property.
        odd: how many values are not numbers.
        values: how many there are in all.
    """
    if not odd:
        return ()
    return (f"{odd:,} of {values:,} values of {name} are not numbers and are left out.",)


def left_out(
    ctx: Context, selection: Selection, span: Span, name: str
) -> Generator[Statement, Rows, tuple[str, ...]]:
    """Ask how many values of a property are not numbers, and note them. Reads the events."""
    bind, d = ctx.binder(), ctx.dialect
    field = Field("property", name)
    raw = d.json_property(name, bind)
    rows = yield bind.statement(
        f"""
        select count(case when {raw} <> 'null' then 1 end), count({d.as_number(raw)})
        from {selection.source([field])}
        where {selection.where(bind, span)}
        """,
        "values that are not numbers",
    )
    ((values, numbers),) = rows
    return no_numbers(name, values - numbers, values)


def currencies(
    ctx: Context, selection: Selection, span: Span, name: str, by: Sequence[Field]
) -> Generator[Statement, Rows, tuple[str, ...]]:
    """Ask whether a property named like an amount of money has several currencies, and note them.

    No statement is run if the workspace has no second currency.
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    field = ctx.catalog.several_valued("currency") if re.search(_MONEY, spaced) else None
    if field is None or any(f.key == field.key for f in by):
        return ()
    bind = ctx.binder()
    rows = yield bind.statement(
        f"""
        select v0, sum(total) as events
        from ({selection.sets(bind, span, by=[field])}) found
        group by v0
        order by events desc, v0
        """,
        "currencies",
    )
    found = [label(ctx, field, raw) for raw, _ in rows]
    found = [currency for currency in found if currency not in (NONE, EMPTY)]
    if len(found) < 2:
        return ()
    names = ", ".join(found[:_SHOWN]) + (", ..." if len(found) > _SHOWN else "")
    return (
        f"Amounts in {len(found)} currencies ({names}) are added together as if they were one; "
        "break down by currency to separate them.",
    )
