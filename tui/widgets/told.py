"""Told: a list that says more about the row under the cursor, beside or below the rows."""

from __future__ import annotations

from core.draw.spans import Line, Span, cells, clipped, padded
from core.text import clean
from core.text import width as cell_width
from tui.widgets.listing import Listing, Row
from tui.widgets.words import wrapped

BESIDE = 74
"""Cells inside the frame from which on what is said stands beside the rows."""

BELOW = 2
"""Lines of it below them."""

PARTS = 5, 3
"""How a wide list is divided between rows and what is said."""


class Told(Listing):
    """A list whose rows have more to say, or may be cut: then they are whole below the list."""

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel."""
        if any(row.says for row in self.rows):
            if width >= BESIDE:
                return self._at_right(width, height)
            return self._with_below(width, height)
        if height > 3 * BELOW and any(_is_cut(row, width) for row in self.rows):
            return self._with_below(width, height)
        return super().content(width, height)

    def _at_right(self, width: int, height: int) -> list[Line]:
        left = width * PARTS[0] // sum(PARTS)
        rows = super().content(left, height)
        said = self._said(width - left - 3)
        rows += [()] * (len(said) - len(rows))
        said += [()] * (len(rows) - len(said))
        rule = Span(self.app.look.pick(" │ ", " | "), "border")
        return [(*padded(row, left), rule, *line) for row, line in zip(rows, said, strict=True)][
            :height
        ]

    def _with_below(self, width: int, height: int) -> list[Line]:
        room = height - BELOW - 1
        rows = super().content(width, room)[:room]
        rule: Line = (Span(self.app.look.pick("─", "-") * width, "border"),)
        said = [line for line in self._said(width) if line]
        if len(said) > BELOW:
            last = clipped((*said[BELOW - 1], Span(" ...")), width)
            said = [*said[: BELOW - 1], last]
        return [*rows, *[()] * (room - len(rows)), rule, *said]

    def _said(self, width: int) -> list[Line]:
        row = self.row
        if row is None or row.value is None:
            return []
        if not row.says and _is_cut(row, width):
            return wrapped(" ".join(clean(row.text, 400).split()), width, "dim")
        lines: list[Line] = []
        for part in row.says:
            lines += wrapped(clean(part, 400), width, "dim") if part else [()]
        return lines


def _is_cut(row: Row, width: int) -> bool:
    right = clipped((Span(clean(row.right)),), width * 2 // 3)
    return cell_width(clean(row.text)) > width - cells(right) - 2
