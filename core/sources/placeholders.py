"""Ids that identify nobody: what programs write where there is no id (definitions 1.1)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

PLACEHOLDERS: Final = (
    "0", "-1", "null", "undefined", "none", "nil", "nan", "n/a", "#n/a", "<na>", "<nil>", "<null>",
    "(null)", "(none)", "(not set)", "not set", "not_set", "unset", "false", "\\n",
    "[object object]", "[]", "{}", "anonymous", "anonymoususer", "anonymous_user", "anonymous user",
    "anon", "guest", "guest_user", "unknown", "not_authenticated", "not authenticated", "id",
    "email", "user_id", "userid", "distinct_id", "distinctid", "device_id",
    "00000000-0000-0000-0000-000000000000",
)  # fmt: skip
"""In lower case. Ids made of only zeros and hyphens are placeholders too, whatever their length."""

_LONGEST: Final = 24
_KNOWN: Final = frozenset(PLACEHOLDERS)
_AROUND: Final = " \t\r\n\"'\0"
_WHOLE: Final = re.compile(r"(-?\d+)\.0+")
_ROUNDED: Final = re.compile(r"-?\d(?:[.,]\d+)?E\+\d{2,}", re.IGNORECASE)


def plain_id(text: str) -> str:
    """Return an id as it is stored: a whole number without its fraction, so 1000.0 is 1000."""
    found = _WHOLE.fullmatch(text)
    return found[1] if found else text


def is_rounded(text: str) -> bool:
    """Whether a text is a long number as displayed by a spreadsheet, such as 1.23457E+15."""
    return _ROUNDED.fullmatch(text) is not None


def compared(text: str) -> str:
    """Return an id as it is compared with placeholders: trimmed, unquoted and in lower case."""
    return plain_id(text.strip(_AROUND)).lower()


def is_placeholder(text: str, more: Collection[str] = ()) -> bool:
    """Whether an id identifies nobody.

    Args:
        more: further placeholders, as `compared` returns them.
    """
    plain = compared(text)
    return plain in _KNOWN or plain in more or not plain.strip("0-{}")


def names_an_event(text: str) -> bool:
    """Whether an event's own id identifies it; a long text not starting with 0000 always does."""
    return (len(text) > _LONGEST and not text.startswith("0000")) or not is_placeholder(text)
