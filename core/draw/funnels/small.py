"""Small funnels side by side: everybody, and each value of a field."""

from __future__ import annotations

from core.answers import Step, StepGroup, Steps
from core.draw.funnels.steps import pointer, points, step_bar, steps_chart
from core.draw.legend import wrapped
from core.draw.spans import Line, Look, Span, cells, clipped, joined, padded, safe
from core.draw.spark import TALLEST
from core.draw.table import window
from core.text import cut, fit, number, percent, things, width

Cursor = tuple[int, int] | None

NARROWEST = 34
"""Cells of a small funnel, at least, if there is room for one of that width."""

GAP = "   "

THICKEST = 3
"""Rows of a bar, at most."""


def is_for(answer: Steps) -> bool:
    """Whether a funnel has values to set side by side."""
    return len(answer.groups) > 1 and len(answer.groups[0].steps) > 1


def small_chart(answer: Steps, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw a funnel per value, as many as fit around the cursor, with the change from everybody.

    Without a breakdown the funnel is drawn as usual.
    """
    if not is_for(answer):
        return steps_chart(answer, size, height, look, cursor)
    groups, steps = answer.groups, answer.groups[0].steps
    across = min(max((size + len(GAP)) // (NARROWEST + len(GAP)), 1), len(groups))
    foot_least = 1 + len(wrapped(list(answer.notes), size))
    down = min(max((height - foot_least) // (2 * len(steps) + 2), 1), -(-len(groups) // across))
    at = min(max(cursor[1], 0), len(groups) - 1) if cursor else None
    shown = window(len(groups), across * down, at)
    foot = _foot(answer, shown, size)[: max(height - 3, 0)]
    wide = (size - len(GAP) * (across - 1)) // across
    rows = (height - len(foot) - (down - 1)) // down
    row = cursor[0] if cursor else None
    lines: list[Line] = []
    for first in range(shown.start, shown.stop, across):
        blocks = [
            _block(answer, groups[place], wide, rows, look, row if place == at else None)
            for place in range(first, min(first + across, shown.stop))
        ]
        lines += [(), *_abreast(blocks, wide)] if lines else _abreast(blocks, wide)
    return [*(clipped(line, size) for line in lines), *foot]


def _abreast(blocks: list[list[Line]], wide: int) -> list[Line]:
    """Return blocks side by side, each as high as the highest."""
    return [
        joined([padded(block[y] if y < len(block) else (), wide) for block in blocks], GAP)
        for y in range(max(map(len, blocks)))
    ]


def _foot(answer: Steps, shown: range, size: int) -> list[Line]:
    found = []
    values = len(answer.groups) - 1
    if len(shown) <= values:
        first, last = max(shown[0], 1), shown[-1]
        here = f"values {first} to {last}" if last > first else f"value {last}"
        found.append(f"{here} of {values:,}")
    if answer.omitted:
        found.append(f"{things(answer.omitted, 'smaller value')} in (other)")
    said = [", ".join(found)] if found else []
    return wrapped([*said, *answer.notes], size)


def _block(
    answer: Steps, group: StepGroup, wide: int, rows: int, look: Look, at: int | None
) -> list[Line]:
    """Return one small funnel: its name and its end, then a line or two per step.

    Counts and shares are as wide in every funnel, so that bars can be compared.
    """
    steps = group.steps
    at = None if at is None else min(max(at, 0), len(steps) - 1)
    each = (rows - 1) // len(steps)
    shown = window(len(steps), max((rows - 1) // (2 if each >= 2 else 1), 1), at)
    thick = 1 if rows >= TALLEST else min(max(each - 2, 1), THICKEST)
    most = max(width(number(each.steps[0].count)) for each in answer.groups if each.steps)
    lines: list[Line] = [_heading(answer, group, wide, here=at is not None)]
    for row in shown:
        step, here = steps[row], at == row
        tail = f" {number(step.count).rjust(most)}{percent(step.overall_rate):>7}"
        if each < 2:
            lines.append(_short(steps[0], step, tail, wide, look, here=here))
            continue
        figures = _figures(steps[0], step, tail, wide, look)
        lines += [_named(step, wide, look, here=here), figures, *[figures[:-1]] * (thick - 1)]
        if each > 2 and row != shown[-1]:
            lines.append(())
    return lines[:rows]


def _heading(answer: Steps, group: StepGroup, wide: int, *, here: bool) -> Line:
    last, whole = group.steps[-1].overall_rate, answer.groups[0].steps[-1].overall_rate
    end: Line = (Span(percent(last), "bold"),)
    if group.group:
        end = (*end, Span(" "), points(last, whole))
    name = safe(" / ".join(group.group)) or "everybody"
    room = max(wide - cells(end) - 2, 0)
    return (Span(" "), Span(fit(name, room), "accent" if here else "title"), Span(" "), *end)


def _named(step: Step, wide: int, look: Look, *, here: bool) -> Line:
    name = cut(f"{step.step} {safe(step.named)}", wide - 1)
    return (pointer(look, here=here), Span(name, "cursor" if here else ""))


def _figures(first: Step, step: Step, tail: str, wide: int, look: Look) -> Line:
    drawn = step_bar(step, first.count, max(wide - 1 - width(tail), 0), look)
    return (Span(" "), *drawn, Span(tail, "bold"))


def _short(first: Step, step: Step, tail: str, wide: int, look: Look, *, here: bool) -> Line:
    name = min(max(wide // 3, 6), 16)
    room = max(wide - name - 2 - width(tail), 0)
    return (
        pointer(look, here=here),
        Span(fit(safe(step.named), name), "cursor" if here else ""),
        Span(" "),
        *step_bar(step, first.count, room, look),
        Span(tail, "bold"),
    )
