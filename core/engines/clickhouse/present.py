"""The relations that replace a cluster's tables when some rows are dated after now."""

from __future__ import annotations

from core.sql.dialect import Binder
from core.sql.present import Present


def relations(present: Present, bind: Binder, names: set[str]) -> list[tuple[str, str]]:
    """Return (name and how it is read, SQL) of each relation that replaces a table.

    Args:
        names: the tables that a statement reads.
    """
    now = bind(present.now)
    found = {
        "sessions": _sessions(present, bind, now),
        "events": f"select * from events where ts <= {now}",
    }
    if present.logs:
        columns = "day, level, service, source, pattern"
        found["log_days"] = f"""
                select {columns}, toInt64(count()) as total from logs
                where timestamp <= {now} group by {columns}"""
        found["logs"] = f"select * from logs where timestamp <= {now}"
    return [(f"{name} as ", sql) for name, sql in found.items() if name in names]


def _sessions(present: Present, bind: Binder, now: str) -> str:
    """Sessions begun by now; of one that continues afterwards, only its part up to now."""
    active = bind.dialect.member("event", bind.list(present.active))
    return f"""
                select s.actor as actor, s.start as start, s.session as session,
                       if(s."end" <= {now}, s."end", ifNull(g.last, s."end")) as "end",
                       if(s."end" <= {now}, s.events, ifNull(g.total, s.events)) as events,
                       s.day as day, s.entry as entry,
                       if(s."end" <= {now}, s.exit, ifNull(g.exit, s.exit)) as exit
                from sessions s
                left join (
                    select actor, derived as start, session, max(ts) as last,
                           toInt64(count()) as total, argMax(event, (ts, seq)) as exit
                    from events
                    where derived is not null and ts <= {now}
                      and {active}
                    group by actor, derived, session
                ) g on g.actor = s.actor and g.start = s.start and g.session = s.session
                where s.start <= {now}"""
