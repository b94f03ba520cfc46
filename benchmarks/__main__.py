"""python -m benchmarks: footfall compared with DuckDB on the same generated events."""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path

import click

from benchmarks import duck, importing
from benchmarks.generate import END, data_file, log_file
from benchmarks.measure import Different, Timing, ask_both
from benchmarks.questions import QUESTIONS, Asked
from core.engines.sqlite.engine import SqliteEngine
from core.store.ingest.importer import import_files
from core.store.workspace import open_reader


@click.command()
@click.option("--events", default=1_000_000, show_default=True, help="How many events to generate.")
@click.option("--seed", default=1, show_default=True, help="The seed of the generated events.")
@click.option(
    "--db",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder to keep the data in for the next run.",
)
@click.option("--only", help="Names of questions or parts of them, separated by commas.")
@click.option("--markdown", is_flag=True, help="Print the table as markdown.")
@click.option("--imports", is_flag=True, help="Measure imports instead of questions.")
@click.option("--sqlite-utils", "plain", is_flag=True, help="Import by sqlite-utils as well.")
def main(
    events: int,
    seed: int,
    db: Path | None,
    only: str | None,
    markdown: bool,
    imports: bool,
    plain: bool,
) -> None:
    """Check that both give the same answers, then print the times."""
    click.echo(header(events, seed))
    with folder(db) as place:
        if imports:
            click.echo(
                "\n".join(importing.lines(importing.measure(place, events, seed, plain=plain)))
            )
            return
        stem = place / f"events-{events}-{seed}"
        workspace = load(place, stem, events, seed)
        engine = SqliteEngine(workspace, clock=lambda: END - 1)
        with closing(engine), closing(duck.connect(stem.with_suffix(".duckdb"))) as other:
            try:
                timings = [ask_both(engine, other, asked) for asked in chosen(only)]
            except Different as found:
                raise click.ClickException(str(found)) from found
    click.echo("\n".join(lines(timings, markdown=markdown)))


def header(events: int, seed: int) -> str:
    """Return a description of the run."""
    return (
        f"{events:,} events, seed {seed}, last 90 of 180 days, both warm, medians\n"
        f"footfall on SQLite {sqlite3.sqlite_version}, "
        f"DuckDB {version('duckdb')}, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores {platform.machine()}"
    )


@contextmanager
def folder(given: Path | None) -> Iterator[Path]:
    """The folder to work in: the given one, or a temporary one."""
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def load(place: Path, stem: Path, events: int, seed: int) -> Path:
    """Create the data file, workspace and DuckDB file if missing; return the workspace."""
    data = data_file(place, events, seed)
    workspace, other = stem.with_suffix(".footfall.db"), stem.with_suffix(".duckdb")
    if not workspace.exists():
        started = time.perf_counter()
        unfinished = workspace.with_suffix(".part")
        for left in unfinished.parent.glob(unfinished.name + "*"):
            left.unlink()
        stored = import_files(unfinished, [data]).stored
        unfinished.rename(workspace)
        rate = stored / (time.perf_counter() - started)
        click.echo(f"imported {stored:,} events, {rate:,.0f} rows/s")
    if not other.exists():
        duck.load(other, data)
    logs = log_file(place, events, seed)
    with closing(open_reader(workspace)) as connection:
        has_logs = connection.execute("select name from sqlite_master where name = 'log_days'")
        loaded = has_logs.fetchone() and connection.execute("select 1 from logs").fetchone()
    if not loaded:
        import_files(workspace, [logs], logs=True)
    duck.load_logs(other, logs)
    sizes = [f"{file.stat().st_size / 1e6:,.0f} MB" for file in (data, workspace, other)]
    click.echo("JSON lines {}, workspace {}, DuckDB {}".format(*sizes))
    return workspace


def chosen(only: str | None) -> list[Asked]:
    """Return the questions to ask.

    Raises:
        click.BadParameter: there is no such question.
    """
    parts = [part.strip() for part in only.split(",")] if only else [""]
    found = [q for q in QUESTIONS if any(part in q.name for part in parts)]
    if not found:
        raise click.BadParameter(f"Known: {', '.join(q.name for q in QUESTIONS)}.")
    return found


def lines(timings: list[Timing], *, markdown: bool) -> list[str]:
    """Return the table, one line per question."""
    rows = [("question", "footfall ms", "DuckDB ms", "ratio", "target")]
    rows += [
        (
            timing.name, f"{timing.footfall:.1f}", _figure(timing.duckdb, 1),
            _figure(timing.ratio, 2), f"{timing.target}" if timing.target else "",
        )
        for timing in timings
    ]  # fmt: skip
    if markdown:
        rows.insert(1, ("---", "---:", "---:", "---:", "---:"))
        return [f"| {' | '.join(row)} |" for row in rows]
    return [f"{row[0]:<26}" + "".join(f"{cell:>13}" for cell in row[1:]) for row in rows]


def _figure(value: float | None, places: int) -> str:
    return "-" if value is None else f"{value:.{places}f}"


if __name__ == "__main__":
    main()
