"""`footfall [DB]`: the explorer."""

from __future__ import annotations

import click

from tui.commands.board import show
from tui.commands.common import database


@click.command("explore", hidden=True)
@click.argument("db", required=False)
def command(db: str | None) -> int:
    """Open the explorer on DB; where there is no terminal, print its first board."""
    return show(database(db), None)
