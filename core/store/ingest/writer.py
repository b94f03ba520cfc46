"""Writing one batch: events, properties, dictionaries, sets, sessions and identity together."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from heapq import merge
from itertools import accumulate
from operator import itemgetter
from typing import Final

import numpy as np
from pyroaring import BitMap64

from core.blocks.keeping import Keeper
from core.blocks.said import Said
from core.columns import CONTEXT
from core.records import NO_SESSION, OWN, PERSON_IDS
from core.sources.flow.columns import Column
from core.sources.moments import EARLIEST
from core.store.imports.otherwise import fold_otherwise
from core.store.ingest.activity import Activity
from core.store.ingest.backfill import fill
from core.store.ingest.batch import Batch, Days, Written
from core.store.ingest.dictionary import Contexts, Counter, Dictionary
from core.store.ingest.identity import Identity
from core.store.ingest.merge import Merge
from core.store.ingest.people import People, ignored_ids
from core.store.ingest.properties import Properties, Told, counted
from core.store.ingest.repeats import Repeats, Since
from core.store.ingest.sessions import Sessions
from core.store.rows.blocks import add_blocks
from core.store.rows.contexts import StoredContexts
from core.store.rows.inserting import insert, parts_of
from core.store.rows.layout import store
from core.store.rows.numbers import Events, Ints, joined, rows
from core.store.rows.pending import Pending
from core.store.rows.seen import Seen
from core.store.traits import Traits
from core.store.waiting import WAIT, Patience, transaction
from core.store.workspace import bump, read_calendar, read_meta

_SIZE: Final = 80 << 20
"""How many bytes of events wait at most for their sets, sessions and blocks."""

_SECONDS: Final = WAIT * 2 / 3
"""After so long a transaction ends with its batch: sets and sessions of what it holds take about a
third as long again, and those who wait give up after WAIT.
"""

_PAUSE: Final = 0.1
"""How long they then have to begin, before the next batch; they try every 50 ms."""


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
        together: from how many events on no further batch is written in the same transaction.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        patience: Patience | None = None,
        together: int = 0,
    ) -> None:
        self._connection = connection
        self._patience = patience or Patience()
        self._of_one = Repeats()
        self._generation = ""
        self._open: ExitStack | None = None
        self._together = together
        self._holds = False
        self._tied: dict[int, int] = {}
        self._seq = 1
        self._days = Days(read_calendar(connection))

    def write(
        self,
        batch: Batch,
        journal: Callable[[Written], None],
        tick: Callable[[], None] = lambda: None,
        repeats: Repeats | None = None,
        *,
        goes_on: bool = False,
    ) -> Written:
        """Write one batch.

        Args:
            journal: called inside the transaction, before it commits.
            tick: called at intervals.
            repeats: those of the source; without it all batches are of one.
            goes_on: whether further batches follow at once. If times are shuffled, they are written
                in the same transaction, which `settle` ends.
        """
        self._repeats = repeats or self._of_one
        with self._transaction(tick):
            self._named = self._people.value
            written = Written()
            users, devices = self._people_of(batch, written)
            touched = self._learn(batch, users, devices, written)
            self._new = _Newcomers(self._named, touched)
            shared = goes_on and batch.is_shuffled
            self._holds = shared or self._blocks.size > 0
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
            self._tied = {}
            if not (shared and self._may_go_on()):
                self.settle(tick, goes_on=goes_on)
        if shared and self._open is None:
            time.sleep(_PAUSE)
        return written

    def _may_go_on(self) -> bool:
        """Whether the transaction is still a small and a short one."""
        pending, taken = self._pending, time.monotonic() - self._began
        size = pending.size + self._blocks.size
        return pending.count < self._together and size < _SIZE and taken < _SECONDS

    def settle(self, tick: Callable[[], None] = lambda: None, *, goes_on: bool = False) -> None:
        """Commit what is written, if there is anything.

        Args:
            goes_on: whether further batches follow at once.
        """
        if self._open is None:
            return
        opened, self._open = self._open, None
        generation, self._generation = int(self._generation), ""
        with opened:
            self._pending.settle(tick, self._blocks.adding())
            self._blocks.settle(goes_on=goes_on)
            bump(self._connection)
        self._generation = str(generation + 1)

    @property
    def arrived(self) -> int:
        """How many events had been stored or were repeated by the end of the last batch."""
        return self._seq - 1

    def people(self) -> int:
        """Return how many people have events in the workspace."""
        return len(Activity(self._connection).seen(0))

    @contextmanager
    def _transaction(self, tick: Callable[[], None]) -> Iterator[None]:
        """Write in the transaction that is open or a new one; it is taken back if that fails."""
        try:
            if self._open is None:
                self._begin(tick)
            yield
        except BaseException:
            opened, self._open = self._open or ExitStack(), None
            self._generation = ""
            with opened:
                raise

    def _begin(self, tick: Callable[[], None]) -> None:
        self._open = ExitStack()
        self._open.enter_context(transaction(self._connection, self._patience))
        self._began = time.monotonic()
        meta = read_meta(self._connection)
        if meta["generation"] != self._generation:
            self._load(meta, tick)

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
        self._contexts = Contexts(db)
        self._combined = StoredContexts(db)
        self._identity = Identity(db)
        self._traits = Traits(db, self._identity)
        self._tied = {} if "ties_settled" in meta else self._identity.tied()
        self._properties = Properties(db)
        self._activity = Activity(db)
        if "property_sets" not in meta:
            fill(db, self._properties, self._activity, tick)
        self._session_rows = Sessions(db)
        self._pending = Pending(self._activity, self._session_rows)
        self._seen = Seen(db)
        self._blocks = Keeper(db)

    def _learn(self, batch: Batch, users: Ints, devices: Ints, written: Written) -> set[int]:
        """Learn links and aliases; return the actors whose stored events moved.

        Links and aliases that name a placeholder are refused and counted.
        """
        somebody = batch.identifies or batch.aliases or devices.any()
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
        self._pending.settle()
        merge = Merge(
            self._connection, self._identity, self._activity, self._properties, self._traits
        )
        return merge.run(affected)

    def _pairs(
        self, batch: Batch, users: Ints, devices: Ints, written: Written
    ) -> dict[tuple[int, int], int]:
        """Return (device, user) -> the earliest ms at which they are said to belong together."""
        both = np.flatnonzero((devices != 0) & (users != 0))
        said = list(rows([both, devices[both], users[both], batch.times()[both]]))
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
        events = events.sorted()
        tick()
        fresh = self._insert(events, touched, written)
        tick()
        said = self._blocks.said()
        told = self._insert_properties(fresh, said)
        tick()
        places = told.places_of(fresh.texts)[fresh.text]
        add_blocks(self._blocks, fresh, said, places, hold=self._holds)
        tick()
        self._pending.add(fresh, told, places, touched)
        self._session_rows.rebuild(touched)
        written.stored, written.repeated = len(fresh), len(events) - len(fresh)

    def _encode(self, batch: Batch, users: Ints, devices: Ints, written: Written) -> Events:
        """Return the events as integers, in the order of arrival."""
        first = self._seq
        self._seq += batch.count
        ts = batch.times()
        actors = self._identity.actors(users, devices, ts)
        written.unowned = int(np.count_nonzero(actors == 0))
        place, used, values = self._encode_context(batch)
        text, texts = batch.properties()
        events = self._ids(self._events, batch.column("event"))
        sessions = self._ids(self._sessions, batch.column("session"))
        self._events.save()
        self._sessions.save()
        return Events(
            actors, ts, np.arange(first, self._seq), batch.ids(), events, self._days.column(ts),
            sessions, users, devices, place, text, used, values, texts,
        )  # fmt: skip

    def _people_of(self, batch: Batch, written: Written) -> tuple[Ints, Ints]:
        """Return the user and the device of every event; both get their ids in order of arrival."""
        for user, device in zip(batch.column("user"), batch.column("device"), strict=True):
            said, sent = np.asarray(user.codes), np.asarray(device.codes)
            if not sent.any():
                continue
            new = said >= self._users.known_of(user.table)
            new |= sent >= self._devices.known_of(device.table)
            for one, other in dict.fromkeys(rows([said[new], sent[new]])):
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
    def _ids(dictionary: Dictionary, column: Iterable[Column]) -> Ints:
        return joined(dictionary.of_table(table)[np.asarray(codes)] for codes, table in column)

    def _encode_context(self, batch: Batch) -> tuple[Ints, list[int], list[Ints]]:
        """Return which context each event has, the dimensions that have values, and for each of
        these the value ids of all contexts.
        """
        blocks = list(batch.column("context"))
        tables = {id(table): self._contexts.of_table(table) for _, table in blocks}
        sizes = [len(columns[0]) for columns in tables.values()]
        starts = dict(zip(tables, accumulate(sizes, initial=0), strict=False))
        places = joined(np.asarray(codes) + starts[id(table)] for codes, table in blocks)
        columns = [joined(parts) for parts in zip(*tables.values(), strict=True)]
        used = [dimension for dimension, column in enumerate(columns, 1) if column.any()]
        self._activity.grow(self._contexts.save())
        return places, used, [columns[dimension - 1] for dimension in used]

    def _insert(self, events: Events, touched: set[int], written: Written) -> Events:
        """Store the events that are new, and return them."""
        fresh = self._fresh(events, touched, written)
        contexts, deleted = self._combined.of(fresh), self._activity.flags.deleted
        store(self._connection, fresh, contexts, deleted)
        self._latest = max(self._latest, int(events.ts.max()))
        return fresh

    def _fresh(self, events: Events, touched: set[int], written: Written) -> Events:
        """Return the events that repeat neither a stored one nor an earlier one."""
        self._repeats.begin(int(events.seq.min()))
        self._seen.moved(touched)
        if (events.id & OWN).any():
            asked = np.arange(len(events))
        else:
            maybe = self._seen.maybe(events, self._latest, self._seq, self._named)
            asked = np.flatnonzero(events.together() | maybe)
        written.said.seqs |= BitMap64(range(self._seq - len(events), self._seq))
        fresh = events
        if len(asked):
            given, texts = events.some(asked), events.texts_of(asked)
            since = Since(self._latest, self._new, self._has_own_ids(), self._marked)
            written.said.seqs -= BitMap64(row[2] for row in given)
            good = self._repeats.fresh(self._connection, given, texts, events.used, since, written)
            if self._repeats.matched:
                written.said.seqs |= fold_otherwise(
                    self._connection,
                    self._repeats.matched,
                    [CONTEXT[dimension - 1] for dimension in events.used],
                    texts,
                )
            ids = {row[2]: row[3] for row in good}
            if self._repeats.goes_on:
                events.id[asked] = [ids.get(row[2], row[3]) for row in given]
            if len(good) < len(given):
                kept = np.ones(len(events), np.bool_)
                kept[asked] = [row[2] in ids for row in given]
                fresh = events.take(kept)
        self._seen.add(fresh)
        return fresh

    def _has_own_ids(self) -> bool:
        """Whether events with ids of their own may be stored."""
        row = self._connection.execute(
            "select 1 from event_rows indexed by events_by_own_id where id & 1 limit 1"
        ).fetchone()
        return row is not None

    def _insert_properties(self, events: Events, said: Said) -> Told:
        """Store the properties of stored events; return the values of each JSON. Properties with
        too many values lose their sets.

        Args:
            said: gets what each JSON says.
        """
        seqs, places = events.said()
        texts = [events.texts[place] or "" for place in places.tolist()]
        insert(
            self._connection, "insert or rollback into event_properties", ("seq", "properties"),
            parts_of(list(zip(seqs.tolist(), texts, strict=True))),
        )  # fmt: skip
        told, stopped = self._properties.take(counted(texts), said.add)
        for dimension in stopped:
            self._activity.stop_property(dimension)
            self._pending.stop_property(dimension)
        return told


def _nobody(batch: Batch, users: Ints, devices: Ints) -> int:
    """Return how many events have a user or device id that names nobody."""
    said, sent = (
        joined(np.asarray(column.codes) for column in batch.column(name))
        for name in ("user", "device")
    )
    nobody = ((said != 0) & (users == 0)) | ((sent != 0) & (devices == 0))
    return int(np.count_nonzero(nobody))
