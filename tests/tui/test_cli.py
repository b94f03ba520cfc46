"""The command line: what goes where, exit codes, the SQL guard, ctrl+c, hostile names."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from core.definitions.board import Block, Board, Position
from core.engines.sqlite.engine import SqliteEngine
from core.language.questions import parse
from core.store.ingest.importer import Event, store_events
from core.store.ingest.report import Progress
from core.store.library.saved import Saved
from core.store.workspace import open_writer
from core.text import is_unsafe
from core.timeframe import DAY
from tests import ROOT
from tui.cli import VERSION, opens_screen
from tui.commands import run
from tui.texts.commands import COMMANDS
from tui.texts.progress import bar_text, line_text

NASTY = 'evil\x1b[31m\u202e,"|\n=1+1'
ENDLESS = "with recursive a(i) as (select 1 union all select i + 1 from a) select count(*) from a"


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of ten people, with a nastily named event, board and mark."""
    path = tmp_path_factory.mktemp("cli") / "shop.db"
    now = int(time.time() * 1000)
    names = ("signup", "purchase", NASTY)
    rows = [
        Event(
            event=names[i % 3],
            ts_ms=now - (i % 7) * DAY - i * 1000,
            user=f"u{i % 10}{NASTY}",
            context={"country": ("NL", NASTY)[i % 2]},
            properties={"amount": i, NASTY: NASTY},
        )
        for i in range(120)
    ]
    connection = open_writer(path)
    store_events(connection, rows)
    connection.close()
    blocks = (
        Block(id="a", title="Sign-ups", question="users of signup by country last 7d"),
        Block(id="b", question=f"{json.dumps(NASTY)}", position=Position(y=4)),
        Block(id="c", type="note", content=f"A *note* {NASTY}", position=Position(y=8)),
        Block(id="d", question="nothing_like_it", position=Position(y=12)),
    )
    Saved(path).save_board(Board(id="growth", title="Growth", blocks=blocks))
    return path


