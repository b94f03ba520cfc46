"""Funnels: a bar per step, and between two steps how many went on."""

from __future__ import annotations

from core.answers import Series, Step, StepGroup, Steps
from core.draw.legend import flowed, trend_style, wrapped
from core.draw.spans import Line, Look, Span, safe
from core.draw.spark import TALLEST, THICKEST, bar, sparkline
from core.draw.table import window
from core.text import change, duration, fit, number, percent, things, width
from core.text import points as in_points

Cursor = tuple[int, int] | None


SHORTEST_TREND = 3
"""Values that a line of the conversion over time has at least."""

TREND_FROM, WIDE = 44, 60
"""Columns from which there is room for it, and from which it has a quarter of them."""

SLIM = 36
"""Below so many columns a funnel by a field is its values alone, until the cursor is on a step."""


def steps_chart(answer: Steps, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw a funnel: a bar per step with what was lost before it, then groups and notes.

    With room a line between two steps says how many went on; without, each step is one line of
    figures. What does not fit is scrolled with the cursor.
    """
    if not answer.groups or not answer.groups[0].steps:
        return [(Span("A funnel needs two steps.", "dim"),)]
    steps = answer.groups[0].steps
    foot = _foot(answer, size, look)
    grouped = len(answer.groups) - 1
    least = min(grouped, 3) + 2 if grouped else 0
    lines: list[Line]
    if grouped and size < SLIM and (cursor is None or cursor[0] >= len(steps)):
        lines = []
    elif height >= 2 * len(steps) - 1 + min(len(foot), 2) + least and len(steps) > 1:
        others = len(foot) + (grouped + 2 if grouped else 0)
        most = THICKEST if height < TALLEST else 1
        thick = min((height - others + 1) // len(steps) - 1, most)
        lines = _bars(answer, size, look, cursor, thick=thick)
    else:
        lines = _table(answer, size, max(height - min(least, height // 2), 1), look, cursor)
    spare = height - len(lines)
    if grouped:
        gap = spare > grouped + 2
        keep = min(len(foot), 1) if spare > least else 0
        from core.draw.funnels.groups import group_lines

        found = group_lines(answer, size, spare - keep - gap, look, cursor)
        lines += [(), *found] if found and gap else found
    return [*lines, *foot[: max(height - len(lines), 0)]]


def _table(answer: Steps, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Return a line per step, those around the cursor if there is no room for all."""
    whole = answer.groups[0]
    lines = _narrow(whole, size, look, cursor) if size < 50 else _single(answer, size, look, cursor)
    heading = lines[: len(lines) - len(whole.steps)] if height > len(whole.steps) else []
    rows = lines[-len(whole.steps) :]
    at = cursor[0] if cursor is not None and cursor[0] < len(rows) else None
    said = height < len(rows) and height >= 3
    shown = window(len(rows), height - len(heading) - said, at)
    lines = [*heading, *rows[shown.start : shown.stop]]
    if said:
        text = f"    steps {shown[0] + 1} to {shown[-1] + 1} of {len(rows)}"
        lines.append((Span(text, "dim"),))
    return lines


def pointer(look: Look, *, here: bool) -> Span:
    """Return the first cell of a row: a sign on the one under the cursor."""
    return Span(look.pick("›", ">") if here else " ", "cursor")


def _narrow(whole: StepGroup, size: int, look: Look, cursor: Cursor) -> list[Line]:
    """number, name, bar, share of the first step."""
    first = whole.steps[0].count
    name = min(max(width(safe(s.named)) for s in whole.steps), max(size // 3, 6))
    room = max(size - name - 11, 0)
    lines: list[Line] = []
    for index, step in enumerate(whole.steps):
        here = cursor is not None and cursor[0] == index
        lines.append(
            (
                pointer(look, here=here),
                Span(f"{step.step} {fit(safe(step.named), name)} ", "cursor" if here else ""),
                *step_bar(step, first, room, look),
                Span(percent(step.overall_rate).rjust(7), "bold"),
            )
        )
    return lines


def _single(answer: Steps, size: int, look: Look, cursor: Cursor) -> list[Line]:
    """One line per step, as many columns as fit, and a bar in the remaining space."""
    whole = answer.groups[0]
    compared = answer.previous is not None and size >= 90
    timed = size >= 66
    p90 = timed and size >= 100 and any(s.p90_seconds is not None for s in whole.steps)
    peopled = answer.unit != answer.whom and size >= 76
    widest = max(width(safe(s.named)) for s in whole.steps)
    used = 4 + 8 + 8 * peopled + 10 + 9 + 9 * timed + 9 * p90 + 15 * compared
    name = max(min(widest, size - used - 12, 36), 8)
    room = max(size - used - name - 2, 0)
    heading = fit("step", name) + answer.unit[:7].rjust(8) + answer.whom[:7].rjust(8) * peopled
    heading += "of first".rjust(10) + "of prev".rjust(9)
    heading += "median".rjust(9) * timed + "p90".rjust(9) * p90
    heading += "prev".rjust(8) * compared + " " * 7 * compared
    lines: list[Line] = [(Span("    " + heading, "dim"),)]
    for index, step in enumerate(whole.steps):
        here = cursor is not None and cursor[0] == index
        parts = [
            pointer(look, here=here),
            Span(f"{step.step:>2} {fit(safe(step.named), name)}", "cursor" if here else ""),
            Span(number(step.count).rjust(8), "bold"),
            Span(number(step.who_reached).rjust(8) * peopled, "dim"),
            *_rates(step),
        ]
        if timed:
            parts.append(Span(_time(step, step.median_seconds).rjust(9), "dim"))
        if p90:
            parts.append(Span(_time(step, step.p90_seconds).rjust(9), "dim"))
        if compared:
            parts += _before(answer, index, step)
        lines.append((*parts, Span("  "), *step_bar(step, whole.steps[0].count, room, look)))
    return lines


def _rates(step: Step) -> list[Span]:
    return [
        Span(percent(step.overall_rate).rjust(10)),
        Span((percent(step.step_rate) if step.step > 1 else "–").rjust(9)),
    ]


def _time(step: Step, seconds: float | None) -> str:
    return duration(seconds) if step.step > 1 else "–"


def _before(answer: Steps, index: int, step: Step) -> list[Span]:
    previous = answer.previous.steps if answer.previous else ()
    rate = previous[index].overall_rate if index < len(previous) else None
    return [Span(percent(rate).rjust(8), "dim"), points(step.overall_rate, rate)]


def points(now: float | None, before: float | None) -> Span:
    """Return the difference of two rates in percentage points: "+1.2pt"."""
    if now is None or before is None:
        return Span("–".rjust(7), "dim")
    return Span(in_points(now - before).rjust(7), trend_style(now, before))


def _bars(answer: Steps, size: int, look: Look, cursor: Cursor, *, thick: int) -> list[Line]:
    """Return a bar per step with its count and share, and between two what went on.

    Args:
        thick: how many lines a bar is high, at least one.
    """
    steps = answer.groups[0].steps
    first = max(step.count for step in steps)
    counts = [number(step.count) for step in steps]
    wide = max(map(width, counts))
    compared = answer.previous is not None and size >= 76
    name = min(max(width(safe(s.named)) for s in steps), max(size // 3, 8))
    room = max(size - name - wide - 15 - 15 * compared, 0)
    lines: list[Line] = []
    for index, step in enumerate(steps):
        if index:
            lines.append(_between(answer, step, size, look))
        here = cursor is not None and cursor[0] == index
        lines.append(
            (
                pointer(look, here=here),
                Span(f"{step.step:>2} {fit(safe(step.named), name)} ", "cursor" if here else ""),
                *step_bar(step, first, room, look),
                Span(f" {counts[index].rjust(wide)}", "bold"),
                Span(percent(step.overall_rate).rjust(8), "bold"),
                *(_before(answer, index, step) if compared else ()),
            )
        )
        bare: Line = (Span(" " * (name + 5)), *step_bar(step, first, room, look))
        lines += [bare] * (thick - 1)
    return lines


def step_bar(step: Step, first: int, room: int, look: Look) -> Line:
    """Return a bar of `room` cells: solid who reached a step, hatched who may still do so, and
    dotted who was lost before it.
    """
    solid = bar(step.count, first, room, look)
    able = width(bar(step.count + step.in_progress, first, room, look)) - width(solid)
    whole = width(bar(step.count + step.drop_off, first, room, look)) - width(solid)
    waiting = max(able, 0) if step.in_progress else 0
    lost = max(whole - waiting, 0)
    hatched = (Span(look.pick("▒", "~") * waiting, "series0"),) if waiting else ()
    return (
        Span(solid, "series0"),
        *hatched,
        Span(look.pick("░", ".") * lost, "muted"),
        Span(" " * max(room - width(solid) - waiting - lost, 0)),
    )


def _between(answer: Steps, step: Step, size: int, look: Look) -> Line:
    """Return what happened between a step and the one before: share, lost, median time."""
    found = [f"{percent(step.step_rate)} went on", f"{number(step.lost)} lost"]
    if step.in_progress:
        found.append(f"{number(step.in_progress)} still can")
    if step.median_seconds is not None:
        found.append(f"median {duration(step.median_seconds)}")
    if step.p90_seconds is not None and size >= 90:
        found.append(f"p90 {duration(step.p90_seconds)}")
    if answer.unit != answer.whom and size >= 76:
        found.append(f"{things(step.who_reached, 'user')} reached it")
    text = f"    {look.pick('↓', 'v')} "
    for part in found:
        if width(text) + width(part) <= size:
            text += part + "   "
    return (Span(text.rstrip(), "dim"),)


def _foot(answer: Steps, size: int, look: Look) -> list[Line]:
    whole = answer.groups[0]
    last = whole.steps[-1]
    found = [f"{percent(last.overall_rate)} end to end"]
    if answer.previous is not None and answer.previous.steps:
        before = answer.previous.steps[-1]
        shift = change(last.count, before.count)
        found.append(f"prev {percent(before.overall_rate)} ({shift} {answer.unit})")
    loss = biggest_loss(whole)
    if loss is not None and loss.lost > 0:
        found.append(f"biggest loss {loss.step - 1} > {loss.step} ({number(loss.lost)})")
    if whole.in_progress:
        found.append(f"{number(whole.in_progress)} still in progress")
    empty = next((s for s in whole.steps if not s.count), None)
    who = "No one" if answer.unit == answer.whom else f"No {answer.unit}"
    seconds, window, within = answer.window_seconds, "no", ""
    if seconds is not None:
        window = duration(seconds)
        within = f" within {window}"
    parts: list[Line] = [(Span(text),) for text in found]
    parts[0] = (*parts[0], *_trend(answer, size, look))
    if empty is not None:
        parts.append((Span(f"{who} reached step {empty.step}{within}.", "dim"),))
    entered = f"{window} window, {answer.order}, {number(whole.steps[0].count)} entered"
    parts += wrapped([entered], size)
    return [*flowed(parts, size), *wrapped(list(answer.notes), size)]


def _trend(answer: Steps, size: int, look: Look) -> Line:
    """Return a small line of the conversion over the range, if that is known and there is room."""
    trend: Series | None = answer.trend
    if trend is None or len(trend.lines) != 1 or size < TREND_FROM:
        return ()
    values, buckets = trend.lines[0].values, trend.buckets
    if len(values) < SHORTEST_TREND:
        return ()
    room = min(len(values), size // (4 if size >= WIDE else 5))
    drawn = sparkline(values, room, look, partial=[bucket.partial for bucket in buckets])
    return (Span(" "), *drawn)


def biggest_loss(group: StepGroup) -> Step | None:
    """Return the step before which most people were lost."""
    later = group.steps[1:]
    return max(later, key=lambda s: s.lost) if later else None
