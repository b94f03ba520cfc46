"""A board as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from core.boards.answering import board_span, tile_chart
from core.boards.wide import wide_words
from core.definitions.board import Block, Board
from core.draw import text
from core.draw.board import tile_title
from core.draw.pages.words import LONGEST, dates_of, failure, several
from core.draw.spans import Look, safe
from core.draw.svg import COLUMNS
from core.errors import FootfallError
from core.export import export

TABLES = ("table", "people")
"""Shapes that are tables in Markdown too."""


def board_markdown(
    board: Board, answers: Mapping[str, Any], look: Look, marks: Sequence[Any] = ()
) -> str:
    """Return a board as Markdown: a heading per tile, and its text picture or table; see
    `board_svg`."""
    parts = [f"# {_inline(board.title)}", dates_of(board_span(answers)), several(board.description)]
    parts.append(_inline(wide_words(board)))
    tiles = (_tile(b, answers.get(b.id), look, marks) for b in board.in_order)
    return "\n\n".join(part for part in chain(parts, *tiles) if part) + "\n"


def _tile(block: Block, answer: Any, look: Look, marks: Sequence[Any]) -> list[str]:
    if block.type == "note":
        return [several(block.content)]
    heading = f"## {_inline(tile_title(block, answer))}"
    if answer is None or isinstance(answer, FootfallError):
        return [heading, "\n".join(f"> {_inline(line)}" for line in failure(answer).split("\n"))]
    if answer.shape in TABLES:
        shown = export(answer, "markdown").rstrip("\n")
    else:
        untitled = answer.model_copy(update={"title": ""})
        shown = _fenced(text(untitled, COLUMNS, look, chart=tile_chart(block), marks=marks))
    return [heading, shown, "\n".join(f"- {_inline(note)}" for note in answer.notes)]


def _fenced(drawn: str) -> str:
    """Return a text as a code block that nothing in it can end."""
    longest = max(map(len, re.findall("`+", drawn)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{drawn.rstrip()}\n{fence}"


def _inline(value: str) -> str:
    """Return a text from data as one line that is no markup."""
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", safe(value, LONGEST))
