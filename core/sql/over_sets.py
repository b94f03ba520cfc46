"""Typed statements that only count, over the stored sets of people: no event is read.

Totals by event, day and one context column are those of the table `activity`. How many people there
are is stored for an event on a day, for a day, and, as everybody has one first day of an event,
follows for an event and for all. A statement of other groups is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from core.columns import CONTEXT
from core.sql.grouping import Grouping
from core.sql.limits import ALL, Limits
from core.timeframe import DAY

_UTC: Final = "(select value from meta where key = 'zone') = 'UTC'"
_HAS_SETS: Final = "(select state from dimensions where field = '{}') = 'sets'"
_DIFFERENT_KEYS: Final = """
    not exists (
        select 1 from identities d
        where d.kind = 1 and exists (select 1 from identities u where u.kind = 0 and u.key = d.key)
    )"""
"""People are counted by their texts: a user and a device of one text are one."""


_ALL_ARE_USERS: Final = """
    case
        when not exists (select 1 from aliases)
             and not exists (select 1 from identities where kind = 1) then 1
        else not exists (select 1 from events where user <> actor)
    end"""
"""So that everybody is a user, and every user somebody. Without aliases and devices that is so;
otherwise the first other event ends the search.
"""

_AS_PEOPLE: Final = {"actor": _DIFFERENT_KEYS, "user_id": _ALL_ARE_USERS}
"""When there are as many different values of a column as people."""


class OverSets(NamedTuple):
    """How a statement can be answered from stored sets.

    Attributes:
        context: the context column that it reads, if any.
        days: the limits of the days that count.
        holds: a condition on the workspace, without which it cannot.
    """

    context: str | None
    days: Limits
    holds: str


def over_sets(asked: Grouping, names: Sequence[str]) -> OverSets | None:
    """Return how a statement can be answered from stored sets, None if it cannot.

    Args:
        asked: made with `of_sets`.
        names: of the events to which it is limited, each once; any if empty.
    """
    contexts = [name for name in CONTEXT if name in asked.columns]
    if asked.moments or asked.numbers or len(contexts) > 1:
        return None
    if not asked.columns <= {"event_name", "day", *contexts}:
        return None
    if asked.people and not _has_stored_people(asked, names):
        return None
    days = asked.times.by(DAY)
    if days is None:
        return None
    holds = [_HAS_SETS.format(name) for name in contexts]
    holds += [_UTC] * (days != ALL or asked.utc_days)
    holds += [_AS_PEOPLE[name] for name in sorted(asked.people)]
    return OverSets(contexts[0] if contexts else None, days, " and ".join(holds) or "1")


def _has_stored_people(asked: Grouping, names: Sequence[str]) -> bool:
    """Whether each group of a statement is one whose people are stored."""
    one = {"event_name"} if len(names) == 1 else set()
    whole = asked.by is not None and asked.columns <= asked.by | one
    in_time = "day" in asked.columns or asked.times == ALL
    return whole and in_time and not asked.utc_days and asked.columns <= {"event_name", "day"}
