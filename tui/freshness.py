"""How new the data on show is, and one line that says what is open."""

from __future__ import annotations

import contextlib

from core.engines.sqlite import SqliteEngine
from core.errors import FootfallError
from core.text import age, clean, number


class Freshness:
    """What is known of the workspace's state.

    Attributes:
        facts: its name, how many events, how old the newest is.
        stale: it changed since its answers were computed.
    """

    def __init__(self, engine: SqliteEngine) -> None:
        self._engine = engine
        self._generation = engine.generation()
        self.stale = False
        self.facts = self._facts()

    def look(self) -> bool:
        """Look whether the workspace changed; True when `stale` is another than before."""
        with contextlib.suppress(FootfallError):
            stale = self._engine.generation() != self._generation
            if stale != self.stale:
                self.stale = stale
                return True
        return False

    def seen(self) -> None:
        """What is on show is about to be the newest."""
        with contextlib.suppress(FootfallError):
            self._generation = self._engine.generation()
            self.facts = self._facts()
        self.stale = False

    def _facts(self) -> str:
        ctx = self._engine.context()
        name = clean(self._engine.path.name)
        if ctx.earliest is None or ctx.latest is None:
            return f"{name}  no events"
        days = ctx.calendar.day_of(ctx.earliest), ctx.calendar.day_of(ctx.latest)
        total = self._engine.events_in(*days)
        return f"{name}  {number(total)} events  newest {age(self._engine.clock() - ctx.latest)}"
