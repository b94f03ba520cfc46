"""Writing everything that people did and everything said about them as JSON lines.

`core.sources.exported` describes the lines and reads them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

from core.columns import CONTEXT, with_context
from core.errors import NotFound, did_you_mean, not_as_written
from core.records import NO_SESSION
from core.sources.exported import PROPERTIES, VERSION
from core.store.troubles import ODD_VALUES, TROUBLES, sentence
from core.store.upkeep.comparing import Told, silent
from core.store.workspace import open_reader, read_meta
from core.text import clean
from core.values.json_text import stored_object

_EVERY: Final = 10_000
"""After how many events progress is reported."""

_CACHED: Final = 100_000
_CONTEXT: Final = ", ".join(f"e.{name}" for name in CONTEXT)


_SAID: Final = """
select i.kind, i.key, x.text, t.at
from said_traits t
join identities i on i.id = t.said
join trait_texts x on x.id = t.snapshot
group by t.said, t.snapshot, t.at
order by min(t.arrived)
"""

_RESULTS: Final = """
select i.kind, i.key, json_object(r.key, null), r.at
from traits_removed r join identities i on i.id = r.user
union all
select i.kind, i.key, json_object(t.key, t.value), t.updated_at
from traits t join identities i on i.id = t.user
"""
"""What stands for these statements in a file that does not have them."""


@dataclass(frozen=True)
class Wanted:
    """Which events to export.

    Attributes:
        first, last: local days; None without a bound.
        names: of events; all if it is empty.
    """

    first: int | None = None
    last: int | None = None
    names: tuple[str, ...] = ()


@dataclass
class Exported:
    """What was written.

    Attributes:
        statements: links, aliases and statements of traits.
        folded: events that are left out, because another event stands for them too.
        flagged: names with flags or a display name, which are not exported.
    """

    events: int = 0
    statements: int = 0
    folded: int = 0
    flagged: list[str] = field(default_factory=list)


def export_events(
    path: str | Path,
    write: Callable[[bytes], Any],
    wanted: Wanted | None = None,
    *,
    told: Told = silent,
) -> Exported:
    """Write a workspace as lines, as it is at this moment.

    Args:
        write: called with one or more complete lines.
        wanted: which events; statements are always written.
        told: called with the progress.

    Raises:
        CannotOpen: there is no workspace.
        NotFound: there is no event of that name.
    """
    try:
        with closing(open_reader(path)) as connection:
            connection.execute("begin")  # one snapshot of the file, whatever is committed meanwhile
            return _Export(connection, write, wanted or Wanted(), told).run()
    except TROUBLES as error:
        raise sentence(error, path) from error
    except ODD_VALUES as error:
        raise not_as_written("a stored value") from error


class _Export:
    """One export."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        write: Callable[[bytes], Any],
        wanted: Wanted,
        told: Told,
    ) -> None:
        self._connection = connection
        self._write = write
        self._told = told
        self._where, self._values = self._condition(wanted)
        names = connection.execute("select name from sqlite_master")
        self._tables = {name for (name,) in names}
        self._text = lru_cache(_CACHED)(self._value)

    def run(self) -> Exported:
        """Write everything."""
        done = Exported()
        meta = read_meta(self._connection)
        self._write(_line({
            "footfall_export": VERSION, "zone": meta.get("zone", "UTC"),
            "week_start": int(meta.get("week_start", "0")),
        }))  # fmt: skip
        self._told("statements", 0, 0)
        for lines in _batched(self._statements()):
            done.statements += len(lines)
            self._write(b"".join(lines))
        (whole,) = self._connection.execute(
            f"select count(*) from events e where {self._where}", self._values
        ).fetchone()
        for lines in _batched(self._events()):
            self._told("events", done.events, whole)
            done.events += len(lines)
            self._write(b"".join(lines))
        if "folded_events" in self._tables:
            (done.folded,) = self._connection.execute(
                f"select count(*) from folded_events e where {self._where}", self._values
            ).fetchone()
        done.flagged = [
            name
            for (name,) in self._connection.execute(
                """
                select name from event_names
                where display is not null or hidden or inactive or deleted or flow_hidden
                order by name
                """
            )
        ]
        return done

    def _condition(self, wanted: Wanted) -> tuple[str, list[Any]]:
        """Return which events are wanted as a condition on e, and its values."""
        parts = ["1"]
        values: list[Any] = []
        if wanted.first is not None:
            parts.append("e.day >= ?")
            values.append(wanted.first)
        if wanted.last is not None:
            parts.append("e.day <= ?")
            values.append(wanted.last)
        if wanted.names:
            known = dict(self._connection.execute("select name, id from event_names"))
            for name in wanted.names:
                if name not in known:
                    raise NotFound(
                        f"There is no event {clean(name)!r} in this workspace.",
                        did_you_mean(name, known) or "footfall list events shows them all.",
                    )
            parts.append("e.event in (select value from json_each(?))")
            values.append(json.dumps([known[name] for name in wanted.names]))
        return " and ".join(parts), values

    # -- statements

    def _statements(self) -> Iterator[bytes]:
        for device, user, at in self._connection.execute(
            """
            select d.key, u.key, l.linked_at
            from links l
            join identities d on d.id = l.device
            join identities u on u.id = l.user
            order by l.arrived
            """
        ):
            yield _line({"link": [device, user], "time": at})
        for old, new, at in self._connection.execute(
            """
            select o.key, n.key, a.at
            from aliases a
            join identities o on o.id = a.old
            join identities n on n.id = a.new
            order by a.arrived
            """
        ):
            yield _line({"alias": [old, new], "time": at})
        for kind, key, text, at in self._connection.execute(
            _SAID if "said_traits" in self._tables else _RESULTS
        ):
            said = {"traits": stored_object(text), "device" if kind else "user": key}
            once = {"once": True} if at < 0 else {}
            yield _line({**said, "time": abs(at), **once})

    # -- events

    def _events(self) -> Iterator[bytes]:
        """Yield the events in order of arrival."""
        for name, ts, user, device, session, id_, properties, *context in self._connection.execute(
            f"""
            select n.name, e.ts, u.key, d.key,
                   case when e.session < 0 then '{NO_SESSION}' else s.key end, e.id,
                   p.properties, {_CONTEXT}
            from {with_context(self._connection.execute)}
            join event_names n on n.id = e.event
            left join identities u on u.id = e.user
            left join identities d on d.id = e.device
            left join session_keys s on s.id = e.session
            left join event_properties p on p.seq = e.seq
            where {self._where}
            order by e.seq
            """,
            self._values,
        ):
            found: dict[str, Any] = {"event": name, "time": ts}
            if user is not None:
                found["user"] = user
            if device is not None:
                found["device"] = device
            if session is not None:
                found["session"] = session
            found["id"] = str(id_)
            if any(context):
                found["context"] = {
                    field: self._text(value)
                    for field, value in zip(CONTEXT, context, strict=True)
                    if value
                }
            line = orjson.dumps(found)
            if properties is None:
                yield line + b"\n"
            else:
                # raw line breaks in JSON can only be between its tokens
                flat = properties.replace("\n", " ").replace("\r", " ")
                yield line[:-1] + PROPERTIES + flat.encode() + b"}\n"

    def _value(self, id_: int) -> str:
        (found,) = self._connection.execute(
            "select value from dimension_values where id = ?", (id_,)
        ).fetchone()
        return str(found)


def _line(value: Any) -> bytes:
    return orjson.dumps(value) + b"\n"


def _batched(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    held: list[bytes] = []
    for line in lines:
        held.append(line)
        if len(held) == _EVERY:
            yield held
            held = []
    if held:
        yield held
