"""`footfall undo`: an import taken away again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.errors import BadInput
from core.text import number, things
from tui.commands.database import database, patience
from tui.commands.fresh.push import send
from tui.commands.options import db_option
from tui.commands.output import put, say
from tui.commands.upkeep.common import Steps, check_admin, confirmed
from tui.commands.upkeep.replacing import named

if TYPE_CHECKING:
    from core.store.imports.listed import Import
    from core.store.imports.undo import Undone


@click.command("undo")
@click.argument("numbers", nargs=-1, type=click.IntRange(1), metavar="IMPORT...")
@click.option("--last", is_flag=True, help="Undo the newest import that is not undone.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@db_option
def command(numbers: tuple[int, ...], last: bool, yes: bool, db: str | None) -> int:
    """Take imports away again: their events, logs, links, aliases and traits.

    IMPORT is a number shown by footfall list imports. What another import contains or says too
    stays, and everything else is as if it had never been imported.
    """
    path = database(db)
    chosen = _chosen(path, numbers, last=last)
    check_admin(path)
    if sys.stdin.isatty() and not yes:
        say(*(_described(each) for each in chosen))
    if not confirmed(f"Undo {named(chosen)}?", yes=yes):
        return 1
    _undo(path, chosen)
    return int(not send(path))


def _chosen(path: Path, numbers: Sequence[int], *, last: bool) -> list[Import]:
    """Return the imports to undo, all of which can be undone.

    Raises:
        BadInput: some cannot be, or none is named.
    """
    from core.store.imports.listed import imports_of
    from core.store.imports.undo import check
    from core.store.workspace import open_reader

    if bool(numbers) == last:
        raise BadInput(
            "Name the imports to undo by their numbers, or the newest with --last.",
            "footfall list imports shows all.",
        )
    with closing(open_reader(path)) as connection:
        every = {each.id: each for each in imports_of(connection)}
        if last:
            numbers = [id_ for id_, each in every.items() if each.undone_at is None][:1]
            if not numbers:
                raise BadInput("There is no import to undo.")
        chosen = list(dict.fromkeys(numbers))
        for number_ in chosen:
            check(connection, number_)
    return [every[number_] for number_ in chosen]


def _described(found: Import) -> str:
    """Return the counts of an import."""
    counts = [
        f"{number(found.stored)} stored",
        f"{number(found.repeated)} that were there",
        *([f"{number(found.linked)} linked"] if found.linked else []),
        *([f"{number(found.merged)} merged"] if found.merged else []),
    ]
    state = f", {found.state}" if found.state else ""
    return f"import {found.id}: {found.source}: {', '.join(counts)}{state}"


def _undo(path: Path, imports: Sequence[Import]) -> None:
    from core.store.imports.undo import undo
    from core.store.troubles import TROUBLES, sentence
    from core.store.workspace import open_writer

    steps = Steps()
    try:
        with closing(open_writer(path, patience=patience())) as connection:
            for each in imports:
                undone = undo(connection, each.id, patience=patience(), told=steps.show)
                steps.end()
                put(_said(each, undone))
    except TROUBLES as error:
        raise sentence(error, path, "written") from error
    finally:
        steps.end()


def _said(found: Import, undone: Undone) -> str:
    """Return what was taken away, in a sentence."""
    gone = [
        things(count, one, many)
        for count, one, many in (
            (undone.events, "event", "events"),
            (undone.logs, "log", "logs"),
            (undone.people, "person", "people"),
            (undone.links, "link", "links"),
            (undone.aliases, "alias", "aliases"),
        )
        if count
    ]
    stay = f"; {number(undone.kept)} stay, as other imports contain them" if undone.kept else ""
    return f"Import {found.id} is undone: {', '.join(gone) or 'nothing'} taken away{stay}."
