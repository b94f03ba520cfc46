"""`footfall info`: what is in a workspace file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from core.text import clean, number, things
from tui.commands.options import db_option
from tui.commands.output import put, put_json
from tui.commands.upkeep.common import workspace

if TYPE_CHECKING:
    from core.store.upkeep.info import Info

_TABLES, _LEAST = 6, 100_000
"""How many tables are listed as text at most, and from how many bytes on; JSON has all."""


@click.command("info")
@click.argument("workspace_", metavar="[DB]", required=False)
@db_option
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(workspace_: str | None, db: str | None, as_json: bool) -> None:
    """Show what is in a workspace file, and how large it is."""
    from core.store.upkeep.info import info

    found = info(workspace(workspace_, db))
    if as_json:
        put_json(asdict(found))
        return
    put(clean(found.path))
    for name, said in _lines(found):
        put(f"  {name:<18} {clean(said)}")


def _lines(found: Info) -> Iterator[tuple[str, str]]:
    days = f", {found.first} to {found.last}" if found.first else ""
    week = "Sunday" if found.week_start == 6 else "Monday"
    yield "events", number(found.events) + days
    yield (
        "people",
        f"{number(found.people)} of {things(found.users, 'user id')} and "
        + things(found.devices, "device id"),
    )
    yield (
        "event names",
        number(found.names) + (f", {number(found.flagged)} flagged" * (found.flagged > 0)),
    )
    yield "sessions", number(found.sessions)
    yield "logs", number(found.logs)
    yield (
        "imports",
        number(found.imports) + f", {found.unfinished} not finished" * (found.unfinished > 0),
    )
    if found.latest:
        yield "last import", _latest(found)
    yield "saved", _saved(found.saved)
    yield "ids ignored", ", ".join(found.ignored) or "none but the placeholders built in"
    yield "calendar", f"zone {found.zone}, weeks start on {week}; schema {found.version}"
    yield "size", _size(found)
    about = "" if found.measured else "about "
    for name, size in list(found.tables.items())[:_TABLES]:
        if size >= _LEAST:
            yield f"  {name}", about + _megabytes(size)


def _latest(found: Info) -> str:
    from core.timeframe import Calendar

    assert found.latest
    local = Calendar(found.zone, found.week_start).local(found.latest.at)
    stopped = "" if found.latest.finished else ", not finished"
    return f"{local:%Y-%m-%d %H:%M}, {found.latest.source}{stopped}"


def _saved(saved: dict[str, int]) -> str:
    some = [(kind.replace("_", " "), count) for kind, count in saved.items() if count]
    return ", ".join(f"{number(count)} {kind}" for kind, count in some) or "nothing"


def _size(found: Info) -> str:
    said = _megabytes(found.bytes)
    if found.free:
        said += f", {_megabytes(found.free)} of it free"
    return said + (f", {_megabytes(found.log)} not yet in the file" if found.log else "")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
