"""What blocks hold, compared with the stored events by plain loops."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import orjson

from core.blocks.covering import covered
from core.blocks.packing import INTEGERS, POINTS, Column, unpack, unpack_runs
from core.columns import CONTEXT, FIRST_PROPERTY, is_plain


def check_blocks(db: sqlite3.Connection, *, every: bool = True) -> None:
    """Fail unless the blocks of covered events have what the rows have.

    Args:
        every: all events must be covered.
    """
    names = {name for (name,) in db.execute("select distinct event from events")}
    if not db.execute("select 1 from sqlite_master where name = 'blocks'").fetchone():
        return
    those = covered(db)
    assert those >= names or not every
    for event in sorted(those):
        fields = {
            name: field
            for (name,) in db.execute("select name from property_keys")
            if is_plain(name) and (field := property_field(db, name, event)) is not None
        }
        rows, blocks = stored(db, event, fields), held(db, event, set(fields.values()))
        for seq, said in blocks.items():  # numbers that can be spelled in two ways
            for key, value in said.items():
                if isinstance(value, float):
                    said[key] = rows[seq][key] if float(rows[seq][key]) == value else value
        assert blocks == rows


def property_field(db: sqlite3.Connection, name: str, event: int) -> int | None:
    """The field of a property that the blocks of a covered event have whole; None if it is
    to be read from rows, as it has values that blocks do not hold, or is not known.

    Args:
        name: without "properties.".
    """
    row = db.execute(
        """
        select id from property_keys
        where name = ? and id not in (select field from block_stops)
        """,
        (name,),
    ).fetchone()
    if row is None:
        return None
    holed = db.execute(
        "select 1 from blocks where event = ? and field = ? and substr(data, 2, 1) <> x'00'",
        (event, row[0]),
    ).fetchone()
    return None if holed else int(row[0])


def texts_of(db: sqlite3.Connection, field: int) -> dict[int, str]:
    """The texts of a property in blocks by their ids."""
    return dict(db.execute("select id, text from block_texts where field = ?", (field,)))


def stored(db: sqlite3.Connection, event: int, fields: dict[str, int]) -> dict[int, dict[str, Any]]:
    """Seq -> what the row of an event says, with properties that blocks have."""
    columns = ("seq", "actor", "ts", "day", "session", *CONTEXT)
    found = {}
    for *numbers, text in db.execute(
        f"select {', '.join(columns)}, (select properties from event_properties p "
        "where p.seq = e.seq) from events e where event = ?",
        (event,),
    ):
        row = dict(zip(columns, numbers, strict=True))
        said = orjson.loads(text or "{}")
        row.update({f"p{fields[key]}": spelled(said[key]) for key in said if key in fields})
        found[row["seq"]] = {key: value for key, value in row.items() if value is not None}
    return found


def spelled(value: Any) -> str | None:
    """A value as JSON; true and false are as texts of these letters."""
    if isinstance(value, bool):
        value = "true" if value else "false"
    return None if value is None else orjson.dumps(value).decode()


def held(db: sqlite3.Connection, event: int, fields: set[int]) -> dict[int, dict[str, Any]]:
    """Seq -> what the blocks of an event say of it; fails where they are not in order."""
    found: dict[int, dict[str, Any]] = {}
    blocks = db.execute(
        "select day, part, last, n from blocks where event = ? and field = 2", (event,)
    ).fetchall()
    rows = db.execute(
        "select count(distinct day || ':' || part) from blocks where event = ?", (event,)
    )
    assert rows.fetchone() == (len(blocks),)
    for day, part, last, n in blocks:
        data = {
            field: (blob, *about)
            for field, blob, *about in db.execute(
                "select field, data, last, n from blocks where event = ? and day = ? and part = ?",
                (event, day, part),
            )
        }
        assert {(last, n)} == {about for _, *about_ in data.values() for about in [tuple(about_)]}
        known = {f: blob for f, (blob, *_) in data.items() if f < FIRST_PROPERTY or f in fields}
        events = decoded(db, known)
        order = [(e["day"], e["actor"], e["ts"], e["seq"]) for e in events]
        assert order == sorted(order)
        assert (order[0][0], order[-1][0], len(order)) == (day, last, n)
        assert part == min(e["seq"] for e in events)
        assert not found.keys() & {e["seq"] for e in events}
        found.update({e["seq"]: e for e in events})
    return found


def decoded(db: sqlite3.Connection, data: dict[int, bytes]) -> list[dict[str, Any]]:
    days, counts = unpack_runs(data.pop(-1))
    events = [
        {"day": day, "session": 0, **dict.fromkeys(CONTEXT, 0)}
        for day, count in zip(days.tolist(), counts.tolist(), strict=True)
        for _ in range(count)
    ]
    names = {0: "actor", 1: "ts", 2: "seq", 3: "session"}
    names.update({10 + place: name for place, name in enumerate(CONTEXT)})
    for field, blob in data.items():
        column = unpack(blob)
        assert len(column) == len(events)
        if field < FIRST_PROPERTY:
            for event, value in zip(events, column.whole().tolist(), strict=True):
                event[names[field]] = value
        else:
            add_property(db, events, field, column)
    return events


def add_property(
    db: sqlite3.Connection, events: list[dict[str, Any]], field: int, column: Column
) -> None:
    texts = texts_of(db, field)
    for part in (column, column.texts):
        if part is None:
            continue
        values = part.whole().tolist() if part.is_text else part.numbers().tolist()
        whole = part.whole().tolist()
        for place, event in enumerate(events):
            if part.present is not None and not part.present[place]:
                continue
            if part.is_text:
                event[f"p{field}"] = json.dumps(texts[values[place]], ensure_ascii=False)
            elif part.spelled == POINTS | INTEGERS:
                event[f"p{field}"] = values[place]
            elif part.spelled & POINTS or values[place] != int(values[place]):
                event[f"p{field}"] = orjson.dumps(values[place]).decode()
            else:
                event[f"p{field}"] = str(int(whole[place]) // 10**part.scale)
