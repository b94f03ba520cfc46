"""The imports of a workspace with their counts."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from core.errors import BadInput


class Import(NamedTuple):
    """One source of an import; an older file lacks some of it.

    Attributes:
        id: its number.
        started_at, updated_at: when it began and was last written (UTC ms).
        source: the name of the file.
        read: lines.
        stored, repeated: events or logs that were new, and that were stored already.
        linked, merged: devices linked to a user, and user ids merged into another.
        rejected: lines.
        finished: whether it came to the end of its source.
        undone_at: when it was undone (UTC ms).
        options: what was chosen for reading it, JSON of `sources.choices`.
        bytes, fingerprint: how far it was read, as in `sources.blocks.Position`.
        is_known: whether it is known what it said, so that it can be undone.
    """

    id: int
    started_at: int
    updated_at: int
    source: str
    read: int
    stored: int
    repeated: int
    rejected: int
    finished: bool
    linked: int = 0
    merged: int = 0
    undone_at: int | None = None
    options: str = "{}"
    bytes: int = 0
    fingerprint: str = ""
    is_known: bool = False

    @property
    def name(self) -> str:
        """The name of its file, without its folder."""
        return self.source.rsplit("/", 1)[-1]

    @property
    def folder(self) -> str:
        """The folder of its file, "" if it is none."""
        return self.source.rpartition("/")[0]

    @property
    def state(self) -> str:
        """Return "undone", "stopped" (before its end), or ""."""
        if self.undone_at is not None:
            return "undone"
        return "" if self.finished else "stopped"


def imports_of(connection: sqlite3.Connection) -> list[Import]:
    """Return every source of every import, newest first."""
    has = {name for (name,) in connection.execute("select name from pragma_table_info('imports')")}
    later = """
        , linked, merged, undone_at, options, bytes,
        fingerprint,
        id >= (select cast(value as integer) from meta where key = 'first_known_import')
    """
    rows = connection.execute(
        f"""
        select id, started_at, updated_at, source, read, stored, repeated, rejected, finished
               {later if "undone_at" in has else ""}
        from imports
        order by id desc
        """
    )
    return [Import(*row) for row in rows]


def import_of(connection: sqlite3.Connection, number: int) -> Import:
    """Return an import by its number.

    Raises:
        BadInput: there is none.
    """
    found = next((each for each in imports_of(connection) if each.id == number), None)
    if found is None:
        raise BadInput(
            f"This workspace has no import {number}.", "footfall list imports shows all."
        )
    return found
