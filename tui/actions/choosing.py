"""The lists behind `p` and `;`: what else a question can count, and related questions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from core.answers import Cell
from core.errors import FootfallError
from core.language.questions import format_question
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.text import clean
from tui.actions import edits
from tui.texts.measures import CYCLED, choices, chosen
from tui.widgets.dialogs import Chooser, Menu
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from core.boards.suggestions import Suggestion
    from tui.actions.pages import QuestionShown


def show_as(page: QuestionShown) -> None:
    """Count the next of two or three things, or choose from a list if there are more."""
    question = page.question
    if question is None:
        return
    offered = choices(question, page.app.library.suggestions())
    now = chosen(question, offered)

    def count(fields: dict[str, Any] | None) -> None:
        if fields is not None:
            page.change(lambda asked: edits.revise(asked, **fields))

    if not offered:
        page.say("This question can only count one thing. e edits it as text.", warning=True)
    elif len(offered) <= CYCLED:
        count(offered[(now + 1) % len(offered) if now is not None else 0][1])
    else:
        rows = [
            Row(words, fields, "now" if i == now else "")
            for i, (words, fields) in enumerate(offered)
        ]
        page.app.push_screen(Chooser("Show as", rows, at=now or 0), count)


def lead_on(page: QuestionShown) -> None:
    """Offer questions related to the number under the cursor."""
    from tui.actions.related import ways

    question, answer, cell = _here(page)
    if question is None:
        return
    try:
        found = ways(question, answer, cell, page.context)
    except FootfallError as error:
        page.sorry(error)
        return
    if not found:
        page.say("There are no related questions. n or : asks another one.")
        return
    navigator = page.app.navigator
    page.app.push_screen(
        Menu("Related questions", found), lambda asked: navigator.open(asked) if asked else None
    )


def _here(page: QuestionShown) -> tuple[Question | None, Any, Cell | None]:
    view = page.view
    if view is None or view.shown_question is None:
        return page.question, getattr(page.main, "answer", None), getattr(page.main, "cell", None)
    return view.shown_question, view.answer, view.cell


def opening_rows(suggested: Iterable[Suggestion], *, apart: bool = False) -> list[Row]:
    """Return suggested questions as rows under the names of their sections.

    Args:
        apart: whether there is an empty row above each section.
    """
    rows: list[Row] = []
    section = ""
    for suggestion in suggested:
        if suggestion.section != section:
            section = suggestion.section
            rows += [Row(""), Row(section)] if apart else [Row(section)]
        asked = suggestion.question
        says: tuple[str, ...] = ()
        if not apart:
            about = KINDS[asked.kind].about.replace("`", "")
            says = about, "", f"as text: {format_question(asked)}"
        rows.append(Row(f" {clean(suggestion.title, 60)}", asked, says=says))
    return rows
