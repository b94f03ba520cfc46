"""Writing one batch: events, properties, dictionaries, sets, sessions and identity together."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.columns import CONTEXT
from core.records import NO_SESSION, Identify
from core.sources.moments import EARLIEST
from core.store.ingest.activity import Activity
from core.store.ingest.backfill import fill
from core.store.ingest.batch import Batch, Days, Written
from core.store.ingest.dictionary import Counter, Dictionary
from core.store.ingest.identity import Identity
from core.store.ingest.merge import Merge
from core.store.ingest.people import People, ignored_ids
from core.store.ingest.properties import Properties, Values
from core.store.ingest.repeats import Repeats, Since, Stored
from core.store.ingest.sessions import Sessions
from core.store.traits import Traits
from core.store.waiting import Patience, begin
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
            named = self._people.value
            written = Written()
            touched = self._learn(batch, written)
            self._new = _Newcomers(named, touched)
            self._store(batch, touched, tick, written)
            written.placeholders = frozenset(self._users.placeholders | self._devices.placeholders)
            written.rounded = frozenset(self._users.rounded | self._devices.rounded)
            self._traits.save(batch.about_people(), self._users, self._devices, written.said)
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
        begin(self._connection, self._patience)
        try:
            meta = read_meta(self._connection)
            if meta["generation"] != self._generation:
                self._load(meta, tick)
            yield
            self._connection.execute("commit")
        except BaseException:
            self._generation = ""
            self._connection.rollback()
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

    def _learn(self, batch: Batch, written: Written) -> set[int]:
        """Learn links and aliases; return the actors whose stored events moved.

        Links and aliases that name a placeholder are refused and counted.
        """
        somebody = batch.identifies or batch.aliases or any(row.device for row in batch.rows)
        if not (somebody or self._tied):
            return set()
        users, devices = self._users, self._devices
        pairs: dict[tuple[int, int], int] = {}
        for row in batch.rows:
            if row.user:
                users[row.user]
            if row.device:
                devices[row.device]
        for said in batch.about_people():
            if said.user and said.device:
                pair = (devices[said.device], users[said.user])
                if 0 in pair:
                    written.refused += isinstance(said, Identify)
                    continue
                if pairs.get(pair, said.ts + 1) > said.ts:
                    pairs.pop(pair, None)
                    pairs[pair] = said.ts
        stated = [(users[a.old], users[a.new], a.ts) for a in batch.aliases]
        aliases = [each for each in stated if each[0] and each[1]]
        written.refused += len(stated) - len(aliases)
        affected = {**self._identity.learn(pairs, aliases, written.said), **self._tied}
        written.linked, written.merged = self._identity.news
        if not affected:
            return set()
        merge = Merge(
            self._connection, self._identity, self._activity, self._properties, self._traits
        )
        return merge.run(affected)

    def _store(
        self, batch: Batch, touched: set[int], tick: Callable[[], None], written: Written
    ) -> None:
        if not batch.rows:
            self._session_rows.rebuild(touched)
            return
        rows, properties, used = self._encode(batch, written)
        tick()
        count = len(rows)
        rows.sort()
        rows, properties = self._insert(rows, properties, used, written)
        tick()
        values = self._learn_properties(properties)
        tick()
        self._add_activity(rows, used, values, touched, tick)
        self._session_rows.rebuild(touched)
        written.stored, written.repeated = len(rows), count - len(rows)

    def _encode(
        self, batch: Batch, written: Written
    ) -> tuple[list[Stored], list[tuple[int, str]], list[int]]:
        """Return rows of integers, (seq, JSON), and the dimensions used in this batch."""
        names, ts, users, devices, sessions, ids, contexts, properties, _ = zip(
            *batch.rows, strict=True
        )
        first = self._seq
        self._seq += len(names)
        seqs = range(first, self._seq)
        user_ids, device_ids = self._users.ids(users), self._devices.ids(devices)
        if self._users.placeholders or self._devices.placeholders:
            written.nobody = _nobody(user_ids, users, device_ids, devices)
        actors = self._identity.actors(user_ids, device_ids, ts)
        written.unowned = actors.count(0)
        used, values = self._encode_context(contexts)
        days = self._days.of(ts)
        rows = zip(
            actors, ts, seqs, ids, self._events.ids(names), days, self._sessions.ids(sessions),
            user_ids, device_ids, *values, strict=True,
        )  # fmt: skip
        self._events.save()
        self._sessions.save()
        texts = [(seq, text) for seq, text in zip(seqs, properties, strict=True) if text]
        return list(rows), texts, used

    def _encode_context(
        self, contexts: Sequence[tuple[str | None, ...]]
    ) -> tuple[list[int], list[tuple[int, ...]]]:
        """Return the dimensions that have values, and a column of value ids for each."""
        order = list(dict.fromkeys(contexts))
        columns = list(zip(*order, strict=True))
        used = [d for d, column in enumerate(columns, 1) if any(v is not None for v in column)]
        if not used:
            return [], []
        grown = {}
        encoded: list[list[int]] = []
        for dimension in used:
            values = self._values[dimension - 1]
            encoded.append(values.ids(context[dimension - 1] for context in order))
            grown[dimension] = values.save()
        self._activity.grow(grown)
        ids = dict(zip(order, zip(*encoded, strict=True), strict=True))
        return used, list(zip(*map(ids.__getitem__, contexts), strict=True))

    def _insert(
        self,
        rows: list[Stored],
        properties: list[tuple[int, str]],
        used: Sequence[int],
        written: Written,
    ) -> tuple[list[Stored], list[tuple[int, str]]]:
        """Store the rows that are new; return them with their (seq, JSON); `rows` are sorted."""
        columns = [
            "actor", "ts", "seq", "id", "event", "day", "session", "user", "device",
            *(CONTEXT[d - 1] for d in used),
        ]  # fmt: skip
        statement = f"""
        insert into events ({", ".join(columns)})
        values ({", ".join("?" for _ in columns)})
        """
        since = Since(self._latest, self._new, self._has_own_ids(), self._marked)
        fresh = self._repeats.fresh(self._connection, rows, properties, used, since, written)
        self._connection.executemany(statement, fresh)
        if len(fresh) < len(rows):
            kept = {row[2] for row in fresh}
            properties = [item for item in properties if item[0] in kept]
        self._insert_properties(properties)
        self._latest = max(self._latest, *(row[1] for row in rows))
        return fresh, properties

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
        rows: Sequence[Stored],
        used: Sequence[int],
        values: dict[int, Values],
        touched: set[int],
        tick: Callable[[], None],
    ) -> None:
        if not rows:
            return
        known = self._activity.seen(0).copy()
        actors, ts, seqs, _, events, days, sessions, _, _, *context = zip(*rows, strict=True)
        said = [values.get(seq, {}) for seq in seqs] if values else ()
        self._activity.add(actors, events, days, dict(zip(used, context, strict=True)), said)
        tick()
        in_session: Iterable[Any] = zip(actors, ts, events, days, sessions, strict=True)
        if touched:
            in_session = (row for row in in_session if row[0] not in touched)
        self._session_rows.add(in_session, set(known))


def _nobody(
    users: Sequence[int],
    user_texts: Sequence[str | None],
    devices: Sequence[int],
    device_texts: Sequence[str | None],
) -> int:
    """Return how many events have a user or device id that names nobody."""
    return sum(
        bool((user_text and not user) or (device_text and not device))
        for user, user_text, device, device_text in zip(
            users, user_texts, devices, device_texts, strict=True
        )
    )
