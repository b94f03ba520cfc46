"""Logs: how many over time, by what, and the logs themselves (definitions 4.9, 2.2).

Logs are counted. A log has a session but no person, and the people behind a number are those of the
sessions of its logs; logs outside any session have nobody behind them. Totals by day and value are
stored and answer volume by day and longer; shorter buckets and conditions on messages, sessions and
people read the logs of the range.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Final, Literal

import orjson
from pydantic import Field as Limited
from pydantic import field_validator, model_validator

from core.answers import Cell, Column, Series, Table
from core.catalog.fields import Field
from core.columns import EMPTY, NONE, has_table
from core.errors import BadQuestion, did_you_mean
from core.filters import Condition
from core.log_levels import LEVELS
from core.queries.common.assemble import Figures, Group, assemble
from core.queries.common.context import Context, present_of
from core.queries.common.periods import dates
from core.queries.common.question import (
    Ask,
    Frame,
    Question,
    Rows,
    TimedQuestion,
    both_periods,
    find_bucket,
    frame,
)
from core.queries.common.rows_page import rows_page
from core.queries.common.slots import slot_of, whole_days
from core.queries.logs.fields import GROUPS, Wanted, level_of, log_field, wanted_logs
from core.sql.dialect import Binder, Statement
from core.timeframe import Bucket, Span
from core.values.json_text import stored_object

MAX_LIMIT: Final = 10_000
RAW_LIMIT: Final = 100
WHOSE: Final = "Counts logs; the people behind a number are those of the logs' sessions."

One = str | tuple[str, ...] | None
"""One value, several alternatives, or any."""


COLUMNS = (
    Column(name="timestamp", type="time"), Column(name="level"), Column(name="message"),
    Column(name="source"), Column(name="service"), Column(name="session_id"), Column(name="user"),
    Column(name="fields", type="json"),
)  # fmt: skip
"""Of a page of logs."""


_KEY = ("day", "level", "service", "source", "pattern")
"""The columns of the key of `log_days`, in its order."""


class Logs(TimedQuestion):
    """How many logs were written, of which kinds, or the logs themselves, newest first.

    Attributes:
        metric: "volume": logs over time; "top": logs by `breakdown`, by default level; "raw": a
            page of logs by time and id, descending.
        service, level, source: only logs with this value, or one of these.
        breakdown: level, service, source or pattern (the message without its numbers, ids and
            quoted parts); levels are listed by severity.
        limit: groups of volume (10), rows of top (10) and raw (100).
        offset, count_total: start of the page of raw, and whether to also count all logs.
    """

    kind: Literal["logs"] = "logs"
    metric: Literal["volume", "top", "raw"] = "volume"
    service: One = None
    level: One = None
    source: One = None
    limit: int = Limited(default=10, ge=1, le=MAX_LIMIT)
    offset: int = Limited(default=0, ge=0)
    count_total: bool = False

    needs: ClassVar[str] = "events"

    @model_validator(mode="before")
    @classmethod
    def _page(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("metric") == "raw" and data.get("limit") is None:
            return {**data, "limit": RAW_LIMIT}
        return data

    @field_validator("level")
    @classmethod
    def _known_levels(cls, value: One) -> One:
        if value is None:
            return None
        if isinstance(value, str):
            return LEVELS[level_of(value)]
        return tuple(LEVELS[level_of(one)] for one in value)

    @field_validator("breakdown")
    @classmethod
    def _own_fields(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if log_field(name) not in GROUPS:
                raise BadQuestion(
                    f"breakdown {name!r} is not one of logs.",
                    did_you_mean(name, GROUPS) or f"Allowed: {', '.join(GROUPS)}.",
                    parameter="breakdown",
                )
        return tuple(str(log_field(name)) for name in names)

    @model_validator(mode="after")
    def _fitting(self) -> Logs:
        fits = {
            "breakdown": self.metric == "volume"
            or (self.metric == "top" and len(self.breakdown) < 2),
            "compare": self.metric == "volume",
            "offset": self.metric == "raw",
            "count_total": self.metric == "raw",
        }
        for name, fit in fits.items():
            if getattr(self, name) and not fit:
                raise BadQuestion(f"{name} does not apply to logs {self.metric}.", parameter=name)
        return self

    # -- what is asked

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        timed = _timed(ctx, self)
        wanted = self._wanted(timed)
        if self.metric == "top":
            return (yield from self._top(timed, wanted))
        if self.metric == "raw":
            return (yield from self._raw(timed, wanted))
        return (yield from self._volume(timed, wanted))

    def _wanted(self, ctx: Context) -> Wanted:
        given = {"service": self.service, "level": self.level, "source": self.source}
        clauses = [
            Condition(field=name, operator="in", value=(one,) if isinstance(one, str) else one)
            for name, one in given.items()
            if one is not None
        ]
        return wanted_logs(ctx, self, clauses)

    def _title(self) -> str:
        one = self.level if isinstance(self.level, str) else ""
        return f"{one} logs" if one else "Logs"

    # -- over time

    def _volume(self, ctx: Context, wanted: Wanted) -> Ask:
        time = frame(ctx, self)
        now, before = yield from both_periods(time, partial(self._period, wanted))
        found = assemble(
            ctx,
            self,
            time,
            [Field("context", name) for name in self.breakdown],
            now,
            before,
            title=self._title(),
            unit="logs",
            additive=True,
            notes=(WHOSE,),
        )
        return self._by_severity(found)

    def _by_severity(self, answer: Series) -> Series:
        if "level" not in self.breakdown:
            return answer
        at = self.breakdown.index("level")
        lines = sorted(answer.lines, key=lambda line: LEVELS.index(line.group[at]))
        return answer.model_copy(update={"lines": tuple(lines)})

    def _period(
        self, wanted: Wanted, span: Span, slots: list[Bucket]
    ) -> Generator[Statement, Rows, Figures]:
        if not slots:
            return Figures({} if self.breakdown else {(): 0})
        bind = wanted.ctx.binder()
        days = whole_days(slots) and span.whole_days
        stored = days and wanted.by_day
        if not days and slots[-1].end < span.end:
            span = replace(span, end=slots[-1].end, whole_days=False)
        slot = slot_of(bind, slots, days, day="l.day", instant="l.timestamp")
        values = [*(f"l.{name}" for name in self.breakdown), "0", "0"]
        where = wanted.where(bind, span, by_day=stored)
        source = f"{wanted.source()} where {where}"
        if stored:  # added up in the order that they are kept in, which leaves few rows to group
            by = _kept_by(self.breakdown)
            source = f"""(
                select {", ".join(f"l.{name} as {name}" for name in by)}, sum(l.total) as total
                from log_days l
                where {where}
                group by {", ".join(f"l.{name}" for name in by)}
            ) l"""
        rows = yield bind.statement(
            f"""
            select {slot} as slot,
                   {values[0]} as v0, {values[1]} as v1,
                   {"sum(l.total)" if stored else "count(*)"} as logs
            from {source}
            group by 1, 2, 3
            """,
            "logs from their totals by day" if stored else "logs by time",
        )
        return self._figures(wanted, rows)

    def _figures(self, wanted: Wanted, rows: Rows) -> Figures:
        found = Figures({} if self.breakdown else {(): 0})
        names = _Labels(wanted, self.breakdown)
        for slot, v0, v1, logs in rows:
            group = names.group(v0, v1)
            found.totals[group] = (found.totals.get(group) or 0) + int(logs)
            points = found.points.setdefault(group, {})
            points[int(slot)] = (points.get(int(slot)) or 0) + int(logs)
        return found

    # -- by value

    def _top(self, ctx: Context, wanted: Wanted) -> Ask:
        by = self._by()
        span = ctx.span_to_today(self.range)
        bind = ctx.binder()
        stored = span.whole_days and wanted.by_day
        counted = f"""
            select 0 as part, l.{by} as v0, {"sum(l.total)" if stored else "count(*)"} as logs
            from {"log_days l" if stored else wanted.source()}
            where {wanted.where(bind, span, by_day=stored)}
            group by l.{by}"""
        people = f"""
            union all
            select 1, f.v0, count(distinct s.actor)
            from (
                select distinct l.{by} as v0, l.session as session
                from {wanted.source()}
                where {wanted.where(bind, span)} and l.session > 0
            ) f
            join sessions s on s.session = f.session
            where {wanted.owners(bind)}
            group by f.v0
            """
        with_sessions = ctx.catalog.read("select 1 from session_keys limit 1", ())
        rows = yield bind.statement(
            counted + people * bool(with_sessions), "logs and people by value"
        )
        return self._table(dates(span), wanted, by, rows)

    def _by(self) -> str:
        return self.breakdown[0] if self.breakdown else "level"

    def _table(self, of: Any, wanted: Wanted, by: str, rows: Rows) -> Table:
        people = {v0: users for part, v0, users in rows if part}
        everything = sum(int(logs) for part, _, logs in rows if not part)
        names = _Labels(wanted, (by,))
        found: list[tuple[Any, ...]] = [
            (*names.group(v0), int(logs), int(people.get(v0, 0)), int(logs) / everything)
            for part, v0, logs in rows
            if not part
        ]
        found.sort(key=lambda row: (-row[1], row[0]))
        shown = found[: self.limit]
        if by == "level":
            shown.sort(key=lambda row: LEVELS.index(row[0]))
        return Table(
            title=f"{self._title()} by {by}",
            **of,
            columns=(
                Column(name=by),
                Column(name="logs", type="count"),
                Column(name="users", type="count"),
                Column(name="share", type="percent"),
            ),
            rows=tuple(shown),
            keys=tuple(row[0] for row in shown),
            people_column="users",
            truncated=len(found) > self.limit,
        )

    # -- the logs themselves

    def _raw(self, ctx: Context, wanted: Wanted) -> Ask:
        span = ctx.span_to_today(self.range)
        bind = ctx.binder()
        page = yield bind.statement(
            f"""
            select l.timestamp, l.id, l.level, l.service, l.source, l.session, l.message
            from {wanted.source()}
            where {wanted.where(bind, span)}
            order by l.timestamp desc, l.message desc
            limit {bind(self.limit + 1)} offset {bind(self.offset)}
            """,
            "a page of logs",
        )
        total = None
        if self.count_total:
            total = yield from self._total(wanted, span)
        rows = _rows(wanted, page)
        return rows_page("logs", self._title(), span, COLUMNS, rows, limit=self.limit, total=total)

    def _total(self, wanted: Wanted, span: Span) -> Generator[Statement, Rows, int]:
        bind = wanted.ctx.binder()
        stored = span.whole_days and wanted.by_day
        counted = yield bind.statement(
            f"""
            select {"sum(l.total)" if stored else "count(*)"}
            from {"log_days l" if stored else wanted.source()}
            where {wanted.where(bind, span, by_day=stored)}
            """,
            "how many logs",
        )
        return int(counted[0][0] or 0)

    # -- people

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        """See Question: the people of the sessions of a number's logs."""
        timed = _timed(ctx, self)
        wanted = self._wanted(timed)
        tests = [wanted.where(bind, self._reach(timed, cell))]
        asked = zip(self.breakdown, cell.group, strict=False)
        if self.metric == "top" and cell.row is not None:
            asked = zip((self._by(),), (cell.row,), strict=True)
        for name, text in asked:
            listed = bind.list(_Labels(wanted, (name,)).ids(text))
            tests.append(ctx.dialect.member(f"l.{name}", listed))
        return f"""
            select distinct s.actor as actor
            from sessions s
            where {wanted.owners(bind)} and s.session in (
                select l.session from {wanted.source()} where {" and ".join(tests)})"""

    def _reach(self, ctx: Context, cell: Cell) -> Span:
        if self.metric != "volume":
            return ctx.span_to_today(self.range)
        time: Frame = frame(ctx, self)
        span, slots = time.period_of(cell)
        slot = find_bucket(slots, cell.bucket)
        if slot is not None:
            return replace(span, start=slot.start, end=slot.end, whole_days=False)
        end = span.end if whole_days(slots) or not slots else min(slots[-1].end, span.end)
        return replace(span, end=end)


