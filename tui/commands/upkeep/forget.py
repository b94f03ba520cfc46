"""`footfall forget`: events and logs before a day, taken out for good."""

from __future__ import annotations

import re
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import click

from core.errors import BadInput
from core.text import things
from core.timeframe import to_date, to_day
from tui.commands.database import patience
from tui.commands.fresh.push import send
from tui.commands.options import db_option
from tui.commands.output import put, say
from tui.commands.upkeep.common import Steps, check_admin, confirmed, workspace


@click.command("forget")
@click.argument("workspace_", metavar="[DB]", required=False)
@click.option(
    "--before", "until", required=True, metavar="DATE",
    help="The first day to keep: 2025-03-01, or 365d for the last 365 days.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say how much would be taken out.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@db_option
def command(workspace_: str | None, until: str, dry_run: bool, yes: bool, db: str | None) -> int:
    """Take out all events and logs before a day for good, and make the file smaller.

    \b
    footfall forget shop.db --before 2025-03-01
    footfall forget --before 365d --yes --db shop.db
    """
    from core.store.upkeep.forgetting import before, forget_before

    path = workspace(workspace_, db)
    day = _day(until, path)
    if not dry_run:
        check_admin(path)
    found = before(path, day)
    events, logs = things(found.events, "event"), things(found.logs, "log")
    people = things(found.people, "person has", "people have")
    what = f"{events} and {logs} before {to_date(day).isoformat()}"
    after = f"{people} no event after that"
    if found.nothing or dry_run:
        put(f"{what}; {after}")
        return 0
    if not confirmed(f"Take out {what} for good? {after}.", yes=yes):
        return 1
    steps = Steps()
    try:
        gone = forget_before(path, day, told=steps.show, patience=patience())
    except KeyboardInterrupt:
        steps.end()
        say("Either everything is as it was, or the same command finishes it.")
        raise
    finally:
        steps.end()
    put(
        f"took out {things(gone.events, 'event')} and {things(gone.logs, 'log')}; "
        f"{things(gone.people, 'person has', 'people have')} no event left"
    )
    return int(not send(path))


def _day(text: str, path: Path) -> int:
    """Return the first local day to keep."""
    from core.store.workspace import open_reader, read_calendar

    try:
        return to_day(date.fromisoformat(text))
    except ValueError as error:
        last = re.fullmatch(r"(\d{1,5})d", text)
        if not last or not int(last[1]):
            raise BadInput(
                f"--before {text!r} is not a day.", "Write 2025-03-01, or 365d for the last 365."
            ) from error
    with closing(open_reader(path)) as connection:
        today = read_calendar(connection).day_of(int(time.time() * 1000))
    return today - int(last[1]) + 1
