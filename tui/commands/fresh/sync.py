"""`footfall sync`: what is new in sources since the last time, for a timer."""

from __future__ import annotations

from typing import Any

import click

from tui.commands.database import database
from tui.commands.import_ import asked_for, exit_code, load, reader_of, reading_options
from tui.commands.output import put


@click.command("sync")
@click.argument("files", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--into", metavar="DB", help="Workspace to write to; created if it does not exist.")
@click.option("--quiet", is_flag=True, help="Say nothing unless something is wrong.")
@reading_options
def command(files: tuple[str, ...], into: str | None, quiet: bool, **chosen: Any) -> int:
    """Import only what is new in files, folders and patterns since the last time.

    A file that grew is read from where it ended, one that was rotated to its end under its new
    name; files that are known are passed over. A last line that is not complete waits for the next
    time. Made for cron and timers: it is short if there is nothing new.

    \b
    footfall sync /var/log/nginx/access.log --into site.db --quiet
    footfall sync "exports/*.jsonl.gz" --into shop.db
    """
    with reader_of(files) as spare:
        from core.store.imports.replacing import add
        from tui.commands.fresh.push import send
        from tui.texts.imported import summary, troubles

        path = database(into)
        asked = {**asked_for(**chosen), "only_new": True, "spare": spare}
        report = load(path, files, asked, add, quiet=quiet)
    lines = troubles(report) if quiet else summary(report, path)
    if not (report.read or report.refused):
        lines = [] if quiet else ["Nothing is new."]
    if lines:
        put("\n".join(lines))
    return exit_code(report) or int(not send(path, quiet=quiet))
