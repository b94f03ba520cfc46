"""`footfall export`: what is kept, as files to put into git."""

from __future__ import annotations

from pathlib import Path

import click

from core.errors import BadInput
from core.text import things
from tui.commands.database import database
from tui.commands.options import db_option
from tui.commands.output import put_line, say
from tui.commands.saved.common import as_option, saved_at


@click.command("export")
@click.argument("folder")
@as_option
@db_option
def command(folder: str, profile: str | None, db: str | None) -> None:
    """Write boards, charts, audiences, events, alerts and marks to FOLDER, one TOML file each.

    A thing keeps its file, also under another title, and a file that says the same is not touched.
    Private marks are left out. A session gap other than 30 minutes is in workspace.toml. Footfall
    apply reads the files.
    """
    from core.folders.reading import write_folder

    place = Path(folder).expanduser()
    if place.exists() and not place.is_dir():
        raise BadInput(f"{folder} is not a folder.")
    written = write_folder(saved_at(database(db), profile), place)
    for name in written.new:
        put_line(f"new {name}")
    for name in written.changed:
        put_line(f"changed {name}")
    for name in written.left:
        say(f"-- {name} is of nothing that is kept here")
    count = len(written.new) + len(written.changed)
    say(f"{things(count, 'file')} written." if count else "Nothing has changed.")
