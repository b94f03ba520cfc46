"""From when to when there are events is kept; those of a name are found by people."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.engines.sqlite.engine import SqliteEngine
from core.queries import from_json
from core.store.ingest.importer import Event, store_events
from core.store.library.event_flags import flag_event
from core.store.rows.extent import measure_extent
from core.store.upkeep.erasing import erase
from core.store.workspace import open_writer

NOON = 1_760_000_000_000
HOUR = 3_600_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as db:
        store_events(db, [Event("abc"[n % 3], NOON + n * HOUR, f"u{n % 4}") for n in range(40)])
        store_events(db, [Event("early", NOON - HOUR, "u9"), Event("late", NOON + 90 * HOUR, "u8")])
    return path


def extent(path: Path) -> tuple[int | None, int | None]:
    """What the engine says, which is what the rows say."""
    with closing(SqliteEngine(path, clock=lambda: NOON + 100 * HOUR)) as engine:
        ctx = engine.context()
    with closing(sqlite3.connect(path)) as db:
        kept = "event not in (select id from event_names where deleted)"
        (found,) = db.execute(f"select min(ts), max(ts) from events where {kept}").fetchall()
    assert (ctx.earliest, ctx.latest) == found
    return found


def test_the_extent_follows_imports_flags_and_what_is_taken_out(path: Path) -> None:
    assert extent(path) == (NOON - HOUR, NOON + 90 * HOUR)
    flag_event(path, "late", {"deleted": True})
    assert extent(path) == (NOON - HOUR, NOON + 39 * HOUR)
    with closing(open_writer(path)) as db:
        store_events(db, [Event("late", NOON + 95 * HOUR, "u8")])
        store_events(db, [Event("c", NOON + 50 * HOUR, "u7")])
    assert extent(path) == (NOON - HOUR, NOON + 50 * HOUR)
    flag_event(path, "late", {"deleted": False})
    assert extent(path) == (NOON - HOUR, NOON + 95 * HOUR)
    erase(path, "u9")
    assert extent(path) == (NOON, NOON + 95 * HOUR)


def test_a_file_that_does_not_say_it_is_asked_for_it(path: Path) -> None:
    expected = extent(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("delete from meta where key = 'extent'")
    assert extent(path) == expected
    with closing(sqlite3.connect(path)) as db, db:
        measure_extent(db)
        assert db.execute("select value from meta where key = 'extent'").fetchone() == (
            f"{expected[0]} {expected[1]}",
        )


def test_events_of_a_name_are_read_among_those_of_its_people(path: Path) -> None:
    question = {"kind": "raw_events", "event": "early", "range": "2025-10-09..2025-10-10"}
    with closing(SqliteEngine(path, clock=lambda: NOON + 100 * HOUR)) as engine:
        answer = engine.run(from_json(question), fresh=True)
        assert [row[1] for row in answer.answer.rows] == ["early"]
        rows = next(s for s in answer.statements if "from events e" in s.text)
        plan = engine.read(f"explain query plan {rows.text}", rows.parameters)
    assert any("PRIMARY KEY (actor=? AND ts>? AND ts<?)" in step for *_, step in plan), plan
