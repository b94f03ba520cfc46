"""Flows as a picture: nodes as high as their share, and bands of that thickness between them.

A row has two dots, one above the other. A node has at least the row of its name, and its bands
leave and reach it in the order of their other ends, so that few cross. If not all columns or nodes
fit, those around the cursor are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.answers import FLOW_REST, Flow, FlowNode, FlowStep
from core.draw.flows.ways import Cursor, Stop, Way, columns, stop_at, ways
from core.draw.flows.words import foot, heading, nothing
from core.draw.legend import wrapped
from core.draw.spans import Canvas, Line, Look, Span, safe
from core.draw.table import window
from core.text import cut, number, percent, width

NARROWEST, WIDEST = 16, 44
"""Cells from one column of nodes to the next."""

LABEL = 24
"""Cells that the names of the last column may take."""

TALLEST, NATURAL = 200, 3
"""Rows from which there is no box to fill, and how many of them a node then takes."""

REST = 8
"""The colour of what is no event, after those of the lines of a chart."""

TINT, GLOW, SOLID = range(3)


class Ink(NamedTuple):
    """The colour of a dot, and how strong it is."""

    colour: int
    strength: int


@dataclass(frozen=True)
class Spot:
    """A node on the canvas: its first dot from the top, how many it has, and its rows."""

    node: FlowNode
    top: int
    dots: int
    rows: int


@dataclass(frozen=True)
class Strand:
    """A band on the canvas: the first and the last column, its upper ends, and its thickness."""

    stop: Stop
    start: int
    end: int
    tops: tuple[float, float]
    thick: float
    flat: int

    def dots(self, x: int) -> range:
        """Return the dots of one column of cells: those of its middle, and up to its neighbours."""
        ends = sorted((self._top(x - 0.5), self._top(x + 0.5)))
        if ends[1] - ends[0] <= self.thick:
            ends = [self._top(x)] * 2
        first = math.floor(ends[0] + 0.5)
        return range(first, max(math.floor(ends[1] + self.thick + 0.5), first + 1))

    def _top(self, x: float) -> float:
        """Return the upper edge: straight beside the names, and then one bow."""
        turn = self.start + self.flat
        share = min(max((x - turn) / max(self.end - 1 - turn, 1), 0), 1)
        return self.tops[0] + (self.tops[1] - self.tops[0]) * share * share * (3 - 2 * share)


@dataclass(frozen=True)
class Picture:
    """The layout of a flow in a box.

    Attributes:
        shown: the visible columns.
        rows: the visible nodes of each column.
        height: of the nodes and bands, below a line of headings.
        pitch: cells from column to column.
        stop: what is under the cursor.
        each: dots per path.
        spots: per visible column, row -> node.
        between: the bands between all columns.
    """

    answer: Flow
    steps: list[FlowStep]
    look: Look
    stop: Stop | None
    width: int
    height: int
    shown: range
    rows: range
    pitch: int
    each: float
    spots: list[dict[int, Spot]]
    between: list[list[Way]]

    @classmethod
    def of(cls, answer: Flow, size: int, height: int, look: Look, stop: Stop | None) -> Picture:
        """Lay a flow out around what is under the cursor."""
        steps = columns(answer)
        most = max(len(step.nodes) for step in steps)
        rows = max(height - 1, 1)
        room = max(size - LABEL, 0) // NARROWEST + 1
        count = min(max(room, (size + 3) // NARROWEST, 1), len(steps))
        here = stop.column if stop else (len(steps) - 1 if answer.backward else 0)
        first = min(max(here - count // 2, 0), len(steps) - count)
        shown = range(first, first + count)
        visible = window(most, rows, stop.row if stop and not stop.is_band else None)
        pitch = min(max((size - LABEL) // max(count - 1, 1), size // count), WIDEST)
        layout = [[step.nodes[row] for row in visible if row < len(step.nodes)] for step in steps]
        gap, lines = _spacing(len(visible), rows)
        each = _scale(layout, rows, gap, lines)
        spots = [_stacked(layout[at], visible.start, each, gap, lines) for at in shown]
        between = ways(answer)
        return cls(
            answer, steps, look, stop, size, rows, shown, visible, pitch, each, spots, between
        )

    def left(self, column: int) -> int:
        """Return the cell at which a column begins."""
        return (column - self.shown.start) * self.pitch

    @property
    def cut(self) -> str:
        """What is drawn, if that is not all."""
        most = max(len(step.nodes) for step in self.steps)
        found = []
        if len(self.shown) < len(self.steps):
            found.append(
                f"columns {self.shown[0] + 1} to {self.shown[-1] + 1} of {len(self.steps)}"
            )
        if len(self.rows) < most:
            found.append(f"events {self.rows[0] + 1} to {self.rows[-1] + 1} of {most}")
        return ", ".join(found)

    @property
    def bar(self) -> int:
        """How many cells wide nodes are."""
        return 2 if self.pitch >= 20 else 1

    @property
    def flat(self) -> int:
        """How many cells bands are straight before they turn."""
        return self.pitch - self.bar - 1 - min(max(self.pitch // 3, 4), 14)

    def strands(self) -> list[Strand]:
        """Return the bands between visible nodes."""
        found: list[Strand] = []
        for column in self.shown[:-1]:
            left, right = self.spots[column - self.shown.start :][:2]
            between = self.between[column]
            out, into = _offsets(between, 0), _offsets(between, 1)
            for row, way in enumerate(between):
                if way.left not in left or way.right not in right:
                    continue
                tops = (
                    left[way.left].top + out[row] * self.each,
                    right[way.right].top + into[row] * self.each,
                )
                start, end = self.left(column) + self.bar, self.left(column + 1)
                stop = Stop(column, row, True)
                thick = way.edge.count * self.each
                found.append(Strand(stop, start, end, tops, thick, self.flat))
        return found

    def lit(self, stop: Stop) -> bool:
        """Whether a band is under the cursor, or one of the node under it."""
        at = self.stop
        if at is None or at.is_band:
            return at == stop
        way = self.between[stop.column][stop.row]
        return (stop.column, way.left) == (at.column, at.row) or (
            stop.column + 1,
            way.right,
        ) == (at.column, at.row)


def _spacing(most: int, rows: int) -> tuple[int, int]:
    """Return the rows between two nodes, and the least rows of a node."""
    if 3 * most - 1 <= rows:
        return 1, 2
    return (1 if 2 * most - 1 <= rows else 0), 1


def _scale(layout: Sequence[Sequence[FlowNode]], rows: int, gap: int, lines: int) -> float:
    """Return how many dots a path takes, so that every column fits."""
    low, high = 0.0, 2 * rows / max(max(sum(n.count for n in nodes) for nodes in layout), 1)
    for _ in range(24):
        each = (low + high) / 2
        taken = max(
            sum(_rows(n.count * each, lines) for n in nodes) + gap * (len(nodes) - 1)
            for nodes in layout
        )
        low, high = (each, high) if taken <= rows else (low, each)
    return low


def _rows(dots: float, lines: int) -> int:
    return max(math.ceil(round(dots) / 2), lines)


def _stacked(
    nodes: Sequence[FlowNode], first: int, each: float, gap: int, lines: int
) -> dict[int, Spot]:
    found: dict[int, Spot] = {}
    top = 0
    for row, node in enumerate(nodes, first):
        rows = _rows(node.count * each, lines)
        found[row] = Spot(node, 2 * top, max(round(node.count * each), 1), rows)
        top += rows + gap
    return found


def _offsets(between: Sequence[Way], end: int) -> list[int]:
    """Return how many paths of the same node come before each band, at one of its ends."""
    so_far: dict[int, int] = {}
    found = []
    for way in between:
        node = way.right if end else way.left
        found.append(so_far.get(node, 0))
        so_far[node] = found[-1] + way.edge.count
    return found


def flow_chart(answer: Flow, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw a flow, and below it what is under the cursor and the whole in words."""
    if not columns(answer):
        return [(Span(nothing(answer), "dim"),), *wrapped(list(answer.notes), size)]
    lines, picture = _foot(answer, size, height, look, cursor)
    return [*Painting(picture).lines(), *lines]