class _Labels:
    """Labels of raw group values, and the raw values of labels."""

    def __init__(self, wanted: Wanted, fields: tuple[str, ...]) -> None:
        self._fields = fields
        self._texts = {name: wanted.texts(name) for name in fields if name != "level"}

    def group(self, *raw: Any) -> Group:
        """Return the labels of one row's values."""
        return tuple(
            self._label(name, int(value)) for name, value in zip(self._fields, raw, strict=False)
        )

    def _label(self, name: str, raw: int) -> str:
        if name == "level":
            return LEVELS[raw]
        return (self._texts[name].get(raw) or EMPTY) if raw else NONE

    def ids(self, text: str) -> list[int]:
        """Return the values with the label `text`, in the only field."""
        (name,) = self._fields
        known = range(len(LEVELS)) if name == "level" else [0, *self._texts[name]]
        return [value for value in known if self.group(value) == (text,)]


def _kept_by(names: Sequence[str]) -> tuple[str, ...]:
    """Return the first columns of the key of `log_days`, up to the last of some."""
    return _KEY[: max((_KEY.index(name) + 1 for name in names), default=1)]


def _timed(ctx: Context, question: Question) -> Context:
    """Return the context with history from the first log to the last one that counts.

    Raises:
        BadQuestion: an older file has no table for logs.
    """
    read = ctx.catalog.read
    if not has_table(read, "log_days"):
        raise BadQuestion(
            "This workspace was created before footfall supported logs.",
            "footfall import FILE --logs upgrades it.",
        )
    ends = "select (select min(timestamp) from logs), (select max(timestamp) from logs)"
    first, last = read(ends, ())[0]
    usual = ctx.usual or ctx
    if last is None or last <= usual.now:
        return replace(ctx, earliest=first, latest=last)
    end = ctx.span(question.range).end
    if end > usual.calendar.day_start(usual.today + 1):
        return replace(ctx, earliest=first, latest=last, now=max(ctx.now, min(last, end - 1)))
    found = usual if usual.whole else present_of(usual, usual.latest, later=False)
    newest = read("select max(timestamp) from logs where timestamp <= ?", (usual.now,))[0][0]
    assert found.dialect.present is not None
    dialect = found.dialect.upto(found.dialect.present._replace(logs=True))
    return replace(found, dialect=dialect, earliest=first, latest=newest)


