"""`footfall [DB]`: the explorer."""

from __future__ import annotations

from pathlib import Path

import click

from core.errors import FootfallError
from tui.commands.database import database
from tui.commands.saved.board import screen_possible, show


@click.command("explore", hidden=True)
@click.argument("db", required=False)
def command(db: str | None) -> int:
    """Open the explorer on DB, or print its first board if there is no terminal.

    Without DB and without a default workspace a terminal shows what there is to begin with.
    """
    path = database(db)
    if db is None and not path.exists() and screen_possible():
        return _welcomed(path)
    return show(path, None)


def _welcomed(path: Path) -> int:
    """Show the welcome, and open what is chosen; an error leads back to it."""
    from tui.start.welcome import welcome

    footfall = click.get_current_context().find_root().command
    wrong: FootfallError | None = None
    while words := welcome(path, wrong):
        try:
            code = footfall.main(list(words), prog_name="footfall", standalone_mode=False)
            return code if isinstance(code, int) else 0
        except FootfallError as error:
            wrong = error
    return 0
