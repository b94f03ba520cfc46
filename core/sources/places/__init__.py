"""Where events come from: standard input, files, folders, patterns and archives, as places to read.

A place is one stream of bytes with a name. Whatever is left out (rejects files, the workspace
itself, files that cannot be events) is reported, one line each.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.errors import BadInput
from core.sources.places.archives import is_archive, is_archive_name, members

REJECTS: Final = ".rejects.jsonl"
"""The suffix of a file of rejected lines."""

_PACKED: Final = (".gz", ".xz", ".bz2", ".zst", ".zstd")
_TEXTS: Final = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".psv", ".txt", ".log")
_TABLES: Final = (".db", ".sqlite", ".sqlite3", ".db3", ".duckdb", ".parquet")
_BEGINS: Final = (b"{", b"[", b"\x1f\x8b", b"PK\x03\x04", b"SQLite format 3\0", b"#Version:")
"""How a file with an uninformative name begins if it can contain events."""

_JUNK: Final = ("__MACOSX", "node_modules")
_BESIDE: Final = frozenset({
    "readme", "read_me", "license", "licence", "notice", "changelog", "copying", "manifest",
})  # fmt: skip
"""What files are called that exports have beside their events, without what ends their names."""


@dataclass(frozen=True)
class Place:
    """One stream of bytes to read events from.

    Attributes:
        path: a file, or "-" for standard input.
        member: the name of a file inside the archive at `path`; "" for the file itself.
        table: the table to read from a database; "" to choose one.
        query: the statement to read a database with; "" for a table.
        after: the number of the row (its rowid) after which to read a table; None for all rows.
    """

    path: str
    member: str = ""
    table: str = ""
    query: str = ""
    after: int | None = None

    @property
    def name(self) -> str:
        """Its name in messages and in the journal."""
        if self.path == "-":
            return "stdin"
        return f"{self.path}/{self.member}" if self.member else self.path

    @property
    def rejects(self) -> str:
        """The path from which the name of its rejects file is derived, "-" for standard input."""
        return f"{self.path}.{self.member.replace('/', '.')}" if self.member else self.path


@dataclass
class Found:
    """The places of an import.

    Attributes:
        places: in the order in which they are read.
        left_out: a sentence for each file that is not read.
        refused: sources that cannot be read, each with the reason.
    """

    places: list[Place] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    refused: list[BadInput] = field(default_factory=list)


def find(sources: Sequence[str | Path], is_ours: Callable[[str], bool] = lambda _: False) -> Found:
    """Return the places of sources, in a stable order.

    Files found through folders and patterns are read once; a file that is named twice is read
    twice.

    Args:
        sources: paths of files and folders, patterns not expanded by the shell, and "-".
        is_ours: whether a file is the workspace being written.
    """
    found = Found()
    for source in map(str, sources):
        try:
            for path, named in _paths(source, found, is_ours):
                _add(path, named, found, is_ours)
        except BadInput as error:
            found.refused.append(error)
    return found


def _paths(source: str, found: Found, is_ours: Callable[[str], bool]) -> Iterator[tuple[str, bool]]:
    """Yield the files of one source, and whether each was named explicitly."""
    if source == "-" or os.path.isfile(source):
        yield source, True
    elif os.path.isdir(source):
        yield from ((path, False) for path in _below(source, found, is_ours))
    elif glob.has_magic(source) and not os.path.lexists(source):
        matches = sorted(glob.glob(source, recursive=True))
        if not matches:
            raise BadInput(f"No file matches {source}.")
        for match in matches:
            if os.path.isdir(match):
                yield from ((path, False) for path in _below(match, found, is_ours))
            else:
                yield match, False
    else:
        yield source, True


def _below(folder: str, found: Found, is_ours: Callable[[str], bool]) -> Iterator[str]:
    """Yield every file below a folder that can contain events; BadInput if there is none."""
    count = 0
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in sorted(files):
            path = os.path.join(here, name)
            if _is_hidden(name) or not os.path.isfile(path) or not os.path.getsize(path):
                continue
            if is_ours(path) or name.endswith(REJECTS):
                yield path
            elif _is_likely(path, name):
                count += 1
                yield path
            else:
                found.left_out.append(
                    f"{path} is left out: its name is not that of a file of events."
                )
    if not count:
        raise BadInput(f"{folder} could not be read: it contains no file of events.")


def _is_likely(path: str, name: str) -> bool:
    """Whether a file of a folder can contain events, by its name or its first bytes."""
    return _can_be_events(name) or is_archive_name(name.lower()) or _begins_like_events(path)


def _add(path: str, named: bool, found: Found, is_ours: Callable[[str], bool]) -> None:
    if path.endswith((REJECTS, f"{REJECTS}.part")):
        found.left_out.append(f"{path} is left out: it contains lines rejected by an import.")
    elif is_ours(path):
        if named:
            raise BadInput(f"{path} is the workspace itself, not a file of events.")
        found.left_out.append(f"{path} is left out: it is the workspace itself.")
    else:
        places = [Place(path)]
        if is_archive(path):
            places = [Place(path, name) for name in _of_archive(path, found)]
        found.places += [place for place in places if named or place not in found.places]


def _of_archive(path: str, found: Found) -> list[str]:
    """Return the files in an archive that can contain events; BadInput if there is none."""
    good = []
    for name in members(path):
        parts = name.split("/")
        if any(map(_is_hidden, parts)):
            continue
        if parts[-1].endswith(REJECTS):
            found.left_out.append(
                f"{path}/{name} is left out: it contains lines rejected by an import."
            )
        elif _can_be_events(parts[-1]) or "." not in parts[-1]:
            good.append(name)
        else:
            found.left_out.append(
                f"{path}/{name} is left out: its name is not that of a file of events."
            )
    if not good:
        raise BadInput(f"{path} could not be read: it contains no file of events.")
    return good


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in _JUNK


def _can_be_events(name: str) -> bool:
    """Whether a name ends like a file of events: events.csv, access.log.2.gz, part-0.json.gz."""
    plain = without_packing(name.lower())
    if plain.partition(".")[0] in _BESIDE:
        return False
    if plain != name.lower():
        return True
    stem, dot, last = plain.rpartition(".")
    if dot and last.isdigit():
        plain = stem
    return plain.endswith((*_TEXTS, *_TABLES))


def without_packing(name: str) -> str:
    """Return the name of a file in lower case without the suffix of its compression."""
    return next((name.removesuffix(end) for end in _PACKED if name.endswith(end)), name)


def _begins_like_events(path: str) -> bool:
    return "." not in os.path.basename(path) and any(_begins(path, mark) for mark in _BEGINS)


def _begins(path: str, mark: bytes) -> bool:
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as stream:
            return stream.read(len(mark)) == mark
    except OSError:
        return False
