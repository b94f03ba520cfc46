"""What the commands share: choosing the workspace, work that ctrl+c stops, output and messages."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from core.errors import BadInput, FootfallError
from core.text import clean, escaped, harmless, one_line

if TYPE_CHECKING:
    from core.draw import Look
    from core.engines.sqlite.engine import SqliteEngine, Stop
    from core.store.waiting import Patience

Value = TypeVar("Value")

_LINE = 2_000
_NARROW, _WIDE = 20, 1_000


def usual_database() -> Path:
    """Return the default workspace: FOOTFALL_DB, the configured one, or that in the data folder."""
    named = os.environ.get("FOOTFALL_DB") or _configured()
    return Path(named).expanduser() if named else data_folder() / "footfall.db"


def data_folder() -> Path:
    """Return the folder of the default workspaces; it may not exist yet."""
    from platformdirs import user_data_path

    return user_data_path("footfall", appauthor=False)


def _configured() -> str:
    import tomllib

    from platformdirs import user_config_path

    file = user_config_path("footfall", appauthor=False) / "config.toml"
    if not file.exists():
        return ""
    try:
        found = tomllib.loads(file.read_text("utf-8")).get("database", "")
    except (OSError, ValueError) as error:
        raise BadInput(f"{file} could not be read: {error}.") from error
    return found if isinstance(found, str) else ""


def database(given: str | None) -> Path:
    """Return the named workspace, or the default one."""
    return Path(given).expanduser() if given else usual_database()


def db_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --db."""
    return click.option(
        "--db", metavar="DB", help="Workspace file; default FOOTFALL_DB or your default workspace."
    )(function)


def format_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --json, --csv, --tsv and --markdown, which are passed on as `format`."""
    for name in ("markdown", "tsv", "csv", "json"):
        function = click.option(
            f"--{name}", "format", flag_value=name, default=None, help=f"Print as {name}."
        )(function)
    return function


def width_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --width."""
    return click.option(
        "--width", type=click.IntRange(_NARROW, _WIDE), help="Width of the text, in columns."
    )(function)


def width_of(given: int | None) -> int:
    """Return the requested width, else the terminal's, else 100."""
    found = given or shutil.get_terminal_size((100, 24)).columns
    return min(max(found, _NARROW), _WIDE)


def open_engine(path: Path) -> SqliteEngine:
    """Return an engine on a workspace; CannotOpen when it is not one."""
    from tui.services.startup import without_plugins

    without_plugins()
    from core.engines.sqlite.engine import SqliteEngine

    return SqliteEngine(path)


class Waited:
    """Reports once per wait that another program has the workspace, after the first second."""

    def __init__(self) -> None:
        self._last = float("inf")

    def __call__(self, seconds: float) -> None:
        """Take the seconds waited so far."""
        if seconds < self._last:
            say("Another program is writing to the workspace. Waiting for it; ctrl+c stops.")
        self._last = seconds


def patience(seconds: float | None = None) -> Patience:
    """Return how long a command waits for another writer; by default as long as a person would."""
    from core.store.waiting import WAIT, Patience

    return Patience(WAIT if seconds is None else seconds, Waited())


def look_of(engine: SqliteEngine | None = None) -> Look:
    """Return how to draw on this terminal."""
    from core.draw import Look
    from core.timeframe import Calendar
    from tui.terminal import glyphs

    found: Any = glyphs()
    return Look(glyphs=found, colour=False, calendar=engine.calendar if engine else Calendar())


class CtrlC:
    """A SIGINT handler that remembers: Python may swallow an exception raised in a callback.

    Attributes:
        pressed: whether the user asked to stop.
    """

    def __init__(self) -> None:
        self.pressed = False

    def __call__(self, signum: int, frame: Any) -> None:
        """Stop the main thread where it is."""
        self.pressed = True
        raise KeyboardInterrupt

    @staticmethod
    @contextmanager
    def handling() -> Iterator[None]:
        """Handle SIGINT in this block, in the main thread and if SIGINT has no other handler."""
        usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if not usual or threading.current_thread() is not threading.main_thread():
            yield
            return
        signal.signal(signal.SIGINT, CtrlC())
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def interruptible(work: Callable[[Stop], Value]) -> Value:
    """Run `work` in a thread and return what it returns; ctrl+c stops it at once.

    Raises:
        KeyboardInterrupt: after the running statement was interrupted.
    """
    from core.engines.sqlite.engine import Stop

    stop = Stop()
    done = threading.Event()
    results: list[Value] = []
    errors: list[BaseException] = []

    def target() -> None:
        try:
            results.append(work(stop))
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=target, daemon=True).start()
    try:
        if getattr(signal.getsignal(signal.SIGINT), "pressed", False):
            raise KeyboardInterrupt
        while not done.wait(3600):
            pass
    except KeyboardInterrupt:
        stop.stop()
        done.wait(0.05)
        raise
    if errors:
        raise errors[0]
    return results[0]


def put(text: str) -> None:
    """Write data to standard output, ending with one newline.

    Whatever the text contains, the only control characters written are newlines and tabs.
    """
    text = harmless(text)
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def put_line(text: str) -> None:
    """Write one line of data to standard output; names in it cannot break the line."""
    put(one_line(text))


def put_json(value: Any) -> None:
    """Write indented JSON to standard output, with control characters escaped."""
    put(escaped(json.dumps(value, ensure_ascii=False, indent=2)))


def say(*lines: str) -> None:
    """Write a message to standard error, with every line made harmless."""
    for text in lines:
        for line in text.splitlines():
            print(clean(line, _LINE), file=sys.stderr)


def complain(error: FootfallError) -> None:
    """Say what went wrong and what to do next."""
    say(error.message)
    if error.hint:
        say(error.hint.lstrip("\n"))


def put_answer(
    answer: Any,
    format: str | None,
    *,
    width: int,
    look: Look | None = None,
    chart: str = "",
    marks: Iterable[Any] = (),
) -> None:
    """Write an answer in a format, or drawn; what it leaves out is reported on standard error."""
    if format:
        from core.export import export

        put(export(answer, format))
        say(*answer.notes, *left_out(answer))
    else:
        from core.draw import text

        put(text(answer, width, look or look_of(), chart=chart, marks=tuple(marks)))
        if answer.shape == "table":
            say(*left_out(answer))


def left_out(answer: Any) -> list[str]:
    """Return sentences on how much an answer left out; a drawing shows most of that itself."""
    found = []
    if answer.shape == "people" and answer.total > len(answer.rows):
        found.append(f"-- {len(answer.rows):,} of {answer.total:,} people")
    if getattr(answer, "omitted", 0):
        found.append(f"-- {answer.omitted:,} more groups; top N shows more")
    if getattr(answer, "truncated", False):
        shown = answer.events if answer.shape == "timeline" else answer.rows
        found.append(f"-- {len(shown):,} rows, there are more")
    return found
