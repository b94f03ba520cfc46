"""Copying a workspace to a server: what is new, what changed, and pushes that are ended midway."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from core.engines.clickhouse import pushing
from core.engines.clickhouse.address import Address
from core.engines.clickhouse.engine import ClickHouseEngine
from core.engines.clickhouse.layout import Layout
from core.engines.clickhouse.pushing import push
from core.engines.clickhouse.server import ServerRunner
from core.engines.clickhouse.tables import (
    EVENT_ROWS,
    EVENTS,
    IDENTITIES,
    LINKS,
    SESSIONS,
    SETS,
)
from core.engines.sqlite.engine import SqliteEngine
from core.errors import BadInput, Busy, CannotOpen, FootfallError, Stopped
from core.language.questions import parse
from core.store.imports.undo import undo
from core.store.ingest.importer import import_files
from core.store.pushes.connected import connect, disconnect, waiting
from core.store.upkeep.erasing import erase
from core.store.workspace import open_reader, open_writer
from tests.worlds.clickhouse import needs_chdb, normal
from tests.worlds.servers.http_clickhouse import PASSWORD
from tests.worlds.servers.served import Served, serving
from tui.commands import run
from tui.commands.fresh import follow
from tui.commands.fresh.push import Sender

pytestmark = needs_chdb

DAY = 86_400_000
NOW = 1_750_000_000_000
QUESTIONS = (
    "signup",
    "signup by trait:plan",
    "sessions",
    "signup > purchase",
    "retention of signup",
    "paths from signup",
    "users matching d1",
)


@pytest.fixture
def runner(server: Served) -> Iterator[ServerRunner]:
    server.control(match="nothing", times=0)
    with closing(server.runner()) as found:
        for statement in Layout().drop():
            found.run(statement, {})
        yield found


def lines(seed: int, count: int) -> str:
    """Events of some people, devices that become theirs, and what they say of themselves."""
    chance = random.Random(seed)
    found: list[dict[str, Any]] = []
    for _ in range(count):
        person = chance.randrange(12)
        event: dict[str, Any] = {
            "event": chance.choice(("signup", "purchase", "page_view")),
            "time": NOW - chance.randrange(20 * DAY),
            "device_id": f"d{person}",
            "country": chance.choice(("DE", "NL", None)),
            "amount": chance.randrange(100),
        }
        if chance.random() < 0.5:
            event["user_id"] = f"u{person}"
        found.append(event)
        if chance.random() < 0.1:
            traits = {"plan": chance.choice(("free", "pro"))}
            found.append(
                {"type": "identify", "user_id": f"u{person}", "time": NOW, "traits": traits}
            )
    return "".join(json.dumps(each) + "\n" for each in found)


def add(path: Path, seed: int, count: int = 60) -> None:
    """Import some more events."""
    file = path.with_name(f"{seed}.jsonl")
    file.write_text(lines(seed, count))
    import_files(path, [file], zone="UTC")


@pytest.fixture
def path(tmp_path: Path, server: Served) -> Path:
    found = tmp_path / "shop.db"
    add(found, 1)
    server.connect(found)
    return found


def held(path: Path, runner: ServerRunner) -> None:
    """The copy has exactly the rows of the workspace, and the same answers."""
    with closing(open_reader(path)) as connection:
        wanted = sorted(map(tuple, connection.execute(EVENT_ROWS)))
        for table in (SESSIONS, IDENTITIES, LINKS):
            rows = sorted(map(tuple, connection.execute(table.select())))
            assert rows_of(runner, table) == rows, table.name
    assert rows_of(runner, EVENTS) == wanted
    with (
        closing(SqliteEngine(path, clock=lambda: NOW)) as here,
        closing(ClickHouseEngine(path, runner, clock=lambda: NOW)) as there,
    ):
        for text in QUESTIONS:
            question = parse(text)
            found, expected = (engine.answer(question).model_dump() for engine in (there, here))
            assert normal(found) == normal(expected), text


def rows_of(runner: ServerRunner, table: Any) -> list[tuple[Any, ...]]:
    return sorted(runner.run(f"select {', '.join(table.columns)} from {table.name}", {}))


def change(path: Path, how: int) -> None:
    """Change what is stored in one of the ways that there are."""
    if how == 0:
        with closing(open_writer(path)) as connection:
            rows = connection.execute("select max(id) from imports where undone_at is null")
            undo(connection, rows.fetchone()[0])
    elif how == 1:
        with closing(open_reader(path)) as connection:
            rows = connection.execute(
                "select key from identities where kind = 0 "
                "and id in (select actor from events) limit 1"
            )
            ((user,),) = rows.fetchall()
        erase(path, user)
    else:
        file = path.with_name("alias.jsonl")
        file.write_text(
            json.dumps({"event": "alias", "previous_id": "u1", "user_id": "u2", "time": NOW}) + "\n"
        )
        import_files(path, [file])


def test_a_first_push_copies_all_and_a_second_one_nothing(
    path: Path, runner: ServerRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "MANY", 1)
    done = push(path, runner)
    assert done.anew
    held(path, runner)
    parts = f"select partition from system.parts where active and table = '{SETS.name}'"
    assert set(Counter(runner.run(parts, {})).values()) == {1}
    again = push(path, runner)
    assert (again.events, again.changed, again.anew) == (0, 0, False)


def test_what_comes_later_is_sent_alone(path: Path, runner: ServerRunner) -> None:
    first = push(path, runner).events
    add(path, 2, 30)
    with closing(open_reader(path)) as connection:
        assert waiting(connection) > 0
    done = push(path, runner)
    assert 0 < done.events < first
    held(path, runner)


@pytest.mark.parametrize("how", [0, 1, 2], ids=["undone", "a person deleted", "people merged"])
def test_what_was_taken_out_or_merged_is_so_there(
    path: Path, runner: ServerRunner, how: int
) -> None:
    add(path, 2)
    push(path, runner)
    change(path, how)
    push(path, runner)
    held(path, runner)


def test_a_push_that_is_ended_anywhere_goes_on_and_doubles_nothing(
    path: Path, runner: ServerRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "BATCH", 20)
    for number in range(1, 30, 3):
        add(path, 10 + number, 25)
        if number % 2:
            change(path, number % 3)
        ending = Ending(runner, number)
        with pytest.raises(CannotOpen):
            push(path, ending)  # type: ignore[arg-type]
        if number % 4 == 0:
            change(path, 2)
    push(path, runner)
    held(path, runner)


class Ending:
    """A server that is gone after some statements, the last of which it still does."""

    cluster = ""

    def __init__(self, runner: ServerRunner, left: int) -> None:
        self._runner, self._left = runner, left

    def _next(self, do: Callable[..., Any], *given: Any) -> Any:
        found = do(*given)
        self._left -= 1
        if self._left < 0:
            raise CannotOpen("gone")
        return found

    def run(self, *given: Any) -> Any:
        return self._next(self._runner.run, *given)

    def insert(self, *given: Any) -> Any:
        return self._next(self._runner.insert, *given)


def test_a_server_that_dies_in_the_middle_of_a_push_has_the_rest_later(
    tmp_path: Path,
) -> None:
    path = tmp_path / "shop.db"
    add(path, 1)
    with serving(tmp_path / "server") as server:
        server.connect(path)
        server.control(match="INSERT INTO events", die=True, done_first=True, times=1)
        with closing(server.runner()) as runner, pytest.raises(FootfallError):
            push(path, runner)
        server.stop()
        server.start()
        with closing(server.runner()) as runner:
            push(path, runner)
            held(path, runner)


def test_a_push_that_is_stopped_says_that_it_goes_on(path: Path, runner: ServerRunner) -> None:
    with pytest.raises(Stopped, match="What was sent is kept"):
        push(path, runner, stop=lambda: True)


def test_two_pushes_of_one_workspace_do_not_run_at_once(path: Path, runner: ServerRunner) -> None:
    def second(_done: int, _of: int) -> None:
        with pytest.raises(Busy, match="Another push of this workspace runs"):
            push(path, runner)

    push(path, runner, told=second)


def test_the_copy_of_another_workspace_is_not_touched(
    path: Path, tmp_path: Path, server: Served, runner: ServerRunner
) -> None:
    push(path, runner)
    other = tmp_path / "other.db"
    add(other, 5)
    server.connect(other)
    with pytest.raises(BadInput, match="has the copy of another workspace"):
        push(other, runner)
    held(path, runner)
    push(other, runner, anew=True)
    held(other, runner)


def test_a_workspace_that_is_its_own_again_has_nothing_left_of_it(
    path: Path, runner: ServerRunner
) -> None:
    push(path, runner)
    with closing(open_writer(path)) as connection:
        disconnect(connection)
        names = {name for (name,) in connection.execute("select name from sqlite_master")}
        assert not [name for name in names if "cluster" in name or name == "events_by_seq"]
        kept = connection.execute("select key from meta where key like 'cluster%'").fetchall()
        assert kept == [("cluster_workspace",)]


# -- the commands


@pytest.fixture
def footfall(server: Served, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Call the command line; returns its exit code and all that it said."""
    monkeypatch.setenv("FOOTFALL_CLICKHOUSE_PASSWORD", PASSWORD)

    def call(*arguments: str) -> tuple[int, str]:
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            code = run(list(arguments))
        return code, said.getvalue()

    return call


