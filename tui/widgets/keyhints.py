"""The key line of a box or a form: what keys do there, in place of those of the page behind."""

from __future__ import annotations

from collections.abc import Sequence

from core.draw.spans import Line, Span, cells
from tui.widgets.chrome import OneLine, key_hint


class KeyHints(OneLine):
    """Keys and what they do, the most important first; what does not fit is left out.

    Args:
        hints: (key, words) of each; the last one, which leaves, always stays.
    """

    DEFAULT_CSS = "KeyHints { dock: bottom; }"

    def __init__(self, hints: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(id="hints")
        self.hints = hints

    def tell(self, hints: Sequence[tuple[str, str]]) -> None:
        """Name other keys."""
        self.hints = hints
        self.repaint()

    def face(self, width: int, height: int) -> list[Line]:
        """See Painted."""
        if not self.hints:
            return [()]
        *others, last = (key_hint(key, words) for key, words in self.hints)
        room = width - 1 - cells(last)
        spans: list[Span] = [Span(" ")]
        for line in others:
            if cells(line) > room:
                break
            room -= cells(line)
            spans += line
        return [(*spans, *last)]
