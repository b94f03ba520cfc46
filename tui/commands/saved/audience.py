"""`footfall audience`: groups of people saved under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from core.errors import BadInput
from tui.commands.database import database, open_engine
from tui.commands.interrupt import interruptible
from tui.commands.options import db_option, format_options, width_of, width_option
from tui.commands.output import put, put_answer, put_json, put_line, say
from tui.commands.saved.common import (
    as_option,
    local_time,
    read_json,
    read_text,
    saved_at,
    undelete,
)

if TYPE_CHECKING:
    from core.api.audiences import Audiences


@click.group("audience")
def command() -> None:
    """Save groups of people by who they are and what they did, and list, show and count them.

    \b
    footfall audience create Regular 'did purchase at least twice in 30d and not country = NL'
    footfall audience create Dutch --where "country = NL and trait:plan = pro"
    footfall audience create Paying --did purchase --days 30
    footfall audience create Complex -d rules.txt
    footfall audience count Paying
    footfall run 'dau for "Paying"'
    """


def _audiences(db: str | None, profile: str | None) -> Audiences:
    from core.api.audiences import Audiences

    return Audiences(saved_at(database(db), profile).access)


def _rules_options(function: Any) -> Any:
    for option in (
        click.option("--days", type=click.IntRange(1, 36_500), help="With --did: how recently."),
        click.option("--did", multiple=True, metavar="EVENT", help="People who did this event."),
        click.option("--where", metavar="CONDITION", help="As in questions: country = NL."),
        click.option(
            "-d",
            "--definition",
            "file",
            metavar="FILE",
            help="Rules as text or JSON; - reads standard input.",
        ),
        click.option("--description", help="At most 2,000 characters."),
        click.argument("rules", required=False),
    ):
        function = option(function)
    return function


def _definition(
    rules: str | None, file: str | None, where: str | None, did: tuple[str, ...], days: int | None
) -> dict[str, Any] | None:
    if sum(bool(given) for given in (rules, file, where or did)) > 1:
        raise BadInput(
            "RULES and -d are the whole definition.", "Give one of RULES, -d, or --where and --did."
        )
    if rules is None and file is not None:
        rules = read_text(file)
    if rules is not None:
        return _read(rules)
    found: dict[str, Any] = {}
    if where:
        from core.language.questions import parse

        clauses = parse(f"events where {where}").conditions
        found["filters"] = [c.model_dump(mode="json", by_alias=True) for c in clauses]
    if did:
        found["events"] = [{"event": e, **({"days": days} if days else {})} for e in did]
    return found or None


def _read(text: str) -> dict[str, Any]:
    """Return the definition in a text or a JSON object."""
    if text.lstrip()[:1] in ("{", "["):
        return read_json(text, "The definition")
    from core.language.audiences import parse_rules

    return parse_rules(text).model_dump(mode="json", by_alias=True, exclude_defaults=True)


@command.command("list")
@db_option
@format_options
@width_option
def list_(db: str | None, format: str | None, width: int | None) -> None:
    """List all audiences."""
    from tui.commands.listing import saved

    put_answer(saved("audiences")(database(db)), format, width=width_of(width))


@command.command("show")
@click.argument("name")
@db_option
@click.option("--rules", is_flag=True, help="Print its rules as text.")
def show(name: str, rules: bool, db: str | None) -> None:
    """Print an audience as JSON."""
    audiences = _audiences(db, None)
    if not rules:
        put_json(audiences.one(name).model_dump())
        return
    from core.language.audiences import format_rules

    put(format_rules(audiences.definition(name)))


@command.command("create")
@click.argument("name")
@_rules_options
@as_option
@db_option
def create(
    name: str,
    description: str | None,
    rules: str | None,
    file: str | None,
    where: str | None,
    did: tuple[str, ...],
    days: int | None,
    profile: str | None,
    db: str | None,
) -> None:
    """Save a group of people as NAME."""
    body = _definition(rules, file, where, did, days)
    if body is None:
        raise BadInput(
            "Who is in it?", "Give RULES, --where, --did or -d; -d - reads standard input."
        )
    item = _audiences(db, profile).create(name, body, description or "")
    put_line(f"{item.id}  {item.title}")
    from core.queries.people.audience import EVERYONE, read_definition

    if read_definition(body).everyone:
        say(EVERYONE)


@command.command("edit")
@click.argument("name")
@click.option("--title", help="The new name.")
@_rules_options
@as_option
@db_option
def edit(
    name: str,
    title: str | None,
    description: str | None,
    rules: str | None,
    file: str | None,
    where: str | None,
    did: tuple[str, ...],
    days: int | None,
    profile: str | None,
    db: str | None,
) -> None:
    """Change the given parts and keep the rest."""
    item = _audiences(db, profile).change(
        name,
        title=title,
        description=description,
        definition=_definition(rules, file, where, did, days),
    )
    put_line(f"{item.id}  {item.title}")


@command.command("delete")
@click.argument("name")
@as_option
@db_option
def delete(name: str, profile: str | None, db: str | None) -> None:
    """Delete NAME; it can be restored for 30 days."""
    _audiences(db, profile).delete(name)


@command.command("restore")
@click.argument("name")
@as_option
@db_option
def restore(name: str, profile: str | None, db: str | None) -> None:
    """Bring back a deleted audience, by name or id."""
    put_line(undelete(saved_at(database(db), profile), "audiences", name))


@command.command("versions")
@click.argument("name")
@db_option
def versions(name: str, db: str | None) -> None:
    """List the versions of an audience."""
    for found in _audiences(db, None).versions(name):
        when = local_time(database(db), found.saved_at)
        put_line(f"{found.version}  {when}  {found.saved_by}  {found.title}")


@command.command("count")
@click.argument("name")
@db_option
@click.option("--json", "as_object", is_flag=True, help='Print {"count": N}.')
def count(name: str, db: str | None, as_object: bool) -> None:
    """Count the people who are in an audience now."""
    audiences, engine = _audiences(db, None), open_engine(database(db))
    found = interruptible(lambda stop: audiences.count(engine, name))
    if as_object:
        put_json({"count": found})
    else:
        put(f"{found}")
