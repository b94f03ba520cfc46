"""Boards: their content and limits.

Definitions 10.1: a 12-column grid of chart and note blocks, at most 50 of each.
core.boards.answering has the questions of blocks and answers boards.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from core.answers import Model
from core.answers.display import AxisConfig
from core.definitions.series import BlockSeries
from core.definitions.shared import Title, checked, new_id
from core.filters import Clause

COLUMNS = 12
MAX_BLOCKS = 50
MAX_SERIES = 20
DEFAULT_RANGE = "30d"


class Position(Model):
    """The position of a block, in cells of the 12-column grid.

    What sticks out on the right is cut off; a freeform position between cells snaps to the nearest.
    """

    x: int = Field(default=0, ge=0)
    y: int = Field(default=0, ge=0, le=1000)
    width: int = Field(default=6, ge=1)
    height: int = Field(default=4, ge=1, le=100)

    @model_validator(mode="before")
    @classmethod
    def _inside(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        value = {k: round(v) if isinstance(v, float) else v for k, v in value.items()}
        x, width = value.get("x", 0), value.get("width", 6)
        if isinstance(x, int) and isinstance(width, int) and x >= 0:
            x = min(x, COLUMNS - 1)
            width = min(width, COLUMNS - x)
        return {**value, "x": x, "width": width}


CHART_OF = {
    "line_chart": "line", "bar_chart": "bars", "area_chart": "area", "number": "number",
    "table": "table",
}  # fmt: skip
"""Visualization -> name of the chart in core.words.charts."""

Visualization = Literal["", "line_chart", "bar_chart", "area_chart", "number", "table"]


Compared = Literal["", "none", "previous", "yoy"]
"""What all tiles are compared with: "" is what each is itself, "none" is nothing."""


class Block(Model):
    """One tile: one or more series with the chart they are drawn as, or a note in markdown.

    A chart block has exactly one of series, question and chart_id.

    Attributes:
        id: unique on its board.
        type: "chart" (also written "metric") or "note".
        title: its heading; "" uses the answer's own title.
        series: 1 to 20, drawn as one chart.
        question: text or JSON of a question; if it has a range, that is the tile's.
        chart_id: id of a saved chart, whose changes it follows.
        visualization, chart: how it is drawn: a documented name, or a name in core.words.charts; ""
            is the default one.
        language: version of the language of its question or series if they could not be rewritten
            in the current one; None is the current one.
        axis_config: how the axes are drawn.
        ignore_board_filters: whether it keeps its own range, comparison and filters, whatever the
            board's are (definitions 11.11).
        content: the markdown of a note.
    """

    id: str = Field(default_factory=lambda: new_id("blk"), min_length=1, max_length=100)
    type: Literal["chart", "note"] = "chart"
    title: str = Field(default="", max_length=200)
    series: tuple[BlockSeries, ...] = Field(default=(), max_length=MAX_SERIES)
    question: str = Field(default="", max_length=20_000)
    chart_id: str = Field(default="", max_length=100)
    visualization: Visualization = ""
    chart: str = Field(default="", max_length=20)
    language: int | None = Field(default=None, ge=1)
    axis_config: AxisConfig | None = None
    ignore_board_filters: bool = False
    content: str = Field(default="", max_length=20_000)
    position: Position = Position.model_construct()

    @property
    def is_heading(self) -> bool:
        """Whether it is a note of one line of Markdown that is a heading, drawn without a frame."""
        said = self.content.strip()
        return self.type == "note" and not self.title and said[:1] == "#" and "\n" not in said

    @field_validator("type", mode="before")
    @classmethod
    def _named(cls, word: Any) -> Any:
        return "chart" if word == "metric" else word

    @field_validator("series")
    @classmethod
    def _told_apart(cls, series: tuple[BlockSeries, ...]) -> tuple[BlockSeries, ...]:
        ids = [each.id for each in series if each.id]
        if len(set(ids)) < len(ids):
            raise ValueError("two series have one id")
        names = [each.name for each in series if each.name]
        if len(set(names)) < len(names):
            raise ValueError("two series have one name")
        taken = iter(f"s{n}" for n in range(1, 2 * MAX_SERIES + 1) if f"s{n}" not in ids)
        return tuple(s if s.id else s.model_copy(update={"id": next(taken)}) for s in series)

    @model_validator(mode="after")
    def _whole(self) -> Block:
        given = [bool(self.series), bool(self.question.strip()), bool(self.chart_id)]
        if self.type == "chart" and not any(given):
            raise ValueError("a chart block needs a question, series or a chart_id")
        if sum(given) > 1:
            raise ValueError("a block has one of question, series and chart_id")
        return self


_DOCUMENTED = {"owner_id": "owner", "default_time_range": "default_range", "pinned": "is_pinned"}
_DEFAULTS: dict[str, Any] = {"owner": "", "default_range": DEFAULT_RANGE, "is_pinned": False}


class Board(Model):
    """A page of tiles.

    Attributes:
        layout: "grid", or "freeform", which is treated as a grid.
        default_range: the range of tiles without their own.
        range: the range of all tiles, over their own; "" is none (definitions 11.11).
        compare: what all tiles are compared with, over what they are themselves.
        filters: they narrow every tile that does not ignore them (definitions 11.11).
        created_at, updated_at: UTC ms; set when saved.
    """

    id: str = Field(default_factory=lambda: new_id("brd"), min_length=1, max_length=100)
    title: Title
    description: str = Field(default="", max_length=2000)
    owner: str = ""
    is_pinned: bool = False
    layout: Literal["grid", "freeform"] = "grid"
    default_range: str = Field(default=DEFAULT_RANGE, max_length=100)
    range: str = Field(default="", max_length=100)
    compare: Compared = ""
    filters: tuple[Clause, ...] = Field(default=(), max_length=50)
    blocks: tuple[Block, ...] = ()
    created_at: int = 0
    updated_at: int = 0

    @model_validator(mode="before")
    @classmethod
    def _documented(cls, value: Any) -> Any:
        """Accept the documented form too: `settings`, owner_id, default_time_range, pinned."""
        if not isinstance(value, dict):
            return value
        settings = value.get("settings")
        found = {**value, **(settings if isinstance(settings, dict) else {})}
        for name in ("settings", "workspace_id"):
            found.pop(name, None)
        for name, ours in _DOCUMENTED.items():
            if name in found:
                found[ours] = found.pop(name) or found.get(ours, _DEFAULTS[ours])
        return found

    @field_validator("blocks")
    @classmethod
    def _allowed(cls, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        for kind in ("chart", "note"):
            if sum(b.type == kind for b in blocks) > MAX_BLOCKS:
                raise ValueError(f"a board can have at most {MAX_BLOCKS} {kind} blocks")
        if len({b.id for b in blocks}) < len(blocks):
            raise ValueError("two blocks have one id")
        return blocks

    def block(self, id_: str) -> Block | None:
        """Return the block with an id, or None."""
        return next((b for b in self.blocks if b.id == id_), None)

    def with_block(self, block: Block) -> Board:
        """Return the board with a block added, or replacing the one with its id."""
        if self.block(block.id):
            blocks = tuple(block if b.id == block.id else b for b in self.blocks)
        else:
            blocks = (*self.blocks, block)
        return self._with(blocks)

    def without(self, id_: str) -> Board:
        """Return the board without a block."""
        return self._with(tuple(b for b in self.blocks if b.id != id_))

    def _with(self, blocks: tuple[Block, ...]) -> Board:
        dumped = [block.model_dump(by_alias=True) for block in blocks]
        return checked(Board, {**self.model_dump(by_alias=True), "blocks": dumped})

    @property
    def in_order(self) -> list[Block]:
        """Its blocks in reading order."""
        return sorted(self.blocks, key=lambda b: (b.position.y, b.position.x))

    @property
    def bottom(self) -> int:
        """The first free row of its grid."""
        return max((b.position.y + b.position.height for b in self.blocks), default=0)
