"""What the terminal sends, as keys: Escape is a key of its own, whatever is typed right after it.

Terminals send alt and a key as Escape and that key, so Textual takes a key that follows Escape
closely for that, or loses the Escape. Nothing is bound to alt, while Escape and the next key arrive
together on a slow line. Only what arrives at once and moves by words in a field is left as it is.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from textual import constants
from textual._xterm_parser import XTermParser
from textual.events import Key
from textual.message import Message

ESCAPE = "\x1b"
SEQUENCES = "[]OP_"
"""What begins a sequence after Escape: keys, pasted text, the mouse, answers of the terminal."""

_ALONE = re.compile(rf"{ESCAPE}(?![{re.escape(SEQUENCES)}bf\x7f])")
"""An Escape that begins nothing, and no movement by words (alt+b, alt+f, alt+backspace)."""


class KeyReader:
    """Reads messages from what the terminal sends."""

    def __init__(self) -> None:
        self._parser = XTermParser()
        self._since: float | None = None

    @property
    def patience(self) -> float | None:
        """Seconds until an Escape is known to be one; None if nothing waits for that."""
        if self._since is None:
            return None
        return max(self._since + constants.ESCAPE_DELAY - time.monotonic(), 0.0)

    def read(self, data: str) -> Iterator[Message]:
        """Yield the messages of what was sent, and of an Escape after which nothing came."""
        if self._since is not None:
            if data:
                self._since = None
                if data[0] in SEQUENCES:
                    data = ESCAPE + data
                else:
                    yield _escape()
            elif not self.patience:
                self._since = None
                yield _escape()
        if data.endswith(ESCAPE):
            self._since, data = time.monotonic(), data[:-1]
        for at, piece in enumerate(_ALONE.split(data)):
            if at:
                yield _escape()
            if piece:
                yield from self._parser.feed(piece)
        yield from self._parser.tick()


def _escape() -> Key:
    return Key("escape", ESCAPE)
