"""Checks of a workspace file, for `footfall doctor`."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyroaring import BitMap

from core.blocks.listed import listed
from core.columns import ACTIVE, EMPTY, FIRST_PROPERTY, NONE, has_table
from core.engines.sqlite.dialect import SqliteDialect
from core.sql.json_paths import json_path
from core.store.ingest.flags import Flags
from core.store.joints import MANY, joints
from core.store.strays import strays
from core.store.upkeep.shrinking import is_due
from core.store.workspace import open_reader, read_meta
from core.text import things

SAMPLE: Final = 40
"""How many daily sets of events are recounted from the rows."""

SAMPLE_OF_BLOCKS: Final = 10
"""How many days of single events are compared with the rows."""

SHOWN: Final = 6
"""How many tables are shown with their sizes."""

MAX_PAGES: Final = 20_000_000
"""Above this many pages the integrity check of the whole file is skipped."""

_REPAIR: Final = "footfall check --repair counts them again"

_INDEXES: Final = ("sessions_by_day",)


@dataclass(frozen=True)
class Check:
    """The result of one check.

    Attributes:
        ok: False if something has to be done.
        detail: what was found, in one line.
        milliseconds: how long the check took.
    """

    name: str
    ok: bool
    detail: str
    milliseconds: float = 0.0


Found = tuple[bool, str]


def checks(path: str | Path, *, whole: bool = True) -> Iterator[Check]:
    """Yield the checks of a workspace, one by one as they finish.

    Args:
        whole: also read the whole file for damage, which takes about a second per GB.

    Raises:
        CannotOpen: there is no workspace.
    """
    with closing(open_reader(path)) as connection:
        connection.execute("begin")  # one snapshot of the file, whatever is committed meanwhile
        looks: list[tuple[str, Callable[[], Found]]] = [
            ("settings", lambda: _settings(connection)),
            ("size", lambda: _size(connection, Path(path))),
            ("write-ahead log", lambda: _log(connection, Path(path))),
            ("indexes", lambda: _indexes(connection)),
            ("imports", lambda: _imports(connection)),
            ("sets", lambda: _sets(connection)),
            ("blocks", lambda: _blocks(connection)),
            ("times", lambda: _times(connection)),
            ("ids", lambda: _ids(connection)),
            ("scan", lambda: _scan(connection)),
        ]
        if whole:
            looks.insert(2, ("tables", lambda: _tables(connection)))
            looks.insert(4, ("integrity", lambda: _integrity(connection)))
        for name, look in looks:
            started = time.perf_counter()
            try:
                ok, detail = look()
            except sqlite3.Error as error:
                ok, detail = False, f"SQLite says: {error}"
            except Exception as error:  # a damaged page can hold anything
                ok, detail = False, f"cannot be decoded: {error}"
            yield Check(name, ok, detail, (time.perf_counter() - started) * 1000)


def _settings(connection: sqlite3.Connection) -> Found:
    meta = read_meta(connection)
    week = "Sunday" if meta.get("week_start") == "6" else "Monday"
    return True, (
        f"zone {meta.get('zone')}, weeks start on {week}, schema {meta.get('version')}, "
        f"SQLite {sqlite3.sqlite_version}"
    )


def _size(connection: sqlite3.Connection, path: Path) -> Found:
    size = f"{path.stat().st_size / 1e6:,.1f} MB"
    if is_due(connection):
        what = "what was taken out may still be in unused pages"
        return False, f"{size}; {what}: run footfall forget or delete-user again"
    return True, size


def _tables(connection: sqlite3.Connection) -> Found:
    from core.store.upkeep.info import sizes

    found, exact = sizes(connection)
    largest = [f"{name} {size / 1e6:,.1f} MB" for name, size in list(found.items())[:SHOWN]]
    rest = sum(list(found.values())[SHOWN:]) / 1e6
    return True, f"{'' if exact else 'about '}{', '.join(largest)}, others {rest:,.1f} MB"


def _log(connection: sqlite3.Connection, path: Path) -> Found:
    mode = str(connection.execute("pragma journal_mode").fetchone()[0])
    log = path.with_name(path.name + "-wal")
    size = log.stat().st_size / 1e6 if log.exists() else 0.0
    return mode == "wal", f"journal mode {mode}, {size:,.1f} MB not yet in the file"


def _indexes(connection: sqlite3.Connection) -> Found:
    names = {str(name) for (name,) in connection.execute("select name from sqlite_master")}
    missing = [name for name in _INDEXES if name not in names]
    if missing:
        return False, f"missing: {', '.join(missing)}; the next import creates them"
    return True, "1, of sessions"


def _imports(connection: sqlite3.Connection) -> Found:
    """A stopped import does not matter once the same source has been imported completely, or it
    was undone.
    """
    from core.store.imports.listed import imports_of

    every = imports_of(connection)
    found = [each for each in every if each.undone_at is None]
    finished = {each.source: each.id for each in reversed(found) if each.finished}
    stopped = [each for each in found if not each.finished]
    again = sum(finished.get(each.source, 0) > each.id for each in stopped)
    if len(stopped) > again:
        left = len(stopped) - again
        return False, f"{left} of {len(found)} not finished; run the same import again"
    undone = len(every) - len(found)
    counts = (f", {again} run again" if again else "") + (f", {undone} undone" if undone else "")
    return True, f"{len(found) - again} finished{counts}"


def _integrity(connection: sqlite3.Connection) -> Found:
    (pages,) = connection.execute("pragma page_count").fetchone()
    if pages > MAX_PAGES:
        return True, "not checked: the file is very large"
    found = [str(row[0]) for row in connection.execute("pragma quick_check(3)")]
    return found == ["ok"], "no damage" if found == ["ok"] else "; ".join(found)


def _ids(connection: sqlite3.Connection) -> Found:
    found = [joint.sentence() for joint in joints(connection)]
    return True, "; ".join(found) or f"none joins more than {MANY} others"


def _sets(connection: sqlite3.Connection) -> Found:
    """Recount some stored sets from the events themselves."""
    keys = connection.execute(
        """
        select event, day from activity
        where dimension = 0 and value = 0 and event > 0
        """
    ).fetchall()
    chosen = random.Random(0).sample(keys, min(SAMPLE, len(keys)))
    with listed(connection, chosen):
        wrong = [key for key in chosen if not _agrees(connection, *key)]
    if wrong:
        return False, f"{len(wrong)} of {len(chosen)} differ; {_REPAIR}"
    flags = Flags.read(connection)
    for whole in (0, ACTIVE):
        off = _days_off(connection, whole, flags)
        if off:
            word = "active" if whole else "any event"
            return False, f"{off} days of {word} differ from the single events; {_REPAIR}"
    wrong_properties = _properties_off(connection)
    if wrong_properties:
        return False, f"{wrong_properties} sets of properties differ; {_REPAIR}"
    made = "property_sets" in read_meta(connection)
    later = "" if made else "; the next import creates those of properties"
    return True, f"{len(chosen)} of {len(keys):,} recounted, all agree{later}"


def _properties_off(connection: sqlite3.Connection) -> int:
    """Return how many of a sample of property sets differ from the events' JSON."""
    if not has_table(connection.execute, "property_keys"):
        return 0
    keys = connection.execute(
        "select event, dimension, value, day from activity where event > 0 and dimension >= ?",
        (FIRST_PROPERTY,),
    ).fetchall()
    chosen = random.Random(0).sample(keys, min(SAMPLE, len(keys)))
    with listed(connection, {(event, day) for event, _, _, day in chosen}):
        return sum(not _property_agrees(connection, *key) for key in chosen)


