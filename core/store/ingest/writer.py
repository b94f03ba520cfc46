"""Writing one batch: events, properties, dictionaries, sets, sessions and identity together."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import merge
from itertools import chain, repeat
from operator import and_, itemgetter
from typing import Any

from pyroaring import BitMap, BitMap64

from core.columns import CONTEXT
from core.records import NO_SESSION, OWN, PERSON_IDS
from core.sources.flow.columns import Column
from core.sources.moments import EARLIEST
from core.store.imports.otherwise import fold_otherwise
from core.store.ingest.activity import Activity
from core.store.ingest.backfill import fill
from core.store.ingest.batch import Batch, Days, Written
from core.store.ingest.dictionary import Counter, Dictionary
from core.store.ingest.identity import Identity
from core.store.ingest.merge import Merge
from core.store.ingest.people import People, ignored_ids
from core.store.ingest.properties import Properties, Values
from core.store.ingest.repeats import Repeats, Since
from core.store.ingest.sessions import Sessions
from core.store.rows.numbers import Events, Numbers
from core.store.rows.seen import Seen
from core.store.traits import Traits
from core.store.waiting import Patience, transaction
from core.store.workspace import bump, read_calendar, read_meta


@dataclass(frozen=True)
class _Newcomers:
    """Actors without stored events: first named by a batch, and not touched by moved events.

    Attributes:
        named: the number of identities before the batch.
        touched: the actors who lost or gained stored events through it.
    """

    named: int
    touched: set[int]

    def __contains__(self, actor: object) -> bool:
        return isinstance(actor, int) and actor > self.named and actor not in self.touched


class Writer:
    """Writes batches to a workspace; reloads its caches after another writer.

    Args:
        patience: how long a batch waits for another writer.
    """

    def __init__(self, connection: sqlite3.Connection, patience: Patience | None = None) -> None:
        self._connection = connection
        self._patience = patience or Patience()
        self._of_one = Repeats()
        self._generation = ""
        self._tied: dict[int, int] = {}
        self._days = Days(read_calendar(connection))

    def write(
        self,
        batch: Batch,
        journal: Callable[[Written], None],
        tick: Callable[[], None] = lambda: None,
        repeats: Repeats | None = None,
    ) -> Written:
        """Write one batch in one transaction.

        Args:
            journal: called inside the transaction, before it commits.
            tick: called at intervals.
            repeats: those of the source; without it all batches are of one.
        """
        self._repeats = repeats or self._of_one
        with self._transaction(tick):
            self._named = self._people.value
            written = Written()
            users, devices = self._people_of(batch, written)
            touched = self._learn(batch, users, devices, written)
            self._new = _Newcomers(self._named, touched)
            self._store(self._encode(batch, users, devices, written), batch, touched, tick, written)
            written.placeholders = frozenset(self._users.placeholders | self._devices.placeholders)
            written.rounded = frozenset(self._users.rounded | self._devices.rounded)
            self._traits.save(batch.described(), self._users, self._devices, written.said)
            self._users.save()
            self._devices.save()
            self._connection.executemany(
                "insert or replace into meta (key, value) values (?, ?)",
                [
                    ("next_seq", str(self._seq)),
                    ("latest", str(self._latest)),
                    ("marked_from", str(self._marked)),
                    ("ties_settled", "1"),
                    ("arrived", str(self._identity.arrived)),
                ],
            )
            journal(written)
            self._traits.finish()
            bump(self._connection)
        self._generation = str(int(self._generation) + 1)
        self._tied = {}
        return written

    def people(self) -> int:
        """Return how many people have events in the workspace."""
        return len(Activity(self._connection).seen(0))

    @contextmanager
    def _transaction(self, tick: Callable[[], None]) -> Iterator[None]:
        try:
            with transaction(self._connection, self._patience):
                meta = read_meta(self._connection)
                if meta["generation"] != self._generation:
                    self._load(meta, tick)
                yield
        except BaseException:
            self._generation = ""
            raise

    def _load(self, meta: dict[str, str], tick: Callable[[], None]) -> None:
        db = self._connection
        self._generation = meta["generation"]
        self._seq = int(meta.get("next_seq", "1"))
        self._latest = int(meta.get("latest", EARLIEST))
        self._marked = int(meta.get("marked_from", self._seq))
        people = self._people = Counter(db, "identities")
        ignored = ignored_ids(meta)
        self._users = People(db, people, 0, ignored)
        self._devices = People(db, people, 1, ignored)
        self._events = Dictionary(db, "event_names", "name", Counter(db, "event_names"))
        keys = Counter(db, "session_keys")
        self._sessions = Dictionary(db, "session_keys", "key", keys, always={NO_SESSION: -1})
        values = Counter(db, "dimension_values")
        self._values = [
            Dictionary(db, "dimension_values", "value", values, {"dimension": i + 1})
            for i in range(len(CONTEXT))
        ]
        self._identity = Identity(db)
        self._traits = Traits(db, self._identity)
        self._tied = {} if "ties_settled" in meta else self._identity.tied()
        self._properties = Properties(db)
        self._activity = Activity(db)
        if "property_sets" not in meta:
            fill(db, self._properties, self._activity, tick)
        self._session_rows = Sessions(db)
        self._seen = Seen(db)

    def _learn(self, batch: Batch, users: Numbers, devices: Numbers, written: Written) -> set[int]:
        """Learn links and aliases; return the actors whose stored events moved.

        Links and aliases that name a placeholder are refused and counted.
        """
        somebody = batch.identifies or batch.aliases or any(devices)
        if not (somebody or self._tied):
            return set()
        pairs = self._pairs(batch, users, devices, written)
        stated = [(self._users[a.old], self._users[a.new], a.ts) for a in batch.aliases]
        aliases = [each for each in stated if each[0] and each[1]]
        written.refused += len(stated) - len(aliases)
        affected = {**self._identity.learn(pairs, aliases, written.said), **self._tied}
        ids = {said.user for said in batch.identifies} | {said.old for said in batch.aliases}
        made_up = {self._users[text] for text in ids if text and text.startswith(PERSON_IDS)}
        written.linked = sum(user not in made_up for user in self._identity.linked)
        written.merged = len(self._identity.merged - made_up)
        if not affected:
            return set()
        merge = Merge(
            self._connection, self._identity, self._activity, self._properties, self._traits
        )
        return merge.run(affected)

    def _pairs(
        self, batch: Batch, users: Numbers, devices: Numbers, written: Written
    ) -> dict[tuple[int, int], int]:
        """Return (device, user) -> the earliest ms at which they are said to belong together."""
        said = [
            (place, device, user, ts)
            for place, (device, user, ts) in enumerate(
                zip(devices, users, batch.times, strict=True)
            )
            if device and user
        ]
        stated = []
        for place, each in zip(batch.places, batch.identifies, strict=True):
            if each.user and each.device:
                device, user = self._devices[each.device], self._users[each.user]
                if device and user:
                    stated.append((place, device, user, each.ts))
                else:
                    written.refused += 1
        pairs: dict[tuple[int, int], int] = {}
        for _, device, user, ts in merge(stated, said, key=itemgetter(0)):
            pair = device, user
            if pairs.get(pair, ts + 1) > ts:
                pairs.pop(pair, None)
                pairs[pair] = ts
        return pairs

    def _store(
        self, events: Events, batch: Batch, touched: set[int], tick: Callable[[], None],
        written: Written,
    ) -> None:  # fmt: skip
        if not batch.count:
            self._session_rows.rebuild(touched)
            return
        texts = [
            (seq, text) for seq, text in zip(events.seq, batch.properties, strict=True) if text
        ]
        tick()
        events = events.sorted()
        tick()
        fresh, texts = self._insert(events, texts, touched, written)
        tick()
        values = self._learn_properties(texts)
        tick()
        self._add_activity(fresh, values, touched, tick)
        self._session_rows.rebuild(touched)
        written.stored, written.repeated = len(fresh), len(events) - len(fresh)

    def _encode(self, batch: Batch, users: Numbers, devices: Numbers, written: Written) -> Events:
        """Return the events as integers, in the order of arrival."""
        first = self._seq
        self._seq += batch.count
        ts, ids = array("q"), array("q")
        for block in batch.blocks:
            ts.extend(block.ts)
            ids.extend(block.ids)
        actors = array("q", self._identity.actors(users, devices, ts))
        written.unowned = actors.count(0)
        place, used, values = self._encode_context(batch)
        events = self._ids(self._events, batch.column("event"))
        sessions = self._ids(self._sessions, batch.column("session"))
        self._events.save()
        self._sessions.save()
        return Events(
            actors, ts, range(first, self._seq), ids, events, array("q", self._days.of(ts)),
            sessions, users, devices, place, used, values,
        )  # fmt: skip

    def _people_of(self, batch: Batch, written: Written) -> tuple[Numbers, Numbers]:
        """Return the user and the device of every event; both get their ids in order of arrival."""
        for user, device in zip(batch.column("user"), batch.column("device"), strict=True):
            if any(device.codes):
                for one, other in dict.fromkeys(zip(user.codes, device.codes, strict=True)):
                    if one:
                        self._users[user.table[one]]
                    if other:
                        self._devices[device.table[other]]
        users = self._ids(self._users, batch.column("user"))
        devices = self._ids(self._devices, batch.column("device"))
        if self._users.placeholders or self._devices.placeholders:
            written.nobody = _nobody(batch, users, devices)
        return users, devices

    @staticmethod
    def _ids(dictionary: Dictionary, column: Iterable[Column]) -> Numbers:
        found = array("q")
        for codes, table in column:
            found.extend(map(dictionary.of_table(table).__getitem__, codes))
        return found

    def _encode_context(self, batch: Batch) -> tuple[Numbers, list[int], list[Numbers]]:
        """Return which context each event has, the dimensions that have values, and for each of
        these the value ids of all contexts.
        """
        order: dict[tuple[str | None, ...], int] = {}
        places = array("i")
        for codes, table in batch.column("context"):
            of_code = {
                code: order.setdefault(table[code], len(order)) for code in dict.fromkeys(codes)
            }
            places.extend(map(of_code.__getitem__, codes))
        columns = list(zip(*order, strict=True))
        used = [d for d, column in enumerate(columns, 1) if any(v is not None for v in column)]
        grown = {}
        encoded: list[Numbers] = []
        for dimension in used:
            values = self._values[dimension - 1]
            encoded.append(values.ids(context[dimension - 1] for context in order))
            grown[dimension] = values.save()
        self._activity.grow(grown)
        return places, used, encoded

    def _insert(
        self,
        events: Events,
        texts: list[tuple[int, str]],
        touched: set[int],
        written: Written,
    ) -> tuple[Events, list[tuple[int, str]]]:
        """Store the events that are new; return them with their (seq, JSON)."""
        fresh = self._fresh(events, texts, touched, written)
        names, rows = fresh.written()
        statement = f"""
        insert into events ({", ".join(names)})
        values ({", ".join("?" for _ in names)})
        """
        self._connection.executemany(statement, rows)
        if len(fresh) < len(events):
            kept = set(fresh.seq)
            texts = [item for item in texts if item[0] in kept]
        self._insert_properties(texts)
        self._latest = max(self._latest, max(events.ts))
        return fresh, texts

    def _fresh(
        self, events: Events, texts: list[tuple[int, str]], touched: set[int], written: Written
    ) -> Events:
        """Return the events that repeat neither a stored one nor an earlier one."""
        self._repeats.begin(min(events.seq))
        self._seen.moved(touched)
        own = any(map(and_, events.id, repeat(OWN)))
        asked: Sequence[int] = range(len(events))
        if not own:
            maybe = self._seen.maybe(events, self._latest, self._seq, self._named)
            asked = sorted(events.together().union(maybe))
        written.said.seqs |= BitMap64(range(self._seq - len(events), self._seq))
        fresh = events
        if asked:
            rows = events.some(asked)
            since = Since(self._latest, self._new, self._has_own_ids(), self._marked)
            written.said.seqs -= BitMap64(row[2] for row in rows)
            good = self._repeats.fresh(self._connection, rows, texts, events.used, since, written)
            if self._repeats.matched:
                written.said.seqs |= fold_otherwise(
                    self._connection,
                    self._repeats.matched,
                    [CONTEXT[dimension - 1] for dimension in events.used],
                    dict(texts),
                )
            if self._repeats.goes_on:
                ids = {row[2]: row[3] for row in good}
                events.id = list(map(ids.get, events.seq, events.id))
            if len(good) < len(rows):
                bad = {row[2] for row in rows} - {row[2] for row in good}
                fresh = events.take(p for p, seq in enumerate(events.seq) if seq not in bad)
        self._seen.add(fresh)
        return fresh

    def _has_own_ids(self) -> bool:
        """Whether events with ids of their own may be stored."""
        row = self._connection.execute(
            "select 1 from events indexed by events_by_own_id where id & 1 limit 1"
        ).fetchone()
        return row is not None

    def _learn_properties(self, texts: Iterable[tuple[int, str]]) -> dict[int, Values]:
        """Return the values of stored events by seq; properties with too many values lose their
        sets.
        """
        values, stopped = self._properties.take(texts)
        for dimension in stopped:
            self._activity.stop_property(dimension)
        return values

    def _insert_properties(self, properties: Iterable[tuple[int, str]]) -> None:
        self._connection.executemany(
            "insert into event_properties (seq, properties) values (?, ?)", properties
        )

    def _add_activity(
        self,
        events: Events,
        values: dict[int, Values],
        touched: set[int],
        tick: Callable[[], None],
    ) -> None:
        if not len(events):
            return
        known = set(self._activity.seen(0) & BitMap(array("I", events.actor)))
        said = [values.get(seq, {}) for seq in events.seq] if values else ()
        context = dict(zip(events.used, events.context, strict=True))
        self._activity.add(events.actor, events.event, events.day, context, said)
        tick()
        in_session: Iterable[Any] = zip(
            events.actor, events.ts, events.event, events.day, events.session, strict=True
        )
        if touched:
            in_session = (row for row in in_session if row[0] not in touched)
        self._session_rows.add(in_session, known)


def _nobody(batch: Batch, users: Numbers, devices: Numbers) -> int:
    """Return how many events have a user or device id that names nobody."""
    user_codes = chain.from_iterable(column.codes for column in batch.column("user"))
    device_codes = chain.from_iterable(column.codes for column in batch.column("device"))
    return sum(
        bool((user_code and not user) or (device_code and not device))
        for user, user_code, device, device_code in zip(
            users, user_codes, devices, device_codes, strict=True
        )
    )
