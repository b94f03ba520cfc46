"""The encoding of a text that is not UTF-8, and its bytes as UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from typing import Final

from core.errors import BadInput
from core.sources.text.letters import is_central, other_script

_MARKS: Final = {
    codecs.BOM_UTF8: "",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order marks; the longer ones first, as UTF-32 starts like UTF-16."""

_LOOKED_AT: Final = 4096
_WESTERN: Final = "windows-1252"
_CENTRAL: Final = "windows-1250"
_MAC: Final = "mac-roman"
_EXPECTED: Final = frozenset(
    "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþßœšžÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞŒŠŽŸ"
    "€£¥§°²³µ·ºª«»¿¡–—‘’“”‚„…•™©®\xa0½¼¾±×"
)
"""Characters of Western text beyond ASCII. Any other byte means that it is not this encoding."""

_OF_CENTRAL: Final = frozenset("ąćęłńśźżĄĆĘŁŃŚŹŻčďěľĺňřšťůžČĎĚĽĹŇŘŠŤŮŽőűŐŰăşţĂŞŢđĐ")
"""Further letters of Central Europe."""


def encoding_of(start: bytes) -> str:
    """Return the encoding of a text from its first bytes; "" for UTF-8, or if none fits.

    UTF-16 and UTF-32 have a byte order mark, or every other byte of UTF-16 is NUL. Other text
    is Windows-1252 (a superset of Latin-1) if it has no character beyond ASCII in UTF-8, and all of
    those that it has are usual in Western languages; JSON only if they are on several lines. It is
    Windows-1250 or that of another script (`letters`) if its words show that.
    """
    for mark, name in _MARKS.items():
        if start.startswith(mark):
            return name
    looked_at = start[:_LOOKED_AT]
    half = len(looked_at) // 2
    for name, high, low in (("utf-16-le", 1, 0), ("utf-16-be", 0, 1)):
        nuls = looked_at[high::2].count(0)
        if half > 3 and nuls > half * 0.7 and looked_at[low::2].count(0) < half * 0.1:
            return name
    if start.isascii():
        return ""
    if start.lstrip()[:1] in (b"{", b"[") and not _are_several(start.split(b"\n")):
        return ""
    if _may_be_utf8(start):
        return ""
    if _is_of_old_macs(start):
        return _MAC
    if script := other_script(start[:_LOOKED_AT]):
        return script
    if not start.decode("utf-8", "ignore").isascii():
        return ""
    if _has_only(_EXPECTED, start, _WESTERN):
        return _CENTRAL if is_central(start[:_LOOKED_AT].decode(_WESTERN)) else _WESTERN
    central = is_central(start.decode(_WESTERN, "replace"))
    return _CENTRAL if central and _has_only(_EXPECTED | _OF_CENTRAL, start, _CENTRAL) else ""


def _are_several(lines: Iterable[bytes]) -> bool:
    """Whether lines beyond ASCII are so many that their encoding is not just one damaged line."""
    beyond = (line for line in lines if not line.isascii())
    return next(beyond, None) is not None and next(beyond, None) is not None


def _is_of_old_macs(start: bytes) -> bool:
    """Whether a text that is not UTF-8 has the lines and the letters of classic Mac OS, as Excel
    still writes them.

    Its small letters with accents are 0x87 to 0x9F, those of Windows-1252 0xE0 to 0xFF.
    """
    if b"\n" in start or b"\r" not in start:
        return False
    looked_at = start[:_LOOKED_AT]
    low = sum(0x87 <= byte <= 0x9F for byte in looked_at)
    return low > sum(byte >= 0xE0 for byte in looked_at)


def _may_be_utf8(start: bytes) -> bool:
    """Whether a text is UTF-8, maybe cut off in a character, or not of one byte per letter."""
    try:
        start.decode()
    except UnicodeDecodeError as error:
        cut_off = error.reason == "unexpected end of data" and len(start) > _LOOKED_AT
        return cut_off or b"\0" in start
    return True


def _has_only(expected: frozenset[str], start: bytes, encoding: str) -> bool:
    """Whether a text is in an encoding, with only these characters beyond ASCII."""
    try:
        text = start.decode(encoding)
    except UnicodeDecodeError:
        return False
    return {char for char in set(text) if char > "\x7f"} <= expected


def to_utf8(first: bytes, rest: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield the same text as UTF-8; what cannot be decoded becomes U+FFFD.

    Raises:
        BadInput: the encoding is none of text.
    """
    try:
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    except (LookupError, TypeError) as error:
        raise BadInput(f"{encoding!r} is not an encoding of text.") from error
    yield _decoded(decoder, first)
    for chunk in rest:
        yield _decoded(decoder, chunk)
    yield _decoded(decoder, b"", final=True)


def _decoded(decoder: codecs.IncrementalDecoder, data: bytes, *, final: bool = False) -> bytes:
    try:
        text = decoder.decode(data, final)
        return text.encode("utf-8", "replace")
    except (UnicodeError, AttributeError, TypeError) as error:
        raise BadInput("The text cannot be decoded with that encoding.") from error