def _foot(
    answer: Flow, size: int, height: int, look: Look, cursor: Cursor
) -> tuple[list[Line], Picture]:
    """Return the lines below a picture, and the picture above them."""
    stop = stop_at(answer, cursor)
    lines = wrapped(foot(answer, stop), size)[: max(min(height - 6, 5), 0)]
    if height >= TALLEST:
        height = len(lines) + 1 + NATURAL * max(len(step.nodes) for step in columns(answer))
    picture = Picture.of(answer, size, height - len(lines), look, stop)
    if lines and picture.cut:
        lines = [(Span(picture.cut, "dim"),), *lines][: len(lines)]
    return lines, picture


def pointed(
    answer: Flow, size: int, height: int, look: Look, cursor: Cursor, at: tuple[int, int]
) -> tuple[int, int] | None:
    """Return the cursor of the node or band at a column and line of the drawing, if any."""
    if not columns(answer):
        return None
    _, picture = _foot(answer, size, height, look, cursor)
    x, row = at[0], at[1] - 1
    for column, spots in zip(picture.shown, picture.spots, strict=True):
        inside = picture.left(column) <= x < picture.left(column) + picture.bar
        for place, spot in spots.items():
            text = picture.left(column) <= x < picture.left(column) + picture.bar + 12
            top = spot.top // 2
            if (inside and top <= row < top + spot.rows) or (text and row == top):
                return place, 2 * column
    for strand in sorted(picture.strands(), key=lambda s: s.thick):
        if strand.start <= x < strand.end and {2 * row, 2 * row + 1} & set(strand.dots(x)):
            return strand.stop.row, 2 * strand.stop.column + 1
    return None


