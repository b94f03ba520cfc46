"""What the save, add, mark, delete and undo keys do: ask for a name, store it, confirm it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.definitions.board import Block, Board, Position, checked
from core.definitions.saved import Kind
from core.errors import BadInput, FootfallError
from core.language.questions import format_question
from core.queries.common.question import Question
from core.store.library.saved import CATEGORIES, Item, Mark, Saved
from core.text import clean
from core.timeframe.calendar import Calendar
from tui.actions.storing import Again, attempt
from tui.widgets.dialogs import Chooser, Confirm, Menu, Prompt
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from tui.actions.pages import (
        AnyPage,
        BoardList,
        BoardShown,
        ListPage,
        QuestionShown,
    )

NEW = "(new board)"


def ask_name(
    page: AnyPage,
    heading: str,
    value: str,
    then: Callable[[str, Again], None],
    wrong: FootfallError | None = None,
) -> None:
    """Ask for a title of 1 to 200 characters.

    Args:
        value: the initial title.
        then: called with the title, and with a function that asks again if it could not be stored.
        wrong: why the title was refused last time.
    """

    def named(text: str) -> str:
        if not 1 <= len(text.strip()) <= 200:
            raise BadInput("A name must be 1 to 200 characters long.")
        return text.strip()

    def given(name: str | None) -> None:
        if name:
            then(name, lambda error: ask_name(page, heading, name, then, error))

    page.app.push_screen(Prompt(heading, named, value=value, wrong=wrong), given)


# -- charts


def save_question(page: QuestionShown) -> None:
    """Save a page's question as a chart, asking for its name."""
    question, view = page.question, page.main
    if question is None or view is None:
        return
    title = clean(view.heading) or clean(format_question(question))

    def store(name: str, again: Again) -> None:
        body = {"question": format_question(question), "chart": view.chart}
        known = next((c for c in page.app.library.charts() if c.title == name), None)
        item = Item(id=known.id if known else "", title=name, body=body)
        said = f"Saved as {clean(name)}."
        attempt(page, lambda saved: saved.save("charts", item), said, kept, again)

    def kept(_: Any) -> None:
        view.saved = question
        page.update_chrome()

    ask_name(page, "Save as", title, store)


def add_to_board(page: QuestionShown) -> None:
    """Add a page's question to a board as a tile."""
    question, view = page.question, page.main
    if question is None or view is None:
        return
    rows = [Row(b.title, b.id, f"{len(b.blocks)} tiles") for b in page.app.library.saved_boards()]
    rows.append(Row(NEW, NEW))

    def chosen(value: str | None) -> None:
        if value == NEW:
            ask_name(page, "New board", "", lambda name, again: put(Board(title=name), again))
        elif value:
            put(page.app.saved.board(value))

    def put(board: Board, again: Again | None = None) -> None:
        block = tile(question, clean(view.heading), view.chart, board)
        said = f"Added to {clean(board.title)}."
        attempt(page, lambda saved: saved.save_board(board.with_block(block)), said, again=again)

    page.app.push_screen(Chooser("Add to board", rows), chosen)


def tile(question: Question, title: str, chart: str, board: Board) -> Block:
    """Return a block for a question, below everything on a board."""
    position = Position(x=0, y=board.bottom, width=12, height=4)
    return Block(title=title, question=format_question(question), chart=chart, position=position)


# -- boards


def new_board(page: ListPage) -> None:
    """Ask for a name and start an empty board."""

    def store(name: str, again: Again) -> None:
        board = checked(Board, {"title": name})
        said = f"Created board {clean(name)}. a on a chart adds to it."
        attempt(page, lambda saved: saved.save_board(board), said, lambda _: page.fill(), again)

    ask_name(page, "New board", "", store)


def save_starters(page: ListPage) -> None:
    """Save the starter boards made from the existing events."""
    boards = page.app.library.starters()

    def store(saved: Saved) -> None:
        taken = {b.title.casefold() for b in saved.boards()}
        for board in boards:
            if board.title.casefold() not in taken:
                saved.save_board(board)

    attempt(page, store, f"Saved {len(boards)} starter boards.", lambda _: page.fill())


def save_board(page: BoardShown) -> None:
    """Save a board with the current questions of its tiles."""
    board = page.board
    for shown in page.tiles:
        if shown.question is not None and shown.question != shown.saved:
            board = board.with_block(_changed(board, shown.block, shown.question, shown.chart))

    def kept(stored: Board) -> None:
        page.board = stored
        page.changes = {}
        for shown in page.tiles:
            shown.block = stored.block(shown.block.id) or shown.block
            shown.saved = shown.question
        page.update_chrome()

    attempt(page, lambda saved: saved.save_board(board), "Board saved.", kept)


def _changed(board: Board, block: Block, question: Question, chart: str) -> Block:
    """Return a tile's block with its current question, without the board's own filters."""
    kept = tuple(c for c in question.conditions if c not in board.filters)
    question = question.model_copy(update={"conditions": kept})
    asked: dict[str, Any] = {
        "question": format_question(question),
        "chart": chart,
        "series": (),
        "chart_id": "",
        "language": None,
    }
    if question.kind == "several":
        asked["axis_config"] = None
    return block.model_copy(update=asked)


