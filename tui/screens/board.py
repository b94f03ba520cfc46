"""A board of tiles: one range, one comparison, one set of filters for all of them."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult

from core.boards.answering import block_chart, block_question, filter_words, with_range
from core.definitions.board import Block, Board
from core.draw.figures import compared_text
from core.draw.spans import Line
from core.errors import FootfallError
from core.queries import from_json
from core.queries.common.question import Question
from tui.actions import edits
from tui.actions.board_names import duplicate_board, rename_board
from tui.actions.saving import delete_tile, save_board, undo_tile
from tui.screens.bases.page import bindings
from tui.screens.bases.question_page import QuestionPage
from tui.texts.summary import Chip, chips
from tui.widgets.answer import AnswerView
from tui.widgets.note import NoteView
from tui.widgets.panel import Panel
from tui.widgets.tiles import Tiles

DATED = 5
"""Rows of a tile from which a figure says itself what it is compared with."""

ONE_TILE = ("breakdown", "measure", "metric")


class Tile(AnswerView):
    """One chart of a board.

    Attributes:
        enlarged: whether it fills the whole page, where a figure is drawn as its default chart
            until another is chosen.
    """

    def __init__(self, block: Block) -> None:
        super().__init__(block.title, cursor=False)
        self.block = block
        self.enlarged = False

    def face(self, width: int, height: int) -> list[Line]:
        """See Panel: what is compared with stands beside the title, unless a figure says it."""
        compared = getattr(self.answer, "comparison", None)
        within = self.drawn_as == "number" and height >= DATED
        self.aside = f"vs {compared_text(compared)}" if compared and not within else ""
        return super().face(width, height)

    @property
    def drawn_as(self) -> str:
        """See AnswerView."""
        return "" if self.enlarged and self.chart == "number" else self.chart

    def set_chart(self, chart: str) -> None:
        """See AnswerView."""
        self.enlarged = False
        super().set_chart(chart)


class BoardPage(QuestionPage):
    """A board; Enter zooms a tile to its own page.

    Args:
        board: which.
        range_text: overrides the range of every tile.
    """

    page_id = "board"
    labels = {"next_panel": "next tile", "edit": "edit tile"}  # noqa: RUF012
    BINDINGS = bindings("board")

    def __init__(self, place: str, board: Board, range_text: str | None = None) -> None:
        super().__init__(place)
        self.board = board
        self.before: Board | None = None
        self.changes: dict[str, Any] = {"range": range_text} if range_text else {}

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
        panels = {b.id: NoteView(b) if b.type == "note" else Tile(b) for b in self.board.blocks}
        yield Tiles(self.board, panels)

    @property
    def tiles(self) -> list[Tile]:
        """The chart tiles in reading order."""
        found = list(self.query(Tile))
        return sorted(found, key=lambda t: (t.block.position.y, t.block.position.x))

    def start(self) -> None:
        """See Page."""
        self.app.state.values["board"] = self.board.id
        if not self.board.blocks:
            self.say("This board is empty. Press a on a chart to add it.")
        self.ask_tiles(self.tiles)

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
        said = []
        if isinstance(view, Tile) and (filter_words(self.board, view.block) or self.narrowed):
            said.append("filtered by board")
        view.footing = ", ".join(said)
        view.repaint()
        self.update_chrome()

    def set_fields(self, **changes: Any) -> None:
        """Change all tiles, or only the focused one for fields that belong to one tile."""
        if any(name in ONE_TILE for name in changes):
            super().set_fields(**changes)
            return
        self.changes |= changes
        self.changes = {k: v for k, v in self.changes.items() if v != [] or k != "conditions"}
        self.ask_tiles(self.tiles)

    def put(self, question: Question) -> None:
        """See QuestionPage: change the focused tile's question."""
        if self.view is not None:
            self.view.forgiving = False
            self.ask(self.view, question)

    @property
    def filtered(self) -> Question | None:
        """See QuestionPage: filters apply to all tiles."""
        return None

    @property
    def conditions_now(self) -> tuple[Any, ...]:
        """See QuestionPage: the board's own filters."""
        body = {"kind": "trend", "conditions": self.changes.get("conditions", [])}
        return from_json(body).conditions

    def action_saved(self) -> None:
        """Reset every tile to its saved question."""
        self.changes = {}
        self.ask_tiles(self.tiles)

    def action_again(self) -> None:
        """Ask every tile again, bypassing the cache."""
        self.app.data.seen()
        self.ask_tiles(self.tiles, fresh=True)

    def on_descendant_focus(self) -> None:
        """Show the question of the newly focused tile on line 2."""
        if isinstance(self.focused, Panel):
            self.focused.scroll_visible(animate=False)
        self.update_chrome()

    def move(self, rows: int, columns: int) -> None:
        """Move the focus from tile to tile."""
        here = self.panel
        if here is None:
            return
        best = _nearest(here, [p for p in self.panels if p is not here], rows, columns)
        if best is not None:
            best.focus()

    def action_zoom(self) -> None:
        """Show the focused tile on the whole page, and back."""
        tiles = self.query_one(Tiles)
        tiles.zoomed = None if tiles.zoomed is not None else self.panel
        self.zoomed = tiles.zoomed
        for tile in self.tiles:
            tile.enlarged = tile is self.zoomed
        tiles.lay_out()
        if self.panel is not None:
            self.panel.focus()

    def show_instead(self, board: Board, before: Board | None) -> None:
        """Show another state of the board in place of this page.

        Args:
            before: the board before a tile was removed, or None.
        """
        fresh = BoardPage(self.place, board)
        fresh.before, fresh.changes = before, self.changes
        self.app.switch_screen(fresh)

    def action_open(self) -> None:
        """Open the focused tile as a page with a cursor."""
        tile = self.view
        question = tile.shown_question if tile is not None else None
        if isinstance(tile, Tile) and question is not None and tile is self.panel:
            title = tile.block.title
            chart = "" if tile.chart == "number" else tile.chart
            self.app.navigator.open_chart(question, title, chart, tile.saved)

    def action_others(self) -> None:
        """Tiles have no cursor."""
        self.say("Press Enter to open the tile first.")

    def action_save(self) -> None:
        """Save the board with its changed questions."""
        save_board(self)

    def action_save_as(self) -> None:
        """Save the board under another name, and show that one."""
        self.action_duplicate()

    def action_duplicate(self) -> None:
        """Save a copy of the board, and show it."""
        duplicate_board(self, self.board, lambda stored: self.show_instead(stored, None))

    def action_rename(self) -> None:
        """Give the board another name."""
        rename_board(self, self.board, lambda stored: self.show_instead(stored, None))

    def action_delete(self) -> None:
        """Remove the focused tile from the board."""
        delete_tile(self)

    def action_undo(self) -> None:
        """Restore the last removed tile."""
        undo_tile(self)


def _nearest(here: Panel, others: list[Panel], rows: int, columns: int) -> Panel | None:
    """Return the closest panel in a direction."""

    def distance(panel: Panel) -> tuple[int, int]:
        dx = panel.region.x - here.region.x
        dy = panel.region.y - here.region.y
        return (abs(dy), abs(dx)) if rows else (abs(dx), abs(dy))

    def ahead(panel: Panel) -> bool:
        if rows:
            return (panel.region.y - here.region.y) * rows > 0
        same_row = panel.region.y < here.region.bottom and here.region.y < panel.region.bottom
        return same_row and (panel.region.x - here.region.x) * columns > 0

    return min(filter(ahead, others), key=distance, default=None)
