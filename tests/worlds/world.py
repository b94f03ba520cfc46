"""Small worlds of events held in memory, and their storing.

A world is what happened and who is who, in plain texts; `tests.oracles` answers questions about it
and `store` writes it to a workspace, so that both can be compared.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.columns import CONTEXT, FIRST_PROPERTY
from core.engines.sqlite.engine import SqliteEngine
from core.records import Alias, Identify, Row, digest
from core.store.imports.statements import Statements
from core.store.ingest.batch import Batch
from core.store.ingest.writer import Writer
from core.store.library.event_flags import flag_event
from core.store.workspace import open_writer

HOUR = 3_600_000
DAY = 24 * HOUR


@dataclass(frozen=True)
class Event:
    """One event: UTC ms and texts; a session of None is to be derived."""

    event: str
    ts: int
    user: str | None = None
    device: str | None = None
    session: str | None = None
    context: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """Everything a workspace is made of.

    Attributes:
        events: in the order of arrival.
        links: (device, user, ms) statements apart from events that carry both.
        aliases: (old user, new user, ms); no loops.
        traits: (user, key, value, ms).
        batches: in how many pieces it is stored, so that later ones change earlier ones; the
            events one part after another.
        flags: (event, flag) as in core.store.ingest.flags.FLAGS; set once the event is stored, so
            that later batches find them in force.
        custom: (title, definition) of custom events.
        ahead: what is dated after now counts too; of oracles alone.
    """

    events: tuple[Event, ...]
    links: tuple[tuple[str, str, int], ...] = ()
    aliases: tuple[tuple[str, str, int], ...] = ()
    traits: tuple[tuple[str, str, str, int], ...] = ()
    zone: str = "UTC"
    week_start: int = 0
    now: int = 0
    batches: int = 1
    flags: tuple[tuple[str, str], ...] = ()
    custom: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    ahead: bool = False

    @property
    def names(self) -> set[str | None]:
        """Every event selector that can be asked for; None is no event."""
        stored = {event.event for event in self.events if not self.flagged(event.event, "deleted")}
        return {None, *stored, *(SELECTORS if self.custom else ())}

    def arrivals(self, batch: int) -> tuple[Event, ...]:
        """The events that a batch brings, from 0."""
        size = -(-len(self.events) // self.batches)
        return self.events[batch * size : (batch + 1) * size]

    def flagged(self, event: str, flag: str) -> bool:
        """Whether an event has a flag."""
        return (event, flag) in self.flags


# -- storing


@lru_cache(maxsize=1)
def _empty_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        with closing(open_writer(path)) as connection:
            connection.execute("pragma journal_mode = delete")
        return path.read_bytes()


def _know_fields(path: Path) -> None:
    """Let questions name the worlds' fields even where a world has no value of theirs."""
    names = {"amount": 0, "item": {"x": 0}, "plan": 0, "seats": 0}
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("insert into event_properties values (0, ?)", (json.dumps(names),))
        connection.executemany(
            """
            insert or ignore into property_keys (id, name, state)
            select coalesce(max(id), ?) + 1, ?, 'sets' from property_keys
            """,
            [(FIRST_PROPERTY, name) for name in names],
        )
        connection.executemany(
            "insert into traits (user, key, value, updated_at) values (1000000, ?, '', 0)",
            [(name,) for name in names],
        )


def store(world: World, path: Path) -> Path:
    """Write a world to a new workspace file."""
    path.write_bytes(_empty_file())
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma synchronous = off")
        connection.executemany(
            "update meta set value = ? where key = ?",
            [(world.zone, "zone"), (str(world.week_start), "week_start")],
        )
        connection.commit()
        writer, said = Writer(connection), Statements(connection, 1)
        left = list(world.flags)
        for batch in _batches(world):
            writer.write(batch, lambda written: said.note(written.said))
            left = _flag(path, connection, left)
        for number, (title, body) in enumerate(world.custom):
            connection.execute(
                """
                insert into custom_events (id, title, body, created_at, updated_at)
                values (?, ?, ?, 0, 0)
                """,
                (str(number), title, json.dumps(body)),
            )
        connection.commit()
    return path


def _flag(
    path: Path, connection: sqlite3.Connection, flags: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Set the flags of the events that are stored by now; return the others."""
    if not flags:
        return []
    known = {name for (name,) in connection.execute("select name from event_names")}
    for event, flag in flags:
        if event in known:
            flag_event(path, event, {flag: True})
    return [(event, flag) for event, flag in flags if event not in known]


def _batches(world: World) -> Iterator[Batch]:
    rows = (_row(number, event) for number, event in enumerate(world.events))
    identifies = [Identify(user, device, ts) for device, user, ts in world.links]
    identifies += [Identify(user, None, ts, {key: value}) for user, key, value, ts in world.traits]
    aliases = [Alias(*alias) for alias in world.aliases]
    for place in range(world.batches):
        part = slice(place, None, world.batches)
        arrived = list(islice(rows, len(world.arrivals(place))))
        yield Batch(arrived, identifies[part], aliases[part])


def _row(number: int, event: Event) -> Row:
    """A row with an id that says nothing about its place."""
    return Row(
        event.event,
        event.ts,
        event.user,
        event.device,
        event.session,
        digest(str(number).encode()),
        tuple(event.context.get(name) for name in CONTEXT),
        json.dumps(event.properties, ensure_ascii=False) if event.properties else None,
    )


@contextmanager
def engine_of(world: World) -> Iterator[SqliteEngine]:
    """An engine over a world stored for as long as the block runs; its clock stands at now."""
    with tempfile.TemporaryDirectory() as folder:
        path = store(world, Path(folder) / "world.db")
        _know_fields(path)
        engine = SqliteEngine(path, clock=lambda: world.now)
        try:
            yield engine
        finally:
            engine.close()


def utc_ms(text: str, zone: str = "UTC") -> int:
    """The UTC ms of an ISO time in a zone."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


CUSTOM = {
    "either": {"events": [{"event": "signup"}, {"event": "pay"}, {"event": "gone"}]},
    "Rich": {
        "events": [
            {
                "event": "cart",
                "filters": [{"field": "properties.amount", "operator": "gt", "value": 5}],
            },
            {"event": "cart", "filters": [{"field": "country", "operator": "eq", "value": "NL"}]},
            {
                "event": "view",
                "filters": [{"field": "trait:plan", "operator": "ne", "value": "pro"}],
            },
        ]
    },
}
"""Custom events of flagged worlds: by names alone, and by filters of which two may match."""

SELECTORS = ("_active", "_all", "ce:either", "ce:Rich", "revenue_amount", "unverified_revenue")
