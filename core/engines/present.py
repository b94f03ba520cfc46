"""The data as it is at an instant: nothing that is dated later counts (definitions 1.9).

Most workspaces have no events after now, and statements read their tables as they are. Where there
are some, a statement begins with relations that stand in for the tables it names: the events up to
the instant, and the sets and sessions that follow from these. Days before today keep their stored
sets; of today the sets of each event are made anew, those of its values are not there (see
core.queries.common.selection, which reads the cut day from the events).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.columns import ACTIVE

if TYPE_CHECKING:
    from core.sql.dialect import Binder


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

    def relations(self, bind: Binder, text: str) -> list[tuple[str, str]]:
        """Return (name and how it is read, SQL) of each relation that a statement needs."""
        names = set(re.findall(r"\b(?:from|join)\s+(\w+)", text))
        if bind.dialect.name == "clickhouse":
            relations = self._clickhouse(bind).items()
            return [(f"{name} as ", sql) for name, sql in relations if name in names]
        found = self._sqlite(bind, names)
        return [(f"{name} as {how}", sql) for name, (how, sql) in found.items()]

    def _sqlite(self, bind: Binder, names: set[str]) -> dict[str, tuple[str, str]]:
        plain = "not materialized "
        now, today = bind(self.now), bind(self.today)
        found = {}
        if names & {"activity", "first_activity"} and self.open:
            found["today_sets"] = ("materialized ", self._today(bind, now))
        if "activity" in names:
            found["activity"] = (plain, self._activity(today))
        if "first_activity" in names:
            found["first_activity"] = (plain, self._firsts(bind, today))
        if "sessions" in names:
            found["sessions"] = (plain, self._sessions(bind, now))
        if "events" in names:
            found["events"] = (plain, f"select * from main.events where ts <= {now}")
        if self.logs and "logs" in names:
            found["logs"] = (plain, f"select * from main.logs where timestamp <= {now}")
        if self.logs and "log_days" in names:
            found["log_days"] = (plain, self._log_days(now, today))
        return found

    def _today(self, bind: Binder, now: str) -> str:
        """The sets of today's events up to now: (event, total, users)."""
        d = bind.dialect
        parts = d.rows(bind.rows(self.events), ("event", "whole"))
        return f"""
            select w.whole as event, count(*) as total, {d.build("e.actor")} as users
            from {parts} w
            join main.events e on e.event = w.event and e.ts >= {bind(self.start)} and e.ts <= {now}
            group by w.whole"""

    def _activity(self, today: str) -> str:
        if not self.open:
            return f"select * from main.activity where day <= {today}"
        return f"""
            select event, dimension, value, day, total, users from main.activity where day < {today}
            union all
            select event, 0, 0, {today}, total, users from today_sets"""

    def _firsts(self, bind: Binder, today: str) -> str:
        if not self.open:
            return f"select * from main.first_activity where day <= {today}"
        d = bind.dialect
        earlier = f"""(select {d.union("f.users")} from main.first_activity f
                       where f.event = t.event and f.day < {today})"""
        return f"""
            select event, day, users from main.first_activity where day < {today}
            union all
            select t.event, {today}, {d.only("t.users", earlier)} from today_sets t"""

    def _sessions(self, bind: Binder, now: str) -> str:
        """Those begun by now; of one that goes on after it, what has happened."""
        listed = bind.list(self.active)
        own = f"""from main.events e
                  where e.actor = s.actor and e.ts >= s.start and e.ts <= {now}
                    and e.session = s.session and {bind.dialect.member("e.event", listed)}"""

        def upto(column: str, found: str) -> str:
            return f"""case when s."end" <= {now} then s."{column}"
                            else (select {found}) end as "{column}\""""

        return f"""
            select s.actor, s.start, s.session, {upto("end", f"max(e.ts) {own}")},
                   {upto("events", f"count(*) {own}")}, s.day, s.entry,
                   {upto("exit", f"e.event {own} order by e.ts desc, e.seq desc limit 1")}
            from main.sessions s
            where s.start <= {now}"""

    def _log_days(self, now: str, today: str) -> str:
        columns = "day, level, service, source, pattern"
        return f"""
            select {columns}, total from main.log_days where day < {today}
            union all
            select {columns}, count(*) from main.logs
            where day = {today} and timestamp <= {now}
            group by {columns}"""

    def _clickhouse(self, bind: Binder) -> dict[str, str]:
        now = bind(self.now)
        found = {
            "sessions": f"""
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
                      and {bind.dialect.member("event", bind.list(self.active))}
                    group by actor, derived, session
                ) g on g.actor = s.actor and g.start = s.start and g.session = s.session
                where s.start <= {now}""",
            "events": f"select * from events where ts <= {now}",
        }
        if self.logs:
            columns = "day, level, service, source, pattern"
            found["log_days"] = f"""
                select {columns}, toInt64(count()) as total from logs
                where timestamp <= {now} group by {columns}"""
            found["logs"] = f"select * from logs where timestamp <= {now}"
        return found


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
