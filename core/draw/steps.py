"""Funnels: a line per step, or two if there is room for a bar below each."""

from __future__ import annotations

from core.answers import Step, StepGroup, Steps
from core.draw.legend import trend_style, wrapped
from core.draw.spans import Line, Look, Span, cells, clipped, safe
from core.draw.spark import bar
from core.text import change, cut, duration, fit, number, percent, width
from core.text import points as in_points

Cursor = tuple[int, int] | None


def steps_chart(answer: Steps, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw a funnel: counts, shares, times, bars, then groups and notes."""
    if not answer.groups or not answer.groups[0].steps:
        return [(Span("A funnel needs two steps.", "dim"),)]
    whole = answer.groups[0]
    groups = _groups(answer, size, look, cursor)
    foot = _foot(answer, size)
    room = height - len(whole.steps) - 1
    if size < 50:
        lines = _narrow(whole, size, look, cursor)
    elif size < 70 and room >= len(whole.steps) + min(len(foot), 2) and not groups:
        lines = _double(answer, whole, size, look, cursor)
    else:
        lines = _single(answer, whole, size, look, cursor)
    spare = height - len(lines)
    lines += groups[: max(spare - min(len(foot), 1), 0)] if groups else []
    return [*lines, *foot[: max(height - len(lines), 0)]]


def _pointer(look: Look, here: bool) -> Span:
    return Span(look.pick("›", ">") if here else " ", "cursor")


def _narrow(whole: StepGroup, size: int, look: Look, cursor: Cursor) -> list[Line]:
    """number, name, bar, share of the first step."""
    first = whole.steps[0].count
    name = min(max(width(safe(s.event)) for s in whole.steps), max(size // 3, 6))
    room = max(size - name - 11, 0)
    lines: list[Line] = []
    for index, step in enumerate(whole.steps):
        here = cursor is not None and cursor[0] == index
        lines.append(
            (
                _pointer(look, here),
                Span(f"{step.step} {fit(safe(step.event), name)} ", "cursor" if here else ""),
                Span(fit(bar(step.count, first, room, look), room), "series0"),
                Span(percent(step.overall_rate).rjust(7), "bold"),
            )
        )
    return lines


def _single(answer: Steps, whole: StepGroup, size: int, look: Look, cursor: Cursor) -> list[Line]:
    """One line per step, as many columns as fit, and a bar in the remaining space."""
    compared = answer.previous is not None and size >= 90
    timed = size >= 66
    p90 = timed and size >= 100 and any(s.p90_seconds is not None for s in whole.steps)
    peopled = answer.unit != "users" and size >= 76
    widest = max(width(safe(s.event)) for s in whole.steps)
    used = 4 + 8 + 8 * peopled + 10 + 9 + 9 * timed + 9 * p90 + 15 * compared
    name = max(min(widest, size - used - 12, 36), 8)
    room = max(size - used - name - 2, 0)
    heading = fit("step", name) + answer.unit.rjust(8) + "users".rjust(8) * peopled
    heading += "of first".rjust(10) + "of prev".rjust(9)
    heading += "median".rjust(9) * timed + "p90".rjust(9) * p90
    heading += "prev".rjust(8) * compared + " " * 7 * compared
    lines: list[Line] = [(Span("    " + heading, "dim"),)]
    for index, step in enumerate(whole.steps):
        here = cursor is not None and cursor[0] == index
        parts = [
            _pointer(look, here),
            Span(f"{step.step:>2} {fit(safe(step.event), name)}", "cursor" if here else ""),
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
        picture = bar(step.count, whole.steps[0].count, room, look)
        lines.append((*parts, Span("  "), Span(picture, "series0")))
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


def _double(answer: Steps, whole: StepGroup, size: int, look: Look, cursor: Cursor) -> list[Line]:
    """A line of figures per step, with a bar below it."""
    timed = size >= 56
    name = max(size - 4 - 8 - 10 - 9 - (9 if timed else 0), 8)
    heading = fit("step", name) + answer.unit.rjust(8) + "of first".rjust(10) + "of prev".rjust(9)
    lines: list[Line] = [(Span("    " + heading + "median".rjust(9) * timed, "dim"),)]
    for index, step in enumerate(whole.steps):
        here = cursor is not None and cursor[0] == index
        lines.append(
            (
                _pointer(look, here),
                Span(f"{step.step:>2} {fit(safe(step.event), name)}", "cursor" if here else ""),
                Span(number(step.count).rjust(8), "bold"),
                *_rates(step),
                Span(_time(step, step.median_seconds).rjust(9) * timed, "dim"),
            )
        )
        picture = bar(step.count, whole.steps[0].count, size - 4, look)
        lines.append((Span("    "), Span(picture, "series0")))
    return lines


def _groups(answer: Steps, size: int, look: Look, cursor: Cursor) -> list[Line]:
    """One line per group: how many entered, and the share of them that reached each step."""
    if len(answer.groups) < 2:
        return []
    count = len(answer.groups[0].steps)
    label = " / ".join(name.removeprefix("properties.") for name in answer.breakdown)
    names = [safe(" / ".join(g.group)) for g in answer.groups[1:]]
    name = max(min(max(width(n) for n in [label, *names]), size - 10 - 9 * (count - 1), 30), 6)
    heading = "".join(f"to {s.step}".rjust(9) for s in answer.groups[0].steps[1:])
    lines: list[Line] = [
        (),
        (Span(" " + fit(safe(label), name) + answer.unit.rjust(9) + heading, "dim"),),
    ]
    largest = max((g.steps[0].count for g in answer.groups[1:] if g.steps), default=0)
    for row, group in enumerate(answer.groups[1:]):
        at = cursor[1] if cursor is not None and cursor[0] == count + row else None
        parts = [_pointer(look, at is not None), Span(fit(names[row], name))]
        for index, step in enumerate(group.steps):
            text = percent(step.overall_rate) if index else number(step.count)
            parts.append(Span(text.rjust(9), "cursor" if at == index else "" if index else "bold"))
        room = size - cells(parts) - 2
        if room >= 10:
            picture = bar(group.steps[0].count, largest, min(room, 24), look)
            parts.append(Span("  " + picture, f"series{row % 8}"))
        lines.append(clipped(tuple(parts), size))
    if answer.omitted:
        lines.append((Span(f" {answer.omitted:,} smaller groups are in (other).", "dim"),))
    return lines


def _foot(answer: Steps, size: int) -> list[Line]:
    whole = answer.groups[0]
    last = whole.steps[-1]
    found = [f"{percent(last.overall_rate)} end to end"]
    if answer.previous is not None and answer.previous.steps:
        before = answer.previous.steps[-1]
        shift = change(last.count, before.count)
        found.append(f"prev {percent(before.overall_rate)} ({shift} {answer.unit})")
    loss = biggest_loss(whole)
    if loss is not None and loss.drop_off > 0:
        found.append(f"biggest loss {loss.step - 1} > {loss.step} ({number(loss.drop_off)})")
    if whole.in_progress:
        found.append(f"{number(whole.in_progress)} still in progress")
    lines = _flowing(found, size)
    empty = next((s for s in whole.steps if not s.count), None)
    who = "No one" if answer.unit == "users" else f"No {answer.unit}"
    seconds, window, within = answer.window_seconds, "no", ""
    if seconds is not None:
        window = duration(seconds).removesuffix(" 0h").removesuffix(" 0m")
        within = f" within {window}"
    if empty is not None:
        lines.append((Span(f"{who} reached step {empty.step}{within}.", "dim"),))
    entered = f"{window} window, {answer.order}, {number(whole.steps[0].count)} entered"
    return [*lines, (Span(entered, "dim"),), *wrapped(list(answer.notes), size)]


def _flowing(parts: list[str], size: int) -> list[Line]:
    """Place short texts side by side, on as few lines as needed."""
    lines: list[str] = []
    for part in parts:
        if lines and width(lines[-1]) + width(part) + 3 <= size:
            lines[-1] += "   " + part
        else:
            lines.append(cut(part, size))
    return [(Span(line),) for line in lines]


def biggest_loss(group: StepGroup) -> Step | None:
    """Return the step before which most people dropped off."""
    later = group.steps[1:]
    return max(later, key=lambda s: s.drop_off) if later else None
