"""Small worlds of events held in memory, strategies that make nasty ones, and their storing.

A world is what happened and who is who, in plain texts; `tests.oracle` answers questions about it
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

from hypothesis import strategies as st

from core.columns import CONTEXT, FIRST_PROPERTY
from core.engines.sqlite.engine import SqliteEngine
from core.records import Alias, Identify, Row, digest
from core.store.ingest.writer import Batch, Writer
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
        writer = Writer(connection)
        left = list(world.flags)
        for batch in _batches(world):
            writer.write(batch, lambda written: None)
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


# -- the fixture of definitions appendix A


def _ms(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


_ITEMS = """
04-07T10:00 a s1 sign_up
04-07T10:05 a s1 view_item shirt
04-07T10:06 a s1 add_to_cart shirt
04-07T10:10 a s1 purchase shirt 20
04-08T09:59 a s2 view_item jeans
04-15T11:00 a s3 view_item hat
04-07T12:00 b s4 sign_up
04-08T12:00 b s5 add_to_cart jeans
04-08T12:30 b s5 contact_support
04-08T13:00 b s5 purchase jeans 50
04-09T08:00 c s6 add_to_cart hat
04-09T08:10 c s6 sign_up
04-09T08:20 c s6 purchase hat 10
04-01T09:00 d s7 sign_up
04-01T09:30 d s7 view_item hat
04-14T09:00 d s8 add_to_cart hat
04-14T10:00 e s9 sign_up
04-16T10:00 e s10 sign_up
04-16T10:30 e s10 add_to_cart shirt
04-16T10:30 e s10 purchase shirt 20
03-01T10:00 f s11 view_item shirt
"""
_COUNTRY = {"a": "NL", "b": "US", "c": "US", "d": "NL", "e": "DE", "f": "NL"}
_PLAN = {"a": "pro", "b": "free", "c": "free", "d": "pro", "f": "free"}


def appendix_a() -> World:
    """The fixture of definitions appendix A; event 1 of its table has number 0 here."""
    events = []
    for line in _ITEMS.strip().splitlines():
        when, user, session, event, *more = line.split()
        properties: dict[str, Any] = {}
        if more:
            properties["item"] = more[0]
        if len(more) > 1:
            properties["amount"] = int(more[1])
        device = "phone-a" if session == "s3" else f"device-{user}"
        events.append(
            Event(event, _ms(f"2025-{when}"), user, device, session,
                  {"country": _COUNTRY[user]}, properties)
        )  # fmt: skip
    traits = tuple((u, "plan", p, _ms("2025-04-01")) for u, p in _PLAN.items())
    return World(tuple(events), traits=traits, now=_ms("2025-04-20T12:00"))


A_RANGE = "2025-04-07,2025-04-20"
"""Range R of appendix A."""


# -- nasty ones

ZONES = (
    ("UTC", "2025-03-30"),
    ("America/New_York", "2025-03-09"),
    ("America/New_York", "2025-11-02"),
    ("Europe/Amsterdam", "2025-03-30"),
    ("Europe/Amsterdam", "2025-10-26"),
    ("Asia/Kathmandu", "2025-03-30"),
    ("Australia/Lord_Howe", "2025-04-06"),
    ("Australia/Lord_Howe", "2025-10-05"),
    ("America/Santiago", "2025-09-07"),
    ("Africa/Monrovia", "1972-01-07"),
)
"""Zones with a day to be around: most change their clocks on it, Santiago at midnight.

