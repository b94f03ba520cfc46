"""Comparing answers, then timing them."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from benchmarks import duck
from benchmarks.questions import SOMEBODY, Asked, Rows
from core.engines.sqlite.engine import SqliteEngine
from core.queries import from_json

RUNS = 9
SLOW = 2000
"""If the first run takes this many ms, only one more is timed."""


@dataclass(frozen=True)
class Timing:
    """The times of one question, in ms: medians of warm runs; None if DuckDB has no SQL for it."""

    name: str
    footfall: float
    duckdb: float | None
    target: float | None

    @property
    def ratio(self) -> float | None:
        """footfall's time divided by DuckDB's."""
        return self.footfall / self.duckdb if self.duckdb else None


class Different(Exception):
    """The two gave different answers."""


def compare(name: str, ours: Rows, theirs: Rows) -> None:
    """Raise Different unless the rows are the same, ignoring order and with floats to 9 digits."""
    left, right = _sorted(ours), _sorted(theirs)
    for mine, other in zip(left, right, strict=False):
        if len(mine) != len(other) or not all(map(_same, mine, other)):
            raise Different(f"{name}: footfall says {mine}, DuckDB says {other}")
    if len(left) != len(right):
        raise Different(f"{name}: footfall has {len(left)} rows, DuckDB {len(right)}")


def _sorted(rows: Iterable[tuple[Any, ...]]) -> Rows:
    return sorted(rows, key=lambda row: [str(value) for value in row])


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, int | float) and isinstance(right, int | float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
    return left == right


def ask_both(engine: SqliteEngine, db: Any, asked: Asked) -> Timing:
    """Check that both give the same answer, then time them alternately after two warm-up runs.

    Questions without SQL for DuckDB are timed alone; slow ones only once more.

    Raises:
        Different: the answers differ.
    """
    question = from_json(_of_somebody(engine, asked.body))
    started = time.perf_counter()
    answer = engine.run(question, fresh=True).answer
    slow = (time.perf_counter() - started) * 1000 > SLOW
    warm_up, runs = (0, 1) if slow else (2, RUNS)
    known = asked.name in duck.SQL
    if known:
        compare(asked.name, asked.read(answer), duck.answer(db, asked.name))
    taken = [
        (
            timed(lambda: engine.run(question, fresh=True)),
            timed(lambda: duck.answer(db, asked.name)) if known else 0.0,
        )
        for _ in range(warm_up + runs)
    ]
    footfall, duckdb = map(statistics.median, zip(*taken[warm_up:], strict=True))
    return Timing(asked.name, footfall, duckdb if known else None, asked.target)


def _of_somebody(engine: SqliteEngine, body: dict[str, Any]) -> dict[str, Any]:
    if body.get("user") != SOMEBODY:
        return body
    ((key,),) = engine.read("select key from identities order by id limit 1", {})
    return {**body, "user": key}


def timed(run: Callable[[], Any]) -> float:
    """Return how many ms a call takes."""
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000
