"""TiledPage: the tiles of a board, asked with its range and filters."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from core.boards.answering import block_chart, block_question
from core.boards.dates import dated_tiles
from core.boards.wide import FIELDS, widened
from core.definitions.board import Block, Board
from core.draw.board import tile_footing
from core.errors import FootfallError
from core.queries.common.question import Question
from core.text import things
from tui.actions import edits
from tui.screens.bases.question_page import QuestionPage
from tui.services.runner import Callback
from tui.texts.summary import Chip, chips
from tui.widgets.answer import AnswerView
from tui.widgets.boards.note import NoteView
from tui.widgets.boards.tile import Tile
from tui.widgets.boards.tiles import Tiles
from tui.widgets.panel import Panel


class TiledPage(QuestionPage):
    """A page that shows a board.

    Args:
        board: which.
        changes: fields changed for all tiles since it was saved, None for none.
        before: the board before its last change, or None.

    Attributes:
        edited: block id -> the tile with another question than it was saved with.
        shown: the board as it is on show, with what was changed for all tiles and those edited.
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
        self.changes = dict(changes or {})
        self.before = before
        self.edited: dict[str, Block] = {}
        self.shown = board

    def memory(self) -> dict[str, Any]:
        """See Page."""
        edited = [block.model_dump(mode="json") for block in self.edited.values()]
        found = {"page": "board", "board": self.board.id, "changes": self.changes}
        return {**found, "edited": edited} if edited else found

    @property
    def crumb(self) -> str:
        """See Page."""
        return self.board.title

    @property
    def chips(self) -> tuple[Chip, ...]:
        """See FramePage: the question of the focused tile, with the board's changes marked."""
        question, view = self.question, self.main
        saved = view.saved if view is not None and self.unsaved else None
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

    @property
    def unsaved(self) -> bool:
        """Whether something was changed since the board was saved."""
        return bool(self.changes or self.edited)

    def ask_tiles(self, tiles: list[Tile], *, fresh: bool = False) -> None:
        """Ask the tiles' questions, with what was changed."""
        self.shown = self._with_changes()
        for tile in tiles:
            try:
                tile.saved = block_question(self.board, tile.block)
                tile.chart = tile.chart or block_chart(tile.block)
                tile.forgiving = tile.block.id not in self.edited
                self.ask(tile, self.question_for(tile.block), fresh=fresh)
            except FootfallError as error:
                tile.fail(error)

        compared = {tile.block.id: _compared(tile.question) for tile in self.tiles}
        dated = dated_tiles(self.shown, compared)
        for tile in self.tiles:
            tile.date(tile.block.id in dated)

    def repeat(self, **options: bool) -> None:
        """See Page: tiles that could not be asked before are tried again too."""
        if "fresh" not in options:
            super().repeat(**options)
            return
        self.ask_tiles(self.tiles, **options)
        for view in self.views:
            if view.question is not None and not isinstance(view, Tile):
                self.ask(view, view.question, **options)

    def _with_changes(self) -> Board:
        """Return the board with what was changed since it was saved, as far as it is possible."""
        try:
            board = widened(self.board, self.changes)
        except FootfallError:
            board, self.changes = self.board, {}
        for block in self.edited.values():
            board = board.with_block(block)
        return board

    def question_for(self, block: Block) -> Question:
        """Return the question of a tile with what was changed.

        Raises:
            BadQuestion: a text in the block is not a question, or a value is not valid for it.
        """
        here = self.shown.block(block.id) or block
        rest = {name: value for name, value in self.changes.items() if name not in FIELDS}
        question = block_question(self.shown, here)
        return question if here.ignore_board_filters else edits.revise(question, **rest)

    def answered(self, view: AnswerView) -> None:
        """See Page."""
        if isinstance(view, Tile):
            here = self.shown.block(view.block.id) or view.block
            view.footing = tile_footing(self.shown, here)
            if view.question is not None and view.question.kind == "funnel":
                self._ask_trend(view, view.question)
        view.repaint()
        self.update_chrome()

    def _ask_trend(self, tile: Tile, question: Question) -> None:
        """Let a funnel show its conversion over time beside its total, if that has room."""
        from core.boards.over_time import conversion_over_time
        from core.draw.funnels.steps import TREND_FROM

        over_time = conversion_over_time(question, self.context)
        if over_time is None or tile.inner()[0] < TREND_FROM:
            return

        def take(trend: Any) -> None:
            if tile.question == question and tile.run is None and tile.answer is not None:
                tile.beside(trend=trend)

        self.ask(Callback(take, forgiving=tile.forgiving), over_time)

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


def _compared(question: Question | None) -> tuple[str, str] | None:
    """Return what decides with which dates a question is compared; None if with none."""
    how = getattr(question, "compare", None)
    return None if question is None or how is None else (question.range, how)
