"""`footfall demo`: create a sample workspace and open it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import click

from core.timeframe import DAY
from tui.commands.database import data_folder, open_engine
from tui.commands.options import width_option
from tui.commands.output import say
from tui.commands.saved.shown import show

STALE_MS = 7 * DAY
"""The default sample file is recreated when its newest event is older than this."""


@click.command("demo")
@click.argument("db", required=False)
@click.option("--print", "printed", is_flag=True, help="Print its first board as text.")
@width_option
def command(db: str | None, printed: bool, width: int | None) -> int:
    """Create a sample workspace (in DB, or in a file of its own) and open it.

    An existing DB is opened as it is.
    """
    path = Path(db).expanduser() if db else data_folder() / "demo.db"
    if not path.exists() or (db is None and _stale(path)):
        say(f"Creating the sample workspace {path} ...")
        make_sample(path)
    return show(path, None, printed=printed, width=width)


def _stale(path: Path) -> bool:
    engine = open_engine(path)
    newest = engine.context().latest
    engine.close()
    return newest is None or newest < int(time.time() * 1000) - STALE_MS


def make_sample(path: Path) -> None:
    """Write the sample to `path`; an interrupted attempt changes nothing there.

    What was saved in an existing file is kept, and programs that have it open can continue.
    """
    from fixtures.demo import carry_over, make, put_into

    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        make(draft, int(time.time() * 1000))
        if path.exists():
            carry_over(path, draft)
            put_into(draft, path)
        else:
            os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
        _remove_logs(draft)


def _remove_logs(path: Path) -> None:
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
