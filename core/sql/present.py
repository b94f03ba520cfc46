"""The data as it is at an instant: nothing that is dated later counts (definitions 1.9).

Most workspaces have no events after now, and statements read their tables as they are. Where there
are some, a statement begins with relations that stand in for the tables it names: the events up to
the instant, and the sets and sessions that follow from these (`Dialect.standing_in`). Days before
today keep their stored sets; of today the sets of each event are made anew, those of its values
are not there (see core.queries.common.selection, which reads the cut day from the events).
"""

from __future__ import annotations

from dataclasses import dataclass

from core.columns import ACTIVE


@dataclass(frozen=True)
class Present:
    """An instant, and what is needed to leave out what lies after it.

    Attributes:
        now: the instant, ms; an event of this very instant counts.
        today, start: its local day, and the first instant of that.
        events: event ids -> the whole events of the stored sets that each is part of, itself too.
        active: ids of the events that sessions are made of.
        open: whether something lies later on the same day.
        logs: the same rule for logs; their table is there.
    """

    now: int
    today: int
    start: int
    events: tuple[tuple[int, int], ...] = ()
    active: tuple[int, ...] = ()
    open: bool = True
    logs: bool = False


def whole_events(
    names: dict[str, int], inactive: list[int], *, some: bool
) -> tuple[tuple[int, int], ...]:
    """Return (event, whole) for every event and each whole that it is part of.

    Args:
        some: whether there are inactive events, so that there are sets of any active one.
    """
    found = []
    for event in names.values():
        found += [(event, event), (event, 0)]
        if some and event not in inactive:
            found.append((event, ACTIVE))
    return tuple(found)
