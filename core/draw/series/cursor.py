"""The cursor on a chart over time: a line through its bucket, and a box that says its values."""

from __future__ import annotations

from core.answers import Series
from core.draw.figures import bucket_text, counted, figure, is_alike, running
from core.draw.legend import delta, key
from core.draw.series.axes import Axes, rule
from core.draw.spans import Canvas, Line, Look, Span, cells, clipped, padded, safe
from core.draw.units import unit_of
from core.text import cut, width

NARROWEST, LOWEST = 44, 8
"""The smallest canvas, in cells, with room for a box."""

NAME = 16


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


def light(canvas: Canvas, axes: Axes, cursor: tuple[int, int]) -> None:
    """Light the column of the cursor where it is filled, its lowest cell in any case."""
    column = axes.column(min(max(cursor[1], 0), axes.count - 1))
    for y in range(canvas.height):
        style = canvas.style_of(min(column, canvas.width - 1), y)
        if style.startswith("series") or y == canvas.height - 1:
            canvas.style(column, y, "cursor")


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
        sample = tuple(Span(s.text, f"box {s.style}") for s in key(at, look)[:1])
        named = (*sample, Span(f" {cut(safe(line.name), NAME)} ", "box"))
    text = figure(value, unit) if short else counted(value, unit)
    found: Line = (*named, Span(text, "box bold"))
    if index < len(line.fractions) and not short:
        part, whole = line.fractions[index]
        found = (*found, Span(f" {part:,} of {whole:,}", "box dim"))
    if line.previous is None or index >= len(line.previous):
        return [found]
    before = line.previous[index]
    shift = delta(value, before)
    changed = (Span(f"{shift.text}", f"box {shift.style}"),) if is_alike(answer, index) else ()
    if short:
        return [(*found, Span(" ", "box"), *changed)]
    return [found, (Span(f"prev {figure(before, unit)} ", "box dim"), *changed)]


def _box(canvas: Canvas, column: int, lines: list[Line], look: Look) -> None:
    """Draw a box beside a column, on the side and at the end where it hides less."""
    size = min(max(cells(line) for line in lines), canvas.width // 2 - 5)
    wide, high = size + 4, len(lines) + 2
    fits_right = column + 2 + wide < canvas.width - 2
    left = column + 2 if column < canvas.width / 2 and fits_right else column - 1 - wide
    left = max(left, 0)
    tops = (0, canvas.height - high)
    top = min(tops, key=lambda y: (_hidden(canvas, left, y, wide, high), y))
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


def _hidden(canvas: Canvas, left: int, top: int, wide: int, high: int) -> int:
    """Return how many drawn cells a box would hide."""
    return sum(
        canvas.get(x, y) not in " ⡀⣀┈-"
        for y in range(max(top, 0), min(top + high, canvas.height))
        for x in range(left, min(left + wide, canvas.width))
    )
