"""What stands beside a board's tiles where there is room: more about the selected one."""

from __future__ import annotations

from collections.abc import Iterator

from textual.containers import Vertical
from textual.widget import Widget

from core.draw.spans import Line, Span
from core.language.questions import format_question
from core.queries.common.context import Context
from core.queries.common.question import Question
from tui.actions.following import by_another_field, by_heading, change_heading, what_changed
from tui.services.library import Library
from tui.widgets.answer import AnswerView
from tui.widgets.companion import About, Companion
from tui.widgets.detail import Detail
from tui.widgets.words import wrapped

WITHOUT = "Nothing follows from this tile."


def beside() -> Vertical:
    """Return the column: people by a field, what changed them, the question and its notes."""
    by = Companion(by_another_field, by_heading, id="by", chart="table", without=WITHOUT)
    changed = Companion(what_changed, change_heading, id="changed", without=WITHOUT)
    notes = Detail("Notes", id="notes")
    for companion in (by, changed):
        companion.styles.height = "1fr"
    notes.styles.height = 9
    return Vertical(by, changed, notes, id="beside")


def wanted(
    column: Widget, tile: AnswerView, context: Context, library: Library
) -> Iterator[tuple[Companion, Question]]:
    """Tell the notes of a tile; yield what is asked about it now, each with its panel."""
    assert tile.question is not None
    _tell(column.query_one(Detail), tile, tile.question)
    about = About(tile.question, tile.answer, None, context, library.worth)
    for companion in column.query(Companion):
        question = companion.wanted(about)
        if question is not None:
            yield companion, question


def _tell(detail: Detail, tile: AnswerView, question: Question) -> None:
    """Show the question of a tile and its notes."""
    width = max(detail.size.width - 4, 10)
    lines: list[Line] = wrapped(format_question(question), width)
    for note in tile.answer.notes:
        lines += [(Span(""),), *wrapped(note, width, "dim")]
    detail.tell(f"About {tile.heading}", lines)
