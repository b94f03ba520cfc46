"""A page that is not what SQLite wrote: a sentence and exit code 1, never a traceback."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.definitions.board import Block, Board
from core.store.ingest.importer import Event, Log, store_events, store_logs
from core.store.library.saved import Item, Mark, Saved
from core.store.workspace import open_writer
from tests.worlds.tui_pilot import explorer
from tui.commands import run

NOW = int(time.time() * 1000)
DAY = 86_400_000


def _events() -> list[Event]:
    return [
        Event(
            ("signup", "purchase")[n % 2],
            NOW - (n % 20) * DAY - 1000 * n,
            user=f"u{n % 40}",
            device=f"d{n % 50}",
            session=f"s{n % 30}",
            context={"country": ("NL", "DE")[n % 2]},
            properties={"plan": ("free", "pro")[n % 2], "n": n},
            traits={"tier": "ab"[n % 2]},
        )
        for n in range(600)
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with something in every table, all of it in one file."""
    path = tmp_path_factory.mktemp("damaged") / "whole.db"
    with closing(open_writer(path)) as connection:
        store_events(connection, _events())
        store_logs(connection, [Log(NOW - n * 1000, f"m {n}", "ERROR", "web") for n in range(50)])
    saved = Saved(path)
    saved.save_audience(
        "Dutch", {"filters": [{"field": "country", "operator": "eq", "value": "NL"}]}
    )
    saved.save_board(Board(title="Growth", blocks=(Block(id="a", question="dau"),)))
    saved.save_mark(Mark(title="launch", timestamp=NOW))
    saved.save_custom_event("both", {"events": [{"event": "signup"}, {"event": "purchase"}]})
    saved.save("charts", Item(title="Active", body={"question": "dau"}))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma journal_mode = delete")
    return path


