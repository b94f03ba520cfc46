"""`footfall import`: events from files into a workspace."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.errors import BadInput
from tui.commands.database import database, patience
from tui.commands.output import DrawnLine, put, say
from tui.services.config import usual
from tui.services.settable import WEEK_STARTS
from tui.texts.progress import bar_text, line_text

if TYPE_CHECKING:
    from core.processes.spare import Spare
    from core.store.imports.replacing import Decide
    from core.store.ingest.importer import ImportReport, Progress

DATES = {"day-first": True, "month-first": False}
_PLAIN_EVERY = 10.0


_READING = (
    click.option(
        "--map", "maps", multiple=True, metavar="user=COLUMN,...", help="Which columns to use."
    ),
    click.option("--zone", metavar="ZONE", help="Time zone of a new workspace, such as UTC."),
    click.option(
        "--week-start",
        type=click.Choice(list(WEEK_STARTS)),
        help="First day of the week of a new workspace.",
    ),
    click.option(
        "--format",
        type=click.Choice(["jsonl", "csv", "tsv"]),
        help="The format; guessed by default.",
    ),
    click.option(
        "--ids-to-ignore",
        "ignored",
        multiple=True,
        metavar="ID,...",
        help="Further ids that are nobody, like null, undefined and 0; remembered.",
    ),
    click.option("--table", default="", metavar="NAME", help="Table of a database to read."),
    click.option(
        "--query", default="", metavar="SQL", help="SELECT statement that reads a database."
    ),
    click.option(
        "--event", metavar="NAME", help="The event of every line, where no column names it."
    ),
    click.option(
        "--delimiter", metavar="CHAR", help="What separates columns: a character, or tab."
    ),
    click.option("--encoding", metavar="NAME", help="The encoding of the text, such as cp1252."),
    click.option(
        "--decimal",
        type=click.Choice([",", "."]),
        help="What stands before the fraction of a number.",
    ),
    click.option(
        "--dates",
        type=click.Choice(list(DATES)),
        help="Whether 2/3/2026 is the second of March or the third of February.",
    ),
    click.option(
        "--times-in", metavar="ZONE", help="The zone of times that name none; UTC by default."
    ),
    click.option(
        "--skip", type=click.IntRange(0), default=0, help="Lines before the first to read."
    ),
    click.option(
        "--forget-choices", is_flag=True, help="Forget the options remembered for such files."
    ),
    click.option("--logs", is_flag=True, help="The files contain logs, not events."),
)
"""The options that say how sources are read and what a new workspace is like."""


def reading_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add them; `asked_for` takes their values."""
    for option in reversed(_READING):
        function = option(function)
    return function


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--into", metavar="DB", help="Workspace to write to; created if it does not exist.")
@reading_options
@click.option("--again", is_flag=True, help="Read files again that are known to be imported.")
@click.option(
    "--replace", is_flag=True, help="Undo earlier imports of a source that is read in another way."
)
@click.option("--add", is_flag=True, help="Keep them.")
@click.option(
    "--session-gap",
    "gap",
    metavar="GAP",
    help="How long a pause ends a session, such as 15m; kept.",
)
@click.option("--dry-run", is_flag=True, help="Show the first events as understood; store nothing.")
@click.option("--quiet", is_flag=True, help="Say nothing unless something is wrong.")
def command(
    files: tuple[str, ...],
    into: str | None,
    dry_run: bool,
    quiet: bool,
    replace: bool,
    add: bool,
    **chosen: Any,
) -> int:
    """Import events from files, folders, patterns and archives; - is standard input.

    Importing a file again stores nothing twice; with other options, what was imported can be
    replaced. Rejected lines go to FILE.rejects.jsonl. Files
    whose lines have a time, a level and a message but no event are read as logs, as is the output
    of journalctl -o json.

    \b
    footfall import events.jsonl.gz --into shop.db
    footfall import orders.csv --into shop.db --map user=customer_id,time=date
    journalctl -o json | footfall import - --into shop.db
    """
    if dry_run:
        return preview_of(database(into), files, asked_for(**chosen))
    with reader_of(files) as spare:
        from tui.commands.fresh.push import send
        from tui.commands.upkeep.replacing import decision
        from tui.texts.imported import summary, troubles

        path = database(into)
        asked = {**asked_for(**chosen), "spare": spare}
        report = load(path, files, asked, decision(replace=replace, add=add), quiet=quiet)
    lines = troubles(report) if quiet else summary(report, path)
    if lines:
        put("\n".join(lines))
    return exit_code(report) or int(not send(path, quiet=quiet))