Until that day Monrovia was 44 minutes and 30 seconds behind UTC.
"""

EVENTS = ("signup", "view", "cart", "pay")
USERS = ("ann", "bob", "cem", "dee")
DEVICES = ("phone", "laptop", "tablet")
COUNTRIES = ("NL", "US", "")
ITEMS: tuple[Any, ...] = ("hat", "Hat", "", 1, 1.0, "1", True, None, ["hat", "shirt"], [], {"x": 1})
AMOUNTS: tuple[Any, ...] = (0, 9, 10, "9", "10", 2.5, -3, "junk", None, True)


def _moments(zone: str, middle: str, days: int) -> st.SearchStrategy[int]:
    """Instants around a day: midnights and clock changes to the ms, whole hours, and between."""
    midnight = _ms(f"{middle}T00:00", zone)
    day = st.integers(-days, days).map(lambda n: n * DAY)
    half = HOUR // 2
    off = st.sampled_from((-1, 0, 0, 0, 1, half, half + 1, HOUR, 2 * HOUR, 3 * HOUR, 13 * HOUR))
    usual = st.builds(lambda d, o: midnight + d + o, day, off)
    old = st.integers(15, 80).map(lambda n: midnight - n * DAY)
    return st.one_of(usual, usual, usual, old)


@st.composite
def events(draw: st.DrawFn, moments: st.SearchStrategy[int]) -> Event:
    """One event: of a user, a device, both, or nobody."""
    who = draw(st.sampled_from(("user", "user", "device", "both", "nobody")))
    context: dict[str, str] = {}
    country = draw(st.sampled_from((*COUNTRIES, None)))
    if country is not None:
        context["country"] = country
    properties: dict[str, Any] = {}
    for name, choices in (("item", ITEMS), ("amount", AMOUNTS)):
        if draw(st.booleans()):
            properties[name] = draw(st.sampled_from(choices))
    if draw(st.integers(0, 7)) == 7:
        name, choices = draw(st.sampled_from((("country", COUNTRIES), ("item.x", ITEMS))))
        properties[name] = draw(st.sampled_from(choices))
    return Event(
        draw(st.sampled_from(EVENTS)),
        draw(moments),
        draw(st.sampled_from(USERS)) if who in ("user", "both") else None,
        draw(st.sampled_from(DEVICES)) if who in ("device", "both") else None,
        draw(st.sampled_from((None, None, None, "s1", "s2"))),
        context,
        properties,
    )


CUSTOM = {
    "either": {"events": [{"event": "signup"}, {"event": "pay"}, {"event": "gone"}]},
    "Rich": {
        "events": [
            {"event": "cart", "filters": [{"field": "properties.amount", "operator": "gt",
                                           "value": 5}]},
            {"event": "cart", "filters": [{"field": "country", "operator": "eq", "value": "NL"}]},
            {"event": "view", "filters": [{"field": "trait:plan", "operator": "ne",
                                           "value": "pro"}]},
        ]
    },
}  # fmt: skip
"""Custom events of flagged worlds: by names alone, and by filters of which two may match."""

SELECTORS = ("_active", "_all", "ce:either", "ce:Rich", "revenue_amount", "unverified_revenue")


def _flags(found: tuple[Event, ...]) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    names = sorted({event.event for event in found})
    if not names:
        return st.just(())
    one = st.tuples(
        st.sampled_from(names),
        st.sampled_from(("inactive", "inactive", "inactive", "deleted", "hidden", "flow_hidden")),
    )
    return st.lists(one, max_size=3, unique=True).map(tuple)


@st.composite
def worlds(
    draw: st.DrawFn, max_events: int = 24, days: int = 10, *, flagged: bool = False
) -> World:
    """A small nasty world around a day on which its zone may change its clocks.

    Args:
        flagged: events may be inactive or deleted, and there are the custom events CUSTOM.
    """
    zone, middle = draw(st.sampled_from(ZONES))
    moments = _moments(zone, middle, days)
    fewest = draw(st.sampled_from((0, 1, 6, 12, 12)))
    crowded = draw(st.lists(moments, max_size=2))
    at = st.one_of(moments, *(st.just(moment) for moment in crowded))
    found = tuple(draw(st.lists(events(at), min_size=min(fewest, max_events), max_size=max_events)))
    links = draw(st.lists(
        st.tuples(st.sampled_from(DEVICES), st.sampled_from(USERS), moments), max_size=2
    ))  # fmt: skip
    pairs = [(old, new) for i, old in enumerate(USERS) for new in USERS[i + 1 :]]
    merged = draw(st.lists(st.sampled_from(pairs), max_size=2, unique_by=lambda pair: pair[0]))
    traits = draw(st.lists(
        st.tuples(
            st.sampled_from(USERS), st.sampled_from(("plan", "seats")),
            st.sampled_from(("pro", "free", "", "9", "10")), moments,
        ),
        max_size=4, unique_by=lambda t: (t[0], t[1]),
    ))  # fmt: skip
    ahead = draw(st.sampled_from((0, 1, 12 * HOUR, 3 * DAY, 11 * DAY, 11 * DAY, 20 * DAY)))
    return World(
        found,
        tuple(links),
        tuple((old, new, draw(moments)) for old, new in merged),
        tuple(traits),
        zone,
        draw(st.sampled_from((0, 6))),
        _ms(f"{middle}T00:00", zone) + ahead,
        draw(st.integers(1, 3)),
        draw(_flags(found)) if flagged else (),
        tuple(CUSTOM.items()) if flagged else (),
    )


RANGES = ("today", "yesterday", "7d", "3w", "30d", "3m", "wtd", "mtd", "last_week", "all_time")
EXACT_RANGES = ("1h", "5h", "24h", "49h")
