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

    def tables(self) -> tuple[Ints, Ints]:
        """Return the first and the last instant of each actor; of nobody after the last actor."""
        most = int(self.actors.max(initial=0)) + 2
        first, last = np.full(most, 2**62), np.full(most, -(2**62))
        np.minimum.at(first, self.actors, self.first)
        np.maximum.at(last, self.actors, self.last)
        return first, last


class Extras:
    """What else a statement gives its function, each read when it is first used."""

    def __init__(self, given: Sequence[Any]) -> None:
        self._given = given
        self._known: dict[int, Any] = {}
        self._tables: dict[int, tuple[Ints, Ints]] = {}
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

    def within(self, extra: int) -> tuple[Ints, Ints]:
        """Return the tables of a `reach`."""
        if extra not in self._tables:
            self._tables[extra] = self.reach(extra).tables()
        return self._tables[extra]

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
        return among(block.ints(parts[0]), extras.ids(parts[1]))
    if word == "people":
        return among(block.ints(ACTOR), extras.ids(parts[0]))
    if word == "begun":
        return begun(block, extras, parts[0])
    if word == "within":
        extra, before, after = parts
        first, last = extras.within(extra)
        who, when = np.minimum(block.ints(ACTOR), len(first) - 1), block.ints(TIME)
        inside: Mask = (first[who] <= when + before) & (when - after <= last[who])
        return inside
    return _property(block, extras, *parts)


def among(values: Ints, ids: Ints) -> Mask:
    """Return which values are one of some ascending ids."""
    if len(ids) == 0:
        return np.zeros(len(values), np.bool_)
    if len(ids) == 1:
        same: Mask = values == ids[0]
        return same
    if ids[0] >= 0 and ids[-1] < 1 << 22:
        table = np.zeros(int(ids[-1]) + 2, np.bool_)
        table[ids] = True
        known: Mask = table[np.minimum(values, ids[-1] + 1)]
        return known
    found: Mask = ids[np.minimum(np.searchsorted(ids, values), len(ids) - 1)] == values
    return found


def begun(block: Block, extras: Extras, extra: int) -> Mask:
    """Return which events are their person's first in a `reach`, or later."""
    who, when = block.ints(ACTOR), block.ints(TIME)
    times, _ = extras.within(extra)
    first = times[np.minimum(who, len(times) - 1)]
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
