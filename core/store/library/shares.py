"""What was handed out as files, so that it can be listed and revoked (definitions 10.4).

There is one share of each board and chart: another one takes its place.
"""

from __future__ import annotations

import sqlite3

from core.columns import has_table
from core.definitions.share import Share
from core.errors import NotFound, did_you_mean
from core.store.library.access import Access
from core.store.library.profiles import Profile

_FIELDS = tuple(Share.model_fields)


class Shares:
    """The shares of one workspace.

    Args:
        access: the workspace and the acting profile.
    """

    def __init__(self, access: Access) -> None:
        self.access = access

    def all(self) -> list[Share]:
        """Return every share, newest first; none if an older file lacks their table."""
        with self.access.reading() as connection:
            return _read(connection, "", ()) if has_table(connection.execute, "shares") else []

    def one(self, hash: str) -> Share:
        """Return the share of a hash; NotFound with the nearest ones."""
        found = self.all()
        for share in found:
            if share.hash == hash:
                return share
        known = [share.hash for share in found]
        raise NotFound(f"There is no share {hash!r}.", did_you_mean(hash, known))

    def check(self, kind: str, owner: str) -> None:
        """Raise Forbidden unless the profile may share a board or a chart; see `add`."""
        _check(self.access.profile, kind, owner)

    def add(self, share: Share, owner: str) -> list[Share]:
        """Store a share in place of the earlier one of the same thing; return what it replaced.

        Args:
            owner: whose the thing is, "" for what is not stored.

        Raises:
            Forbidden: the role may not create one, or the thing is somebody else's.
        """
        with self.access.writing(quietly=True) as connection:
            profile = self.access.who(connection)
            _check(profile, share.kind, owner)
            now = self.access.clock()
            where = "where kind = ? and thing = ? and revoked_at is null"
            replaced = _read(connection, where, (share.kind, share.thing))
            _revoke(connection, replaced, now)
            kept = share.model_copy(update={"created_by": profile.user, "created_at": now})
            connection.execute(
                f"""
                insert into shares ({", ".join(_FIELDS)})
                values ({", ".join(f":{name}" for name in _FIELDS)})
                """,
                kept.model_dump(),
            )
        return replaced

    def revoke(self, hash: str) -> Share:
        """Take back a share, and return it; its file is whoever's has it.

        Raises:
            NotFound: there is none.
            Forbidden: it is somebody else's.
        """
        share = self.one(hash)
        with self.access.writing(quietly=True) as connection:
            profile = self.access.who(connection)
            profile.check_change(share.created_by, "a share")
            _revoke(connection, [share], self.access.clock())
        return share


def _check(profile: Profile, kind: str, owner: str) -> None:
    profile.check_create("a share")
    profile.check_change(owner or profile.user, f"who sees a {kind}")


def _read(connection: sqlite3.Connection, where: str, given: tuple[str, ...]) -> list[Share]:
    rows = connection.execute(
        f"select {', '.join(_FIELDS)} from shares {where} order by created_at desc, hash", given
    )
    return [Share(**dict(zip(_FIELDS, row, strict=True))) for row in rows]


def _revoke(connection: sqlite3.Connection, shares: list[Share], now: int) -> None:
    connection.executemany(
        "update shares set revoked_at = ? where hash = ? and revoked_at is null",
        [(now, share.hash) for share in shares],
    )
