"""How much work a call is, counted and not timed: the same on any machine, however busy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Effort:
    """The calls of Python's and C's functions made while it was counted.

    Attributes:
        calls: how many.
    """

    def __init__(self) -> None:
        self.calls = 0

    def seen(self, frame: FrameType, event: str, what: Any) -> None:
        """Count an event of the interpreter if it is a call."""
        if event in ("call", "c_call"):
            self.calls += 1


@contextmanager
def effort() -> Iterator[Effort]:
    """Count the calls of this thread inside the block."""
    counted, before = Effort(), sys.getprofile()
    sys.setprofile(counted.seen)
    try:
        yield counted
    finally:
        sys.setprofile(before)
