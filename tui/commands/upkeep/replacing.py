"""What happens to earlier imports of a source that is imported again and read in another way."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from core.errors import BadInput
from core.text import clean, things
from tui.commands.asking import can_ask

if TYPE_CHECKING:
    from core.store.imports.listed import Import
    from core.store.imports.replacing import Decide


def decision(*, replace: bool, add: bool) -> Decide:
    """Return what decides: the options --replace and --add, else the user.

    Raises:
        BadInput: both are given.
    """
    from core.store.imports import replacing

    if replace and add:
        raise BadInput("--replace and --add exclude each other.")
    if replace:
        return replacing.replace
    return replacing.add if add else _asked


def _asked(source: str, earlier: Sequence[Import]) -> bool:
    """Ask whether to replace earlier imports.

    Raises:
        BadInput: they are not to be replaced, or there is no terminal to ask on.
    """
    found = named(earlier)
    if not can_ask():
        raise BadInput(
            f"{source} was imported before and read in another way: {found}.",
            "Add --replace to undo that and import it anew, or --add to keep both.",
        )
    if click.confirm(f"replace {found}?", err=True):
        return True
    raise BadInput(f"{source} was not imported again.", "With --add, what was imported stays too.")


def named(imports: Sequence[Import]) -> str:
    """Return "import 3 (events.csv, 400 events)", or several of them."""
    found = [
        f"import {each.id} ({clean(os.path.basename(each.source))}, "
        f"{things(each.stored + each.repeated, 'event')})"
        for each in imports
    ]
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
