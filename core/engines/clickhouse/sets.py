"""The sets of people of each day, and the relations that questions read in their place.

`activity_sets` is fed by a materialized view with every insert of events. Sets do not forget: where
events went or changed hands, the days that had them are computed anew (`renew`).

Questions read `activity` and `first_activity` as the workspace file has them: its pseudo events
"any" and "any active" follow from the flags that events have, so they are put together when asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.columns import ACTIVE, CONTEXT
from core.engines.clickhouse.tables import SETS
from core.sql.dialect import Binder

_KEYS = "event, dimension, value, day"
_REST = "dimension, value, day"
_PAIRS = ", ".join(
    ["(toUInt32(0), toUInt32(0))"]
    + [f"(toUInt32({number}), {name})" for number, name in enumerate(CONTEXT, 1)]
)


def sets_of(events: str, where: str = "") -> str:
    """Return the statement that computes the rows of `activity_sets` from a table of events.

    Args:
        where: SQL of which events, "" for all.
    """
    kept = f"\n    where {where}" if where else ""
    return f"""select event, pair.1 as dimension, pair.2 as value, day,
       toInt64(count()) as total, groupBitmapStateIf(actor, actor != 0) as users
from (
    select event, day, actor, arrayJoin([{_PAIRS}]) as pair
    from {events}{kept}
)
group by {_KEYS}"""


def renew(days: str) -> str:
    """Return the statement that adds the sets of some days, once their old ones are deleted.

    Args:
        days: SQL of the days.
    """
    return f"""insert into {SETS.name} ({", ".join(SETS.columns)})
{sets_of("events", f"day in ({days})")}
settings parallel_distributed_insert_select = 2, max_partitions_per_insert_block = 0"""


@dataclass(frozen=True)
class Flags:
    """The ids of events that are deleted, and of those that are inactive."""

    deleted: tuple[int, ...] = ()
    inactive: tuple[int, ...] = ()


ALL_COUNT: Final = Flags()
"""No event is deleted or inactive."""


def relations(flags: Flags, bind: Binder, names: set[str]) -> list[tuple[str, str]]:
    """Return (name and how it is read, SQL) of each of the relations that a statement reads.

    Args:
        names: the tables that it reads.
    """
    found = []
    if "activity_of_each" in names:
        found.append(("activity_of_each as ", _of_each()))
    if "activity_of_any" in names:
        found.append(("activity_of_any as ", _of_any(flags, bind)))
    if names & {"activity", "first_activity"}:
        found.append(("activity as ", _activity(flags, bind)))
    if "first_activity" in names:
        found.append(("first_activity as ", _FIRSTS))
    return found


def _activity(flags: Flags, bind: Binder) -> str:
    parts = [_of_each(), _of_any(flags, bind)]
    if flags.inactive:
        out = _not_in(bind, flags.deleted + flags.inactive)
        parts.append(_merged(f"toInt64({ACTIVE})", _REST, out))
    return "\n            union all".join(parts)


def _of_each() -> str:
    return _merged("toInt64(event)", _KEYS)


def _of_any(flags: Flags, bind: Binder) -> str:
    return _merged("toInt64(0)", _REST, _not_in(bind, flags.deleted))


def _merged(event: str, keys: str, where: str = "") -> str:
    return f"""
            select {event} as event, dimension, value, day, sum(total) as total,
                   groupBitmapMergeState(users) as users
            from {SETS.name} {where}
            group by {keys}"""


def _not_in(bind: Binder, events: Iterable[int]) -> str:
    listed = list(dict.fromkeys(events))
    return f"where not {bind.dialect.member('event', bind.list(listed))}" if listed else ""


_FIRSTS = """
            select event, day, bitmapAndnot(users, earlier) as users
            from (
                select event, day, users,
                       lagInFrame(upto) over (partition by event order by day) as earlier
                from (
                    select event, day, users,
                           groupBitmapMergeState(users) over (
                               partition by event order by day rows unbounded preceding
                           ) as upto
                    from activity
                    where dimension = 0 and value = 0
                )
            )"""
