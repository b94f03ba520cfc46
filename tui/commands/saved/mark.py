"""`footfall mark`: note that something happened, so that every chart shows it."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from core.errors import BadInput
from core.timeframe import Calendar
from tui.commands.database import database, open_engine
from tui.commands.options import db_option, format_options, width_of, width_option
from tui.commands.output import put_answer, put_json, put_line
from tui.commands.saved.common import as_option, read_text, saved_at, undelete

CATEGORIES = ("release", "news", "incident", "post")
SOURCES = ("manual", "api", "plugin")
MAX_TITLE = 200


class _Group(click.Group):
    """A group whose first word may be the text of a mark."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take a first word that is not a command as the text of a mark, or as a source."""
        if args and args[0].split("=")[0] in ("--from", "--from-git"):
            args = ["import", *args]
        elif args and args[0] not in (*self.commands, "--help", "-h"):
            args = ["add", *args]
        return super().parse_args(ctx, args)


@click.group("mark", cls=_Group)
def command() -> None:
    """Mark a moment, for example from a deploy script; every chart over time shows it.

    \b
    footfall mark "Release 2.1" --at "2025-04-07 14:30" --category release
    footfall mark list --category incident --last 30d
    footfall mark --from-git . --match 'v*'
    footfall mark --from holidays.ics --category news
    footfall mark edit mrk_3f9c21d0a4b7 --until "2025-04-07 16:00" --tag web
    """


def _fields(function: Any) -> Any:
    for option in (
        click.option("--chart", "chart", metavar="CHART", help="Show it only on this chart."),
        click.option("--board", "board", metavar="BOARD", help="Show it only on this board."),
        click.option("--tag", "tags", multiple=True, metavar="WORD", help="May be repeated."),
        click.option("--metadata", metavar="JSON", help="At most 10,240 bytes."),
        click.option(
            "--private/--public", "private", default=None, help="Private: only you see it."
        ),
        click.option("--ref", "ref", metavar="TEXT", help="URL, commit or other reference."),
        click.option("--description", metavar="TEXT", help="At most 2,000 characters."),
        click.option("--category", type=click.Choice(CATEGORIES), help="Default release."),
        click.option("--until", metavar="WHEN", help="When it ended, if it lasted."),
        click.option(
            "--at", "when", metavar="WHEN", help="A time in the past or future; default now."
        ),
    ):
        function = option(function)
    return function


