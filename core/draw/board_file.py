"""A board as a file for others: a page of HTML, a picture or Markdown.

The page needs nothing from elsewhere: its charts are pictures within it, each with its figures in
full as a table that opens below. Its colours are those of light or dark, as the reader's screen is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import chain
from typing import Any

from core.boards.answering import board_span, tile_chart
from core.boards.wide import wide_words
from core.definitions.board import Block, Board
from core.draw import NATURAL, draw, text
from core.draw.board import error_lines, note_lines, tile_title, whole_lines
from core.draw.figures import span_text
from core.draw.spans import Line, Look, plain, safe
from core.draw.svg import COLUMNS, ROWS, VIEWPORT, Paint, Paints, picture
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
    lines = whole_lines(board, answers, WHOLE, look, marks)
    return picture(lines, WHOLE, paint, f"Board {safe(board.title)}")


def board_html(
    board: Board,
    answers: Mapping[str, Any],
    look: Look,
    marks: Sequence[Any] = (),
    *,
    paint: Paints,
    dark: Paints | None = None,
) -> str:
    """Return a board as one HTML document, its tiles in reading order; see `board_svg`.

    Args:
        dark: the colours where the reader's screen is dark; None takes `paint` there too.
    """
    colours = _Colours(paint, dark or paint)
    title = escape(safe(board.title))
    base, quiet = colours.of(""), colours.of("dim")
    parts = [
        f"<main>\n<h1>{title}</h1>",
        _paragraph(_dates(board_span(answers)), "dates"),
        _paragraph(_several(board.description), "words"),
        _paragraph(safe(wide_words(board), LONGEST), "notes"),
    ]
    for block in board.in_order:
        parts += ["<section>", *_section(block, answers.get(block.id), look, marks, colours.of)]
        parts.append("</section>")
    head = [
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{VIEWPORT}',
        f"<title>{title}</title>\n<style>\n{colours.css()}",
        _CSS.format(colour=base.colour, ground=base.ground, quiet=quiet.colour),
        "</style>\n</head>\n<body>",
    ]
    parts = [*head, *parts, "</main>", "</body>", "</html>"]
    return "\n".join(part for part in parts if part) + "\n"


class _Colours:
    """The colours of a page as names, each with a light and a dark one.

    Args:
        light, dark: the colours of styles on a light and a dark screen.
    """

    def __init__(self, light: Paints, dark: Paints) -> None:
        self._light, self._dark = light, dark
        self._names: dict[tuple[str, str], str] = {}

    def of(self, style: str) -> Paint:
        """Return what a style looks like, by the names of its colours."""
        light, dark = self._light(style), self._dark(style)
        ground = self._name(light.ground, dark.ground) if light.ground or dark.ground else ""
        return Paint(self._name(light.colour, dark.colour), ground, light.bold)

    def _name(self, light: str, dark: str) -> str:
        name = self._names.setdefault((light, dark), f"--c{len(self._names)}")
        return f"var({name})"

    def css(self) -> str:
        """Return what the names stand for."""
        light = "".join(f"{name}:{pair[0]};" for pair, name in self._names.items())
        dark = "".join(f"{name}:{pair[1]};" for pair, name in self._names.items())
        schemes = "light" if light == dark else "light dark"
        found = f":root {{ color-scheme: {schemes}; {light} }}"
        if light == dark:
            return found
        return f"{found}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}"


_CSS = """body {{ margin: 2em auto; max-width: 55em; padding: 0 1em; background: {ground};
  color: {colour}; font-family: system-ui, sans-serif; line-height: 1.4 }}
.dates, .notes {{ color: {quiet} }}
.words {{ white-space: pre-wrap; overflow-wrap: anywhere }}
.chart, details {{ overflow-x: auto }}
svg {{ display: block; width: 100%; min-width: 34em; height: auto }}
summary {{ cursor: pointer; padding: .4em 0 }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums }}
th, td {{ padding: .1em .8em .1em 0; text-align: left; white-space: nowrap }}
@media (max-width: 40em) {{ body {{ margin: 1em auto }} }}"""
"""A chart that is wider than a phone scrolls in its place; the page does not."""


def _section(
    block: Block, answer: Any, look: Look, marks: Sequence[Any], paint: Paints
) -> list[str]:
    """Return a tile as HTML: title, dates, picture, notes and table."""
    if block.is_heading:
        return [f"<h2>{escape(safe(block.content.strip().lstrip('#').strip()))}</h2>"]
    if block.type == "note":
        return [_paragraph(plain(note_lines(_several(block.content), COLUMNS)), "words")]
    title = tile_title(block, answer)
    heading = f"<h2>{escape(title)}</h2>"
    if answer is None or isinstance(answer, FootfallError):
        return [heading, _paragraph(_failure(answer), "words")]
    notes = "".join(f"<li>{escape(safe(note, LONGEST))}</li>" for note in answer.notes)
    return [
        heading,
        _paragraph(_dates((answer.first, answer.last)), "dates"),
        '<div class="chart" tabindex="0">',
        picture(_drawn(block, answer, look, marks), COLUMNS, paint, f"Chart: {title}").rstrip(),
        "</div>",
        f'<ul class="notes">{notes}</ul>' if notes else "",
        f"<details><summary>Table of {escape(title)}</summary>",
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
    names = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    rows = ("".join(f"<td>{escape(cell)}</td>" for cell in cells) for cells in body)
    lines = [f"<tr>{cells}</tr>" for cells in rows]
    return "\n".join(
        ["<table>", f"<thead><tr>{names}</tr></thead>", "<tbody>", *lines, "</tbody></table>"]
    )


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
