"""A line on standard error that is drawn over itself: progress and status."""

from __future__ import annotations

import sys

from core.text import one_line


class DrawnLine:
    """Draws only on a terminal, and only what has changed."""

    def __init__(self) -> None:
        self._drawn = ""

    def show(self, text: str) -> None:
        """Draw a text in place of the one before."""
        if text == self._drawn or not sys.stderr.isatty():
            return
        self._drawn = text
        self._write(one_line(text))

    def end(self) -> None:
        """Clear the line."""
        if self._drawn:
            self._write("")
        self._drawn = ""

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text}\x1b[K")
        sys.stderr.flush()
