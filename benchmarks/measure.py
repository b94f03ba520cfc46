"""Comparing answers, then timing them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.programs import Apart, Taken
from benchmarks.questions import BY_SETS, Asked, Rows

RUNS: Final = 7
LONG_RUNS: Final = 5
SLOW: Final = 500
"""Questions that take longer than so many ms are timed LONG_RUNS times, others RUNS times."""
WARM_UP: Final = 2
MOST: Final = 1.5
"""The ratio to DuckDB's time that no question should exceed."""
MOST_BY_SETS: Final = 0.1
"""The same for questions that are answered from stored sets."""


@dataclass(frozen=True)
class Timing:
    """The times of one question: medians of warm runs, by program; ours is the first."""

    name: str
    taken: Mapping[str, Taken]

    def ratio(self, peer: str) -> Taken | None:
        """footfall's times divided by a peer's; None if the peer was not asked."""
        ours, theirs = next(iter(self.taken.values())), self.taken.get(peer)
        if theirs is None or not theirs.wall or not theirs.cpu:
            return None
        return Taken(ours.wall / theirs.wall, ours.cpu / theirs.cpu)

    @property
    def target(self) -> float | None:
        """The ratio to DuckDB's time that should not be exceeded, None without a counterpart."""
        if len(self.taken) == 1:
            return None
        return MOST_BY_SETS if self.name in BY_SETS else MOST


class Different(Exception):
    """Two programs gave different answers."""


def compare(name: str, ours: Rows, theirs: Rows, peer: str = "DuckDB") -> None:
    """Raise Different unless the rows are the same, ignoring order and with floats to 9 digits."""
    left, right = _sorted(ours), _sorted(theirs)
    for mine, other in zip(left, right, strict=False):
        if len(mine) != len(other) or not all(map(_same, mine, other)):
            raise Different(f"{name}: footfall says {mine}, {peer} says {other}")
    if len(left) != len(right):
        raise Different(f"{name}: footfall has {len(left)} rows, {peer} {len(right)}")


def _sorted(rows: Iterable[tuple[Any, ...]]) -> Rows:
    return sorted(rows, key=lambda row: [_key(value) for value in row])


def _key(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, int | float) else str(value)


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, int | float) and isinstance(right, int | float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    return bool(left == right)


def ask_all(ours: Apart, peers: Sequence[Apart], asked: Asked) -> Timing:
    """Check that all give the same answer, then time them in turns, after two runs to warm up.

    Peers that have no statement for a question are left out.

    Raises:
        Different: an answer differs.
        Failed: a program did not answer.
    """
    able = [peer for peer in peers if peer.knows(asked.name)]
    answer = ours.rows(asked.name) if able else []
    for peer in able:
        compare(asked.name, answer, peer.rows(asked.name), peer.name)
    programs = (ours, *able)
    first = [program.taken(asked.name) for program in programs]
    slow = max(taken.wall for taken in first) > SLOW
    warm_up, runs = (0, LONG_RUNS) if slow else (WARM_UP - 1, RUNS)
    taken = [[program.taken(asked.name) for program in programs] for _ in range(warm_up + runs)]
    medians = [
        Taken(*map(statistics.median, zip(*times, strict=True)))
        for times in zip(*taken[warm_up:], strict=True)
    ]
    return Timing(asked.name, {p.name: figure for p, figure in zip(programs, medians, strict=True)})


def mean_ratio(timings: Sequence[Timing], peer: str) -> Taken | None:
    """Return the geometric means of the ratios to a peer's times; None without any."""
    ratios = [ratio for timing in timings if (ratio := timing.ratio(peer))]
    if not ratios:
        return None
    return Taken(*(statistics.geometric_mean(values) for values in zip(*ratios, strict=True)))
