"""Lists of people."""

from __future__ import annotations

from collections.abc import Sequence

from core.answers import People
from core.draw.columns import Texts
from core.draw.legend import wrapped
from core.draw.spans import Line, Look, Span, safe
from core.draw.table import grid_lines, when_text, window
from core.text import number, width

Cursor = tuple[int, int] | None


def people_list(answer: People, size: int, height: int, look: Look, cursor: Cursor) -> list[Line]:
    """Draw a page of people: id, first and last seen, events."""
    if not answer.rows:
        return [(Span("Nobody.", "dim"),), *wrapped(list(answer.notes), size)]
    columns, year = _columns(answer, look, ""), ""
    if sum(max(map(width, (c.heading, *c.texts))) + 2 for c in columns) > size:
        year = _year(answer, look)
        columns = _columns(answer, look, year)
    notes = wrapped(list(answer.notes), size) if height >= 6 else []
    at_row = cursor[0] if cursor else None
    rows = max(height - 1 - len(notes), 2)
    lines = grid_lines(columns, size, rows, look, at_row)
    shown = window(len(answer.rows), rows - 1, at_row)
    return [*lines, _position(answer, shown, year), *notes][:height]


def _columns(answer: People, look: Look, year: str) -> list[Texts]:
    columns = [
        Texts("user", _users(answer, look)),
        Texts("first seen", _times([p.first_seen for p in answer.rows], look, year), right=True),
        Texts("last seen", _times([p.last_seen for p in answer.rows], look, year), right=True),
        Texts("events", tuple(number(p.events) for p in answer.rows), right=True),
    ]
    for at, name in enumerate(answer.columns):
        texts = tuple(_value(p.values[at]) if at < len(p.values) else "" for p in answer.rows)
        columns.append(Texts(safe(name.removeprefix("trait:")), texts))
    return columns


def _year(answer: People, look: Look) -> str:
    """The year of all times of a list, without which there is room for more columns; or ""."""
    times = [ms for p in answer.rows for ms in (p.first_seen, p.last_seen)]
    years = {when_text(ms, look)[:4] for ms in (min(times), max(times))}
    return years.pop() if len(years) == 1 else ""


def _times(times: Sequence[int], look: Look, year: str) -> tuple[str, ...]:
    return tuple(when_text(ms, look, year=not year) for ms in times)


def _users(answer: People, look: Look) -> tuple[str, ...]:
    """The ids; if some are picked, with a sign before those."""
    if not answer.picked:
        return tuple(safe(p.user) for p in answer.rows)
    on = look.pick("● ", "* ")
    return tuple(f"{on if p.user in answer.picked else '  '}{safe(p.user)}" for p in answer.rows)


def _value(value: object) -> str:
    return "–" if value is None else safe(str(value))


def _position(answer: People, shown: range, year: str) -> Line:
    first, last = answer.offset + shown[0] + 1, answer.offset + shown[-1] + 1
    text = f"{first:,}–{last:,} of {number(answer.total)}"
    picked = f"   {len(answer.picked):,} picked" if answer.picked else ""
    times = f"   times of {year}" if year else ""
    return (Span(f"{text}{times}", "dim"), Span(picked, "accent"))
