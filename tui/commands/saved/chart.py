"""`footfall chart`: questions saved under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core.words.charts import NAMES
from tui.commands.database import database
from tui.commands.options import db_option, format_options, width_of, width_option
from tui.commands.output import put, put_answer, put_json, put_line
from tui.commands.saved.common import as_option, local_time, saved_at, undelete

if TYPE_CHECKING:
    from core.store.library.items import Items


@click.group("chart")
def command() -> None:
    """Save questions and how they are drawn; every change is kept as a version.

    \b
    footfall chart save "Weekly sign-ups" 'users of signup weekly'
    footfall chart run "Weekly sign-ups" --csv
    footfall run 'saved "Weekly sign-ups" last 90d where country = NL'
    """


def _charts(db: str | None, profile: str | None = None) -> Items:
    return saved_at(database(db), profile).kept


@command.command("list")
@db_option
@format_options
@width_option
def list_(db: str | None, format: str | None, width: int | None) -> None:
    """List all saved charts."""
    from tui.commands.listing import saved

    put_answer(saved("charts")(database(db)), format, width=width_of(width))


@command.command("show")
@click.argument("name")
@db_option
def show(name: str, db: str | None) -> None:
    """Print a chart as JSON."""
    put_json(_charts(db).one("charts", name).model_dump())


@command.command("save")
@click.argument("name")
@click.argument("question", nargs=-1, required=True)
@click.option("--chart", type=click.Choice(NAMES), help="How it is drawn.")
@click.option("--description", help="At most 2,000 characters.")
@as_option
@db_option
def save(
    name: str,
    question: tuple[str, ...],
    chart: str | None,
    description: str | None,
    profile: str | None,
    db: str | None,
) -> None:
    """Save QUESTION, text or JSON, as NAME; an existing chart of that name gets a new version."""
    from core.definitions.saved import Item
    from core.definitions.shared import checked
    from core.errors import NotFound
    from core.language.questions import (
        Parsed,
        check_chart,
        format_question,
        parse_any,
        parse_full,
    )

    text = " ".join(question)
    parsed = Parsed(parse_any(text)) if text.lstrip()[:1] == "{" else parse_full(text)
    if chart:
        check_chart(parsed.question.kind, chart)
    charts = _charts(db, profile)
    try:
        known = charts.one("charts", name)
    except NotFound:
        known = Item(title="?")
    item = checked(
        Item,
        {
            "id": known.id,
            "title": known.title if known.id else name,
            "description": known.description if description is None else description,
            "body": {"question": format_question(parsed.question), "chart": chart or parsed.chart},
        },
    )
    stored = charts.save("charts", item)
    put_line(f"{stored.id}  {stored.title}")


@command.command("run")
@click.argument("name")
@db_option
@format_options
@width_option
@click.pass_context
def run(
    ctx: click.Context, name: str, db: str | None, format: str | None, width: int | None
) -> None:
    """Answer a saved chart."""
    from tui.commands.run_ import command as run_command

    ctx.invoke(
        run_command,
        question=(f"saved:{name}",),
        db=db,
        format=format,
        width=width,
        time_limit=None,
    )


@command.command("versions")
@click.argument("name")
@db_option
def versions(name: str, db: str | None) -> None:
    """List the versions of a chart."""
    for found in _charts(db).versions("charts", name):
        when = local_time(database(db), found.saved_at)
        put(f"{found.version}  {when}  {found.saved_by}  {found.body.get('question', '')}")


@command.command("revert")
@click.argument("name")
@click.argument("version", type=int)
@as_option
@db_option
def revert(name: str, version: int, profile: str | None, db: str | None) -> None:
    """Make an earlier VERSION of NAME the current one."""
    put(str(_charts(db, profile).revert("charts", name, version).body.get("question", "")))


@command.command("delete")
@click.argument("name")
@as_option
@db_option
def delete(name: str, profile: str | None, db: str | None) -> None:
    """Delete NAME; it can be restored for 30 days."""
    charts = _charts(db, profile)
    charts.delete("charts", charts.one("charts", name).id)


@command.command("restore")
@click.argument("name")
@as_option
@db_option
def restore(name: str, profile: str | None, db: str | None) -> None:
    """Bring back a deleted chart, by name or id."""
    put_line(undelete(saved_at(database(db), profile), "charts", name))
