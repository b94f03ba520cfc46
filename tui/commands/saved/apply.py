"""`footfall apply`: files of a folder into a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.errors import BadInput
from core.text import things
from tui.commands.database import database
from tui.commands.options import db_option
from tui.commands.output import put_line, say
from tui.commands.saved.common import as_option, saved_at

if TYPE_CHECKING:
    from core.folders.applying import Change
    from core.store.library.saved import Saved


@click.command("apply")
@click.argument("folder", required=False)
@click.option(
    "--dry-run", is_flag=True, help="Print what would change as a diff, and store nothing."
)
@click.option("--quiet", is_flag=True, help="Print nothing but errors, for cron.")
@click.option("--undo", is_flag=True, help="Take back the last apply.")
@as_option
@db_option
def command(
    folder: str | None,
    dry_run: bool,
    quiet: bool,
    undo: bool,
    profile: str | None,
    db: str | None,
) -> None:
    """Store the files of FOLDER, as export writes them; all of them or, at an error, none.

    What has no file there is left alone, and what says the same is not touched, so applying a
    folder twice changes nothing the second time. Another session gap in workspace.toml cuts the
    sessions anew.

    \b
    footfall export boards/
    footfall apply boards/ --dry-run
    footfall apply boards/
    footfall apply --undo
    """
    from core.folders.applying import changes, stale_names, take_back
    from core.folders.reading import files_in
    from core.folders.workspace import settings_in

    saved = saved_at(database(db), profile)
    if undo == (folder is not None):
        raise BadInput("Apply what?", "Give a folder, or --undo.")
    if undo:
        found = take_back(saved)
    else:
        place = Path(str(folder)).expanduser()
        if not place.is_dir():
            raise BadInput(f"There is no folder {folder}.", "footfall export FOLDER makes one.")
        files, settings = files_in(place), settings_in(place)
        if not files and settings is None:
            say("-- there are no files of kept things in it")
        found = changes(saved, files, settings)
        for sentence in () if quiet else stale_names(saved, files):
            say(f"-- {sentence} footfall export {folder} writes it anew.")
    if dry_run:
        _show(found)
        return
    _store(saved, found, quiet)
    if quiet:
        return
    for change in found:
        put_line(f"{change.word} {change.name}  {change.title}")
    if not found:
        put_line("Nothing has changed.")
    elif not undo:
        say(f"-- {things(len(found), 'thing')} stored; undo: footfall apply --undo")


def _store(saved: Saved, found: list[Change], quiet: bool) -> None:
    """Store changes, with the progress of sessions that are cut anew; a connected server gets
    these, too.
    """
    from core.folders.applying import apply

    if not any(change.kind == "workspace" for change in found):
        apply(saved, found)
        return
    from tui.commands.fresh.push import send
    from tui.commands.upkeep.common import Steps

    steps = Steps()
    try:
        apply(saved, found, steps.show)
    finally:
        steps.end()
    send(saved.access.path, quiet=quiet)


def _show(found: list[Change]) -> None:
    for change in found:
        for line in change.diff():
            put_line(line)
    if found:
        say(f"{things(len(found), 'thing')} would change.")
    else:
        put_line("Nothing would change.")
