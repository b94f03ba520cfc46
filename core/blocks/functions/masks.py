"""Which rows of a block count.

A mask is a list of a word and what it applies to:

- `["all", mask, ...]`, `["any", mask, ...]`, `["not", mask]`;
- `["event", ids]`: the block's event is one of them;
- `["ids", column, extra]`: the value id of a column, 0 for none, is one of the extra's;
- `["people", extra]`: the actor is one of the extra's;
- `["begun", extra]`: the actor's first event in the extra is this one or earlier;
- `["within", extra, before, after]`: the event lies in the actor's reach in the extra, or no more
  than so many ms before or after it;
- `["property", field, condition, extra, missing]`: a property satisfies a condition, given as JSON;
  the extra has the ids of the texts that do, and `missing` is whether events without it do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.blocks.functions.block import Block, Mask
from core.blocks.functions.plan import Ints
from core.blocks.functions.spelling import different, texts_of
from core.blocks.layout import ACTOR, SEQ, TIME
from core.blocks.packing import Column
from core.sql.sets import load
from core.values.json_values import holds_json

NEVER = 2**62
"""Later than every event."""


class Reach(NamedTuple):
    """What lies between two instants for some people, as columns.

    Attributes:
        actors: whose each is, ascending.
        first, last: ms, inclusive; the same for a single event.
        arrived: the seq of its first event.
        codes: two numbers that say more of it.
    """

    actors: Ints
    first: Ints
    last: Ints
    arrived: Ints
    codes: tuple[Ints, Ints]

    @classmethod
    def of(cls, given: bytes | None) -> Reach:
        """Read rows of six numbers one after the other; NULL for none."""
        rows = np.frombuffer(given or b"", np.int64).reshape(-1, 6)
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        actors, first, last, arrived, *codes = rows.T
        return cls(actors, first, last, arrived, (codes[0], codes[1]))

    def between(self, low: int, high: int) -> Reach:
        """Return those of the people from one to before another."""
        own = slice(*np.searchsorted(self.actors, [low, high]).tolist())
        actors, first, last, arrived, codes = self
        one, other = codes
        return Reach(actors[own], first[own], last[own], arrived[own], (one[own], other[own]))

    def firsts(self) -> Ints:
        """Return the first instant of each actor; NEVER of others, and after the last actor."""
        found = np.full(int(self.actors.max(initial=0)) + 2, NEVER)
        np.minimum.at(found, self.actors, self.first)
        return found

    def spans(self, before: int, after: int) -> tuple[Ints, NDArray[np.uint64]]:
        """Return where the time of each actor begins and how long it is, with so many ms more
        before and after; of actors as in `firsts`. There is one length if all have the same.
        """
        low = self.firsts()
        high = np.full(len(low), -NEVER)
        np.maximum.at(high, self.actors, self.last)
        long = np.where(low < NEVER, high - low + before + after, 0).astype(np.uint64)
        known = long[self.actors]
        low[low < NEVER] -= before
        return low, known[:1] if len(known) and (known == known[0]).all() else long


class Extras:
    """What else a statement gives its function, each read when it is first used."""

    def __init__(self, given: Sequence[Any]) -> None:
        self._given = given
        self._known: dict[int, Any] = {}
        self._firsts: dict[int, Ints] = {}
        self._spans: dict[tuple[int, int, int], tuple[Ints, NDArray[np.uint64]]] = {}
        self._places: dict[int, Ints] = {}

    def ids(self, extra: int) -> Ints:
        """Return ids, ascending: those of a JSON list, or of a set of actors plus one."""

        def read(given: str | bytes | None) -> Ints:
            if isinstance(given, str):
                return np.sort(np.array(json.loads(given), np.int64))
            return np.array(load(given).to_array(), np.int64) - 1

        return self._once(extra, read)  # type: ignore[no-any-return]

    def numbers(self, extra: int) -> tuple[Ints, NDArray[np.float64]]:
        """Return ids, ascending, and a number for each, of a JSON list of pairs."""

        def read(given: str) -> tuple[Ints, NDArray[np.float64]]:
            pairs = sorted(json.loads(given))
            ids = np.array([pair[0] for pair in pairs], np.int64)
            return ids, np.array([pair[1] for pair in pairs], np.float64)

        return self._once(extra, read)  # type: ignore[no-any-return]

    def reach(self, extra: int) -> Reach:
        """Return what lies between two instants, of its bytes."""
        return self._once(extra, Reach.of)  # type: ignore[no-any-return]

    def places(self, extra: int) -> Ints:
        """Return the place of each actor in a `reach` that has one of everybody."""
        if extra not in self._places:
            actors = self.reach(extra).actors
            found = np.zeros(int(actors.max(initial=0)) + 1, np.int64)
            found[actors] = np.arange(len(actors))
            self._places[extra] = found
        return self._places[extra]

    def firsts(self, extra: int) -> Ints:
        """Return the first instants of a `reach`."""
        if extra not in self._firsts:
            self._firsts[extra] = self.reach(extra).firsts()
        return self._firsts[extra]

    def spans(self, extra: int, before: int, after: int) -> tuple[Ints, NDArray[np.uint64]]:
        """Return the spans of a `reach`."""
        asked = extra, before, after
        if asked not in self._spans:
            self._spans[asked] = self.reach(extra).spans(before, after)
        return self._spans[asked]

    def _once(self, extra: int, read: Callable[[Any], Any]) -> Any:
        if extra not in self._known:
            self._known[extra] = read(self._given[extra])
        return self._known[extra]


_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "gt": np.greater,
    "gte": np.greater_equal,
    "lt": np.less,
    "lte": np.less_equal,
    "eq": np.equal,
    "ne": np.not_equal,
}


def settled(mask: Sequence[Any], event: int) -> bool | None:
    """Return whether a mask holds for every row of a block with an event, or for none; None if
    that depends on the row.
    """
    word, *parts = mask
    if word == "event":
        return event in parts[0]
    if word == "not":
        found = settled(parts[0], event)
        return None if found is None else not found
    if word not in ("all", "any"):
        return None
    whole = word == "all"
    each = [settled(part, event) for part in parts]
    return (not whole) if (not whole) in each else None if None in each else whole


def fits(mask: Sequence[Any], block: Block, extras: Extras) -> Mask:
    """Return which rows of a block a mask holds for."""
    word, *parts = mask
    known = settled(mask, block.event)
    if known is not None:
        return np.full(len(block), known)
    if word in ("all", "any"):
        both = np.logical_and if word == "all" else np.logical_or
        open_ = [part for part in parts if settled(part, block.event) is None]
        found = fits(open_[0], block, extras)
        for part in open_[1:]:
            found = both(found, fits(part, block, extras))
        return found
    if word == "not":
        return ~fits(parts[0], block, extras)
    if word == "ids":
        field, ids = parts[0], extras.ids(parts[1])
        if not len(ids) or block.least(field) > ids[-1]:
            return np.zeros(len(block), np.bool_)
        return among(block.ints(field), ids)
    if word == "people":
        return among(block.ints(ACTOR), extras.ids(parts[0]))
    if word == "begun":
        return begun(block, extras, parts[0])
    if word == "within":
        return _within(block, *extras.spans(*parts))
    return _property(block, extras, *parts)


def _within(block: Block, low: Ints, long: NDArray[np.uint64]) -> Mask:
    who = block.ints(ACTOR)
    since = (block.ints(TIME) - low.take(who, mode="clip")).view(np.uint64)
    found: Mask = since <= (long if len(long) == 1 else long.take(who, mode="clip"))
    return found


def among(values: Ints, ids: Ints) -> Mask:
    """Return which values are one of some ascending ids."""
    if len(ids) == 0:
        return np.zeros(len(values), np.bool_)
    if len(ids) == 1:
        same: Mask = values == ids[0]
        return same
    before, last = int(ids[0]) - 1, int(ids[-1])
    if last - before < max(1 << 22, 64 * len(values)):
        table = np.zeros(last - before + 2, np.bool_)
        table[ids - before] = True
        known: Mask = table.take(values - before, mode="clip")
        return known
    found: Mask = ids[np.minimum(np.searchsorted(ids, values), len(ids) - 1)] == values
    return found


def begun(block: Block, extras: Extras, extra: int) -> Mask:
    """Return which events are their person's first in a `reach`, or later."""
    who, when = block.ints(ACTOR), block.ints(TIME)
    first = extras.firsts(extra).take(who, mode="clip")
    found: Mask = first < when
    same = np.flatnonzero(first == when)
    if len(same):
        arrived = extras.reach(extra).arrived[extras.places(extra)[who[same]]]
        found[same] = arrived <= block.picked(SEQ, same)
    return found


