"""Sentences broken into lines."""

from __future__ import annotations

import textwrap

from core.draw.spans import Line, Span
from core.text import clean, cut, width


def wrapped(text: str, cells: int, style: str = "") -> list[Line]:
    """Return a text as lines of at most `cells`, broken between words."""
    found: list[Line] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in clean(paragraph, 4_000).split(" "):
            trial = f"{line} {word}" if line else word
            if width(trial) > cells and line:
                found.append((Span(line, style),))
                trial = word
            line = cut(trial, cells)
        found.append((Span(line, style),))
    return found


def folded(text: str, cells: int, style: str = "") -> list[Line]:
    """Return lines that keep the text's own spacing; long ones continue below, indented."""
    found: list[Line] = []
    for line in text.split("\n"):
        safe = clean(line, 4_000)
        inner = " " * min(len(safe) - len(safe.lstrip(" ")) + 2, cells // 2)
        pieces = textwrap.wrap(safe, max(cells, 8), subsequent_indent=inner) or [""]
        if width(safe) <= cells:
            pieces = [safe]
        found += [(Span(cut(piece, cells), style),) for piece in pieces]
    return found


def indented(text: str, cells: int, style: str = "") -> list[Line]:
    """Return lines that keep the text's own spacing, each cut to `cells`."""
    return [(Span(cut(clean(line, 4_000), cells), style),) for line in text.split("\n")]