def delete_board(page: BoardList) -> None:
    """Delete the board under the cursor, after asking."""
    board = page.boards.get(page.listing.value)
    if board is None or not board.updated_at:
        page.say("A starter board is not saved; there is nothing to delete.")
        return

    def answered(yes: bool | None) -> None:
        if yes:
            said = f"Deleted {clean(board.title)}. U brings it back."
            attempt(page, lambda saved: saved.delete_board(board.id), said, lambda _: page.fill())

    page.app.push_screen(Confirm(f"Delete board {clean(board.title, 30)}?"), answered)


def undo_delete(
    page: ListPage, kind: Kind = "boards", then: Callable[[], None] | None = None
) -> None:
    """Restore what was deleted last, then call `then`, or refresh the page's list."""
    deleted = page.app.saved.deleted(kind)
    if not deleted:
        page.say("Nothing was deleted in the last 30 days.")
        return
    id_, title, _ = deleted[0]
    said = f"Restored {clean(title)}."
    attempt(page, lambda saved: saved.restore(kind, id_), said, lambda _: (then or page.fill)())


def delete_tile(page: BoardShown) -> None:
    """Take the focused tile off its board; undo puts it back."""
    panel = page.panel
    if panel is None or not hasattr(panel, "block"):
        return
    before = page.board

    def answered(yes: bool | None) -> None:
        if yes:
            board = before.without(panel.block.id)
            attempt(
                page,
                lambda saved: saved.save_board(board),
                "Tile removed. U undoes it.",
                lambda stored: page.show_instead(stored, before),
            )

    page.app.push_screen(Confirm(f"Remove {clean(panel.heading, 30)} from the board?"), answered)


def undo_tile(page: BoardShown) -> None:
    """Put back the tile that was removed last."""
    before = page.before
    if before is None:
        page.say("Nothing was removed from this board.")
        return
    attempt(
        page,
        lambda saved: saved.save_board(before),
        "Tile restored.",
        lambda stored: page.show_instead(stored, None),
    )


# -- marks


def mark_here(page: QuestionShown) -> None:
    """Mark the day under the cursor, asking for its category and title."""
    edit_mark(page, Mark(title="?", timestamp=moment_of(page)), "")


def moment_of(page: QuestionShown) -> int:
    """Return the start of the bucket under the cursor, else now."""
    view = page.view
    if view is not None and view.cell is not None and getattr(view.answer, "buckets", None):
        for bucket in view.answer.buckets:
            if bucket.label == view.cell.bucket:
                return int(bucket.start)
    return int(page.app.engine.clock())


def edit_mark(page: QuestionShown, mark: Mark, title: str) -> None:
    """Ask for a mark's day, title and category, and store it."""
    when = page.app.engine.calendar.local(mark.timestamp).strftime("%Y-%m-%d %H:%M")
    _ask_mark(page, mark, f"{when} {clean(title)}")


def _ask_mark(
    page: QuestionShown, mark: Mark, typed: str, wrong: FootfallError | None = None
) -> None:
    calendar = page.app.engine.calendar

    def read(text: str) -> tuple[str, int, str]:
        return text, *_dated(text, calendar)

    def written(found: tuple[str, int, str] | None) -> None:
        if found is None:
            return
        text, moment, title = found
        new = mark.model_copy(update={"title": title, "timestamp": moment})
        entries = [(category[0], category, category) for category in CATEGORIES]
        page.app.push_screen(
            Menu("Category", entries, mark.category),
            lambda category: store(new, category, text) if category else None,
        )

    def store(new: Mark, category: str, text: str) -> None:
        new = new.model_copy(update={"category": category})
        when = calendar.local(new.timestamp).strftime("%b %d %Y")
        attempt(
            page,
            lambda saved: saved.save_mark(new),
            f"Marked {when}: {clean(new.title)}.",
            lambda _: page.marks_changed(),
            lambda error: _ask_mark(page, new, text, error),
        )

    page.app.push_screen(
        Prompt(
            "Mark: day, time (optional), and what happened",
            read,
            value=typed,
            wrong=wrong,
            help="For example 2025-04-30 release 4.2, or 2025-04-30 14:05 release 4.2.",
        ),
        written,
    )


def _dated(text: str, calendar: Calendar) -> tuple[int, str]:
    """Return the instant and the title of "2025-04-30 14:05 release 4.2"."""
    words = text.split()
    for count, form in ((2, "%Y-%m-%d %H:%M"), (1, "%Y-%m-%d")):
        try:
            wall = datetime.strptime(" ".join(words[:count]), form)
            moment = calendar.instant(wall)
        except (ValueError, OverflowError):
            continue
        title = " ".join(words[count:])
        if not 1 <= len(title) <= 200:
            raise BadInput("After the day, say what happened in 1 to 200 characters.")
        return moment, title
    raise BadInput("A mark must start with its day.", "For example 2025-04-30 release 4.2.")


def delete_mark(page: QuestionShown, mark: Mark) -> None:
    """Delete a mark, after asking."""

    def answered(yes: bool | None) -> None:
        if yes:
            said = f"Deleted {clean(mark.title)}. U brings it back."
            attempt(
                page, lambda saved: saved.delete_mark(mark.id), said, lambda _: page.marks_changed()
            )

    page.app.push_screen(Confirm(f"Delete mark {clean(mark.title, 30)}?"), answered)
