"""No command lets a control character out, whatever its arguments and the data hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import pytest

from core.api import routes
from core.boards.files import board_to_json
from core.definitions.board import Block, Board, Position
from core.store.ingest.importer import Event, store_events
from core.store.ingest.report import ImportReport
from core.store.library.saved import Mark, Saved
from core.store.workspace import open_writer
from core.text import escaped, harmless, is_unsafe, one_line
from tests import ROOT
from tests.worlds.world import DAY
from tui.commands import run
from tui.commands.fresh.follow import Status
from tui.commands.group import footfall

UNSAFE = "".join(chr(code) for code in range(1, 0xD800) if is_unsafe(chr(code)))
HOSTILE = (
    "red\x1b[31m\x1b]0;title\x07\x1b[2J",
    "c1\x9b31m\x90\x85\x80\x9f",
    "bidi\N{RIGHT-TO-LEFT OVERRIDE}\u202a\u202e\u2066\u2069\u200e\u200f\u061c\ufeff",
    "lines\r\x08\x7f\x0b\x0c\x1c\u2028\u2029\ttab",
    f"all{UNSAFE}",
    "undecodable\udc9b\udcff",
)
OPENS_A_TERMINAL = {"completion", "demo"}
"""Their only words are a choice, or a file that is made."""
GOES_ON = {"follow", "serve"}
"""They wait for a file of that name, and for requests; see the status of one below."""
NEEDS_A_SERVER = {"push"}
"""It copies to a server; see tests/core/engines/clickhouse/."""

Command = tuple[str, ...]


def leaves(command: click.Command, path: Command = ()) -> Iterator[tuple[Command, click.Command]]:
    """Yield every command that does something with the words that call it."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    ctx = click.Context(command)
    for name in command.list_commands(ctx):
        found = command.get_command(ctx, name)
        assert found is not None
        yield from leaves(found, (*path, name))


COMMANDS = dict(leaves(footfall))


def bad_calls(name: str) -> Iterator[Command]:
    """Yield every command with a hostile word for every argument, and for one option in turn."""
    for route in routes():
        path = re.sub(r":\w+", quote(name, errors="replace"), route.path)
        yield ("api", f"{route.method} {path}?{quote(name, errors='replace')}=1")
        yield ("api", f"{route.method} {path}", "-d", json.dumps({name: name}))
    for path, command in COMMANDS.items():
        if path[0] in OPENS_A_TERMINAL | GOES_ON:
            continue
        words = [name for found in command.params if isinstance(found, click.Argument)]
        yield (*path, *words)
        yield (*path, f"--{name}", *words)
        for option in command.params:
            if isinstance(option, click.Option) and not option.is_flag:
                yield (*path, *words, option.opts[-1], name)


