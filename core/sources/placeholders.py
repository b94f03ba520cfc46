"""Ids that identify nobody: what programs write where there is no id (definitions 1.1)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

PLACEHOLDERS: Final = (
    "0", "-1", "null", "undefined", "none", "nil", "nan", "na", "n/a", "n.a.", "#n/a", "void",
    "empty", "blank", "missing", "not set", "unset", "not available", "not applicable", "false",
    "true", "\\n", "\\\\n", "?", "object object", "object undefined", "object null",
    "system.object",
    "anonymous", "anonymoususer", "anonymous user", "anon", "anon user", "guest", "guest user",
    "unknown", "unknown user", "no user", "nouser", "no id", "unidentified", "unauthenticated",
    "not authenticated", "not logged in", "logged out", "loggedout", "opt out", "optout",
    "optedout", "opted out", "zeroes", "id", "email", "user id", "userid", "user.id", "distinct id",
    "distinctid", "device id", "deviceid", "your user id", "customer id", "anonym", "unbekannt",
    "gast", "anonyme", "inconnu", "invité", "anónimo", "anonimo", "desconocido", "invitado",
    "sconosciuto", "ospite", "anônimo", "desconhecido", "convidado", "anoniem", "onbekend",
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
)  # fmt: skip
"""In lower case, words separated by a space: `not_set` and `(Not-Set)` are `not set`.

Ids of only zeros and hyphens are placeholders too, whatever their length, and so is a repeated
word for nothing, such as `null null`.
"""

_LONGEST: Final = 24
_KNOWN: Final = frozenset(PLACEHOLDERS)
_AROUND: Final = " \t\r\n\"'\0"
_TEMPLATE: Final = "{}[]()<>%$"
"""What stands around the name of a variable that was not filled in, and around remarks."""

_BETWEEN: Final = re.compile(r"(?<=\w)[\s_-]+(?=\w)")
_NOTHING: Final = re.compile(r"(null|undefined|none|nan|nil)([ :.|/]\1)+")
_WHOLE: Final = re.compile(r"(-?\d+)\.0+")
_DIGIT: Final = re.compile("[2-9]")
"""What no placeholder has, which tells most ids at once."""

_ROUNDED: Final = re.compile(r"-?\d(?:[.,]\d+)?E\+\d{2,}", re.IGNORECASE)


def plain_id(text: str) -> str:
    """Return an id as it is stored: without spaces around it, and a whole number without its
    fraction, so 1000.0 is 1000.
    """
    text = text.strip()
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
    if not more and _DIGIT.search(text):
        return False
    plain = compared(text)
    if plain in _KNOWN or plain in more or not plain.strip("0-{}"):
        return True
    words = _BETWEEN.sub(" ", plain.strip(_TEMPLATE).strip())
    return words in _KNOWN or _NOTHING.fullmatch(words) is not None


def names_an_event(text: str) -> bool:
    """Whether an event's own id identifies it; a long text not starting with 0000 always does."""
    return (len(text) > _LONGEST and not text.startswith("0000")) or not is_placeholder(text)
