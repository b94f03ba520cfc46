"""SQL typed by a person, over the documented views (docs/data-model.md), where it can only read.

The views are relations that the statement is given, so the server needs none; they have the columns
that the statement names, as each text costs a join or a list. The dialect is ClickHouse's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from core.columns import ACTIVE, CONTEXT
from core.engines.clickhouse.failures import code_of
from core.engines.sqlite.raw_sql import MAX_RESULT, seconds_of
from core.errors import BadQuestion, FootfallError, QueryFailed, did_you_mean
from core.log_levels import LEVELS
from core.queries.common.context import Context
from core.queries.common.selection import Selection
from core.sql.dialect import Binder, Statement, preceded
from core.sql.text import ONE_SELECT
from core.sql.tokens import words_of

MAX_MEMORY: Final = 4_000_000_000
"""The most memory that the server may use for a statement, in bytes."""

_AS_IN_SQL: Final = {
    "join_use_nulls": 1,
    "prefer_column_name_to_alias": 1,
    "precise_float_parsing": 1,
    "cast_keep_nullable": 1,
    "union_default_mode": "DISTINCT",
    "except_default_mode": "DISTINCT",
    "intersect_default_mode": "DISTINCT",
}
"""Settings with which plain SQL means what it means in SQLite."""

_DIALECT: Final = (
    "The statement runs on ClickHouse, whose functions are others than SQLite's: "
    "JSONExtractString(properties, 'plan') reads a property, intDiv(a, b) divides whole numbers."
)
_SPOKEN: Final = frozenset({36, 42, 43, 44, 46, 47, 53, 62, 63, 70, 215, 386})
"""Codes of errors in what a statement says."""

_ALL: Final = re.compile(r"(?:\bselect|\bdistinct|\ball|,|\.|\*/)\s*\*|\bcolumns\s*\(")
_COUNTED: Final = re.compile(r"\bcount\s*\(\s*\*\s*\)")


def settings(rows: int, time_limit: float | None, *, spread: bool) -> dict[str, object]:
    """Return the settings that a statement runs with, in which nothing can be written.

    Args:
        rows: the most to return.
        time_limit: as of `seconds_of`.
        spread: whether the tables are those of a cluster.
    """
    return {
        **_AS_IN_SQL,
        **({"distributed_product_mode": "global"} if spread else {}),
        "limit": rows,
        "max_result_bytes": MAX_RESULT,
        "max_memory_usage": MAX_MEMORY,
        "max_execution_time": int(seconds_of(time_limit)),
        "readonly": 1,
    }


def with_views(ctx: Context, statement: Statement) -> Statement:
    """Return a typed statement with the views that it reads.

    Raises:
        BadQuestion: it is several statements.
    """
    words = words_of(statement.text)
    while words and words[-1].text == ";":
        words.pop()
    if any(word.text == ";" for word in words):
        raise BadQuestion("The query is several statements.", ONE_SELECT, parameter="query")
    text = statement.text[words[0].start : words[-1].end]
    bind = ctx.binder()  # its names begin with p, those of the statement with v
    found = [
        (f"{name} as ", write(_Writer(ctx, bind, text.lower())))
        for name, write in VIEWS.items()
        if re.search(rf"\b{name}\b", text)
    ]
    tables = set(re.findall(r"\b(?:from|join)\s+(\w+)", " ".join(sql for _, sql in found)))
    standing = ctx.dialect.standing_in(bind, tables & {"activity"})
    parameters = {**statement.parameters, **bind.values}
    return replace(statement, text=preceded(text, [*standing, *found]), parameters=parameters)


def explained(error: FootfallError) -> FootfallError:
    """Return the error to raise for one that a typed statement ended with."""
    code = code_of(error)
    if code in (60, 81):
        absent = re.search(r"(?:identifier|Table|Database) '?`?([\w.]+)", str(error.__cause__))
        name = absent[1] if absent else "it"
        near = did_you_mean(name, VIEWS) or f"There are {', '.join(VIEWS)}."
        return QueryFailed(f"ClickHouse says: there is no table {name}.", near)
    if code == 164:
        return BadQuestion(
            "ClickHouse refused the statement: it does not only read.",
            ONE_SELECT,
            parameter="query",
        )
    if code in _SPOKEN and isinstance(error, QueryFailed):
        said = re.sub(r"\.? In scope .*", ".", error.message, flags=re.DOTALL)
        return QueryFailed(said, _DIALECT)
    return error


Columns = Mapping[str, str | Callable[[], str]]
"""Name -> its SQL, or what writes it if texts are bound for it."""


class _Writer:
    """Writes the views for one statement.

    Args:
        said: the statement in lower case.
    """

    def __init__(self, ctx: Context, bind: Binder, said: str) -> None:
        self._ctx = ctx
        self._bind = bind
        self._said = said
        self._whole = bool(_ALL.search(_COUNTED.sub("", said)))

    def names(self, column: str) -> bool:
        """Whether the statement may read a column."""
        return self._whole or re.search(rf"\b{column}\b", self._said) is not None

    def columns(self, columns: Columns) -> dict[str, str]:
        """Those that the statement may read, at least one."""
        kept = {name: sql for name, sql in columns.items() if self.names(name)}
        found = {name: sql if isinstance(sql, str) else sql() for name, sql in kept.items()}
        return found or {"ts": "1"}

    def select(self, columns: Columns, source: str, joins: Mapping[str, str]) -> str:
        """The SELECT of some columns, with the joins that these need."""
        kept = self.columns(columns)
        listed = ", ".join(f"{sql} as {name}" for name, sql in kept.items())
        joined = " ".join(joins[name] for name in kept if name in joins)
        first, where, test = source.partition(" where ")
        return f"select {listed} from {first} {joined}{where}{test}"

    def text(self, column: str, texts: Mapping[int, str]) -> str:
        """The text of a number, NULL for 0."""
        ids = f"JSONExtract({self._bind.list(list(texts))}, 'Array(Int64)')"
        said = f"JSONExtract({self._bind.list(list(texts.values()))}, 'Array(String)')"
        return f"if({column} = 0, null, transform(toInt64({column}), {ids}, {said}, ''))"

    # -- events

    def events(self) -> str:
        """`events_v1`."""
        columns: Columns = {
            "timestamp": _moment("e.ts"),
            "event_name": lambda: self._event("e.event"),
            **_KEYS,
            "actor": "a.key",
            "properties": "nullIf(e.properties, '{}')",
            **self._context(),
            **_TIMES,
        }
        return self.select(columns, self._kept(), _JOINS)

    def context(self) -> str:
        """`context_v1`."""
        columns: Columns = {
            "timestamp": _moment("e.ts"),
            **_KEYS,
            **self._context(),
            "operating_system": lambda: self._value("e.os", "os"),
            **_TIMES,
        }
        return self.select(columns, self._kept(), _JOINS)

    def daily(self) -> str:
        """`daily_v1`: of the fields only the context has sets."""
        names = dict(enumerate(CONTEXT, 1))

        def value() -> str:
            each = (f"a.dimension = {n}, {self._value('a.value', names[n])}" for n in names)
            return f"multiIf({', '.join(each)}, null)"

        columns: Columns = {
            "day": _DAY.format("a.day"),
            "event_name": lambda: self._event("a.event"),
            "field": lambda: self.text("a.dimension", names),
            "value": value,
            "events": "a.total",
            "users": "bitmapCardinality(a.users)",
        }
        out = self._bind.list([*self._ctx.catalog.events.deleted, ACTIVE])
        kept = f"not {self._ctx.dialect.member('a.event', out)}"
        return self.select(columns, f"activity a where {kept}", {})

    def _kept(self) -> str:
        return f"events e where {Selection(self._ctx).own(self._bind, 'e')}"

    def _context(self) -> Columns:
        return {name: partial(self._value, f"e.{name}", name) for name in CONTEXT}

    def _value(self, column: str, field: str) -> str:
        return self.text(column, self._ctx.catalog.values.of(field))

    def _event(self, column: str) -> str:
        ids = self._ctx.catalog.events.ids
        return self.text(column, {id_: name for name, id_ in ids.items()})

    # -- logs and people

    def logs(self) -> str:
        """`logs_v1`."""
        columns: Columns = {
            "timestamp": _moment("l.timestamp"),
            "level": f"{list(LEVELS)!r}[l.level + 1]",
            "message": "m.text",
            "source": partial(self._log, "source"),
            "service": partial(self._log, "service"),
            "session_id": "s.key",
            "pattern": partial(self._log, "pattern"),
            "fields": "m.fields",
        }
        messages = "any join (select id, text, fields from log_messages) m on m.id = l.message"
        joins = {
            "message": messages,
            "session_id": _joined("session_keys", "s", "l.session"),
            "fields": "" if self.names("message") else messages,
        }
        return self.select(columns, "logs l", joins)

    def _log(self, field: str) -> str:
        from core.queries.logs.fields import texts_of

        return self.text(f"l.{field}", texts_of(self._ctx, field))

    def traits(self, key: str, value: str) -> str:
        """`user_traits_v1`, or with other names of its columns `user_traits`."""
        return f"""
            select i.key as user_id, t.key as {key}, t.value as {value},
                   {_moment("abs(t.updated_at)")} as updated_at
            from traits t join identities i on i.id = t.user"""

    def users(self) -> str:
        """`users_v1`."""
        return f"""
            select i.key as user_id, t.email as email, t.name as name,
                   {_moment("t.updated")} as updated_at
            from identities i
            left join (
                select user, max(if(key = 'email', value, null)) as email,
                       max(if(key = 'name', value, null)) as name,
                       max(toNullable(abs(updated_at))) as updated
                from traits
                group by user
            ) t on t.user = i.id
            where i.kind = 0"""

    def devices(self) -> str:
        """`user_devices`."""
        return f"""
            select u.key as user_id, d.key as device_id, {_moment("l.linked_at")} as linked_at
            from links l
            join identities u on u.id = l.user
            join identities d on d.id = l.device"""


def _moment(ms: str) -> str:
    return f"toString(fromUnixTimestamp64Milli({ms}, 'UTC'))"


def _joined(table: str, name: str, column: str) -> str:
    return f"left any join (select id, key from {table}) {name} on {name}.id = {column}"


_DAY: Final = "toString(toDate32({}))"
_KEYS: Final = {"device_id": "d.key", "session_id": "s.key", "user_id": "u.key"}
_TIMES: Final = {"ts": "e.ts", "day": _DAY.format("e.day")}
_JOINS: Final = {
    "device_id": _joined("identities", "d", "e.device"),
    "session_id": _joined("session_keys", "s", "e.session"),
    "user_id": _joined("identities", "u", "e.user"),
    "actor": _joined("identities", "a", "e.actor"),
}

VIEWS: Final[dict[str, Callable[[_Writer], str]]] = {
    "daily_v1": _Writer.daily,
    "events_v1": _Writer.events,
    "context_v1": _Writer.context,
    "logs_v1": _Writer.logs,
    "user_traits_v1": lambda writer: writer.traits("trait_name", "trait_value"),
    "user_traits": lambda writer: writer.traits("trait_key", "trait_value"),
    "users_v1": _Writer.users,
    "user_devices": _Writer.devices,
}
"""View -> what writes it."""


def plain(value: Any) -> Any:
    """Return a value of a row as a table shows it: lists and objects as JSON."""
    import orjson

    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value
