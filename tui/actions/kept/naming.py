"""Kept things under other names: rename one, or save a copy of it, of every kind."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from core.definitions.board import Board
from core.definitions.saved import Item, Kind, Mark
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


class Naming(NamedTuple):
    """How things of one kind get a name.

    Attributes:
        prefix: what the ids of new ones begin with.
        store: stores a new one, or one in place of that of its id.
        another: follows the name that is offered for a copy.
        reset: fields that a copy does not take over, and what they are in it.
    """

    prefix: str
    store: Callable[[Saved, Any], Thing]
    another: str = "2"
    reset: tuple[tuple[str, Any], ...] = ()


_OWN = (("is_pinned", False), ("owner", ""))

NAMINGS: MappingProxyType[Kind, Naming] = MappingProxyType({
    "boards": Naming("brd", lambda saved, board: saved.save_board(board), "copy",
                     (("updated_at", 0),)),
    "charts": Naming("cht", lambda saved, item: saved.save("charts", item), reset=_OWN),
    "audiences": Naming("aud", lambda saved, item: saved.save("audiences", item), reset=_OWN),
    "custom_events": Naming("cev", lambda saved, item: saved.save("custom_events", item),
                            reset=_OWN),
    "marks": Naming("mrk", lambda saved, mark: saved.save_mark(mark)),
})  # fmt: skip
"""Kind -> how its things get a name."""


def rename(page: AnyPage, kind: Kind, thing: Thing, then: Then) -> None:
    """Ask for another name of something kept.

    Args:
        then: called with it as it is stored.
    """

    def store(name: str, again: Again) -> None:
        _give(page, Renamed(kind, thing.id, thing.title, newest(page, kind)), name, then, again)

    ask_name(page, "Rename", thing.title, store)


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


def duplicate(
    page: AnyPage, kind: Kind, thing: Thing, then: Then, heading: str = "Duplicate as"
) -> None:
    """Ask for a name and save something kept under it too.

    Args:
        then: called with the copy as it is stored.
    """
    naming = NAMINGS[kind]

    def store(name: str, again: Again) -> None:
        new = {"id": new_id(naming.prefix), "title": name, **dict(naming.reset)}
        copy = thing.model_copy(update=new)
        said = f"Saved as {clean(name)}."
        attempt(page, lambda saved: naming.store(saved, copy), said, then, again)

    ask_name(page, heading, f"{thing.title} {naming.another}", store)
