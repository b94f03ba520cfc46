"""Bytes of a file, a .gz file or standard input, as lines of bounded length."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from core.errors import BadInput
from core.records import Rejected

CHUNK: Final = 1 << 20
MAX_LINE: Final = 1 << 20
"""Longer lines are refused, so memory stays bounded whatever the file contains."""

KEPT: Final = 2_000
_GZIP: Final = b"\x1f\x8b"
_BOM: Final = b"\xef\xbb\xbf"


class Input:
    """One source, opened for reading.

    Attributes:
        name: its name in messages.
        total: its size on disk in bytes; None for standard input.
        position: bytes read so far.
        unpacked: bytes returned as lines so far.
        head: its first bytes, decompressed, for recognising the format.
        damaged: why decompression stopped early, or "".
    """

    def __init__(self, source: str | Path) -> None:
        """Open a path, or standard input for "-"; BadInput if that fails."""
        self.name = "stdin" if str(source) == "-" else str(source)
        self.position = 0
        self.unpacked = 0
        self.damaged = ""
        self.total: int | None = None
        self._own = self.name == str(source)
        try:
            self._stream: IO[bytes] = sys.stdin.buffer
            if self._own:
                self._stream = Path(source).open("rb")  # noqa: SIM115  closed by close()
                self.total = Path(source).stat().st_size
            self._chunks = self._plain(self._read())
        except OSError as error:
            raise BadInput(f"{self.name} could not be read: {error.strerror}.") from error
        self.head = b""

    def close(self) -> None:
        """Close what was opened here."""
        if self._own:
            self._stream.close()

    def peek(self) -> bytes:
        """Return the first bytes, without a byte order mark; `lines` returns them again."""
        if not self.head:
            self.head = next(self._chunks, b"").removeprefix(_BOM)
        return self.head

    def _read(self) -> Iterator[bytes]:
        read = getattr(self._stream, "read1", self._stream.read)
        try:
            while chunk := read(CHUNK):
                self.position += len(chunk)
                yield chunk
        except OSError as error:
            raise BadInput(f"{self.name} could not be read: {error.strerror}.") from error

    def _plain(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        first = next(chunks, b"")
        if not first.startswith(_GZIP):
            yield first
            yield from chunks
            return
        unpack = zlib.decompressobj(wbits=31)
        pending = first
        try:
            while True:
                if unpack.eof and pending:
                    pending, unpack = pending.lstrip(b"\0"), zlib.decompressobj(wbits=31)
                if data := unpack.decompress(pending, CHUNK):
                    yield data
                pending = unpack.unconsumed_tail or unpack.unused_data or next(chunks, b"")
                if not pending:
                    break
        except zlib.error:
            self.damaged = "compressed data is damaged"
            return
        if not unpack.eof:
            self.damaged = "compressed data ends early"

    def lines(self) -> Iterator[bytes | Rejected]:
        """Yield every line without its newline, or a Rejected for one that is too long."""
        number, tail = 0, b""
        head = self.peek()
        chunk: bytes | None = head
        overlong: bytes | None = None
        while chunk is not None:
            self.unpacked += len(chunk)
            pieces = chunk.split(b"\n")
            if overlong is not None:
                if len(pieces) == 1:
                    chunk = next(self._chunks, None)
                    continue
                number += 1
                yield Rejected(number, _TOO_LONG, overlong)
                overlong = None
                del pieces[0]
            else:
                pieces[0] = tail + pieces[0]
            tail = pieces.pop()
            for piece in pieces:
                number += 1
                yield piece if len(piece) <= MAX_LINE else Rejected(number, _TOO_LONG, piece)
            if len(tail) > MAX_LINE:
                overlong, tail = tail[:KEPT], b""
            chunk = next(self._chunks, None)
        if overlong is not None:
            yield Rejected(number + 1, _TOO_LONG, overlong)
        elif self.damaged:
            yield Rejected(number + 1, self.damaged, tail)
        elif tail:
            yield tail


_TOO_LONG: Final = "line longer than 1 MB"
