"""What is stored later and made before, by a thread while SQLite is busy, which needs no Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Final, NamedTuple

_MOST: Final = 64 << 20
"""How many bytes are made before the first is stored."""


class Adding(NamedTuple):
    """Something to store.

    Attributes:
        size: about how many bytes it takes.
        store: stores it.
    """

    size: int
    store: Callable[[], None]


def ahead(parts: Iterator[Adding], work: Callable[[], None]) -> Iterator[Adding]:
    """Yield what is to be stored, of which a thread makes the first while `work` is done.

    Args:
        parts: does not use what `work` changes.
        work: called before anything is yielded.

    Raises:
        BaseException: what `work` raises, or else what making the parts does.
    """
    made: list[Adding] = []
    failed: list[BaseException] = []
    done = Event()

    def make() -> None:
        size = 0
        try:
            for part in parts:
                made.append(part)
                size += part.size
                if done.is_set() or size > _MOST:
                    return
        except BaseException as error:
            failed.append(error)

    thread = Thread(target=make, daemon=True)
    thread.start()
    try:
        work()
    finally:
        done.set()
        thread.join()
    if failed:
        raise failed[0]
    while made:
        yield made.pop(0)
    yield from parts
