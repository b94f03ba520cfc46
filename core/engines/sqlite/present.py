"""The relations that replace a workspace's tables when some rows are dated after now."""

from __future__ import annotations

from typing import Final

from core.sql.dialect import Binder, whoever
from core.sql.present import Present

_SINGLE: Final = "event > 0 and dimension = 0 and value = 0"


def relations(present: Present, bind: Binder, names: set[str]) -> list[tuple[str, str]]:
    """Return (name and how it is read, SQL) of each relation that replaces a table.

    Args:
        names: the tables that a statement reads.
    """
    return [(f"{name} as {how}", sql) for name, (how, sql) in _found(present, bind, names).items()]


def _found(present: Present, bind: Binder, names: set[str]) -> dict[str, tuple[str, str]]:
    plain = "not materialized "
    now, today = bind(present.now), bind(present.today)
    found = {}
    if names & {"activity", "first_activity"} and present.open:
        found["today_sets"] = ("materialized ", _today(present, bind, now, today))
    if "activity" in names:
        found["activity"] = (plain, _activity(present, today))
    if "first_activity" in names:
        found["first_activity"] = (plain, _firsts(present, bind, today))
    if "sessions" in names:
        found["sessions"] = (plain, _sessions(present, bind, now))
    if "events" in names:
        found["events"] = (plain, f"select * from main.events where ts <= {now}")
    if present.logs and "logs" in names:
        found["logs"] = (plain, f"select * from main.logs where timestamp <= {now}")
    if present.logs and "log_days" in names:
        found["log_days"] = (plain, _log_days(now, today))
    return found


def _today(present: Present, bind: Binder, now: str, today: str) -> str:
    """The sets of today's events up to now: (event, total, users)."""
    d = bind.dialect
    parts = d.rows(bind.rows(present.events), ("event", "whole"))
    start = bind(present.start)
    everybody = whoever(d, f"select users from main.activity where {_SINGLE} and day = {today}")
    return f"""
            select w.whole as event, sum(f.total) as total, {d.union("f.users")} as users
            from (
                select e.event, count(*) as total, {d.build("e.actor")} as users
                from main.events e
                where e.ts >= {start} and e.ts <= {now} and e.actor in ({everybody})
                group by e.event
            ) f
            join {parts} w on w.event = f.event
            group by w.whole"""


def _activity(present: Present, today: str) -> str:
    if not present.open:
        return f"select * from main.activity where day <= {today}"
    return f"""
            select event, dimension, value, day, total, users from main.activity where day < {today}
            union all
            select event, 0, 0, {today}, total, users from today_sets"""


def _firsts(present: Present, bind: Binder, today: str) -> str:
    if not present.open:
        return f"select * from main.first_activity where day <= {today}"
    d = bind.dialect
    earlier = f"""(select {d.union("f.users")} from main.first_activity f
                       where f.event = t.event and f.day < {today})"""
    return f"""
            select event, day, users from main.first_activity where day < {today}
            union all
            select t.event, {today}, {d.only("t.users", earlier)} from today_sets t"""


def _sessions(present: Present, bind: Binder, now: str) -> str:
    """Sessions begun by now; of one that continues afterwards, only its part up to now."""
    listed = bind.list(present.active)
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


def _log_days(now: str, today: str) -> str:
    columns = "day, level, service, source, pattern"
    return f"""
            select {columns}, total from main.log_days where day < {today}
            union all
            select {columns}, count(*) from main.logs
            where day = {today} and timestamp <= {now}
            group by {columns}"""
