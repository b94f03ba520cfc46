"""The aggregates over blocks on a connection; numpy is loaded with the first block of a statement.

All take a plan (`core.blocks.functions.plan`), and of each block its event, its runs and the blobs
of the plan's fields, then the extras that the plan refers to; with extras, plan and extras come in
a first row without a block, and are NULL with the blocks. They return
rows as JSON, or as the bytes of an extra for another one; NULL without any block.
"""

from __future__ import annotations

import sqlite3
from array import array
from base64 import b64decode
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, Protocol

AGGREGATES: Final = {
    "block_figures": ("aggregates", "Figures"),
    "block_sets": ("aggregates", "Sets"),
    "block_persons": ("persons", "Persons"),
    "block_spread": ("persons", "Spread"),
    "block_listed": ("persons", "Listed"),
    "block_firsts": ("ends", "Firsts"),
    "block_latest": ("ends", "Latest"),
    "block_newest": ("ends", "Newest"),
    "block_money": ("money", "Money"),
    "block_states": ("states", "States"),
    "block_paths": ("paths", "Paths"),
    "block_bins": ("bins", "Bins"),
    "block_attempts": ("attempts", "Listed"),
    "block_conversions": ("credits", "Conversions"),
    "block_credits": ("credits", "Credits"),
    "block_tally": ("attempts", "Tallied"),
    "block_waits": ("attempts", "Waits"),
    "block_pursued": ("attempts", "Pursued"),
}
"""Function -> its module in this package, and its class."""


class Guards(Protocol):
    """Remembers the errors of callbacks, and says whether the statement must end."""

    def check(self) -> None:
        """Raise the error that the running statement must end with, if any."""
        ...

    def guard(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a callback so that its error is remembered."""
        ...


def _late(guards: Guards, name: str) -> type[Any]:
    """Return an aggregate that is loaded with its first block, and whose errors are remembered.

    A class, as an aggregate that held its own step would be a cycle, with all that it read.
    """

    class Late:
        def __init__(self) -> None:
            self._found: Any = None

        def _step(self, *arguments: Any) -> None:
            guards.check()
            if self._found is None:
                module, own = AGGREGATES[name]
                self._found = getattr(import_module(f"core.blocks.functions.{module}"), own)()
                self._found.check = guards.check
            self._found.step(*arguments)

        def _finalize(self) -> str | bytes | None:
            found: str | bytes | None = None if self._found is None else self._found.finalize()
            return found

        step = guards.guard(name, _step)
        finalize = guards.guard(name, _finalize)

    return Late


class Reaches:
    """Aggregate: the bytes of rows of six whole numbers, as an extra (`masks.Reach`)."""

    def __init__(self) -> None:
        self._rows = array("q")

    def step(self, *row: int) -> None:
        """Take a row."""
        self._rows.extend(row)

    def finalize(self) -> bytes:
        """Return the rows one after the other."""
        return self._rows.tobytes()


def register(connection: sqlite3.Connection, guards: Guards) -> None:
    """Add the functions to a connection."""
    for name in AGGREGATES:
        connection.create_aggregate(name, -1, _late(guards, name))
    connection.create_aggregate("reaches", 6, Reaches)  # type: ignore[arg-type]
    connection.create_function("rb_read", 1, guards.guard("rb_read", b64decode), deterministic=True)
