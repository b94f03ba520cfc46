"""The workspace's side of a copy elsewhere: the address, how far the copy is, a log of changes.

The log is kept by triggers, so that nothing that writes needs to know about it. They, the log and
an index by order of arrival exist only in workspaces that are connected.
"""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple
from uuid import uuid4

from core.store.waiting import Patience, transaction
from core.store.workspace import CLUSTER, bump, read_meta

WORKSPACE: Final = "cluster_workspace"
"""The setting with the name that the copy has for this workspace."""

PUSHED: Final = "cluster_pushed"
"""The setting with the last event, in order of arrival, that is in the copy."""

PUSHED_LOGS: Final = "cluster_pushed_logs"
"""The setting with the last message of logs that is in the copy."""

SENDING: Final = "cluster_sending"
"""The setting that is there from the begin of a push to its end."""

EVENT, SESSION, PERSON, TRAIT, LOG, LINK, SESSION_KEY = range(7)
"""What a row of `cluster_changes` is about."""

_CHANGES: Final = "cluster_changes"

_TRIGGERS: Final = {
    "cluster_event_gone": ("delete on event_rows", EVENT, "old.seq", "null"),
    "cluster_event_changed": ("update on event_rows", EVENT, "new.seq", "null"),
    "cluster_properties_changed": ("update on event_properties", EVENT, "new.seq", "null"),
    "cluster_session_new": ("insert on sessions", SESSION, "new.actor", "new.start"),
    "cluster_session_changed": ("update on sessions", SESSION, "new.actor", "new.start"),
    "cluster_session_gone": ("delete on sessions", SESSION, "old.actor", "old.start"),
    "cluster_person_new": ("insert on identities", PERSON, "new.id", "null"),
    "cluster_person_changed": ("update on identities", PERSON, "new.id", "null"),
    "cluster_person_gone": ("delete on identities", PERSON, "old.id", "null"),
    "cluster_trait_new": ("insert on traits", TRAIT, "new.user", "null"),
    "cluster_trait_changed": ("update on traits", TRAIT, "new.user", "null"),
    "cluster_trait_gone": ("delete on traits", TRAIT, "old.user", "null"),
    "cluster_link_new": ("insert on links", LINK, "new.device", "null"),
    "cluster_link_changed": ("update on links", LINK, "new.device", "null"),
    "cluster_link_gone": ("delete on links", LINK, "old.device", "null"),
    "cluster_session_key_new": ("insert on session_keys", SESSION_KEY, "new.id", "null"),
    "cluster_session_key_changed": ("update on session_keys", SESSION_KEY, "new.id", "null"),
    "cluster_session_key_gone": ("delete on session_keys", SESSION_KEY, "old.id", "null"),
    "cluster_log_gone": ("delete on logs", LOG, "old.id", "null"),
    "cluster_log_changed": ("update on logs", LOG, "new.id", "null"),
}
"""Trigger -> what it is for, what its row is about, whom or which, and since which ms."""


class Progress(NamedTuple):
    """How far a copy is.

    Attributes:
        events, logs: the last event and message in it; 0 if it has none.
        sending: whether a push has begun and not ended.
        workspace: the name of this workspace in the copy.
    """

    events: int
    logs: int
    sending: bool
    workspace: str


def connect(connection: sqlite3.Connection, address: str, patience: Patience | None = None) -> None:
    """Point a workspace at a copy elsewhere, which is taken for empty if the address is new.

    Args:
        address: as JSON, without a secret.
    """
    with transaction(connection, patience or Patience()):
        meta = read_meta(connection)
        if meta.get(CLUSTER) != address:
            _forget(connection)
        _set(connection, {CLUSTER: address, WORKSPACE: meta.get(WORKSPACE) or uuid4().hex})
        connection.execute(
            f"""
            create table if not exists {_CHANGES} (
                id integer primary key,
                what integer not null,
                key integer not null,
                since integer
            )
            """
        )
        connection.execute("create index if not exists events_by_seq on event_rows (seq)")
        _watch(connection)
        bump(connection)


def _watch(connection: sqlite3.Connection) -> None:
    """Make the triggers that are missing."""
    for name, (when, what, key, since) in _TRIGGERS.items():
        connection.execute(
            f"""
            create trigger if not exists {name} after {when}
            begin
                insert into {_CHANGES} (what, key, since) values ({what}, {key}, {since});
            end
            """
        )


def disconnect(connection: sqlite3.Connection, patience: Patience | None = None) -> None:
    """Ask the workspace's own file again; the copy stays where it is."""
    with transaction(connection, patience or Patience()):
        for name in _TRIGGERS:
            connection.execute(f"drop trigger if exists {name}")
        connection.execute(f"drop table if exists {_CHANGES}")
        connection.execute("drop index if exists events_by_seq")
        _forget(connection)
        connection.execute("delete from meta where key = ?", (CLUSTER,))
        bump(connection)


def begin(connection: sqlite3.Connection, patience: Patience) -> None:
    """Note that a push begins."""
    with transaction(connection, patience):
        _set(connection, {SENDING: "1"})


def reached(
    connection: sqlite3.Connection, patience: Patience, *, events: int = 0, logs: int = 0
) -> None:
    """Note the last event or message that is in the copy."""
    said = {PUSHED: events, PUSHED_LOGS: logs}
    with transaction(connection, patience):
        _set(connection, {key: str(value) for key, value in said.items() if value})


def restart(connection: sqlite3.Connection, patience: Patience) -> None:
    """Note that the copy is empty."""
    with transaction(connection, patience):
        _watch(connection)
        _forget(connection)
        _set(connection, {SENDING: "1"})


def finish(connection: sqlite3.Connection, patience: Patience, changes: int) -> None:
    """Note that a push has ended, and forget the changes that it sent, up to one of them."""
    with transaction(connection, patience):
        connection.execute(f"delete from {_CHANGES} where id <= ?", (changes,))
        connection.execute("delete from meta where key = ?", (SENDING,))
        bump(connection)


def progress(connection: sqlite3.Connection) -> Progress:
    """Return how far the copy is."""
    meta = read_meta(connection)
    return Progress(
        int(meta.get(PUSHED, "0")),
        int(meta.get(PUSHED_LOGS, "0")),
        SENDING in meta,
        meta.get(WORKSPACE, ""),
    )


def waiting(connection: sqlite3.Connection) -> int:
    """Return how many events arrived since the last push."""
    last = int(read_meta(connection).get("next_seq", "1")) - 1
    return max(last - progress(connection).events, 0)


def _set(connection: sqlite3.Connection, values: dict[str, str]) -> None:
    connection.executemany(
        "insert or replace into meta (key, value) values (?, ?)", list(values.items())
    )


def _forget(connection: sqlite3.Connection) -> None:
    connection.execute("delete from meta where key in (?, ?, ?)", (PUSHED, PUSHED_LOGS, SENDING))