def _property_agrees(
    connection: sqlite3.Connection, event: int, dimension: int, value: int, day: int
) -> bool:
    total, blob = connection.execute(
        """
        select total, users from activity
        where event = ? and dimension = ? and value = ? and day = ?
        """,
        (event, dimension, value, day),
    ).fetchone()
    (name,) = connection.execute(
        "select name from property_keys where id = ?", (dimension,)
    ).fetchone()
    text = connection.execute(
        "select value from property_values where dimension = ? and id = ?", (dimension, value)
    ).fetchone()
    shown = SqliteDialect().json_label("(p.properties -> :path)")
    actors = connection.execute(
        f"""
        select e.actor
        from temp.listed_events e left join event_properties p on p.seq = e.seq
        where e.event = :event and e.day = :day and {shown} = :shown
        """,
        {"event": event, "day": day, "path": json_path((name,)),
         "shown": NONE if text is None else text[0] or EMPTY},
    ).fetchall()  # fmt: skip
    found = BitMap(actor for (actor,) in actors if actor)
    return bool(total == len(actors) and BitMap.deserialize(blob) == found)


def _agrees(connection: sqlite3.Connection, event: int, day: int) -> bool:
    total, blob = connection.execute(
        """
        select total, users from activity
        where event = ? and dimension = 0 and value = 0 and day = ?
        """,
        (event, day),
    ).fetchone()
    actors = connection.execute(
        "select actor from temp.listed_events where event = ? and day = ?", (event, day)
    ).fetchall()
    found = BitMap(actor for (actor,) in actors if actor)
    return bool(total == len(actors) and BitMap.deserialize(blob) == found)


