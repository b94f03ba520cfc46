"""`footfall export-events`: everything in a workspace as JSON lines."""

from __future__ import annotations

import gzip
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.errors import BadInput, CannotOpen
from core.text import escaped, things
from tui.commands.options import db_option
from tui.commands.output import put_line, say
from tui.commands.upkeep.common import Steps, workspace

if TYPE_CHECKING:
    from core.store.upkeep.exporting import Exported

_PART = ".part"


@click.command("export-events")
@click.argument("workspace_", metavar="[DB]", required=False)
@click.option(
    "--output", "-o", metavar="FILE", help="Where to write; compressed if it ends in .gz."
)
@click.option("--from", "first", metavar="DATE", help="The first day, such as 2025-03-01.")
@click.option("--to", "last", metavar="DATE", help="The last day.")
@click.option("--event", "names", multiple=True, metavar="NAME", help="Only events of this name.")
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@db_option
def command(
    workspace_: str | None,
    output: str | None,
    first: str | None,
    last: str | None,
    names: tuple[str, ...],
    force: bool,
    db: str | None,
) -> None:
    """Write all events, links, merges and traits as JSON lines.

    Importing them into a new workspace makes the same one; into the same workspace they add
    nothing.

    \b
    footfall export-events shop.db -o shop.jsonl.gz
    footfall export-events --db shop.db --from 2025-01-01 --event signup > signups.jsonl
    """
    from core.store.upkeep.exporting import Wanted, export_events

    path = workspace(workspace_, db)
    wanted = Wanted(_day(first, "--from"), _day(last, "--to"), names)
    steps = Steps()
    try:
        with _opened(output, force=force) as write:
            done = export_events(path, write, wanted, told=steps.show if output else _quiet)
    finally:
        steps.end()
    written, *left_out = _report(done, output)
    if output:
        put_line(written)
        say(*left_out)
    else:
        say(written, *left_out)


def _quiet(what: str, done: int, whole: int) -> None:
    """Draw nothing: lines may go to the same terminal."""


def _day(text: str | None, option: str) -> int | None:
    from core.timeframe import to_day

    if text is None:
        return None
    try:
        return to_day(date.fromisoformat(text))
    except ValueError as error:
        raise BadInput(f"{option} {text!r} is not a day.", "Write it like 2025-03-01.") from error


@contextmanager
def _opened(output: str | None, *, force: bool) -> Iterator[Callable[[bytes], Any]]:
    """Yield what writes to standard output or a file, which has its name once it is complete."""
    if output is None:
        yield _shown
        sys.stdout.flush()
        return
    target = Path(output).expanduser()
    if target.exists() and not force:
        raise BadInput(f"{target} exists already.", "--force replaces it.")
    part = target.with_name(target.name + _PART)
    try:
        with part.open("wb") as plain:
            if target.suffix == ".gz":
                with gzip.GzipFile("", "wb", compresslevel=6, fileobj=plain, mtime=0) as packed:
                    yield packed.write
            else:
                yield plain.write
        os.replace(part, target)
    except OSError as error:
        raise CannotOpen(f"{target} could not be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _shown(lines: bytes) -> None:
    """Write lines to standard output, with control characters escaped."""
    sys.stdout.buffer.write(escaped(lines.decode()).encode())


def _report(done: Exported, output: str | None) -> Iterator[str]:
    to = f" to {output}" if output else ""
    yield f"{things(done.events, 'event')} and {things(done.statements, 'statement')}{to}"
    if done.folded:
        yield (
            f"-- {things(done.folded, 'event')} left out, because another one of the same person "
            "stands for it too"
        )
    if done.flagged:
        names = ", ".join(shlex.quote(name) for name in done.flagged[:8])
        yield f"-- flags and display names are not in it; set them again: {names}"
