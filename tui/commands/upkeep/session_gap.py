"""`footfall session-gap`: how long a pause ends a session."""

from __future__ import annotations

from pathlib import Path

import click

from core.text import things
from tui.commands.database import patience
from tui.commands.fresh.push import send
from tui.commands.options import db_option
from tui.commands.output import put
from tui.commands.upkeep.common import Steps, check_admin, workspace


@click.command("session-gap")
@click.argument("gap", metavar="[GAP]", required=False)
@db_option
def command(gap: str | None, db: str | None) -> int:
    """Show or set how long a pause ends a session of events that have no session id.

    It is 30 minutes in a new workspace. Another one cuts the sessions anew, of all events there
    are.

    \b
    footfall session-gap --db shop.db
    footfall session-gap 15m --db shop.db
    """
    from core.store.upkeep.session_gap import gap_from, gap_text, session_gap

    path = workspace(None, db)
    if gap is None:
        put(gap_text(session_gap(path)))
        return 0
    wanted = gap_from(gap)
    changed = put_gap(path, wanted)
    put(f"{gap_text(wanted)}; {things(changed, 'session')} changed")
    return int(not send(path))


def put_gap(path: Path, gap: int) -> int:
    """Set the gap of a workspace, ms, with its progress; return how many sessions are other ones.

    Errors are those of `upkeep.session_gap.set_session_gap`.
    """
    from core.store.upkeep.session_gap import set_session_gap

    check_admin(path)
    steps = Steps()
    try:
        return set_session_gap(path, gap, told=steps.show, patience=patience())
    finally:
        steps.end()
