"""The conditions of a statement that must all hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core.sql.tokens import Word

ENDS: Final = frozenset(
    {"except", "group", "having", "intersect", "limit", "order", "union", "window", ";"}
)
"""What may come after the conditions of a statement."""

_MIXED: Final = frozenset({"or", "not", "between", "case"})
"""Words with which a condition may stand that need not hold."""


def terms_of(words: Sequence[Word]) -> list[Sequence[Word]]:
    """Return the terms that are joined by AND after a `where`, up to the end of its conditions.

    Args:
        words: what comes after the `where`.

    Returns:
        The words of each term; no terms if there are words among them that may change their sense.
    """
    found: list[Sequence[Word]] = []
    begin = depth = 0
    for at, said in enumerate(word.said for word in words):
        depth += (said == "(") - (said == ")")
        if depth < 0 or (depth == 0 and said in ENDS):
            return [*found, words[begin:at]]
        if said in _MIXED:
            return []
        if depth == 0 and said == "and":
            found.append(words[begin:at])
            begin = at + 1
    return [*found, words[begin:]]
