"""The files of a folder: reading them, and writing what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from core.definitions.saved import PREFIXES, Kind
from core.definitions.shared import id_from
from core.errors import BadInput
from core.folders.tables import table_in
from core.folders.things import FOLDERS, Data, Thing, data_of
from core.folders.workspace import FILE, is_usual, settings_in, settings_of
from core.folders.writing import write_whole
from core.store.library.saved import MARK_LIMIT, Saved
from core.values.toml_text import toml_text

SUFFIX: Final = ".toml"


class File(NamedTuple):
    """A file of a thing.

    Attributes:
        name: relative to the folder.
        named: whether it has an id of its own; else the id follows from its name.
    """

    kind: Kind
    name: str
    data: Data
    named: bool

    @property
    def id(self) -> str:
        """The id of its thing."""
        return str(self.data["id"])


def files_in(folder: Path) -> list[File]:
    """Return the files of all kinds in a folder; other files are left alone.

    Raises:
        BadInput: one is no TOML, or two have the same id; the message names them.
    """
    found = [
        _file(kind, folder, path)
        for kind, part in FOLDERS.items()
        for path in sorted((folder / part).glob(f"*{SUFFIX}"))
    ]
    seen: dict[tuple[str, str], str] = {}
    for file in found:
        other = seen.setdefault((file.kind, file.id), file.name)
        if other != file.name:
            raise BadInput(f"{file.name} and {other} have the same id {file.id!r}.")
    return found


def _file(kind: Kind, folder: Path, path: Path) -> File:
    name = path.relative_to(folder).as_posix()
    data = table_in(folder, name)
    named = isinstance(data.get("id"), str) and bool(data["id"])
    if not named:
        data = {**data, "id": id_from(PREFIXES[kind], name)}
    return File(kind, name, data, named)


def things_in(saved: Saved) -> list[Thing]:
    """Return everything that is kept and has a file; private marks have none."""
    found: list[Thing] = []
    for kind in FOLDERS:
        if kind == "boards":
            found += [Thing(kind, board) for board in saved.boards()]
        elif kind == "marks":
            found += [Thing(kind, mark) for mark in _marks(saved) if mark.scope == "public"]
        else:
            found += [Thing(kind, item) for item in saved.items(kind)]
    return found


def _marks(saved: Saved) -> Iterator[Any]:
    """Yield all marks, in as many lists as they need."""
    seen: set[str] = set()
    last: int | None = None
    while True:
        page = saved.marks(last_ms=last)
        fresh = [mark for mark in page if mark.id not in seen]
        yield from fresh
        if len(page) < MARK_LIMIT or not fresh:
            return
        seen |= {mark.id for mark in fresh}
        last = page[-1].timestamp


class Written(NamedTuple):
    """What writing a folder did: the names of files that are new, changed, and of nothing kept."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    left: tuple[str, ...]


def write_folder(saved: Saved, folder: Path) -> Written:
    """Write a file for everything kept; a thing that has one keeps its name, and what says the same
    is not touched. The workspace's own file is written if it is not as usual, or is there.

    Raises:
        BadInput: a file there is no TOML.
        OSError: one cannot be written.
    """
    known = {(file.kind, file.id): file.name for file in files_in(folder)}
    new: list[str] = []
    changed: list[str] = []
    taken = {name.casefold() for name in known.values()}
    for thing in things_in(saved):
        name = known.pop((thing.kind, thing.id), "")
        fresh = not name
        if fresh:
            name = _free_name(thing, taken)
            taken.add(name.casefold())
        text = toml_text(data_of(thing))
        if not fresh and _text(folder / name) == text:
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, text)
        (new if fresh else changed).append(name)
    settings, there = settings_of(saved), settings_in(folder)
    if settings != there and not (there is None and is_usual(settings)):
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / FILE, toml_text(settings))
        (new if there is None else changed).append(FILE)
    return Written(tuple(new), tuple(changed), tuple(sorted(known.values())))


def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _free_name(thing: Thing, taken: set[str]) -> str:
    """Return a name for a thing's file: its title in small letters, with a number if needed."""
    word = "-".join(re.findall(r"\w+", thing.title.lower()))[:60] or thing.id
    for end in ("", *(f"-{n}" for n in range(2, len(taken) + 3))):
        name = f"{FOLDERS[thing.kind]}/{word}{end}{SUFFIX}"
        if name.casefold() not in taken:
            return name
    return f"{FOLDERS[thing.kind]}/{thing.id}{SUFFIX}"
