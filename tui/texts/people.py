"""How many people there are, and how many of them are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.text import number

if TYPE_CHECKING:
    from core.answers import People


def many(total: int) -> str:
    """Return how many people there are, in words."""
    return "1 person" if total == 1 else f"{number(total)} people"


def loaded_text(people: People) -> str:
    """Return which rows are loaded; "" if all are."""
    count = len(people.rows)
    if count == people.total or not count:
        return ""
    return f"{people.offset + 1:,}-{people.offset + count:,} loaded"
