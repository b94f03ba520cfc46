"""The derived tables of a workspace, counted again from its `events` by plain loops."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from typing import Any

from pyroaring import BitMap

from core.columns import CONTEXT, MAX_SET_VALUES
from core.engines.sqlite.dialect import SqliteDialect
from core.sources.moments import EARLIEST
from core.sql.json_paths import json_path
from core.store.workspace import read_meta
from tests.worlds.blocks import check_blocks

GAP = 30 * 60 * 1000
DAY = 24 * 60 * 60 * 1000


def events(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """All stored events in order of (ts, seq)."""
    cursor = db.execute("select * from events order by ts, seq")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def check(db: sqlite3.Connection, *, every: bool = True) -> None:
    """Fail unless every derived table equals what the stored events and their flags say.

    Args:
        every: all events must be in blocks.
    """
    rows = events(db)
    assert stored_activity(db) == activity(db, rows)
    assert stored_firsts(db) == firsts(rows, wholes(db))
    counted = "select id from event_names where not inactive and not deleted"
    names = {id_ for (id_,) in db.execute(counted)}
    assert stored_sessions(db) == sessions([row for row in rows if row["event"] in names])
    assert stored_session_days(db) == session_days(stored_sessions(db))
    seqs = [row["seq"] for row in rows]
    assert len(set(seqs)) == len(seqs)
    check_blocks(db, every=every)
    orphans = "select count(*) from event_properties where seq not in (select seq from events)"
    assert db.execute(orphans).fetchone() == (0,)


def wholes(db: sqlite3.Connection) -> dict[int, tuple[int, ...]]:
    """Event -> itself, 0 (any) and, while some event is inactive, -1 (any active)."""
    flags = db.execute("select id, inactive, deleted from event_names").fetchall()
    some = any(inactive for _, inactive, _ in flags)
    return {
        id_: (id_,) if deleted else (id_, 0, -1) if some and not inactive else (id_, 0)
        for id_, inactive, deleted in flags
    }


def activity(db: sqlite3.Connection, rows: list[dict[str, Any]]) -> dict[Any, Any]:
    """(event, dimension, value, day) -> (total, actors), as it should be stored."""
    values = dict(
        db.execute("select dimension, count(*) from dimension_values group by dimension").fetchall()
    )
    found: dict[Any, Any] = defaultdict(lambda: [0, set()])
    parts = wholes(db)
    said = properties(db, rows)
    for row in rows:
        groups = [(0, 0)] + [
            (number, row[name])
            for number, name in enumerate(CONTEXT, 1)
            if 0 < values.get(number, 0) <= MAX_SET_VALUES
        ]
        for dimension, value in said[row["seq"]]:
            entry = found[row["event"], dimension, value, row["day"]]
            entry[0] += 1
            if row["actor"]:
                entry[1].add(row["actor"])
        for dimension, value in groups:
            for event in parts[row["event"]]:
                entry = found[event, dimension, value, row["day"]]
                entry[0] += 1
                if row["actor"]:
                    entry[1].add(row["actor"])
    return {key: (total, actors) for key, (total, actors) in found.items()}


def properties(
    db: sqlite3.Connection, rows: list[dict[str, Any]]
) -> dict[int, list[tuple[int, int]]]:
    """seq -> (dimension, value id) of every property that has sets for the event.

    Values are read by SQLite and told apart by their labels; a property has sets for an event when
    one of its stored events has a value, or has had one before a merge dropped it.
    """
    keys = db.execute("select id, name from property_keys where state = 'sets'").fetchall()
    ids = {
        (dimension, text or "(empty)"): id_
        for dimension, id_, text in db.execute("select dimension, id, value from property_values")
    }
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    label = SqliteDialect().json_label("(p.properties -> ?1)")
    for dimension, name in keys:
        query = f"select p.seq, {label} from event_properties p"
        labels = dict(db.execute(query, (json_path((name,)),)))
        has = "select distinct event from activity where dimension = ?"
        covered = {event for (event,) in db.execute(has, (dimension,))}
        for row in rows:
            shown = labels.get(row["seq"], "(none)")
            assert shown == "(none)" or row["event"] in covered, (name, row)
            if row["event"] in covered:
                value = 0 if shown == "(none)" else ids[dimension, shown]
                found[row["seq"]].append((dimension, value))
    return found


def stored_activity(db: sqlite3.Connection) -> dict[Any, Any]:
    """The table `activity`, in the same form."""
    return {
        tuple(key): (total, set(BitMap.deserialize(users)))
        for *key, total, users in db.execute(
            "select event, dimension, value, day, total, users from activity"
        )
    }


def firsts(rows: list[dict[str, Any]], parts: dict[int, tuple[int, ...]]) -> dict[Any, set[int]]:
    """(event, day) -> the actors whose first one it was."""
    seen: set[tuple[int, int]] = set()
    found: dict[Any, set[int]] = defaultdict(set)
    for row in rows:
        for event in parts[row["event"]]:
            if row["actor"] and (event, row["actor"]) not in seen:
                seen.add((event, row["actor"]))
                found[event, row["day"]].add(row["actor"])
    return dict(found)


def stored_firsts(db: sqlite3.Connection) -> dict[Any, set[int]]:
    """The table `first_activity`, in the same form."""
    return {
        (event, day): set(BitMap.deserialize(users))
        for event, day, users in db.execute("select event, day, users from first_activity")
    }


def sessions(rows: list[dict[str, Any]]) -> list[tuple[int, ...]]:
    """(actor, start, session, end, events, day, entry, exit), sorted."""
    pieces: dict[Any, list[dict[str, Any]]] = {}
    running: dict[int, Any] = {}
    for row in rows:
        actor = row["actor"]
        if not actor or row["session"] == -1:
            continue
        if row["session"]:
            key = (actor, row["session"])
        else:
            key = running.get(actor)
            piece = pieces.get(key, [])
            if not piece or row["ts"] - piece[-1]["ts"] > GAP or row["ts"] - piece[0]["ts"] >= DAY:
                key = running[actor] = (actor, 0, row["ts"])
        pieces.setdefault(key, []).append(row)
    return sorted(
        (
            key[0], piece[0]["ts"], key[1], piece[-1]["ts"], len(piece), piece[0]["day"],
            piece[0]["event"], piece[-1]["event"],
        )
        for key, piece in pieces.items()
    )  # fmt: skip


def session_days(found: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The totals of sessions of somebody by day: how many, with a length, lengths, bounced."""
    days: dict[int, list[int]] = {}
    for actor, start, _, end, events, day, *_ in found:
        if actor:
            timed = end - start <= 86_400_000
            added = (1, timed, (end - start) * timed, events == 1)
            days[day] = [a + b for a, b in zip(days.get(day, [0] * 4), added, strict=True)]
    return sorted((day, *totals) for day, totals in days.items())


