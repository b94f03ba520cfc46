"""`footfall alert`: conditions on questions, for cron to run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.errors import BadInput, FootfallError
from tui.commands.database import database, open_engine
from tui.commands.interrupt import interruptible
from tui.commands.options import db_option, format_options, width_of, width_option
from tui.commands.output import put_answer, put_json, put_line, say
from tui.commands.saved.common import as_option, local_time, saved_at, undelete

if TYPE_CHECKING:
    from core.alerts.running import Report


@click.group("alert")
def command() -> None:
    """Watch the answer of a question, and tell once when a condition holds.

    \b
    footfall alert create 'Few signups' signup --when 'below 20'
    footfall alert create Conversion 'signup > purchase' --when 'below 10%' --quiet 22:00-07:00
    footfall alert create Odd 'dau by country' --when unusual --command './tell.sh'
    footfall alerts run
    """


def _options(function: Any) -> Any:
    for option in (
        click.option("--pause/--resume", "paused", default=None, help="Leave it out of runs."),
        click.option(
            "--recovery/--no-recovery", default=None, help="Run COMMAND when it recovers, too."
        ),
        click.option("--quiet", metavar="HOURS", help="Tell nothing from 22:00-07:00."),
        click.option(
            "--command", "hook", metavar="COMMAND", help="Run by a shell, with JSON on its input."
        ),
        click.option(
            "--unfinished/--finished",
            default=None,
            help="Judge the period that is not over, too.",
        ),
        click.option("--description", metavar="TEXT", help="At most 2,000 characters."),
        click.option(
            "--when",
            metavar="CONDITION",
            help="above 100, below 20%, outside 10 to 20, rises by 50%, falls by 10, unusual.",
        ),
    ):
        function = option(function)
    return function


def _body(given: dict[str, Any]) -> dict[str, Any]:
    """The fields of an alert that the options set."""
    named = {"command" if name == "hook" else name: value for name, value in given.items()}
    return {name: value for name, value in named.items() if value is not None}


def _stored(path: Path, profile: str | None, item: dict[str, Any]) -> None:
    """Store an alert whose question can be asked, and print it."""
    from core.alerts.asking import question_of
    from core.definitions.alert import Alert
    from core.definitions.saved import Item
    from core.definitions.shared import checked
    from core.language.writer import format_question
    from tui.commands.run_ import understood

    engine = open_engine(path)
    alert = checked(Alert, item["body"])
    parsed = understood(engine, alert.question)
    if not _is_question(alert.question):
        alert = alert.model_copy(update={"question": format_question(parsed.question)})
    question_of(alert, engine.context())
    body = alert.model_dump(mode="json", exclude_defaults=True)
    kept = saved_at(path, profile).save("alerts", checked(Item, {**item, "body": body}))
    put_line(f"{kept.id}  {kept.title}  {alert.question}  {alert.when}")


def _is_question(text: str) -> bool:
    """Whether a text is a question as it is, not only taken for one."""
    from core.language.questions import parse_any

    try:
        parse_any(text)
    except FootfallError:
        return False
    return True


@command.command("create")
@click.argument("name")
@click.argument("question", nargs=-1, required=True)
@_options
@as_option
@db_option
def create(
    name: str,
    question: tuple[str, ...],
    description: str | None,
    profile: str | None,
    db: str | None,
    **given: Any,
) -> None:
    """Watch the answer of QUESTION as NAME."""
    body = _body(given)
    if "when" not in body:
        from core.definitions.alert import ALLOWED

        raise BadInput("When does it fire?", f"Give --when. {ALLOWED}")
    text = sys.stdin.read() if question == ("-",) else " ".join(question)
    item = {"title": name, "description": description or "", "body": {"question": text, **body}}
    _stored(database(db), profile, item)


@command.command("edit")
@click.argument("name")
@click.option("--title", help="The new name.")
@click.option("--question", help="Another question.")
@_options
@as_option
@db_option
def edit(
    name: str,
    title: str | None,
    question: str | None,
    description: str | None,
    profile: str | None,
    db: str | None,
    **given: Any,
) -> None:
    """Change the given parts and keep the rest; another condition starts anew."""
    path = database(db)
    item = saved_at(path).item("alerts", name)
    body = {**item.body, **_body(given), **({"question": question} if question else {})}
    changes = {"title": title, "description": description, "body": body}
    _stored(path, profile, item.model_dump() | {k: v for k, v in changes.items() if v is not None})


@command.command("list")
@db_option
@format_options
@width_option
def list_(db: str | None, format: str | None, width: int | None) -> None:
    """List all alerts with what the last run found."""
    from tui.commands.listing import alerts

    put_answer(alerts(database(db)), format, width=width_of(width))


@command.command("show")
@click.argument("name")
@db_option
def show(name: str, db: str | None) -> None:
    """Print an alert, and what the last run found, as JSON."""
    from core.store.library.alert_states import states_of

    saved = saved_at(database(db))
    item = saved.item("alerts", name)
    states = states_of(saved.access).get(item.id, {}).values()
    told = [{k: v for k, v in state._asdict().items() if k != "judged"} for state in states]
    put_json({**item.model_dump(), "states": told})


@command.command("test")
@click.argument("name")
@db_option
def test(name: str, db: str | None) -> None:
    """Judge an alert as of now; nothing is told or remembered."""
    from core.alerts.judging import judge
    from core.alerts.running import alert_of

    path = database(db)
    alert = alert_of(saved_at(path).item("alerts", name))
    engine = open_engine(path)
    judged = interruptible(lambda stop: judge(alert, engine, stop))
    for verdict in judged.verdicts:
        put_line(f"{'waiting' if verdict.waiting else verdict.state}: {verdict.said}")


@command.command("run")
@click.argument("names", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Also what was told before and still fires.")
@click.option("--no-command", is_flag=True, help="Run no commands.")
@click.option("--quiet", "silent", is_flag=True, help="Print nothing; the exit code says it.")
@db_option
@click.pass_context
def run(
    ctx: click.Context,
    names: tuple[str, ...],
    every: bool,
    no_command: bool,
    silent: bool,
    db: str | None,
) -> None:
    """Judge all alerts, or those with these NAMES, and tell what has changed.

    The exit code is 1 if something is told that fires or cannot be judged.
    """
    from core.alerts.running import run_alerts

    path = database(db)
    saved, engine = saved_at(path), open_engine(path)
    items = [saved.item("alerts", name) for name in names] or saved.items("alerts")
    reports = interruptible(
        lambda stop: run_alerts(saved, engine, items, commands=not no_command, stop=stop)
    )
    wrong = False
    for report in reports:
        told = _lines(report, every=every)
        wrong = wrong or told[0] or bool(report.failed)
        if not silent:
            for line in told[1]:
                put_line(f"{report.item.title}: {line}")
        if report.failed:
            say(f"{report.item.title}: {report.failed}")
    if not silent and not reports:
        say("There are no alerts." if not items else "All alerts are paused.")
    ctx.exit(FootfallError.exit_code if wrong else 0)


def _lines(report: Report, *, every: bool) -> tuple[bool, list[str]]:
    """Return whether something is wrong that is told, and the lines to print."""
    when = report.alert.when
    fresh = list(report.told.fresh)
    if every:
        again = [v for v in report.judged.verdicts if v.state != "ok" and not v.waiting]
        fresh += [verdict for verdict in again if verdict not in fresh]
    lines = [f"{v.said}, {when}" if v.state == "firing" else f"{v.state}: {v.said}" for v in fresh]
    lines += [f"recovered: {verdict.said}" for verdict in report.told.recovered]
    return bool(fresh), lines


@command.command("delete")
@click.argument("name")
@as_option
@db_option
def delete(name: str, profile: str | None, db: str | None) -> None:
    """Delete NAME; it can be restored for 30 days."""
    saved = saved_at(database(db), profile)
    saved.delete("alerts", saved.item("alerts", name).id)


@command.command("restore")
@click.argument("name")
@as_option
@db_option
def restore(name: str, profile: str | None, db: str | None) -> None:
    """Bring back a deleted alert, by name or id."""
    put_line(undelete(saved_at(database(db), profile), "alerts", name))


@command.command("versions")
@click.argument("name")
@db_option
def versions(name: str, db: str | None) -> None:
    """List the versions of an alert."""
    path = database(db)
    for found in saved_at(path).kept.versions("alerts", name):
        when = local_time(path, found.saved_at)
        asked = f"{found.body.get('question', '')}  {found.body.get('when', '')}"
        put_line(f"{found.version}  {when}  {found.saved_by}  {asked}")
