"""The SQLite engine: one state of the file per question, cache, deadline, stop, and gone files."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from core.answers import Cell, Number, Steps
from core.engines.running import Stop
from core.engines.sqlite.engine import SqliteEngine
from core.errors import BadQuestion, CannotOpen, QueryFailed, Stopped, TookTooLong
from core.queries import from_json
from core.queries.common.context import Context
from core.queries.common.question import Ask, Question
from core.sql.dialect import Binder
from core.store.ingest.importer import Event, store_events
from core.store.library.saved import Item, Saved
from core.store.workspace import open_reader, open_writer
from tests import ROOT

NOW = 1_743_465_600_000
HEAVY = """
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000000)
    select count(*) from n
"""
FUNNEL = {"kind": "funnel", "steps": [{"event": "signup"}, {"event": "purchase"}]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "events.db"
    _store(file, "ann", "bob")
    return file


@pytest.fixture
def engine(path: Path) -> SqliteEngine:
    return SqliteEngine(path, clock=lambda: NOW)


def _store(path: Path, *users: str) -> None:
    connection = open_writer(path)
    for user in users:
        events = [
            Event(name, NOW - 1000 + at, user=user)
            for at, name in enumerate(("signup", "purchase"))
        ]
        store_events(connection, events)
    connection.close()


class Asked(Question):
    """Runs statements as they stand, calling back between them."""

    kind: Literal["asked"] = "asked"
    statements: tuple[str, ...]
    between: object = Field(default=None, exclude=True)

    def ask(self, ctx: Context) -> Ask:
        value = 0
        for text in self.statements:
            bind = ctx.binder()
            rows = yield bind.statement(text)
            value = rows[0][0]
            if callable(self.between):
                self.between()
        return Number(value=value)

    def people(self, ctx: Context, bind: Binder, cell: Cell) -> str:
        raise NotImplementedError


def test_a_question_reads_one_state_of_the_file(engine: SqliteEngine, path: Path) -> None:
    count = "select count(*) from events"
    asked = Asked(statements=(count, count), between=lambda: _store(path, "cid"))
    assert engine.answer(asked, fresh=True).value == 4
    assert engine.answer(Asked(statements=(count,))).value == 6


@pytest.mark.parametrize(
    ("body", "table"),
    [
        ({"kind": "saved", "chart": "Kept"}, "charts"),
        ({"kind": "trend", "audience": "Buyers"}, "audiences"),
    ],
)
def test_what_a_question_names_is_read_like_its_data(
    engine: SqliteEngine, path: Path, body: dict[str, object], table: str
) -> None:
    saved = Saved(path)
    saved.save("charts", Item(title="Kept", body={"question": "dau"}))
    saved.save_audience("Buyers", {"events": [{"event": "purchase"}]})
    lookups = engine.run(from_json(body)).lookups
    assert any(f"from {table}" in each.text for each in lookups)


def test_a_cached_answer_is_kept_until_the_data_changes(engine: SqliteEngine, path: Path) -> None:
    question = from_json({"kind": "active_users"})
    assert not engine.run(question).cached
    assert engine.run(question).cached
    assert not engine.run(question, fresh=True).cached
    _store(path, "cid")
    after = engine.run(question)
    assert not after.cached
    assert after.answer.lines[0].total == 3


def test_a_new_day_is_a_new_question(path: Path) -> None:
    now = [NOW]
    engine = SqliteEngine(path, clock=lambda: now[0])
    question = from_json({"kind": "active_users", "range": "7d"})
    first = engine.answer(question)
    now[0] += 86_400_000
    assert engine.answer(question).first > first.first


def test_a_heavy_question_stops_at_once_and_the_next_one_works(engine: SqliteEngine) -> None:
    stop, outcome = Stop(), []

    def ask() -> None:
        try:
            engine.run(Asked(statements=(HEAVY,)), stop=stop)
        except Stopped as error:
            outcome.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.2)
    stop.stop()
    thread.join(5)
    assert outcome
    assert engine.answer(Asked(statements=("select 7",))).value == 7


def test_a_stop_that_comes_first_is_kept(engine: SqliteEngine) -> None:
    stop = Stop()
    stop.stop()
    with pytest.raises(Stopped):
        engine.run(Asked(statements=("select 1",)), stop=stop)


def test_a_time_limit_ends_a_question_with_a_sentence(engine: SqliteEngine) -> None:
    with pytest.raises(TookTooLong, match=r"Took longer than 0\.1 s"):
        engine.run(Asked(statements=(HEAVY,)), time_limit=0.1)
    assert engine.answer(Asked(statements=("select 7",))).value == 7


@pytest.mark.parametrize(
    "statement",
    [
        "delete from events returning 1",
        "insert into meta values ('a', 'b') returning 1",
        "create table x (a)",
        "pragma user_version = 3",
    ],
)
def test_a_reader_cannot_write(engine: SqliteEngine, path: Path, statement: str) -> None:
    with pytest.raises((QueryFailed, IndexError)):
        engine.run(Asked(statements=(statement,)))
    reader = open_reader(path)
    assert reader.execute("select count(*) from events").fetchone() == (4,)
    assert reader.execute("pragma user_version").fetchone() == (0,)


def test_funnels_work_without_the_indexes_that_a_killed_import_leaves_out(
    engine: SqliteEngine, path: Path
) -> None:
    whole = engine.answer(from_json(FUNNEL))
    connection = open_writer(path)
    connection.execute("drop index sessions_by_day")
    connection.commit()
    connection.close()
    bare = engine.answer(from_json(FUNNEL), fresh=True)
    assert isinstance(bare, Steps)
    assert bare == whole
    assert SqliteEngine(path, clock=lambda: NOW).answer(from_json(FUNNEL)) == whole


def test_a_missing_or_foreign_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="There is no workspace"):
        SqliteEngine(tmp_path / "none.db")
    (tmp_path / "text.db").write_text("hello, this is not a database at all")
    with pytest.raises(CannotOpen, match="not a SQLite file"):
        SqliteEngine(tmp_path / "text.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(CannotOpen, match="not a footfall workspace"):
        SqliteEngine(tmp_path / "empty.db")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"kind": "active_users", "breakdown": "properties.plam"}, "breakdown 'plam' is not a"),
        ({"kind": "trend", "measure": "sum", "property": "amont"}, "property 'amont' is not a"),
        (
            {"kind": "trend", "conditions": [{"field": "trait:x", "operator": "is_set"}]},
            "field 'trait:x' is not a",
        ),
        ({"kind": "trend", "event": "sign"}, "event 'sign' is not in this workspace"),
    ],
)
def test_names_that_nothing_has_are_refused(
    engine: SqliteEngine, question: dict[str, object], said: str
) -> None:
    with pytest.raises(BadQuestion, match=said):
        engine.answer(from_json(question))


def test_a_property_that_only_few_events_have_is_found(path: Path) -> None:
    connection = open_writer(path)
    plain = [Event("view", NOW - 10**6 + at, user="ann", properties={"a": 1}) for at in range(6000)]
    plain[3000] = Event("view", NOW - 500, user="ann", properties={"rare": "x"})
    store_events(connection, plain)
    connection.close()
    engine = SqliteEngine(path, clock=lambda: NOW)
    answer = engine.answer(from_json({"kind": "active_users", "breakdown": "rare"}))
    assert ("x",) in [line.group for line in answer.lines]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"kind": "funnel", "steps": []}, "steps needs at least 1 and has 0."),
        ({"kind": "funnel"}, "steps is missing."),
        ({"kind": "active_users", "metric": "x"}, "metric must be 'dau', 'wau' or 'mau', not"),
        ({"kind": "trend", "limit": 0}, "limit must be at least 1, not 0."),
        ({"kind": "trend", "limit": "x"}, "limit must be a whole number, not"),
        ({"kind": "trend", "conditions": [{"operator": "eq"}]}, "conditions.0.field is missing."),
        ({"kind": "trend", "evnt": "x"}, "parameter 'evnt' is not known. Did you mean event"),
    ],
)
def test_json_that_does_not_fit_is_told_in_a_sentence(body: dict[str, object], said: str) -> None:
    with pytest.raises(BadQuestion) as caught:
        from_json(body)
    assert said in str(caught.value)


def test_a_file_in_a_folder_that_cannot_be_written_is_read(path: Path) -> None:
    """Run in a child, as nobody where the tests run as root, whom no folder refuses."""
    script = """
import os, sys
from core.engines.sqlite.engine import SqliteEngine
from core.queries import from_json
question = from_json({"kind": "active_users", "range": "all_time"})
SqliteEngine(sys.argv[2]).answer(question)
os.chmod(os.path.dirname(sys.argv[1]), 0o555)
if os.getuid() == 0:
    os.setuid(65534)
print(SqliteEngine(sys.argv[1]).answer(question).lines[0].total)
"""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.db"
        shutil.copy(path, file)
        done = subprocess.run(
            [sys.executable, "-c", script, str(file), str(path)],
            capture_output=True, text=True, cwd=ROOT, timeout=60,
        )  # fmt: skip
        Path(folder).chmod(0o755)
    assert done.stdout.strip() == "2.0", done.stderr
