"""Texts within patterns of LIKE."""

from __future__ import annotations


def literal(text: str) -> str:
    """Return a pattern that stands for a text itself, to be used with `escape '!'`."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
