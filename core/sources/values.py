"""Single values of a line: as texts, as objects, and as the JSON that is stored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import orjson

from core.records import Refused
from core.values.json_text import json_text

_EXACT: Final = 2**53
_DEEPEST: Final = 250
_COMMA: Final = re.compile(
    r"(-?(?:0|[1-9]\d{0,2}(?:[.\xa0\u202f]\d{3})+|[1-9]\d{0,2}(?:\x20\d{3})+(?=,)|[1-9]\d*))"
    r"(?:,(\d+))?",
    re.ASCII,
)
_FRACTION: Final = re.compile(r"-?\d{1,3}(?:[.\x20\xa0\u202f]\d{3})+,\d+|-?\d+,\d+", re.ASCII)
_POINT: Final = re.compile(r"-?\d+\.(?:\d{1,2}|\d{4,})|-?\d{4,}\.\d+|-?0\.\d+", re.ASCII)
_DIGITS: Final = bytes.maketrans(b"123456789", b"0" * 9)
_LONG: Final = b"0" * 20
_LONG_NEGATIVE: Final = b"-" + b"0" * 19
_SOME: Final = b"0" * 6
"""What every third sign of so many digits has in a row, wherever they begin."""


def as_text(value: Any, what: str) -> str | None:
    """Return a name or id as text: numbers as written, 123.0 as "123", None and empty text as None.

    Raises:
        Refused: for an object or list, or a number too large to be exact.
    """
    if value is None or value.__class__ is str:
        return value or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if abs(value) >= _EXACT or value != value:
            raise Refused(f"{what} is a number too large to be exact; write it as text")
        return str(int(value)) if value == int(value) else repr(value)
    raise Refused(f"{what} is not text")


def first_text(places: Sequence[int], values: Sequence[Any], what: str) -> str | None:
    """Return the first of several values that is not missing, as text."""
    for place in places:
        value = values[place]
        if value.__class__ is not str:
            value = as_text(value, what)
        if value:
            return value  # type: ignore[no-any-return]
    return None


def as_object(value: Any, what: str) -> dict[str, Any] | None:
    """Return an object, given as one or as JSON text; None if missing, Refused for all else."""
    if value.__class__ is str:
        value = load(value, what) if value.strip() else None
    if value is None or value.__class__ is dict:
        return value
    raise NotAnObject(f"{what} not a JSON object")


def parse(text: bytes) -> Any:
    """Return parsed JSON, with integers exact at any length.

    orjson turns those beyond 64 bits into floats, so a text with that many digits in a row is
    parsed again.

    Raises:
        ValueError: not JSON, or a number with thousands of digits.
    """
    found = orjson.loads(text)
    if not has_long_numbers(text):
        return found
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def has_long_numbers(text: bytes) -> bool:
    """Whether a text may contain integers beyond 64 bits: so many digits in a row."""
    if len(text) < len(_LONG) or _SOME not in text[::3].translate(_DIGITS):
        return False
    digits = text.translate(_DIGITS)
    return _LONG in digits or _LONG_NEGATIVE in digits


class NotAnObject(Refused):
    """A value that should be an object and is none."""


def parse_kindly(text: bytes) -> Any:
    """Return parsed JSON, with NaN and Infinity, which some programs write, as no value.

    Raises:
        ValueError: not JSON for another reason.
    """
    try:
        return parse(text)
    except ValueError:
        if b"NaN" not in text and b"Infinity" not in text:
            raise
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def load(text: str, what: str) -> Any:
    """Parse JSON text; Refused if it is not JSON."""
    try:
        return parse(text.encode())
    except ValueError as error:
        raise NotAnObject(f"{what} not a JSON object") from error


def checked_text(text: str) -> str | None:
    """Return the JSON text of an object unchanged, None for an empty one; Refused as for `dump`.

    Escaped letters become plain letters, so that keys can be found by name.
    """
    found = as_object(text, "properties")
    if found and (text.count("[") + text.count("{") > _DEEPEST):
        dump(found)
    if found and "\\u" in text:
        return dump(found)
    return text if found else None


def dump(value: Any) -> str | None:
    """Return JSON text of an object, None for an empty one; Refused beyond 250 levels."""
    return as_json(value) if value else None


def as_json(value: Any) -> str:
    """Return JSON text of any value; Refused beyond 250 levels."""
    try:
        text = json_text(value)
    except (TypeError, RecursionError) as error:
        raise Refused("nested too deep") from error
    if text.count("[") + text.count("{") > _DEEPEST and _depth(value) > _DEEPEST:
        raise Refused("nested too deep")
    return text


def _depth(value: Any) -> int:
    depth, level = 0, [v for v in (value,) if isinstance(v, (dict, list))]
    while level and depth <= _DEEPEST:
        depth += 1
        below = (v.values() if isinstance(v, dict) else v for v in level)
        level = [v for values in below for v in values if isinstance(v, (dict, list))]
    return depth


@lru_cache(maxsize=65536)
def typed(text: str) -> Any:
    """Return a number for text that is written exactly as JSON would write it, else the text.

    So "35.0" can be summed, while "007", "1e9" and 20-digit numbers stay text.
    """
    if len(text) > 15 or not (text[0].isdigit() or text[0] == "-") or not text.isascii():
        return text
    whole, dot, fraction = text.lstrip("-").partition(".")
    if not whole.isdigit() or (len(whole) > 1 and whole[0] == "0") or text.startswith("--"):
        return text
    if not dot:
        return int(text)
    return float(text) if fraction.isdigit() else text


@lru_cache(maxsize=65536)
def typed_comma(text: str) -> Any:
    """Return a number for text with a decimal comma, such as 12,5 or 1.234,00; else as `typed`.

    Dots and narrow spaces between groups of three digits are no part of the number.
    """
    if len(text) <= 20 and (match := _COMMA.fullmatch(text)):
        whole, fraction = re.sub(r"[^-\d]", "", match[1]), match[2]
        if len(whole.lstrip("-")) + len(fraction or "") <= 15:
            return float(f"{whole}.{fraction}") if fraction else int(whole)
    return typed(text)


def has_decimal_comma(texts: Iterable[str]) -> bool:
    """Whether numbers among texts are written with a comma, and none with a point."""
    commas = False
    for text in texts:
        if _POINT.fullmatch(text):
            return False
        commas = commas or bool(_FRACTION.fullmatch(text))
    return commas
