"""A board or a chart handed out as a file (definitions 10.4)."""

from __future__ import annotations

import secrets
from typing import Literal

from core.answers import Model

ALPHABET = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Characters of which none looks like another."""

LENGTH = 12


def new_hash() -> str:
    """Return a name that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


class Share(Model):
    """A file with the answers of one moment, for people without the workspace.

    Attributes:
        hash: its name, which is also that of the file.
        kind, thing: what it shows, and the id of that.
        file: where it was written.
        created_at, expires_at, revoked_at: UTC ms; None is never.
    """

    hash: str
    kind: Literal["board", "chart"]
    thing: str
    title: str
    file: str
    created_by: str = ""
    created_at: int = 0
    expires_at: int | None = None
    revoked_at: int | None = None

    def state(self, now: int) -> str:
        """Return "valid", "expired" or "revoked"."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and now >= self.expires_at else "valid"
