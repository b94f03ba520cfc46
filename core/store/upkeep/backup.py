"""Copying a workspace to another file while it is in use."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from core.errors import BadInput, CannotOpen, Damaged
from core.store.troubles import TROUBLES, sentence
from core.store.workspace import BESIDE, is_part_of, open_reader, read_meta

PART: Final = ".part"
"""What is added to the name of the copy until it is complete."""

_PAGES: Final = 2_000
"""How many pages are copied between two progress reports."""


def backup(
    path: str | Path,
    target: str | Path,
    *,
    force: bool = False,
    told: Callable[[int, int], None] = lambda done, whole: None,
) -> int:
    """Copy a workspace as it is at this moment; others may go on writing to it.

    The copy has its name only once it is complete and was checked, so that a stop leaves whatever
    had the name before.

    Args:
        target: the file to write.
        force: it may replace a file.
        told: called with the bytes copied and the total.

    Returns:
        The size of the copy in bytes.

    Raises:
        BadInput: the target exists, is in use, is the workspace itself, or is in no folder.
        CannotOpen: there is no workspace, or the target cannot be written.
        Damaged: the workspace, or its copy, is damaged.
    """
    target = Path(target)
    with closing(open_reader(path)) as source:
        _check(Path(path), target, force)
        part = target.with_name(target.name + PART)
        _delete(part)
        try:
            _copy(source, path, part, told)
            os.replace(part, target)
        except OSError as error:
            raise CannotOpen(f"{target} could not be written: {error.strerror}.") from error
        finally:
            _delete(part)
    return target.stat().st_size


def _check(path: Path, target: Path, force: bool) -> None:
    if is_part_of(target, path):
        raise BadInput(f"{target} is the workspace itself.", "Name another file for the copy.")
    if not target.parent.is_dir():
        raise BadInput(f"There is no folder {target.parent}.")
    if target.exists() and not force:
        raise BadInput(f"{target} exists already.", "--force replaces it.")
    if target.exists() and not target.is_file():
        raise BadInput(f"{target} is not a file.")
    for end in BESIDE[1:]:
        beside = target.with_name(target.name + end)
        if beside.exists():
            raise BadInput(
                f"{target} is in use, or was when its program was stopped: {beside} is there.",
                "Close it, or name another file.",
            )


def _copy(
    source: sqlite3.Connection,
    path: str | Path,
    part: Path,
    told: Callable[[int, int], None],
) -> None:
    try:
        with closing(sqlite3.connect(part)) as copy:
            source.execute("begin")  # one snapshot of the file, whatever is committed meanwhile
            generation = read_meta(source)["generation"]
            page = int(source.execute("pragma page_size").fetchone()[0])
            source.backup(
                copy,
                pages=_PAGES,
                progress=lambda _, left, whole: told((whole - left) * page, whole * page),
            )
    except TROUBLES as error:
        found = sentence(error, path)
        found.message = f"The copy could not be made: {found.message}"
        raise found from error
    with closing(sqlite3.connect(part)) as copy:
        told(0, 0)
        said = [str(row[0]) for row in copy.execute("pragma quick_check(3)")]
        if said != ["ok"]:
            raise Damaged(f"{path} is damaged, so no copy was made: {'; '.join(said)}.")
        if read_meta(copy)["generation"] != generation:
            raise Damaged(f"The copy of {path} is not complete.", "Try again.")


def _delete(part: Path) -> None:
    """Delete an incomplete copy and what SQLite left beside it."""
    for end in BESIDE:
        part.with_name(part.name + end).unlink(missing_ok=True)
