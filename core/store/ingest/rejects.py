"""The file of rejected lines, beside the file they came from."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import orjson

from core.errors import BadInput
from core.records import Rejected
from core.sources.text.cutting import KEPT


class Rejects:
    """Writes FILE.rejects.jsonl: one {"line", "reason", "text"} per line, `text` being the start of
    the line.

    The complete file appears when the import ends, replacing that of an earlier run; without
    rejects there is none. If the source's folder cannot be written, it goes to the workspace's.

    Args:
        source: the path of the file.
        fallback: the workspace's folder.
        kept: up to which line those of an earlier run are kept, which this one goes on with.

    Attributes:
        written: its path, once closed; "" if there were no rejects.
    """

    def __init__(self, source: str, fallback: str, kept: int = 0) -> None:
        name = Path("stdin" if source == "-" else source)
        self._final = Path(f"{name}.rejects.jsonl")
        self._fallback = Path(fallback) / self._final.name
        self._stream: IO[bytes] | None = None
        self._kept = kept
        self.written = ""

    def __enter__(self) -> Self:
        if self._kept:
            self._go_on()
        return self

    def _go_on(self) -> None:
        """Begin with the lines that an earlier run wrote, up to where this one goes on.

        They are never in no file: what is wanted of an incomplete file is its start.
        """
        here = self._earlier(self._part)
        entries = max(here, self._earlier(self._final), self._earlier(self._fallback), key=len)
        if here and len(here) == len(entries):
            self._stream = self._part.open("r+b")
            self._stream.truncate(sum(map(len, here)))
            self._stream.seek(0, os.SEEK_END)
        elif entries:
            self._stream = self._open()
            self._stream.writelines(entries)
            self._stream.flush()

    def _earlier(self, path: Path) -> list[bytes]:
        with suppress(OSError):
            return list(takewhile(self._is_kept, path.read_bytes().splitlines(keepends=True)))
        return []

    def settle(self) -> None:
        """Give the file of a finished run its name, if the run was killed before it could."""
        for final in (self._final, self._fallback):
            with suppress(OSError):
                os.replace(final.with_name(f"{final.name}.part"), final)

    def _is_kept(self, line: bytes) -> bool:
        try:
            return line.endswith(b"\n") and bool(orjson.loads(line)["line"] <= self._kept)
        except (ValueError, KeyError, TypeError):
            return False

    def write(self, rejected: Rejected) -> None:
        """Add one line; CannotOpen if it cannot be written anywhere."""
        if self._stream is None:
            self._stream = self._open()
        text = rejected.text[: 4 * KEPT].decode(errors="replace")[:KEPT]
        entry = {"line": rejected.line, "reason": rejected.reason, "text": text}
        self._stream.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))

    def flush(self) -> None:
        """Hand over what was written so far, so that it stays if the process is killed."""
        if self._stream is not None:
            self._stream.flush()

    def _open(self) -> IO[bytes]:
        try:
            return self._part.open("wb")
        except OSError:
            self._final = self._fallback
        try:
            return self._part.open("wb")
        except OSError as error:
            raise BadInput(
                f"{self._final} could not be written: {error.strerror}.",
                "Rejected lines are never dropped silently; import from a writable folder.",
            ) from error

    @property
    def _part(self) -> Path:
        return self._final.with_name(f"{self._final.name}.part")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._stream.close()
            if kind is not None and issubclass(kind, BadInput):
                self._part.unlink(missing_ok=True)
                return
            os.replace(self._part, self._final)
            self.written = str(self._final)
        elif kind is None:
            self._remove_stale()

    def _remove_stale(self) -> None:
        for path in {self._final, self._fallback, self._part}:
            try:
                path.unlink(missing_ok=True)
            except OSError:
                continue
