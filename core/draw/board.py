"""A board as lines: framed tiles, laid out exactly as on the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.boards.answering import block_question, board_span, tile_chart
from core.boards.dates import dated_tiles
from core.boards.wide import is_wide, wide_words
from core.definitions.board import DEFAULT_RANGE, Block, Board
from core.draw import draw, textured
from core.draw.figures import span_text, undated
from core.draw.layout import Place, layout
from core.draw.legend import wrapped
from core.draw.spans import Line, Look, Span, clipped, finished, padded, plain, safe, spread
from core.errors import FootfallError
from core.queries.kinds import KINDS
from core.text import cut, width


def frame(
    title: str, body: Sequence[Line], size: int, height: int, look: Look, footing: str = ""
) -> list[Line]:
    """Return a tile of exactly `size` by `height` cells: a frame with its title and content.

    Args:
        footing: what the lower edge says.
    """
    style = "border"
    across, down = look.pick("─", "-"), look.pick("│", "|")
    left, right, low_left, low_right = list(look.pick("╭╮╰╯", "++++"))
    name = cut(title, max(size - 6, 0))
    named = f" {name} " if name else ""
    top = (
        Span(left + across * min(1, size - 2), style),
        Span(named, "title"),
        Span(across * max(size - 3 - width(named), 0) + right, style),
    )
    rows = [padded(clipped(line, size - 2), size - 2) for line in body[: height - 2]]
    rows += [(Span(" " * max(size - 2, 0)),)] * (height - 2 - len(rows))
    said = footing if width(footing) <= size - 6 else footing.partition(":")[0]
    foot = f" {said} " if said and width(said) <= size - 6 else ""
    bottom = (
        Span(low_left + across * max(size - 3 - width(foot), 0), style),
        Span(foot, "dim"),
        Span(across * min(1, max(size - 2, 0)) + low_right, style),
    )
    found = [top, *((Span(down, style), *row, Span(down, style)) for row in rows), bottom]
    return finished([padded(line, size) for line in found], size, height, look)


def note_lines(content: str, size: int) -> list[Line]:
    """Return a note's Markdown as lines: headings bold, items with a dash, rules drawn."""
    found: list[Line] = []
    for raw in content.split("\n"):
        text = raw.strip()
        if len(text) > 2 and not text.strip("-*_"):
            found.append((Span("-" * size, "dim"),))
            continue
        style = "bold" if text.startswith("#") else "dim" if text.startswith(">") else ""
        bare = text.lstrip("#>").strip().replace("**", "").replace("`", "")
        bare = f"- {bare[2:]}" if bare[:2] in ("- ", "* ") else bare
        found += wrapped([bare], size, style) if bare else [()]
    return found


def heading_lines(content: str, size: int, height: int, look: Look, style: str = "") -> list[Line]:
    """Return a heading between the tiles: its words over a line across the board."""
    said = (Span(f" {safe(content.strip().lstrip('#').strip())}", f"title {style}".strip()),)
    rule = (Span(look.pick("─", "=" if style else "-") * size, style or "border"),)
    return [padded(clipped(said, size), size), rule][:height]


def tile_lines(
    block: Block, answer: Any, size: int, height: int, look: Look, marks: Sequence[Any] = ()
) -> list[Line]:
    """Return the content of a tile: a chart, a note, or the sentence of an error."""
    if block.type == "note":
        return finished(note_lines(block.content, size), size, height, look)
    if answer is None:
        return finished([(Span("Not asked yet.", "dim"),)], size, height, look)
    if isinstance(answer, FootfallError):
        return finished(wrapped(error_lines(answer), size), size, height, look)
    return draw(answer, size, height, look, chart=tile_chart(block), marks=marks)


def error_lines(error: FootfallError) -> list[str]:
    """Return what a tile says of an error: its sentence, and the lines of its hint."""
    return [line for line in (error.message, *error.hint.split("\n")) if line]


def tile_title(block: Block, answer: Any) -> str:
    """Return a tile's heading: its own, else the title of its answer."""
    return safe(block.title or getattr(answer, "title", "") or ("Note" * (block.type == "note")))


def tile_footing(board: Board, block: Block) -> str:
    """Return how a tile keeps to what its board asks of all: "filtered by board", "own range: 90d",
    "keeps its own".

    It is "" for one that has nothing of its own, and for one whose question cannot be read.
    """
    if block.type == "note":
        return ""
    try:
        question = block_question(board, block)
    except FootfallError:
        return ""
    if block.ignore_board_filters:
        return "keeps its own" if is_wide(board) else ""
    parts = []
    if question.range != (board.range or board.default_range or DEFAULT_RANGE):
        first, _, last = question.range.partition(",")
        parts.append(f"own range: {span_text(first, last) or question.range.replace('_', ' ')}")
    if board.filters and KINDS[question.kind].filtered:
        parts.append("filtered by board")
    return ", ".join(parts)


