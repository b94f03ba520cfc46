"""The groups of a funnel: a row per value, the share of its people that reached each step."""

from __future__ import annotations

from collections.abc import Sequence

from core.answers import StepGroup, Steps
from core.draw.spans import SHADES, Line, Look, Span, cells, clipped, safe
from core.draw.spark import bar
from core.draw.table import window
from core.text import fit, number, percent, width

Cursor = tuple[int, int] | None
Ends = tuple[float, float] | None
LEVELS = len(SHADES)
WIDEST = 24
"""How long the bar of those who entered is, at most."""


def group_lines(answer: Steps, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Return a heading and as many rows as fit in `height`, those around the cursor.

    If not all fit, the last line says which do.
    """
    groups = answer.groups[1:]
    if not groups or height < 2:
        return []
    at = cursor[0] - len(answer.groups[0].steps) if cursor is not None else None
    here = at if at is not None and at >= 0 else None
    shown = window(len(groups), height - 1, here)
    said = len(shown) < len(groups) and height >= 4
    shown = window(len(groups), height - 1 - said, here)
    name = _name(answer, size)
    largest = max((g.steps[0].count for g in groups if g.steps), default=0)
    ends = _ends(answer)
    steps = _steps(answer, size - name - 10, cursor[1] if here is not None and cursor else None)
    lines = [_heading(answer, name, steps)]
    for row in shown:
        column = cursor[1] if cursor is not None and row == here else None
        lines.append(_row(ends, groups[row], row, name, steps, (largest, size), look, column))
    if said:
        text = f" {shown[0] + 1} to {shown[-1] + 1} of {len(groups):,} values"
        lines.append((Span(text, "dim"),))
    elif answer.omitted and len(lines) < height:
        text = f" {answer.omitted:,} smaller groups are in (other)."
        lines.append((Span(text, "dim"),))
    return [clipped(line, size) for line in lines]


def _named(group: StepGroup) -> str:
    return safe(" / ".join(group.group))


def _ends(answer: Steps) -> list[Ends]:
    """Return the least and the best share of the groups at each step."""
    found: list[Ends] = []
    for index in range(max((len(g.steps) for g in answer.groups[1:]), default=0)):
        rates = [g.steps[index].overall_rate for g in answer.groups[1:] if index < len(g.steps)]
        known = [rate for rate in rates if rate is not None]
        found.append((min(known), max(known)) if known else None)
    return found


def _name(answer: Steps, size: int) -> int:
    count = len(answer.groups[0].steps)
    widest = max(width(name) for name in [_label(answer), *map(_named, answer.groups[1:])])
    return max(min(widest, size - 10 - 9 * (count - 1), 30), min(widest, 8))


def _steps(answer: Steps, room: int, column: int | None) -> list[int]:
    """Return the later steps whose shares fit: the last ones, and that of the cursor."""
    later = list(range(1, len(answer.groups[0].steps)))
    kept = later[-max(room // 9, 1) :]
    return sorted({*kept[1:], column}) if column in later and column not in kept else kept


def _label(answer: Steps) -> str:
    return safe(" / ".join(name.removeprefix("properties.") for name in answer.breakdown))


def _heading(answer: Steps, name: int, steps: Sequence[int]) -> Line:
    whole = answer.groups[0].steps
    later = "".join(f"to {whole[index].step}".rjust(8) + " " for index in steps)
    return (Span(" " + fit(_label(answer), name) + answer.unit[:7].rjust(8) + " " + later, "dim"),)


def _row(
    ends: Sequence[Ends],
    group: StepGroup,
    row: int,
    name: int,
    steps: Sequence[int],
    room: tuple[int, int],
    look: Look,
    column: int | None,
) -> Line:
    """Return a row: who entered, and the share that reached each later step, shaded by step."""
    here = column is not None
    parts = [
        Span(look.pick("›", ">") if here else " ", "cursor"),
        Span(fit(_named(group), name), "accent" if here else ""),
    ]
    for index in (0, *steps) if group.steps else ():
        step = group.steps[index]
        text = percent(step.overall_rate) if index else number(step.count)
        if column == index:
            parts += [Span(" "), Span(text.rjust(7) + " ", "cursor")]
        elif not index:
            parts.append(Span(text.rjust(8) + " ", "bold"))
        else:
            parts += _shaded(ends[index], step.overall_rate, text, look)
    largest, size = room
    left = size - cells(parts) - 2
    if left >= 10:
        picture = bar(group.steps[0].count, largest, min(left, WIDEST), look)
        parts.append(Span("  " + picture, f"series{row % 8}"))
    return tuple(parts)


def _shaded(ends: Ends, rate: float | None, text: str, look: Look) -> tuple[Span, ...]:
    """Return a share of 9 cells in a shade between those of the least and the best group."""
    if rate is None or look.letters or ends is None or ends[0] == ends[1]:
        return (Span(text.rjust(8) + " "),)
    share = (rate - ends[0]) / (ends[1] - ends[0])
    return (Span(" "), Span(text.rjust(7) + " ", f"heat{1 + round(share * (LEVELS - 3))}"))