def _roots(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(
            connection.execute("select name, rootpage from sqlite_master where rootpage > 0")
        )


def _spoil(whole: Path, path: Path, page: str) -> Path:
    """Copy a workspace, the root page of a table or index overwritten."""
    shutil.copy(whole, path)
    with closing(sqlite3.connect(path)) as connection:
        (size,) = connection.execute("pragma page_size").fetchone()
    root = _roots(path)[page]
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    return path


COMMANDS = (
    ("run", "dau where user = u7"),
    ("run", "users of signup by plan where trait:tier = a"),
    ("run", "signup by country where audience = Dutch"),
    ("run", "raw events"),
    ("run", "ce:both"),
    ("run", "top logs"),
    ("list", "fields"),
    ("list", "marks"),
    ("board", "Growth", "--print"),
    ("mark", "hello"),
    ("sql", "select user_id, properties from events_v1"),
    ("api", "GET /api/v1/metrics/dau?range=7d"),
    ("doctor", "--quick"),
)
PAGES = {
    "meta": COMMANDS,
    "event_names": (*COMMANDS[:7], COMMANDS[8], *COMMANDS[10:12]),
    "identities": (COMMANDS[0], COMMANDS[3], COMMANDS[10]),
    "traits": (COMMANDS[1],),
    "event_properties": (COMMANDS[3], COMMANDS[10]),
    "activity": (COMMANDS[0], COMMANDS[8], COMMANDS[11]),
    "audiences": (COMMANDS[2],),
    "custom_events": (COMMANDS[4],),
    "boards": (COMMANDS[8],),
    "marks": (COMMANDS[7], COMMANDS[8], COMMANDS[9]),
    "event_rows": (COMMANDS[3], COMMANDS[10]),
    "logs": (COMMANDS[5],),
    "property_values": (COMMANDS[1],),
}
"""Table -> commands that cannot do without it."""
OTHERS = (
    "dimensions", "sqlite_autoindex_dimension_values_1", "sqlite_autoindex_identities_1", "aliases",
    "traits_by_key", "first_activity", "sessions", "boards_title", "audiences_title", "imports",
    "marks_by_time", "versions", "log_days", "property_keys", "contexts",
    "sessions_by_day", "charts",
)  # fmt: skip


@pytest.mark.parametrize("page", [*PAGES, *OTHERS])
def test_every_command_tells_it_in_a_sentence(
    whole: Path,
    tmp_path: Path,
    page: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = _spoil(whole, tmp_path / "damaged.db", page)
    monkeypatch.setenv("FOOTFALL_DB", str(path))
    for command in COMMANDS if page in PAGES else COMMANDS[:10]:
        code = run(command)
        said = capsys.readouterr()
        assert code in (0, 1), (command, said.err)
        assert "Traceback" not in said.out + said.err
        if command in PAGES.get(page, ()):
            assert code == 1, command
            assert "malformed" in said.out + said.err, command


@pytest.mark.parametrize(
    ("change", "command"),
    [
        ("update marks set scope = 'pub\x07'", ("list", "marks")),
        ("update marks set tags = '[\\'", ("run", "dau")),
        ("update charts set body = '{'", ("list", "charts")),
        ("update audiences set title = x'ff'", ("list", "audiences")),
        ("update boards set body = '[]'", ("board", "list")),
    ],
)
def test_something_saved_that_is_not_as_it_was_written_is_told(
    whole: Path,
    tmp_path: Path,
    change: str,
    command: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "damaged.db"
    shutil.copy(whole, path)
    monkeypatch.setenv("FOOTFALL_DB", str(path))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(change)
    assert run(command) == 1
    assert "damaged" in capsys.readouterr().err


GARBAGE = ("{", "garbage", b"\xff\xfe", 7)
"""No JSON object and no set of people, whether text, bytes or a number."""

STORED: tuple[tuple[str, str, tuple[tuple[str, ...], ...]], ...] = (
    (
        "event_properties", "properties",
        (("run", "raw events"), ("run", "user u7")),
    ),
    ("custom_events", "body", (("run", "ce:both"),)),
    ("audiences", "body", (("run", "signup by country where audience = Dutch"),)),
    ("charts", "body", (("list", "charts"), ("chart", "show", "Active"))),
    ("boards", "body", (("board", "Growth", "--print"), ("board", "list"))),
    ("marks", "tags", (("list", "marks"),)),
    ("log_messages", "fields", (("run", "raw logs"),)),
    (
        "activity", "users",
        (
            ("run", "dau"), ("run", "signup > purchase"), ("run", "lifecycle"),
            ("run", "stickiness"), ("board", "Growth", "--print"),
        ),
    ),
    ("first_activity", "users", (("run", "new users"), ("run", "retention"))),
)  # fmt: skip
"""Table, column and the commands that decode it."""


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
@pytest.mark.parametrize(("table", "column", "commands"), STORED, ids=lambda value: value[:1])
def test_a_stored_value_that_is_garbage_is_told_in_a_sentence(
    whole: Path,
    tmp_path: Path,
    table: str,
    column: str,
    commands: tuple[tuple[str, ...], ...],
    garbage: bytes | str | int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "damaged.db"
    shutil.copy(whole, path)
    monkeypatch.setenv("FOOTFALL_DB", str(path))
    as_text = isinstance(garbage, bytes) and column != "users"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(
            f"update {table} set {column} = {'cast(? as text)' if as_text else '?'}", (garbage,)
        )
    for command in commands:
        assert run(command) == 1, command
        said = capsys.readouterr()
        assert "damaged" in said.out + said.err, command
        assert "Traceback" not in said.out + said.err


def test_a_condition_on_json_that_is_none_is_told_in_a_sentence(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "damaged.db"
    shutil.copy(whole, path)
    monkeypatch.setenv("FOOTFALL_DB", str(path))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update event_properties set properties = '{'")
    assert run(("run", "dau where properties.n > 3")) == 1
    assert "a stored value cannot be decoded" in capsys.readouterr().err


def test_an_import_beside_a_set_that_is_garbage_tells_it_in_a_sentence(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "damaged.db"
    shutil.copy(whole, path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update first_activity set users = 'garbage'")
    source = tmp_path / "in.jsonl"
    source.write_text('{"event": "signup", "user": "new", "time": 1760000000}\n')
    assert run(("import", str(source), "--into", str(path))) == 1
    assert "a set of people cannot be decoded" in capsys.readouterr().err


@pytest.mark.parametrize("command", [("run", "dau"), ("mark", "x"), ("list", "marks"), ("doctor",)])
@pytest.mark.parametrize(
    ("schema", "meta"),
    [(b"create table \xa8 (a)", "2"), (b"", "much"), (b"", "\N{BELL}"), (b"", None)],
)
def test_what_is_no_text_is_told_in_a_sentence(
    whole: Path,
    tmp_path: Path,
    schema: bytes,
    meta: str | None,
    command: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "damaged.db"
    shutil.copy(whole, path)
    monkeypatch.setenv("FOOTFALL_DB", str(path))
    with closing(sqlite3.connect(path)) as db, db:
        if meta is None:
            db.execute("delete from meta where key = 'generation'")
        elif schema:
            db.execute("pragma writable_schema = on")
            db.execute(
                "update sqlite_master set sql = cast(? as text) where name = 'meta'", (schema,)
            )
        else:
            db.execute("update meta set value = ? where key = 'version'", (meta,))
    assert run(command) in (0, 1)
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err


@pytest.mark.parametrize(
    "page", ["identities", "event_rows", "activity", "meta", "dimension_values"]
)
def test_an_import_into_it_tells_it_in_a_sentence(
    whole: Path, tmp_path: Path, page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _spoil(whole, tmp_path / "damaged.db", page)
    source = tmp_path / "in.jsonl"
    source.write_text('{"event": "signup", "user": "new", "time": 1760000000, "country": "NL"}\n')
    assert run(("import", str(source), "--into", str(path))) == 1
    assert "damaged.db is damaged: database disk image is malformed" in capsys.readouterr().err


async def test_the_explorer_tells_it_in_the_panel(whole: Path, tmp_path: Path) -> None:
    path = _spoil(whole, tmp_path / "damaged.db", "activity")
    async with explorer(path, place="metrics", now=NOW) as ff:
        assert "is damaged: database disk image is malformed" in " ".join(ff.screen.split())
        await ff.press("1", "3", "4", "5", "6", "8", "2", "f5")
        assert "[2 Metrics]" in ff.screen


@pytest.mark.parametrize("page", ["event_names", "dimensions", "meta", "activity"])
async def test_metrics_of_a_damaged_file_claims_no_lack_of_events(
    whole: Path, tmp_path: Path, page: str
) -> None:
    path = tmp_path / "damaged.db"
    shutil.copy(whole, path)
    async with explorer(path, place="boards", now=NOW) as ff:
        _spoil(whole, path, page)
        await ff.press("2", "f5")
        assert "is damaged" in " ".join(ff.screen.split())
        assert "No events yet" not in ff.screen


@pytest.mark.parametrize("page", ["marks", "audiences", "event_names"])
async def test_no_page_of_the_explorer_ends_with_it(whole: Path, tmp_path: Path, page: str) -> None:
    path = _spoil(whole, tmp_path / "damaged.db", page)
    async with explorer(path, now=NOW) as ff:
        for key in "23456812":
            await ff.press(key, "down", "enter", "escape")
        assert "[2 Metrics]" in ff.screen
        if page in ("marks", "audiences"):
            await ff.press("6" if page == "marks" else "5")
            assert "damaged.db is damaged" in ff.screen.replace("\n", "")
