"""`footfall list`: what a workspace contains."""

from __future__ import annotations

from typing import Any

import click

from tui.commands.database import database
from tui.commands.listing import LISTS
from tui.commands.options import db_option, format_options, width_of, width_option
from tui.commands.output import put_answer


@click.command("list")
@click.argument("what", type=click.Choice(list(LISTS)))
@db_option
@format_options
@width_option
def command(what: str, db: str | None, format: str | None, width: int | None) -> None:
    """List everything of one kind in a workspace."""
    put_table(LISTS[what](database(db)), format, width_of(width))


def put_table(answer: Any, format: str | None, width: int) -> None:
    """Write a list in a format or drawn."""
    put_answer(answer, format, width=width)
