"""The totals of sessions by day, and how they are counted from `sessions` (definitions 9.3)."""

from __future__ import annotations

from typing import Final

from core.timeframe import DAY

LONGEST: Final = DAY
"""A session that is longer has no length, in ms."""

DAY_COLUMNS: Final = "day, sessions, timed, length, bounced"
"""The day they started on, how many, how many with a length, the sum of these in ms, and how many
of one event.
"""

_LENGTH = '("end" - start)'
COUNTED_DAYS: Final = f"""
    select day, count(*), sum({_LENGTH} <= {LONGEST}),
           sum(iif({_LENGTH} <= {LONGEST}, {_LENGTH}, 0)), sum(events = 1)
    from sessions
    where actor <> 0
    group by day
    """


def count_in(row: str, sign: int) -> str:
    """Return the statement of a trigger that counts a row of `sessions` in, or out.

    Args:
        row: "new" or "old".
        sign: 1 or -1.
    """
    length = f'({row}."end" - {row}.start)'
    return f"""
        insert into session_days ({DAY_COLUMNS})
        select {row}.day, {sign}, {sign} * ({length} <= {LONGEST}),
               {sign} * iif({length} <= {LONGEST}, {length}, 0), {sign} * ({row}.events = 1)
        where {row}.actor <> 0
        on conflict (day) do update
        set sessions = sessions + excluded.sessions, timed = timed + excluded.timed,
            length = length + excluded.length, bounced = bounced + excluded.bounced;"""
