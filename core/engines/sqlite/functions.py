"""Sets of actors as SQL functions on a SQLite connection, and the few helpers that questions need.

A set is a serialised 32-bit roaring bitmap; NULL reads as the empty set. Actor 0 is nobody and
never enters a set. A function refuses invalid arguments: the statement ends with an SQL error, and
the first error is kept for the engine to raise. Window functions crash the process if a frame can
be empty, so only our own statements may use these functions, never SQL typed by people.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

from pyroaring import BitMap

from core.blocks.functions.registering import register as register_blocks
from core.engines.sqlite.gaps import GapCounts, Gaps
from core.engines.sqlite.latest import Latest
from core.errors import FootfallError, QueryFailed, not_as_written
from core.sql.sets import Blob, load, percentile
from core.sums import total
from core.values.json_values import holds_json, json_at, json_number

ONE_CONTAINER = (12346).to_bytes(4, "little") + (1).to_bytes(4, "little")
"""How a set begins that has one container, which is no list of runs; its size minus one follows the
container's number, in two bytes each."""

WIDEST = 8192
"""How many bytes the bits of a container take; up to as many, it lists its actors."""


class Failures:
    """Remembers the first error raised inside a callback of one connection.

    Attributes:
        unwanted: returns the error to end the running statement with; None if it may go on.
    """

    def __init__(self) -> None:
        self.first: Exception | None = None
        self.unwanted: Callable[[], Exception | None] = lambda: None

    def check(self) -> None:
        """Raise the error that the running statement must end with, if any; for long callbacks."""
        error = self.unwanted()
        if error:
            raise error

    def take(self) -> Exception | None:
        """Return the remembered error and forget it."""
        error, self.first = self.first, None
        return error

    def guard(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a callback so that its error is remembered; it still ends the statement."""

        def guarded(*arguments: Any) -> Any:
            try:
                return function(*arguments)
            except FootfallError as error:
                self.first = self.first or error
                raise
            except (json.JSONDecodeError, UnicodeDecodeError):
                self.first = self.first or not_as_written("a stored value")
                raise
            except Exception:
                self.first = self.first or QueryFailed(f"{name} was given an invalid argument.")
                raise

        return guarded

    def guard_steps(self, name: str, aggregate: type[Any]) -> type[Any]:
        """Return an aggregate of which an error in a step is remembered.

        A class, as an aggregate that held its own step would be a cycle, with all that it read.
        """

        class Guarded(aggregate):  # type: ignore[misc]
            step = self.guard(name, aggregate.step)

        return Guarded


def _nothing(*blobs: Blob) -> bool:
    """Return whether one of the sets is NULL; TypeError if one is neither NULL nor a blob."""
    if not all(blob is None or isinstance(blob, bytes) for blob in blobs):
        raise TypeError("no set")
    return None in blobs


def rb_count(users: Blob) -> int:
    """Return how many actors are in a set."""
    if users is None:
        return 0
    if isinstance(users, bytes) and users.startswith(ONE_CONTAINER):
        found = int.from_bytes(users[10:12], "little") + 1
        if len(users) == 16 + min(2 * found, WIDEST):
            return found
    return len(load(users))


def rb_and(left: Blob, right: Blob) -> bytes:
    """Return the actors in both sets."""
    return (load(left) & load(right)).serialize()


def rb_or(left: Blob, right: Blob) -> bytes:
    """Return the actors in either set."""
    return (load(left) | load(right)).serialize()


def rb_andnot(left: Blob, right: Blob) -> bytes:
    """Return the actors in the first set only."""
    return (load(left) - load(right)).serialize()


def rb_and_count(left: Blob, right: Blob) -> int:
    """Return how many actors are in both sets."""
    return 0 if _nothing(left, right) else load(left).intersection_cardinality(load(right))


def rb_contains(users: Blob, actor: int) -> bool:
    """Return whether an actor is in a set."""
    if not isinstance(actor, int):
        raise TypeError("no actor")
    return actor in load(users)


def rb_ids(users: Blob) -> str:
    """Return a set as a JSON array of ids, for json_each."""
    return str(list(load(users)))


TOGETHER = 256
"""So many sets are joined at once."""


class Build:
    """Aggregate: the set of the given actors."""

    def __init__(self) -> None:
        self.actors: list[int] = []

    def step(self, actor: int | None) -> None:
        """Add one actor; nobody and NULL are skipped."""
        if actor:
            self.actors.append(actor)
        elif actor != 0 and actor is not None:
            raise TypeError("no actor")

    def finalize(self) -> bytes:
        """Return the set."""
        if not set(map(type, self.actors)) <= {int}:
            raise TypeError("no actor")
        return BitMap(self.actors).serialize()


class Union:
    """Aggregate and growing window: the union of sets. Never give it a frame that can be empty."""

    def __init__(self) -> None:
        self.users = BitMap()
        self.waiting: list[BitMap] = []

    def step(self, users: Blob) -> None:
        """Add one set to the union."""
        if users is not None:
            self.waiting.append(load(users))
            if len(self.waiting) == TOGETHER:
                self._join()

    def _join(self) -> None:
        """Many sets are joined at once in less time than one after the other."""
        self.users = BitMap.union(self.users, *self.waiting)
        self.waiting.clear()

    def value(self) -> bytes:
        """Return the union so far."""
        self._join()
        return self.users.serialize()

    def inverse(self, users: Blob) -> None:
        """Refuse moving frames: a set cannot be removed from a union."""
        raise NotImplementedError("rb_or_agg runs over growing frames only")

    finalize = value


class Sliding:
    """Window: the union of the sets in a moving frame that always contains the current row.

    Two stacks make a queue: sets enter at the back under a running union, and leave at the front,
    where each entry is already the union of everything behind it. That is about three unions per
    row, however wide the frame.
    """

    def __init__(self) -> None:
        self.back: list[BitMap] = []
        self.back_union = BitMap()
        self.front: list[BitMap] = []

    def step(self, users: Blob) -> None:
        """Add one set at the end of the frame."""
        entered = load(users)
        self.back.append(entered)
        self.back_union |= entered

    def inverse(self, users: Blob) -> None:
        """Remove the oldest set."""
        if not self.front:
            union = BitMap()
            while self.back:
                union |= self.back.pop()
                self.front.append(union.copy())
            self.back_union = BitMap()
        self.front.pop()

    def value(self) -> bytes:
        """Return the union of the frame."""
        kept = self.front[-1] | self.back_union if self.front else self.back_union
        return kept.serialize()

    finalize = value


class Tally:
    """Aggregate: how many of the sets each actor is in, for `rb_at_least`.

    The counts are kept as bit planes: plane i contains the actors whose count has bit i set.
    """

    def __init__(self) -> None:
        self.planes: list[BitMap] = []

    def step(self, users: Blob) -> None:
        """Count one more set."""
        carry, place = load(users), 0
        while carry:
            if place == len(self.planes):
                self.planes.append(BitMap())
            plane = self.planes[place]
            self.planes[place], carry = plane ^ carry, plane & carry
            place += 1

    def finalize(self) -> bytes:
        """Return the planes, each preceded by its length."""
        parts = [plane.serialize() for plane in self.planes]
        return b"".join(len(part).to_bytes(4, "little") + part for part in parts)


def _planes(tally: Blob) -> list[BitMap]:
    if not isinstance(tally, bytes | None):
        raise TypeError("no tally")
    found, at = [], 0
    while tally and at < len(tally):
        size = int.from_bytes(tally[at : at + 4], "little")
        found.append(load(tally[at + 4 : at + 4 + size]))
        at += 4 + size
    return found


def rb_at_least(tally: Blob, least: int) -> bytes:
    """Return the actors that are in at least `least` (from 1) of the sets of a tally."""
    planes = _planes(tally)
    if least >> len(planes):
        return BitMap().serialize()
    more, equal = BitMap(), BitMap.union(*planes) if planes else BitMap()
    for place in range(len(planes) - 1, -1, -1):
        if least >> place & 1:
            equal &= planes[place]
        else:
            more |= equal & planes[place]
            equal -= planes[place]
    return (more | equal).serialize()


class Combination:
    """Aggregate: the texts of the distinct values in upper-case hex, ascending, separated by
    commas.
    """

    def __init__(self) -> None:
        self.values: set[int | str] = set()

    def step(self, value: int | str | None) -> None:
        """Add one value; NULL is skipped."""
        if value is not None:
            self.values.add(value)

    def finalize(self) -> str:
        """Return the list."""
        if not set(map(type, self.values)) <= {int, float, str}:
            raise TypeError("no value")
        return ",".join(sorted(str(value).encode().hex().upper() for value in self.values))


class Total:
    """Aggregate: the sum of the given numbers (definitions 1.7, `core.sums`)."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def step(self, value: float | None) -> None:
        """Add one number; NULL is skipped."""
        if value is not None:
            self.values.append(value)

    def finalize(self) -> float | None:
        """Return the sum, or NULL if there are no numbers."""
        if not set(map(type, self.values)) <= {int, float}:
            raise TypeError("no numbers")
        return total(self.values) if self.values else None


class Percentile:
    """Aggregate: percentile p of the given numbers, type 7 (definitions 1.7)."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.p = 0.5

    def step(self, value: float | None, p: float) -> None:
        """Add one number; NULL is skipped."""
        self.p = p
        if value is not None:
            self.values.append(value)

    def finalize(self) -> float | None:
        """Return the percentile, or NULL if there are no numbers."""
        if not set(map(type, self.values)) <= {int, float} or not 0 <= self.p <= 1:
            raise TypeError("no numbers, or no part of them")
        return percentile(self.values, self.p)


FUNCTIONS: tuple[tuple[str, int, Callable[..., Any]], ...] = (
    ("rb_count", 1, rb_count),
    ("rb_and", 2, rb_and),
    ("rb_or", 2, rb_or),
    ("rb_andnot", 2, rb_andnot),
    ("rb_and_count", 2, rb_and_count),
    ("rb_contains", 2, rb_contains),
    ("rb_ids", 1, rb_ids),
    ("rb_at_least", 2, rb_at_least),
    ("condition_holds", 2, holds_json),
    ("json_number", 1, json_number),
    ("json_at", 2, json_at),
)


AGGREGATES: tuple[tuple[str, int, type], ...] = (
    ("rb_tally", 1, Tally),
    ("rb_gaps", 2, Gaps),
    ("rb_gap_counts", 2, GapCounts),
    ("rb_latest", 3, Latest),
)


def _attempts(check: Callable[[], None], *arguments: Any) -> str:
    """Look for attempts; the search is loaded when a funnel first needs it."""
    from core.sequences.search import funnel_attempts

    return funnel_attempts(check, *arguments)


def register(connection: sqlite3.Connection) -> Failures:
    """Add the functions to a connection; return where their errors are remembered."""
    failures = Failures()
    for name, count, function in FUNCTIONS:
        connection.create_function(name, count, failures.guard(name, function), deterministic=True)
    found = failures.guard("funnel_attempts", partial(_attempts, failures.check))
    connection.create_function("funnel_attempts", 5, found, deterministic=True)
    connection.create_aggregate("rb_build", 1, Build)  # type: ignore[arg-type]
    for name, count, aggregate in AGGREGATES:
        steps = failures.guard_steps(name, aggregate)
        connection.create_aggregate(name, count, steps)
    for name, window in (("rb_or_agg", Union), ("rb_or_sliding", Sliding)):
        connection.create_window_function(name, 1, failures.guard_steps(name, window))
    connection.create_aggregate("hex_combination", 1, Combination)  # type: ignore[arg-type]
    connection.create_aggregate("percentile", 2, Percentile)  # type: ignore[arg-type]
    connection.create_aggregate("exact_total", 1, Total)  # type: ignore[arg-type]
    register_blocks(connection, failures)
    return failures
