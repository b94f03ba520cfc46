"""Panels about one person: on which days they were active."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from core.draw.series.days import MARGIN, Year, year_lines
from core.draw.spans import Line, Span
from core.text import things
from tui.widgets.panel import Panel

NARROWEST = 2
"""Cells that a week takes, with the gap after it."""


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
        first, last = min(self._days), max(self._days)
        start = max(first, last - timedelta(weeks=max((width - MARGIN) // NARROWEST, 1) - 1))
        week_start = self.app.look.calendar.week_start
        year = Year.of(start, last, week_start)
        days = (start + timedelta(days=n) for n in range((last - start).days + 1))
        values = {day: float(day in self._days) for day in days}
        lines = year_lines(year, values, width, self.app.look, None)
        shown = sum(day >= start for day in self._days)
        text = f"{things(len(self._days), 'active day')} from {first:%b %d %Y}"
        lines.append((Span(text + (f", {shown} shown" if shown < len(self._days) else ""), "dim"),))
        return lines
