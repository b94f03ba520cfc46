"""`footfall delete-user`: a person, taken out for good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from core.text import number, one_line, things
from tui.commands.database import database, patience
from tui.commands.fresh.push import send
from tui.commands.options import db_option
from tui.commands.output import put, put_line, say
from tui.commands.upkeep.common import Steps, check_admin, confirmed

if TYPE_CHECKING:
    from core.store.upkeep.erasing import About, Erased

_SHOWN: Final = 8
"""How many ids are listed."""


@click.command("delete-user")
@click.argument("id_", metavar="ID")
@click.option("--ignore", is_flag=True, help="Take the ids for nobody in later imports.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@db_option
def command(id_: str, ignore: bool, yes: bool, db: str | None) -> int:
    """Take out the person with a user id or on a device, and everything about them, for good.

    This includes merged ids, devices that are only theirs, and the logs of their sessions. Then the
    file is rewritten, and searched for the ids. Exit code 1 if one is left for no known reason.

    \b
    footfall delete-user ann --db shop.db
    footfall delete-user ann --ignore --yes
    """
    from core.store.upkeep.erasing import about, erase

    path = database(db)
    check_admin(path)
    found = about(path, id_)
    if found.ids and not confirmed(f"Take out {_what(found)} for good?", yes=yes):
        return 1
    steps = Steps()
    try:
        erased = erase(path, id_, ignore=ignore, told=steps.show, patience=patience())
    except KeyboardInterrupt:
        steps.end()
        say("Either everything is as it was, or the same command finishes it.")
        raise
    finally:
        steps.end()
    put_line(f"took out {_what(erased.about)}" if erased.about.ids else "taken out before")
    for line in _remains(erased):
        put(f"  {one_line(line)}")
    is_sent = send(path)
    return 1 if any(trace.unexplained for trace in erased.remains) or not is_sent else 0


def _what(found: About) -> str:
    ids = ", ".join(found.ids[:_SHOWN])
    more = len(found.ids) - _SHOWN
    named = one_line(ids) + (f" and {number(more)} more" if more > 0 else "")
    return (
        f"{named}: {things(found.events, 'event')}, {things(found.logs, 'log')}, "
        f"{things(found.traits, 'trait')}"
    )


def _remains(erased: Erased) -> Iterator[str]:
    """Yield what is left, and where."""
    from core.store.upkeep.traces import is_short

    for id_ in erased.shared:
        yield f"{id_} stays: it is others' device too"
    for trace in erased.remains:
        if trace.places:
            places = (_place(*place) for place in trace.places.items())
            yield f"{trace.text} is still in {', '.join(places)}"
    for trace in erased.remains:
        if trace.unexplained:
            yield f"{trace.text} is still in the file, but in no row"
    if not erased.remains:
        yield "verified: none of the ids is left in the file"
    if short := [id_ for id_ in erased.about.ids if is_short(id_)]:
        yield f"too short to be told from chance, searched as whole texts: {', '.join(short)}"
    if erased.ignored:
        yield f"ignored from here on: {', '.join(erased.ignored)}"
    for file in [*erased.files, *_own_files(erased)]:
        yield f"may be in {file}"
    yield "backups and copies of the file are as they were"


def _place(column: str, rows: int) -> str:
    """Return where a text is left: rows that are others', or what was asked to be ignored."""
    if column == "meta.value":
        return "the settings of the workspace, such as its ids to ignore"
    return f"{things(rows, 'row')} of {column}"


def _own_files(erased: Erased) -> list[str]:
    """Return the files of the explorer that have one of the ids."""
    from core.store.upkeep.traces import contains
    from tui.services.state import log_file, state_file

    ids = sorted(set(erased.about.ids) - set(erased.shared))
    return [str(file) for file in (state_file(), log_file()) if contains(file, ids)]
