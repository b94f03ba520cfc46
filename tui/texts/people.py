"""How many people there are."""

from __future__ import annotations

from core.text import number


def many(total: int) -> str:
    """Return how many people there are, in words."""
    return "1 person" if total == 1 else f"{number(total)} people"
