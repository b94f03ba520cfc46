"""Events that are left out of `events` because another one stands for them too.

Two ids of one person may both have sent an event; when they turn out to be two people after all,
or the event that stands for both is taken out, the other one comes back. An import may also contain
a stored event with other fields; when the stored one is taken out, the other one takes its place.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
from pyroaring import BitMap64

from core.blocks.keeping import note_back
from core.columns import CONTEXT
from core.records import short_id
from core.store.ingest.activity import Activity
from core.store.ingest.identity import Identity
from core.store.ingest.properties import Properties, counted
from core.store.rows.coded import coded
from core.store.rows.contexts import context_id
from core.store.rows.facts import Facts
from core.store.rows.layout import store
from core.store.rows.numbers import Events

_OWN = ("ts", "seq", "event", "day", "user", "device", "id", "session")
_COLUMNS = (*_OWN, *CONTEXT)
_TS, _SEQ, _EVENT, _DAY, _USER, _DEVICE = range(6)
_CONTEXT = slice(len(_OWN), None)


class Folded:
    """Folds events and brings them back, inside the caller's transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        identity: Identity,
        activity: Activity,
        properties: Properties,
    ) -> None:
        self._connection = connection
        self._identity = identity
        self._activity = activity
        self._properties = properties

    def fold(self, actor: int, ts: int, seq: int, kept: int) -> None:
        """Keep an event, about to be deleted, for which the one numbered `kept` stands."""
        columns = ", ".join(_COLUMNS)
        self._connection.execute(
            f"""
            insert into folded_events ({columns}, kept, properties)
            select {columns}, ?, (select properties from event_properties p where p.seq = e.seq)
            from events e
            where actor = ? and ts = ? and seq = ?
            """,
            (kept, actor, ts, seq),
        )
        self._connection.execute("update folded_events set kept = ? where kept = ?", (kept, seq))

    def part(self, actors: Iterable[int]) -> set[int]:
        """Bring back events that count for others than those that stand for them.

        Args:
            actors: those whose events may count for somebody else, but still are theirs.

        Returns:
            Which of them have events back, all of which are theirs until they are moved.
        """
        (some,) = self._connection.execute("select exists (select 1 from folded_events)").fetchone()
        if not some:
            return set()
        back = {seq: actor for actor in actors for seq in self._parted(actor)}
        return self._restore(back)

    def _parted(self, actor: int) -> Collection[int]:
        """Return the events to bring back of those that events of an actor stand for."""
        pairs = self._connection.execute(
            """
            select f.seq, f.ts, f.id, f.user, f.device, e.ts, e.user, e.device
            from events e cross join folded_events f on f.kept = e.seq
            where e.actor = ? and not (f.instead and f.id = e.id and f.event = e.event)
            order by f.seq
            """,
            (actor,),
        ).fetchall()
        back: list[int] = []
        staying: dict[tuple[int, int], int] = {}
        for seq, ts, id_, user, device, kept_ts, kept_user, kept_device in pairs:
            owner = self._identity.actor(user, device, ts)
            if owner == self._identity.actor(kept_user, kept_device, kept_ts):
                continue
            twin = staying.setdefault((ts, short_id(id_)), seq) if owner == actor else seq
            if twin == seq:
                back.append(seq)
            else:
                self._stand_for(twin, seq)
        return back

    def give_up(self, seqs: BitMap64) -> set[int]:
        """Bring back what events that are about to be taken out stand for.

        Args:
            seqs: the events to be taken out; folded ones among them are deleted.

        Returns:
            The actors who have events back.
        """
        groups: dict[int, list[int]] = defaultdict(list)
        gone = []
        rows = self._connection.execute("select seq, kept from folded_events order by seq")
        for seq, kept in rows.fetchall():
            if seq in seqs:
                gone.append((seq,))
            elif kept in seqs:
                groups[kept].append(seq)
        self._connection.executemany("delete from folded_events where seq = ?", gone)
        for first, *others in groups.values():
            for seq in others:
                self._stand_for(first, seq)
        return self._restore({first: None for first, *_ in groups.values()})

    def _stand_for(self, kept: int, seq: int) -> None:
        self._connection.execute("update folded_events set kept = ? where seq = ?", (kept, seq))

    def _restore(self, owners: Mapping[int, int | None]) -> set[int]:
        """Store folded events again, given whose they are, None for whom they count for; return
        who has some.
        """
        if not owners:
            return set()
        rows, texts = self._taken(owners)
        columns, texts_of = list(zip(*(row for _, row in rows), strict=True)), dict(texts)
        actors = [actor for actor, _ in rows]
        number = cache(partial(context_id, self._connection))
        contexts = np.array([number(row[_CONTEXT]) for _, row in rows], np.int64)
        store(self._connection, _events(actors, columns), contexts, self._activity.flags.deleted)
        self._connection.executemany(
            "insert into event_properties (seq, properties) values (?, ?)", texts
        )
        note_back(self._connection, ((actor, row[_TS], row[_SEQ]) for actor, row in rows))
        told, stopped = self._properties.take(counted(text for _, text in texts))
        for dimension in stopped:
            self._activity.stop_property(dimension)
        places = range(len(rows))
        context = dict(enumerate(columns[_CONTEXT], 1))
        said = told.places_of(texts_of.get(row[_SEQ]) for _, row in rows)
        values, spoken = coded(context), coded(told.columns)
        self._activity.add(
            Facts(actors, columns[_EVENT], columns[_DAY], places, values, said, spoken)
        )
        return {actor for actor, _ in rows} - {0}

    def _taken(
        self, owners: Mapping[int, int | None]
    ) -> tuple[list[tuple[int, tuple[int, ...]]], list[tuple[int, str]]]:
        """Take rows out of the table; return them with their actors, and the JSON of properties."""
        rows: list[tuple[int, tuple[int, ...]]] = []
        texts: list[tuple[int, str]] = []
        found: list[Any] = self._connection.execute(
            f"""
            select properties, {", ".join(_COLUMNS)} from folded_events
            where seq in (select value from json_each(?))
            """,
            (json.dumps(list(owners)),),
        ).fetchall()
        for text, *row in found:
            owner = owners[row[_SEQ]]
            if owner is None:
                owner = self._identity.actor(row[_USER], row[_DEVICE], row[_TS])
            rows.append((owner, tuple(row)))
            if text:
                texts.append((row[_SEQ], text))
        self._connection.executemany(
            "delete from folded_events where seq = ?", ((seq,) for seq in owners)
        )
        return sorted(rows), texts


def _events(actors: Sequence[int], columns: Sequence[Sequence[int]]) -> Events:
    """Return rows of folded events, column by column, as events of actors."""
    actor, ts, seq, event, day, user, device, id_, session = (
        np.array(column, np.int64) for column in (actors, *columns[: len(_OWN)])
    )
    nothing = np.zeros_like(actor)
    return Events(actor, ts, seq, id_, event, day, session, user, device, nothing, nothing)
