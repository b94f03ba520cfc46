"""Which table of a database contains the events."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from core.errors import BadInput
from core.sources.fields import listed, normal, understand
from core.sources.text.choose import choose
from core.sources.text.reading import Notes
from core.sources.vendors import SEGMENT_TABLE, Vendor, of_header, of_names
from core.sources.web import ahoy

_LESS_LIKELY: Final = frozenset({"name", "type", "title"})
"""Names of a column that other tables than those of events have too."""


def chosen(
    path: str,
    tables: Mapping[str, Mapping[str, Sequence[Any]]],
    mapping: Mapping[str, str],
    event: str = "",
) -> tuple[str, str]:
    """Return the table that has the events, and the statement that reads it.

    Args:
        tables: table -> column -> its first values.
        mapping: meaning -> column, as the user gave it.
        event: the name of all events; "" where a column has it.

    Raises:
        BadInput: no table qualifies, or several do.
    """
    ranks = {table: _rank(table, columns, mapping, event) for table, columns in tables.items()}
    best = [table for table, rank in ranks.items() if rank == max(ranks.values()) > 0]
    if not best:
        had = "; ".join(f"{name} ({listed(list(names))})" for name, names in tables.items())
        raise BadInput(
            f"{path} has no table with a name, a time and a user; it has: {had or 'nothing'}.",
            "Choose one with --table NAME, and its columns with "
            "--map event=COLUMN,time=COLUMN,user=COLUMN.",
        )
    if len(best) > 1:
        raise BadInput(
            f"{path} has several tables that may contain events: {listed(best)}.",
            f"Choose one with --table {best[0]}.",
        )
    return best[0], statement(best[0], tables)


def _rank(
    table: str, columns: Mapping[str, Sequence[Any]], mapping: Mapping[str, str], event: str
) -> int:
    """Return how much a table looks like events: 0 for not at all.

    Of the tables that Segment keeps, `tracks` has all events.
    """
    names = tuple(columns)
    vendor = _vendor(names)
    if vendor is SEGMENT_TABLE and table.lower() != "tracks":
        return 3 if "event" in names else 0
    if vendor is not None:
        return 4
    plan = understand(names, mapping, None, choose(columns, mapping, event, Notes()))
    if not plan.complete:
        return 0
    if not (plan.user or plan.device):
        return 1
    unlikely = plan.event >= 0 and normal(names[plan.event]) in _LESS_LIKELY
    return 2 if unlikely and mapping.get("event") not in names else 3


def _vendor(names: Collection[str]) -> Vendor | None:
    found = of_header(names) or of_names(names)
    return found if found and found.events else None


def statement(table: str, tables: Mapping[str, Iterable[str]]) -> str:
    """Return what reads a table, given the columns of all: Ahoy's events with their visits."""
    if table == "ahoy_events" and (joined := ahoy.joined(list(tables.get("ahoy_visits", ())))):
        return joined
    return f"select * from {quoted(table)}"


def quoted(name: str) -> str:
    """Return a name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'
