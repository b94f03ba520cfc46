"""Text for people: hostile text made harmless, numbers, percents, durations, ages, cell widths."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache

MAX_LENGTH = 200
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_NOISE = 1e-10
"""The error of floats, in percent; no real share is that close to 0 or 100."""
_MOST_PLACES = 12

_OTHERS = "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
_UNSAFE = f"[\x00-\x1f{_OTHERS}]"
_UNSAFE_IN_LINES = f"[\x00-\x08\x0b-\x1f{_OTHERS}]"


def is_unsafe(char: str) -> bool:
    """Whether a character can move the cursor, reverse a line or break a row."""
    return re.match(_UNSAFE, char) is not None


def harmless(text: str) -> str:
    """Return text with newlines and tabs kept and every other unsafe character replaced.

    For text that is already laid out for a terminal; `clean` is for a name within a line.
    """
    return re.sub(_UNSAFE_IN_LINES, REPLACEMENT, text)


def escaped(json_text: str) -> str:
    """Return the same JSON with every unsafe character in its strings escaped.

    Newlines between its tokens are kept.
    """
    return re.sub(_UNSAFE_IN_LINES, lambda found: f"\\u{ord(found[0]):04x}", json_text)


def one_line(text: str) -> str:
    """Return text, uncut, with everything unsafe, line breaks included, visibly replaced."""
    return text if text.isprintable() else re.sub(_UNSAFE, REPLACEMENT, text)


def clean(text: str, limit: int = MAX_LENGTH) -> str:
    """Return text from data as one harmless printable line.

    Control, C1, bidirectional and surrogate characters are visibly replaced, so nothing can move
    the cursor, reverse a line or break a row; anything past `limit` characters is cut off with an
    ellipsis.
    """
    return _clean(text[: limit + 1], limit)


@lru_cache(maxsize=65536)
def _clean(text: str, limit: int) -> str:
    if text.isascii() and text.isprintable() and len(text) <= limit:
        return text
    safe = one_line(text)
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


def number(value: float | None, decimals: int = 0, *, digits: int = 2) -> str:
    """Return "1,284", "3.6", "0.0005" or, for None, "–".

    Args:
        decimals: how many; for a fraction at least one, and more if fewer than `digits` significant
            digits would show (definitions 1.7).
    """
    if value is None:
        return "–"
    size = abs(value)
    if decimals == 0 and abs(size - round(size)) < 1e-9 and (size == 0 or size > 0.5):
        return f"{round(value):,}"
    places = max(decimals, 1)
    needed = digits - 1 - math.floor(math.log10(size)) if 0 < size < 1 else 0
    if needed <= places:
        return f"{value:,.{places}f}"
    if needed > _MOST_PLACES:
        return f"{value:.{digits - 1}e}"
    text = f"{value:.{needed}f}"
    return text[: len(text) - needed + places] + text[len(text) - needed + places :].rstrip("0")


def times(count: int) -> str:
    """Return how often in words: once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def things(count: int, one: str, many: str = "") -> str:
    """Return "1 event" or "1,284 events"; `many` is the plural if it is not made with an s."""
    return f"1 {one}" if count == 1 else f"{number(count)} {many or one + 's'}"


def compact(value: float | None) -> str:
    """Return a short form, with K, M or B from 10,000 up (definitions 1.7)."""
    if value is None:
        return "–"
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(value) >= size * 0.99995 and abs(value) >= 10_000:  # what would read 1000K is 1M
            return f"{value / size:.1f}".rstrip("0").rstrip(".") + letter
    return number(value)


def percent(fraction: float | None, decimals: int = 1) -> str:
    """Return a fraction as "41.8%" or "–".

    0.0% and 100.0% are exact: values that round to them are "<0.1%" or ">99.9%" (definitions 1.7).
    """
    return "–" if fraction is None else f"{_near(fraction * 100, decimals, '')}%"


def points(difference: float) -> str:
    """Return the difference of two fractions in percentage points: "+1.2pt", "<+0.1pt"."""
    return f"{_near(difference * 100, 1, '+')}pt"


def change(current: float | None, previous: float | None) -> str:
    """Return the change against a previous figure: "+12.1%", "new", or "–" (definitions 1.6).

    +0.0% and -100.0% are exact: no change, and a fall to nothing.
    """
    if current is None or previous is None:
        return "–"
    if previous == 0:
        return "new" if current > 0 else "0.0%"
    return f"{_near((current - previous) / abs(previous) * 100, 1, '+')}%"


def _near(value: float, decimals: int, sign: str) -> str:
    """Return a value as text, or as "<" or ">" a bound if it would round to 0 or 100."""
    shown, step = round(value, decimals), 10.0**-decimals
    if abs(value) < _NOISE:
        return f"{0:{sign}.{decimals}f}"
    if shown == 0:
        return f"<{step:{sign}.{decimals}f}" if value > 0 else f">{-step:.{decimals}f}"
    if sign and shown == -100 and value + 100 > _NOISE:
        return f"<{step - 100:.{decimals}f}"
    if not sign and shown == 100 and 100 - value > _NOISE:
        return f">{100 - step:.{decimals}f}"
    return f"{value:{sign},.{decimals}f}"


def duration(seconds: float | None) -> str:
    """Return "0s", "45s", "2m 10s", "3h 2m", "6d 2h", "6d" or "–"."""
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
            rest = whole % size // lower
            return f"{whole // size}{unit}" + (f" {rest}{below}" if rest else "")
    return f"{whole}s"


def age(ms: int) -> str:
    """Return a coarse age: "just now", "3 min ago", "5 h ago", "12 days ago", "14 years ago"."""
    seconds = ms // 1000
    if seconds < 60:
        return "just now" if seconds >= 0 else "in the future"
    if seconds < 3600:
        return f"{seconds // 60} min ago"
    if seconds < 172_800:
        return f"{seconds // 3600} h ago"
    days = seconds // 86400
    return f"{days} days ago" if days < 730 else f"{days * 4 // 1461:,} years ago"
