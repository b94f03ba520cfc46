"""Panels about one person: on which days they were active."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from core.draw.spans import Line, Span
from core.text import things
from tui.widgets.panel import Panel

DAYS = ("Mon", "", "Wed", "", "Fri", "", "Sun")
GUTTER = 4


class ActiveDays(Panel):
    """A square a day, weeks as columns with their months above, up to the last active day."""

    def __init__(self, heading: str = "", *, id: str | None = None) -> None:
        super().__init__(heading, id=id)
        self._days: frozenset[date] = frozenset()

    def tell(self, days: Sequence[str]) -> None:
        """Show other days, as ISO dates."""
        self._days = frozenset(map(date.fromisoformat, days))
        self.repaint()

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel."""
        if not self._days:
            return [(Span("No active day.", "dim"),)]
        last = max(self._days)
        monday = last - timedelta(days=last.weekday())
        weeks = max((width - GUTTER) // 2, 1)
        starts = [monday - timedelta(weeks=n) for n in reversed(range(weeks))]
        lines = [_months(starts), *(self._row(starts, day, last) for day in range(7))]
        shown = sum(day >= starts[0] for day in self._days)
        text = f"{things(len(self._days), 'active day')} from {min(self._days):%b %d %Y}"
        lines.append((Span(text + (f", {shown} shown" if shown < len(self._days) else ""), "dim"),))
        return lines

    def _row(self, starts: Sequence[date], weekday: int, last: date) -> Line:
        first = min(self._days)
        on, off = self.app.look.pick("■", "#"), self.app.look.pick("·", ".")
        spans = [Span(DAYS[weekday].ljust(GUTTER), "dim")]
        for start in starts:
            day = start + timedelta(days=weekday)
            if day > last:
                spans.append(Span("  "))
            elif day in self._days:
                spans.append(Span(f"{on} ", "series0"))
            else:
                spans.append(Span(f"{off} " if day >= first else "  ", "muted"))
        return tuple(spans)


def _months(starts: Sequence[date]) -> Line:
    """The names of months above the first week of each, where they do not touch."""
    text = " " * GUTTER
    before = 0
    for at, start in enumerate(starts):
        end = start + timedelta(days=6)
        if end.month != before and len(text) <= GUTTER + 2 * at:
            text = text.ljust(GUTTER + 2 * at) + f"{end:%b} "
        before = end.month
    return (Span(text.rstrip(), "dim"),)
