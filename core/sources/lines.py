"""Bytes of a place, compressed or not, as lines of UTF-8 text of bounded length."""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from select import select
from typing import IO, Final
from zipfile import BadZipFile

from core.errors import BadInput
from core.records import Rejected
from core.sources.blocks import EDGE, MOST, START, Differs, Fingerprints, Lines, Position
from core.sources.places import Place
from core.sources.places.archives import open_member
from core.sources.places.unpacking import CHUNK, DAMAGED, Unpacked, is_packed
from core.sources.text.cutting import Cutter
from core.sources.text.encodings import encoding_of, to_utf8
from core.sources.text.reading import Notes, Reading

_LOOK: Final = 0.1
"""After how many seconds to look whether a stream that pauses is to be taken for ended."""

_TOGETHER: Final = 1.0
"""Within how many seconds what arrives comes in one piece."""

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
        begin: the position after them.
        notes: what reading it showed.
        trusted: whether a position to begin at is taken to be that of the same text, so that what
            comes before it need not be read.
        holds_back: whether a last line without its end is not returned.
        stopped: see `__init__`.
    """

    def __init__(
        self,
        source: str | Path | Place,
        reading: Reading | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> None:
        """Open a place, a path, or standard input for "-"; BadInput if that fails.

        Args:
            stopped: for a stream that may pause: whether it is to be taken for ended. What arrives
                within a second comes in one piece then.
        """
        self.stopped = stopped
        self.trusted = self.holds_back = False
        place = source if isinstance(source, Place) else Place(str(source))
        self.notes = Notes()
        self.read_as(reading or Reading())
        self._end = b"\n"
        self.name = place.name
        self.position = 0
        self.unpacked = 0
        self.total: int | None = None
        self._own = place.path != "-"
        self._path = place.path
        self._member = bool(place.member)
        self.begin = START
        self._prints = Fingerprints()
        self._is_plain = True
        try:
            self._stream: IO[bytes] = sys.stdin.buffer
            if self._own:
                self._stream, self.total = _stream(place)
        except OSError as error:
            raise BadInput(f"{self.name} could not be read: {error.strerror}.") from error
        self._bytes = blake2b(digest_size=16)
        self._unpacked = Unpacked(self._read())
        self._again = Unpacked(iter(self._unpacked))
        self._chunks = iter(self._again)
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
        return self._unpacked.damaged or self._again.damaged

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
            self._is_plain = not encoding
            if b"\n" not in self.head and b"\r" in self.head.rstrip(b"\r"):
                self._end = b"\r"
            self._pass_over()
            self.begin = Position(len(first) - len(self.head), self.skipped)
            self._first = first[:EDGE]
            before = first[: self.begin.bytes]
            self._prints = Fingerprints(self.begin, before, before)
        return self.head

    def unframe(self, text: Callable[[Iterable[bytes]], Iterator[bytes]]) -> bytes:
        """Read what `text` makes of the bytes instead of these, and return its first bytes."""
        self._chunks = text(chain([self.head], self._chunks))
        self.head = next(self._chunks, b"")
        self._is_plain = False
        self.begin = Position(0, self.skipped)
        self._prints = Fingerprints(self.begin)
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

    def stat(self) -> os.stat_result:
        """Return what the system says about its file; of a file in an archive, about that."""
        return os.stat(self._path) if self._member else os.fstat(self._stream.fileno())

    def read_at(self, size: int, place: int) -> bytes:
        """Return some bytes of the file that is open, whatever its name is by then."""
        if hasattr(os, "pread"):
            return os.pread(self._stream.fileno(), size, place)
        with open(self._path, "rb") as stream:
            stream.seek(place)
            return stream.read(size)

    @property
    def is_packed(self) -> bool:
        """Whether its bytes are decompressed."""
        return not self._unpacked.is_plain

    @property
    def content(self) -> str:
        """The fingerprint of all bytes read; "" if they are the text."""
        return "" if self._is_plain and not self.is_packed else self._bytes.hexdigest()

    @property
    def can_seek(self) -> bool:
        """Whether a place in its text is the same place in its file."""
        return self._own and not self._member and self._is_plain and not self.is_packed

    def _arriving(
        self, read: Callable[[int], bytes], stopped: Callable[[], bool]
    ) -> Callable[[int], bytes]:
        """Return a function that returns what arrives within a second; b"" at the end."""

        def arrived(size: int) -> bytes:
            pieces: list[bytes] = []
            until = 0.0
            while not stopped():
                if select([self._stream], [], [], _LOOK)[0]:
                    piece = read(size)
                    pieces.append(piece)
                    until = until or time.monotonic() + _TOGETHER
                    if not piece:
                        break
                if until and (time.monotonic() >= until or sum(map(len, pieces)) >= size):
                    break
            self.holds_back = stopped()
            return b"".join(pieces)

        return arrived

    def _read(self) -> Iterator[bytes]:
        read, packed = getattr(self._stream, "read1", self._stream.read), False
        if self.stopped is not None:
            read = self._arriving(read, self.stopped)
        try:
            while chunk := read(CHUNK):
                if not self.position:
                    packed = is_packed(chunk)
                self.position += len(chunk)
                yield chunk
                if packed or not self._is_plain:
                    self._bytes.update(chunk)
        except OSError as error:
            raise BadInput(f"{self.name} could not be read: {error.strerror}.") from error
        except (BadZipFile, zlib.error, EOFError):
            self._unpacked.damaged = DAMAGED

    def text_fingerprint(self) -> str:
        """Read all of the text, and return its fingerprint."""
        for _ in self.chunks():
            self._prints.at(self._prints.arrived)
        return self._prints.at(self._prints.arrived)

    def chunks(self) -> Iterator[bytes]:
        """Yield the same bytes in pieces of any length, for a document that is not lines."""
        chunk: bytes | None = self.peek()
        while chunk is not None:
            self.unpacked += len(chunk)
            self._prints.add(chunk)
            yield chunk
            chunk = next(self._chunks, None)

    def blocks(self, most: int = MOST, start: Position = START) -> Iterator[Lines]:
        """Yield every line without its newline, or a Rejected for one that is too long.

        Args:
            most: how many lines come together at most.
            start: where to begin, a position that was returned for the same bytes.

        Raises:
            Differs: the text before `start` has another fingerprint, or ends earlier.
        """
        yield from self.marked(self.cut(most, start))

    def cut(self, most: int, start: Position = START) -> Iterator[Lines]:
        """Yield the same without fingerprints."""
        self.peek()
        chunks = self._from(start) if start.bytes else self.chunks()
        cutter = Cutter(self._end, start if start.bytes else self.begin)
        for chunk in chunks:
            yield from cutter.cut(chunk, most)
        if not self.holds_back:
            yield from cutter.rest(self.damaged)

    def marked(self, blocks: Iterator[Lines], start: Position = START) -> Iterator[Lines]:
        """Yield blocks of this text with the fingerprints of their ends, and that of its end.

        Those of a file are made by a thread, while the lines of the block before are used.

        Args:
            start: a position that was returned for the same bytes, if `blocks` begin before it.

        Raises:
            Differs: the text before `start` has another fingerprint, or ends earlier.
        """
        at = self.begin
        with ThreadPoolExecutor(1) as pool:
            waiting: tuple[Sequence[bytes | Rejected], Future[Position]] | None = None
            for lines, end in blocks:
                if not self._is_at_hand:
                    yield Lines(lines, self._reached(at, end, start))
                else:
                    marking = pool.submit(self._reached, at, end, start)
                    if waiting:
                        yield Lines(waiting[0], waiting[1].result())
                    waiting = lines, marking
                at = end
            if waiting:
                yield Lines(waiting[0], waiting[1].result())
        whole = self._prints.arrived
        if whole > at.bytes and not self.holds_back:
            yield Lines([], self._reached(at, Position(whole, at.lines), start))
        if max(at.bytes, whole) < start.bytes:
            raise Differs

    @property
    def _is_at_hand(self) -> bool:
        """Whether it is a file that can be read ahead, as nobody waits for what arrives."""
        return self.can_seek and self.stopped is None

    def _reached(self, before: Position, end: Position, start: Position) -> Position:
        """Return the end of a block with its fingerprints; Differs if `start` is in it and has
        another.
        """
        if before.bytes < start.bytes <= end.bytes:
            self._check(start)
        return self._marked(end)

    def _marked(self, end: Position) -> Position:
        fingerprint = self._prints.at(end.bytes)
        edges = self._prints.edges(end.bytes) if self.can_seek else ""
        return end._replace(fingerprint=fingerprint, edges=edges)

    def _check(self, start: Position) -> None:
        if start.fingerprint not in ("", self._prints.at(start.bytes)):
            raise Differs

    def lines(self) -> Iterator[bytes | Rejected]:
        """Yield the same lines one by one."""
        for block in self.blocks():
            yield from block.lines

    def first_lines(self) -> list[bytes]:
        """Return the complete lines among the first bytes."""
        lines = self.peek().split(self._end)
        return lines if self.head.endswith(self._end) else lines[:-1]

    def _from(self, start: Position) -> Iterator[bytes]:
        """Yield the bytes from a position on, without reading those before it if possible."""
        if self.can_seek and (self.trusted or not start.fingerprint):
            self._stream.seek(max(start.bytes - EDGE, 0))
            before = self._stream.read(min(EDGE, start.bytes))
            self.position = self.unpacked = start.bytes
            self._prints = Fingerprints(start, self._first[: start.bytes], before)
            yield from self._counted()
            return
        reached = False
        for chunk in self.chunks():
            end = self.begin.bytes + self.unpacked
            if end < start.bytes:
                self._prints.at(end)
                continue
            if not (reached or self.trusted):
                self._check(start)
            reached = True
            if end > start.bytes:
                yield chunk[-(end - start.bytes) :]
        if not reached:
            raise Differs

    def _counted(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.unpacked += len(chunk)
            self._prints.add(chunk)
            yield chunk


def content_of(place: Place) -> str:
    """Return the fingerprint of all bytes of a file, and of a log of SQLite's beside it.

    Raises:
        BadInput: it cannot be read.
    """
    found = blake2b(digest_size=16)
    beside = Place(f"{place.path}-wal")
    for each in (place, beside)[: 1 + (not place.member and Path(beside.path).is_file())]:
        try:
            with _stream(each)[0] as stream:
                while chunk := stream.read(CHUNK):
                    found.update(chunk)
        except OSError as error:
            raise BadInput(f"{place.name} could not be read: {error.strerror}.") from error
    return found.hexdigest()


def _stream(place: Place) -> tuple[IO[bytes], int]:
    """Return the bytes of a file, and how many there are; OSError if it cannot be read."""
    if place.member:
        return open_member(place.path, place.member)
    return Path(place.path).open("rb"), Path(place.path).stat().st_size
