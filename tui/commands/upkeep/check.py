"""`footfall check`: what is derived from events, against the events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from core.text import number, things
from tui.commands.database import patience
from tui.commands.options import db_option
from tui.commands.output import put, say
from tui.commands.upkeep.common import Steps, check_admin, workspace

if TYPE_CHECKING:
    from core.store.upkeep.check import Part


@click.command("check")
@click.argument("workspace_", metavar="[DB]", required=False)
@click.option("--repair", is_flag=True, help="Write what is wrong anew from the events.")
@db_option
def command(workspace_: str | None, repair: bool, db: str | None) -> int:
    """Count all sets, sessions and totals again from the events; exit code 1 if any is wrong."""
    from core.store.upkeep.check import check

    path = workspace(workspace_, db)
    if repair:
        check_admin(path)
    steps = Steps()
    try:
        found = check(path, repair=repair, told=steps.show, patience=patience())
    finally:
        steps.end()
    for part in found.parts:
        put(_line(part))
    if not found.wrong:
        return 0
    if found.repaired:
        put("repaired")
        return 0
    say("footfall check --repair writes them anew from the events.")
    return 1


def _line(part: Part) -> str:
    if not part.wrong:
        return f"  ok  {part.name:<16} {number(part.right)}, all as the rows say"
    days = f" on {things(part.days, 'day')}" if part.days else ""
    example = f"; {part.example}" if part.example else ""
    return (
        f"  BAD {part.name:<16} {number(part.wrong)} of {number(part.right)} differ{days}{example}"
    )
