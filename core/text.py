"""Text for people: hostile text made harmless, numbers, percents, durations, ages, cell widths."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

MAX_LENGTH = 200

_BIDI = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF}
_SEPARATORS = {0x2028, 0x2029}


def is_unsafe(char: str) -> bool:
    """Whether a character can move the cursor, reverse a line or break a row."""
    code = ord(char)
    return (
        code < 0x20
        or 0x7F <= code <= 0x9F
        or code in _BIDI
        or code in _SEPARATORS
        or 0xD800 <= code <= 0xDFFF
    )


@lru_cache(maxsize=65536)
def clean(text: str, limit: int = MAX_LENGTH) -> str:
    """Return text from data as one harmless printable line.

    Control, C1, bidirectional and surrogate characters become a visible replacement, so nothing
    can move the cursor, reverse a line or break a row; anything past `limit` characters is cut
    with an ellipsis.
    """
    if text.isascii() and text.isprintable() and len(text) <= limit:
        return text
    safe = "".join("\N{REPLACEMENT CHARACTER}" if is_unsafe(c) else c for c in text[: limit + 1])
    return safe if len(text) <= limit else safe[: limit - 1] + "…"


@lru_cache(maxsize=65536)
def width(text: str) -> int:
    """Return how many terminal cells a cleaned text takes."""
    if text.isascii():
        return len(text)
    return sum(_cell(c) for c in text)


def _cell(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """Return text cut (with an ellipsis) or padded to exactly `cells` terminal cells."""
    size = width(text)
    if size > cells:
        text = cut(text, cells)
        size = width(text)
    pad = " " * (cells - size)
    return pad + text if right else text + pad


def cut(text: str, cells: int) -> str:
    """Return text shortened to at most `cells` terminal cells, an ellipsis marking the cut."""
    if width(text) <= cells:
        return text
    if cells <= 0:
        return ""
    kept, used = [], 0
    for char in text:
        used += _cell(char)
        if used > cells - 1:
            break
        kept.append(char)
    return "".join(kept) + "…"


def number(value: float | None, decimals: int = 0) -> str:
    """Return "1,284", "3.6" or, for nothing, "–"."""
    if value is None:
        return "–"
    if decimals == 0 and abs(value - round(value)) < 1e-9:
        return f"{round(value):,}"
    return f"{value:,.{max(decimals, 1)}f}"


def compact(value: float | None) -> str:
    """Return a short form, with K, M or B from 10,000 up (semantics 1.7)."""
    if value is None:
        return "–"
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(value) >= size and abs(value) >= 10_000:
            return f"{value / size:.1f}".rstrip("0").rstrip(".") + letter
    return number(value)


def percent(fraction: float | None, decimals: int = 1) -> str:
    """Return a fraction as "41.8%" or "–"."""
    return "–" if fraction is None else f"{fraction * 100:,.{decimals}f}%"


def change(current: float | None, previous: float | None) -> str:
    """Return the change against a previous figure: "+12.1%", "new", or "–" (semantics 1.6)."""
    if current is None or previous is None:
        return "–"
    if previous == 0:
        return "new" if current > 0 else "0.0%"
    return f"{(current - previous) / abs(previous) * 100:+,.1f}%"


def duration(seconds: float | None) -> str:
    """Return "0s", "45s", "2m 10s", "3h 2m", "6d 2h" or "–"."""
    if seconds is None:
        return "–"
    if 0 < seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    whole = int(seconds)
    for size, unit, lower, below in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "m"),
        (60, "m", 1, "s"),
    ):
        if whole >= size:
            return f"{whole // size}{unit} {whole % size // lower}{below}"
    return f"{whole}s"


def age(ms: int) -> str:
    """Return how long ago, coarsely: "just now", "3 min ago", "5 h ago", "12 days ago"."""
    seconds = ms // 1000
    if seconds < 60:
        return "just now" if seconds >= 0 else "in the future"
    if seconds < 3600:
        return f"{seconds // 60} min ago"
    if seconds < 172_800:
        return f"{seconds // 3600} h ago"
    return f"{seconds // 86400:,} days ago"
