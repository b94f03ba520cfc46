"""Numeric figures: the currency of amounts, and notes on values left out, currencies added together
and sums that are too large.
"""

from __future__ import annotations

import math
import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import NamedTuple

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


class Currency(NamedTuple):
    """What is known of the currency of figures (definitions 4.5).

    Attributes:
        code: the one currency they are in; "" if they are in several, in none or are no money.
        at: which breakdown is the currency, so that every group has its own; None if none is.
        notes: that several are added together.
    """

    code: str = ""
    at: int | None = None
    notes: tuple[str, ...] = ()

    def of(self, group: Sequence[str]) -> str:
        """Return the currency of a group's figures."""
        if self.at is None:
            return self.code
        return "" if group[self.at] in (NONE, EMPTY) else group[self.at]


def currencies(
    ctx: Context, selection: Selection, span: Span, name: str, by: Sequence[Field] = ()
) -> Generator[Statement, Rows, Currency]:
    """Ask which currencies the amounts of a property have, if it is named like money.

    Those of one stored currency are asked of the events alone, whatever their filters.
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    field = ctx.catalog.property_of("currency") if re.search(_MONEY, spaced) else None
    if field is None:
        return Currency()
    if at := [at for at, f in enumerate(by) if f.key == field.key]:
        return Currency(at=at[0])
    if ctx.catalog.single_valued(field):
        selection = replace(selection, clauses=(), matching=())
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
        return Currency("".join(found))
    names = ", ".join(found[:_SHOWN]) + (", ..." if len(found) > _SHOWN else "")
    said = (
        f"Amounts in {len(found)} currencies ({names}) are added together as if they were one; "
        "break down by currency to separate them."
    )
    return Currency(notes=(said,))
