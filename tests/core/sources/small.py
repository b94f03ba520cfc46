"""Importing a few lines, and what a workspace then holds."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.columns import CONTEXT
from core.records import Record, Rejected, Row
from core.sources import jsonl, open_source
from core.sources.blocks import Lines
from core.sources.making import LineMaker
from core.store.ingest.importer import ImportReport, import_files
from tests.worlds import recount


@dataclass(frozen=True)
class Stored:
    """What a workspace holds after an import.

    Attributes:
        events: by time and then order of arrival: name, ts, user, device, session, person,
            properties, and the context columns that have a value.
        traits: (person, key) -> value.
    """

    report: ImportReport
    events: Sequence[Mapping[str, Any]]
    traits: Mapping[tuple[str, str], str]

    @property
    def names(self) -> Mapping[str, int]:
        """How many events of each name there are."""
        return Counter(event["event"] for event in self.events)

    @property
    def people(self) -> int:
        """How many people have events."""
        return len({event["person"] for event in self.events} - {None})


def lines(*objects: Any) -> str:
    """Return objects as JSON lines."""
    return "".join(json.dumps(each) + "\n" for each in objects)


def imported(folder: Path, content: str | bytes, name: str = "in.jsonl", **options: Any) -> Stored:
    """Import one file into the workspace of a folder, made when it is not there."""
    source, target = folder / name, folder / "w.db"
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    report = import_files(target, [source], **{"again": True, **options})
    with closing(sqlite3.connect(target)) as db:
        recount.check(db)
        return Stored(report, _events(db), _traits(db))


def _events(db: sqlite3.Connection) -> list[dict[str, Any]]:
    columns = ", ".join(f"(select value from dimension_values where id = e.{c})" for c in CONTEXT)
    rows = db.execute(
        f"""
        select n.name, e.ts, u.key, d.key, s.key, a.key, p.properties, {columns}
        from events e join event_names n on n.id = e.event
        left join identities u on u.id = e.user left join identities d on d.id = e.device
        left join identities a on a.id = e.actor
        left join session_keys s on s.id = e.session
        left join event_properties p on p.seq = e.seq
        order by e.ts, e.seq
        """
    )
    found = []
    for name, ts, user, device, session, person, properties, *context in rows:
        known = {c: v for c, v in zip(CONTEXT, context, strict=True) if v is not None}
        event = {"event": name, "ts": ts, "user": user, "device": device, "session": session}
        said = json.loads(properties) if properties else {}
        found.append({**event, "person": person, "properties": said, **known})
    return found


def _traits(db: sqlite3.Connection) -> dict[tuple[str, str], str]:
    rows = db.execute("select i.key, t.key, value from traits t join identities i on i.id = t.user")
    return {(person, key): value for person, key, value in rows}


def seen(source: Path, **options: Any) -> tuple[ImportReport, list[dict[str, Any]]]:
    """Import a file into w.db beside it; return the report and the view of events, by time."""
    target = source.with_name("w.db")
    report = import_files(target, [source], **options)
    with closing(sqlite3.connect(target)) as db:
        recount.check(db)
        db.row_factory = sqlite3.Row
        rows = db.execute("select * from events_v1 order by timestamp").fetchall()
    return report, [dict(row) for row in rows]


def seen_text(folder: Path, text: str, name: str) -> tuple[ImportReport, list[dict[str, Any]]]:
    """Write a file and import it as `seen` does; the properties of its events are objects."""
    (folder / name).write_text(text)
    report, found = seen(folder / name)
    for row in found:
        row["properties"] = json.loads(row["properties"]) if row["properties"] else {}
    return report, found


def records(folder: Path, content: str | bytes, name: str = "in.csv") -> list[Any]:
    """Return the records in a file, without storing them."""
    source = folder / name
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    opened = open_source(str(source), {}, None, logs=None)
    try:
        return list(opened.records)
    finally:
        opened.input.close()


def told(folder: Path, content: str, name: str = "in.csv") -> list[tuple[Any, ...]]:
    """Return the events in a file: name, user, device, session and properties."""
    return [
        (row.event, row.user, row.device, row.session, json.loads(row.properties or "{}"))
        for row in records(folder, content, name)
        if isinstance(row, Row)
    ]


def made_alone(block: Lines, maker: LineMaker, _: object) -> list[Record | Rejected]:
    """Make the records of some lines one by one."""
    lines = enumerate(block.lines, block.first)
    return [made for number, line in lines for made in jsonl._alone(line, number, maker)]
