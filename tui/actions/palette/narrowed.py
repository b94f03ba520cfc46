"""Events and marks as a typed text narrows them: `events country=DE 7d`, `marks release`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

from core.errors import BadInput, did_you_mean
from core.language.questions import parse
from core.queries import from_json
from core.queries.common.question import Question
from core.store.library.saved import CATEGORIES
from core.text import clean
from tui.actions import edits
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from tui.actions.pages import KeyedPage

SIGNS = ("=", "!", "<", ">", " is ", " contains ", " in ", " between ", " matches ")
"""What makes a text a condition rather than a name."""

_CATEGORY = re.compile(r"(?:category\s*(?:=|\bis\b)\s*)?(\w+)")


class Narrowed(Protocol):
    """The root page of a place that can show a part of what it lists."""

    def when_started(self, work: Callable[[], None]) -> None:
        """Do something once the page has begun."""

    def show_only(self, *what: Any) -> None:
        """Show only a part."""


def is_condition(text: str) -> bool:
    """Whether a text says something about values, rather than being a name."""
    return any(sign in f"{text} " for sign in SIGNS)


def events_row(page: KeyedPage, about: str, range_: str) -> Row:
    """Return the way to the events of a name, or of which conditions hold.

    Raises:
        FootfallError: there is no such event or field.
    """
    question = _events(page, about, range_)
    question.check(page.app.engine.context())
    return _row(page, "events", "Events", [about, range_], question)


def _events(page: KeyedPage, about: str, range_: str) -> Question:
    body: dict[str, Any] = {"kind": "raw_events", "range": range_ or edits.usual_range(page.app)}
    name, _, where = about.partition(" where ")
    if is_condition(name) or name.startswith("where "):
        name, where = "", about.removeprefix("where ")
    if name:
        known = page.app.engine.context().catalog.events.pickable
        if name not in known:
            raise BadInput(f"There is no event {clean(name, 40)!r}.", did_you_mean(name, known))
        body["event"] = name
    if where:
        found = parse(f"dau where {where}").conditions
        body["conditions"] = [condition.model_dump(by_alias=True) for condition in found]
    return from_json(body)


def marks_row(page: KeyedPage, about: str, range_: str) -> Row:
    """Return the way to the marks of a category, or to those whose titles have some words.

    Raises:
        BadInput: there is no such category.
    """
    found = _CATEGORY.fullmatch(about.casefold())
    category = found[1] if found and found[1] in CATEGORIES else None
    if category is None and (is_condition(about) or about.startswith("category")):
        raise BadInput("Marks are listed by a category or by words.", f"{', '.join(CATEGORIES)}.")
    words = "" if category else about
    return _row(page, "marks", "Marks", [about, range_], category, words, range_)


def _row(page: KeyedPage, place: str, name: str, said: list[str], *what: Any) -> Row:
    app = page.app

    def show() -> None:
        app.go(place)
        while len(app.stack_of(place)) > 1:
            app.pop_screen()
        root = cast(Narrowed, app.stack_of(place)[0])
        root.when_started(lambda: root.show_only(*what))

    words = ", ".join(clean(part, 60) for part in said if part)
    return Row(f"go: {name}: {words}", show)
