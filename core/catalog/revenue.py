"""What an event brought: the one definition of revenue (definitions 2.6).

`$revenue` or `revenue` where that is a number; else price times quantity where both are; else, of
an event named as revenue, its amount (or price) times its quantity, 1 where it has none. Refunds
are negative. An event is named as revenue when one of the words of its name is in `WORDS` ("Order
Completed", "in_app_purchase"), or when a question names it as what is paid.

Conditions ask for it as the field `revenue:amount`, measures as the property of that name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from core.filters import Condition
from core.sql.dialect import Binder

if TYPE_CHECKING:
    from core.queries.common.question import Context

AMOUNT: Final = "revenue:amount"

SELECTORS: Final = ("revenue_amount", "verified_revenue", "unverified_revenue")
EVENTS: Final = (*SELECTORS, "revenue", "$revenue")
"""Events of these names are revenue events, with an amount or without."""

WORDS: Final = frozenset({
    "revenue", "purchase", "purchased", "buy", "bought", "order", "ordered", "pay", "paid",
    "payment", "sale", "sold", "transaction", "charge", "charged", "refund", "refunded",
})  # fmt: skip

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def is_named(event: str) -> bool:
    """Whether the name of an event of the data says that it is revenue."""
    return any(word.lower() in WORDS for word in _WORD.findall(event))


def field_of(property_: str) -> str:
    """Return the field that a measured property is: of the event, or what the event brought."""
    return AMOUNT if property_ == AMOUNT else f"properties.{property_}"


def names_it(event: str | None) -> bool:
    """Whether a question that asks for an event's revenue says by this that its amount is it."""
    return event is not None and event not in SELECTORS


def amount(ctx: Context, bind: Binder, *, named: bool = False) -> str:
    """Return the SQL of what an event `e` brought, NULL where nothing; properties are joined.

    Args:
        named: the question names its events as revenue, whatever they are called.
    """
    d = ctx.dialect

    def number(*names: str) -> str:
        found = [d.as_number(d.json_property(name, bind)) for name in names]
        return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"

    price, quantity = number("price", "$price"), number("quantity", "$quantity")
    plain = f"coalesce({number('amount')}, {price}) * coalesce({quantity}, 1)"
    if not named:
        ids = [id_ for name, id_ in ctx.names.events.items() if is_named(name)]
        plain = f"case when {d.member('e.event', bind.list(ids))} then {plain} end"
    return f"coalesce({number('$revenue', 'revenue')}, {price} * {quantity}, {plain})"


def brings(ctx: Context, bind: Binder) -> str:
    """Return the SQL of whether `amount` of an event `e` is one; flat, as it stands deep inside."""
    d = ctx.dialect

    def number(name: str) -> str:
        raw = d.json_property(name, bind)
        there = d.holds(Condition(field=name, operator="is_set"), raw, bind)
        return f"{there} and {d.as_number(raw)} is not null"

    def either(*names: str) -> str:
        return " or ".join(number(name) for name in names)

    ids = bind.list([id_ for name, id_ in ctx.names.events.items() if is_named(name)])
    return f"""({either("$revenue", "revenue")}
                or ({either("price", "$price")}) and ({either("quantity", "$quantity")})
                or {d.member("e.event", ids)} and ({either("amount", "price", "$price")}))"""
