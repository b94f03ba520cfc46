"""Kinds of files: what tells whether a choice made for one file suits another."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from core.errors import BadInput
from core.records import Refused
from core.sources import first_names, jsonl, sniff
from core.sources.choices import Choices
from core.sources.documents import document_of, first_objects
from core.sources.lines import Input
from core.sources.places import Place
from core.sources.places.parquet import PARQUET, open_parquet
from core.sources.places.tables import is_database, tables_of
from core.sources.text.encodings import encoding_of, to_utf8
from core.sources.text.layout import layout_of
from core.sources.text.reading import Reading

_LOOKED_AT: Final = 20
"""In how many lines or objects to look for keys."""

_ALIKE: Final = 0.75
"""From which share of common keys on two files of objects are of one kind."""

_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
        format: one of `core.sources.FORMATS`, or "database" or "parquet".
        names: the columns of a table, the keys of objects, the tables of a database.
    """

    format: str
    names: frozenset[str]

    def is_of(self, other: Kind) -> bool:
        """Whether a file of this kind is one of another kind too.

        A table is if it has the same columns. Keys of objects may be missing, so three quarters of
        all have to be common.
        """
        if self.format != other.format:
            return False
        if self.format != "jsonl":
            return self.names == other.names
        both, either = self.names & other.names, self.names | other.names
        return len(both) >= _ALIKE * len(either)


def kind_of(source: Input, place: Place, chosen: Choices) -> Kind | None:
    """Return the kind of a source as it is with some choices; None if it has no names.

    Nothing of the source is consumed.
    """
    raw = source.raw()
    with suppress(BadInput, LookupError, UnicodeError, sqlite3.Error):
        if is_database(raw):
            return _kind("database", tables_of(place, raw))
        if raw.startswith(PARQUET):
            return _kind("parquet", _columns_of(place))
        head = _text(raw, chosen.reading)
        form = chosen.format or sniff(head, source.name)
        if form == "jsonl":
            return _kind(form, _keys(head))
        return _kind(form, first_names(head, layout_of(head, source.name, chosen.reading)))
    return None


def _kind(form: str, names: frozenset[str] | tuple[str, ...]) -> Kind | None:
    return Kind(form, frozenset(names)) if names else None


def _columns_of(place: Place) -> tuple[str, ...]:
    rows = open_parquet(place)
    rows.close()
    return rows.names


def _text(raw: bytes, reading: Reading) -> bytes:
    """Return the first bytes of a text as UTF-8, from the line on that is not passed over."""
    encoding = reading.encoding or encoding_of(raw)
    head = next(to_utf8(raw, iter(()), encoding), b"") if encoding else raw
    head = head.removeprefix(_BOM)
    if not reading.skip:
        return head
    return head.split(b"\n", reading.skip)[-1]


def _keys(head: bytes) -> frozenset[str]:
    document = document_of(head)
    if document:
        objects = first_objects(head, document)[:_LOOKED_AT]
        return frozenset(key for found in objects for key in found)
    keys: set[str] = set()
    for line in head.split(b"\n", _LOOKED_AT)[:_LOOKED_AT]:
        with suppress(Refused):
            keys.update(jsonl.parse(line))
    return frozenset(keys)
