"""`footfall SOURCE...`: events into a workspace beside them, and its board."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from core.errors import BadInput
from tui.commands.asking import decided
from tui.commands.first_word import is_among, workspace_for
from tui.commands.output import say
from tui.commands.saved.shown import screen_possible, show

ANYTHING: dict[str, Any] = {"ignore_unknown_options": True, "help_option_names": []}


@click.command("open", hidden=True, context_settings=ANYTHING)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def command(words: tuple[str, ...]) -> int:
    """Import sources as `footfall import` does, with its options, and open the workspace.

    Without a terminal its board is printed. Exit codes are those of import.
    """
    from tui.commands.import_ import command as importing

    parent = click.get_current_context().parent
    with importing.make_context("footfall", list(words), parent=parent) as context:
        return _opened(**context.params)


def _opened(
    files: tuple[str, ...],
    into: str | None,
    dry_run: bool,
    quiet: bool,
    replace: bool,
    add: bool,
    **chosen: Any,
) -> int:
    from tui.commands.import_ import asked_for, exit_code, load, preview_of, reader_of
    from tui.commands.upkeep.replacing import decision
    from tui.texts.short import short

    path = Path(into).expanduser() if into else workspace_for(files)
    if is_among(path, files):
        raise BadInput(f"{path} is the workspace itself, not a file of events.")
    if all(os.path.isfile(source) and not os.path.getsize(source) for source in files):
        raise BadInput(f"{', '.join(files)}: there is nothing in it.")
    asked = asked_for(**chosen)
    if dry_run:
        return preview_of(path, files, asked)
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    asked = decided(path, files, asked) if "-" not in files else asked
    with reader_of(files) as spare:
        asked = {**asked, "spare": spare}
        report = load(path, files, asked, decision(replace=replace, add=add), quiet=quiet)
    said = short(report, path, is_new=is_new)
    if not quiet or said.warnings:
        say(*said.lines)
    code = exit_code(report)
    if said.is_empty:
        say("There is no board to show without events or logs.")
        return code or int(not report.identified)
    if said.warnings and screen_possible():
        click.pause("Press any key to see the board.", err=True)
    return show(path, None, notice=f"{path.name}: {said.added}") or code
