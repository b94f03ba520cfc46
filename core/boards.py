"""Boards: what they hold, which range a tile asks about, and how its tiles are answered.

Semantics 10.1: a 12-column grid of chart and note blocks, at most 50 of each.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator

from core.answers import Model
from core.errors import BadInput, FootfallError, Stopped

if TYPE_CHECKING:
    from core.queries.base import Question

COLUMNS = 12
MAX_BLOCKS = 50
DEFAULT_RANGE = "30d"

AnyModel = TypeVar("AnyModel", bound=Model)
Title = Annotated[str, Field(min_length=1, max_length=200)]


def new_id(prefix: str) -> str:
    """Return a new id such as "brd_3f9c21d0a4b7"."""
    return f"{prefix}_{uuid.uuid4().hex[:12]}"


class Position(Model):
    """Where a block lies, in cells of the 12-column grid; what sticks out at the right is cut."""

    x: int = Field(default=0, ge=0)
    y: int = Field(default=0, ge=0, le=1000)
    width: int = Field(default=6, ge=1)
    height: int = Field(default=4, ge=1, le=100)

    @model_validator(mode="before")
    @classmethod
    def _inside(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        x, width = value.get("x", 0), value.get("width", 6)
        if isinstance(x, int) and isinstance(width, int) and x >= 0:
            x = min(x, COLUMNS - 1)
            width = min(width, COLUMNS - x)
        return {**value, "x": x, "width": width}


class Block(Model):
    """One tile: a question with the chart it is drawn as, or a note in markdown.

    Attributes:
        id: unique on its board.
        type: "chart" or "note".
        title: heading; "" is the answer's own title.
        question: text or JSON of a question; its own range, if it names one, is the tile's.
        chart: one of the names in core.draw.CHARTS; "" is the usual one.
        content: a note's markdown.
    """

    id: str = Field(default_factory=lambda: new_id("blk"), min_length=1, max_length=100)
    type: Literal["chart", "note"] = "chart"
    title: str = Field(default="", max_length=200)
    question: str = Field(default="", max_length=20_000)
    chart: str = Field(default="", max_length=20)
    content: str = Field(default="", max_length=20_000)
    position: Position = Position()

    @model_validator(mode="after")
    def _whole(self) -> Block:
        if self.type == "chart" and not self.question.strip():
            raise ValueError("a chart block needs a question")
        return self


class Board(Model):
    """A page of tiles.

    Attributes:
        layout: "grid", or "freeform", which is treated as a grid.
        default_range: what tiles without a range of their own ask about.
        created_at, updated_at: UTC ms; set when saved.
    """

    id: str = Field(default_factory=lambda: new_id("brd"), min_length=1, max_length=100)
    title: Title
    description: str = Field(default="", max_length=2000)
    owner: str = ""
    is_pinned: bool = False
    layout: Literal["grid", "freeform"] = "grid"
    default_range: str = DEFAULT_RANGE
    blocks: tuple[Block, ...] = ()
    created_at: int = 0
    updated_at: int = 0

    @field_validator("blocks")
    @classmethod
    def _allowed(cls, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        for kind in ("chart", "note"):
            if sum(b.type == kind for b in blocks) > MAX_BLOCKS:
                raise ValueError(f"a board holds at most {MAX_BLOCKS} {kind} blocks")
        if len({b.id for b in blocks}) < len(blocks):
            raise ValueError("two blocks have one id")
        return blocks

    def to_json(self) -> str:
        """Return the board as indented JSON; `board_from_json` gives it back."""
        return self.model_dump_json(indent=2)

    def block(self, id_: str) -> Block | None:
        """Return the block with an id, or None."""
        return next((b for b in self.blocks if b.id == id_), None)

    def with_block(self, block: Block) -> Board:
        """Return the board with a block put in place of the one with its id, or added."""
        if self.block(block.id):
            blocks = tuple(block if b.id == block.id else b for b in self.blocks)
        else:
            blocks = (*self.blocks, block)
        return self._with(blocks)

    def without(self, id_: str) -> Board:
        """Return the board without a block."""
        return self._with(tuple(b for b in self.blocks if b.id != id_))

    def _with(self, blocks: tuple[Block, ...]) -> Board:
        return checked(Board, {**self.model_dump(), "blocks": [b.model_dump() for b in blocks]})

    @property
    def bottom(self) -> int:
        """First free row of its grid."""
        return max((b.position.y + b.position.height for b in self.blocks), default=0)


def checked(kind: type[AnyModel], data: Any) -> AnyModel:
    """Return data as a model.

    Raises:
        BadInput: a field is missing, unknown or past its limit; the sentence names it.
    """
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        text = first["msg"].removeprefix("Value error, ")
        sentence = f"{kind.__name__}{' ' + place if place else ''}: {text}."
        raise BadInput(sentence, parameter=place) from error


def board_from_json(text: str | bytes) -> Board:
    """Return the board that JSON describes; BadInput when it does not."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"This is not JSON: {error}.") from error
    return checked(Board, data)


def block_question(board: Board, block: Block, range_override: str | None = None) -> Question:
    """Return what a chart block asks.

    The range is the override, else the question's own, else the board's, else 30d.

    Raises:
        BadQuestion: the block's text is none.
    """
    from core.language import parse_any

    question = parse_any(block.question)
    own = question.range if "range" in question.model_fields_set else None
    wanted = range_override or own or board.default_range or DEFAULT_RANGE
    return question if wanted == own else question.model_copy(update={"range": wanted})


def block_chart(block: Block) -> str:
    """Return the chart a block is drawn as: its own, else the one its question's text names."""
    from core.language import parse_full

    if block.chart or block.question.lstrip()[:1] == "{":
        return block.chart
    return parse_full(block.question).chart


def answer_board(
    board: Board, engine: Any, range_override: str | None = None, stop: Any = None
) -> dict[str, Any]:
    """Return block id -> answer, or the FootfallError that kept its tile from one.

    Raises:
        Stopped: somebody stopped it.
    """
    found: dict[str, Any] = {}
    for block in board.blocks:
        if block.type == "chart":
            try:
                found[block.id] = engine.answer(
                    block_question(board, block, range_override), stop=stop
                )
            except Stopped:
                raise
            except FootfallError as error:
                found[block.id] = error
    return found


def board_span(answers: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the first and last date that a board's answers are about, or None."""
    firsts = [a.first for a in answers.values() if getattr(a, "first", None)]
    lasts = [a.last for a in answers.values() if getattr(a, "last", None)]
    return (min(firsts), max(lasts)) if firsts and lasts else None
