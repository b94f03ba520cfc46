"""Which columns a list of people has, and what it is sorted by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.answers import Cell
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.queries.people.people import ORDERS, SHOWN, PeopleBehind
from core.text import clean
from tui.actions import edits
from tui.widgets.dialogs import Chooser
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from tui.actions.pages import PeopleListed

WORDS = {
    "last_seen": ("by last seen, newest first", "by last seen, oldest first"),
    "first_seen": ("by first seen, oldest first", "by first seen, newest first"),
    "user": ("by id", "by id, backwards"),
    "events": ("by events, most first", "by events, fewest first"),
}
"""What a list is sorted by, in words; the second ones the other way round."""

MOST_COLUMNS = 8
USUAL = 3
"""With how many columns a list begins."""

PAGE = 200
"""How many people are read at a time."""


def as_list(question: Question) -> PeopleBehind:
    """Return the question that lists the people of another one, which can have columns."""
    if isinstance(question, PeopleBehind):
        return question
    return PeopleBehind(of=question, cell=Cell(), limit=PAGE)


def with_usual(question: Question, ctx: Context) -> Question:
    """Return the question of a list with the columns that tell people apart, if it has none."""
    if not isinstance(question, PeopleBehind) or question.columns:
        return question
    catalog = ctx.catalog
    traits = [f"trait:{key}" for key in catalog.people.telling_traits()]
    country = ["country"] if catalog.values.of("country") else []
    found = [*traits[:1], *country, *traits[1:]][:USUAL]
    return edits.revise(question, columns=tuple(found)) if found else question


def order_words(question: Question | None) -> str:
    """Return what a list is sorted by; "" if it has an order of its own."""
    if not isinstance(question, PeopleBehind):
        return ""
    if question.order not in ORDERS:
        way = ", last first" if question.descending else ""
        return f"by {clean(question.order.removeprefix('properties.'), 40)}{way}"
    usual = ORDERS[question.order][1]
    turned = question.descending is not None and question.descending != usual
    return WORDS[question.order][turned]


def sort(page: PeopleListed, question: Question) -> None:
    """Sort by the next column."""
    listed = as_list(question)
    orders = [*ORDERS, *listed.columns]
    order = edits.after(orders, listed.order if isinstance(question, PeopleBehind) else None)
    _sorted(page, edits.revise(listed, order=order, descending=None, offset=0))


def turn_round(page: PeopleListed, question: Question) -> None:
    """Sort the other way round."""
    listed = as_list(question)
    usual = ORDERS.get(listed.order, ("", False))[1]
    now = usual if listed.descending is None else listed.descending
    _sorted(page, edits.revise(listed, descending=not now, offset=0))


def _sorted(page: PeopleListed, question: Question) -> None:
    page.change(lambda _: question)
    page.say(f"Sorted {order_words(question)}.")


def choose_columns(page: PeopleListed, question: Question) -> None:
    """Add a column, or remove one that is there."""
    listed = as_list(question)
    catalog = page.context.catalog
    fields = [name for name in catalog.fields if catalog.field(name).kind in SHOWN]
    known = [*listed.columns, *(name for name in fields if name not in listed.columns)]
    rows = [Row(clean(name, 60), name, "shown" if name in listed.columns else "") for name in known]
    page.app.push_screen(
        Chooser("Columns: Enter adds or removes one", rows),
        lambda name: _toggle(page, listed, name) if name else None,
    )


def _toggle(page: PeopleListed, listed: PeopleBehind, name: str) -> None:
    if name not in listed.columns and len(listed.columns) == MOST_COLUMNS:
        page.say(f"A list has at most {MOST_COLUMNS} such columns.", warning=True)
        return
    columns = tuple(column for column in listed.columns if column != name)
    if len(columns) == len(listed.columns):
        columns = (*columns, name)
    order = listed.order if listed.order in (*ORDERS, *columns) else "last_seen"
    kept = listed.descending if order == listed.order else None
    changed = edits.revise(listed, columns=columns, order=order, descending=kept)
    page.change(lambda _: changed)
