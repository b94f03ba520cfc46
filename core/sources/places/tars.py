"""Tar archives, compressed or not: the files in them, and one of them as a stream of bytes.

They are read from the beginning, so to reach a file in a compressed archive everything before it is
unpacked.
"""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from typing import IO, Final, cast

from core.errors import BadInput
from core.sources.places.unpacking import CHUNK, Unpacked

_MARK: Final = b"ustar"
_MARK_AT: Final = 257
_PACKED: Final = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst")
_LONG_NAMES: Final = (
    tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)  # fmt: skip
"""Types of entries that tarfile reads into memory, as they belong to the entry that follows."""

_MOST_BYTES: Final = 50 << 30
"""How many bytes of a compressed archive may be read to read all of its files."""


def is_tar_name(name: str) -> bool:
    """Whether a name in lower case is that of a tar archive."""
    return name.endswith((".tar", *_PACKED))


def is_tar(path: str) -> bool:
    """Whether a file is a tar archive; a compressed one must be called one, too."""
    try:
        with open(path, "rb") as stream:
            if path.lower().endswith(_PACKED):
                return _is_tar(next(iter(Unpacked(_chunks(stream))), b""))
            return _is_tar(stream.read(_MARK_AT + len(_MARK)))
    except (BadInput, OSError):
        return False


def tar_members(path: str) -> list[str]:
    """Return the names of the files in an archive, in the order in which it has them.

    Raises:
        BadInput: damaged, or so many files in a compressed archive that they are better unpacked.
    """
    with open(path, "rb") as stream, _opened(path, stream) as archive:
        names = [_plain(entry.name) for entry in _entries(path, archive) if entry.isreg()]
    if path.lower().endswith(_PACKED) and len(names) * os.path.getsize(path) > 2 * _MOST_BYTES:
        raise BadInput(f"{path} is a large archive.", "Unpack it and import the folder.")
    return list(dict.fromkeys(names))


def open_tar_member(path: str, member: str) -> tuple[IO[bytes], int]:
    """Return a file in an archive as a stream, and its size in bytes.

    Raises:
        BadInput: damaged, or without that file.
    """
    stream = open(path, "rb")  # noqa: SIM115  closed with the file that is returned
    try:
        archive = _opened(path, stream)
        for entry in _entries(path, archive):
            if _plain(entry.name) == member and entry.isreg():
                found = archive.extractfile(entry)
                if found is not None:
                    return cast(IO[bytes], _Member(found, stream)), entry.size
    except BaseException:
        stream.close()
        raise
    stream.close()
    raise BadInput(f"{path} has no file {member}.")


def _is_tar(head: bytes) -> bool:
    return head[_MARK_AT : _MARK_AT + len(_MARK)] == _MARK


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _opened(path: str, stream: IO[bytes]) -> tarfile.TarFile:
    try:
        if path.lower().endswith(_PACKED):
            pipe = _Pipe(_chunks(stream))
            return tarfile.open(fileobj=pipe, mode="r|", tarinfo=_Entry)
        return tarfile.open(fileobj=stream, mode="r:", tarinfo=_Entry)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise _damaged(path) from error


def _plain(name: str) -> str:
    return name.removeprefix("./")


def _entries(path: str, archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    try:
        yield from archive
    except (tarfile.TarError, OSError, EOFError) as error:
        raise _damaged(path) from error


def _damaged(path: str) -> BadInput:
    return BadInput(f"{path} is a tar archive that could not be read: it is damaged.")


class _Entry(tarfile.TarInfo):
    """An entry whose name is not so long that it takes memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Entry:
        """Return the entry in a header; ReadError if what belongs to the header is too long."""
        found = super().frombuf(buf, encoding, errors)
        if found.type in _LONG_NAMES and found.size > CHUNK:
            raise tarfile.ReadError("a header is too long")
        return found


class _Pipe(io.RawIOBase):
    """Unpacked bytes, to be read once."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._unpacked = Unpacked(chunks)
        self._chunks = iter(self._unpacked)
        self._held = b""
        self._place = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, as many as asked for unless they end."""
        parts, wanted = [], size
        while wanted:
            if self._place == len(self._held):
                self._held, self._place = next(self._chunks, b""), 0
                if not self._held:
                    break
            end = len(self._held) if wanted < 0 else min(self._place + wanted, len(self._held))
            parts.append(self._held[self._place : end])
            wanted -= end - self._place if wanted > 0 else 0
            self._place = end
        return b"".join(parts)


class _Member(io.RawIOBase):
    """A file of an archive; closing it closes the archive."""

    def __init__(self, member: IO[bytes], archive: IO[bytes]) -> None:
        self._member = member
        self._archive = archive

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        try:
            return self._member.read(size)
        except tarfile.TarError as error:
            raise EOFError(str(error)) from error

    def close(self) -> None:
        self._archive.close()
        super().close()
