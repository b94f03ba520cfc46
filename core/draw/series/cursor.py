"""The cursor on a chart over time: a line through its bucket, and a box that says its values."""

from __future__ import annotations

from collections.abc import Sequence

from core.answers import Series
from core.draw.figures import bucket_text, counted, figure, is_alike, running
from core.draw.legend import delta, letter
from core.draw.series.axes import Axes, rule
from core.draw.spans import Canvas, Line, Look, Span, cells, clipped, padded, safe
from core.draw.units import unit_of
from core.text import cut, width

NARROWEST, LOWEST = 44, 8
"""The smallest canvas, in cells, with room for a box."""

NAME = 16

EMPTY = " ⡀⣀┈-┊:│"
"""What a box may hide: the grid and rules."""

WORDS = 6
"""How much worse than nothing it is that a box hides a letter; two for any other cell."""


def boxed(canvas: Canvas) -> bool:
    """Whether a canvas has room for the cursor's box; else its values are said below the chart."""
    return canvas.width >= NARROWEST and canvas.height >= LOWEST


def draw_rule(canvas: Canvas, axes: Axes, cursor: tuple[int, int], look: Look) -> None:
    """Draw a line through the bucket of the cursor, behind what is drawn there."""
    index = min(max(cursor[1], 0), axes.count - 1)
    rule(canvas, axes.column(index), look.pick("│", ":"), "accent")


def draw_box(
    canvas: Canvas, axes: Axes, answer: Series, cursor: tuple[int, int], look: Look
) -> None:
    """Draw the box beside the cursor, if it fits."""
    index = min(max(cursor[1], 0), len(answer.buckets) - 1)
    if boxed(canvas):
        _box(canvas, axes.column(index), box_lines(answer, cursor[0], index, canvas, look), look)


def light(canvas: Canvas, axes: Axes, cursor: tuple[int, int], look: Look) -> None:
    """Draw a line through what is filled at the cursor, and a sign at its foot.

    Without colours the column is lit instead.
    """
    column = min(axes.column(min(max(cursor[1], 0), axes.count - 1)), canvas.width - 1)
    for y in range(canvas.height):
        style = canvas.style_of(column, y)
        if not style.startswith("series"):
            continue
        if look.letters:
            canvas.style(column, y, "cursor")
        elif canvas.get(column, y) == "█":
            canvas.put(column, y, "│", style.replace("series", "cut"))
    canvas.put(column, canvas.height - 1, look.pick("▲", "^"), "cursor")


def dot(canvas: Canvas, axes: Axes, answer: Series, cursor: tuple[int, int], look: Look) -> None:
    """Draw the point of the cursor on its line."""
    index = min(max(cursor[1], 0), len(answer.buckets) - 1)
    line = answer.lines[min(max(cursor[0], 0), len(answer.lines) - 1)]
    row = axes.row(line.values[index])
    canvas.put(
        axes.column(index), axes.height - 1 if row is None else row, look.pick("●", "O"), "cursor"
    )


def box_lines(answer: Series, row: int, index: int, canvas: Canvas, look: Look) -> list[Line]:
    """Return the date, then the value of each line, the one under the cursor first."""
    row = min(max(row, 0), len(answer.lines) - 1)
    bucket = answer.buckets[index]
    year = answer.buckets[0].label[:4] != answer.buckets[-1].label[:4]
    found: list[Line] = [
        (Span(bucket_text(bucket.label, answer.granularity, year=year), "box bold"),)
    ]
    found += _value(answer, row, index, look)
    others = [at for at in range(len(answer.lines)) if at != row]
    room = canvas.height - 4 - len(found) - bool(bucket.partial)
    for place, at in enumerate(others):
        if place >= room - 1 and len(others) > room:
            found.append((Span(f"+{len(others) - place} more", "box dim"),))
            break
        found += _value(answer, at, index, look, short=True)
    if bucket.partial:
        found.append((Span(f"~ {running(answer)}", "box partial"),))
    return found