def good_calls(name: str, folder: Path, now: int) -> Iterator[Command]:
    """Yield calls of every command that do what they say, on hostile names and data."""
    said = json.dumps(name)
    board = Board(title=f"board {name}", blocks=(Block(title=name, question=f"users of {said}"),))
    (folder / "board.json").write_text(board_to_json(board), "utf-8", "surrogatepass")
    rejected = {"event": name, "time": f"never {name}", "user": name}
    good = {"event": name, "time": now, "user": name, "properties": {name[:50]: name}}
    lines = "\n".join(map(json.dumps, (rejected, good)))
    (folder / f"in {one_line(name)[:20]}.jsonl").write_text(lines + "\n", "utf-8")
    yield (
        "import",
        str(folder / f"in {one_line(name)[:20]}.jsonl"),
        "--into",
        str(folder / "w.db"),
    )
    for format in ((), ("--json",), ("--csv",), ("--tsv",), ("--markdown",)):
        yield ("run", f"users of {said} by country", *format)
        yield ("run", "top events", *format)
        yield ("unusual", "by", "event,", "country", *format)
        yield ("run", f"people of (users of {said})", *format)
        yield ("run", f"activity of {said}", *format)
        yield ("sql", "select event_name, user_id, properties from events_v1", *format)
        yield ("event", "list", *format)
        yield ("list", "events", *format)
        yield ("list", "marks", *format)
    yield ("run", f"{said} > {said}")
    for what in ("fields", "segments", "audiences", "boards"):
        yield ("list", what)
    yield ("connect",)
    yield ("connect", "--local")
    yield ("event", "flag", name, "--inactive", "--display", f"shown {name}"[:100])
    yield ("event", "flag", name, "--active", "--display", "")
    yield ("event", "create", f"mine {name}", said)
    yield ("event", "edit", f"mine {name}", f"{said} or {said}")
    yield ("event", "rename", f"mine {name}", f"ours {name}")
    yield ("event", "delete", f"ours {name}")
    yield ("event", "restore", f"ours {name}")
    yield ("chart", "save", f"chart {name}", f"users of {said}", "--description", name)
    yield ("chart", "save", f"chart {name}", f"{said}")
    yield from (("chart", word, f"chart {name}") for word in ("show", "versions", "run"))
    yield ("chart", "revert", f"chart {name}", "1")
    yield ("chart", "list")
    yield ("chart", "delete", f"chart {name}")
    yield ("chart", "restore", f"chart {name}")
    watched = ("--when", "above 99", "--unfinished", "--description", name)
    yield ("alert", "create", f"alert {name}", f"{said} by country", *watched)
    yield ("alert", "edit", f"alert {name}", "--quiet", "01:00-02:00")
    yield ("alert", "run")
    yield from (("alert", word, f"alert {name}") for word in ("show", "versions", "test"))
    yield ("alert", "list")
    yield ("alert", "delete", f"alert {name}")
    yield ("alert", "restore", f"alert {name}")
    yield ("audience", "create", f"audience {name}", "--did", said, "--description", name)
    yield ("audience", "edit", f"audience {name}", "--where", f"country = {said}")
    yield from (("audience", word, f"audience {name}") for word in ("show", "versions", "count"))
    yield ("audience", "create", f"rules {name}", f"country = NL or did not {said}")
    yield ("audience", "show", f"rules {name}", "--rules")
    yield ("audience", "list")
    yield ("audience", "delete", f"audience {name}")
    yield ("audience", "restore", f"audience {name}")
    yield ("board", "import", str(folder / "board.json"))
    yield ("board", "list")
    for more in ((), ("--plain",), ("--json", "--compare", "yoy")):
        yield ("board", "show", board.title, "--print", *more)
    drawn = ("--svg", str(folder / "board.svg"))
    for more in (("--html", "-"), drawn, ("--md",), ("--mail", "ana@example.com")):
        yield ("board", "show", board.title, *more)
    yield ("share", board.title, "--to", str(folder), "--rows", "--people")
    yield ("share", "--list")
    yield ("board", "export", board.title)
    yield ("board", "pin", board.title)
    yield ("board", "delete", board.title)
    yield ("board", "restore", board.title)
    yield ("mark", "add", f"mark {name}", "--description", name, "--tag", name[:50], "--ref", name)
    yield ("mark", "list")
    yield ("mark", "list", "--json")
    yield ("mark", "show", "first")
    yield ("mark", "edit", "first", "--title", f"other {name}")
    yield ("mark", "delete", "first")
    yield ("mark", "restore", "first")
    (folder / "marks.csv").write_text(f"at,title\n2025-01-01,{json.dumps(name)}\n", "utf-8")
    yield ("mark", "import", "--from", str(folder / "marks.csv"))
    yield ("export", str(folder / "kept"))
    yield ("apply", str(folder / "kept"))
    yield ("profile", f"ana{name}", "--role", "admin")
    yield ("profile", "--json")
    yield ("config", "database", f"{name}.db")
    yield from (("config", *more) for more in ((), ("database",), ("--json",), ("--check",)))
    event = quote(name)
    yield ("api", "GET /api/2/events/list")
    yield ("api", f"GET /api/v1/metrics/events?event={event}&breakdown=country&range=7d")
    yield ("api", "GET /api/v1/data/sources/events/values/event_name")
    yield ("api", "POST /api/v1/data/query", "-d", '{"query": "select * from events_v1"}')
    yield ("api", "POST /api/v1/marks", "-d", json.dumps({"title": f"asked {name}"}))
    yield ("api", "GET /api/v1/metrics/events/top?range=7d")
    yield ("schema", "trend")
    yield ("doctor",)
    yield ("check",)
    yield ("info",)
    yield ("export-events",)
    yield ("backup", str(folder / f"copy {one_line(name)[:20]}.db"))
    yield ("sync", str(folder / f"in {one_line(name)[:20]}.jsonl"))
    yield ("undo", "--last", "--yes")
    yield ("session-gap", "20m")
    yield ("forget", "--before", "2001-01-01", "--yes")
    yield ("delete-user", f"{name}0", "--yes")


