"""`footfall mark`: note that something happened, so that every chart shows it."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

import click

from core.errors import BadInput
from core.timeframe import Calendar
from tui.commands.common import (
    database,
    db_option,
    format_options,
    open_engine,
    put,
    width_of,
    width_option,
)

CATEGORIES = ("release", "news", "incident", "post")
MAX_TITLE = 200


@click.command("mark")
@click.argument("text", nargs=-1, required=True)
@click.option("--at", "when", metavar="WHEN", help="Time in the workspace's zone; default now.")
@click.option("--category", type=click.Choice(CATEGORIES), help="Default release.")
@db_option
@format_options
@width_option
def command(
    text: tuple[str, ...],
    when: str | None,
    category: str | None,
    db: str | None,
    format: str | None,
    width: int | None,
) -> None:
    """Mark a moment with TEXT, as a deploy script would; "mark list" lists the marks.

    \b
    footfall mark "Release 2.1" --at "2025-04-07 14:30" --category release
    footfall mark list --category incident
    """
    path = database(db)
    if text == ("list",):
        from tui.commands.list_ import put_table
        from tui.commands.listing import marks_table

        put_table(marks_table(path, category), format, width_of(width))
        return
    title = " ".join(text).strip()
    if not 1 <= len(title) <= MAX_TITLE:
        raise BadInput("A mark's text is 1 to 200 characters long.")
    put(_save(path, title, when, category or "release"))


def _save(path: Path, title: str, when: str | None, category: str) -> str:
    from core.boards import checked
    from core.store.saved import Mark, Saved

    calendar = open_engine(path).calendar
    at = moment(when, calendar) if when else int(time.time() * 1000)
    mark = checked(Mark, {"title": title, "timestamp": at, "category": category})
    Saved(path).save_mark(mark)
    return f"{mark.id}  {calendar.local(at):%Y-%m-%d %H:%M}  {category}"


def moment(text: str, calendar: Calendar) -> int:
    """Return UTC ms of "2025-04-07", "2025-04-07 14:30" (in the zone) or a time with an offset."""
    word = text.strip()
    if word.lower() == "now":
        return int(time.time() * 1000)
    try:
        found = datetime.fromisoformat(word)
        return calendar.instant(found) if found.tzinfo is None else int(found.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise BadInput(
            f"--at {text!r} is not a time.", "Write 2025-04-07 or '2025-04-07 14:30'."
        ) from error
