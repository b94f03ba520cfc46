"""The user or device ids of a workspace; placeholders are nobody (definitions 1.1)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping

from core.sources.placeholders import compared, is_placeholder, is_rounded, plain_id
from core.store.ingest.dictionary import Counter, Dictionary
from core.store.waiting import Patience, transaction
from core.store.workspace import bump, read_meta

_KEY = "ignored_ids"


class People(Dictionary):
    """The user or device ids: nobody (None or a placeholder) is 0.

    A placeholder that an older import stored as a person stays that person, so that importing the
    same file again stores nothing twice; those in `ignored` are always nobody.

    Args:
        kind: 0 for users, 1 for devices.
        ignored: further placeholders of this workspace.

    Attributes:
        placeholders: those found.
        rounded: the ids found that a spreadsheet has rounded.
    """

    def __init__(
        self, connection: sqlite3.Connection, counter: Counter, kind: int, ignored: Collection[str]
    ) -> None:
        super().__init__(connection, "identities", "key", counter, {"kind": kind})
        self._ignored = frozenset(ignored)
        self.placeholders: set[str] = set()
        self.rounded: set[str] = set()

    def __missing__(self, text: str) -> int:
        if is_rounded(text):
            self.rounded.add(text)
        plain = plain_id(text)
        nobody = is_placeholder(text, self._ignored)
        if not nobody and plain == text:
            return super().__missing__(text)
        stored = None if compared(text) in self._ignored else self.stored(text)
        if stored is not None:
            found = stored
        elif nobody:
            self.placeholders.add(text)
            found = 0
        else:
            found = self[plain]
        self[text] = found
        return found


def ignored_ids(meta: Mapping[str, str]) -> tuple[str, ...]:
    """Return the placeholders that were added to a workspace, given its settings."""
    return tuple(json.loads(meta.get(_KEY, "[]")))


def ignore_ids(connection: sqlite3.Connection, ids: Iterable[str], patience: Patience) -> None:
    """Add placeholders to a workspace, in a transaction of their own."""
    with transaction(connection, patience):
        add_ignored(connection, ids)
        bump(connection)


def add_ignored(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Add placeholders to a workspace, inside the caller's transaction."""
    known = ignored_ids(read_meta(connection))
    every = sorted({*known, *map(compared, ids)} - {""})
    connection.execute(
        "insert or replace into meta (key, value) values (?, ?)", (_KEY, json.dumps(every))
    )
