"""What is to be stored is made while something else is done, all of it once and in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from threading import Event, active_count
from typing import Any

import pytest

from core.blocks import adding
from core.blocks.adding import Adding, ahead


def parts(made: list[int], size: int, *, until: int = 9) -> Iterator[Adding]:
    for n in range(9):
        if n == until:
            raise OSError("no more")
        made.append(n)
        yield Adding(size, lambda n=n: stored.append(n))  # type: ignore[misc]


stored: list[int] = []


@pytest.fixture(autouse=True)
def empty() -> None:
    stored.clear()


@pytest.mark.parametrize(("size", "before"), [(0, 9), (adding._MOST // 3, 4)])
def test_as_many_are_made_meanwhile_as_fit_into_memory(size: int, before: int) -> None:
    made: list[int] = []
    enough = Event()

    def work() -> None:
        while len(made) < before:
            enough.wait(0.01)
        enough.wait(0.05)
        assert made == list(range(before))

    for part in ahead(parts(made, size), work):
        part.store()
        assert len(made) <= before + len(stored)
    assert stored == list(range(9))


def test_nothing_is_made_any_more_when_it_is_closed() -> None:
    made: list[int] = []
    with closing(ahead(parts(made, adding._MOST), lambda: None)) as found:
        next(found).store()
    before = active_count(), list(made)
    assert len(made) <= 2
    Event().wait(0.02)
    assert (active_count(), made) == before


def test_what_goes_wrong_is_raised_and_nothing_is_stored() -> None:
    def fail() -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        next(ahead(parts([], 1), fail))
    with pytest.raises(OSError, match="no more"):
        next(ahead(parts([], 1, until=0), lambda: None))
    assert stored == []
