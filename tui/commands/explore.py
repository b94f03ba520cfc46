"""`footfall [DB]`: the explorer."""

from __future__ import annotations

import click

from tui.commands.database import database
from tui.commands.saved.board import show


@click.command("explore", hidden=True)
@click.argument("db", required=False)
def command(db: str | None) -> int:
    """Open the explorer on DB, or print its first board if there is no terminal."""
    return show(database(db), None)
