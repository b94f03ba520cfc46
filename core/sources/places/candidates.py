"""Which table of a database contains the events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from core.errors import BadInput
from core.sources.fields import listed, normal, understand
from core.sources.vendors import AHOY_VISITS, Vendor, of_header, of_names
from core.sources.web import ahoy

_CALLED_SO: Final = frozenset({"event", "event_name", "event_type", "action"})
"""Column names that only a table of events has."""


def chosen(
    path: str, columns: Mapping[str, Sequence[str]], mapping: Mapping[str, str], table: str = ""
) -> tuple[str, str]:
    """Return the table with the events, and the statement that reads it.

    Args:
        columns: table -> its columns.
        mapping: meaning -> column, as the user gave it.
        table: the table named by the user; "" to choose one.

    Raises:
        BadInput: none or several of them can be it.
    """
    best = [table] if table else _best(columns, mapping)
    if not best:
        tables = "; ".join(f"{name} ({listed(names)})" for name, names in columns.items())
        raise BadInput(
            f"{path} has no table with a name, a time and a user; it has: {tables or 'nothing'}.",
            "Choose one with --table NAME, and its columns with "
            "--map event=COLUMN,time=COLUMN,user=COLUMN.",
        )
    if len(best) > 1:
        raise BadInput(
            f"{path} has several tables that may contain events: {listed(best)}.",
            f"Choose one with --table {best[0]}.",
        )
    return best[0], _statement(best[0], columns)


def _best(columns: Mapping[str, Sequence[str]], mapping: Mapping[str, str]) -> list[str]:
    """Return the tables that look most like events."""
    ranks = {table: _rank(names, mapping) for table, names in columns.items()}
    best = max(ranks.values(), default=0)
    return [table for table, rank in ranks.items() if rank == best > 0]


def _rank(names: Sequence[str], mapping: Mapping[str, str]) -> int:
    """Return how much a table looks like events: 0 for not at all."""
    if _vendor(names) is not None:
        return 4
    plan = understand(names, mapping)
    if not plan.complete:
        return 0
    if not (plan.user or plan.device):
        return 1
    is_called_so = mapping.get("event") in names or normal(names[plan.event]) in _CALLED_SO
    return 3 if is_called_so else 2


def _vendor(names: Collection[str]) -> Vendor | None:
    found = of_header(names) or of_names(names)
    return None if found is AHOY_VISITS else found


def _statement(table: str, columns: Mapping[str, Sequence[str]]) -> str:
    if table == "ahoy_events" and set(columns.get("ahoy_visits", ())) >= ahoy.VISITED:
        return ahoy.JOINED
    return f"select * from {_quoted(table)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
