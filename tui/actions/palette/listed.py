"""The palette and the help: the table of actions, as a list to search."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from core.definitions.board import Board
from core.definitions.saved import Item
from core.queries import from_json
from core.text import clean
from tui.actions.edits import usual_range
from tui.actions.palette.typed import explain, typed_rows
from tui.keys import ACTIONS, Action, actions_of, name_of, remapped
from tui.widgets.dialogs import Chooser
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from tui.actions.pages import KeyedPage

AREAS = ("question", "chart", "save", "go", "export", "view", "help", "move")

GROUPS = (
    ("go", "open and leave"),
    ("question", "the question"),
    ("chart", "the chart"),
    ("view", "the page"),
    ("save", "keep"),
    ("export", "take out"),
    ("move", "move"),
    ("place", "places"),
    ("help", "help"),
)
"""The areas of the help in their order, with their headings."""


def help_of(page: KeyedPage) -> None:
    """Show the keys of a page in groups, its own first in each; Enter runs one."""
    shown = [a for a in remapped(actions_of(page.page_id), page.app.keymap) if a.keys]
    shown.sort(key=lambda a: (a.id != "open", not a.pages, not a.rank, a.rank))
    rows: list[Row] = []
    for area, heading in GROUPS:
        found = [_help_row(page, action) for action in shown if _area_of(action) == area]
        rows += [Row(heading), *found] if found else []
    chooser = Chooser(
        f"Keys of {clean(page.crumb, 40)}", rows, hint="type to find", verb="do it here"
    )
    page.app.push_screen(chooser, lambda call: page.perform(call) if call else None)


def _area_of(action: Action) -> str:
    return "place" if action.id.startswith("go_") else action.area


def _help_row(page: KeyedPage, action: Action) -> Row:
    keys = " ".join(name_of(key) for key in action.keys)
    words = action.help_on(page.page_id)
    return Row(f"{keys:<14} {words}", action.call, "", page.reason_against(action.id))


def palette_of(page: KeyedPage) -> None:
    """Show every command and every saved name; the typed text may also be a place or a question.

    What this page can do comes first, then what has a name; what is not possible here comes last.
    """
    known = [action for action in remapped(ACTIONS, page.app.keymap) if action.area in AREAS[:-1]]
    known.sort(key=lambda action: (not action.pages, AREAS.index(action.area)))
    rows = [(action.area, _row(page, action)) for action in known]
    possible = _headed([(area, row) for area, row in rows if not row.off])
    page.app.push_screen(
        Chooser(
            "Commands",
            [*possible, *_names(page), *(row for _, row in rows if row.off)],
            hint="a command, a name, a question, or a place: users country=DE, funnel NAME 90d",
            verb="do it",
            offer=lambda text: typed_rows(page, text, possible),
            free=lambda text: explain(page, text),
        ),
        lambda value: _run(page, value),
    )


def _row(page: KeyedPage, action: Action) -> Row:
    off = page.reason_against(action.id)
    if action.pages and page.page_id not in action.pages:
        off = "not on this page"
    name, said = action.id.replace("_", " "), action.help_on(page.page_id)
    words = f"{f'{action.area}: {name}':<24} {said}"
    short = "" if off else f" {name:<18} {said}"
    return Row(words, action.call, off or action.shown, off, short=short)


def _headed(rows: list[tuple[str, Row]]) -> list[Row]:
    """Return rows with a heading wherever the area is another one."""
    found: list[Row] = []
    for area, group in groupby(rows, lambda pair: pair[0]):
        found += [Row(dict(GROUPS)[area]), *(row for _, row in group)]
    return found


def _run(page: KeyedPage, value: str | Callable[[], None] | None) -> None:
    if callable(value):
        value()
    elif value:
        page.perform(value)


def _names(page: KeyedPage) -> list[Row]:
    """Return saved boards, charts and audiences, and all events, as entries."""
    from core.catalog.selectors import custom_events

    library, app = page.app.library, page.app

    def board(found: Board) -> Callable[[], None]:
        return lambda: app.navigator.open_board(found)

    def chart(found: Item) -> Callable[[], None]:
        def show() -> None:
            question, drawn = library.question_of(found)
            app.navigator.open(question, found.title, drawn)

        return show

    rows = [Row(f'go: board "{clean(b.title)}"', board(b)) for b in library.boards()]
    for found in library.audiences():
        body = {"kind": "audience", "audience": found.title}
        rows.append(Row(f'go: audience "{clean(found.title)}"', _asked(page, body)))
    rows += [Row(f'go: chart "{clean(c.title)}"', chart(c)) for c in library.charts()]
    catalog = app.engine.context().catalog
    for name in (*catalog.events.pickable, *(f"ce:{title}" for title in custom_events(catalog))):
        rows.append(Row(f'go: event "{clean(name)}"', _event(page, name)))
    return rows


def _event(page: KeyedPage, name: str) -> Callable[[], None]:
    def show() -> None:
        body = {"kind": "trend", "event": name, "range": usual_range(page.app)}
        page.app.navigator.open(from_json(body))

    return show


def _asked(page: KeyedPage, body: dict[str, Any]) -> Callable[[], None]:
    return lambda: page.app.navigator.open(from_json(body))
