"""Archives, zip and tar: the files in them, and one of them as a stream of bytes."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

from core.errors import BadInput
from core.sources.places.tars import is_tar, is_tar_name, open_tar_member, tar_members

ARCHIVE: Final = b"PK\x03\x04"
"""How a zip archive begins."""

_ZIP: Final = ".zip"

_WORKBOOK: Final = "[Content_Types].xml"


def is_archive(path: str) -> bool:
    """Whether a file is an archive, or claims to be a zip archive by its name and first bytes."""
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as stream:
            begins = stream.read(len(ARCHIVE)) == ARCHIVE
    except OSError:
        return False
    return is_tar(path) if not begins else path.lower().endswith(_ZIP) or zipfile.is_zipfile(path)


def is_archive_name(name: str) -> bool:
    """Whether a name in lower case is that of an archive."""
    return name.endswith(_ZIP) or is_tar_name(name)


def members(path: str) -> list[str]:
    """Return the names of the files in an archive, of a zip archive in order of their names.

    Raises:
        BadInput: damaged, or a spreadsheet, which is an archive too.
    """
    if is_tar(path):
        return tar_members(path)
    with _explained(path), zipfile.ZipFile(path) as archive:
        names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    if _WORKBOOK in names:
        raise BadInput(f"{path} is a spreadsheet.", "Save the sheet as CSV.")
    return sorted(set(names))


def open_member(path: str, member: str) -> tuple[IO[bytes], int]:
    """Return a file in an archive as a stream, and its size in bytes; BadInput if that fails."""
    if is_tar(path):
        return open_tar_member(path, member)
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