def asked_for(
    *,
    maps: Iterable[str] = (),
    zone: str | None = None,
    week_start: str | None = None,
    format: str | None = None,
    ignored: Iterable[str] = (),
    event: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    dates: str | None = None,
    times_in: str | None = None,
    logs: bool = False,
    table: str = "",
    query: str = "",
    skip: int = 0,
    forget_choices: bool = False,
    again: bool = False,
    gap: str | None = None,
) -> dict[str, Any]:
    """Return the values of `reading_options` as arguments of `importer.import_files`; by default
    those without any option.
    """
    from core.sources.text.reading import Reading
    from core.store.upkeep.session_gap import gap_from

    return {
        "mapping": mapping_of(tuple(maps)),
        "format": format,
        "logs": logs or None,
        "table": table,
        "query": query,
        "zone": zone,
        "week_start": WEEK_STARTS[week_start] if week_start else None,
        "reading": Reading(
            delimiter=delimiter or "",
            encoding=encoding or "",
            decimal=decimal or "",
            day_first=DATES.get(dates or ""),
            times_in=times_in or "",
            event=event or "",
            skip=skip,
        ),
        "forget_choices": forget_choices,
        "again": again,
        "session_gap": gap_from(gap) if gap else None,
        "ids_to_ignore": [each for part in ignored for each in part.split(",")],
    }


def for_new(into: Path, files: Sequence[str], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of an import with the configured zone and week start, for a new file.

    A workspace keeps those it has, and an export brings its own.
    """
    from core.sources.exported import settings_of

    if os.path.lexists(into) or settings_of(files[0]):
        return dict(asked)
    found = dict(asked)
    found["zone"] = found["zone"] or usual("zone") or None
    if found["week_start"] is None:
        found["week_start"] = WEEK_STARTS.get(usual("week_start"))
    return found


def reader_of(files: Sequence[str]) -> closing[Spare]:
    """Start a process that reads big files, if there are any, before anything is loaded that reads
    or stores events; it ends with this context if nothing took it.
    """
    from core.processes.spare import Spare, has_big

    return closing(Spare(has_big(files)))


def load(
    into: Path,
    files: Sequence[str],
    asked: Mapping[str, Any],
    decide: Decide,
    *,
    quiet: bool = False,
) -> ImportReport:
    """Import files, and show the progress unless `quiet`.

    Arguments and errors are those of `importer.import_files`.
    """
    from core.store.ingest.importer import import_files
    from core.store.waiting import IMPORT_WAIT

    gap = asked["session_gap"]
    if gap is not None and os.path.lexists(into):
        from tui.commands.upkeep.session_gap import put_gap

        put_gap(into, gap)
    asked = for_new(into, files, asked)
    progress = Bar() if sys.stderr.isatty() else Lines()
    try:
        return import_files(
            into,
            files,
            progress=None if quiet else progress.show,
            patience=patience(IMPORT_WAIT),
            decide=decide,
            **asked,
        )
    except KeyboardInterrupt:
        progress.end()
        say("What was imported is kept; run the same command again to continue.")
        raise
    finally:
        progress.end()


def exit_code(report: ImportReport) -> int:
    """Return 1 if every line was rejected or a source could not be read, else 0."""
    nothing_good = report.read and report.rejected == report.read
    return 1 if nothing_good or report.refused else 0


def preview_of(into: Path, files: Sequence[str], asked: Mapping[str, Any]) -> int:
    """Show how files would be understood; return the exit code."""
    from core.store.ingest.preview import preview
    from tui.commands.asking import about_reading
    from tui.texts.previewed import previewed

    seen = preview(into, files, **about_reading(asked))
    put("\n".join(previewed(seen)))
    return 1 if seen.refused else 0


def mapping_of(maps: tuple[str, ...]) -> dict[str, str]:
    """Return {meaning: column} of "user=customer_id,time=date" texts."""
    found: dict[str, str] = {}
    for part in ",".join(maps).split(",") if maps else ():
        meaning, sign, column = part.partition("=")
        if not sign or not meaning.strip() or not column.strip():
            raise BadInput(f"--map {part!r} is not valid.", "Write user=COLUMN,time=COLUMN.")
        found[meaning.strip()] = column.strip()
    return found


class Bar:
    """A progress bar that redraws itself on standard error."""

    def __init__(self) -> None:
        self._line = DrawnLine()

    def show(self, at: Progress) -> None:
        """Draw the progress of the import."""
        self._line.show(bar_text(at))

    def end(self) -> None:
        """Clear the bar."""
        self._line.end()


class Lines:
    """Progress as a line every ten seconds, for logs."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()

    def show(self, at: Progress) -> None:
        """Print the progress of the import every ten seconds."""
        if self._clock() - self._last >= _PLAIN_EVERY:
            self._last = self._clock()
            say(line_text(at))

    def end(self) -> None:
        """Nothing to clear."""
