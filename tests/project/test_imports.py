"""What loads what: start-up time is a feature, and the core knows no terminal."""

from __future__ import annotations

import ast
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from core.queries.kinds import KINDS
from tests import ROOT

CORE = sorted((ROOT / "core").rglob("*.py"))


def loaded(code: str, stdin: int | None = None) -> set[str]:
    """Return the names of the modules that a fresh interpreter has after running code."""
    script = (
        f"import sys\nsys.argv = ['footfall']\n{code}\n"
        "print('\\0' + ' '.join(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=stdin,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.rsplit("\0", 1)[1].split())


def call(*arguments: str) -> str:
    return f"from tui.cli import main\ntry:\n    main({list(arguments)})\nexcept SystemExit: pass"


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small workspace with a board."""
    import time

    from core.definitions.board import Block, Board
    from core.store.ingest.importer import Event, store_events
    from core.store.library.saved import Saved
    from core.store.workspace import open_writer

    path = tmp_path_factory.mktemp("imports") / "small.db"
    connection = open_writer(path)
    now = int(time.time() * 1000)
    store_events(connection, [Event(event="signup", ts_ms=now - 1000, user="ana")])
    connection.close()
    Saved(path).save_board(Board(title="Growth", blocks=(Block(id="a", question="top events"),)))
    return str(path)


def test_the_version_needs_nothing() -> None:
    found = loaded(call("--version"))
    assert not found & {"click", "pydantic", "textual", "core.queries", "sqlite3"}


KEPT = """
import os, termios
def kept(*_):
    print('\\0' + ' '.join(sorted(sys.modules)), file=sys.stderr, flush=True)
    os._exit(0)
termios.tcsetattr = kept
"""


@pytest.mark.parametrize("arguments", [(), ("demo",), ("DB",)], ids=" ".join)
def test_typed_keys_are_kept_before_anything_is_loaded(arguments: tuple[str, ...], db: str) -> None:
    terminal, file = pty.openpty()
    words = [db if word == "DB" else word for word in arguments]
    try:
        found = loaded(KEPT + call(*words), stdin=file)
    finally:
        os.close(terminal)
        os.close(file)
    assert not found & {"click", "textual", "tui.commands", "tui.services.startup"}


def test_help_loads_no_screen_and_no_query() -> None:
    found = loaded(call("--help"))
    assert not found & {"textual", "pydantic", "sqlite_utils", "lark"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "dau", "--csv"),
        ("run", "dau"),
        ("sql", "select 1"),
        ("list", "events"),
        ("mark", "list"),
        ("board", "Growth", "--print"),
    ],
    ids=" ".join,
)
def test_commands_that_print_load_no_screen(arguments: tuple[str, ...], db: str) -> None:
    where = (db,) if arguments[0] == "board" else ("--db", db)
    found = loaded(call(*arguments, *where))
    assert "core.engines.sqlite.engine" in found
    assert not found & {"textual", "rich", "sqlite_utils", "numpy", "http.server"}
    if "--csv" in arguments:
        assert not {name for name in found if name.startswith("core.draw.series")}


def test_a_big_import_starts_its_reader_before_it_loads_what_reads_or_stores() -> None:
    ends = "import core.processes.spare as s\ndef end(*_): raise SystemExit\ns.Spare = end\n"
    for command in ("import", "sync"):
        found = loaded(ends + call(command, "events.jsonl", "--into", "shop.db"))
        assert "core.processes.spare" in found
        assert not found & {"numpy", "core.sources", "core.store.ingest.loader"}


QUESTION = "signup last 90d by country where country = US"


def test_reading_a_question_loads_neither_lark_nor_a_chart() -> None:
    found = loaded(f"from core.language.questions import parse; parse({QUESTION!r})")
    assert not found & {"lark", "textual", "click", "regex"}
    assert not {name for name in found if name.startswith("core.draw")}


def test_reading_a_question_loads_no_kind_but_its_own() -> None:
    found = loaded(f"from core.language.questions import parse; parse({QUESTION!r})")
    kinds = {kind.at.partition(":")[0] for kind in KINDS.values()}
    assert found & kinds == {KINDS["trend"].at.partition(":")[0]}


def test_reading_a_question_loads_no_shape_of_an_answer() -> None:
    found = loaded(f"from core.language.questions import parse; parse({QUESTION!r})")
    assert {name for name in found if name.startswith("core.answers.")} == {"core.answers.cells"}


def test_a_page_loads_no_shape_before_an_answer_has_it() -> None:
    found = loaded("import tui.app, tui.screens.board, tui.screens.boards")
    assert "core.draw.places" in found
    shapes = {name for name in found if name.startswith("core.answers.")}
    assert shapes <= {f"core.answers.{name}" for name in ("cells", "display", "series")}
    assert not found & {"plotext", "lark", "tui.actions.palette.listed", "tui.texts.happened"}


def test_threads_that_need_a_model_at_once_all_get_it() -> None:
    loaded(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from core.answers import Cell, Steps\n"
        "def make(n):\n"
        "    steps = Steps(window_seconds=n, groups=())\n"
        "    return Cell(row=str(n)).row, steps.window_seconds, n\n"
        "with ThreadPoolExecutor(8) as threads:\n"
        "    found = list(threads.map(make, range(64)))\n"
        "assert found == [(str(n), n, n) for n in range(64)], found\n"
    )


@pytest.mark.parametrize(
    "arguments", [("run", "dau", "--db"), ("board", "Growth", "--print")], ids=" ".join
)
def test_a_command_that_asks_looks_for_no_plugins(arguments: tuple[str, ...], db: str) -> None:
    found = loaded(call(*arguments, db))
    assert "pydantic" in found
    assert "importlib.metadata" not in found, "startup.KNOWN_PYDANTIC is of another version"


FIRST_FRAME = """
import os
os.environ["TEXTUAL_DRIVER"] = "textual.drivers.headless_driver:HeadlessDriver"
os.environ["FOOTFALL_STATE_DIR"] = os.environ["FOOTFALL_CONFIG"] = {folder!r}
from tui.services.startup import start_quickly
start_quickly()
from textual._context import active_app
from tui.cli import main
from tui.commands.saved import shown
from tui.wire.frames import Frames
release = Frames.release
def end(frames):
    release(frames)
    active_app.get().exit()
Frames.release = end
shown._is_terminal = lambda: True
try:
    main([{db!r}])
except SystemExit:
    pass
"""

ASKING = {
    *("annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"),
    *("orjson", "pyroaring"),
}
"""Packages that every question needs."""

OF_NO_PACKAGE = {"cython_runtime"}
"""A name that compiled modules make."""

BUDGETS: dict[str, tuple[int, set[str]]] = {
    "--version": (2, set()),
    "--help": (11, {"click"}),
    "run dau": (167, {*ASKING, "click", "plotext"}),
    "board Growth --print": (168, {*ASKING, "click"}),
    "the first frame": (223, {*ASKING, "platformdirs", "rich", "textual"}),
}
"""How many modules of our own each start may load, and which packages of others."""


@pytest.mark.parametrize("start", BUDGETS)
def test_a_start_loads_no_more_than_it_needs(start: str, db: str, tmp_path: Path) -> None:
    most, packages = BUDGETS[start]
    if start == "the first frame":
        found = loaded(FIRST_FRAME.format(db=db, folder=str(tmp_path)))
    else:
        where = ["--db", db] if start == "run dau" else [db] * start.startswith("board")
        found = loaded(call(*start.split(), *where))
    own = {name for name in found if name.split(".")[0] in ("core", "tui")}
    others = {name for name in found - own if "." not in name and name[0] != "_"}
    assert others - set(sys.stdlib_module_names) - OF_NO_PACKAGE == packages
    assert len(own) <= most, (len(own), sorted(own))
    assert not found & {"hashlib", "tomllib", "tui.widgets.dialogs"}


def test_the_whole_core_loads_no_screen() -> None:
    names = [
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for file in CORE
        if "clickhouse" not in file.name
    ]
    found = loaded("\n".join(f"import {name}" for name in names))
    assert not {name for name in found if name.split(".")[0] in ("textual", "tui", "rich")}


def imports_of(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("file", CORE, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_core_file_keeps_to_its_own(file: Path) -> None:
    assert not imports_of(file) & {"textual", "rich", "tui", "click"}
    calls = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if _prints(node)]
    assert not calls, "core prints nothing"


def _prints(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("print", "input")
    )


SQL = ("select ", "insert into", "update ", "delete from", "create table", "pragma ")


@pytest.mark.parametrize(
    "file", sorted((ROOT / "tui").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT))
)
def test_screens_and_commands_hold_no_sql(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    assert not imports_of(file) & {"sqlite3", "sqlite_utils"}
    docs = {id(n.body[0].value) for n in ast.walk(tree) if _documented(n)}  # type: ignore[attr-defined]
    texts = [
        node.value.lower().lstrip()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]
    assert not [t for t in texts if t.startswith(SQL) and " from " in t.replace("\n", " ")]


def _documented(node: ast.AST) -> bool:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return isinstance(node, kinds) and ast.get_docstring(node) is not None
