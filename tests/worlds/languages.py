"""The question language as if it had got words since its first version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from core.language import parser
from core.queries import versions

ADDED = {2: ("lifecycle", "casual", "hour", r"usage\s+interval")}
"""A kind, a segment, a unit and a kind of two words: all of them names in version 1."""


@contextmanager
def second_language() -> Iterator[None]:
    """Let the language be in its second version as long as the block runs."""
    with patch.object(versions, "ADDED", ADDED), patch.object(versions, "LANGUAGE", 2):
        parser._parser.cache_clear()
        yield
    parser._parser.cache_clear()
