"""Which encoding of one byte per letter a text is in, where several would give letters.

Words tell: a capital comes first or all are capitals, letters of one script do not alternate with
those of another, and signs such as a raised 3 do not stand inside words.
"""

from __future__ import annotations

import re
from typing import Final

_CASED: Final = re.compile(r"[^\W\d_]+")
_PARTS: Final = {
    "windows-1251": re.compile(r"[А-Яа-яЁёІіЇїЄєҐґЎў]+"),
    "koi8-r": re.compile(r"[А-Яа-яЁё]+"),
    "windows-1253": re.compile(r"[Α-ωάέήίόύώϊϋΆΈΉΊΌΎΏΐΰ]+"),
}
"""The letters of scripts that are not Latin, by the encoding that is usual for them."""

_TOGETHER: Final = 0.6
"""From which share of letters beyond ASCII on that stand beside another one a text is not Latin."""

_LETTERS: Final = 0.8
"""Which share of all characters beyond ASCII is at least in words, in a text that is not Latin."""

_HIGH: Final = re.compile(rb"[\xa8\xb8\xc0-\xff]+")
_INSIDE: Final = re.compile(r"[^\W\d_][¿³¹¥£¯ºª¼¾][^\W\d_]|(?<!\w)[£¯][^\W\d_]{2}")
"""Signs inside words, where Polish, Slovak and Romanian have letters in Windows-1250."""

_CZECH: Final = (frozenset("šžŠŽ"), frozenset("øìèùòØÌÈ"))
_HUNGARIAN: Final = (frozenset("õûÕÛ"), frozenset("öüÖÜ"), frozenset("áéíóúÁÉÍÓÚ"))
"""Letters of Windows-1252 that occur together only where they are others of Windows-1250."""


def other_script(text: bytes) -> str:
    """Return the encoding of a text whose letters beyond ASCII are not Latin; "" for any other."""
    runs = _HIGH.findall(text)
    count = sum(map(len, runs))
    if not count or sum(len(run) for run in runs if len(run) > 1) < count * _TOGETHER:
        return ""
    found = {name: _lower(text, name) for name in _PARTS}
    best = max(found, key=lambda name: found[name])
    return best if found[best] > 0 else ""


def _lower(text: bytes, encoding: str) -> int:
    """Return how many small letters a text has in an encoding, 0 if its words are none."""
    try:
        decoded = text.decode(encoding)
    except UnicodeDecodeError:
        return 0
    words = [word for word in _CASED.findall(decoded) if not word.isascii()]
    good = [word for word in words if _PARTS[encoding].fullmatch(word) and _is_cased(word)]
    beyond = sum(char > "\x7f" for char in decoded)
    fits = len(good) >= 0.9 * len(words) and sum(map(len, good)) >= _LETTERS * beyond
    return sum(map(_smalls, good)) + 1 if words and fits else 0


def _smalls(word: str) -> int:
    return sum(map(str.islower, word))


def _is_cased(word: str) -> bool:
    return word[1:].islower() or word.isupper() or len(word) == 1


def is_central(text: str) -> bool:
    """Whether a text that was read as Windows-1252 must be one in Windows-1250."""
    letters = set(text)
    return bool(_INSIDE.search(text)) or any(
        all(letters & each for each in together) for together in (_CZECH, _HUNGARIAN)
    )
