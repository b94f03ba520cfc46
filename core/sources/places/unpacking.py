"""Decompression, recognised by the first bytes: gzip, xz, bzip2 and zstd.

Memory is bounded whatever the input: at most CHUNK bytes come out in one step.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Final, Protocol

from core.errors import BadInput

CHUNK: Final = 1 << 20
_MOST_MEMORY: Final = 256 << 20
"""The memory limit of an xz decoder; the tool's highest level needs a quarter of it."""

_WINDOW: Final = 1 << 27
_ZSTD_CHUNK: Final = 1 << 12
"""A zstd decoder has no limit on its output, so little goes in."""

DAMAGED: Final = "compressed data is damaged"
EARLY: Final = "compressed data ends early"


class Decoder(Protocol):
    """Decompresses one member of a compressed file."""

    @property
    def eof(self) -> bool:
        """Whether the member has ended."""
        ...

    def step(self, packed: bytes) -> tuple[bytes, bytes]:
        """Return the output, and the rest of `packed`."""
        ...

    @property
    def hungry(self) -> bool:
        """Whether there is no more output without more input."""
        ...


class _Gzip:
    hungry = True

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    def step(self, packed: bytes) -> tuple[bytes, bytes]:
        out = self._inner.decompress(packed, CHUNK)
        return out, self._inner.unconsumed_tail or self._inner.unused_data


class _Buffered:
    """A decoder of bz2 or lzma, which keeps unused input."""

    def __init__(self, inner: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._inner = inner

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def hungry(self) -> bool:
        return self._inner.eof or self._inner.needs_input

    def step(self, packed: bytes) -> tuple[bytes, bytes]:
        out = self._inner.decompress(packed, CHUNK)
        return out, self._inner.unused_data if self._inner.eof else b""


class _Zstd:
    hungry = True

    def __init__(self, library: Any) -> None:
        self._inner = library.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
        self._error = library.ZstdError

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof)

    def step(self, packed: bytes) -> tuple[bytes, bytes]:
        try:
            out = self._inner.decompress(packed[:_ZSTD_CHUNK])
        except self._error as error:
            raise EOFError(str(error)) from error
        rest = self._inner.unused_data if self._inner.eof else b""
        return out, rest + packed[_ZSTD_CHUNK:]


def _zstd() -> Decoder:
    try:
        library: Any = import_module("zstandard")
    except ImportError as error:
        raise BadInput(
            "Reading zstd requires the library zstandard.",
            "Install footfall[zstd], or unpack the file first: zstd -d FILE.",
        ) from error
    return _Zstd(library)


_DECODERS: Final[dict[bytes, Callable[[], Decoder]]] = {
    b"\x1f\x8b": _Gzip,
    b"BZh": lambda: _Buffered(bz2.BZ2Decompressor()),
    b"\xfd7zXZ\0": lambda: _Buffered(
        lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)
    ),
    b"\x28\xb5\x2f\xfd": _zstd,
}
"""First bytes of a compressed file -> the decoder of its members."""


def is_packed(first: bytes) -> bool:
    """Whether a file with these first bytes is compressed."""
    return any(first.startswith(mark) for mark in _DECODERS)


class Unpacked:
    """The decompressed bytes of chunks, which may be several compressed members in a row.

    Attributes:
        damaged: why decompression stopped early, or "".
        is_plain: whether nothing is decompressed, as is known after the first chunk.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self.damaged = ""
        self.is_plain = True

    def __iter__(self) -> Iterator[bytes]:
        first = next(self._chunks, b"")
        for mark, decoder in _DECODERS.items():
            if first.startswith(mark):
                self.is_plain = False
                return self._unpack(first, decoder)
        return self._plain(first)

    def _plain(self, first: bytes) -> Iterator[bytes]:
        yield first
        yield from self._chunks

    def _unpack(self, pending: bytes, fresh: Callable[[], Decoder]) -> Iterator[bytes]:
        decoder = fresh()
        try:
            while True:
                if decoder.eof and pending:
                    pending, decoder = pending.lstrip(b"\0"), fresh()
                out, pending = decoder.step(pending)
                if out:
                    yield out
                if not pending and decoder.hungry:
                    pending = next(self._chunks, b"")
                    if not pending:
                        break
        except (zlib.error, lzma.LZMAError, OSError, EOFError):
            self.damaged = DAMAGED
            return
        if not decoder.eof:
            self.damaged = EARLY
