"""An event's revenue, as SQL; core.catalog.revenue defines the events and properties."""

from __future__ import annotations

from typing import NamedTuple

from core.catalog.revenue import EVENTS, is_named
from core.filters import AllOf, AnyOf, Condition
from core.queries.common.context import Context
from core.queries.common.measured import is_number
from core.sql.dialect import Binder


def amount(ctx: Context, bind: Binder, *, named: bool = False) -> str:
    """Return the SQL of an event `e`'s revenue, NULL if it has none; properties are joined.

    Args:
        named: whether the question names its events as revenue, whatever they are called.
    """
    d = ctx.dialect

    def number(*names: str) -> str:
        found = [d.as_number(d.json_property(name, bind)) for name in names]
        return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"

    price, quantity = number("price", "$price"), number("quantity", "$quantity")
    plain = f"coalesce({number('amount')}, {price}) * coalesce({quantity}, 1)"
    if not named:
        ids = [id_ for name, id_ in ctx.catalog.events.ids.items() if is_named(name)]
        plain = f"case when {d.member('e.event', bind.list(ids))} then {plain} end"
    return f"coalesce({number('$revenue', 'revenue')}, {price} * {quantity}, {plain})"


class Single(NamedTuple):
    """The one property that an event's revenue can be.

    Attributes:
        named: whether it is revenue only of events that are named as such.
    """

    name: str
    named: bool


def single(ctx: Context) -> Single | None:
    """Return the one property that can be an event's `amount` as it is; None if there are several,
    or quantities.
    """

    def known(*names: str) -> list[str]:
        return [name for name in names if ctx.catalog.properties.may_have(name)]

    whole, named = known("$revenue", "revenue"), known("amount", "price", "$price")
    if known("quantity", "$quantity") or len(whole) + len(named) != 1:
        return None
    (name,) = whole or named
    return Single(name, named=not whole)


def brings(ctx: Context, bind: Binder) -> str:
    """Return the SQL of whether an event `e` has an `amount`; flat, as it is used deep inside
    statements.
    """
    d, known = ctx.dialect, ctx.catalog.properties

    def number(name: str) -> str:
        raw = d.json_property(name, bind)
        there = d.holds(Condition(field=name, operator="is_set"), raw, bind)
        return f"{there} and {d.as_number(raw)} is not null"

    def either(*names: str) -> str:
        return " or ".join(number(name) for name in names if known.may_have(name)) or "1 = 0"

    ids = bind.list([id_ for name, id_ in ctx.catalog.events.ids.items() if is_named(name)])
    return f"""({either("$revenue", "revenue")}
                or ({either("price", "$price")}) and ({either("quantity", "$quantity")})
                or {d.member("e.event", ids)} and ({either("amount", "price", "$price")}))"""


def bringing(ctx: Context) -> AnyOf:
    """Return the condition that an event has an `amount`, in terms of its properties."""
    known = ctx.catalog.properties

    def either(*names: str) -> AnyOf:
        return AnyOf(any=tuple(is_number(name) for name in names if known.may_have(name)))

    prices = either("price", "$price")
    named = tuple(name for name in ctx.catalog.events.ids if is_named(name))
    of_named = Condition(field="event", operator="in", value=named)
    return AnyOf(
        any=(
            either("$revenue", "revenue"),
            AllOf(all=(prices, either("quantity", "$quantity"))),
            AllOf(all=(of_named, either("amount", "price", "$price"))),
        )
    )


def bringers(ctx: Context) -> list[int] | None:
    """Return the ids of the events that can bring revenue; None if any event can."""
    known, ids = ctx.catalog.properties, ctx.catalog.events.ids

    def either(*names: str) -> bool:
        return any(known.may_have(name) for name in names)

    if either("$revenue", "revenue") or (
        either("price", "$price") and either("quantity", "$quantity")
    ):
        return None
    return [id_ for name, id_ in ids.items() if name in EVENTS or is_named(name)]
