"""Pieces of ClickHouse's statements."""

from __future__ import annotations

from typing import Final

from benchmarks.peers.days import FIRST, LAST

WHOLE: Final = "rows between unbounded preceding and unbounded following"
"""The frame of a window in which rows see those before and those after them."""

DAYS: Final = f"(select toInt32(number + {FIRST}) as day from numbers({LAST - FIRST + 1}))"
"""The days of the range, one a row."""
