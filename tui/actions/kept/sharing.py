"""Sharing the board or the chart on show as a page for others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.draw.pages.words import moment_words
from core.errors import FootfallError
from core.language.questions import format_question
from core.text import clean
from tui.actions.exporting import is_pending, on_show
from tui.services.sharing import ALONE, DAYS, Thing, Wish, alone, may_share, of_board, share
from tui.widgets.dialogs import Prompt
from tui.widgets.pictures import on_dark, on_paper

if TYPE_CHECKING:
    from tui.actions.pages import AnyPage, BoardAnswered, QuestionShown


def share_board(page: BoardAnswered) -> None:
    """Ask for a folder and write the board there, unless answers are still missing."""
    if not is_pending(page):
        board, answers = on_show(page)
        _ask(page, of_board(board), answers)


def share_chart(page: QuestionShown) -> None:
    """Ask for a folder and write the chart there.

    It is shared as the saved chart that it is, or as its question.
    """
    view = page.main
    if view is None or view.question is None or view.answer is None or view.waiting:
        page.say("There is no answer to share yet.")
        return
    text = format_question(view.question)
    board = alone(clean(view.heading) or clean(text), text, view.drawn_as)
    charts = page.app.library.charts()
    kept = next((item for item in charts if item.body.get("question") == text), None)
    id_, owner = (kept.id, kept.owner) if kept is not None else (text, "")
    _ask(page, Thing(board, "chart", id_, owner), {ALONE: view.answer})


def _ask(page: AnyPage, thing: Thing, answers: Mapping[str, Any]) -> None:
    """Ask for a folder and share something there, if the profile may."""
    try:
        may_share(page.app.library.saved, thing)
    except FootfallError as error:
        page.say(str(error), warning=True)
        return
    page.app.push_screen(
        Prompt(
            "Share into the folder",
            lambda folder: _shared(page, thing, answers, folder),
            value=".",
            help=f"A page that loads nothing and shows no people; it expires in {DAYS} days.",
        ),
        lambda said: page.say(said) if said else None,
    )


def _shared(page: AnyPage, thing: Thing, answers: Mapping[str, Any], folder: str) -> str:
    """Share something; return a sentence to confirm it."""
    library, wish = page.app.library, Wish(folder)
    found = share(library.saved, library.engine, thing, answers, wish, (on_paper(), on_dark()))
    until = moment_words(found.expires_at or 0, library.engine.calendar)
    return f"Shared as {found.hash}.html until {until}. footfall share --revoke undoes it."
