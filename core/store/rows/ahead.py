"""Work that goes on in a thread while this one waits for SQLite, which needs no Python then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import TypeVar

Value = TypeVar("Value")


def ahead(values: Iterator[Value], work: Callable[[], None]) -> Iterator[Value]:
    """Yield values, of which a thread makes the first while `work` is done.

    Args:
        values: does not use what `work` changes.
        work: called before anything is yielded.

    Raises:
        BaseException: what `work` raises, or else what making the values does.
    """
    made: list[Value] = []
    failed: list[BaseException] = []
    done = Event()

    def make() -> None:
        try:
            for value in values:
                made.append(value)
                if done.is_set():
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
    yield from values
