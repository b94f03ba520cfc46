"""Which events of a batch are stored already (definitions 2.2).

An event with an id of its own is identified by its name and id, whatever else differs. An event
without one is identified by its person, name, time and other fields, in any order and format; each
stored event stands for one event of a source, so that real repeats stay. A table imported again
with more or fewer columns contains the same events.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from pyroaring import BitMap64

from core.columns import CONTEXT
from core.records import MARKS, OWN, WIDE, next_event_id, short_id
from core.sources.values import load
from core.store.imports.otherwise import Place
from core.store.ingest.batch import Written
from core.store.rows.numbers import Stored

_Key = tuple[int, int]
"""id, event"""

Fields = Mapping[str, Any]
"""The fields of an event other than person, name and time: name -> value as text, or the number
that stands for it.
"""

_ACTOR, _TS, _SEQ, _ID, _EVENT, _SESSION, _USER, _DEVICE = 0, 1, 2, 3, 4, 6, 7, 8
_ENOUGH: Final = 20
_FEW: Final = 0.1
"""From _ENOUGH events on, ids of which more than this share stand for several events are not ids of
single events.
"""


@dataclass(frozen=True)
class Origin:
    """What is known about a source.

    Attributes:
        table: its events have the columns of the source.
        unique: its ids are those of single events, as its vendor states.
        window: how many ms two events with one id may be apart, None for any.
        ids_hold: whether its ids are those of single events, by its first ones; None if only the
            events themselves show it.
        exact: its events are all different, and are stored only if their ids are, at their moment
            of their person.
    """

    table: bool = False
    unique: bool = False
    window: int | None = None
    ids_hold: bool | None = None
    exact: bool = False


@dataclass
class _Pair:
    """An event of a batch that may be a stored one, and the fields that only one of the two has."""

    row: Stored
    twin: int
    apart: frozenset[str]


class Repeats:
    """Finds the repeated events of one source, batch by batch.

    Args:
        held: the seqs of the stored events that the import contains already, if it goes on with an
            earlier one.
        ids_hold: what that one found out about ids.

    Attributes:
        ids_hold: whether ids are those of single events; None before there were enough.
        goes_on: whether the import goes on with an earlier one, so that ids may be given anew.
        matched: rows of the last batch that are stored events, but may say something else: of each
            event the first row of the source.
    """

    def __init__(
        self,
        origin: Origin | None = None,
        held: BitMap64 | None = None,
        ids_hold: bool | None = None,
    ) -> None:
        self.origin = origin or Origin()
        self.ids_hold = ids_hold
        self._first: int | None = None
        self.goes_on = held is not None
        self._held = BitMap64(held or ())
        self._found = BitMap64()
        self.matched: list[tuple[Stored, Place]] = []

    def begin(self, seq: int) -> None:
        """Take note of the first event of the source, unless that is known."""
        if self._first is None:
            self._first = seq

    def fresh(
        self,
        connection: sqlite3.Connection,
        rows: Sequence[Stored],
        texts: Mapping[int, str],
        used: Sequence[int],
        since: Since,
        written: Written,
    ) -> list[Stored]:
        """Return the rows that repeat neither a stored row nor an earlier one.

        Args:
            rows: sorted.
            texts: seq -> JSON of the properties of those that have some.
            used: the dimensions of their context columns.
            since: which rows may have a stored event of their person and time.
            written: records unreliable ids, events that resemble stored ones, and the events of
                the batch, new or stored.
        """
        self._found = BitMap64()
        self.matched = []
        before = self._held.copy()
        self.begin(min(row[_SEQ] for row in rows))
        fresh = list(rows)
        open_ones: list[list[Stored]] = []
        if not since.all_new(rows):
            fresh, open_ones = self._looked_up(connection, rows, since)
        if self.origin.exact:
            written.said.seqs |= self._found | BitMap64(row[_SEQ] for row in fresh)
            return fresh
        again = self._own(connection, fresh, since.own_ids)
        written.loose_ids = self.ids_hold is False
        if open_ones:
            open_ones = [[row for row in group if row[_SEQ] not in again] for group in open_ones]
            again |= self._alike(connection, filter(None, open_ones), texts, used, since, written)
        if again:
            fresh = [row for row in fresh if row[_SEQ] not in again]
        contained = self._found | BitMap64(row[_SEQ] for row in fresh)
        self._held |= contained
        self.matched = _firsts(self.matched, before)
        written.said.seqs |= contained
        return fresh

    def _looked_up(
        self, connection: sqlite3.Connection, rows: Iterable[Stored], since: Since
    ) -> tuple[list[Stored], list[list[Stored]]]:
        """Return the rows whose ids are not stored at their moment; and by moment those of them
        that other rows are stored at.

        Where an import goes on in the middle of a source, an id at a moment where this import has
        it already is that of an identical line before, so the row is a further one and gets the id
        that follows.
        """
        latest, new = since.latest, since.new
        fresh: list[Stored] = []
        open_ones: list[list[Stored]] = []
        moment: Stored = ()
        stored: dict[_Key, int] = {}
        known: set[_Key] = set()
        again: list[int] = []
        for row in rows:
            if row[:2] != moment:
                moment = row[:2]
                look = row[_TS] <= latest and row[_ACTOR] not in new
                stored = _ids_at(connection, moment) if look else {}
                known = set()
            key = short_id(row[_ID]), row[_EVENT]
            if self.goes_on and not row[_ID] & OWN:
                row = self._following(row, stored, known)
                key = short_id(row[_ID]), row[_EVENT]
            if key in stored:
                again.append(stored[key])
                if row[_ID] & OWN:
                    self.matched.append((row, (row[_ACTOR], row[_TS], stored[key])))
                self._held.add(stored[key])
            elif key not in known:
                known.add(key)
                fresh.append(row)
                if stored:
                    if not open_ones or open_ones[-1][0][:2] != moment:
                        open_ones.append([row])
                    else:
                        open_ones[-1].append(row)
        self._found.update(again)
        return fresh, open_ones

    def _following(self, row: Stored, stored: Mapping[_Key, int], known: set[_Key]) -> Stored:
        """Return a row with the first id after its own that this import does not have."""
        own, event = row[_ID], row[_EVENT]
        while (key := (short_id(own), event)) in known or stored.get(key, 0) in self._held:
            own = next_event_id(own)
        return (*row[:_ID], own, *row[_ID + 1 :])

    def _own(
        self, connection: sqlite3.Connection, rows: Sequence[Stored], any_stored: bool
    ) -> set[int]:
        """Return the seqs of rows whose own id is that of a stored row or an earlier one."""
        own = [row for row in rows if row[_ID] & OWN]
        if not own or not self._hold(own):
            return set()
        ids = [row[_ID] for row in own]
        stored = _stored_as(connection, ids) if any_stored else {}
        if not stored and len(set(ids)) == len(ids):
            return set()
        again: set[int] = set()
        for row in sorted(own, key=itemgetter(_SEQ)):
            others = stored.setdefault((row[_ID], row[_EVENT]), [])
            other = next((known for known in others if self._is(row, *known[2:])), None)
            if other is None:
                others.append((row[_SEQ], row[_ACTOR], row[_TS], row[_USER], row[_DEVICE]))
            else:
                seq, actor, ts, *_ = other
                again.add(row[_SEQ])
                self._found.add(seq)
                self.matched.append((row, (actor, ts, seq)))
        return again

    def _is(self, row: Stored, ts: int, user: int, device: int) -> bool:
        """Whether a row is the event with its name and id at a time of a user and device.

        The ids it was sent with count, and not its person, which later statements may change.
        """
        same_id = user == row[_USER] if user else device != 0 and device == row[_DEVICE]
        if not row[_ID] & WIDE and row[_TS] != ts and not same_id:
            return False
        return self.origin.window is None or abs(ts - row[_TS]) <= self.origin.window

    def _hold(self, own: Sequence[Stored]) -> bool:
        """Whether ids are those of single events; if the source does not tell, the first batch that
        has enough does.
        """
        if self.ids_hold is None and not self.origin.unique:
            self.ids_hold = self.origin.ids_hold
        if self.origin.unique or self.ids_hold is not None:
            return self.ids_hold is not False
        if len(own) < _ENOUGH:
            return True
        different = len({(row[_ACTOR], row[_TS], row[_ID]) for row in own})
        others = different - len({row[_ID] for row in own})
        self.ids_hold = others <= different * _FEW
        return self.ids_hold

    def _alike(
        self,
        connection: sqlite3.Connection,
        groups: Iterable[Sequence[Stored]],
        texts: Mapping[int, str],
        used: Sequence[int],
        since: Since,
        written: Written,
    ) -> set[int]:
        """Return the seqs of rows that are stored events with other ids, by their fields."""
        found: set[int] = set()
        same: list[tuple[Stored, int]] = []
        partly: list[_Pair] = []
        matched = BitMap64()
        candidates = 0
        names = [CONTEXT[d - 1] for d in used]
        for group in groups:
            twins = self._twins(connection, group, since)
            for row in group:
                rivals = [t for t in twins if t.event == row[_EVENT] and t.may_be(row[_ID])]
                if not rivals:
                    continue
                candidates += 1
                said = _fields(row, names, texts.get(row[_SEQ]))
                twin = next((t for t in rivals if t.fields == said), None)
                if twin is not None:
                    found.add(row[_SEQ])
                    same.append((row, twin.seq))
                else:
                    twin = next((t for t in rivals if _within(t.fields, said)), None)
                    if twin is None:
                        continue
                    apart = frozenset(twin.fields.keys() ^ said.keys())
                    partly.append(_Pair(row, twin.seq, apart))
                twins.remove(twin)
                self._held.add(twin.seq)
                matched.add(twin.seq)
        if self.origin.table or _uniform(partly, candidates - len(found)):
            found |= {pair.row[_SEQ] for pair in partly}
            same += [(pair.row, pair.twin) for pair in partly]
        else:
            written.alike = len(partly)
            for pair in partly:
                self._held.discard(pair.twin)
                matched.discard(pair.twin)
        self._found |= matched
        self.matched += [(row, (row[_ACTOR], row[_TS], twin)) for row, twin in same]
        return found

    def _twins(
        self, connection: sqlite3.Connection, group: Sequence[Stored], since: Since
    ) -> list[_Twin]:
        """Return the events of a moment stored by other sources and matched by no row."""
        found = connection.execute(
            f"""
            select e.seq, e.id, e.event, e.session, e.user, e.device,
                   {", ".join(f"e.{name}" for name in CONTEXT)}, p.properties
            from events e
            left join event_properties p on p.seq = e.seq
            where e.actor = ? and e.ts = ? and e.seq < ?
            order by e.seq
            """,
            (group[0][_ACTOR], group[0][_TS], self._first),
        )
        return [
            _Twin(seq, event, bool(id_ & OWN) and seq >= since.marked, _said(row, CONTEXT, text))
            for seq, id_, event, *row, text in found
            if seq not in self._held
        ]


@dataclass(frozen=True)
class Since:
    """What is known about the events stored before a batch.

    Attributes:
        latest: the ms of the latest.
        new: the actors that have none.
        own_ids: whether some may have ids of their own.
        marked: from this seq on, ids tell whether they are an event's own.
    """

    latest: int
    new: Container[int]
    own_ids: bool
    marked: int

    def all_new(self, rows: Sequence[Stored]) -> bool:
        """Whether rows are later than everything stored, each with an id of its own."""
        later = min(row[_TS] for row in rows) > self.latest
        return later and len({row[_ID] | MARKS for row in rows}) == len(rows)


@dataclass(frozen=True)
class _Twin:
    """A stored event; `own` if its id is known to be its own."""

    seq: int
    event: int
    own: bool
    fields: Fields

    def may_be(self, id_: int) -> bool:
        """Whether it can be an event with another id: not if both have one of their own."""
        return not (self.own and id_ & OWN)


def _firsts(matched: list[tuple[Stored, Place]], before: BitMap64) -> list[tuple[Stored, Place]]:
    """Return the first row of each stored event that the import did not contain before."""
    firsts: dict[int, tuple[Stored, Place]] = {}
    for row, place in sorted(matched, key=lambda each: each[0][_SEQ]):
        firsts.setdefault(place[2], (row, place))
    return [each for seq, each in firsts.items() if seq not in before]


def _ids_at(connection: sqlite3.Connection, moment: Stored) -> dict[_Key, int]:
    """Return (short id, name) -> seq of an actor's events at one instant."""
    found = connection.execute(
        "select id, event, seq from events where actor = ? and ts = ?", moment
    )
    return {(short_id(id_), event): seq for id_, event, seq in found}


