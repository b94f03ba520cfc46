"""How long a pause ends a session is a setting of a workspace."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import BadInput
from core.store.ingest.importer import Event, import_files, store_events
from core.store.upkeep.check import check
from core.store.upkeep.session_gap import session_gap, set_session_gap
from core.store.workspace import open_writer

MINUTE = 60_000
START = 20_370 * 1440 * MINUTE


def events(seed: int) -> list[Event]:
    """Visits of three people, some with a session id."""
    pick = random.Random(seed)
    return [
        Event(
            f"view {seed}", START + pick.randrange(4000) * MINUTE, pick.choice("abc"),
            session=pick.choice((None, None, None, "s")),
        )
        for _ in range(300)
    ]  # fmt: skip


def cut(given: list[Event], gap: int) -> list[int]:
    """The lengths of everybody's sessions without an id, in order of time, by plain loops."""
    found: list[int] = []
    for who in "abc":
        times = sorted(e.ts_ms for e in given if e.user == who and e.session is None)
        begun = before = None
        for ts in times:
            if before is None or ts - before > gap or ts - begun >= 24 * 60 * MINUTE:
                found.append(0)
                begun = ts
            found[-1] = ts - begun
            before = ts
    return found


def stored(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("""
            select s."end" - s.start
            from sessions s join identities i on i.id = s.actor
            where s.session = 0
            order by i.key, s.start
        """)
        return [length for (length,) in rows]


def built(path: Path, given: list[Event]) -> Path:
    with closing(open_writer(path)) as db:
        store_events(db, given)
    return path


@pytest.mark.parametrize("minutes", [1, 10, 45, 600])
def test_another_gap_cuts_all_sessions_anew_and_those_to_come(tmp_path: Path, minutes: int) -> None:
    earlier, later = events(1), events(2)
    path = built(tmp_path / "w.db", earlier)
    before = stored(path)
    assert before == cut(earlier, 30 * MINUTE)
    assert set_session_gap(path, minutes * MINUTE) > 0
    assert stored(path) == cut(earlier, minutes * MINUTE)
    built(path, later)
    assert stored(path) == cut([*earlier, *later], minutes * MINUTE)
    assert not check(path).wrong
    assert session_gap(path) == minutes * MINUTE
    set_session_gap(path, 30 * MINUTE)
    assert stored(path) == cut([*earlier, *later], 30 * MINUTE)


def test_an_import_cuts_the_sessions_of_a_new_workspace_by_its_own_gap(tmp_path: Path) -> None:
    lines = [{"event": "x", "user": "a", "time": START + at * MINUTE} for at in (0, 20, 45)]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)))
    import_files(tmp_path / "w.db", [tmp_path / "in.jsonl"], session_gap=20 * MINUTE)
    assert stored(tmp_path / "w.db") == [20 * MINUTE, 0]
    assert session_gap(tmp_path / "w.db") == 20 * MINUTE


def test_the_same_gap_changes_nothing(tmp_path: Path) -> None:
    path = built(tmp_path / "w.db", events(1))
    assert set_session_gap(path, 30 * MINUTE) == 0


@pytest.mark.parametrize("gap", [0, 999, 25 * 60 * MINUTE])
def test_a_gap_that_makes_no_sense_is_refused(tmp_path: Path, gap: int) -> None:
    path = built(tmp_path / "w.db", events(1))
    with pytest.raises(BadInput, match="at least 1s and at most 24h"):
        set_session_gap(path, gap)


def test_a_stop_leaves_the_sessions_as_they_were(tmp_path: Path) -> None:
    path = built(tmp_path / "w.db", events(1))
    before = stored(path)

    def told(what: str, done: int, whole: int) -> None:
        if what == "writing sessions":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        set_session_gap(path, MINUTE, told=told)
    assert (stored(path), session_gap(path)) == (before, 30 * MINUTE)
