"""A source that is read by another process, with the same blocks, notes and errors.

The process is started afresh, not forked, as this one may have threads. It ends when this one does.
"""

from __future__ import annotations

import pickle
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Condition, Thread
from types import SimpleNamespace
from typing import IO, Any, Final

from core.errors import BadInput
from core.processes.spare import Spare, ask
from core.processes.starting import end
from core.sources.flow.columns import Coded
from core.sources.flow.packed import State, Unpacker
from core.sources.flow.sending import BLOCK, END, ERROR, OPENED, SALT, SIZE

MOST_WAITING: Final = 8 << 20
"""How many bytes of messages wait at most before the other process does."""


def open_apart(
    request: Mapping[str, Any], salt: Callable[[], bytes], spare: Spare | None = None
) -> Apart | None:
    """Open a source in another process; None if none can be started.

    Args:
        request: the arguments of `open_source` but `salt` and `opened`, and `trusted` and
            `holds_back` as of `lines.Input`.
        salt: called if the source has visitors to hash.
        spare: has a process, or starts one.

    Raises:
        BadInput, Differs: as raised by `open_source`.
    """
    process = (spare or Spare(False)).take()
    if process is None:
        return None
    found = Apart(process)
    try:
        begun = found.begin(request, salt)
    except BaseException:
        found.close()
        raise
    if begun:
        return found
    found.close()
    return None


class Apart:
    """A source in another process, with the interface of `core.sources.Source`.

    Attributes:
        input, maker: what is known of them after the last block, under the names that they have.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout
        self._process = process
        self._messages = _Messages(process.stdout)
        self.input: Any = SimpleNamespace(close=self.close)
        self.maker: Any = SimpleNamespace(lacking=self._lacking)
        self._lacks: BadInput | None = None

    @property
    def notes(self) -> list[str]:
        """Sentences on what reading it has shown so far."""
        sentences: list[str] = self.input.notes.sentences()
        return sentences

    @property
    def is_ahead(self) -> bool:
        """Whether the next block is here already."""
        return self._messages.is_waiting

    @property
    def process_id(self) -> int:
        """The id of the process."""
        return self._process.pid

    def begin(self, request: Mapping[str, Any], salt: Callable[[], bytes]) -> bool:
        """Send the request; return whether the process has opened the source."""
        try:
            ask(self._process, dict(request))
            while (message := self._messages.next()) and message[0] == SALT:
                ask(self._process, salt())
        except OSError:
            return False
        if message is None:
            return False
        if message[0] == ERROR:
            raise message[1]
        assert message[0] == OPENED
        self._take(message[1])
        return True

    def coded(self) -> Iterator[Coded]:
        """Yield the blocks of the source.

        Raises:
            BadInput: the process ended early, or as for `open_source`.
        """
        unpacker = Unpacker()
        while message := self._messages.next():
            kind, found = message
            if kind == BLOCK:
                self._take(found.state)
                yield unpacker.unpacked(found)
            elif kind == END:
                self._take(found)
                return
            else:
                raise found
        raise BadInput(
            f"The process that reads {self.input.name} ended early.",
            "What was committed is kept; run the same import again to continue.",
        )

    def _take(self, state: State) -> None:
        vars(self.input).update(state.input, notes=state.notes)
        vars(self.maker).update(state.maker)
        self._lacks = self._lacks or self.maker.lacks

    def _lacking(self, where: str, names: Sequence[str]) -> BadInput:
        assert self._lacks is not None
        return self._lacks

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._messages.close()
        end(self._process)


class _Messages:
    """The messages of a process, read by a thread as they come, so that it need not wait while this
    one is busy.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._waiting: deque[bytes | None] = deque()
        self._size = 0
        self._closed = False
        self._changed = Condition()
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def is_waiting(self) -> bool:
        """Whether there is one to return, or the process has ended."""
        return bool(self._waiting)

    def next(self) -> tuple[int, Any] | None:
        """Return the next message; None if the process has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            data = self._waiting[0]
            if data is None:
                return None
            self._waiting.popleft()
            self._size -= len(data)
            self._changed.notify()
        found: tuple[int, Any] = pickle.loads(data)
        return found

    def close(self) -> None:
        """Stop reading; the process has ended."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _read(self) -> None:
        while (size := self._stream.read(SIZE.size)) and len(size) == SIZE.size:
            (length,) = SIZE.unpack(size)
            data = self._stream.read(length)
            if len(data) < length:
                break
            with self._changed:
                self._waiting.append(data)
                self._size += length
                self._changed.notify()
                self._changed.wait_for(lambda: self._closed or self._size < MOST_WAITING)
        with self._changed:
            self._waiting.append(None)
            self._changed.notify()