class Painting:
    """A flow painted dot by dot.

    Args:
        picture: its layout.
    """

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.dots: list[list[Ink | None]] = [
            [None] * picture.width for _ in range(2 * picture.height)
        ]
        self.colours = _colours(picture.steps)

    def lines(self) -> list[Line]:
        """Return the headings and the picture."""
        picture = self.picture
        strands = picture.strands()
        for strand in sorted(strands, key=lambda s: (picture.lit(s.stop), -s.thick)):
            self._strand(strand)
        for column, spots in zip(picture.shown, picture.spots, strict=True):
            for spot in spots.values():
                self._bar(picture.left(column), spot)
        canvas = Canvas(picture.width, picture.height + 1)
        for y in range(picture.height):
            for x, (upper, lower) in enumerate(
                zip(self.dots[2 * y], self.dots[2 * y + 1], strict=True)
            ):
                if upper or lower:
                    canvas.put(x, y + 1, *_cell(upper, lower, picture.look))
        for column, spots in zip(picture.shown, picture.spots, strict=True):
            wide = min(picture.pitch, picture.width - picture.left(column)) - 1
            text = heading(picture.answer, picture.steps[column])
            canvas.text(picture.left(column), 0, cut(text, wide), "dim")
            for row, spot in spots.items():
                self._label(canvas, column, row, spot)
        return canvas.lines()

    def _strand(self, strand: Strand) -> None:
        way = self.picture.between[strand.stop.column][strand.stop.row]
        step = self.picture.steps[strand.stop.column]
        lit = self.picture.lit(strand.stop)
        ink = Ink(self.colours[step.nodes[way.left].event], GLOW if lit else TINT)
        for x in range(strand.start, strand.end):
            for y in strand.dots(x):
                if 0 <= y < len(self.dots) and x < self.picture.width:
                    self.dots[y][x] = ink

    def _bar(self, left: int, spot: Spot) -> None:
        ink = Ink(self.colours[spot.node.event], SOLID)
        for y in range(spot.top, min(spot.top + spot.dots, len(self.dots))):
            for x in range(left, min(left + self.picture.bar, self.picture.width)):
                self.dots[y][x] = ink

    def _label(self, canvas: Canvas, column: int, row: int, spot: Spot) -> None:
        """Write a node's name, its count and, with room, its share, over its bands."""
        picture, node = self.picture, spot.node
        x, y = picture.left(column) + picture.bar, spot.top // 2
        room = picture.width - x - 1
        if column + 1 in picture.shown:
            room = min(picture.pitch - picture.bar - 3, room)
        here = picture.stop == Stop(column, row, False)
        style = "cursor" if here else "accent" if self._end(column, row) else ""
        if not style and node.event in FLOW_REST:
            style = "dim"
        if here:
            self._write(canvas, x, y, picture.look.pick("›", ">"), "cursor")
        count, share = number(node.count), percent(node.of_start, 0)
        if spot.rows > 1:
            self._write(canvas, x + 1, y, cut(safe(node.event), room), style)
            said = f"{count} {share}" if width(count) + width(share) < room else count
            self._write(canvas, x + 1, y + 1, cut(said, room), "bold")
            return
        name = cut(safe(node.event), max(room - width(count) - 1, 0))
        self._write(canvas, x + 1, y, name, style)
        self._write(canvas, x + 2 + width(name), y, cut(count, room), "bold")

    def _end(self, column: int, row: int) -> bool:
        """Whether a node is an end of the band under the cursor."""
        stop = self.picture.stop
        if stop is None or not stop.is_band:
            return False
        way = self.picture.between[stop.column][stop.row]
        return (column, row) in ((stop.column, way.left), (stop.column + 1, way.right))

    def _write(self, canvas: Canvas, x: int, y: int, text: str, style: str) -> None:
        """Write on the band that fills the cells there, with a space after it on a texture."""
        at = x
        for char in text if not self.picture.look.letters or not text else f"{text} ":
            if y + 1 >= canvas.height or at >= canvas.width:
                return
            ground = "" if style == "cursor" else self._ground(at, y)
            canvas.write(at, y + 1, char, f"{style} {ground}".strip())
            at += width(char)

    def _ground(self, x: int, y: int) -> str:
        upper, lower = self.dots[2 * y][x], self.dots[2 * y + 1][x]
        if self.picture.look.letters or upper is None or upper != lower:
            return ""
        return _under(upper)


