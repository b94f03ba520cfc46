"""The list beside the editor of SQL: tables and views, saved statements, what was run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.engines.sqlite.relations import COUNTED, Relation
from core.store.library.saved import Item
from core.text import clean, cut, number, things
from core.timeframe import Calendar
from tui.actions.kept_questions import NONE_SAVED
from tui.services.sql_history import Ran
from tui.widgets.listing import Row

INTERNAL = "internal tables"
"""The row that folds the tables behind the views."""


@dataclass(frozen=True)
class Insert:
    """A name to write into the editor."""

    name: str


@dataclass(frozen=True)
class Load:
    """A statement to put into the editor.

    Attributes:
        saved: the id of the saved statement, "" for one from the history.
    """

    query: str
    saved: str = ""


def schema_rows(
    found: Sequence[Relation], open_names: Collection[str], counts: Mapping[str, int], heading: str
) -> list[Row]:
    """Return tables and views below a heading, those that are open with their columns."""
    rows = [Row(heading)]
    for relation in found:
        is_open = relation.name in open_names
        count = counts.get(relation.name)
        many = "" if count is None else f"{number(min(count, COUNTED))}{'+' * (count > COUNTED)}"
        rows.append(Row(f"{'v' if is_open else '>'} {relation.name}", relation, many))
        if is_open:
            rows += [Row(f"    {name}", Insert(name), type_) for name, type_ in relation.columns]
    return rows


def relation_rows(
    found: Sequence[Relation],
    open_names: Collection[str],
    counts: Mapping[str, int],
    between: Sequence[Row],
) -> list[Row]:
    """Return the views that are to be read, other rows, and the tables behind the views: as one
    row, below which they are once it is open.
    """
    readable = [relation for relation in found if relation.documented]
    internal = [relation for relation in found if not relation.documented]
    rows = [*schema_rows(readable, open_names, counts, "views to read"), *between]
    if internal:
        is_open = INTERNAL in open_names
        rows.append(Row(f"{'v' if is_open else '>'} {INTERNAL}", INTERNAL, number(len(internal))))
        rows += schema_rows(internal, open_names, counts, "")[1:] if is_open else ()
    return rows


def saved_rows(saved: Sequence[tuple[Item, str]]) -> list[Row]:
    """Return the saved statements."""
    rows = [Row("saved" if saved else NONE_SAVED)]
    return rows + [Row(f" {clean(item.title)}", Load(query, item.id)) for item, query in saved]


def history_rows(runs: Sequence[Ran], calendar: Calendar, now: int) -> list[Row]:
    """Return what was run, newest first."""
    rows = [Row("history" if runs else "history: nothing yet")]
    today = calendar.local(now).date()
    for run in runs:
        when = calendar.local(run.at)
        text = f"{when:%H:%M}" if when.date() == today else f"{when:%b %d}"
        shown = cut(clean(" ".join(run.query.split())), 200)
        rows.append(Row(f" {text}  {outcome(run)}  {shown}", Load(run.query)))
    return rows


def outcome(run: Ran) -> str:
    """Return how long a run took, and what came of it."""
    spent = run.milliseconds
    time = f"{spent:.0f} ms" if spent < 1_000 else f"{spent / 1000:.1f} s"
    return f"{time}  {run.said or things(run.rows or 0, 'row')}"
