"""Statements as strangers write them: nothing is written, nothing dies, little memory is used.

Every statement ends in one sentence or in a bounded answer.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from contextlib import closing
from typing import Any

import pytest

from core.answers import Table
from core.api import Backend, read, respond
from core.boards.answering import answer_board
from core.definitions.board import Block, Board
from core.engines.sqlite import raw_sql, raw_sql_programs
from core.engines.sqlite.engine import SqliteEngine
from core.errors import FootfallError, QueryFailed, TookTooLong
from core.queries import from_json
from core.store.library.saved import Saved
from tests import ROOT

N = "with recursive n(i) as (select 1 union all select i + 1 from n limit 1000000) "
"""The numbers up to a million."""
BIG = "replace(hex(zeroblob(4500000)), '0', 'a')"

WRITE = (
    "with a as (select 1) insert into events select * from events",
    "with a as (select 1) insert or replace into meta select 'version', '999'",
    "with a as (select 1) delete from marks",
    "with a as (select 1) update event_names set deleted = 1",
    "with a as (select 1) replace into meta values ('a', 'b')",
    "with a as (select 1) delete from events returning *",
    "select 1; drop table events",
    "select 1; create table x as select * from events",
    "select 1; create temp table x (y)",
    "select 1; create temp trigger t before delete on meta begin select 1; end",
    "select 1; vacuum into '{folder}/copy.db'",
    "select 1; begin immediate",
    "select 1 /* ; */; update meta set value = '0'",
    "select * into copy from events",
    "select '1'\n;\n;--\ndelete from events",
)
DOORS = (
    "select 1; attach '{folder}/other.db' as other",
    "select 1 from other.sqlite_master",
    "select 1; detach main",
    "select * from pragma_query_only(0)",
    "select * from pragma_journal_mode('delete')",
    "select * from pragma_writable_schema(1)",
    "select * from pragma_table_info('events')",
    "select * from pragma_database_list",
    "select * from pragma_hard_heap_limit(0)",
    "select * from pragma_temp_store_directory('{folder}')",
    "select * from pragma_function_list",
    "select 1; pragma hard_heap_limit = 0",
    "select load_extension('{folder}/x.so')",
    "select load_extension('{folder}/x.so', 'entry')",
    "select Load_Extension(name) from sqlite_master",
    "select readfile('/etc/passwd')",
    "select writefile('{folder}/x', 'x')",
    "select edit('x')",
    "select fts3_tokenizer('simple')",
    "select fts3_tokenizer('simple', x'4141414141414141')",
    "select * from fts3tokenize('simple', 'a b')",
    "select matchinfo('x'), snippet('x'), offsets('x'), optimize('x'), bm25('x')",
    "select highlight(1, 2, 3, 4)",
    "select rtreenode(2, zeroblob(100)), rtreedepth(x'00'), rtreecheck('main', 'events')",
    "select * from sqlite_dbpage where pgno = 1",
    "select * from sqlite_dbdata('main')",
    "select * from zipfile('{folder}/x.zip')",
    "select * from fsdir('/')",
    "select * from csv",
    "select * from generate_series(1, 9223372036854775807)",
    "select sqlite_log(1, 'x')",
    "select sqlite_crypt('a', 'b')",
    "select name from sqlite_temp_master; select 2",
)
FUNCTIONS = (
    "select rb_count(x'3a')",
    "select rb_or_agg(users) over (order by day rows between 2 preceding and 1 preceding) "
    "from activity",
    "select rb_or_sliding(users) over (rows between 1 following and 1 following) from activity",
    "select rb_or_sliding(users) over (rows between 5 following and 9 following) from activity",
    "select rb_build(actor) over (rows between 2 preceding and 1 preceding) from events",
    "select percentile(ts, 0.5) from events",
    "select rb_ids(users) from activity",
    "select funnel_attempts('{{', '[', '', '', '')",
    "select condition_holds('[]', 5)",
    "select json_number(5)",
    "select hex_combination(x'ff') from events",
    "select rb_gaps(null, 1) from activity",
    "select abs(-9223372036854775808)",
    "select sum(9223372036854775807) from events",
    "select -9223372036854775808 / -1, -9223372036854775808 % -1, 1 / 0, 1 << 64, 9e999 - 9e999",
    "select char(0, 27, 155, 1114112, -1), unicode(''), substr('x', -9223372036854775808, 5)",
    "select json('{{'), json_extract('[1]', 'x')",
    "select json_extract('" + "[" * 900 + "]" * 900 + "', '$" + "[0]" * 900 + "')",
    "select * from json_each('" + "[" * 20_000 + "]" * 20_000 + "')",
    "select printf('%n%s%p', 1), printf('%.2147483647f', 1e300), printf('%2147483647d', 1)",
    "select strftime('%Y', 1e300), datetime('now', '+1e300 years'), julianday(x'ff')",
    "select max(i) over (rows between 9223372036854775807 preceding and 1 preceding) "
    "from (select 1 i)",
    "select nth_value(1, -1) over (), ntile(0) over ()",
    "select group_concat(user_id) over (rows between 2 preceding and 1 preceding) from events_v1",
    "select 'a' like 'a' escape 'ab'",
    "select * from events_v1 where event_name match 'x'",
    "select 'x' regexp '('",
    "select ?1, :a, @b, $c",
    "select \ud7ff, '\u202e', '\x9b31m'",
    "select cast(x'ff9b00fe' as text), x'1b5b324a'",
)
MEMORY = (
    N + "select zeroblob(5000000) from n limit 1000",
    N + "select randomblob(5000000) from n limit 1000",
    N + "select hex(randomblob(2500000)) from n limit 1000",
    "select randomblob(2000000000)",
    "select zeroblob(2000000000)",
    "select zeroblob(-1), randomblob(9223372036854775807)",
    "select printf('%1000000000d', 1)",
    "select printf('%.*s', 1000000000, " + BIG + ")",
    f"select replace({BIG}, 'a', 'aaaaaaaaaaaaaaaa')",
    f"select {BIG} || {BIG}",
    "select " + ", ".join(["zeroblob(9000000)"] * 200),
    "select " + ", ".join(["hex(zeroblob(4500000))"] * 200),
    "select " + ", ".join(["hex(zeroblob(4500000)) || char(128512)"] * 7),
    "with recursive r(x) as (select 'x' union all select x || x from r) select * from r",
    "with a0 as (select 1 x), " + ", ".join(
        f"a{i} as (select p.x from a{i - 1} p, a{i - 1} q)" for i in range(1, 25)
    ) + " select count(*) from a24",
    "select " + "(" * 2000 + "1" + ")" * 2000,
    "select " + " + ".join(["1"] * 5000),
    " union all ".join(["select 1"] * 2000),
    "select " + ", ".join(["1"] * 3000),
    N + "select json_group_array(hex(zeroblob(9000))) from n",
    N + "select group_concat(hex(randomblob(5000))) from (select i from n limit 9000)",
)  # fmt: skip
ENDLESS = (
    "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
    "with recursive n(i) as (select 1 union select i + 1 from n) select i from n where i < 0",
    "select count(*) from events a, events b, events c, events d, events e, events f, events g",
    "select max(random()) from events a, events b, events c, events d, events e, events f",
    N + "select group_concat(randomblob(10000000)) from n",
    N + "select count(*) from n a, n b order by random()",
    N + "select hex(randomblob(2000)) h from n order by h",
    f"select instr({BIG}, substr({BIG}, 1, 4000000) || 'b')",
    "select printf('%.*c', 2000000000, 'x')",
)


def traces(engine: Any) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(engine.path.parent.iterdir())
        if not file.name.endswith(("-shm", "-wal"))
    }


def asked(engine: Any, query: str) -> Table | FootfallError:
    """Return the answer or the error; anything else is raised."""
    text = query.replace("{folder}", str(engine.path.parent)).replace("{{", "{")
    try:
        found: Table = engine.answer(from_json({"kind": "sql", "query": text}))
    except FootfallError as error:
        return error
    return found


def harmless(found: Table | FootfallError) -> bool:
    if isinstance(found, FootfallError):
        return "\n" not in found.message and found.message.endswith((".", "?"))
    return len(found.rows) <= 1000


@pytest.mark.parametrize("query", WRITE + DOORS, ids=lambda query: query[:60])
def test_a_statement_that_would_do_more_than_read_is_refused(engine, query):
    before = traces(engine)
    found = asked(engine, query)
    assert isinstance(found, FootfallError), found
    assert harmless(found), found
    assert traces(engine) == before


@pytest.mark.parametrize("query", FUNCTIONS, ids=lambda query: query[:60])
def test_functions_abused_end_in_a_sentence_or_an_answer(engine, query):
    assert harmless(asked(engine, query))


def test_typed_statements_have_the_functions_of_sqlite_and_none_of_ours(engine):
    found = asked(engine, "select rb_count(null)")
    assert str(found) == (
        "SQLite says: no such function: rb_count. Only SQLite's own functions are available."
    )


def test_boards_and_requests_run_statements_in_the_same_place(engine):
    query = (
        "select rb_or_sliding(users) over (rows between 2 following and 1 following) from activity"
    )
    block = Block(title="Mine", question=query)
    board = Board(title="Board", blocks=(block,))
    (answer,) = answer_board(board, engine, None).values()
    body = json.dumps({"query": query})
    reply = respond(read("POST /api/v1/data/query", body), Backend(engine, Saved(engine.path)))
    for said in (str(answer), str(reply.body)):
        assert "no such function: rb_or_sliding" in said
    assert not reply.ok


@pytest.mark.parametrize("query", ENDLESS, ids=lambda query: query[:60])
def test_the_time_limit_holds_also_inside_one_long_function(engine, query, monkeypatch):
    monkeypatch.setattr("core.engines.sqlite.raw_sql.TIME_LIMIT", 0.3)
    monkeypatch.setattr("core.engines.sqlite.raw_sql.GRACE", 0.2)
    assert isinstance(asked(engine, query), TookTooLong)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (N + "select zeroblob(5000000) from n limit 1000", r"The rows take more than 50 MB\."),
        ("select " + ", ".join(["hex(zeroblob(4500000))"] * 8), r"The rows take more than 50 MB\."),
        ("select zeroblob(2000000000)", r"A value is longer than 10 MB\."),
        ("select " + ", ".join(["zeroblob(9000000)"] * 200), "more than 256 MB of memory"),
    ],
)
def test_what_is_too_large_is_said_in_one_sentence(engine, query, words):
    found = asked(engine, query)
    assert isinstance(found, QueryFailed)
    assert found.message.count(".") == 1
    with pytest.raises(QueryFailed, match=words):
        raise found


def test_what_is_sorted_on_disk_has_a_bound(engine, monkeypatch):
    monkeypatch.setattr("core.engines.sqlite.raw_sql.MAX_FILE", 10_000_000)
    found = asked(engine, N + "select hex(randomblob(5000)) h from n order by h")
    assert str(found).startswith("Sorting needs more than")


MEASURE = """
import json, resource, sys
from core.engines.sqlite.engine import SqliteEngine
from core.errors import FootfallError
from core.queries import from_json