def _colours(steps: Sequence[FlowStep]) -> dict[str, int]:
    """Return the colour of each event: the same at every step."""
    names = dict.fromkeys(node.event for step in steps for node in step.nodes)
    events = [name for name in names if name not in FLOW_REST]
    return {**{name: at % REST for at, name in enumerate(events)}, **dict.fromkeys(FLOW_REST, REST)}


def _cell(upper: Ink | None, lower: Ink | None, look: Look) -> tuple[str, str]:
    """Return the glyph and the style of a cell of two dots."""
    if look.letters:
        return _texture(upper, lower, look)
    if upper == lower and upper is not None:
        return ("█", _over(upper)) if upper.strength == SOLID else (" ", _under(upper))
    if upper is None or (lower is not None and lower.strength > upper.strength):
        ground = f" {_under(upper)}" if upper else ""
        return "▄", f"{_over(lower or Ink(REST, TINT))}{ground}"
    ground = f" {_under(lower)}" if lower else ""
    return "▀", f"{_over(upper)}{ground}"


def _texture(upper: Ink | None, lower: Ink | None, look: Look) -> tuple[str, str]:
    """Return the glyph of a cell where no colour can be seen; of two dots the stronger counts."""
    ink = max((ink for ink in (upper, lower) if ink), key=lambda ink: ink.strength)
    if ink.strength == SOLID and not look.ascii:
        solid = [found is not None and found.strength == SOLID for found in (upper, lower)]
        return ("█" if all(solid) else "▀" if solid[0] else "▄"), _over(ink)
    glyphs = look.pick("░▓█", ".=#")
    style = "bold" if ink.strength == GLOW else "dim" if ink.strength == TINT else _over(ink)
    return glyphs[ink.strength], style


def _over(ink: Ink) -> str:
    """Return the style of text in a colour."""
    if ink.strength == SOLID:
        return f"series{ink.colour}" if ink.colour < REST else "muted"
    return f"{_under(ink)}-ink"


def _under(ink: Ink) -> str:
    """Return the style of a ground in a colour."""
    return f"{'tint' if ink.strength == TINT else 'glow'}{ink.colour}"
