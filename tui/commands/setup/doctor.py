"""`footfall doctor`: terminal, clipboard, database and timing."""

from __future__ import annotations

import locale
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click

from core.errors import FootfallError
from core.health import Check, checks
from core.text import clean
from tui.commands.database import database
from tui.commands.options import db_option
from tui.commands.output import put


@click.command("doctor")
@db_option
@click.option("--quick", is_flag=True, help="Do not check the whole file for damage.")
def command(db: str | None, quick: bool) -> int:
    """Check this terminal, its clipboard and the workspace; exit code 1 if something is wrong."""
    fine = True
    for check in [*_terminal(), *_clipboard(), *_program()]:
        _put(check)
    path = database(db)
    put(f"\n{clean(str(path))}")
    if not path.exists() and db is None:
        put("  not created yet: footfall FILE imports events, footfall demo shows an example")
        return 0
    try:
        for check in checks(path, whole=not quick):
            fine = _put(check) and fine
        fine = _put(_first_answer(path)) and fine
    except FootfallError:
        sys.stdout.flush()
        raise
    return 0 if fine else 1


def _put(check: Check) -> bool:
    took = f"  {check.milliseconds:,.0f} ms" if check.milliseconds >= 1 else ""
    put(f"  {'ok ' if check.ok else 'BAD'} {check.name:<16} {clean(check.detail)}{took}")
    return check.ok


def _terminal() -> Iterator[Check]:
    from tui.terminal import colours, glyphs

    size = shutil.get_terminal_size((0, 0))
    shown = f"{size.columns}x{size.lines}" if sys.stdout.isatty() else "no terminal"
    small = sys.stdout.isatty() and (size.columns < 60 or size.lines < 18)
    yield Check("size", not small, f"{shown}; at least 60x18 is needed, 80x24 is good")
    tiers = {
        "theme": "256 colours or more",
        "ansi": "the terminal's own 16",
        "mono": "none (NO_COLOR)",
    }
    term = f"TERM={os.environ.get('TERM', '')} COLORTERM={os.environ.get('COLORTERM', '')}"
    yield Check("colours", True, f"{tiers[colours()]}; {term}")
    encoding = locale.getpreferredencoding(False)
    yield Check("glyphs", True, f"{glyphs()}; text is {encoding}")
    if os.environ.get("SSH_CONNECTION"):
        yield Check("ssh", True, "key sequences have 250 ms to arrive (ESCDELAY)")


def _clipboard() -> Iterator[Check]:
    if not os.environ.get("TMUX"):
        yield Check("clipboard", True, "y sends OSC 52; your terminal must allow it")
        return
    setting = _tmux("set-clipboard")
    allowed = setting in ("on", "external")
    hint = "" if setting == "on" else "; put `set -g set-clipboard on` in ~/.tmux.conf"
    yield Check("clipboard", allowed, f"tmux set-clipboard is {setting or 'unknown'}{hint}")


def _tmux(option: str) -> str:
    try:
        found = subprocess.run(
            ["tmux", "show-options", "-gv", option], capture_output=True, text=True, timeout=2
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return found.stdout.strip()


def _program() -> Iterator[Check]:
    from tui import VERSION

    python = ".".join(str(part) for part in sys.version_info[:3])
    yield Check("footfall", True, f"{VERSION}, Python {python}")


def _first_answer(path: Path) -> Check:
    """Time a question that every board asks."""
    from core.queries.activity.active_users import ActiveUsers
    from tui.commands.database import open_engine

    started = time.perf_counter()
    engine = open_engine(path)
    result = engine.run(ActiveUsers(), fresh=True)
    spent = (time.perf_counter() - started) * 1000
    return Check("active users", True, f"30 days answered in {result.milliseconds:,.0f} ms", spent)
