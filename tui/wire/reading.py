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


_BEGUN = re.compile(rf"{ESCAPE}[{re.escape(SEQUENCES)}]?\Z")
"""An Escape at the end, or one and what begins a sequence: the rest of it may follow."""


class KeyReader:
    """Reads messages from what the terminal sends."""

    def __init__(self) -> None:
        self._parser = XTermParser()
        self._held = ""
        self._since = 0.0

    @property
    def patience(self) -> float | None:
        """Seconds until what is held is known to be keys; None if nothing waits for that."""
        if not self._held:
            return None
        return max(self._since + constants.ESCAPE_DELAY - time.monotonic(), 0.0)

    def read(self, data: str) -> Iterator[Message]:
        """Yield the messages of what was sent, and of keys after which nothing came."""
        if self._held and self._goes_on(data):
            data, self._held = self._held + data, ""
        elif self._held and (data or not self.patience):
            typed, self._held = self._held[1:], ""
            yield _escape()
            yield from self._parser.feed(typed) if typed else ()
        begun = _BEGUN.search(data)
        if begun is not None:
            self._held, self._since = begun[0], time.monotonic()
            data = data[: begun.start()]
        for at, piece in enumerate(_ALONE.split(data)):
            if at:
                yield _escape()
            if piece:
                yield from self._parser.feed(piece)
        yield from self._parser.tick()

    def _goes_on(self, data: str) -> bool:
        """Whether data may be the rest of the sequence that what is held began."""
        if self._held == ESCAPE:
            return data[:1] in tuple(SEQUENCES)
        return data != "" and data[0] != ESCAPE


def _escape() -> Key:
    return Key("escape", ESCAPE)
