"""Imports of a source that was imported before and read in another way, to be replaced."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import islice, zip_longest
from typing import Final

from core.errors import BadInput
from core.sources import Source
from core.sources.blocks import Differs, Position
from core.sources.choices import Choices, choices_of
from core.sources.lines import Input
from core.sources.places import Place
from core.sources.places.parquet import PARQUET
from core.sources.places.tables import is_database
from core.store.imports.listed import Import, imports_of

Decide = Callable[[str, Sequence[Import]], bool]
"""Given a source and its earlier imports, returns whether to undo them (or only add to them);
raises BadInput to import nothing.
"""

_COMPARED: Final = 10_000
"""How many records are compared."""

_WHAT: Final = ("table", "query", "logs")
"""Choices of what is read, instead of how."""


def add(source: str, earlier: Sequence[Import]) -> bool:
    """Leave earlier imports as they are."""
    return False


def replace(source: str, earlier: Sequence[Import]) -> bool:
    """Undo earlier imports."""
    return True


def read_otherwise(
    connection: sqlite3.Connection, source: str, place: Place, chosen: Choices
) -> list[Import]:
    """Return the imports of a source that read the same of it in another way, oldest first.

    Args:
        source: its name in `imports`.
        place: where it is.
        chosen: how it is to be read.
    """
    found = [
        each
        for each in imports_of(connection)
        if each.source == source and each.undone_at is None and each.is_known
    ]
    return [
        each
        for each in reversed(found)
        if _differ(choices_of(each.options), chosen) and _begins_with(place, each)
    ]


def reads_alike(
    place: Place, choices: Sequence[Choices], opened: Callable[[Place, Choices], Source]
) -> bool:
    """Whether a source begins with the same records in each of two ways to read it.

    Args:
        opened: opens it.
    """
    sources: list[Source] = []
    try:
        sources += [opened(place, each) for each in choices]
        first, second = (islice(source.records, _COMPARED) for source in sources)
        return all(one == other for one, other in zip_longest(first, second))
    except BadInput:
        return False
    finally:
        for source in sources:
            source.input.close()


def _differ(one: Choices, other: Choices) -> bool:
    """Whether choices read the same of a source in different ways."""
    if any(getattr(one, name) != getattr(other, name) for name in _WHAT):
        return False
    return one != other


def _begins_with(place: Place, earlier: Import) -> bool:
    """Whether a file begins with what was read of it; a table, or what is not known, does."""
    if not earlier.fingerprint:
        return True
    with closing(Input(place, choices_of(earlier.options).reading)) as again:
        head = again.raw()
        if is_database(head) or head.startswith(PARQUET):
            return True
        try:
            next(again.blocks(start=Position(earlier.bytes, 0, earlier.fingerprint)), None)
        except Differs:
            return False
    return True
