"""Histograms: a bar per bin, or the same as a table."""

from __future__ import annotations

from core.answers import Bin, Histogram
from core.draw.figures import COUNTED, figure
from core.draw.legend import wrapped
from core.draw.spans import Line, Look, Span, clipped, safe
from core.draw.spark import bar
from core.draw.table import Texts, grid_lines, window
from core.text import fit, percent, width

Cursor = tuple[int, int] | None


def histogram_bars(
    answer: Histogram, size: int, height: int, look: Look, cursor: Cursor
) -> list[Line]:
    """Draw a bar per bin, its count and share at the end; empty bins keep their row."""
    if not answer.bins:
        return [(Span("No bins.", "dim"),), *wrapped(list(answer.notes), size)]
    notes = wrapped(_facts(answer), size) if height >= 6 else []
    name = min(max(width(safe(b.label)) for b in answer.bins), max(size // 3, 4))
    tails = [_tail(b, answer, size) for b in answer.bins]
    tail = max(width(t) for t in tails)
    largest = max(b.count for b in answer.bins)
    room = max(size - name - tail - 4, 0)
    found: list[Line] = []
    for row in window(len(answer.bins), max(height - len(notes), 1), cursor and cursor[0]):
        here, part = cursor is not None and cursor[0] == row, answer.bins[row]
        line = (
            Span(look.pick("› ", "> ") if here else "  ", "cursor"),
            Span(fit(safe(part.label), name, right=True), "cursor" if here else ""),
            Span(" "),
            Span(fit(bar(part.count, largest, room, look), room), "series0"),
            Span(" "),
            Span(fit(tails[row], tail, right=True), "cursor" if here else "bold"),
        )
        found.append(clipped(line, size))
    return [*found, *notes]


def _tail(part: Bin, answer: Histogram, size: int) -> str:
    """The figures at the end of a bar: its count and, where there is room, its share."""
    count = figure(part.count, answer.unit)
    return f"{count} {percent(part.share):>6}" if size >= 36 else count


def histogram_table(
    answer: Histogram, size: int, height: int, look: Look, cursor: Cursor
) -> list[Line]:
    """Draw a row per bin: count, share and, where they differ from the count, people."""
    notes = wrapped(_facts(answer), size) if height >= 6 else []
    columns = [
        Texts(answer.of, tuple(safe(b.label) for b in answer.bins)),
        Texts(
            answer.unit, tuple(figure(b.count, answer.unit) for b in answer.bins), right=True,
            figures=tuple(float(b.count) for b in answer.bins),
        ),
        Texts("share", tuple(percent(b.share) for b in answer.bins), right=True),
    ]  # fmt: skip
    if any(b.people != b.count for b in answer.bins):
        people = tuple(figure(b.people, "users") for b in answer.bins)
        columns.append(Texts("people", people, right=True))
    lines = grid_lines(columns, size, max(height - len(notes), 2), look, cursor and cursor[0])
    return [*lines, *notes]


def _facts(answer: Histogram) -> list[str]:
    named = answer.unit if answer.unit in COUNTED else ""
    whole = f"Shares are of {figure(answer.total, answer.unit)} {named}".rstrip() + "."
    return [whole, *answer.notes]
