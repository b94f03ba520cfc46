"""`footfall event`: what counts as an event: custom events, and flags on the events in the data."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from core.errors import BadInput
from core.text import things
from tui.commands.database import database, open_engine
from tui.commands.options import db_option, format_options, width_of, width_option
from tui.commands.output import put_answer, put_line, say
from tui.commands.saved.common import as_option, read_text, saved_at, undelete

if TYPE_CHECKING:
    from core.answers import Table

SWITCHES = {
    "inactive": ("--inactive", "--active", "Make it count as inactive, or as active again."),
    "deleted": ("--delete", "--restore", "Leave it out of every answer, or bring it back."),
    "hidden": ("--hide", "--show", "Leave it out of lists, or offer it again."),
    "flow_hidden": ("--hide-in-paths", "--show-in-paths", "Leave it out of paths, or keep it."),
}
"""Flag -> the option that sets it, the option that clears it, what they do."""


@click.group("event")
def command() -> None:
    """Create custom events, and flag events in the data.

    A custom event is any of several events, each with its filters, and is used as ce:NAME.

    \b
    footfall event create Engaged 'signup or purchase[amount > 5]'
    footfall run 'users of ce:Engaged'
    footfall event flag page_view --inactive
    footfall event list
    """


@command.command("list")
@db_option
@format_options
@width_option
def list_(db: str | None, format: str | None, width: int | None) -> None:
    """List all events with their flags, and custom events with their definitions."""
    put_answer(event_flags(database(db)), format, width=width_of(width))


def _definition_options(function: Any) -> Any:
    for option in (
        db_option,
        as_option,
        click.option(
            "-d", "--definition", "file", metavar="FILE", help="JSON; - reads standard input."
        ),
        click.argument("events", required=False),
        click.argument("name"),
    ):
        function = option(function)
    return function


@command.command("create")
@_definition_options
def create(
    name: str, events: str | None, file: str | None, profile: str | None, db: str | None
) -> None:
    """Save EVENTS as NAME: events and their filters, as in questions, joined by "or"."""
    put_line(_stored(name, events, file, profile, db, ""))


@command.command("edit")
@_definition_options
def edit(
    name: str, events: str | None, file: str | None, profile: str | None, db: str | None
) -> None:
    """Replace the EVENTS of a custom event; every version is kept."""
    found = saved_at(database(db), profile).item("custom_events", _bare(name))
    put_line(_stored(found.title, events, file, profile, db, found.id))


def _stored(
    name: str, events: str | None, file: str | None, profile: str | None, db: str | None, id_: str
) -> str:
    from core.catalog.selectors import check_custom
    from core.language.custom_events import format_custom, parse_custom

    if (events is None) == (file is None):
        raise BadInput(
            "Which events is it made of?", "Write signup or purchase[amount > 5], or give -d FILE."
        )
    body = parse_custom(events if events is not None else read_text(str(file)))
    item = saved_at(database(db), profile).save_custom_event(_bare(name), body, id_)
    _warn_of_unknown(database(db), body)
    return f"{item.id}  ce:{item.title}  {format_custom(check_custom(item.body))}"


def _warn_of_unknown(path: Path, body: dict[str, Any]) -> None:
    from core.errors import did_you_mean

    known = open_engine(path).context().catalog.events.ids
    for name in dict.fromkeys(branch["event"] for branch in body["events"]):
        if name not in known and name.removeprefix("event:") not in known:
            say(f"-- there is no event {name!r} here yet. {did_you_mean(name, known)}".rstrip())


def _bare(name: str) -> str:
    return name.removeprefix("ce:")


@command.command("rename")
@click.argument("name")
@click.argument("to")
@as_option
@db_option
def rename(name: str, to: str, profile: str | None, db: str | None) -> None:
    """Rename a custom event; whatever is kept and names it follows."""
    saved = saved_at(database(db), profile)
    found = saved.item("custom_events", _bare(name))
    followed = saved.rename("custom_events", found.id, _bare(to))
    put_line(f"Renamed ce:{found.title} to ce:{_bare(to)}")
    if followed:
        say(f"-- {things(followed, 'thing')} that named it follow")
    say(f"-- undo: {_again('rename', _bare(to), found.title)}")


@command.command("delete")
@click.argument("name")
@as_option
@db_option
def delete(name: str, profile: str | None, db: str | None) -> None:
    """Delete a custom event; it can be restored for 30 days."""
    saved = saved_at(database(db), profile)
    found = saved.item("custom_events", _bare(name))
    saved.delete("custom_events", found.id)
    put_line(f"Deleted ce:{found.title}")
    say(f"-- undo: {_again('restore', found.title)}")


@command.command("restore")
@click.argument("name")
@as_option
@db_option
def restore(name: str, profile: str | None, db: str | None) -> None:
    """Bring a deleted custom event back, by name or id."""
    title = undelete(saved_at(database(db), profile), "custom_events", _bare(name))
    put_line(f"Restored ce:{title}")


def _switches(function: Any) -> Any:
    for flag, (on, off, words) in reversed(SWITCHES.items()):
        function = click.option(f"{on}/{off}", flag, default=None, help=words)(function)
    return function


@command.command("flag")
@click.argument("name")
@_switches
@click.option("--display", metavar="TEXT", help='The name to show for it; "" resets it.')
@as_option
@db_option
def flag(
    name: str, display: str | None, profile: str | None, db: str | None, **flags: bool | None
) -> None:
    """Set flags on the event NAME in the data; every answer changes at once."""
    from core.store.library.event_flags import flag_event

    changes: dict[str, bool | str] = {k: v for k, v in flags.items() if v is not None}
    if display is not None:
        changes["display"] = display
    if not changes:
        options = ", ".join(f"{on}, {off}" for on, off, _ in SWITCHES.values())
        raise BadInput("Which flag?", f"Allowed: {options}, --display.")
    who = saved_at(database(db), profile).access
    before, after = flag_event(
        who.path, name, changes, profile=who.wanted, told=_told, patience=who.patience
    )
    put_line(f"{after.name}  {flag_words(after) or 'no flags'}")
    undo = _undo(before, after)
    say(f"-- undo: {_again('flag', name, *undo)}" if undo else "-- nothing changed")


def flag_words(state: Any) -> str:
    """Return an event's flags in words: "inactive, hidden, shown as Sign-up"."""
    words = [flag.replace("_", " ") for flag in SWITCHES if getattr(state, flag)]
    return ", ".join(words + ([f"shown as {state.display}"] if state.display else []))


