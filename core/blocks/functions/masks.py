"""Which rows of a block count.

A mask is a list of a word and what it applies to:

- `["all", mask, ...]`, `["any", mask, ...]`, `["not", mask]`;
- `["event", ids]`: the block's event is one of them;
- `["ids", column, extra]`: the value id of a column, 0 for none, is one of the extra's;
- `["people", extra]`: the actor is one of the extra's;
- `["begun", extra]`: the actor's first event in the extra is this one or earlier;
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


class Firsts(NamedTuple):
    """Since when people did something: actors, ascending, and the ms and seq of the first event."""

    actors: Ints
    times: Ints
    arrived: Ints


class Extras:
    """What else a statement gives its function, each read when it is first used."""

    def __init__(self, given: Sequence[Any]) -> None:
        self._given = given
        self._known: dict[int, Any] = {}

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

    def firsts(self, extra: int) -> Firsts:
        """Return people's first events, of a JSON list of [actor, ms, seq]."""

        def read(given: str | None) -> Firsts:
            rows = np.array(json.loads(given or "[]"), np.int64).reshape(-1, 3)
            return Firsts(*rows.T)

        return self._once(extra, read)  # type: ignore[no-any-return]

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


def fits(mask: Sequence[Any], block: Block, extras: Extras) -> Mask:
    """Return which rows of a block a mask holds for."""
    word, *parts = mask
    if word in ("all", "any"):
        found = np.full(len(block), word == "all")
        for part in parts:
            found = (np.logical_and if word == "all" else np.logical_or)(
                found, fits(part, block, extras)
            )
        return found
    if word == "not":
        return ~fits(parts[0], block, extras)
    if word == "event":
        return np.full(len(block), block.event in parts[0])
    if word == "ids":
        return among(block.ints(parts[0]), extras.ids(parts[1]))
    if word == "people":
        return among(block.ints(ACTOR), extras.ids(parts[0]))
    if word == "begun":
        return begun(block, extras.firsts(parts[0]))
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


def begun(block: Block, firsts: Firsts) -> Mask:
    """Return which events are their person's first of some, or later."""
    if not len(firsts.actors):
        return np.zeros(len(block), np.bool_)
    who, when = block.ints(ACTOR), block.ints(TIME)
    place = np.minimum(np.searchsorted(firsts.actors, who), len(firsts.actors) - 1)
    first, arrived = firsts.times[place], firsts.arrived[place]
    since = (first < when) | ((first == when) & (arrived <= block.ints(SEQ)))
    found: Mask = since & (firsts.actors[place] == who)
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
