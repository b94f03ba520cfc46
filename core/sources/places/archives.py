"""Zip archives: the files in them, and one of them as a stream of bytes."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

from core.errors import BadInput

ARCHIVE: Final = b"PK\x03\x04"
"""How a zip archive begins."""

_WORKBOOK: Final = "[Content_Types].xml"


def is_archive(path: str) -> bool:
    """Whether a file is a zip archive, or claims to be by its name and its first bytes."""
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as stream:
            begins = stream.read(len(ARCHIVE)) == ARCHIVE
    except OSError:
        return False
    return begins and (path.lower().endswith(".zip") or zipfile.is_zipfile(path))


def members(path: str) -> list[str]:
    """Return the names of the files in an archive, in order of their names.

    Raises:
        BadInput: damaged, or a spreadsheet, which is an archive too.
    """
    with _explained(path), zipfile.ZipFile(path) as archive:
        names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    if _WORKBOOK in names:
        raise BadInput(f"{path} is a spreadsheet.", "Save the sheet as CSV.")
    return sorted(set(names))


def open_member(path: str, member: str) -> tuple[IO[bytes], int]:
    """Return a file in an archive as a stream, and its size in bytes; BadInput if that fails."""
    with _explained(path), zipfile.ZipFile(path) as archive:
        return archive.open(member), archive.getinfo(member).file_size


@contextmanager
def _explained(path: str) -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        raise BadInput(f"{path} needs a password.", "Unpack it and import the folder.") from error
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError, KeyError) as error:
        raise BadInput(f"{path} is a zip archive that could not be read: {error}.") from error
    except OSError as error:
        raise BadInput(f"{path} could not be read: {error.strerror}.") from error