def _property(
    block: Block, extras: Extras, field: int, condition: str, extra: int, missing: bool
) -> Mask:
    found = np.full(len(block), missing)
    column = block.column(field)
    if column is None:
        return found
    words = column.words
    if words is not None:
        found = _placed(among(words.whole(), extras.ids(extra)), words, found)
    if not column.is_text:
        found = _placed(_numbers(column, condition), column, found)
    return found


def _placed(own: Mask, column: Column, others: Mask) -> Mask:
    """Return a test of the values that are there, and another one's result where there is none."""
    return own if column.present is None else np.where(column.present, own, others)


def _numbers(column: Column, condition: str) -> Mask:
    """Return which numbers satisfy a condition; of those that are missing anything."""
    said = json.loads(condition)
    wanted = said["value"]
    whole = isinstance(wanted, int) and not isinstance(wanted, bool) and abs(wanted) < 2**53
    if said["operator"] in _SIGNS and (whole or isinstance(wanted, float)):
        return _compared(column, _SIGNS[said["operator"]], wanted)
    values, places = different(column)
    held = [holds_json(condition, text) for text in texts_of(column, values)]
    return np.array(held, np.bool_)[places]


def _compared(column: Column, sign: Callable[[Any, Any], Any], wanted: float) -> Mask:
    """Compare exactly: scaled whole numbers with the scaled bound."""
    values = column.whole()
    if column.is_float:
        return sign(values, float(wanted))  # type: ignore[no-any-return]
    bound = Fraction(str(wanted)) * 10**column.scale
    if bound.denominator == 1:
        return sign(values, int(bound))  # type: ignore[no-any-return]
    if sign in (np.equal, np.not_equal):
        return np.full(len(values), sign is np.not_equal)
    below = bound.numerator // bound.denominator
    above: Mask = values > below
    return above if sign in (np.greater, np.greater_equal) else ~above
