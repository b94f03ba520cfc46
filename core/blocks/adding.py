"""What is stored later and made before, by a thread while SQLite is busy, which needs no Python."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from threading import Condition, Thread
from typing import Final, NamedTuple

_MOST: Final = 64 << 20
"""From so many bytes on that are made and not stored the thread waits."""


class Adding(NamedTuple):
    """Something to store.

    Attributes:
        size: about how many bytes it takes.
        store: stores it.
    """

    size: int
    store: Callable[[], None]


def ahead(parts: Iterator[Adding], work: Callable[[], None]) -> Generator[Adding]:
    """Yield what is to be stored, which a thread makes while `work` is done and the ones before are
    stored; the thread has ended when this is closed.

    Args:
        parts: uses nothing that `work` and storing change.
        work: called before anything is yielded.

    Raises:
        BaseException: what `work` raises, or else what making the parts does.
    """
    maker = _Maker(parts)
    try:
        work()
        yield from maker.parts()
    finally:
        maker.stop()


class _Maker:
    """A thread that makes parts."""

    def __init__(self, parts: Iterator[Adding]) -> None:
        self._made: deque[Adding | BaseException | None] = deque()
        self._size = 0
        self._stopped = False
        self._changed = Condition()
        self._thread = Thread(target=self._make, args=(parts,), daemon=True)
        self._thread.start()

    def _make(self, parts: Iterator[Adding]) -> None:
        end: BaseException | None = None
        try:
            for part in parts:
                with self._changed:
                    self._made.append(part)
                    self._size += part.size
                    self._changed.notify()
                    self._changed.wait_for(lambda: self._stopped or self._size < _MOST)
                if self._stopped:
                    return
        except BaseException as error:
            end = error
        with self._changed:
            self._made.append(end)
            self._changed.notify()

    def parts(self) -> Iterator[Adding]:
        """Yield the parts in order; raise what making them raised."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._made)
                part = self._made.popleft()
            if not isinstance(part, Adding):
                if part is not None:
                    raise part
                return
            yield part
            with self._changed:
                self._size -= part.size
                self._changed.notify()

    def stop(self) -> None:
        """Make no more; it returns when nothing is being made."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()