@pytest.fixture
def footfall(db: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command in this process, on the workspace unless it names another."""
    monkeypatch.setenv("FOOTFALL_DB", str(db))
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments: str) -> Done:
        code = run(arguments)
        return Done(code, *capsys.readouterr())

    return call


def spawn(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tui.cli", *arguments], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Take ctrl+c, here and in what is started, also where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def harmless(text: str) -> bool:
    return not any(is_unsafe(char) for char in text if char not in "\n\t")


# -- in general


def test_the_version_is_that_of_the_package(footfall: Any) -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert package["version"] == VERSION
    assert footfall("--version") == (0, f"footfall {VERSION}\n", "")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself(footfall: Any, command: str) -> None:
    for flag in ("-h", "--help"):
        done = footfall(*([command] if command else []), flag)
        assert done.code == 0
        assert "Usage: footfall" in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "signupp > purchase"), 2, "Did you mean signup?"),
        (("run", "signup whree a = 1"), 2, "Expected"),
        (("run", "dau", "--nope"), 2, "--nope"),
        (("run",), 2, "QUESTION"),
        (("run", "dau", "--db", "/nowhere/x.db"), 3, "There is no workspace"),
        (("run", "dau", "--db", __file__), 3, "not a SQLite file"),
        (("sql", "select nope"), 1, "no such column"),
        (("sql", "select ?"), 1, "SQLite says"),
        (("sql", "select '\udcff'"), 2, "not text"),
        (("run", "\udcff"), 2, "not text"),
        (("run", '{"kind": "trend", "event": "\\ud800"}'), 2, "not text"),
        (("mark", "\udcff"), 2, "title"),
        (("board", "Growht", "--print"), 2, "Did you mean Growth?"),
        (("board", "Growth", "--print", "-r", "7 parsecs"), 2, "range"),
        (("schema", "trned"), 2, "Did you mean trend?"),
        (("list", "things"), 2, "things"),
        (("mark", "x", "--at", "soon"), 2, "not a time"),
        (("improt", "x.csv"), 2, "Did you mean import?"),
        (("import", "x.csv", "--into", "/nowhere/x.db"), 3, "folder"),
        (("import", "/nowhere/x.csv", "--map", "user"), 2, "--map"),
    ],
)
def test_a_failure_is_a_sentence_on_standard_error_and_a_code(
    footfall: Any, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = footfall(*arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert "Traceback" not in done.err


# -- run


def test_run_draws_the_answer(footfall: Any) -> None:
    done = footfall("run", "users of signup last 7d", "--width", "60")
    assert done.code == 0
    assert done.out.startswith("Users of signup")
    assert all(len(line) <= 60 for line in done.out.splitlines())


def test_run_prints_the_engine_s_numbers(footfall: Any, db: Path) -> None:
    question = parse("users of signup by country last 7d")
    answer = SqliteEngine(db).answer(question)
    done = footfall("run", "users", "of", "signup", "by", "country", "last", "7d", "--csv")
    found = [float(row["value"]) for row in rows_of(done.out)]
    assert found == [value for line in answer.lines for value in line.values]
    assert json.loads(footfall("run", "users of signup by country last 7d", "--json").out) == (
        json.loads(answer.model_dump_json())
    )


@pytest.mark.parametrize(
    ("question", "header"),
    [
        ("signup last 7d", "bucket,value"),
        ("signup by country vs prev", "bucket,country,value,previous"),
        (
            "signup > purchase",
            "step,event,count,step_rate,overall_rate,drop_off,avg_seconds,median_seconds",
        ),
        (
            "signup > purchase by country",
            "country,step,event,count,step_rate,overall_rate,drop_off,avg_seconds,median_seconds",
        ),
        ("retention daily 7", "cohort,size,period,count,rate,incomplete"),
        ("top events", "event,count,users"),
        ("people of (dau)", "user,first_seen,last_seen,events"),
    ],
)
def test_csv_has_the_documented_columns(footfall: Any, question: str, header: str) -> None:
    done = footfall("run", question, "--csv")
    assert done.code == 0, done.err
    assert done.out.splitlines()[0] == header


def test_run_takes_json_and_standard_input(footfall: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = footfall("run", "signup last 7d", "--csv").out
    body = '{"kind": "trend", "event": "signup", "range": "7d"}'
    assert footfall("run", body, "--csv").out == text
    monkeypatch.setattr("sys.stdin", io.StringIO("signup last 7d\n"))
    assert footfall("run", "-", "--csv").out == text


def test_what_an_answer_leaves_out_is_said_apart(footfall: Any) -> None:
    done = footfall("run", "people of (dau) limit 3", "--csv")
    assert len(rows_of(done.out)) == 3
    assert "3 of 10 people" in done.err


# -- sql


@pytest.mark.parametrize(
    "query",
    [
        "insert into meta values ('a', 'b')",
        "with a as (select 1) insert into meta select 'a', 'b'",
        "with a as (select 1) delete from meta",
        "delete from events",
        "update meta set value = 1",
        "attach ':memory:' as other",
        "pragma journal_mode = delete",
        "select * from pragma_table_info('events')",
        "select load_extension('x')",
        "create table x (y)",
        "vacuum into '/tmp/never.db'",
        "select 1; delete from events",
        "explain select 1",
        "begin",
        "",
    ],
)
def test_sql_refuses_everything_but_one_select(footfall: Any, db: Path, query: str) -> None:
    before = db.read_bytes()
    done = footfall("sql", query)
    assert done.code == 2
    assert done.out == ""
    assert "SELECT" in done.err
    assert db.read_bytes() == before


def test_sql_prints_rows_and_says_when_there_are_more(footfall: Any) -> None:
    done = footfall("sql", "select value as n from json_each('[1,2,3]')", "--csv", "--limit", "2")
    assert (done.code, done.out) == (0, "n\n1\n2\n")
    assert "there are more" in done.err
    assert footfall("sql", "select 1", "--limit", "10001").code == 2


def test_sql_reads_the_named_views(footfall: Any) -> None:
    done = footfall("sql", "select count(*) as n from events_v1 -- all\n;", "--json")
    assert json.loads(done.out)["rows"] == [[120]]
    comment = footfall("sql", "/* x */ WITH a AS (select 1 as one) SELECT * FROM a", "--csv")
    assert comment.out == "one\n1\n"
    broken = footfall("sql", "select cast(x'ff41' as text) as t, x'00' as b", "--csv")
    assert broken.out == "t,b\n\ufffdA,x'00'\n"


def test_sql_cannot_fill_the_memory(footfall: Any) -> None:
    done = footfall("sql", "select zeroblob(900000000)")
    assert done.code == 1
    assert "longer than 10 MB" in done.err


# -- boards, marks, lists


def test_a_printed_board_has_the_numbers_of_run(footfall: Any) -> None:
    alone = footfall("run", "users of signup by country last 7d", "--width", "80").out
    assert "5 in NL" in alone
    assert re.search(r"NL +2\n", alone)
    for form in ("--print", "--plain"):
        board = footfall("board", "growth", form, "--width", "160")
        assert board.code == 0
        assert "growth" in board.out.lower()
        assert re.search(r"NL +2\b", board.out)
        assert "'nothing_like_it' is not in this" in board.out


def test_a_plain_board_has_no_frames(footfall: Any) -> None:
    assert "╭─" in footfall("board", "growth", "--print").out
    assert "╭" not in footfall("board", "growth", "--plain").out
    assert "─" not in footfall("board", "growth", "--plain").out


def test_a_board_is_printed_where_there_is_no_terminal(footfall: Any, db: Path) -> None:
    printed = footfall("board", "Growth", str(db), "--print").out
    assert footfall("board", "Growth", "--db", str(db), "--print").out == printed
    assert "named twice" in footfall("board", "Growth", str(db), "--db", str(db)).err
    assert footfall("board", "GROWTH", str(db)).out == printed
    assert footfall(str(db)).out == printed
    assert footfall().out == printed


def test_a_terminal_that_cannot_show_the_explorer_is_told_so(
    footfall: Any, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("tui.commands.saved.shown._is_terminal", lambda: True)
    shown, wanted = footfall(str(db)), footfall("board", "Growth", str(db), "--print")
    assert (shown.code, shown.out, wanted.err) == (0, wanted.out, "")
    assert "TERM=dumb: this terminal cannot show the explorer" in shown.err


def test_a_range_for_the_whole_board(footfall: Any) -> None:
    wide = footfall("board", "growth", "--print", "-r", "2025-01-01,2025-01-31").out
    assert "Jan 01" in wide


def test_marks_are_made_and_listed(footfall: Any, db: Path) -> None:
    made = footfall("mark", "Release", NASTY, "--at", "2025-04-07 14:30", "--category", "news")
    assert made.code == 0
    assert "2025-04-07 14:30" in made.out
    rows = rows_of(footfall("mark", "list", "--csv").out)
    assert [(r["when"], r["category"]) for r in rows] == [("2025-04-07 14:30", "news")]
    assert rows_of(footfall("mark", "list", "--category", "incident", "--csv").out) == []
    assert len(rows_of(footfall("list", "marks", "--csv").out)) == 1


@pytest.mark.parametrize("what", ["boards", "events", "fields", "segments", "audiences", "kinds"])
def test_what_there_is_can_be_listed(footfall: Any, what: str) -> None:
    done = footfall("list", what, "--csv")
    assert done.code == 0
    assert len(rows_of(done.out)) >= (0 if what == "audiences" else 1)


def test_events_are_listed_with_their_people(footfall: Any) -> None:
    rows = rows_of(footfall("list", "events", "--csv").out)
    assert {row["event"]: row["count"] for row in rows}["signup"] == "40"


# -- import


def test_import_counts_and_gives_reasons(footfall: Any, tmp_path: Path) -> None:
    source = tmp_path / "events.csv"
    source.write_text(
        "who,what,when\nana,signup,2025-04-07\n007,signup,2025-04-08\n,,\nbob,buy,never\n"
    )
    into = str(tmp_path / "new.db")
    arguments = ("import", str(source), "--into", into, "--map", "user=who,event=what,time=when")
    done = footfall(*arguments)
    assert done.code == 0
    counts = {line[:13].strip(): line[13:].strip() for line in done.out.splitlines()[:4]}
    assert (counts["stored"], counts["already there"]) == ("2", "0")
    assert "time" in done.out
    assert (tmp_path / "events.csv.rejects.jsonl").exists()
    again = footfall(*arguments)
    assert "stored                    0" in again.out
    assert "already there             2" in again.out


def test_import_and_doctor_say_which_events_lie_in_the_future_or_long_before_all_others(
    footfall: Any, tmp_path: Path
) -> None:
    source, into = tmp_path / "odd.csv", str(tmp_path / "odd.db")
    times = ["1970-01-01", "2025-04-07", "2025-04-08", "2150-01-01", "2150-06-01"]
    source.write_text("event,user,time\n" + "".join(f"a,b,{when}\n" for when in times))
    done = footfall("import", str(source), "--into", into)
    said = (
        "2 events lie in the future",
        "1 event lies on 1970-01-01, long before all others (from 2025-04-07)",
    )
    assert [f"note: {line}" in done.out.splitlines() for line in said] == [True, True]
    doctor = footfall("doctor", "--db", into)
    assert doctor.code == 0
    assert "ok  times" in doctor.out
    assert "; ".join(said) in doctor.out
    assert "none in the future" in footfall("doctor").out


def test_imports_and_ignored_ids_are_listed(footfall: Any, tmp_path: Path) -> None:
    source, into = tmp_path / "events.csv", str(tmp_path / "new.db")
    source.write_text("user_id,event,time\nana,buy,2025-04-07\nkiosk,buy,2025-04-08\nbob,buy,no\n")
    arguments = ("import", str(source), "--into", into)
    assert "people                    1" in footfall(*arguments, "--ids-to-ignore", "Kiosk,x").out
    footfall(*arguments, "--again")
    again, first = rows_of(footfall("list", "imports", "--db", into, "--csv").out)
    assert (first["folder"], first["source"], first["state"]) == (str(tmp_path), "events.csv", "")
    assert [first[n] for n in ("read", "stored", "already there", "rejected")] == list("3201")
    assert [again[n] for n in ("read", "stored", "already there", "rejected")] == list("3021")
    ids = rows_of(footfall("list", "ignored-ids", "--db", into, "--csv").out)
    assert [row["id"] for row in ids if row["from"] == "added"] == ["kiosk", "x"]
    assert "null" in {row["id"] for row in ids if row["from"] == "built in"}


def test_an_import_of_nothing_usable_fails(footfall: Any, tmp_path: Path) -> None:
    source = tmp_path / "bad.jsonl"
    source.write_text('{"event": "a", "time": "never"}\n{"event": "b", "time": ""}\n')
    assert footfall("import", str(source), "--into", str(tmp_path / "n.db")).code == 1


def test_progress_has_a_rate_and_the_time_left() -> None:
    at = Progress("data/events.csv", 250, 1000, 5_000, 4_990, 10, 2.0)
    assert bar_text(at).startswith("events.csv [======>")
    for part in ("25%", "5,000 lines", "10 rejected", "2,500/s", "6s left"):
        assert part in bar_text(at)
    assert "left" not in line_text(at)
    early = Progress("data/events.csv", 5, 1000, 100, 100, 0, 2.0)
    assert bar_text(early).endswith("– left")
    late = Progress("data/events.csv", 30, 1000, 100, 100, 0, 2.0)
    assert bar_text(late).endswith("  1m 5s left")  # 64.7 s, as coarse as that is known


@pytest.mark.parametrize(
    ("read", "doing", "said"),
    [(1000, "", "100%  5,000 lines  storing"), (250, "building indexes", "building indexes")],
)
def test_progress_says_what_is_done_once_all_is_read(read: int, doing: str, said: str) -> None:
    at = Progress("data/events.csv", read, 1000, 5_000, 4_000, 0, 2.0, doing)
    assert said in bar_text(at)
    assert not any(part in bar_text(at) for part in ("left", "/s"))
    assert said.partition("  ")[2] in line_text(at)


# -- the rest


def test_schemas_describe_question_and_answer(footfall: Any) -> None:
    from core.queries import KINDS
    from core.queries.schemas import SHAPES

    assert {shape for kind in KINDS.values() for shape in kind.shapes} < set(SHAPES)
    found = json.loads(footfall("schema", "funnel").out)
    assert "steps" in found["question"]["properties"]
    assert "groups" in found["answer"]["properties"]


def test_doctor_checks_the_workspace(footfall: Any) -> None:
    done = footfall("doctor")
    assert done.code == 0, done.out
    for name in ("size", "colours", "clipboard", "integrity", "indexes", "sets", "write-ahead log"):
        assert f"ok  {name}" in done.out


def test_doctor_finds_sets_that_do_not_agree_with_the_events(
    footfall: Any, tmp_path: Path, db: Path
) -> None:
    import sqlite3

    broken = tmp_path / "broken.db"
    broken.write_bytes(db.read_bytes())
    with sqlite3.connect(broken) as connection:
        connection.execute("update activity set total = total + 1 where event <> 0")
    done = footfall("doctor", "--db", str(broken))
    assert done.code == 1
    assert "BAD sets" in done.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(footfall: Any, shell: str) -> None:
    assert "_FOOTFALL_COMPLETE" in footfall("completion", shell).out


# -- hostile names


@pytest.mark.parametrize("format", ["", "--json", "--csv", "--tsv", "--markdown"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "top events"),
        ("run", "signup by country"),
        ("run", "people of (dau)"),
        (
            "run",
            json.dumps({"kind": "trend", "event": NASTY, "breakdown": [f"properties.{NASTY}"]}),
        ),
        ("run", json.dumps({"kind": "funnel", "steps": [{"event": NASTY}, {"event": "signup"}]})),
        ("sql", f"select '{NASTY}' as \"{NASTY.replace(chr(34), '')}\", event_name from events_v1"),
        ("list", "fields"),
        ("mark", "list"),
    ],
)
def test_hostile_names_are_harmless_in_every_output(
    footfall: Any, arguments: tuple[str, ...], format: str
) -> None:
    done = footfall(*arguments, *([format] if format else []))
    assert done.code == 0, done.err
    assert harmless(done.out)
    assert harmless(done.err)


@pytest.mark.parametrize(
    "arguments",
    [("run", NASTY), ("board", NASTY, "--print"), ("list", NASTY), ("sql", NASTY), (NASTY,)],
)
def test_hostile_arguments_are_harmless_in_what_is_said(
    footfall: Any, arguments: tuple[str, ...]
) -> None:
    done = footfall(*arguments)
    assert done.code in (2, 3)
    assert harmless(done.out + done.err)


# -- as its own process


def wait_until_open(process: subprocess.Popen[str], db: Path) -> None:
    """Wait until a process has opened a file and had the time to ask something of it."""
    folder = Path(f"/proc/{process.pid}/fd")
    if not folder.parent.exists():
        time.sleep(3)
        return
    for _ in range(200):
        if any(os.path.realpath(link) == os.path.realpath(db) for link in folder.iterdir()):
            break
        time.sleep(0.05)
    time.sleep(0.5)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_stops_a_heavy_query_at_once(db: Path) -> None:
    process = spawn("sql", ENDLESS, "--db", str(db))
    wait_until_open(process, db)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (130, "")
    assert "Stopped." in err
    assert "Traceback" not in err


@pytest.mark.usefixtures("ctrl_c")
def test_a_swallowed_ctrl_c_still_stops_what_is_begun_after_it() -> None:
    from tui.commands.interrupt import CtrlC, interruptible

    with CtrlC.handling():
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interruptible(lambda stop: time.sleep(0.01))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_closed_pipe_ends_quietly(db: Path) -> None:
    process = spawn(
        "sql",
        f"select '{'x' * 500}' from events_v1 a, events_v1 b",
        "--csv",
        "--limit",
        "10000",
        "--db",
        str(db),
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
    assert process.wait(timeout=10) == 0


def test_data_and_talk_are_apart(db: Path) -> None:
    process = spawn("run", "people of (dau) limit 2", "--csv", "--db", str(db))
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert len(rows_of(out)) == 2
    assert "of 10 people" in err


def test_demo_prints_a_board_of_its_own_file(tmp_path: Path) -> None:
    home = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path), "COLUMNS": "80"}
    process = spawn("demo", env=home, stdin=subprocess.DEVNULL)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Active users" in out
    assert (tmp_path / "footfall" / "demo.db").stat().st_size > 100_000
    made = {file.name for file in (tmp_path / "footfall").iterdir()}
    assert made <= {"demo.db", "demo.db-wal", "demo.db-shm"}


@pytest.mark.parametrize(
    ("words", "opens"),
    [
        ((), True),
        (("demo",), True),
        (("demo", "--print"), False),
        (("small.db",), True),
        (("small.db", "--print"), False),
        (("events.jsonl",), False),
        (("missing.db",), False),
        (("run", "dau"), False),
        (("a\0b",), False),
    ],
)
def test_keys_are_kept_for_calls_that_open_the_explorer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], opens: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    open_writer(tmp_path / "small.db").close()
    (tmp_path / "events.jsonl").write_text('{"event": "visit"}\n')
    os.mkfifo(tmp_path / "run")  # reading it would wait for ever
    assert opens_screen(words) is opens
