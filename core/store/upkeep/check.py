"""Checking everything that is derived from events and logs against them, and repairing it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from core.blocks.keeping import keep
from core.columns import CONTEXT, FIRST_PROPERTY
from core.errors import not_as_written
from core.store.troubles import ODD_VALUES, TROUBLES, sentence
from core.store.upkeep.blocks import BlocksApart, compare_blocks
from core.store.upkeep.comparing import Apart, Comparison, Told, named, silent
from core.store.upkeep.owners import OwnersApart, compare_owners
from core.store.upkeep.recutting import (
    SessionsApart,
    compare_log_days,
    compare_session_days,
    compare_sessions,
)
from core.store.waiting import Patience, transaction
from core.store.workspace import bump, open_reader, open_writer, read_calendar
from core.store.workspace import check as check_file
from core.text import clean, things
from core.timeframe import to_date


@dataclass(frozen=True)
class Part:
    """What was found about one thing that is derived.

    Attributes:
        name: what it is, in the plural.
        right: how many there should be.
        wrong: how many differ, are missing or should not be.
        days: on how many local days; 0 if that was not counted.
        example: one of them in words, "" if none is wrong.
    """

    name: str
    right: int
    wrong: int
    days: int = 0
    example: str = ""


@dataclass(frozen=True)
class Checked:
    """The result of a check; `repaired` if what was wrong has been written anew."""

    parts: tuple[Part, ...]
    repaired: bool = False

    @property
    def wrong(self) -> int:
        """How many sets, first days, sessions, totals and blocks are or were wrong."""
        return sum(part.wrong for part in self.parts)


def check(
    path: str | Path,
    *,
    repair: bool = False,
    told: Told = silent,
    patience: Patience | None = None,
) -> Checked:
    """Count everything again that is derived from events and logs.

    Args:
        repair: write what is wrong, in one transaction.
        told: called with the progress.
        patience: how long to wait for another writer; only with `repair`.

    Raises:
        CannotOpen: there is no workspace, or it cannot be written.
        Damaged: a page or a value cannot be read.
    """
    patience = patience or Patience()
    try:
        if repair:
            return _repair(path, told, patience)
        with closing(open_reader(path)) as connection:
            connection.execute("begin")  # one snapshot of the file, whatever is committed meanwhile
            return Checked(compare(connection, told))
    except TROUBLES as error:
        raise sentence(error, path, "written" if repair else "read") from error
    except ODD_VALUES as error:
        raise not_as_written("a stored value") from error


def _repair(path: str | Path, told: Told, patience: Patience) -> Checked:
    check_file(path)
    with (
        closing(open_writer(path, patience=patience)) as connection,
        transaction(connection, patience),
    ):
        found = Checked(compare(connection, told, repair=True), repaired=True)
        if found.wrong:
            bump(connection)
    return found


def compare(
    connection: sqlite3.Connection, told: Told, *, repair: bool = False
) -> tuple[Part, ...]:
    """Return what `check` finds; `repair` writes inside the caller's transaction."""
    told("people", 0, 0)
    owners = compare_owners(connection, repair=repair)
    sets = Comparison(connection, told, repair=repair).run()
    sessions = compare_sessions(connection, told, repair=repair)
    if repair:
        keep(connection, clear=True)
    blocks = compare_blocks(connection, told, repair=repair)
    days, wrong_days = compare_session_days(connection, repair=repair)
    told("logs", 0, 0)
    totals, wrong_totals = compare_log_days(connection, repair=repair)
    return (
        Part("events", owners.events, owners.wrong, 0, _owner(connection, owners)),
        Part(
            "sets", sets.sets, sets.wrong, len(sets.days),
            _set_in_words(connection, sets.example),
        ),
        Part(
            "first days", sets.firsts, sets.wrong_firsts, len(sets.first_days),
            _first_in_words(connection, sets.first_example),
        ),
        Part("sessions", sessions.sessions, sessions.wrong, 0, _session(connection, sessions)),
        Part("totals of sessions", days, wrong_days),
        Part("totals of logs", totals, wrong_totals),
        Part("blocks", blocks.blocks, blocks.wrong, 0, _block(connection, blocks)),
    )  # fmt: skip


def _set_in_words(connection: sqlite3.Connection, apart: Apart | None) -> str:
    if apart is None:
        return ""
    event, dimension, value, day = apart.key
    of = f"{clean(named(connection, event))} on {to_date(day).isoformat()}"
    if dimension:
        of += f" with {_value(connection, dimension, value)}"
    return f"{of}: stored {_events(apart.stored)}, counted {_events(apart.counted)}"


def _events(size: tuple[int, int]) -> str:
    return f"{things(size[0], 'event')} of {_people(size[1])}"


def _people(size: int) -> str:
    return things(size, "person", "people")


def _first_in_words(connection: sqlite3.Connection, apart: Apart | None) -> str:
    if apart is None:
        return ""
    event, _, _, day = apart.key
    return (
        f"{clean(named(connection, event))}, first on {to_date(day).isoformat()}: "
        f"stored {_people(apart.stored[1])}, counted {_people(apart.counted[1])}"
    )


def _value(connection: sqlite3.Connection, dimension: int, value: int) -> str:
    if dimension < FIRST_PROPERTY:
        field = CONTEXT[dimension - 1]
        text = "select value from dimension_values where dimension = ? and id = ?"
    else:
        name = "select name from property_keys where id = ?"
        field = str((connection.execute(name, (dimension,)).fetchone() or ("?",))[0])
        text = "select value from property_values where dimension = ? and id = ?"
    if not value:
        return f"no {clean(field)}"
    row = connection.execute(text, (dimension, value)).fetchone()
    return f"{clean(field)} {clean(str(row[0]))!r}" if row else f"an unknown {clean(field)}"


def _owner(connection: sqlite3.Connection, found: OwnersApart) -> str:
    if found.example is None:
        return ""
    stored, right = (_key(connection, actor) for actor in found.example)
    return f"one counts for {stored} and not for {right}"


def _key(connection: sqlite3.Connection, actor: int) -> str:
    row = connection.execute("select key from identities where id = ?", (actor,)).fetchone()
    return clean(str(row[0])) if row else "nobody" if not actor else f"a person {actor} without id"


def _block(connection: sqlite3.Connection, found: BlocksApart) -> str:
    return f"those of {clean(named(connection, found.example))}" if found.wrong else ""


def _session(connection: sqlite3.Connection, found: SessionsApart) -> str:
    if found.example is None:
        return ""
    actor, start = found.example
    local = read_calendar(connection).local(start)
    return f"one of {_key(connection, actor)} that starts at {local:%Y-%m-%d %H:%M}"