def _blocks(connection: sqlite3.Connection) -> Found:
    """Compare some blocks with the events themselves."""
    from core.blocks.covering import covered
    from core.blocks.writing import blocks_of
    from core.store.upkeep.blocks import agree_on

    names = covered(connection)
    keys = connection.execute(
        "select event, day from activity where dimension = 0 and value = 0 and event > 0"
    ).fetchall()
    left = {event for event, _ in keys} - names
    later = f"{things(len(left), 'event')} not in blocks, which the next import makes; "
    known = [key for key in keys if key[0] in names]
    chosen = random.Random(0).sample(known, min(SAMPLE_OF_BLOCKS, len(known)))
    with listed(connection, chosen):
        wrong = [key for key in chosen if not agree_on(
            connection, key[0], blocks_of(connection, key[0]), key[1], key[1]
        )]  # fmt: skip
    if wrong:
        return False, f"{len(wrong)} of {len(chosen)} days differ; footfall check --repair"
    return True, f"{later if left else ''}{len(chosen)} of {len(known):,} days compared, all agree"


def _days_off(connection: sqlite3.Connection, whole: int, flags: Flags) -> int:
    """Return on how many days a pseudo event's set is not the union of its events' sets."""
    rows = connection.execute(
        """
        select event, day, total, users from activity where dimension = 0 and value = 0
        """
    )
    stored: dict[int, tuple[int, BitMap]] = {}
    found: dict[int, tuple[int, BitMap]] = {}
    for event, day, total, blob in rows:
        if event == whole:
            stored[day] = (total, BitMap.deserialize(blob))
        elif event > 0 and whole in flags.wholes(event):
            before, users = found.get(day, (0, BitMap()))
            found[day] = (before + total, users | BitMap.deserialize(blob))
    return sum(stored.get(day) != found.get(day) for day in stored.keys() | found.keys())


def _times(connection: sqlite3.Connection) -> Found:
    said = strays(connection, int(time.time() * 1000)).sentences()
    return True, "; ".join(said) or "none in the future, none long before all others"


def _scan(connection: sqlite3.Connection) -> Found:
    started = time.perf_counter()
    count, _ = connection.execute("select count(*), sum(ts) from events").fetchone()
    spent = time.perf_counter() - started
    rate = f", {count / spent / 1e6:,.1f} million a second" if count and spent else ""
    return True, f"{count:,} events read{rate}"