def _value(answer: Series, at: int, index: int, look: Look, *, short: bool = False) -> list[Line]:
    line = answer.lines[at]
    value, unit = line.values[index], unit_of(answer, at)
    named: Line = ()
    if line.name:
        sample = Span(letter(at, look), f"box series{at % 8}")
        named = (sample, Span(f" {cut(safe(line.name), NAME)} ", "box"))
    text = figure(value, unit) if short else counted(value, unit)
    found: Line = (*named, Span(text, "box bold"))
    if index < len(line.fractions) and not short:
        part, whole = line.fractions[index]
        found = (*found, Span(f" {part:,} of {whole:,}", "box dim"))
    said = [] if short else _expected(answer, at, index)
    if line.previous is None or index >= len(line.previous):
        return [found, *said]
    before = line.previous[index]
    shift = delta(value, before)
    changed = (Span(f"{shift.text}", f"box {shift.style}"),) if is_alike(answer, index) else ()
    if short:
        return [(*found, Span(" ", "box"), *changed)]
    indent = "  " if named else ""
    return [found, (Span(f"{indent}prev {figure(before, unit)} ", "box dim"), *changed), *said]


def _expected(answer: Series, at: int, index: int) -> list[Line]:
    """Return what is usual for a point, and the forecast of the running one."""
    line, unit = answer.lines[at], unit_of(answer, at)
    found: list[Line] = []
    band = line.usual[index] if index < len(line.usual) else None
    if band is not None:
        low, high = (figure(edge, unit) for edge in band)
        found.append((Span(f"usual {low} to {high}", "box dim"),))
    if line.forecast is not None and index == len(line.values) - 1:
        found.append((Span(f"forecast {figure(line.forecast, unit)}", "box partial"),))
    return found


def _box(canvas: Canvas, column: int, lines: list[Line], look: Look) -> None:
    """Draw a box beside a column, on the side and at the height where it hides least."""
    size = min(max(cells(line) for line in lines), canvas.width // 2 - 5)
    wide, high = size + 4, len(lines) + 2
    sides = [left for left in (column + 2, column - 1 - wide) if 0 <= left < canvas.width - wide]
    if len(sides) > 1 and column >= canvas.width / 2:
        sides.reverse()
    left, top = _freest(canvas, sides or [0], wide, high)
    corners = look.pick("╭╮╰╯", "++++")
    across, down = look.pick("─", "-"), look.pick("│", "|")
    canvas.text(left, top, f"{corners[0]}{across * (wide - 2)}{corners[1]}", "box muted")
    for y, line in enumerate(lines, top + 1):
        canvas.text(left, y, f"{down} ", "box muted")
        at = left + 2
        for span in padded(clipped(line, size), size):
            canvas.write(at, y, span.text, span.style or "box")
            at += width(span.text)
        canvas.text(left + wide - 2, y, f" {down}", "box muted")
    canvas.text(left, top + high - 1, f"{corners[2]}{across * (wide - 2)}{corners[3]}", "box muted")


def _freest(canvas: Canvas, sides: Sequence[int], wide: int, high: int) -> tuple[int, int]:
    """Return where a box hides least: best at the first side, and at the top or the foot."""
    found: list[tuple[int, int, int]] = []
    last = max(canvas.height - high, 0)
    for at, left in enumerate(sides):
        costs = [_cost(canvas, left, y, wide) for y in range(canvas.height)]
        for top in range(last + 1):
            cost = sum(costs[top : top + high]) + (0 < top < last)
            found.append((cost, at * (last + 1) + top, left))
    _, place, left = min(found)
    return left, place % (last + 1)


def _cost(canvas: Canvas, left: int, y: int, wide: int) -> int:
    """Return how much of a row a box would hide; words count more than what is filled."""
    return sum(
        WORDS if canvas.style_of(x, y).startswith(("mark", "bold", "goal")) else 2
        for x in range(left, min(left + wide, canvas.width))
        if canvas.get(x, y) not in EMPTY
    )
