"""Kept things under other names: rename one, or save a copy of it, of every kind."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from core.definitions.board import Board
from core.definitions.saved import PREFIXES, Item, Kind, Mark
from core.definitions.shared import new_id
from core.store.library.saved import Saved
from core.text import clean, things
from tui.actions.saving import ask_name, newest
from tui.actions.storing import Again, attempt
from tui.services.errors import tell
from tui.services.renames import Renamed

if TYPE_CHECKING:
    from tui.actions.pages import AnyPage

Thing = Board | Item | Mark

Then = Callable[[Any], object]
"""What is done with the thing as it is stored."""


class Copying(NamedTuple):
    """How a copy of a kept thing differs from it.

    Attributes:
        another: follows the name that is offered for it.
        reset: fields that it does not take over, and what they are in it.
    """

    another: str = "2"
    reset: tuple[tuple[str, Any], ...] = ()


_OWN = (("is_pinned", False), ("owner", ""))

COPIES: MappingProxyType[Kind, Copying] = MappingProxyType({
    "boards": Copying("copy", (("updated_at", 0),)),
    "charts": Copying(reset=_OWN),
    "audiences": Copying(reset=_OWN),
    "custom_events": Copying(reset=_OWN),
    "alerts": Copying(reset=_OWN),
    "marks": Copying(),
})  # fmt: skip
"""Kind -> how a copy differs."""


def rename(page: AnyPage, kind: Kind, thing: Thing, then: Then) -> None:
    """Ask for another name of something kept.

    Args:
        then: called with it as it is stored.
    """

    def store(name: str, again: Again) -> None:
        _give(page, Renamed(kind, thing.id, thing.title, newest(page, kind)), name, then, again)

    ask_name(page, "Rename", thing.title, store, proposed=False)


def _give(page: AnyPage, renamed: Renamed, name: str, then: Then, again: Again) -> None:
    """Give something kept another name, which the undo key takes back; what names it follows."""
    kind = renamed.kind

    def work(saved: Saved) -> tuple[Any, int]:
        followed = saved.rename(kind, renamed.id, name)
        return _one(saved, kind, renamed.id), followed

    def named(found: tuple[Any, int]) -> None:
        page.app.renames.add(renamed)
        thing, followed = found
        also = f" {things(followed, 'thing')} that named it follow." if followed else ""
        said = f"Renamed to {clean(name)}.{also} U takes it back."
        tell(page.app, said, warning=False)
        then(thing)

    attempt(page, work, f"Renamed to {clean(name)}.", named, again)


def _one(saved: Saved, kind: Kind, id_: str) -> Thing:
    """Return something kept by its id."""
    if kind == "boards":
        return saved.board(id_)
    return saved.mark(id_) if kind == "marks" else saved.item(kind, id_)


def _save(saved: Saved, kind: Kind, thing: Any) -> Thing:
    """Store something kept, and return it as stored."""
    if kind == "boards":
        return saved.save_board(thing)
    return saved.save_mark(thing) if kind == "marks" else saved.save(kind, thing)


def duplicate(
    page: AnyPage, kind: Kind, thing: Thing, then: Then, heading: str = "Duplicate as"
) -> None:
    """Ask for a name and save something kept under it too.

    Args:
        then: called with the copy as it is stored.
    """
    copying = COPIES[kind]

    def store(name: str, again: Again) -> None:
        new = {"id": new_id(PREFIXES[kind]), "title": name, **dict(copying.reset)}
        copy = thing.model_copy(update=new)
        said = f"Saved as {clean(name)}."
        attempt(page, lambda saved: _save(saved, kind, copy), said, then, again)

    ask_name(page, heading, f"{thing.title} {copying.another}", store)
