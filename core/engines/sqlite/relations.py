"""The tables and views of a workspace file, for people who write SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.catalog.reading import Read
from core.engines.sqlite.raw_sql import VIEWS
from core.engines.sqlite.typed_views import UNSTORED

COUNTED: Final = 1_000_000
"""Rows are counted up to here."""

EXAMPLE: Final = """\
-- F5 runs this, e edits it
select event_name,
       count(*)       as events,
       min(timestamp) as first,
       max(timestamp) as latest
from   events_v1
group  by event_name
order  by events desc"""
"""A statement to begin with, which every workspace can answer."""


@dataclass(frozen=True)
class Relation:
    """A table or a view.

    Attributes:
        documented: whether docs/data-model.md describes it for people; the others are internal.
        columns: their names and types; the type of a view's column is that of its first row.
    """

    name: str
    documented: bool
    columns: tuple[tuple[str, str], ...]


def relations(read: Read) -> tuple[Relation, ...]:
    """Return the documented views in their order, then every other view and table by name."""
    listed = read(
        """
        select name, type from sqlite_master
        where type in ('table', 'view') and name not like 'sqlite~_%' escape '~'
        order by name
        """,
        (),
    )
    kinds = {str(name): str(kind) for name, kind in listed}
    ordered: list[str] = [name for name in VIEWS if name in kinds or name in UNSTORED]
    ordered += [name for name in kinds if name not in VIEWS]
    return tuple(
        Relation(name, name in VIEWS, UNSTORED.get(name) or _columns(read, name))
        for name in ordered
    )


def _columns(read: Read, name: str) -> tuple[tuple[str, str], ...]:
    columns = read("select name, lower(type) from pragma_table_info(?)", (name,))
    names = [str(column) for column, _ in columns]
    if name not in VIEWS or not names:
        return tuple((str(column), str(type_)) for column, type_ in columns)
    typed = ", ".join(f"typeof({_quoted(column)})" for column in names)
    first = read(f"select {typed} from {_quoted(name)} limit 1", ())
    types = first[0] if first else ("",) * len(names)
    return tuple(
        (column, "" if type_ == "null" else str(type_))
        for column, type_ in zip(names, types, strict=True)
    )


def counting(names: Sequence[str]) -> str:
    """Return a statement for the number of rows of relations, at most one more than COUNTED."""
    return "\nunion all\n".join(
        f"select '{name}', (select count(*) from (select 1 from {_quoted(name)}"
        f" limit {COUNTED + 1}))"
        for name in names
    )


def beginning(name: str) -> str:
    """Return a statement for the first rows of a relation."""
    return f"select *\nfrom   {_quoted(name)}\nlimit  100"


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return name if name.isidentifier() and name.isascii() else f'"{doubled}"'