def test_from_a_file_to_an_answer_over_a_server_in_three_commands(
    tmp_path: Path, server: Served, runner: ServerRunner, footfall: Callable[..., tuple[int, str]]
) -> None:
    path, file = str(tmp_path / "shop.db"), tmp_path / "in.jsonl"
    file.write_text(lines(1, 80))
    address = f"clickhouse://default@127.0.0.1:{server.port}/default"
    assert footfall("import", str(file), "--into", path)[0] == 0
    code, said = footfall("connect", address, "--db", path)
    assert (code, "is answered by ClickHouse" in said, "footfall push" in said) == (0, True, True)
    code, said = footfall("push", "--db", path)
    assert (code, said[:5]) == (0, "sent ")
    asked = server.control()["asked"]
    there = footfall("run", "users of signup all_time by week", "--db", path)
    assert server.control()["asked"] > asked
    assert footfall("connect", "--local", "--db", path)[0] == 0
    assert footfall("run", "users of signup all_time by week", "--db", path) == there


def test_what_is_imported_or_taken_out_later_goes_there_at_once(
    path: Path, runner: ServerRunner, footfall: Callable[..., tuple[int, str]]
) -> None:
    file = path.with_name("more.jsonl")
    file.write_text(lines(7, 40))
    code, said = footfall("import", str(file), "--into", str(path))
    assert (code, "to 127.0.0.1" in said) == (0, True)
    held(path, runner)
    assert footfall("undo", "--last", "--yes", "--db", str(path))[0] == 0
    held(path, runner)