@pytest.fixture
def call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Run a command in this process; return its code and everything it wrote."""
    monkeypatch.setenv("FOOTFALL_DB", str(tmp_path / "w.db"))
    monkeypatch.setenv("FOOTFALL_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.chdir(tmp_path)

    def called(*arguments: str) -> tuple[int, str]:
        code = run(arguments)
        found = capsys.readouterr()
        return code, found.out + found.err

    return called


def quiet(text: str) -> bool:
    return not any(is_unsafe(char) for char in text if char not in "\n\t")


def store(path: Path, name: str, now: int) -> None:
    """Make a workspace in which what can be named is named badly."""
    events = [
        Event(
            event=text,
            ts_ms=now - at * DAY - 1,
            user=f"{text}{at}",
            context={"country": text},
            properties={"plan": text, text[:50]: text},
        )
        for at in range(3)
        for text in (name, "signup")
    ]
    connection = open_writer(path)
    store_events(connection, events)
    connection.close()
    saved = Saved(path)
    saved.save_mark(Mark(id="first", title=name, timestamp=now - DAY, description=name))
    place = Position(y=4)
    saved.save_board(
        Board(
            title=name,
            description=name,
            blocks=(
                Block(title=name, question="users of signup by country"),
                Block(type="note", content=f"# {name}\n{name}", position=place),
                Block(
                    title=name, question=f"users of {json.dumps(name)} by nothing", position=place
                ),
            ),
        )
    )


def test_the_good_calls_leave_out_no_command(tmp_path: Path) -> None:
    called = list(good_calls("x", tmp_path, 0))
    missing = {
        path
        for path in COMMANDS
        if path[0] not in OPENS_A_TERMINAL | GOES_ON | NEEDS_A_SERVER
        and not any(c[: len(path)] == path for c in called)
    }
    assert not missing


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: name[:5].strip())
def test_hostile_arguments_and_data_leave_no_command_raw(
    name: str, call: Any, tmp_path: Path
) -> None:
    import time

    now = int(time.time() * 1000)
    kept = one_line(name) if "\udc9b" in name else name
    store(tmp_path / "w.db", kept, now)
    failed = []
    for arguments in good_calls(kept, tmp_path, now - 1000):
        code, said = call(*arguments)
        assert quiet(said), (arguments, said)
        if code:
            failed.append((arguments, said))
    assert not failed
    assert quiet(call(str(tmp_path / "w.db"))[1])
    for arguments in bad_calls(name):
        code, said = call(*arguments)
        assert quiet(said), (arguments, said)
        assert code in (0, 1, 2, 3)


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: name[:5].strip())
def test_the_status_of_a_file_that_is_followed_is_quiet(name: str) -> None:
    assert quiet(Status(name, verbose=False).text(ImportReport()))


def test_commands_write_in_one_place_alone() -> None:
    allowed = {"output.py": 3, "saved/event.py": 1, "group.py": 1, "__init__.py": 1}
    """The two ways out and lines on one line; progress of numbers; version; "Stopped."."""
    folder = ROOT / "tui" / "commands"
    written = {
        file.relative_to(folder).as_posix(): len(
            re.findall(r"\b(?:print|echo|std(?:out|err)\.write)\(", file.read_text())
        )
        for file in folder.rglob("*.py")
    }
    assert {name: count for name, count in written.items() if count} == allowed


def test_words_that_are_no_command_are_refused_without_a_raw_character(call: Any) -> None:
    for name in HOSTILE:
        for arguments in ((name,), (name, "x"), ("run", "dau", f"--{name}"), ("board", name)):
            code, said = call(*arguments)
            assert code in (2, 3)
            assert quiet(said), (arguments, said)


def test_json_stays_the_same_json_when_it_is_escaped() -> None:
    value = {f"key {UNSAFE}": [UNSAFE, {"a": "\\\x9b"}], "b": "\ud800"}
    for indent in (None, 2):
        text = escaped(json.dumps(value, ensure_ascii=False, indent=indent))
        assert quiet(text)
        assert json.loads(text) == value


def test_lines_keep_their_newlines_and_tabs_and_names_do_not() -> None:
    assert harmless("a\tb\n\x9bc\r\n") == "a\tb\n\ufffdc\ufffd\n"
    assert one_line("a\tb\n\x9bc") == "a\ufffdb\ufffd\ufffdc"
