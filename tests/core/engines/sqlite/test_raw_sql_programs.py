"""The processes that run typed statements: which one answers, and which is not asked again."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from core.engines.running import Stop
from core.engines.sqlite import raw_sql
from core.engines.sqlite.raw_sql_programs import MOST_WAITING, Late, Program, Programs
from core.errors import FootfallError, QueryFailed
from core.sql.dialect import Statement
from tests.worlds.fixture import appendix_a
from tests.worlds.world import engine_of

ENDLESS = "with n(i) as (select 1 union all select i + 1 from n) select count(*) from n"


class Counted(Programs):
    """Notes which process answers each request."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Program] = []

    def _using(self, program: Program, stop: Stop) -> Any:
        self.asked.append(program)
        return super()._using(program, stop)


@pytest.fixture
def programs() -> Iterator[Counted]:
    with closing(Counted()) as found:
        yield found


@pytest.fixture(scope="module")
def path() -> Iterator[Any]:
    with engine_of(appendix_a()) as engine:
        yield engine.path


def rows(path: Any, programs: Programs, query: str, **more: Any) -> list[Any]:
    statement = Statement(query, {}, typed=more.pop("typed", 100))
    return raw_sql.run_typed(path, statement, programs, **more)[1:]


def test_one_process_answers_one_statement_after_the_other_each_by_itself(path, programs):
    assert rows(path, programs, "select count(*) from daily_v1") != [(0,)]
    assert rows(path, programs, "select name from sqlite_temp_master where name = 'x'") == []
    assert rows(path, programs, "select changes(), 'a'") == [(0, "a")]
    assert len(set(programs.asked)) == 1
    programs.close()
    assert not programs.asked[0].is_running


@pytest.mark.parametrize(
    "query",
    ["select no_such_function()", "select hex(zeroblob(900000))", "select zeroblob(60000000)"],
)
def test_after_a_refusal_and_after_large_rows_another_is_asked(path, programs, query):
    for text in (query, "select 1"):
        try:
            rows(path, programs, text)
        except FootfallError:
            assert text == query
    assert len(set(programs.asked)) > 1


def test_what_a_process_holds_open_hides_neither_changes_nor_another_file(path, programs, tmp_path):
    kept, other = tmp_path / "kept.db", tmp_path / "other.db"
    for copy in (kept, other):
        copy.write_bytes(path.read_bytes())
    named = "select event_name, count(*) from events_v1 group by event_name order by 1"
    before = rows(kept, programs, named)
    with closing(sqlite3.connect(kept)) as writer, writer:
        writer.execute(
            "update event_names set name = 'a renamed one' where name = ?", before[0][:1]
        )
    assert ("a renamed one", before[0][1]) in rows(kept, programs, named)
    assert rows(kept, programs, "select day from daily_v1 limit 1") != []
    os.replace(other, kept)
    assert rows(kept, programs, named) == before
    assert len(set(programs.asked)) == 1


def test_one_that_ended_while_it_waited_says_nothing_about_the_statement(path, programs):
    rows(path, programs, "select 1")
    (first,) = programs.asked
    os.kill(first._process.pid, signal.SIGKILL)
    assert rows(path, programs, "select 2") == [(2,)]


def test_one_that_was_ended_for_its_time_is_not_asked_again(path, programs, monkeypatch):
    rows(path, programs, "select 1")
    request = raw_sql._request(path, ENDLESS, Statement(ENDLESS, {}), rows=1, seconds=None)
    with pytest.raises(Late):
        programs.reply(request, Stop(), 0.1)
    assert not programs.asked[-1].is_running
    assert rows(path, programs, "select 2") == [(2,)]


def test_few_wait(path, programs):
    many = [Program() for _ in range(MOST_WAITING + 2)]
    for each in many:
        with programs._using(each, Stop()):
            pass
    assert sum(each.is_running for each in many) == MOST_WAITING


def test_what_cannot_start_is_a_sentence(programs, monkeypatch):
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with pytest.raises(QueryFailed, match="did not start: No such file"):
        Program()
