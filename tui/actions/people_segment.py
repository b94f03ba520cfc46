"""A fixed segment: an audience of exactly the people on a page, by their ids."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.answers import Cell
from core.queries import from_json
from core.queries.common.question import Question
from core.queries.people.audience import Definition
from core.queries.people.people import PeopleBehind
from core.store.library.saved import Item
from core.text import clean, number
from tui.actions.people.groups import these
from tui.actions.saving import ask_name
from tui.actions.storing import Again, attempt
from tui.services.runner import Callback
from tui.texts.people import many

if TYPE_CHECKING:
    from tui.actions.pages import PeopleListed

MOST = 10_000
"""The most people a fixed segment can contain."""


def everybody_listed(question: Question) -> PeopleBehind:
    """Return the question that lists all people of a page's question at once."""
    if isinstance(question, PeopleBehind):
        return question.model_copy(update={"limit": MOST, "offset": 0})
    return PeopleBehind(of=question, cell=Cell(), limit=MOST)


def members_of(id_: str) -> PeopleBehind:
    """Return the question that counts the current members of an audience."""
    return PeopleBehind(of=from_json({"kind": "audience", "audience": id_}))


def make_fixed(page: PeopleListed) -> None:
    """Ask for a name, then save those picked, or everybody listed, under it."""
    listed = page.main.answer if page.main is not None else None
    if listed is None or page.question is None:
        return
    if not listed.total:
        page.say("Nobody is listed, so there is nobody to save.")
    elif not _too_many(page, count := len(page.picked) or listed.total):
        heading = f"New segment of {many(count)}"
        title = clean(listed.title)[:200]
        ask_name(page, heading, title, lambda name, again: _gather(page, name, again))


def _too_many(page: PeopleListed, total: int) -> bool:
    if total > MOST:
        page.say(
            f"A fixed segment holds at most {MOST:,} people; these are {number(total)}.",
            warning=True,
        )
    return total > MOST


def _gather(page: PeopleListed, name: str, again: Again) -> None:
    """Ask for everybody, not only the loaded rows."""
    group = these(page)
    if group is None:
        return
    question = everybody_listed(group)
    page.ask(Callback(lambda people: _store(page, name, people, again), page.sorry), question)


def _store(page: PeopleListed, name: str, people: Any, again: Again) -> None:
    if _too_many(page, people.total):
        return
    body = Definition(static_ids=tuple(person.user for person in people.rows))
    definition = body.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    keep_audience(
        page, name, definition, people.title,
        lambda item, members: _tell(page, item, people.total, members), again,
    )  # fmt: skip


def keep_audience(
    page: PeopleListed,
    name: str,
    definition: dict[str, Any],
    title: str,
    tell: Callable[[Item, int], None],
    again: Again,
) -> None:
    """Save an audience made from a list, which undo takes back, and count its members.

    Args:
        title: that of the list, which becomes the description.
        tell: called with the audience and how many are in it.
        again: as for `attempt`.
    """

    def kept(item: Item) -> None:
        page.made = item
        page.ask(Callback(lambda found: tell(item, found.total), page.sorry), members_of(item.id))

    attempt(
        page,
        lambda saved: saved.save_audience(name, definition, clean(title)[:2000]),
        f"Saved {clean(name)}.",
        kept,
        again,
    )


def _tell(page: PeopleListed, item: Item, listed: int, members: int) -> None:
    """Say how many are in the segment; it is as many as were listed unless ids are shared."""
    if members == listed:
        page.say(
            f"Saved {clean(item.title, 60)}: {many(members)}, in Segments under yours. U undoes it."
        )
        return
    said = f"Saved, but it has {many(members)}, not {number(listed)}, because ids are shared."
    page.say(said, warning=True)


def take_back(page: PeopleListed) -> None:
    """Delete the last segment made on this page; it can be restored in Segments."""
    item = page.made
    if item is None:
        page.say("No segment was made here. n makes one from these people.")
        return

    def gone(_: Any) -> None:
        page.made = None

    said = f"Deleted {clean(item.title, 60)}. U in Segments brings it back."
    attempt(page, lambda saved: saved.delete("audiences", item.id), said, gone)
