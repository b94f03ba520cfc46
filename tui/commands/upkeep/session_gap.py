"""`footfall session-gap`: how long a pause ends a session."""

from __future__ import annotations

import re
from pathlib import Path

import click

from core.errors import BadInput
from core.text import things
from tui.commands.database import patience
from tui.commands.fresh.push import send
from tui.commands.options import db_option
from tui.commands.output import put
from tui.commands.upkeep.common import Steps, check_admin, workspace

_UNITS = {"s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000}


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
    from core.store.upkeep.session_gap import session_gap

    path = workspace(None, db)
    if gap is None:
        put(said(session_gap(path)))
        return 0
    wanted = gap_in(gap)
    changed = put_gap(path, wanted)
    put(f"{said(wanted)}; {things(changed, 'session')} changed")
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


def gap_in(text: str) -> int:
    """Return the ms of a text such as 15m, 90s or 1h.

    Raises:
        BadInput: it is no such text.
    """
    found = re.fullmatch(r"(\d{1,6})\s*(s|m|min|h)", text.strip().lower())
    if found is None:
        raise BadInput(f"{text!r} is not a session gap.", "Write 15m, 90s or 1h.")
    return int(found[1]) * _UNITS[found[2]]


def said(gap: int) -> str:
    """Return a gap as it is typed: 30m."""
    unit = next(unit for unit in ("h", "m", "s") if not gap % _UNITS[unit])
    return f"{gap // _UNITS[unit]}{unit}"
