"""The events of a workspace: their ids and flags (definitions 2.4)."""

from __future__ import annotations

from copy import copy
from typing import NamedTuple

from core.catalog.reading import Read
from core.columns import ACTIVE
from core.errors import BadQuestion, did_you_mean

NO_EVENT = 2**31 - 1
"""The id of no event, for an unknown event."""

KEPT = "e.event not in (select id from event_names where deleted)"
"""Whether an event `e` is not deleted, for statements that only run on the workspace."""


class EventFlags(NamedTuple):
    """The flags of an event (definitions 2.4).

    Attributes:
        display: the name it is shown under, "" for its own.
        inactive: whether it makes nobody active.
        deleted: whether it is left out of every answer.
        hidden, flow_hidden: whether it is left out of lists, and of paths.
    """

    display: str = ""
    inactive: bool = False
    deleted: bool = False
    hidden: bool = False
    flow_hidden: bool = False


class Events:
    """The events of one workspace at one generation.

    Attributes:
        ids: name -> id, for events that are not deleted.
        flags: id -> its flags, including deleted events.
    """

    def __init__(self, read: Read) -> None:
        rows = read(
            """
            select id, name, display, inactive, deleted, hidden, flow_hidden from event_names
            """,
            (),
        )
        self.flags = {
            id_: EventFlags(display or "", *map(bool, flags)) for id_, _, display, *flags in rows
        }
        self.ids: dict[str, int] = {
            name: id_ for id_, name, *_ in rows if not self.flags[id_].deleted
        }
        self._missed: list[str] | None = None

    def forgiving(self, missed: list[str]) -> Events:
        """Return the same events, where an unknown one never happened; `missed` says so."""
        found = copy(self)
        found._missed = missed
        return found

    @property
    def deleted(self) -> list[int]:
        """Ids of the deleted events."""
        return [id_ for id_, flags in self.flags.items() if flags.deleted]

    @property
    def inactive(self) -> list[int]:
        """Ids of the inactive events among those that are not deleted."""
        return [i for i, flags in self.flags.items() if flags.inactive and not flags.deleted]

    @property
    def active(self) -> tuple[int, ...]:
        """Any active event, as a Selection's `events`: () while every event is active."""
        return (ACTIVE,) if any(flags.inactive for flags in self.flags.values()) else ()

    @property
    def pickable(self) -> dict[str, int]:
        """The events to choose from: those neither deleted nor hidden."""
        return {name: id_ for name, id_ in self.ids.items() if not self.flags[id_].hidden}

    def display(self, name: str) -> str:
        """Return the name an event is shown under: its display name if it has one."""
        id_ = self.ids.get(name)
        return (id_ is not None and self.flags[id_].display) or name

    def id_of(self, name: str, parameter: str = "event") -> int:
        """Return an event's id; BadQuestion with the nearest names if it is unknown."""
        if name not in self.ids and self._missed is not None:
            self._missed.append(f"event {name!r} is not in this workspace: it never happened.")
            return NO_EVENT
        if name not in self.ids:
            raise BadQuestion(
                f"event {name!r} is not in this workspace.",
                did_you_mean(name, self.ids) or self._some_events(),
                parameter=parameter,
            )
        return self.ids[name]

    def name_of(self, id_: int) -> str:
        """Return an event's name."""
        return next((name for name, i in self.ids.items() if i == id_), str(id_))

    def _some_events(self) -> str:
        known = sorted(self.ids)[:8]
        return f"It has {', '.join(known)}." if known else "It has no events yet."
