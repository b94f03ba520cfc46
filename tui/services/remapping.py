"""Remapped keys: how they are written, which ones a terminal keeps, and which two actions share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from textual.keys import KEY_NAME_REPLACEMENTS

from core.errors import BadInput, nearest
from tui.keys import BY_ID, NAMES, actions_of, pages_of

TAKEN = frozenset(
    ("ctrl+a", "ctrl+b", "ctrl+h", "ctrl+i", "ctrl+m", "ctrl+q", "ctrl+s", "ctrl+z", "ctrl+enter",
     "ctrl+left_square_bracket", "f1", "f11", "f12")
)  # fmt: skip
"""Keys that terminals and multiplexers keep for themselves, or send as another key."""

_TAKEN_WITH = ("alt+", "ctrl+shift+", "shift+ctrl+", "meta+", "super+")
_ALLOWED = "A letter, digit or sign, F2 to F10, Tab, Enter, Home and the like, or ctrl+ a letter"
_WRITTEN = {shown.casefold(): name for name, shown in NAMES.items() if len(shown) > 1}
_NAMED = frozenset(
    (*NAMES, "insert", "delete", *(f"f{number}" for number in range(2, 11)),
     *KEY_NAME_REPLACEMENTS.values())
)  # fmt: skip


def keys_of(text: Any) -> str:
    """Return keys as Textual names them, separated by commas.

    Args:
        text: keys as people write them: "R", "?", "ctrl+r", "F5", "R, ctrl+r".

    Raises:
        BadInput: it names no key, or one that a terminal keeps for itself.
    """
    if not isinstance(text, str) or not text.strip():
        raise BadInput("No key is named.", f"{_ALLOWED}.")
    parts = [","] if text.strip() == "," else text.split(",")
    return ",".join(_key(part.strip()) for part in parts)


def _key(text: str) -> str:
    *held, last = text.rsplit("+", 1) if len(text) > 1 else [text]
    name = "+".join([*(part.casefold() for part in held), _name(last)])
    if name in TAKEN or name.startswith(_TAKEN_WITH):
        raise BadInput(f"{text} is a key that terminals keep for themselves.", f"{_ALLOWED}.")
    known = name.rpartition("+")[2]
    alone = re.fullmatch(r"[A-Za-z0-9]", known) or known in _NAMED or _is_sign(known)
    with_ = re.fullmatch(r"ctrl\+[a-z]", name) or re.fullmatch(r"shift\+\w{2,}", name)
    if not alone or (held and not with_):
        raise BadInput(f"{text!r} is not a key.", f"{_ALLOWED}.")
    return name


def _name(text: str) -> str:
    """Return the name of a key without those held with it."""
    if len(text) == 1 and not text.isalnum():
        name = unicodedata.name(text, text).lower().replace("-", "_").replace(" ", "_")
        return KEY_NAME_REPLACEMENTS.get(name, name)
    return text if len(text) == 1 else _WRITTEN.get(text.casefold(), text.casefold())


def _is_sign(name: str) -> bool:
    try:
        return unicodedata.lookup(name.replace("_", " ")).isprintable()
    except KeyError:
        return False


def action_of(name: str) -> str:
    """Return the id of an action.

    Raises:
        BadInput: there is none of that name.
    """
    if name not in BY_ID:
        close = nearest(name, BY_ID, 1)
        hint = f"Did you mean {close[0]}?" if close else ""
        raise BadInput(f"[keys] {name} is not an action.", hint)
    return name


def usable(given: Mapping[str, Any]) -> tuple[dict[str, str], list[tuple[str, BadInput]]]:
    """Return {action: keys} of what can be remapped, and (action, error) of the rest.

    Where two actions of a page would share a key, the one written later keeps its usual one.
    """
    kept: dict[str, str] = {}
    wrong: list[tuple[str, BadInput]] = []
    for id_, text in given.items():
        try:
            kept[action_of(id_)] = keys_of(text)
        except BadInput as error:
            wrong.append((id_, error))
    while clash := shared(kept):
        last = [id_ for id_ in kept if id_ in clash[1:]][-1]
        del kept[last]
        wrong.append((last, clash_error(clash)))
    return kept, wrong


def clash_error(clash: tuple[str, str, str]) -> BadInput:
    """Return what is said of a key and the two actions that share it."""
    key, one, other = clash
    return BadInput(
        f"[keys] {key} is set for both {one} and {other}.", "Two actions of a page need two keys."
    )


def shared(keymap: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Return a key and the two actions of a page that share it, if there are such."""
    for page in pages_of():
        taken: dict[str, str] = {}
        for action in actions_of(page):
            keys = keymap[action.id].split(",") if action.id in keymap else action.keys
            for key in keys:
                if key in taken:
                    return key, taken[key], action.id
                taken[key] = action.id
    return None
