"""FactsPanel: everything known about one event, with a cursor on its fields."""

from __future__ import annotations

from collections.abc import Sequence

from core.draw.spans import Line, Span
from core.text import clean, fit, things, width
from tui.texts.happened import Fact
from tui.widgets.panel import CursorPanel
from tui.widgets.words import folded

WIDEST_LABEL = 24


class FactsPanel(CursorPanel):
    """Shows facts in full: long values continue on the next lines.

    Attributes:
        facts: what is shown.
        at: which of them the cursor is on.
    """

    def __init__(self, heading: str = "", *, id: str | None = None) -> None:
        super().__init__(heading, id=id)
        self.facts: Sequence[Fact] = ()
        self.at = 0
        self._top_line = 0

    def tell(self, heading: str, facts: Sequence[Fact]) -> None:
        """Show other facts; the cursor stays on the same label if there is one."""
        label = self.fact.label if self.fact else ""
        self.heading, self.facts = heading, facts
        self.at = next((i for i, fact in enumerate(facts) if fact.label == label), 0)
        self.repaint()

    @property
    def fact(self) -> Fact | None:
        """The fact under the cursor."""
        return self.facts[self.at] if self.at < len(self.facts) else None

    def move(self, rows: int, columns: int) -> bool:
        """See Panel."""
        at = min(max(self.at + rows, 0), max(len(self.facts) - 1, 0))
        moved, self.at = at != self.at, at
        self.repaint()
        return moved

    def move_to_edge(self, last: bool) -> bool:
        """See Panel."""
        return self.move(len(self.facts) if last else -len(self.facts), 0)

    @property
    def page_rows(self) -> int:
        """How many facts a page up or down moves."""
        return max(self.size.height - 4, 1)

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel: the lines around the cursor."""
        lines: list[Line] = []
        begins = []
        label = min(max((_width(f.label) for f in self.facts), default=0), WIDEST_LABEL, width // 3)
        for at, fact in enumerate(self.facts):
            begins.append(len(lines))
            lines += self._fact_lines(fact, label, width, at == self.at and self.has_focus)
        begins.append(len(lines))
        if self.facts:
            first, after = begins[self.at], begins[self.at + 1]
            self._top_line = min(max(self._top_line, after - height), first)
        self._top_line = min(self._top_line, max(len(lines) - height, 0))
        rest = len(lines) - self._top_line - height
        self.footing = things(rest, "more line") if rest > 0 else ""
        return lines[self._top_line : self._top_line + height]

    def _fact_lines(self, fact: Fact, label: int, wide: int, here: bool) -> list[Line]:
        text = folded(fact.text, max(wide - label - 2, 8))
        found: list[Line] = []
        for row, (span, *_) in enumerate(text):
            name = fit(clean(fact.label) if not row else "", label)
            if here:
                found.append((Span(fit(f"{name}  {span.text}", wide), "row"),))
            else:
                found.append((Span(name + "  ", "dim"), span))
        return found


def _width(text: str) -> int:
    return width(clean(text))
