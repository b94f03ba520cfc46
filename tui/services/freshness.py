"""How fresh the data on show is, and one line that describes the open file."""

from __future__ import annotations

from typing import Any

from core.engines.running import Engine
from core.errors import FootfallError
from core.store.library.profiles import writable
from core.text import age, clean, things


class Freshness:
    """What is known about the workspace's state. `look` never raises.

    Attributes:
        name: of the file, and the host that answers for it if there is one.
        facts: this name, the number of events and the age of the newest.
        stale: whether it changed since the answers were computed.
        trouble: why it cannot be read, or that another file has taken its place; usually "".
        state: which file was read last and the number that every change to it increments.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._state: tuple[Any, int] | None = None
        self._name = clean(engine.path.name)
        self.name = f"{self._name} at {clean(engine.where)}" if engine.where else self._name
        self.facts = self.name
        self.stale = False
        self.trouble = ""
        self.state: tuple[Any, int] | None = None
        self.seen()

    def look(self) -> bool:
        """Check whether the workspace changed; True if the line to show changed."""
        before = (self.stale, self.trouble)
        state = self._read()
        if state is not None:
            self.stale = state != self._state
            if self._state is not None and state[0] != self._state[0]:
                self.trouble = f"{self._name} was replaced by another file. F5 reads it."
        return (self.stale, self.trouble) != before

    def seen(self) -> None:
        """Note that the data on show is about to be refreshed."""
        state = self._read()
        if state is not None:
            self._state, self.stale = state, False
            self.facts = self._facts()

    def _read(self) -> tuple[Any, int] | None:
        """Return the state of the file, or None and the trouble if it cannot be read."""
        try:
            state = self._engine.state()
        except FootfallError as error:
            self.trouble = self._shortened(error)
            return None
        self.trouble = ""
        self.state = state
        return state

    def _shortened(self, error: FootfallError) -> str:
        return error.message.replace(str(self._engine.path), self._name)

    def _facts(self) -> str:
        try:
            return self._counted()
        except FootfallError as error:
            return self._shortened(error)

    def _without_events(self) -> str:
        from core.boards.facts import log_count

        logs = log_count(self._engine)
        return f"{things(logs, 'log')}, no events" if logs else "no events"

    def _counted(self) -> str:
        ctx = self._engine.context()
        if ctx.earliest is None or ctx.latest is None:
            return f"{self.name}  {self._without_events()}"
        days = ctx.calendar.day_of(ctx.earliest), ctx.calendar.day_of(ctx.latest)
        total = things(self._engine.events_in(*days), "event")
        said = "" if writable(self._engine.path) else "read-only  "
        newest = age(self._engine.clock() - ctx.latest)
        zone = clean(ctx.calendar.zone_name, 40)
        return f"{self.name}  {said}{total}  newest {newest}  {zone}"
