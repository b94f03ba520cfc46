"""Parts of a typed statement replaced by others that mean the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Edit(NamedTuple):
    """What takes the place of a part of a statement, from `start` to before `end`."""

    start: int
    end: int
    text: str


def edited(query: str, edits: Iterable[Edit]) -> str:
    """Return a statement with parts replaced, no two of which overlap."""
    for edit in sorted(edits, reverse=True):
        query = query[: edit.start] + edit.text + query[edit.end :]
    return query