def _stored_as(
    connection: sqlite3.Connection, ids: Sequence[int]
) -> dict[_Key, list[tuple[int, int, int, int, int]]]:
    """Return (id, name) -> (seq, actor, time, user, device) of every stored event with one of
    these ids.
    """
    found = connection.execute(
        """
        select e.id, e.event, e.seq, e.actor, e.ts, e.user, e.device
        from json_each(?) j cross join events e on e.id = j.value and e.id & 1
        """,
        (json.dumps(sorted(ids)),),
    )
    times: dict[_Key, list[tuple[int, int, int, int, int]]] = {}
    for id_, event, *said in found:
        times.setdefault((id_, event), []).append(tuple(said))
    return times


def _fields(row: Stored, names: Sequence[str], text: str | None) -> Fields:
    return _said(row[_SESSION:], names, text)


def _said(numbers: Sequence[int], names: Iterable[str], text: str | None) -> Fields:
    """Return the fields of an event from session, user, device, context and properties."""
    columns = zip(("session", "user", "device", *names), numbers, strict=True)
    found: dict[str, Any] = {f"\0{name}": number for name, number in columns if number}
    if text:
        found.update(_flat(load(text, "properties")))
    return found


def _flat(properties: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield values as in a table: one column for each path, nothing for missing values."""
    for name, value in properties.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        elif value is not None and value != "":
            yield f"{before}{name}", _plain(value)


def _plain(value: Any) -> str:
    """Return a value as text, whether it was written as a number, a yes or no, or text."""
    if isinstance(value, list):
        return json.dumps(value, sort_keys=True)
    text = str(value)
    if text in ("True", "False"):
        return text.lower()
    return text.removesuffix(".0") if text[:1].isdigit() or text[:1] == "-" else text


def _within(one: Fields, other: Fields) -> bool:
    """Whether one of the two has every field of the other."""
    return one.items() <= other.items() or other.items() <= one.items()


def _uniform(pairs: Sequence[_Pair], candidates: int) -> bool:
    """Whether all events that may be stored ones differ from them by the same fields."""
    if len(pairs) < 2 or len(pairs) < candidates:
        return False
    return len(Counter(pair.apart for pair in pairs)) == 1