def board_lines(
    board: Board,
    answers: Mapping[str, Any],
    size: int,
    height: int | None,
    look: Look,
    marks: Sequence[Any] = (),
    *,
    printed: bool = False,
) -> list[Line]:
    """Return all tiles as lines of exactly `size` cells.

    Args:
        answers: block id -> answer or FootfallError, from `core.boards.answering`.
        height: cells to fill; None for the default height of the tiles.
        printed: whether they are shown as text without colours.
    """
    places = layout(board, size, height)
    answers = _said_once(board, answers)
    looks = [textured(look, answers.get(p.block.id)) if printed else look for p in places]
    pairs = zip(places, looks, strict=True)
    drawn = [_tile(board, place, answers, here, marks) for place, here in pairs]
    bottom = max((p.y + p.height for p in places), default=0)
    return [_across(places, drawn, y, size) for y in range(bottom)]


def outline_lines(
    board: Board,
    said: Mapping[str, str],
    size: int,
    height: int,
    look: Look,
    answers: Mapping[str, Any] | None = None,
) -> list[Line]:
    """Return all tiles, those without an answer with a text; what does not fit is left out.

    Args:
        said: block id -> the text.
        answers: block id -> its answer, as far as they are known.
    """
    places = layout(board, size, height)
    drawn = []
    for place in places:
        if answers and place.block.id in answers:
            drawn.append(_tile(board, place, answers, look, ()))
            continue
        text = wrapped([said.get(place.block.id, "")], place.width - 2)
        drawn.append(frame(tile_title(place.block, None), text, place.width, place.height, look))
    bottom = min(max((p.y + p.height for p in places), default=0), height)
    return [_across(places, drawn, y, size) for y in range(bottom)]


def _said_once(board: Board, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers, of which one says the dates that several are compared with."""
    compared = {
        id_: (found.first, found.last)
        for id_, answer in answers.items()
        if (found := getattr(answer, "comparison", None)) is not None
    }
    dated = dated_tiles(board, compared)
    return {id_: answer if id_ in dated else undated(answer) for id_, answer in answers.items()}


def _tile(
    board: Board, place: Place, answers: Mapping[str, Any], look: Look, marks: Sequence[Any]
) -> list[Line]:
    block, answer = place.block, answers.get(place.block.id)
    if block.is_heading:
        lines = heading_lines(block.content, place.width, place.height, look)
        return finished(lines, place.width, place.height, look)
    body = tile_lines(block, answer, place.width - 2, place.height - 2, look, marks)
    footing = tile_footing(board, block)
    return frame(tile_title(block, answer), body, place.width, place.height, look, footing)


def _across(places: Sequence[Place], drawn: Sequence[list[Line]], y: int, size: int) -> Line:
    """Return one line across all tiles that it crosses."""
    found: list[Span] = []
    x = 0
    crossed = [
        (p, lines) for p, lines in zip(places, drawn, strict=True) if p.y <= y < p.y + p.height
    ]
    for place, lines in sorted(crossed, key=lambda c: c[0].x):
        if place.x > x:
            found.append(Span(" " * (place.x - x)))
        found.extend(lines[y - place.y])
        x = place.x + place.width
    if x < size:
        found.append(Span(" " * (size - x)))
    return tuple(found)


def print_board(
    board: Board,
    answers: Mapping[str, Any],
    size: int,
    look: Look | None = None,
    marks: Sequence[Any] = (),
) -> str:
    """Return a board as plain text: its name and dates, then its tiles."""
    return plain(whole_lines(board, answers, size, look or Look(), marks, printed=True))


def whole_lines(
    board: Board,
    answers: Mapping[str, Any],
    size: int,
    look: Look,
    marks: Sequence[Any] = (),
    *,
    printed: bool = False,
) -> list[Line]:
    """Return a board with its name and dates above its tiles, and its marks below; see
    `board_lines`."""
    span = board_span(answers)
    heading = spread(
        (Span(safe(board.title), "title"),), (Span(span_text(*span)) if span else Span(""),), size
    )
    lines = [heading, *wrapped([*filter(None, (board.description, wide_words(board)))], size)]
    legend = _marks(marks, answers, size, look)
    tiles = board_lines(board, answers, size, None, look, marks, printed=printed)
    return [
        *finished(lines, size, len(lines), look),
        *tiles,
        *finished(legend, size, len(legend), look),
    ]


def _marks(marks: Sequence[Any], answers: Mapping[str, Any], size: int, look: Look) -> list[Line]:
    """List the marks within the time range of the charts."""
    series = [a for a in answers.values() if getattr(a, "shape", "") == "series" and a.buckets]
    if not series:
        return []
    from core.draw.series.marks import sign_of
    from core.draw.table import when_text

    first = min(a.buckets[0].start for a in series)
    last = max(a.buckets[-1].end for a in series)
    shown = sorted((m for m in marks if first <= m.timestamp < last), key=lambda m: m.timestamp)
    return [
        clipped(
            (
                Span(f"{letter} ", style),
                Span(f"{when_text(m.timestamp, look)}  ", "dim"),
                Span(safe(m.title)),
            ),
            size,
        )
        for m in shown[:20]
        for letter, style in (sign_of(m.category),)
    ]
