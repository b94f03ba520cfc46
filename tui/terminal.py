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
    if os.environ.get("TERM") == "linux" or not _speaks_utf8():
        return "ascii"
    return "braille"


def _speaks_utf8() -> bool:
    """Whether the locale is one of UTF-8. Python itself writes UTF-8 in the locale "C" too."""
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    if next(filter(None, named), "") in ("C", "POSIX"):
        return False
    return locale.getpreferredencoding(False).lower().replace("-", "") == "utf8"
