"""`footfall backup`: a copy of a workspace."""

from __future__ import annotations

from pathlib import Path

import click

from tui.commands.options import db_option
from tui.commands.output import put_line
from tui.commands.upkeep.common import Steps, workspace


@click.command("backup")
@click.argument("files", nargs=-1, required=True, metavar="[DB] FILE")
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@db_option
def command(files: tuple[str, ...], force: bool, db: str | None) -> None:
    """Copy a workspace to FILE as it is at this moment, while others may go on writing to it.

    \b
    footfall backup shop.db shop-backup.db
    footfall backup --db shop.db /backups/shop.db --force
    """
    from core.store.upkeep.backup import backup

    if len(files) > 2:
        raise click.UsageError("Name the workspace and one file for the copy.")
    target = Path(files[-1]).expanduser()
    path = workspace(files[0] if len(files) == 2 else None, db)
    steps = Steps()
    try:
        size = backup(
            path, target, force=force,
            told=lambda done, whole: steps.show(
                "MB copied" if whole else "checking the copy", done // 1_000_000, whole // 1_000_000
            ),
        )  # fmt: skip
    finally:
        steps.end()
    put_line(f"{target}  {size / 1e6:,.1f} MB, checked")
