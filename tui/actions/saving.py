"""What the save, add, delete and undo keys do: ask for a name, store it, confirm it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.boards.answering import asking, block_chart, block_question
from core.definitions.board import Block, Board, Position
from core.definitions.saved import Kind
from core.definitions.shared import checked
from core.errors import BadInput, FootfallError
from core.language.questions import format_question
from core.queries.common.question import Question
from core.store.library.saved import Item, Saved
from core.text import clean, things
from tui.actions.storing import Again, attempt
from tui.widgets.dialogs import Chooser, Confirm, Prompt
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from tui.actions.pages import AnyPage, BoardList, BoardShown, ListPage, QuestionShown, TileShown

NEW = "(new board)"
BOARD_SAVED = "Board saved. U brings it back as it was."
NOTHING_DELETED = "Nothing was deleted in the last 30 days."


def ask_name(
    page: AnyPage,
    heading: str,
    value: str,
    then: Callable[[str, Again], None],
    wrong: FootfallError | None = None,
    *,
    proposed: bool = True,
) -> None:
    """Ask for a title of 1 to 200 characters.

    Args:
        value: the initial title.
        then: called with the title, and with a function that asks again if it could not be stored.
        wrong: why the title was refused last time.
        proposed: whether typing replaces the initial title.
    """

    def named(text: str) -> str:
        if not 1 <= len(text.strip()) <= 200:
            raise BadInput("A name must be 1 to 200 characters long.")
        return text.strip()

    def given(name: str | None) -> None:
        if name:
            then(name, lambda error: ask_name(page, heading, name, then, error, proposed=False))

    page.app.push_screen(Prompt(heading, named, value=value, wrong=wrong, proposed=proposed), given)


def ask_delete(
    page: AnyPage,
    named: str,
    title: str,
    delete: Callable[[Saved], object],
    then: Callable[[], object],
) -> None:
    """Delete a saved thing, after asking.

    Args:
        named: what stands before its title in the question: "board", or nothing.
        then: called once it is deleted.
    """
    said = f"Deleted {clean(title)}. U brings it back."

    def answered(yes: bool | None) -> None:
        if yes:
            attempt(page, delete, said, lambda _: then())

    what = f"{named} {clean(title, 30)}".lstrip()
    page.app.push_screen(Confirm(f"Delete {what}?"), answered)


# -- charts


def store_chart(
    page: AnyPage, name: str, body: dict[str, Any], then: Callable[[Item], object], again: Again
) -> None:
    """Store a question under a name, in place of the chart of that name if there is one.

    Args:
        body: what a saved chart has: its question, and how it is drawn.
        then, again: as for `attempt`.
    """
    known = next((c for c in page.app.library.charts() if c.title == name), None)
    item = Item(id=known.id if known else "", title=name, body=body)
    said = f"Saved as {clean(name)}."
    attempt(page, lambda saved: saved.save("charts", item), said, then, again)


def save_question(page: QuestionShown, then: Callable[[], None] = lambda: None) -> None:
    """Save a page's question as a chart, asking for its name, then call `then`."""
    question, view = page.question, page.main
    if question is None or view is None:
        return
    title = clean(view.heading) or clean(format_question(question))

    def store(name: str, again: Again) -> None:
        body = {"question": format_question(question), "chart": view.chart}
        store_chart(page, name, body, kept, again)

    def kept(_: Any) -> None:
        view.saved = question
        page.update_chrome()
        then()

    ask_name(page, "Save as", title, store)


def add_to_board(page: QuestionShown) -> None:
    """Add a page's question to a board as a tile."""
    question, view = page.question, page.main
    if question is None or view is None:
        return
    rows = [
        Row(b.title, b.id, things(len(b.blocks), "tile")) for b in page.app.library.saved_boards()
    ]
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


def new_board(page: AnyPage, made: Callable[[Board], object]) -> None:
    """Ask for a name, start an empty board, and open it where tiles are added.

    Args:
        made: called with the board before it is opened.
    """

    def store(name: str, again: Again) -> None:
        board = checked(Board, {"title": name})
        attempt(page, lambda saved: saved.save_board(board), "", shown, again)

    def shown(stored: Board) -> None:
        made(stored)
        page.app.navigator.open_board(stored, arrange=True)

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
    """Save a board as it is on show: what it asks of all tiles, and those with other questions."""
    board, before = page.shown, page.board
    for tile in page.tiles:
        block = board.block(tile.block.id)
        if block is not None and tile.question is not None and _is_other(board, block, tile):
            board = board.with_block(asking(board, block, tile.question, tile.chart))

    def kept(stored: Board) -> None:
        page.stored(stored, before if before.updated_at else None)

    said = BOARD_SAVED if before.updated_at else "Board saved."
    attempt(page, lambda saved: saved.save_board(board), said, kept)


def _is_other(board: Board, block: Block, tile: TileShown) -> bool:
    """Whether a tile shows another question, or another chart, than its block has."""
    try:
        return tile.question != block_question(board, block) or tile.chart != block_chart(block)
    except FootfallError:
        return False


def delete_board(page: BoardList) -> None:
    """Delete the board under the cursor, after asking."""
    board = page.boards.get(page.listing.value)
    if board is None or not board.updated_at:
        page.say("A starter board is not saved; there is nothing to delete.")
        return
    ask_delete(page, "board", board.title, lambda saved: saved.delete_board(board.id), page.fill)


def undo_last(page: ListPage, *kinds: Kind, then: Callable[[], object] | None = None) -> None:
    """Take back the last name that was given in some kinds, or else what was deleted last.

    Args:
        then: called afterwards; without it the page's list is refreshed.
    """
    after = then or page.fill
    if undo_rename(page, *kinds, then=after):
        return
    last = [(at, kind, id_, title) for kind in kinds
            for id_, title, at in page.app.saved.deleted(kind)[:1]]  # fmt: skip
    if not last:
        page.say(NOTHING_DELETED)
        return
    _, kind, id_, title = max(last, key=lambda found: found[0])
    restore(page, kind, id_, title, after)


def undo_rename(page: AnyPage, *kinds: Kind, then: Callable[[], object]) -> bool:
    """Take back the last name that was given in some kinds; False if there is none."""
    given = page.app.renames.take({kind: newest(page, kind) for kind in kinds})
    if given is None:
        return False
    said = f"It is called {clean(given.before)} again."
    attempt(page, lambda s: s.rename(given.kind, given.id, given.before), said, lambda _: then())
    return True


def newest(page: AnyPage, kind: Kind) -> str:
    """Return the id of what was deleted last of a kind, "" for nothing."""
    deleted = page.app.saved.deleted(kind)
    return deleted[0][0] if deleted else ""


def restore(page: AnyPage, kind: Kind, id_: str, title: str, then: Callable[[], object]) -> None:
    """Bring back something deleted, then call `then`."""
    said = f"Restored {clean(title)}."
    attempt(page, lambda saved: saved.restore(kind, id_), said, lambda _: then())


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
    """Bring the board back as it was before the last change of its tiles."""
    before = page.before
    if before is None:
        if not undo_rename(page, "boards", then=lambda: page.show_instead(_again(page), None)):
            page.say("The tiles of this board were not changed.")
        return
    attempt(
        page,
        lambda saved: saved.save_board(before),
        "The board is as it was before.",
        lambda stored: page.show_instead(stored, None),
    )


def _again(page: BoardShown) -> Board:
    """Return the page's board as it is stored now."""
    return page.app.saved.board(page.board.id)
