"""How a workspace file gets its tables and views.

Loaded only by commands that create or migrate a file: importing sqlite-utils takes 170 ms.

Vocabulary of the integer columns
    identity  id in `identities`: a user id (kind 0) or a device id (kind 1)
    actor     the identity an event counts for, after links and aliases; 0 = nobody
    event     id in `event_names`; in `activity` and `first_activity` also 0 = any event that is
              not deleted and -1 = any active one, which has rows while some event is inactive
    context   id in `dimension_values`; 0 = missing
    session   id in `session_keys`; 0 = none given, -1 = outside any session (`events` only)
    ts        UTC milliseconds; day = local calendar day number in the workspace's zone
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress

from core.columns import CONTEXT, VERSION
from core.store.migrations import (
    blocks,
    choices,
    contexts,
    events,
    imports,
    logs,
    saved,
    sessions,
    views,
)
from core.store.tables import Database, Migrations, Scripted
from core.store.waiting import Patience, transaction

STEPS: tuple[Callable[[Database], None], ...] = (
    events.m001_dictionaries,
    events.m002_identity,
    events.m003_events,
    saved.m004_saved,
    views.m005_views,
    saved.m006_versions,
    saved.m007_custom_events,
    logs.m008_logs,
    events.m010_property_sets,
    views.m011_views_by_column,
    events.m012_order_of_arrival,
    events.m013_order_of_links,
    events.m014_removed_traits,
    views.m015_times_of_traits,
    events.m016_own_ids,
    imports.m017_imports,
    choices.m020_choices,
    choices.m021_import_sources,
    choices.m022_imports_by_source,
    imports.m022_said_otherwise,
    views.m023_views_without_join,
    blocks.m024_blocks,
    sessions.m025_session_days,
    logs.m027_letters_in_logs,
    saved.m028_alerts,
    saved.m029_shares,
    blocks.m030_blocks_by_row,
    events.m031_one_index_by_name,
    contexts.m032_contexts,
    contexts.m033_short_rows,
    contexts.m034_no_index_by_name,
)
"""The migrations in order; a file stores the names of those that were applied."""

migrations = Migrations("footfall")
for _step in STEPS:
    migrations()(_step)

INDEXES = {
    "sessions_by_day": "create index if not exists sessions_by_day on sessions (day, actor)",
}

_EVERY = 0.2
"""How many seconds pass before it is told again that a file is being converted."""

_STEPS = 100_000
"""After so many instructions of SQLite's it is asked whether they have: some milliseconds."""

_SPARE = 1_000
"""So few unused pages are left for the next import."""

PLANNER = (
    "analyze meta",  # makes the table, which no other statement can
    "delete from sqlite_stat1",
    """
    insert into sqlite_stat1 (tbl, idx, stat)
    values ('event_rows', 'event_rows', '1048576 40 1 1')
    """,
    "analyze sqlite_master",  # has this connection read it
)
"""Statements that tell SQLite's planner, of every file the same, that an actor has far fewer events
than a name. Else it takes both for equally rare, and reads all events of a name for each person of
whom it looks for one. It forgets them with an index.
"""


def apply(
    connection: sqlite3.Connection, settings: dict[str, str], patience: Patience | None = None
) -> None:
    """Migrate a file to the current schema; a new one gets `settings` in `meta`.

    It is all one transaction, so two concurrent migrations, or a killed one, leave an intact file.
    Nothing is written to a file that is up to date.

    Raises:
        sqlite3.OperationalError: another program kept writing.
    """
    patience = patience or Patience()
    if patience.until(lambda: _is_current(connection)):
        return
    is_new = connection.execute("select 1 from sqlite_master limit 1").fetchone() is None
    with nullcontext() if is_new else _told(connection, patience):
        with transaction(connection, patience):
            _bring_up(connection, settings)
        _give_back(connection)


@contextmanager
def _told(connection: sqlite3.Connection, patience: Patience) -> Iterator[None]:
    """Tell how long statements take while they run; what telling raises stops them."""
    began = last = time.monotonic()
    raised: list[BaseException] = []

    def step() -> int:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY:
            last = now
            try:
                patience.converting(now - began)
            except BaseException as error:
                raised.append(error)
        return len(raised)

    connection.set_progress_handler(step, _STEPS)
    try:
        yield
    except sqlite3.OperationalError:
        if not raised:
            raise
    finally:
        connection.set_progress_handler(None, 0)
        patience.converting(None)
    if raised:
        raise raised[0]


def _give_back(connection: sqlite3.Connection) -> None:
    """Make a file smaller of which migrations left an eighth unused, if that can be done now."""
    (pages,) = connection.execute("pragma page_count").fetchone()
    (free,) = connection.execute("pragma freelist_count").fetchone()
    if free > pages // 8 and free > _SPARE:
        with suppress(sqlite3.OperationalError):
            connection.execute("vacuum")


def _is_current(connection: sqlite3.Connection) -> bool:
    names = {name for (name,) in connection.execute("select name from sqlite_master")}
    if not names >= {*INDEXES, "meta", Migrations.migrations_table}:
        return False
    row = connection.execute("select value from meta where key = 'version'").fetchone()
    if row is None or int(row[0]) < VERSION:
        return False
    return not migrations.pending(Database(connection))


def _bring_up(connection: sqlite3.Connection, settings: dict[str, str]) -> None:
    migrations.apply(Scripted(connection))
    for statement in (*INDEXES.values(), *PLANNER):
        connection.execute(statement)
    connection.executemany(
        "insert or ignore into meta (key, value) values (?, ?)",
        {"version": str(VERSION), "generation": "0", **settings}.items(),
    )
    connection.execute(
        "update meta set value = ? where key = 'version' and cast(value as integer) < ?",
        (str(VERSION), VERSION),
    )
    connection.execute(
        """
        insert or ignore into meta (key, value)
        select 'property_sets', '2' where not exists (select 1 from events)
        """
    )
    connection.executemany(
        "insert or ignore into dimensions (field) values (?)", [(name,) for name in CONTEXT]
    )
