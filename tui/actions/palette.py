"""The palette and the help: the table of actions, as a list to search."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.definitions.board import Board
from core.definitions.saved import Item
from core.errors import FootfallError
from core.queries import from_json
from core.text import clean
from tui.actions.edits import usual_range
from tui.actions.typed import read
from tui.keys import ACTIONS, Action, actions_of, name_of, remapped
from tui.widgets.dialogs import Chooser
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from tui.actions.pages import KeyedPage

AREAS = ("question", "chart", "save", "go", "export", "view", "help", "move")


def help_of(page: KeyedPage) -> None:
    """Show the keys of a page; Enter runs one."""
    shown = remapped(actions_of(page.page_id), page.app.keymap)
    rows = [_help_row(page, action) for action in shown if action.keys]
    chooser = Chooser(f"Keys of {clean(page.crumb, 40)}", rows, hint="type to find")
    page.app.push_screen(chooser, lambda call: page.perform(call) if call else None)


def _help_row(page: KeyedPage, action: Action) -> Row:
    keys = " ".join(name_of(key) for key in action.keys)
    return Row(f"{keys:<14} {action.help}", action.call, "", page.reason_against(action.id))


def palette_of(page: KeyedPage) -> None:
    """Show every command and every saved name; the typed text may also be a question."""
    here = {action.id for action in actions_of(page.page_id)}
    rows: list[Row] = []
    known = remapped(ACTIONS, page.app.keymap)
    for area in AREAS[:-1]:
        found = [_row(page, action, here) for action in known if action.area == area]
        rows += sorted(found, key=lambda row: bool(row.off))
    rows += _names(page)
    page.app.push_screen(
        Chooser(
            "Commands",
            rows,
            hint="a command, a saved name, or a question",
            free=lambda text: lambda: ask_text(page, text),
        ),
        lambda value: _run(page, value),
    )


def _row(page: KeyedPage, action: Action, here: set[str]) -> Row:
    off = page.reason_against(action.id)
    if action.id not in here:
        off = "not on this page"
    words = f"{action.area}: {action.id.replace('_', ' ')}"
    return Row(f"{words:<24} {action.help}", action.call, off or action.shown, off)


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
    rows += [Row(f'go: chart "{clean(c.title)}"', chart(c)) for c in library.charts()]
    catalog = app.engine.context().catalog
    for name in (*catalog.events.pickable, *(f"ce:{title}" for title in custom_events(catalog))):
        rows.append(Row(f'go: event "{clean(name)}"', _event(page, name)))
    return rows


def _event(page: KeyedPage, name: str) -> Callable[[], None]:
    body = {"kind": "trend", "event": name}
    app = page.app
    return lambda: app.navigator.open(from_json({**body, "range": usual_range(app.engine)}))


def ask_text(page: KeyedPage, text: str) -> None:
    """Open the typed text as a question."""
    try:
        question, chart = read(text, page.app.engine.context())
        page.app.navigator.open(question, chart=chart)
    except FootfallError as error:
        page.sorry(error)
