"""Whose events to look at: they are stored by person, and the sets of days tell who did what."""

from __future__ import annotations

from core.sql.dialect import Dialect


def whoever(dialect: Dialect, sets: str) -> str:
    """Return the relation (actor) of the people in sets, and of nobody, whom no set has.

    Args:
        sets: a SELECT of sets as `users`.
    """
    return f"{dialect.members(sets)} union all select 0"