def _values(path: Path, profile: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """The fields of a mark that the options set."""
    calendar = open_engine(path).calendar
    saved = saved_at(path, profile)
    private = given["private"]
    found = {
        "timestamp": moment(given["when"], calendar) if given["when"] else None,
        "end_at": moment(given["until"], calendar, "--until") if given["until"] else None,
        "category": given["category"],
        "description": given["description"],
        "source_ref": given["ref"],
        "scope": None if private is None else "private" if private else "public",
        "metadata": given["metadata"],
        "tags": given["tags"] or None,
        "board_id": saved.board(given["board"]).id if given["board"] else None,
        "chart_id": saved.item("charts", given["chart"]).id if given["chart"] else None,
    }
    return {name: value for name, value in found.items() if value is not None}


@command.command("add")
@click.argument("text", nargs=-1, required=True)
@_fields
@as_option
@db_option
def add(text: tuple[str, ...], profile: str | None, db: str | None, **given: Any) -> None:
    """Mark a moment with TEXT."""
    from core.definitions.shared import checked
    from core.store.library.saved import Mark

    path = database(db)
    title = " ".join(text).strip()
    if not 1 <= len(title) <= MAX_TITLE:
        raise BadInput("A mark's text is 1 to 200 characters long.")
    fields = {"title": title, "timestamp": int(time.time() * 1000)}
    mark = checked(Mark, {**fields, **_values(path, profile, given)})
    put_line(_line(path, saved_at(path, profile).save_mark(mark)))


@command.command("import")
@click.option(
    "--from-git",
    "repository",
    is_flag=False,
    flag_value=".",
    metavar="[PATH]",
    help="Tags of a git repository; default that of this folder.",
)
@click.option("--match", "pattern", default="", metavar="PATTERN", help="Only such tags: v*.")
@click.option(
    "--from", "file", metavar="FILE", help="CSV with a header, or ICS; - is standard input."
)
@click.option(
    "--category", type=click.Choice(CATEGORIES), help="Default that of the file, or release."
)
@click.option("--tag", "tags", multiple=True, metavar="WORD", help="May be repeated.")
@click.option("--private/--public", "private", default=None, help="Private: only you see them.")
@as_option
@db_option
def import_(
    repository: str | None,
    pattern: str,
    file: str | None,
    category: str | None,
    tags: tuple[str, ...],
    private: bool | None,
    profile: str | None,
    db: str | None,
) -> None:
    """Take marks over from git, CSV or ICS; those that are known are not added again."""
    from core.folders.marks import take_over

    path = database(db)
    if (repository is None) == (file is None):
        raise BadInput("Marks from where?", "Give --from-git [PATH] or --from FILE.")
    found = _found(open_engine(path).calendar, repository, pattern, file)
    given = {"category": category, "tags": tags or None, "scope": "private" if private else None}
    fields = {name: value for name, value in given.items() if value is not None}
    taken = take_over(saved_at(path, profile, source="plugin"), found, fields)
    put_line(f"{taken.new:,} new, {taken.changed:,} changed, {taken.known:,} known already")


def _found(calendar: Calendar, repository: str | None, pattern: str, file: str | None) -> Any:
    from core.folders.marks import from_csv, from_git, from_ics, is_calendar

    if repository is not None:
        return from_git(Path(repository).expanduser(), pattern)
    text = read_text(str(file)).removeprefix("\ufeff")
    if is_calendar(text):
        return from_ics(text, calendar)
    return from_csv(text, lambda when: moment(when, calendar, "The time"))


@command.command("edit")
@click.argument("id_", metavar="ID")
@click.option("--title", help="1 to 200 characters.")
@_fields
@as_option
@db_option
def edit(id_: str, title: str | None, profile: str | None, db: str | None, **given: Any) -> None:
    """Change parts of the mark ID; only its creator or an admin may."""
    path = database(db)
    fields = _values(path, profile, given) | ({} if title is None else {"title": title})
    put_line(_line(path, saved_at(path, profile).moments.change(id_, **fields)))


@command.command("list")
@click.option("--from", "first", metavar="WHEN", help="Marks from this time on.")
@click.option("--to", "last", metavar="WHEN", help="Marks up to and including this time.")
@click.option("--last", "range", metavar="RANGE", help="7d, mtd, 2025-01-01,2025-01-31, ...")
@click.option("--category", type=click.Choice(CATEGORIES))
@click.option("--source", type=click.Choice(SOURCES))
@click.option("--tag", metavar="WORD")
@click.option("--limit", type=click.IntRange(1, 500), default=500, show_default=True)
@as_option
@db_option
@format_options
@width_option
def list_(
    first: str | None,
    last: str | None,
    range: str | None,
    category: str | None,
    source: str | None,
    tag: str | None,
    limit: int,
    profile: str | None,
    db: str | None,
    format: str | None,
    width: int | None,
) -> None:
    """List the marks you may see, newest first."""
    from tui.commands.listing import table_of_marks

    path = database(db)
    engine = open_engine(path)
    start = moment(first, engine.calendar, "--from") if first else None
    end = moment(last, engine.calendar, "--to") if last else None
    if range is not None:
        if first or last:
            raise BadInput("Use --last instead of --from and --to, not with them.")
        span = engine.context().span(range)
        start, end = span.start, span.end - 1
    found = saved_at(path, profile).marks(start, end, category, source=source, tag=tag, limit=limit)
    if format == "json":
        put_json([mark.model_dump() for mark in found])
    else:
        put_answer(table_of_marks(found, engine.calendar), format, width=width_of(width))


@command.command("show")
@click.argument("id_", metavar="ID")
@as_option
@db_option
def show(id_: str, profile: str | None, db: str | None) -> None:
    """Print the mark ID as JSON."""
    put_json(saved_at(database(db), profile).mark(id_).model_dump())


@command.command("delete")
@click.argument("id_", metavar="ID")
@as_option
@db_option
def delete(id_: str, profile: str | None, db: str | None) -> None:
    """Delete the mark ID; it can be restored for 30 days."""
    saved_at(database(db), profile).delete_mark(id_)


@command.command("restore")
@click.argument("name", metavar="ID|TITLE")
@as_option
@db_option
def restore(name: str, profile: str | None, db: str | None) -> None:
    """Bring back a deleted mark, by id."""
    put_line(undelete(saved_at(database(db), profile), "marks", name))


def _line(path: Path, mark: Any) -> str:
    at = open_engine(path).calendar.local(mark.timestamp)
    return f"{mark.id}  {at:%Y-%m-%d %H:%M}  {mark.category}"


def moment(text: str, calendar: Calendar, option: str = "--at") -> int:
    """Return UTC ms of "2025-04-07", "2025-04-07 14:30" (in the zone) or a time with an offset."""
    word = text.strip()
    if word.lower() == "now":
        return int(time.time() * 1000)
    try:
        found = datetime.fromisoformat(word)
        return calendar.instant(found) if found.tzinfo is None else int(found.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise BadInput(
            f"{option} {text!r} is not a time.", "Write 2025-04-07 or '2025-04-07 14:30'."
        ) from error
