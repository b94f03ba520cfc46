"""Who is using a workspace, and what their role allows (definitions 10.5).

A workspace stores the name of the current profile and the role of every name it has seen; by
default the user of this machine is an admin. Roles keep colleagues from changing each other's
things by mistake. They are no protection against somebody who can write the file.
"""

from __future__ import annotations

import getpass
import json
import os
import sqlite3
from pathlib import Path
from typing import Literal, NamedTuple

from core.errors import BadInput, Forbidden, did_you_mean
from core.store.workspace import read_meta

Role = Literal["viewer", "editor", "admin", "platform"]
ROLES: tuple[Role, ...] = ("viewer", "editor", "admin", "platform")
"""Each role may do everything that the ones before it may."""

_ALIASES: dict[str, Role] = {"readonly": "viewer", "edit": "editor"}


class Profile(NamedTuple):
    """Who acts, and in which role.

    Attributes:
        user: the name that owns what they create.
        role: viewers look, editors create things and change their own, admins change everybody's.
    """

    user: str
    role: Role = "admin"

    def may(self, role: Role) -> bool:
        """Whether the role includes another."""
        return ROLES.index(self.role) >= ROLES.index(role)

    def check_create(self, what: str) -> None:
        """Raise Forbidden unless the profile may create something.

        Args:
            what: the thing, with its article: "a board".
        """
        if not self.may("editor"):
            raise Forbidden(
                f"{self.user} is a {self.role} here: creating {what} requires an editor.", _SWITCH
            )

    def check_remove(self) -> None:
        """Raise Forbidden unless the profile may take out or rewrite what everybody counts."""
        if not self.may("admin"):
            raise Forbidden(
                f"{self.user} is a {self.role} here: taking out or rewriting data requires an"
                " admin.",
                _SWITCH,
            )

    def check_change(self, owner: str, what: str) -> None:
        """Raise Forbidden unless the profile may change or delete somebody's thing."""
        self.check_create(what)
        if owner != self.user and not self.may("admin"):
            raise Forbidden(
                f"This is {owner or 'somebody'}'s: changing {what} requires its owner or an admin.",
                _SWITCH,
            )


_SWITCH = "footfall profile shows and switches profiles."


def read_role(word: str) -> Role:
    """Return the role named by a word; BadInput if there is none."""
    folded = word.strip().lower()
    for role in ROLES:
        if folded == role or _ALIASES.get(folded) == role:
            return role
    raise BadInput(
        f"role {word!r} is not known.",
        did_you_mean(word, ROLES) or f"Allowed: {', '.join(ROLES)}.",
        parameter="role",
    )


def read_profile(text: str) -> tuple[str, Role | None]:
    """Return the name and role in "ana" or "ana:editor"; BadInput if there is no name."""
    user, colon, role = text.strip().rpartition(":")
    if not colon:
        user, role = role, ""
    if any("\ud800" <= char <= "\udfff" for char in user):
        raise BadInput("A profile's name must be UTF-8 text.", parameter="profile")
    if not 1 <= len(user) <= 100:
        raise BadInput(
            "A profile's name must be 1 to 100 characters long.",
            "For example ana or ana:editor.",
            parameter="profile",
        )
    return user, read_role(role) if role else None


def present_profile(
    connection: sqlite3.Connection, path: Path, wanted: str | Profile = ""
) -> Profile:
    """Return who acts on an open workspace.

    Args:
        wanted: a profile, or "ana" or "ana:editor", to use instead of the stored one. A name
            without a role has its stored role.

    If the file cannot be written, everybody is a viewer.
    """
    if isinstance(wanted, Profile):
        found = wanted
    else:
        meta = read_meta(connection)
        user, role = read_profile(wanted) if wanted else (meta.get("profile", ""), None)
        user = user or _machine_user()
        found = Profile(user=user, role=role or known_roles(meta).get(user, "admin"))
    return found if writable(path) else Profile(user=found.user, role="viewer")


def known_roles(meta: dict[str, str]) -> dict[str, Role]:
    """Return the role of every name the workspace has seen."""
    try:
        stored = json.loads(meta.get("roles", "{}"))
    except ValueError:
        return {}
    if not isinstance(stored, dict):
        return {}
    return {str(user): role for user, role in stored.items() if role in ROLES}


def store_profile(connection: sqlite3.Connection, profile: Profile) -> None:
    """Make a profile the workspace's current one, inside the caller's transaction."""
    roles = {**known_roles(read_meta(connection)), profile.user: profile.role}
    connection.executemany(
        "insert or replace into meta (key, value) values (?, ?)",
        [("profile", profile.user), ("roles", json.dumps(roles, ensure_ascii=False))],
    )


def writable(path: Path) -> bool:
    """Whether a workspace file can be written, and its folder, for the journal beside it."""
    return os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)


def _machine_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "me"
