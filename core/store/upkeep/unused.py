"""Deleting names and values that nothing in a workspace uses any more.

All functions work inside the caller's transaction, only on what they are given.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable

from core.columns import CONTEXT, FIRST_PROPERTY, MAX_PROPERTIES
from core.store.upkeep.comparing import Place

_OF_PEOPLE = (
    ("events", "user"), ("events", "device"), ("events", "actor"), ("links", "device"),
    ("links", "user"), ("aliases", "old"), ("aliases", "new"), ("traits", "user"),
    ("traits_removed", "user"), ("said_links", "device"), ("said_links", "user"),
    ("said_aliases", "old"), ("said_aliases", "new"), ("said_traits", "owner"),
    ("said_traits", "said"), ("folded_events", "user"), ("folded_events", "device"),
)  # fmt: skip
"""The columns that hold ids of `identities`."""

_OF_SESSIONS = (("events", "session"), ("logs", "session"), ("folded_events", "session"))


def clear_identities(connection: sqlite3.Connection, ids: Iterable[int]) -> int:
    """Delete user and device ids that no event or statement has; return how many."""
    return _clear(connection, "identities", ids, _OF_PEOPLE)


def clear_sessions(connection: sqlite3.Connection, ids: Iterable[int]) -> int:
    """Delete session ids that no event or log has; return how many."""
    return _clear(connection, "session_keys", ids, _OF_SESSIONS)


def clear_names(connection: sqlite3.Connection, ids: Iterable[int]) -> int:
    """Delete names without events that nobody has flagged or given a display name."""
    return connection.execute(
        """
        delete from event_names
        where id in (select value from json_each(?))
          and display is null and not (hidden or inactive or deleted or flow_hidden)
          and id not in (select event from event_rows)
          and id not in (select event from folded_events)
        """,
        (json.dumps(list(ids)),),
    ).rowcount


def _clear(
    connection: sqlite3.Connection,
    table: str,
    ids: Iterable[int],
    uses: Iterable[tuple[str, str]],
) -> int:
    given = json.dumps(sorted(id_ for id_ in ids if id_ > 0))
    used = " union ".join(
        f"select {column} from {used} where {column} in (select value from json_each(:ids))"
        for used, column in uses
    )
    return connection.execute(
        f"""
        delete from {table}
        where id in (select value from json_each(:ids)) and id not in ({used})
        """,
        {"ids": given},
    ).rowcount


def clear_scanned(connection: sqlite3.Connection, dimension: int, ids: Iterable[int]) -> None:
    """Delete values of a context column without sets that no event has."""
    column = CONTEXT[dimension - 1]
    connection.execute(
        f"""
        delete from dimension_values
        where dimension = :dimension and id in (select value from json_each(:ids))
          and id not in (
              select {column} from events
              where {column} in (select value from json_each(:ids))
              union select {column} from folded_events
          )
        """,
        {"dimension": dimension, "ids": json.dumps(list(ids))},
    )


def clear_places(connection: sqlite3.Connection, emptied: Collection[Place]) -> None:
    """Delete values of context columns and properties without sets, and the sets of dimensions
    that have no value left.

    Args:
        emptied: places of `activity` from which sets were deleted; its values, and its events and
            dimensions, are looked at.
    """
    names = [id_ for (id_,) in connection.execute("select id from event_names")]
    values: dict[int, set[int]] = defaultdict(set)
    pairs: dict[int, set[int]] = defaultdict(set)
    for event, dimension, value in emptied:
        if dimension and value:
            values[dimension].add(value)
            pairs[dimension].add(event)
    for dimension, ids in values.items():
        unused = [id_ for id_ in ids if not _has_sets(connection, names, dimension, id_)]
        if dimension < FIRST_PROPERTY:
            _clear_context(connection, names, dimension, unused)
        else:
            _clear_property(connection, dimension, unused, pairs[dimension])


def _has_sets(
    connection: sqlite3.Connection, events: Iterable[int], dimension: int, value: int
) -> bool:
    row = connection.execute(
        """
        select 1 from json_each(?) j
        where exists (
            select 1 from activity a
            where a.event = j.value and a.dimension = ? and a.value = ?
        )
        limit 1
        """,
        (json.dumps(list(events)), dimension, value),
    ).fetchone()
    return row is not None


def _clear_context(
    connection: sqlite3.Connection, events: list[int], dimension: int, unused: list[int]
) -> None:
    connection.executemany(
        f"""
        delete from dimension_values
        where id = ? and id not in (select {CONTEXT[dimension - 1]} from folded_events)
        """,
        [(id_,) for id_ in unused],
    )
    left = "select 1 from dimension_values where dimension = ? limit 1"
    if connection.execute(left, (dimension,)).fetchone() is None:
        _drop_sets(connection, [0, -1, *events], dimension)


def _clear_property(
    connection: sqlite3.Connection, dimension: int, unused: list[int], events: Iterable[int]
) -> None:
    connection.executemany(
        "delete from property_values where dimension = ? and id = ?",
        ((dimension, id_) for id_ in unused),
    )
    _drop_sets(connection, (e for e in events if not _valued(connection, e, dimension)), dimension)
    # from MAX_PROPERTIES names on, events may have others, which must not begin to have sets
    connection.execute(
        """
        delete from property_keys
        where id = ?1 and state = 'sets'
          and not exists (select 1 from property_values where dimension = ?1)
          and (select count(*) from property_keys) < ?2
        """,
        (dimension, MAX_PROPERTIES),
    )


def _valued(connection: sqlite3.Connection, event: int, dimension: int) -> bool:
    row = connection.execute(
        "select 1 from activity where event = ? and dimension = ? and value > 0 limit 1",
        (event, dimension),
    ).fetchone()
    return row is not None


def _drop_sets(connection: sqlite3.Connection, events: Iterable[int], dimension: int) -> None:
    connection.executemany(
        "delete from activity where event = ? and dimension = ?",
        [(event, dimension) for event in events],
    )
