"""A panel that describes what is under another panel's cursor."""

from __future__ import annotations

from core.draw.spans import Line
from core.text import things
from tui.widgets.panel import Panel


class Detail(Panel):
    """Shows the lines it is given; it never has the focus."""

    can_focus = False
    DEFAULT_CSS = "Detail { height: 7; }"

    def __init__(self, heading: str = "", *, id: str | None = None) -> None:
        super().__init__(heading, id=id)
        self._lines: list[Line] = []

    def tell(self, heading: str, lines: list[Line]) -> None:
        """Show other lines."""
        self.heading, self._lines = heading, lines
        self.repaint()

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel; what does not fit is counted on the lower edge."""
        rest = len(self._lines) - height
        self.footing = things(rest, "more line") if rest > 0 else ""
        return self._lines