def test_a_stream_that_is_followed_goes_there_too(
    path: Path,
    runner: ServerRunner,
    footfall: Callable[..., tuple[int, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from core.store.fresh import following

    monkeypatch.setattr(following, "EVERY", 0)
    monkeypatch.setattr(follow, "until_stopped", lambda: nullcontext(Once()))
    file = path.with_name("growing.jsonl")
    file.write_text(lines(8, 30))
    assert footfall("follow", str(file), "--into", str(path)) == (0, "")
    held(path, runner)


class Once:
    """What stops a program after two looks."""

    def __init__(self) -> None:
        self._left = 3

    def is_set(self) -> bool:
        return self._left <= 0

    def wait(self, _seconds: float) -> None:
        self._left -= 1


def test_what_the_explorer_imports_goes_there_too(
    path: Path, server: Served, runner: ServerRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTFALL_CLICKHOUSE_PASSWORD", PASSWORD)
    sender = Sender(path, ask=False)
    sender.send()
    held(path, runner)
    server.control(match="INSERT INTO events", code=164, times=9)
    add(path, 3)
    sender.send()
    assert "default may only read at" in sender.trouble
    server.control(match="nothing", times=0)
    sender.send()
    sender.close()
    assert sender.trouble == ""
    held(path, runner)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (164, "default may only read at"),
        (201, "The quota of default at"),
        (241, "It needs more memory than"),
        (243, "has no room left on its disk"),
    ],
)
def test_a_push_that_a_server_refuses_in_the_middle_goes_on_later(
    path: Path, server: Served, runner: ServerRunner, code: int, said: str
) -> None:
    server.control(match="INSERT INTO events", code=code, times=9, done_first=code == 201)
    with pytest.raises(FootfallError, match=said):
        push(path, runner)
    server.control(match="nothing", times=0)
    push(path, runner)
    held(path, runner)


def test_a_server_that_is_gone_keeps_nothing_from_being_imported(
    tmp_path: Path, footfall: Callable[..., tuple[int, str]]
) -> None:
    path, file = tmp_path / "shop.db", tmp_path / "in.jsonl"
    add(path, 1)
    with closing(open_writer(path)) as connection:
        connect(connection, Address("127.0.0.1", 9).to_json())
    file.write_text(lines(2, 20))
    code, said = footfall("import", str(file), "--into", str(path))
    assert code == 1
    assert "Not yet sent to 127.0.0.1: 127.0.0.1:9 refuses connections." in said
    with closing(open_reader(path)) as connection:
        assert waiting(connection) > 20
