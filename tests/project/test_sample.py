"""The sample workspace: the same every time, and showing what is known to have happened."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from core.answers import Series, Steps
from core.boards.answering import block_question
from core.definitions.board import Board
from core.engines.sqlite.engine import SqliteEngine
from core.language.questions import parse
from core.queries import from_json
from core.store.library.saved import Mark, Saved
from core.timeframe import DAY, to_date
from fixtures import demo, sample
from tui.commands.demo import make_sample

END = sample.last_midnight(1_751_000_000_000)
NOW = END - 1


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> SqliteEngine:
    path: Path = tmp_path_factory.mktemp("sample") / "demo.db"
    sample.make(path, NOW)
    return SqliteEngine(path, clock=lambda: NOW)


def _dates(first_before: int, last_before: int) -> str:
    """The range from so many days before the end to so many, both inclusive."""
    last = (END - DAY) // DAY
    return f"{to_date(last - first_before)},{to_date(last - last_before)}"


def _rate(engine: SqliteEngine, range_text: str, step: str, **options: object) -> float:
    question = {"kind": "funnel", "range": range_text, "window_seconds": 3 * 86_400, **options}
    answer = engine.answer(from_json({**question, "steps": [{"event": "signup"}, {"event": step}]}))
    assert isinstance(answer, Steps)
    return answer.groups[0].steps[1].overall_rate or 0


def test_the_same_seed_gives_the_same_events() -> None:
    assert list(sample.events(END)) == list(sample.events(END))
    assert list(sample.events(END)) != list(sample.events(END, seed=1))


def test_events_come_in_time_order_and_end_before_the_end() -> None:
    times = [event.ts_ms for event in sample.events(END)]
    assert times == sorted(times)
    assert times[-1] < END
    assert 18_000 < len(times) < 23_000


def test_people_are_devices_until_they_sign_up() -> None:
    before: Counter[bool] = Counter()
    signed: set[str] = set()
    for event in sample.events(END):
        if event.event == "signup":
            signed.add(event.device or "")
        before[(event.device in signed) == (event.user is not None)] += 1
    assert before[False] == 0


def test_release_2_made_people_create_projects(engine: SqliteEngine) -> None:
    old = _rate(engine, _dates(110, sample.RELEASE + 5), "project_created")
    new = _rate(engine, _dates(sample.RELEASE - 1, 4), "project_created")
    assert new > old * 1.2


def test_mobile_verifies_less(engine: SqliteEngine) -> None:
    def verified(device: str) -> float:
        condition = {"field": "device_type", "operator": "eq", "value": device}
        return _rate(engine, "120d", "email_verified", conditions=[condition])

    assert verified("mobile") < verified("desktop") - 0.1


def test_the_outage_is_a_dip(engine: SqliteEngine) -> None:
    answer = engine.answer(from_json({"kind": "active_users", "range": "40d"}))
    assert isinstance(answer, Series)
    values = [value or 0 for value in answer.lines[0].values]
    at = len(values) - 1 - sample.OUTAGE
    around = [*values[at - 7 : at], *values[at + 1 : at + 8]]
    assert values[at] < 0.75 * sum(around) / len(around)


def test_marks_lie_inside_the_sample() -> None:
    assert all(0 < mark.days_before < sample.DAYS for mark in sample.MARKS)


def test_every_tile_of_the_demo_boards_is_answered(engine: SqliteEngine) -> None:
    for board in demo.boards():
        for block in board.blocks:
            if block.type == "chart":
                question = block_question(board, block)
                assert engine.answer(question).shape, block.title


def test_a_newer_demo_keeps_what_was_saved_in_the_older(tmp_path: Path) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    demo.make(old, NOW - 9 * DAY)
    Saved(old).save_board(Board(title="Mine"))
    Saved(old).save_mark(Mark(title="my launch", timestamp=NOW - DAY))
    Saved(old).delete_board("brd_revenue")
    demo.make(new, NOW)
    demo.carry_over(old, new)
    titles = [board.title for board in Saved(new).boards()]
    assert "Mine" in titles
    assert "Revenue" not in titles
    marks = Saved(new).marks()
    assert len(marks) == len(sample.MARKS) + 1
    outage = next(mark for mark in marks if mark.title.startswith("login outage"))
    assert outage.timestamp == END - sample.OUTAGE * DAY - DAY // 2


def test_a_stale_demo_is_made_anew_under_whoever_has_it_open(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    demo.make(path, NOW - 30 * DAY)
    Saved(path).save_board(Board(title="Mine"))
    engine = SqliteEngine(path)
    before = engine.state()
    latest = engine.context().latest
    make_sample(path)
    assert engine.state() > before
    assert engine.state()[0] == before[0]
    assert engine.context().latest > latest
    assert "Mine" in [board.title for board in Saved(path).boards()]
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_servers_log_in_the_sessions_of_the_events(engine: SqliteEngine) -> None:
    top = engine.answer(parse("top logs last 90d"))
    assert [row[0] for row in top.rows] == ["CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"]
    assert [row[0] for row in top.rows if not row[2]] == ["CRITICAL"]
    errors = engine.answer(parse("logs with level = ERROR")).lines[0].values
    assert max(errors) == errors[-1 - sample.OUTAGE] >= 120


def test_the_same_seed_gives_the_same_logs() -> None:
    happened = list(sample.events(END))
    assert list(sample.logs(happened, END)) == list(sample.logs(happened, END))
