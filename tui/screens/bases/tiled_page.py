"""TiledPage: the tiles of a board, asked with its range and filters."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from core.boards.answering import block_chart, block_question, filter_words, with_range
from core.definitions.board import Board
from core.errors import FootfallError
from core.queries.common.question import Question
from core.text import things
from tui.actions import edits
from tui.screens.bases.question_page import QuestionPage
from tui.texts.summary import Chip, chips
from tui.widgets.answer import AnswerView
from tui.widgets.note import NoteView
from tui.widgets.panel import Panel
from tui.widgets.tile import Tile
from tui.widgets.tiles import Tiles


class TiledPage(QuestionPage):
    """A page that shows a board.

    Args:
        board: which.
        changes: fields changed for all tiles since it was saved, None for none.
        before: the board before its tiles were changed, or None.
    """

    def __init__(
        self,
        place: str,
        board: Board,
        changes: dict[str, Any] | None = None,
        before: Board | None = None,
    ) -> None:
        super().__init__(place)
        self.board = board
        self.changes = changes or {}
        self.before = before

    def memory(self) -> dict[str, Any]:
        """See Page."""
        return {"page": "board", "board": self.board.id, "changes": self.changes}

    @property
    def crumb(self) -> str:
        """See Page."""
        return self.board.title

    @property
    def chips(self) -> tuple[Chip, ...]:
        """See FramePage: the question of the focused tile, with the board's changes marked."""
        question, view = self.question, self.view
        saved = view.saved if view is not None and self.changes else None
        return chips(question, saved) if question is not None else ()

    @property
    def main(self) -> AnswerView | None:
        """See QuestionPage: the focused tile."""
        return self.view

    def body(self) -> ComposeResult:
        """See Page."""
        yield Tiles(
            self.board, lambda block: NoteView(block) if block.type == "note" else Tile(block)
        )

    @property
    def tiles(self) -> list[Tile]:
        """The chart tiles in reading order."""
        shown = self.query_one(Tiles).tiles
        found = (shown.get(block.id) for block in self.board.in_order)
        return [tile for tile in found if isinstance(tile, Tile)]

    def start(self) -> None:
        """See Page."""
        self.app.state.values["board"] = self.board.id
        if self.opening:
            self.say(self.opening)
        self.ask_tiles(self.tiles)

    @property
    def opening(self) -> str:
        """What is said when it opens."""
        return ""

    def ask_tiles(self, tiles: list[Tile], *, fresh: bool = False) -> None:
        """Ask the tiles' questions, with the board's changes."""
        for tile in tiles:
            try:
                tile.saved = block_question(self.board, tile.block)
                tile.chart = tile.chart or block_chart(tile.block)
                tile.forgiving = True
                self.ask(tile, self.changed(tile.saved), fresh=fresh)
            except FootfallError as error:
                tile.fail(error)

    def changed(self, question: Question) -> Question:
        """Return a tile's question with the board's changes."""
        changes = dict(self.changes)
        extra = changes.pop("conditions", None)
        if "range" in changes:
            question = with_range(question, changes["range"])
        if extra is not None:
            kept = [c.model_dump(by_alias=True) for c in question.conditions]
            changes["conditions"] = [*kept, *extra]
        return edits.revise(question, **changes)

    @property
    def narrowed(self) -> bool:
        """Whether the page has unsaved filters of its own."""
        return bool(self.changes.get("conditions"))

    def answered(self, view: AnswerView) -> None:
        """See Page."""
        filtered = isinstance(view, Tile) and (
            filter_words(self.board, view.block) or self.narrowed
        )
        view.footing = "filtered by board" if filtered else ""
        view.repaint()
        self.update_chrome()

    def on_descendant_focus(self) -> None:
        """Show the question of the newly focused tile on line 2."""
        if isinstance(self.focused, Panel):
            self.query_one(Tiles).reveal(self.focused)
        self.update_chrome()

    @property
    def beyond(self) -> str:
        """See Page."""
        count = self.query_one(Tiles).below
        return f"{things(count, 'tile')} below" if count else ""

    def on_tiles_scrolled(self) -> None:
        """Say what is below."""
        self.update_status()
