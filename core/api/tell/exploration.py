"""Data exploration: sources, their fields, the values of a field (definitions 2.1, 10.6).

Independent of any engine: `read` runs one SELECT and returns its rows, like `Engine.read`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from core.columns import CONTEXT, CONTEXT_ALIASES
from core.errors import BadInput, NotFound, did_you_mean
from core.log_levels import LEVELS
from core.sql.like import literal

Read = Callable[[str, tuple[Any, ...]], list[tuple[Any, ...]]]

DEFAULT_LIMIT: Final = 100
MAX_LIMIT: Final = 1_000
MAX_SEARCH: Final = 100
_SEARCH: Final = re.compile(r"[\w .-]*")
_PREFIX: Final = "properties."


@dataclass(frozen=True)
class Source:
    """A source: its name, its view, and a description."""

    name: str
    table: str
    description: str


@dataclass(frozen=True)
class SourceField:
    """A field of a source; type is "datetime", "text" or "json"."""

    name: str
    type: str


@dataclass(frozen=True)
class Value:
    """A value of a field, and how many rows have it."""

    value: str
    count: int


SOURCES: Final = (
    Source("events", "events_v1", "Custom events and page views"),
    Source("logs", "logs_v1", "Structured logs"),
    Source("context", "context_v1", "Device and session context"),
    Source("user_traits", "user_traits_v1", "User properties set via identify"),
    Source("users", "users_v1", "Unique users"),
    Source("user_devices", "user_devices", "Device-to-user mappings"),
)
_TYPES: Final = {
    "timestamp": "datetime", "updated_at": "datetime", "linked_at": "datetime",
    "properties": "json", "fields": "json",
}  # fmt: skip


def sources() -> list[Source]:
    """Return the sources, the most useful first."""
    return list(SOURCES)


def source_of(name: str) -> Source:
    """Return the source with a name or view; NotFound with the nearest names."""
    for source in SOURCES:
        if name.strip().lower() in (source.name, source.table):
            return source
    known = [source.name for source in SOURCES]
    raise NotFound(
        f"There is no source {name!r}.", did_you_mean(name, known) or f"It has {', '.join(known)}."
    )


def fields(read: Read, source: str) -> list[SourceField]:
    """Return the fields of a source; for events also the known properties.

    Raises:
        NotFound: no such source.
    """
    found = source_of(source)
    names = [
        str(name) for (name,) in read(f"select name from pragma_table_info('{found.table}')", ())
    ]
    listed = [SourceField(name, _TYPES.get(name, "text")) for name in names]
    if found.name == "events":
        from core.catalog.catalog import Catalog

        listed += [SourceField(_PREFIX + name, "json") for name in Catalog(read).properties.names]
    return listed


def values(
    read: Read, source: str, field: str, limit: int = DEFAULT_LIMIT, search: str = ""
) -> list[Value]:
    """Return the values of a field, the most frequent first, then by value.

    Missing values are left out; values that are not text are shown as SQLite writes them.

    Args:
        limit: 1 to 1,000.
        search: a part of the values, of letters, digits, space, - _ and . ; A to Z in either case.

    Raises:
        NotFound: no such source or field.
        BadInput: limit or search is out of bounds.
    """
    found = source_of(source)
    _check(limit, search)
    rows, parameters = _counted(read, found, field.strip())
    ranked = read(
        f"""
        select cast(value as text) as shown, sum(times) as times
        from ({rows})
        where value is not null and cast(value as text) like ? escape '!'
        group by 1
        order by 2 desc, 1
        limit ?
        """,
        (*parameters, f"%{literal(search)}%", limit),
    )
    return [Value(str(value), int(times)) for value, times in ranked]


def _check(limit: int, search: str) -> None:
    if not 1 <= limit <= MAX_LIMIT:
        raise BadInput(f"limit must be 1 to {MAX_LIMIT}, not {limit}.", parameter="limit")
    if len(search) > MAX_SEARCH:
        raise BadInput(f"search is longer than {MAX_SEARCH} characters.", parameter="search")
    if not _SEARCH.fullmatch(search):
        raise BadInput(
            f"search cannot be {search!r}.",
            "Allowed: letters, digits, space, - _ and .",
            parameter="search",
        )


def _counted(read: Read, source: Source, field: str) -> tuple[str, tuple[Any, ...]]:
    """Return SQL for rows (value, times) and its parameters; from stored totals if possible."""
    if source.name == "events" and field == "event_name":
        return _EVENT_NAMES, ()
    if source.name == "events" and field.startswith(_PREFIX) and field != _PREFIX:
        return _property(field.removeprefix(_PREFIX))
    if source.name == "logs" and field == "level":
        words = " ".join(f"when {n} then '{word}'" for n, word in enumerate(LEVELS))
        return f"select case level {words} end as value, total as times from log_days", ()
    if source.name == "logs" and field in ("service", "source", "pattern"):
        return _LOG_TEXTS.format(field), ()
    column = CONTEXT_ALIASES.get(field, field)
    if source.name == "context" and column in CONTEXT:
        return _context(read, column)
    known = [each.name for each in fields(read, source.name)]
    if field not in known:
        raise NotFound(
            f"{source.name} has no field {field!r}.",
            did_you_mean(field, known) or f"It has {', '.join(known[:20])}.",
        )
    return f'select "{field}" as value, 1 as times from {source.table}', ()


def _context(read: Read, column: str) -> tuple[str, tuple[Any, ...]]:
    stored = read("select id from dimensions where field = ? and state = 'sets'", (column,))
    if stored:
        return _SETS, (stored[0][0],)
    return _SCANNED.format(column), ()


_EVENT_NAMES = """
    select n.name as value, a.total as times
    from activity a join event_names n on n.id = a.event
    where a.event > 0 and a.dimension = 0 and not n.deleted
    """
_SETS = """
    select v.value as value, a.total as times
    from activity a join dimension_values v on v.id = a.value
    where a.event = 0 and a.dimension = ?
    """
_SCANNED = """
    select v.value as value, e.times as times
    from (select {0} as id, count(*) as times from events group by 1) e
    join dimension_values v on v.id = e.id
    """


def _property(name: str) -> tuple[str, tuple[Any, ...]]:
    from core.sql.json_paths import property_of

    bound: list[Any] = []

    def bind(value: Any) -> str:
        bound.append(value)
        return "?"

    raw = property_of("p.properties", name, bind)
    rows = f"select ({raw}) ->> '$' as value, 1 as times from event_properties p"
    return rows, tuple(bound)


_LOG_TEXTS = """
    select t.value as value, d.total as times
    from log_days d join log_texts t on t.id = d.{0}
    """
