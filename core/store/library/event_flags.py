"""Setting the flags of an event (definitions 2.4), and updating the stored data that depends on
them.

A flag and the sets and sessions it changes are one transaction: a reader sees all of it or none.
Sets are rebuilt from those of the single events, only where the event has any; sessions from the
events of the people who did it. Nothing is lost: clearing the flag restores everything.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pyroaring import BitMap

from core.columns import ACTIVE, FIRST_PROPERTY
from core.errors import BadInput, NotFound, did_you_mean
from core.sql.sets import load
from core.store.ingest.flags import FLAGS, Flags
from core.store.ingest.sessions import Sessions
from core.store.library.profiles import Profile, present_profile
from core.store.rows.extent import measure_extent
from core.store.troubles import TROUBLES, sentence
from core.store.waiting import Patience, transaction
from core.store.workspace import bump, open_writer
from core.text import clean

MAX_DISPLAY = 200
EVERY = 2_000
"""How many people's sessions are rebuilt between two progress reports."""

Told = Callable[[str, int, int], None]
"""Called with what is being rebuilt, how much is done, and the total."""


@dataclass(frozen=True)
class EventState:
    """An event's flags; see core.catalog.events.EventFlags."""

    id: int
    name: str
    display: str
    inactive: bool
    deleted: bool
    hidden: bool
    flow_hidden: bool

    @property
    def counted(self) -> bool:
        """Whether it makes people active and belongs to sessions."""
        return not (self.inactive or self.deleted)


def event_states(connection: sqlite3.Connection) -> list[EventState]:
    """Return the flags of all events, including deleted ones, by name."""
    rows = connection.execute(
        """
        select id, name, coalesce(display, ''), inactive, deleted, hidden, flow_hidden
        from event_names order by name
        """
    )
    return [EventState(*row[:3], *map(bool, row[3:])) for row in rows]


def flag_event(
    path: str | Path,
    name: str,
    changes: dict[str, bool | str],
    *,
    profile: str | Profile = "",
    told: Told = lambda what, done, whole: None,
    patience: Patience | None = None,
) -> tuple[EventState, EventState]:
    """Change flags of an event; return its state before and after.

    Args:
        name: an event in the data, which may be deleted.
        changes: True or False for `inactive`, `deleted`, `hidden`, `flow_hidden`, and a text for
            `display`, "" for none.
        patience: how long to wait for another writer.

    Raises:
        NotFound: there is no such event.
        BadInput: a change is not one of these.
        Forbidden: the profile is a viewer.
        CannotOpen: the file cannot be written now.
    """
    _check(changes)
    patience = patience or Patience()
    with closing(open_writer(path, patience=patience)) as connection:
        try:
            with transaction(connection, patience):
                present_profile(connection, Path(path), profile).check_create("a flag of an event")
                before = _state(connection, name)
                for column, value in changes.items():
                    connection.execute(
                        f"update event_names set {column} = ? where id = ?",
                        (value or None if column == "display" else int(value), before.id),
                    )
                after = _state(connection, name)
                _follow(connection, before, after, told)
                bump(connection)
        except TROUBLES as error:
            raise sentence(error, path, "written") from error
    return before, after


def _check(changes: dict[str, bool | str]) -> None:
    for column, value in changes.items():
        if column not in (*FLAGS, "display"):
            raise BadInput(
                f"An event has no flag {column!r}.", f"Allowed: {', '.join(FLAGS)}, display."
            )
        if column == "display" and len(str(value)) > MAX_DISPLAY:
            raise BadInput(f"A display name can be at most {MAX_DISPLAY} characters long.")


def _state(connection: sqlite3.Connection, name: str) -> EventState:
    states = {state.name: state for state in event_states(connection)}
    if name not in states:
        raise NotFound(
            f"There is no event {clean(name)!r} in this workspace.",
            did_you_mean(name, states) or "footfall list events shows them all.",
        )
    return states[name]