def stored_session_days(db: sqlite3.Connection) -> list[tuple[int, ...]]:
    """The table `session_days`, in the same form."""
    return db.execute("select * from session_days where sessions <> 0 order by day").fetchall()


def stored_sessions(db: sqlite3.Connection) -> list[tuple[int, ...]]:
    """The table `sessions`, in the same form."""
    return sorted(
        db.execute(
            'select actor, start, session, "end", events, day, entry, exit from sessions'
        ).fetchall()
    )


_VALUES = ", ".join(f"(select value from dimension_values where id = e.{c})" for c in CONTEXT)

DUMPS = {
    "events": f"""
        select n.name, e.ts, e.id, e.day, s.key, u.kind, u.key, d.key, a.kind, a.key,
               p.properties, {_VALUES}
        from events e
        join event_names n on n.id = e.event
        left join session_keys s on s.id = e.session
        left join identities u on u.id = e.user
        left join identities d on d.id = e.device
        left join identities a on a.id = e.actor
        left join event_properties p on p.seq = e.seq
        order by e.id, e.ts, a.key""",
    "links": """
        select d.key, u.key, l.linked_at from links l
        join identities d on d.id = l.device join identities u on u.id = l.user order by 1, 2""",
    "aliases": """
        select o.key, n.key, a.at from aliases a
        join identities o on o.id = a.old join identities n on n.id = a.new order by 1, 2""",
    "traits": """
        select u.key, t.key, t.value, t.updated_at from traits t
        join identities u on u.id = t.user order by 1, 2""",
    "activity": "select * from activity order by 1, 2, 3, 4",
    "first_activity": "select * from first_activity order by 1, 2",
    "sessions": "select * from sessions order by 1, 2, 3",
    "identities": "select * from identities order by 1",
    "event_names": "select * from event_names order by 1",
    "dimension_values": "select * from dimension_values order by 1",
    "property_keys": "select * from property_keys order by 1",
    "property_values": "select * from property_values order by 1, 2",
}


def dump(db: sqlite3.Connection) -> dict[str, list[Any]]:
    """Everything an import leaves behind except its journal, and `seq`, in a fixed order."""
    return {name: db.execute(query).fetchall() for name, query in DUMPS.items()}


def _texts(db: sqlite3.Connection, query: str) -> dict[int, str]:
    return {0: "-", -1: "any active", **dict(db.execute(query))}


def in_words(db: sqlite3.Connection) -> dict[str, Any]:
    """What a workspace says about its events, apart from the numbers that stand for names."""
    people = _texts(db, "select id, key from identities")
    names = {**_texts(db, "select id, name from event_names"), 0: "any"}
    keys = _texts(db, "select id, key from session_keys")
    values: dict[tuple[int, int], str] = defaultdict(lambda: "-")
    for table in ("dimension_values", "property_values"):
        for dimension, id_, value in db.execute(f"select dimension, id, value from {table}"):
            values[dimension, id_] = value
    fields = dict(enumerate(("", *CONTEXT)))
    fields |= dict(db.execute("select id, name from property_keys where state = 'sets'"))
    return {
        "sets": {
            (names[event], fields[dimension], values[dimension, value], day):
                (total, {people[actor] for actor in BitMap.deserialize(users)})
            for event, dimension, value, day, total, users in db.execute("select * from activity")
        },
        "firsts": {
            (names[event], day): {people[actor] for actor in BitMap.deserialize(users)}
            for event, day, users in db.execute("select event, day, users from first_activity")
        },
        "sessions": sorted(
            (people[actor], start, keys[key], end, events, day, names[entry], names[exit_])
            for actor, start, key, end, events, day, entry, exit_ in stored_sessions(db)
        ),
        "names": set(names.values()),
        "people": set(people.values()),
        "keys": set(keys.values()),
        "values": {(fields[d], value) for (d, _), value in values.items() if d in fields},
        "latest": int(read_meta(db).get("latest", EARLIEST)),
    }  # fmt: skip
