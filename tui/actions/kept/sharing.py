"""Sharing the board on show as a page for others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.draw.pages.words import moment_words
from core.errors import FootfallError
from tui.actions.exporting import is_pending, on_show
from tui.services.sharing import Wish, may_share, of_board, share
from tui.widgets.dialogs import Prompt
from tui.widgets.pictures import on_dark, on_paper

if TYPE_CHECKING:
    from tui.actions.pages import BoardAnswered


def share_board(page: BoardAnswered) -> None:
    """Ask for a folder and write the board there, unless answers are still missing."""
    if is_pending(page):
        return
    try:
        may_share(page.app.library.saved, of_board(page.shown))
    except FootfallError as error:
        page.say(str(error), warning=True)
        return
    page.app.push_screen(
        Prompt(
            "Share into the folder",
            lambda folder: _shared(page, folder),
            value=".",
            help="A page that loads nothing and shows no people; it expires in 30 days.",
        ),
        lambda said: page.say(said) if said else None,
    )


def _shared(page: BoardAnswered, folder: str) -> str:
    """Write the board on show; return a sentence to confirm it."""
    board, answers = on_show(page)
    library = page.app.library
    wish, colours = Wish(folder), (on_paper(), on_dark())
    found = share(library.saved, library.engine, of_board(board), answers, wish, colours)
    until = moment_words(found.expires_at or 0, library.engine.calendar)
    return f"Shared as {found.hash}.html until {until}. footfall share --revoke undoes it."
