"""What this terminal can do. Import it before Textual, which reads ESCDELAY when imported."""

from __future__ import annotations

import locale
import os
from typing import Literal

Tier = Literal["theme", "ansi", "mono"]

if os.environ.get("SSH_CONNECTION"):
    # A slow link can tear an arrow key apart; its first byte would then mean "back".
    os.environ.setdefault("ESCDELAY", "250")


def colours() -> Tier:
    """Return which colours to use: a theme, the terminal's own 16 colours, or none."""
    if os.environ.get("NO_COLOR"):
        return "mono"
    term = os.environ.get("TERM", "")
    return "ansi" if term in ("linux", "screen", "ansi", "vt220") else "theme"


def glyphs() -> Literal["braille", "block", "ascii"]:
    """Return the glyphs that can be shown: "ascii" on a console or a non-UTF-8 locale."""
    encoding = locale.getpreferredencoding(False).lower().replace("-", "")
    if os.environ.get("TERM") == "linux" or encoding != "utf8":
        return "ascii"
    return "braille"
