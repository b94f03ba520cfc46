"""Bytes of a place, compressed or not, as lines of UTF-8 text of bounded length."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from zipfile import BadZipFile

from core.errors import BadInput
from core.records import Rejected
from core.sources.places import Place
from core.sources.places.archives import open_member
from core.sources.places.unpacking import CHUNK, DAMAGED, Unpacked
from core.sources.text.encodings import encoding_of, to_utf8
from core.sources.text.reading import Notes, Reading

MAX_LINE: Final = 1 << 20
"""Longer lines are refused, so memory stays bounded whatever the file contains."""

KEPT: Final = 2_000
_BOM: Final = b"\xef\xbb\xbf"


class Input:
    """One source, opened for reading.

    Attributes:
        name: its name in messages.
        total: its size on disk in bytes; None for standard input.
        position: bytes read so far.
        unpacked: bytes returned as lines so far.
        head: its first bytes, decompressed, for recognising the format.
        skipped: how many of its first lines are passed over.
        notes: what reading it showed.
    """

    def __init__(self, source: str | Path | Place, reading: Reading | None = None) -> None:
        """Open a place, a path, or standard input for "-"; BadInput if that fails."""
        place = source if isinstance(source, Place) else Place(str(source))
        self.notes = Notes()
        self.read_as(reading or Reading())
        self._end = b"\n"
        self.name = place.name
        self.position = 0
        self.unpacked = 0
        self.total: int | None = None
        self._own = place.path != "-"
        try:
            self._stream: IO[bytes] = sys.stdin.buffer
            if place.member:
                self._stream, self.total = open_member(place.path, place.member)
            elif self._own:
                self._stream = Path(place.path).open("rb")  # noqa: SIM115  closed by close()
                self.total = Path(place.path).stat().st_size
        except OSError as error:
            raise BadInput(f"{self.name} could not be read: {error.strerror}.") from error
        self._unpacked = Unpacked(self._read())
        self._chunks = iter(self._unpacked)
        self.head = b""
        self.skipped = 0
        self._raw: bytes | None = None

    def read_as(self, reading: Reading) -> None:
        """Take what the user says about the text, before it is read."""
        self._encoding = reading.encoding
        self._skip = reading.skip

    @property
    def damaged(self) -> str:
        """Why decompression stopped early, or ""."""
        return self._unpacked.damaged

    def close(self) -> None:
        """Close what was opened here."""
        if self._own:
            self._stream.close()

    def peek(self) -> bytes:
        """Return the first bytes as UTF-8 without a byte order mark; `lines` returns them again.

        Text that is not UTF-8 is decoded from the encoding given, or from the one it shows. Where
        carriage returns alone end its lines, they do so for all of the source.
        """
        if not self.head:
            first, self._raw = self.raw(), b""
            encoding = self._encoding or encoding_of(first)
            if encoding:
                self._chunks = to_utf8(first, self._chunks, encoding)
                first = next(self._chunks, b"")
                if not self._encoding:
                    self.notes.say(f"the text is read as {encoding}")
            self.head = first.removeprefix(_BOM)
            if b"\n" not in self.head and b"\r" in self.head.rstrip(b"\r"):
                self._end = b"\r"
            self._pass_over()
        return self.head

    def raw(self) -> bytes:
        """Return the first bytes, decompressed, as they are before any is returned as text."""
        if self._raw is None:
            self._raw = next(self._chunks, b"")
        return self._raw

    def _pass_over(self) -> None:
        """Drop the lines that the user skips; BadInput if there are not as many."""
        if not self._skip:
            return
        *lines, rest = self.head.split(self._end, self._skip)
        if len(lines) < self._skip:
            raise BadInput(
                f"{self.name} does not have {self._skip} lines to pass over in its first megabyte.",
                "Give fewer with --skip.",
            )
        self.head, self.skipped = rest, self._skip

    def _read(self) -> Iterator[bytes]:
        read = getattr(self._stream, "read1", self._stream.read)
        try:
            while chunk := read(CHUNK):
                self.position += len(chunk)
                yield chunk
        except OSError as error:
            raise BadInput(f"{self.name} could not be read: {error.strerror}.") from error
        except (BadZipFile, zlib.error, EOFError):
            self._unpacked.damaged = DAMAGED

    def chunks(self) -> Iterator[bytes]:
        """Yield the same bytes in pieces of any length, for a document that is not lines."""
        chunk: bytes | None = self.peek()
        while chunk is not None:
            self.unpacked += len(chunk)
            yield chunk
            chunk = next(self._chunks, None)

    def lines(self) -> Iterator[bytes | Rejected]:
        """Yield every line without its newline, or a Rejected for one that is too long."""
        head = self.peek()
        number, tail = self.skipped, b""
        end = self._end
        chunk: bytes | None = head
        overlong: bytes | None = None
        while chunk is not None:
            self.unpacked += len(chunk)
            pieces = chunk.split(end)
            if overlong is not None:
                if len(pieces) == 1:
                    chunk = next(self._chunks, None)
                    continue
                number += 1
                yield Rejected(number, TOO_LONG, overlong)
                overlong = None
                del pieces[0]
            else:
                pieces[0] = tail + pieces[0]
            tail = pieces.pop()
            for piece in pieces:
                number += 1
                yield piece if len(piece) <= MAX_LINE else Rejected(number, TOO_LONG, piece)
            if len(tail) > MAX_LINE:
                overlong, tail = tail[:KEPT], b""
            chunk = next(self._chunks, None)
        if overlong is not None:
            yield Rejected(number + 1, TOO_LONG, overlong)
        elif self.damaged:
            yield Rejected(number + 1, self.damaged, tail)
        elif tail:
            yield tail


TOO_LONG: Final = "line longer than 1 MB"
