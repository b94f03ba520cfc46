"""The days of the questions, as numbers since 1970-01-01."""

from __future__ import annotations

from typing import Final

from benchmarks.generate import DAY, END

LAST: Final = END // DAY - 1
"""Local day of now."""

FIRST: Final = LAST - 89
"""First day of the range of 90 days."""

IN_RANGE: Final = f"day between {FIRST} and {LAST}"

GAP: Final = 1_800_000
"""A session ends before a gap of more than so many ms."""