def _follow(
    connection: sqlite3.Connection, before: EventState, after: EventState, told: Told
) -> None:
    """Update everything that depends on an event's changed flags."""
    if (before.inactive, before.deleted) == (after.inactive, after.deleted):
        return
    others = f"select count(*) from event_names where inactive and id <> {int(after.id)}"
    (inactive_ones,) = connection.execute(others).fetchone()
    if not inactive_ones and before.inactive and not after.inactive:
        for table in ("activity", "first_activity"):
            connection.execute(f"delete from {table} where event = ?", (ACTIVE,))
    if not inactive_ones and after.inactive and not before.inactive:
        _copy_whole(connection)
    if before.deleted != after.deleted:
        measure_extent(connection)
    wholes = [0] if before.deleted != after.deleted else []
    if (inactive_ones or after.inactive) and before.counted != after.counted:
        wholes.append(ACTIVE)
    _make_sets(connection, after.id, wholes, told)
    if before.counted != after.counted:
        _make_sessions(connection, after.id, told)


def _copy_whole(connection: sqlite3.Connection) -> None:
    """Copy the sets of any event as those of any active event."""
    connection.execute(
        """
        insert into activity (event, dimension, value, day, total, users)
        select ?, dimension, value, day, total, users from activity where event = 0
        """,
        (ACTIVE,),
    )
    connection.execute(
        """
        insert into first_activity (event, day, users)
        select ?, day, users from first_activity where event = 0
        """,
        (ACTIVE,),
    )


# -- sets


def _make_sets(
    connection: sqlite3.Connection, event: int, wholes: Iterable[int], told: Told
) -> None:
    """Rebuild the sets of pseudo events that an event is or was part of."""
    flags = Flags.read(connection)
    names = [id_ for (id_,) in connection.execute("select id from event_names")]
    parts = {whole: [id_ for id_ in names if whole in flags.wholes(id_)] for whole in wholes}
    places = connection.execute(
        "select distinct dimension, value from activity where event = ? and dimension < ?",
        (event, FIRST_PROPERTY),
    ).fetchall()
    for done, place in enumerate(places):
        if not done % 50:
            told("sets", done, len(places))
        for whole, ids in parts.items():
            _make_place(connection, event, whole, ids, place)
    for whole, ids in parts.items():
        _make_firsts(connection, whole, ids)


def _make_place(
    connection: sqlite3.Connection, event: int, whole: int, ids: list[int], place: tuple[int, int]
) -> None:
    """Rebuild the sets of a dimension's value for the days on which an event happened with it."""
    at = "dimension = ? and value = ?"
    days = {
        day
        for (day,) in connection.execute(
            f"select day from activity where event = ? and {at}", (event, *place)
        )
    }
    totals: dict[int, int] = defaultdict(int)
    users: dict[int, BitMap] = defaultdict(BitMap)
    for day, total, blob in connection.execute(
        f"""
        select day, total, users from activity
        where event in (select value from json_each(?)) and {at} and day between ? and ?
        """,
        (json.dumps(ids), *place, min(days), max(days)),
    ):
        if day in days:
            totals[day] += total
            users[day] |= load(blob)
    connection.executemany(
        f"delete from activity where event = ? and {at} and day = ?",
        ((whole, *place, day) for day in days - totals.keys()),
    )
    connection.executemany(
        "insert or replace into activity values (?, ?, ?, ?, ?, ?)",
        ((whole, *place, day, totals[day], users[day].serialize()) for day in totals),
    )


def _make_firsts(connection: sqlite3.Connection, whole: int, ids: list[int]) -> None:
    """Rebuild all first days of a pseudo event from those of its events."""
    by_day: dict[int, BitMap] = defaultdict(BitMap)
    for day, blob in connection.execute(
        """
        select day, users from first_activity
        where event in (select value from json_each(?))
        """,
        (json.dumps(ids),),
    ):
        by_day[day] |= load(blob)
    connection.execute("delete from first_activity where event = ?", (whole,))
    seen = BitMap()
    for day in sorted(by_day):
        fresh = by_day[day] - seen
        seen |= fresh
        if fresh:
            connection.execute(
                "insert into first_activity (event, day, users) values (?, ?, ?)",
                (whole, day, fresh.serialize()),
            )


# -- sessions


def _make_sessions(connection: sqlite3.Connection, event: int, told: Told) -> None:
    """Rebuild the sessions of everybody who did an event."""
    people = BitMap()
    for (blob,) in connection.execute("select users from first_activity where event = ?", (event,)):
        people |= load(blob)
    sessions = Sessions(connection)
    for start in range(0, len(people), EVERY):
        told("sessions", start, len(people))
        sessions.rebuild(people[start : start + EVERY])
