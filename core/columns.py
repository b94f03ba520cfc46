"""Facts about the workspace file that readers need without loading the schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

VERSION: Final = 7
"""Raised by every migration that makes a file unreadable or unwritable for older versions."""

CONTEXT: Final = (
    "country", "region", "city", "dma", "language", "platform", "os", "device_model",
    "device_type", "browser", "version",
)  # fmt: skip
"""Built-in context columns of `events`, in column order; dimension ids are their positions + 1."""

CONTEXT_ALIASES: Final = {
    "operating_system": "os", "locale": "language", "app_version": "version",
    "device": "device_model", "model": "device_model", "country_code": "country",
}  # fmt: skip
"""Aliases under which a context column may be queried or imported."""

FIRST_PROPERTY: Final = 100
"""Dimension ids from here on are properties; lower ones are context columns."""

MAX_SET_VALUES: Final = 200
"""A dimension with more values than this has no rows in `activity` and is answered from `events`.
"""

ACTIVE: Final = -1
"""The id that stands for any active event in the stored sets. It has rows only while some event is
inactive; otherwise event 0, any event, has the same sets.
"""

NONE: Final = "(none)"
EMPTY: Final = "(empty)"
OTHER: Final = "(other)"
"""Labels: a missing value, an empty string, and groups past the limit (definitions 1.7, 1.8)."""

MAX_PROPERTIES: Final = 200
"""How many properties get a state in `property_keys`; any others are left to scans."""

EVERY_NAME: Final = "2"
"""Value of `property_sets` in `meta` if `property_keys` has had every name, up to MAX_PROPERTIES,
since the first events; with "1" it has only the plain ones.
"""


def is_plain(key: str) -> bool:
    """Whether a path in the question language can only mean this key of a property."""
    return key.isprintable() and key != "" and not set(key) & set('."\\')


Reading = Callable[[str, tuple[Any, ...]], Iterable[tuple[Any, ...]]]
"""SQL and its parameters -> rows: an engine's or catalog's `read`, a connection's `execute`."""


def has_table(read: Reading, table: str) -> bool:
    """Whether a SQLite file has a table; an older file may lack it."""
    rows = read("select 1 from sqlite_master where type = 'table' and name = ?", (table,))
    return any(True for _ in rows)


OWN: Final = ("actor", "ts", "id", "seq", "event", "day", "session", "user", "device")
"""Columns of events that each has by itself."""

USER: Final = "(case {0}other_user when 0 then {0}actor when -1 then 0 else {0}other_user end)"
"""The user of a row of `event_rows`, which is mostly the actor; {0} is its table with a dot."""

SAID: Final = {
    **{name: f"{{0}}{name}" for name in OWN},
    "day": "({0}ts + 86400000000000) / 86400000 - 1000001 + {0}context_day % 3",
    "user": USER,
    "context": "{0}context_day / 3",
}
"""The own columns of events, and their combination of context columns, from rows of `event_rows`;
{0} is the table with a dot. `context_day` is 3 times the combination, and 0, 1 or 2 where the local
day is that before the day in UTC, the same or the next.
"""


def own_columns(table: str) -> str:
    """Return the columns OWN of rows of `event_rows`, as the list of a SELECT."""
    return ", ".join(f"{SAID[name].format(f'{table}.')} as {name}" for name in OWN)


def with_context(read: Reading) -> str:
    """Return `events e` as the FROM part of a statement that reads most context columns of many
    events: they are found together. The view looks up each by itself, and only where it is read. In
    an older file it is said in other columns, or `events` is a table that has them.
    """
    named = "select 1 from pragma_table_info('event_rows') where name = ?"
    if not any(True for _ in read(named, ("context_day",))):
        return "events e"
    context = ", ".join(f"c.{name}" for name in CONTEXT)
    return f"""(
        select {own_columns("r")}, {context}
        from event_rows r cross join contexts c on c.id = {SAID["context"].format("r.")}
    ) e"""
