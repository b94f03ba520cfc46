"""python -m benchmarks: footfall compared with DuckDB and ClickHouse on the same events."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from benchmarks import importing, loading
from benchmarks.measure import Different, Timing, ask_all
from benchmarks.peers.known import PEERS, Peer, named
from benchmarks.programs import Apart, Failed, Footfall
from benchmarks.questions import QUESTIONS, Asked
from benchmarks.table import Table


@click.command()
@click.option("--events", default=1_000_000, show_default=True, help="How many events to generate.")
@click.option("--seed", default=1, show_default=True, help="The seed of the generated events.")
@click.option("--peers", default="duckdb", show_default=True, help="Who to compare with; or none.")
@click.option(
    "--db",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder to keep the data in for the next run.",
)
@click.option("--only", help="Names of questions or parts of them, separated by commas.")
@click.option("--markdown", is_flag=True, help="Print the table as markdown.")
@click.option(
    "--save",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file for the times, as JSON; python -m benchmarks.growth reads several.",
)
@click.option("--imports", is_flag=True, help="Measure imports instead of questions.")
@click.option("--sqlite-utils", "plain", is_flag=True, help="Import by sqlite-utils as well.")
def main(
    events: int,
    seed: int,
    peers: str,
    db: Path | None,
    only: str | None,
    markdown: bool,
    save: Path | None,
    imports: bool,
    plain: bool,
) -> None:
    """Check that all give the same answers, and print the times of each question as it is done."""
    asked, others = chosen(only), chosen_peers(peers)
    click.echo(header(events, seed, others))
    with folder(db) as place:
        if imports:
            measured = importing.measure(place, events, seed, plain=plain)
            click.echo("\n".join(importing.lines(measured)))
            return
        places = [loading.workspace(place, events, seed)]
        places += [loading.of_peer(peer, place, events, seed) for peer in others]
        click.echo("\n".join(loading.lines(places, events)))
        with ExitStack() as stack:
            programs = [Apart("footfall", Footfall, places[0].path)]
            programs += [
                Apart(peer.name, peer.open, kept.path)
                for peer, kept in zip(others, places[1:], strict=True)
            ]
            for program in programs:
                stack.enter_context(closing(program))
            timings, failed = run(programs, asked, markdown=markdown)
            peaks = {program.name: program.peak for program in programs}
    if save:
        save.write_text(json.dumps(kept_as(events, timings, peaks), indent=1), "utf-8")
    if failed:
        raise click.ClickException(f"{len(failed)} failed: {', '.join(failed)}")


def run(
    programs: Sequence[Apart], asked: Sequence[Asked], *, markdown: bool
) -> tuple[list[Timing], list[str]]:
    """Print a row per question as it is measured; return the times, and the names of failures."""
    table = Table([program.name for program in programs], markdown=markdown)
    click.echo("\n".join(table.head()))
    timings: list[Timing] = []
    failed: list[str] = []
    for one in asked:
        try:
            timing = ask_all(programs[0], programs[1:], one)
        except (Different, Failed) as error:
            failed.append(one.name)
            click.echo(f"FAILED {error}", err=True)
            continue
        timings.append(timing)
        click.echo(table.row(timing))
    for line in table.means(timings):
        click.echo(line)
    peaks = ", ".join(f"{program.name} {program.peak:,.0f}" for program in programs)
    click.echo(f"most memory, MB: {peaks}")
    return timings, failed


def header(events: int, seed: int, peers: Sequence[Peer]) -> str:
    """Return a description of the run."""
    programs = [f"footfall on SQLite {sqlite3.sqlite_version}"]
    programs += [f"{peer.name} {_version(peer)}" for peer in peers]
    programs += [f"Python {platform.python_version()}"]
    return (
        f"{events:,} events, seed {seed}, last 90 of 180 days, all warm, medians, ms\n"
        f"{', '.join(programs)}, {os.cpu_count()} cores {platform.machine()}"
    )


def _version(peer: Peer) -> str:
    """Return a peer's version.

    Raises:
        click.ClickException: it is not installed.
    """
    try:
        return version(peer.package)
    except PackageNotFoundError:
        raise click.ClickException(
            f"{peer.name} is not installed: pip install -e '.[{peer.extra}]'."
        ) from None


def kept_as(events: int, timings: Sequence[Timing], peaks: dict[str, float]) -> dict[str, object]:
    """Return what `--save` writes: {"events", "peaks": MB, "taken": question -> program -> ms}."""
    return {
        "events": events,
        "peaks": peaks,
        "taken": {timing.name: dict(timing.taken) for timing in timings},
    }


@contextmanager
def folder(given: Path | None) -> Iterator[Path]:
    """The folder to work in: the given one, or a temporary one."""
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def chosen_peers(keys: str) -> list[Peer]:
    """Return the peers to compare with.

    Raises:
        click.BadParameter: there is no such peer.
    """
    try:
        return named([key for key in keys.split(",") if key.strip() != "none"])
    except KeyError as error:
        raise click.BadParameter(f"{error.args[0]}: known are {', '.join(PEERS)}.") from None


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


if __name__ == "__main__":
    main()
