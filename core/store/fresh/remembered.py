"""Choices that a workspace remembers, each for a kind of file."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass

from core.columns import has_table
from core.sources.choices import Choices, choices_of
from core.sources.kinds import Kind, kind_of
from core.sources.lines import Input
from core.sources.places import Place
from core.store.waiting import Patience, transaction


@dataclass(frozen=True)
class Remembered:
    """Choices for a kind of file; `at` is when they were made, in UTC ms."""

    id: int
    kind: Kind
    choices: Choices
    at: int


def remembered(connection: sqlite3.Connection) -> list[Remembered]:
    """Return what a workspace remembers, the newest first."""
    if not has_table(connection.execute, "choices"):
        return []
    found = connection.execute(
        "select id, format, names, options, at from choices order by at desc, id desc"
    )
    return [
        Remembered(id_, Kind(form, frozenset(json.loads(names))), choices_of(options), at)
        for id_, form, names, options, at in found
    ]


def recall(known: Sequence[Remembered], source: Input, place: Place) -> Remembered | None:
    """Return what is remembered for the kind of a source, None if nothing is."""
    for each in known:
        kind = kind_of(source, place, each.choices)
        if kind is not None and kind.is_of(each.kind):
            return each
    return None


class Memory:
    """The choices for each source of an import.

    Args:
        given: what the user chose; nothing is recalled if that is anything.
        forgets: whether what is remembered for a source is forgotten instead of used.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        given: Choices,
        patience: Patience,
        *,
        forgets: bool = False,
    ) -> None:
        self._connection = connection
        self._given = given
        self._patience = patience
        self._forgets = forgets
        self._known = remembered(connection)

    def of(self, source: Input, place: Place) -> tuple[Choices, bool]:
        """Return the choices for a source, and whether they are recalled."""
        if (self._given and not self._forgets) or not self._known:
            return self._given, False
        found = recall(self._known, source, place)
        if found is None:
            return self._given, False
        if self._forgets:
            self._change([found], None)
            return self._given, False
        return found.choices, True

    def keep(self, kind: Kind | None) -> None:
        """Remember what the user chose for a kind of file, instead of what was."""
        if kind is None or not self._given:
            return
        replaced = [each for each in self._known if kind.is_of(each.kind)]
        if [each.choices for each in replaced] != [self._given]:
            self._change(replaced, kind)

    def _change(self, replaced: Sequence[Remembered], kind: Kind | None) -> None:
        """Forget some, and remember the given ones for a kind, in one transaction."""
        db = self._connection
        with transaction(db, self._patience):
            db.executemany("delete from choices where id = ?", [(each.id,) for each in replaced])
            if kind is not None:
                db.execute(
                    "insert into choices (format, names, options, at) values (?, ?, ?, ?)",
                    (
                        kind.format,
                        json.dumps(sorted(kind.names), ensure_ascii=False),
                        self._given.text(),
                        int(time.time() * 1000),
                    ),
                )
        self._known = remembered(db)
