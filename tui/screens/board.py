"""A board of tiles: one range, one comparison, one set of filters for all of them."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Size
from textual.timer import Timer

from core.boards.answering import asking
from core.boards.wide import OFF
from core.definitions.board import Board
from core.errors import FootfallError
from core.queries.common.question import Question
from tui.actions import edits
from tui.screens.bases.page import REST, bindings
from tui.screens.bases.sectioned_page import SectionedPage
from tui.widgets.answer import AnswerView
from tui.widgets.boards.tile import Tile
from tui.widgets.boards.tiles import Tiles
from tui.widgets.panel import Panel

EMPTY = "This board is empty. e and then n add to it, as does a on a chart."
CHANGED = "board changed: w keeps it, 0 goes back"
FIXED = "This tile keeps its own range and filters; e and then f lets it follow the board again."
ONE_TILE = ("breakdown", "measure", "metric")
COMPARES = {
    "previous": "All tiles are compared with the previous period.",
    "yoy": "All tiles are compared with the year before.",
    OFF: "No tile is compared.",
    "": "Each tile is compared as it is saved.",
}
OWN = "own"
"""The choice of each tile's own range."""

NOTHING = object()
"""What a board as saved asks of a field that it does not have."""


class BoardPage(SectionedPage):
    """A board; Enter zooms a tile to its own page."""

    page_id = "board"
    labels = {"next_panel": "next tile", "edit": "layout"}  # noqa: RUF012
    BINDINGS = bindings("board")
    DEFAULT_CSS = """
    BoardPage #beside { display: none; width: 28%; }
    BoardPage.-vast #beside { display: block; }
    BoardPage.-zoomed #beside { display: none; }
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._selected: Tile | None = None
        self._resting: Timer | None = None

    def body(self) -> ComposeResult:
        """See Page."""
        *lines, tiles = super().body()
        yield from lines
        yield Horizontal(tiles)

    @property
    def panels(self) -> list[Panel]:
        """See FramePage: the third column comes last."""
        return sorted(super().panels, key=_is_beside)

    # -- the third column

    @property
    def main(self) -> AnswerView | None:
        """See QuestionPage: the tile with the focus, or that which had it last."""
        here = self.view
        if isinstance(here, Tile):
            return here
        return self._selected if self._selected in self.tiles else next(iter(self.tiles), None)

    def resized(self, size: Size) -> None:
        """See TabbedPage: there is a third column on a large screen."""
        super().resized(size)
        if self.has_class("-vast") and not self.query("#beside"):
            from tui.screens.bases.beside import beside

            self.query_one(Horizontal).mount(beside())
        self.rest()

    def on_descendant_focus(self) -> None:
        """Ask what the third column shows about the tile."""
        if isinstance(self.focused, Tile) and self.focused is not self._selected:
            self._selected = self.focused
            self.rest()

    def answered(self, view: AnswerView) -> None:
        """See Page."""
        super().answered(view)
        if view is self.main:
            self.rest()

    def rest(self) -> None:
        """Ask what the third column shows, once nothing has moved for a moment."""
        if self._resting is not None:
            self._resting.stop()
        if self.has_class("-vast"):
            self._resting = self.set_timer(REST, self._accompany)

    def _accompany(self) -> None:
        tile = self.main
        if not self.is_attached or tile is None or tile.question is None or tile.answer is None:
            return
        from tui.screens.bases.beside import wanted

        for view, question in wanted(
            self.query_one("#beside"), tile, self.context, self.app.library
        ):
            self.ask(view, question)

    @property
    def opening(self) -> str:
        """See TiledPage."""
        if not self.board.blocks:
            return EMPTY
        if self.before is None:
            return ""
        from tui.actions.saving import BOARD_SAVED

        return BOARD_SAVED

    @property
    def beyond(self) -> str:
        """See Page: also that the board is not as it was saved."""
        return "   ".join(filter(None, (CHANGED if self.unsaved else "", super().beyond)))

    def set_fields(self, **changes: Any) -> None:
        """Change all tiles, or only the focused one for fields that belong to one tile."""
        if any(name in ONE_TILE for name in changes):
            super().set_fields(**changes)
            return
        changes = {**self.changes, **changes}
        self.changes = {k: v for k, v in changes.items() if v != _kept(self.board, k)}
        self.ask_tiles(self.tiles)

    def put(self, question: Question) -> None:
        """See QuestionPage: change the focused tile's question."""
        tile = self.main
        if not isinstance(tile, Tile):
            return
        here = self.shown.block(tile.block.id) or tile.block
        try:
            block = asking(self.shown, here, question, tile.chart)
        except FootfallError as error:
            self.sorry(error)
            return
        self.edited[block.id] = block
        self.ask_tiles([tile])
        if block.ignore_board_filters and not here.ignore_board_filters:
            self.say(FIXED)

    @property
    def filtered(self) -> Question | None:
        """See QuestionPage: filters apply to all tiles."""
        return None

    @property
    def conditions_now(self) -> tuple[Any, ...]:
        """See QuestionPage: those of all tiles."""
        return self.shown.filters

    @property
    def range_entries(self) -> list[tuple[str, str, str]]:
        """See QuestionPage: the tiles' own too, where the board has one for all."""
        own = [("o", "each tile's own", OWN)] if self.shown.range else []
        return [*super().range_entries, *own]

    def _range_chosen(self, value: str | None) -> None:
        if value == OWN:
            self.set_fields(range="")
        else:
            super()._range_chosen(value)

    def complete(self) -> None:
        """See QuestionPage: of all tiles."""
        if self.question is not None:
            try:
                whole = edits.complete_only(self.question, self.context)
            except FootfallError as error:
                self.sorry(error)
            else:
                self.set_fields(range=whole.range)

    def action_compare(self) -> None:
        """Compare all tiles: with the previous period, the year before, nothing, as each is."""
        now = self.shown.compare
        if not now and getattr(self.question, "compare", None) == "previous":
            now = "previous"
        how = edits.after(["previous", "yoy", OFF, ""], now)
        self.set_fields(compare=None if how == OFF else how)
        self.say(COMPARES[how])

    def action_saved(self) -> None:
        """Reset every tile to its saved question."""
        self.changes, self.edited = {}, {}
        for tile in self.tiles:
            tile.chart = ""
        self.ask_tiles(self.tiles)

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
        here = self.main if _is_beside(self.panel) else self.panel
        tiles.zoomed = None if tiles.zoomed is not None else here
        self.zoomed = tiles.zoomed
        for tile in self.tiles:
            tile.enlarged = tile is self.zoomed
        tiles.lay_out()
        self.set_class(self.zoomed is not None, "-zoomed")
        if here is not None:
            here.focus()

    def show_instead(self, board: Board, before: Board | None) -> None:
        """Show another state of the board in place of this page.

        Args:
            before: the board before its tiles were changed, or None.
        """
        self.app.navigator.show_board(board, self.changes, before)

    def stored(self, board: Board, before: Board | None) -> None:
        """Take the board as it is stored now; it is on show already."""
        self.board, self.before = board, before
        self.changes, self.edited = {}, {}
        self.shown = board
        for tile in self.tiles:
            tile.block = board.block(tile.block.id) or tile.block
            tile.saved = tile.question
            self.answered(tile)
        self.show_section(self.section)

    def action_edit(self) -> None:
        """Arrange the tiles by hand."""
        if self.edited:
            self.say("Tiles were changed: w keeps them, 0 goes back. Then e arranges the board.")
            return
        self.app.navigator.arrange_board(self.board, self.changes, self.before)

    @property
    def opens(self) -> str:
        """See FramePage: the chart of the focused tile, or the people of a row beside it."""
        tile = self.view
        if _is_beside(tile):
            return super().opens
        here = isinstance(tile, Tile) and tile is self.panel and tile.shown_question is not None
        return f"chart {tile.heading}" if here and tile is not None else ""

    def action_open(self) -> None:
        """Open the focused tile as a page with a cursor, or the people of a row beside it."""
        tile = self.view
        if _is_beside(tile):
            super().action_open()
            return
        question = tile.shown_question if tile is not None else None
        if isinstance(tile, Tile) and question is not None and tile is self.panel:
            title = tile.block.title
            chart = "" if tile.chart == "number" else tile.chart
            self.app.navigator.open_chart(question, title, chart, tile.saved)

    def action_save(self) -> None:
        """Save the board with its changed questions."""
        from tui.actions.saving import save_board

        save_board(self)

    def action_save_as(self) -> None:
        """Save the board under another name, and show that one."""
        self.action_duplicate()

    def action_duplicate(self) -> None:
        """Save a copy of the board, and show it."""
        from tui.actions.board_names import duplicate_board

        duplicate_board(self, self.board, lambda stored: self.show_instead(stored, None))

    def action_copy_link(self) -> None:
        """Copy the text that brings the board back."""
        from tui.actions.kept.copying import board_link, copy_link

        copy_link(self, board_link(self.board))

    def action_rename(self) -> None:
        """Give the board another name."""
        from tui.actions.board_names import rename_board

        rename_board(self, self.board, lambda stored: self.show_instead(stored, None))

    def action_export(self) -> None:
        """Write the focused tile or the whole board to a file."""
        from tui.actions.exporting import export_board

        export_board(self)

    def action_share(self) -> None:
        """Write the board as a page for others."""
        from tui.actions.kept.sharing import share_board

        share_board(self)

    def action_delete(self) -> None:
        """Remove the focused tile from the board."""
        from tui.actions.saving import delete_tile

        delete_tile(self)

    def action_undo(self) -> None:
        """Bring the board back as it was before the last change of its tiles."""
        from tui.actions.saving import undo_tile

        undo_tile(self)


def _is_beside(panel: Panel | None) -> bool:
    """Whether a panel is in the third column."""
    return panel is not None and panel.parent is not None and panel.parent.id == "beside"


def _kept(board: Board, field: str) -> Any:
    """Return what a board as saved asks of all its tiles, as pages keep it."""
    if field == "conditions":
        return [clause.model_dump(by_alias=True) for clause in board.filters]
    if field == "compare":
        return None if board.compare == OFF else board.compare
    return board.range if field == "range" else NOTHING


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
