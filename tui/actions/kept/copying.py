"""The link and the command of something kept, or of a question: text that brings it back."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, NamedTuple

from core.definitions.board import Board
from core.definitions.saved import Item, Mark
from core.language.questions import format_question
from core.queries.common.question import Question
from core.text import clean
from tui.services.clipboard import send

if TYPE_CHECKING:
    from tui.actions.pages import AnyPage


class Link(NamedTuple):
    """How something is come back to.

    Attributes:
        text: what is typed in the palette.
        command: the words after `footfall` that print it, without the workspace.
        before_file: what stands between them and the workspace.
    """

    text: str
    command: tuple[str, ...]
    before_file: tuple[str, ...] = ("--db",)


def question_link(question: Question | None) -> Link | None:
    """Return the link of a question, which `footfall run` takes too; None if there is none."""
    if question is None:
        return None
    text = format_question(question)
    return Link(text, ("run", text))


def chart_link(item: Item) -> Link:
    """Return the link of a saved chart, which stays right under another name."""
    return Link(f"saved:{item.id}", ("run", f"saved:{item.id}"))


def board_link(board: Board | None) -> Link | None:
    """Return the link of a board; None for a starter board, which is not saved, and for none."""
    if board is None or not board.updated_at:
        return None
    return Link(f"board {clean(board.title)}", ("board", "show", "--print", board.id), ())


def mark_link(mark: Mark) -> Link:
    """Return the link of a mark: the marks of its title."""
    return Link(f"marks {clean(mark.title)}", ("mark", "show", mark.id))


def copy_link(page: AnyPage, link: Link | None) -> None:
    """Send the text of a link to the terminal's clipboard."""
    page.say(send(page.app, link.text if link is not None else ""))


def copy_command(page: AnyPage, link: Link | None) -> None:
    """Send the command that prints something to the terminal's clipboard."""
    words: tuple[str, ...] = ()
    if link is not None:
        words = ("footfall", *link.command, *link.before_file, str(page.app.engine.path))
    page.say(send(page.app, shlex.join(words)))
