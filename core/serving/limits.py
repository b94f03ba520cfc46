"""How much may be asked: at a time, per hour and per minute, as documented.

Dashboard REST API, rate limits: 5 requests and a cost of 1,000 at the same time, a cost of 108,000
and 360 lookups of people per hour; query API: 30 statements of SQL per minute. A request that is
asked alone may cost more than 1,000, or no funnel of a year could ever be asked.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from core.api.cost import Charge, Counted

AT_A_TIME = 5
COST_AT_A_TIME = 1_000
HOUR, MINUTE = 3_600, 60


class Allowed(NamedTuple):
    """How much of something is allowed in a time, in seconds."""

    most: int
    seconds: int
    said: str


RATES: dict[Counted, Allowed] = {
    "cost": Allowed(108_000, HOUR, "a cost of {most:,} is allowed per hour"),
    "lookups": Allowed(360, HOUR, "{most:,} user activity and user search requests per hour"),
    "sql": Allowed(30, MINUTE, "{most:,} statements of SQL are allowed per minute"),
}


class TooMany(Exception):
    """A request is more than is allowed.

    Attributes:
        message: how it exceeds the limit.
        seconds: after how long it may be asked again; 0 if it never may.
    """

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.message, self.seconds = message, seconds


class Limits:
    """Counts requests. Safe to use from several threads.

    Args:
        clock: returns seconds that only grow; tests pin it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._running: list[int] = []
        self._past: dict[Counted, deque[tuple[float, int]]] = {name: deque() for name in RATES}

    @contextmanager
    def admitting(self, charge: Charge) -> Iterator[None]:
        """Count a request, and that it is being answered while this block runs.

        Raises:
            TooMany: it exceeds a limit; then it counts for nothing.
        """
        cost = charge.amount if charge.counted == "cost" else 0
        with self._lock:
            self._check_running(cost)
            self._count(charge)
            self._running.append(cost)
        try:
            yield
        finally:
            with self._lock:
                self._running.remove(cost)

    def _check_running(self, cost: int) -> None:
        if len(self._running) >= AT_A_TIME:
            said = f"{len(self._running)} requests are being answered, and {AT_A_TIME} may be"
            raise TooMany(f"{said} at the same time.", 1)
        total = sum(self._running)
        if self._running and cost and total + cost > COST_AT_A_TIME:
            said = f"Requests of a cost of {total:,} are being answered and this one has {cost:,};"
            raise TooMany(f"{said} {COST_AT_A_TIME:,} may be at the same time.", 1)

    def _count(self, charge: Charge) -> None:
        if charge.counted not in RATES:
            return
        most, seconds, said = RATES[charge.counted]
        past, now = self._past[charge.counted], self._clock()
        while past and past[0][0] <= now - seconds:
            past.popleft()
        total = sum(amount for _, amount in past)
        if total + charge.amount > most:
            used = f"{total:,} is used and this request takes {charge.amount:,}"
            wait = self._wait(past, total + charge.amount - most, now - seconds)
            again = f" Ask again in {_span(wait)}." if wait else ""
            raise TooMany(f"{used}; {said.format(most=most)}.{again}", wait)
        past.append((now, charge.amount))

    @staticmethod
    def _wait(past: deque[tuple[float, int]], over: int, since: float) -> int:
        """Return after how many seconds so much is no longer counted; 0 if it is too much."""
        for at, amount in past:
            over -= amount
            if over <= 0:
                return math.ceil(at - since)
        return 0


def _span(seconds: int) -> str:
    many, word = (seconds, "second") if seconds < 2 * MINUTE else (seconds // MINUTE + 1, "minute")
    return f"{many} {word}{'' if many == 1 else 's'}"