def _rows(wanted: Wanted, page: Rows) -> tuple[tuple[Any, ...], ...]:
    messages = _by_id(wanted.ctx, _MESSAGES, {row[6] for row in page})
    sessions = _by_id(wanted.ctx, _SESSIONS, {row[5] for row in page})
    people = _by_id(wanted.ctx, _PEOPLE, {row[5] for row in page})
    services, sources = wanted.texts("service"), wanted.texts("source")
    found = []
    for ts, _, level, service, source, session, message in page:
        text, fields = messages.get(message, ("", None))
        found.append((
            ts, LEVELS[level], text, sources.get(source), services.get(service),
            sessions.get(session, (None,))[0], people.get(session, (None,))[0],
            stored_object(fields or "{}"),
        ))  # fmt: skip
    return tuple(found)


def _by_id(ctx: Context, query: str, ids: set[int]) -> dict[int, tuple[Any, ...]]:
    listed = orjson.dumps(sorted(ids)).decode()
    return {row[0]: tuple(row[1:]) for row in ctx.catalog.read(query, (listed,))}


_MESSAGES = """
    select id, text, fields from log_messages where id in (select value from json_each(?))
    """
_SESSIONS = "select id, key from session_keys where id in (select value from json_each(?))"
_PEOPLE = """
    select s.session, i.key
    from sessions s join identities i on i.id = s.actor
    where s.session > 0 and s.session in (select value from json_each(?))
    order by s.start desc
    """
"""For a session id that several people have, the one who had it first comes last."""