def _undo(before: Any, after: Any) -> list[str]:
    found = []
    for flag_, (on, off, _) in SWITCHES.items():
        if getattr(before, flag_) != getattr(after, flag_):
            found.append(on if getattr(before, flag_) else off)
    if before.display != after.display:
        found += ["--display", before.display]
    return found


def _again(*words: str) -> str:
    return shlex.join(["footfall", "event", *words])


def _told(what: str, done: int, whole: int) -> None:
    if sys.stderr.isatty():
        end = "\r" if done < whole else "\n"
        print(f"\x1b[2K{what} {done:,} of {whole:,}", end=end, file=sys.stderr, flush=True)


def event_flags(path: Path) -> Table:
    """Return all events with their flags, deleted ones included, and the custom events."""
    from core.answers import Column
    from core.catalog.selectors import check_custom
    from core.language.custom_events import format_custom
    from core.store.library.event_flags import event_states
    from core.store.workspace import open_reader
    from tui.commands.listing import table

    connection = open_reader(path)
    try:
        rows = [(state.name, flag_words(state)) for state in event_states(connection)]
    finally:
        connection.close()
    own = saved_at(path).custom_events()
    rows += [(f"ce:{item.title}", format_custom(check_custom(item.body))) for item in own]
    return table("Events", (Column(name="event"), Column(name="what it is")), rows)
