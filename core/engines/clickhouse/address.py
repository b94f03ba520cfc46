"""Where a ClickHouse server is and how to log in: an address without its secret."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import orjson

from core.errors import BadInput, CannotOpen

SCHEMES: Final = {"clickhouse": 8123, "clickhouses": 8443}
"""Schemes of addresses, each with its usual port; the second one is encrypted."""

PASSWORD: Final = "FOOTFALL_CLICKHOUSE_PASSWORD"
"""The environment variable with the password."""

_FORM: Final = "clickhouse://user@host:port/database"


@dataclass(frozen=True)
class Address:
    """A database of a ClickHouse server.

    Attributes:
        host, port, user, database: of the HTTP interface.
        secure: whether it is encrypted.
        password_file: the file with the password; "" for none.
        asks: whether somebody who is there is asked for it.
        cluster: the name of the cluster, in the server's configuration, that the tables are spread
            over; "" for none.
    """

    host: str
    port: int
    user: str = "default"
    database: str = "default"
    secure: bool = False
    password_file: str = ""
    asks: bool = False
    cluster: str = ""

    def __str__(self) -> str:
        scheme = "clickhouses" if self.secure else "clickhouse"
        host = f"[{self.host}]" if ":" in self.host else self.host
        cluster = f"?cluster={quote(self.cluster)}" if self.cluster else ""
        return f"{scheme}://{self.user}@{host}:{self.port}/{self.database}{cluster}"

    def to_json(self) -> str:
        """Return it as it is kept in a workspace."""
        return orjson.dumps(asdict(self)).decode()

    @classmethod
    def from_json(cls, text: str) -> Address:
        """Return what a workspace keeps."""
        return cls(**orjson.loads(text))


def read_address(text: str, *, password_file: str = "") -> Address:
    """Return the address that a text means.

    Raises:
        BadInput: it is none, or has a password in it.
    """
    try:
        found = urlsplit(text)
        port = found.port
    except ValueError as error:
        raise BadInput(f"{text!r} is no address of a ClickHouse server.", _allowed()) from error
    options = dict(parse_qsl(found.query, keep_blank_values=True))
    cluster = options.pop("cluster", "")
    if found.scheme not in SCHEMES or not found.hostname or options or found.fragment:
        raise BadInput(f"{_shown(text)} is no address of a ClickHouse server.", _allowed())
    if found.password is not None:
        raise BadInput(
            "A password does not belong into an address, which is kept and shown.",
            f"Set {PASSWORD}, name a file with --password-file, or type it when asked.",
        )
    return Address(
        host=found.hostname,
        port=port or SCHEMES[found.scheme],
        user=unquote(found.username or "default"),
        database=unquote(found.path.strip("/") or "default"),
        secure=found.scheme == "clickhouses",
        password_file=str(Path(password_file).expanduser().absolute()) if password_file else "",
        cluster=cluster,
    )


def password_of(address: Address) -> str | None:
    """Return the password from the environment or the file; None if neither has one.

    Raises:
        CannotOpen: the file cannot be read.
    """
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    if not address.password_file:
        return None
    try:
        return Path(address.password_file).read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotOpen(
            f"{address.password_file}, the file with the password, cannot be read.",
            f"{getattr(error, 'strerror', None) or error}.",
        ) from error


def _allowed() -> str:
    return (
        f"It looks like {_FORM}, or clickhouses:// for an encrypted connection; for a cluster "
        "?cluster=NAME follows."
    )


def _shown(text: str) -> str:
    """Return an address as it is quoted, without a password that it may have."""
    head, at, tail = text.rpartition("@")
    return repr(f"{head.split(':')[0]}:...{at}{tail}" if at and head.count(":") > 1 else text)
