"""The data as of an instant: nothing dated later counts (definitions 1.9).

Most workspaces have no events after now, and statements read their tables as they are. If there are
some, a statement begins with relations that replace the tables it names: the events up to the
instant, and the sets and sessions that follow from them (`Dialect.standing_in`). Days before today
keep their stored sets; for today the sets of each event are recomputed, while those of its values
are missing (see core.queries.common.selection, which reads the cut day from the events).
"""

from __future__ import annotations

from typing import NamedTuple

from core.columns import ACTIVE


class Present(NamedTuple):
    """An instant, and what is needed to leave out everything after it.

    Attributes:
        now: the instant in ms; an event at exactly this instant counts.
        today, start: its local day, and the first instant of that day.
        events: event id -> the events of the stored sets that it is part of, including itself.
        active: ids of the events that sessions consist of.
        open: whether there is anything later on the same day.
        logs: whether the table of logs exists, to which the same applies.
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
    """Return (event, whole) for every event and each pseudo event that it is part of.

    Args:
        some: whether there are inactive events, and therefore sets of any active event.
    """
    found = []
    for event in names.values():
        found += [(event, event), (event, 0)]
        if some and event not in inactive:
            found.append((event, ACTIVE))
    return tuple(found)
