"""sqlite-utils without pandas, which would take 80 MB where it is installed, for nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Make an import of a module fail, unless it is loaded already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


with _hidden("pandas"):
    from sqlite_utils import Database, Migrations

__all__ = ["Database", "Migrations"]
