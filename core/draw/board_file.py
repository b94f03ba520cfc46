"""A board as a file for others: a page of HTML, a picture or Markdown.

The page needs nothing from elsewhere: its charts are pictures within it, each with its figures in
full as a table that opens below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import chain
from typing import Any

from core.boards.answering import board_span
from core.boards.wide import wide_words
from core.definitions.board import Block, Board
from core.draw import NATURAL, draw, text
from core.draw.board import error_lines, note_lines, tile_chart, tile_title, whole_lines
from core.draw.figures import span_text
from core.draw.spans import Line, Look, plain, safe
from core.draw.svg import COLUMNS, ROWS, Paints, picture
from core.errors import FootfallError
from core.export import export, text_rows
from core.text import clean

WHOLE = 120
"""Columns of a whole board as one picture."""

TABLES = ("table", "people")
"""Shapes that are tables in Markdown too."""

LONGEST = 20_000
"""Characters of a note."""


def board_svg(
    board: Board,
    answers: Mapping[str, Any],
    look: Look,
    marks: Sequence[Any] = (),
    *,
    paint: Paints,
) -> str:
    """Return a board as an SVG picture, its tiles laid out as on the screen.

    Args:
        answers: block id -> answer or FootfallError, of core.boards.answering.
        marks: core.store.library.saved.Mark values to show on charts over time.
    """
    return picture(whole_lines(board, answers, WHOLE, look, marks), WHOLE, paint)


def board_html(
    board: Board,
    answers: Mapping[str, Any],
    look: Look,
    marks: Sequence[Any] = (),
    *,
    paint: Paints,
) -> str:
    """Return a board as one HTML document, its tiles in reading order; see `board_svg`."""
    base = paint("")
    title = escape(safe(board.title))
    parts = [
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>{title}</title>',
        _CSS.format(colour=base.colour, ground=base.ground, quiet=paint("dim").colour),
        f"<body>\n<h1>{title}</h1>",
        _paragraph(_dates(board_span(answers)), "dates"),
        _paragraph(_several(board.description), "words"),
        _paragraph(safe(wide_words(board), LONGEST), "notes"),
    ]
    for block in board.in_order:
        parts += ["<section>", *_section(block, answers.get(block.id), look, marks, paint)]
        parts.append("</section>")
    return "\n".join(part for part in [*parts, "</body>", "</html>", ""] if part) + "\n"


_CSS = """<style>
body {{ margin: 2em auto; max-width: 55em; padding: 0 1em; background: {ground}; color: {colour};
  font-family: system-ui, sans-serif }}
.dates, .notes {{ color: {quiet} }}
.words {{ white-space: pre-wrap }}
svg {{ max-width: 100%; height: auto }}
details {{ overflow-x: auto }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums }}
th, td {{ padding: .1em .8em .1em 0; text-align: left; white-space: nowrap }}
</style>"""


def _section(
    block: Block, answer: Any, look: Look, marks: Sequence[Any], paint: Paints
) -> list[str]:
    """Return a tile as HTML: title, dates, picture, notes and table."""
    if block.type == "note":
        return [_paragraph(plain(note_lines(_several(block.content), COLUMNS)), "words")]
    heading = f"<h2>{escape(tile_title(block, answer))}</h2>"
    if answer is None or isinstance(answer, FootfallError):
        return [heading, _paragraph(_failure(answer), "words")]
    notes = "".join(f"<li>{escape(safe(note, LONGEST))}</li>" for note in answer.notes)
    return [
        heading,
        _paragraph(_dates((answer.first, answer.last)), "dates"),
        picture(_drawn(block, answer, look, marks), COLUMNS, paint),
        f'<ul class="notes">{notes}</ul>' if notes else "",
        "<details><summary>Table</summary>",
        _html_table(answer),
        "</details>",
    ]


def _drawn(block: Block, answer: Any, look: Look, marks: Sequence[Any]) -> list[Line]:
    """Return the lines of a tile's picture, without empty ones at the end."""
    chart = tile_chart(block)
    height = min(NATURAL.get(chart, ROWS), ROWS)
    lines = draw(answer, COLUMNS, height, look, chart=chart, marks=marks)
    while lines and not plain(lines[-1:]).strip():
        lines.pop()
    return lines


def _html_table(answer: Any) -> str:
    header, *body = text_rows(answer)
    lines = [_row("th", header), *(_row("td", cells) for cells in body)]
    return "\n".join(["<table>", *lines, "</table>"])


def _row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _paragraph(words: str, kind: str) -> str:
    return f'<p class="{kind}">{escape(words)}</p>' if words.strip() else ""


def board_markdown(
    board: Board, answers: Mapping[str, Any], look: Look, marks: Sequence[Any] = ()
) -> str:
    """Return a board as Markdown: a heading per tile, and its text picture or table; see
    `board_svg`."""
    parts = [f"# {_inline(board.title)}", _dates(board_span(answers)), _several(board.description)]
    parts.append(_inline(wide_words(board)))
    tiles = (_tile(b, answers.get(b.id), look, marks) for b in board.in_order)
    return "\n\n".join(part for part in chain(parts, *tiles) if part) + "\n"


def _tile(block: Block, answer: Any, look: Look, marks: Sequence[Any]) -> list[str]:
    if block.type == "note":
        return [_several(block.content)]
    heading = f"## {_inline(tile_title(block, answer))}"
    if answer is None or isinstance(answer, FootfallError):
        return [heading, "\n".join(f"> {_inline(line)}" for line in _failure(answer).split("\n"))]
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


def _several(content: str) -> str:
    """Return what was written as Markdown, without control characters."""
    return "\n".join(clean(line, LONGEST) for line in content.split("\n")).strip()


def _failure(answer: FootfallError | None) -> str:
    if answer is None:
        return "Not asked."
    return "\n".join(safe(line, LONGEST) for line in error_lines(answer))


def _dates(span: tuple[str, str] | None) -> str:
    return span_text(*span) if span is not None else ""