path, statements = json.load(sys.stdin)
engine = SqliteEngine(path)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # what started this process counts too
for text in statements:
    try:
        engine.answer(from_json({"kind": "sql", "query": text}))
    except FootfallError as error:
        assert chr(10) not in error.message, error
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) // 1024)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


def test_memory_stays_bounded(engine):
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        input=json.dumps([str(engine.path), MEMORY]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    more, child = map(int, done.stdout.split())
    assert more < 150
    assert child < 600


def test_a_statement_that_kills_its_program_is_a_sentence(engine, monkeypatch, tmp_path):
    program = tmp_path / "dies.py"
    program.write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    monkeypatch.setattr(raw_sql_programs.raw_sql_child, "__file__", str(program))
    with closing(SqliteEngine(engine.path)) as new:
        found = asked(new, "select 1")
        assert str(found) == "SQLite crashed on this statement. Write it in a simpler way."
        monkeypatch.undo()
        assert asked(new, "select 1").rows == ((1,),)


@pytest.fixture
def programs():
    with closing(raw_sql_programs.Programs()) as found:
        yield found


def test_a_workspace_that_was_deleted_is_said(engine, programs, tmp_path):
    statement = from_json({"kind": "sql", "query": "select 1"}).statement(engine.context())
    with pytest.raises(FootfallError, match=r"gone\.db is no longer there\."):
        raw_sql.run_typed(tmp_path / "gone.db", statement, programs)


def test_a_damaged_workspace_is_a_sentence(engine, programs, tmp_path):
    whole = engine.path.read_bytes()
    found = tmp_path / "torn.db"
    found.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    statement = from_json({"kind": "sql", "query": "select * from identities"})
    with pytest.raises(FootfallError, match=r"torn\.db is damaged: "):
        raw_sql.run_typed(found, statement.statement(engine.context()), programs)


@pytest.mark.parametrize("view", raw_sql.VIEWS)
def test_every_promised_view_answers(engine, view):
    assert asked(engine, f"select * from {view} limit 1").columns
