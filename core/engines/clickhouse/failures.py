"""What ClickHouse and the way to it say when they fail, as sentences with a next step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core.engines.clickhouse.address import PASSWORD, Address
from core.errors import CannotOpen, FootfallError, QueryFailed, Stopped, TookTooLong

_SHORTER: Final = "Choose a shorter range, or raise the server's limit."

_CODES: Final[dict[int, tuple[type[FootfallError], str, str]]] = {
    60: (CannotOpen, "{database} at {host} has no table of footfall's.", "Run `footfall push`."),
    81: (
        CannotOpen,
        "{host} has no database {database!r}.",
        "Create it there, or connect to another one.",
    ),
    159: (TookTooLong, "Took longer than the limit.", _SHORTER),
    160: (TookTooLong, "Would take longer than the limit.", _SHORTER),
    164: (
        CannotOpen,
        "{user} may only read at {host}.",
        "Push as a user that may write; questions need only read.",
    ),
    201: (QueryFailed, "The quota of {user} at {host} is used up.", "Try again later."),
    202: (QueryFailed, "{host} runs too many statements at once.", "Try again in a moment."),
    241: (QueryFailed, "It needs more memory than {host} allows.", _SHORTER),
    242: (CannotOpen, "The tables at {host} are read-only now.", "Its keeper may be down."),
    243: (QueryFailed, "{host} has no room left on its disk.", ""),
    394: (Stopped, "Stopped.", ""),
    396: (QueryFailed, "The answer has more rows than {host} allows.", _SHORTER),
    497: (
        CannotOpen,
        "{user} lacks a privilege at {host}: {said}",
        "Questions need SELECT; a push needs CREATE, INSERT, ALTER and DROP as well.",
    ),
    516: (
        CannotOpen,
        "{host} does not accept the password of {user}.",
        f"Set {PASSWORD}, or connect again with --password-file.",
    ),
}
"""Code of ClickHouse -> the error, its sentence and the next step."""

_SAME: Final = {158: 396, 192: 516, 193: 516, 194: 516, 307: 396, 373: 202, 210: 209}
"""Codes that mean the same as another one."""

_CODE: Final = re.compile(r"Code:\s*(\d+)")
_SAID: Final = re.compile(r"DB::Exception:\s*(.*?)(?:\s*\((?:version|for url) .*)?$", re.DOTALL)
_SECRETS: Final = re.compile(r"(?i)(password|identified by)\s*[=:]?\s*\S+")


class BrokenOff(CannotOpen):
    """The connection ended in the middle of an answer: what only reads can be asked again."""


def failure(address: Address, error: Exception) -> FootfallError:
    """Return the error to raise for one of the driver's."""
    if isinstance(error, FootfallError):
        return error
    text = _SECRETS.sub(r"\1 ...", str(error))
    code = getattr(error, "code", None) or _code_in(text)
    where = f"{address.host}:{address.port}"
    if code is None:
        kind = BrokenOff if _broken(text) else CannotOpen
        return kind(f"{where} {_network(text)}", "The server or the network may be down.")
    said, known = _said(text), _CODES.get(_SAME.get(code, code))
    if known is None:
        return QueryFailed(f"ClickHouse says: {said}", f"Its error {code}.")
    raised, sentence, hint = known
    values = {"host": where, "user": address.user, "database": address.database, "said": said}
    return raised(sentence.format(**values), hint)


def too_old(address: Address, found: str, needed: str) -> CannotOpen:
    """Return the error for a server of a version that lacks what questions use."""
    where = f"{address.host}:{address.port}"
    return CannotOpen(f"{where} runs ClickHouse {found}.", f"It takes {needed} or newer.")


def unknown_cluster(address: Address, known: Sequence[str]) -> CannotOpen:
    """Return the error for a cluster that is not among those of a server's configuration."""
    where = f"{address.host}:{address.port}"
    told = f"It has {', '.join(known)}." if known else "Its configuration has none."
    return CannotOpen(f"{where} has no cluster {address.cluster!r}.", told)


def code_of(error: FootfallError) -> int | None:
    """Return the code of ClickHouse's error that one was made from, None if it was none."""
    cause = error.__cause__
    return None if cause is None else getattr(cause, "code", None) or _code_in(str(cause))


def _code_in(text: str) -> int | None:
    found = _CODE.search(text)
    return int(found[1]) if found else None


def _said(text: str) -> str:
    """Return what the server says, in one line of a bearable length."""
    found = _SAID.search(text)
    line = " ".join((found[1] if found else text).split())
    return line if len(line) <= 300 else f"{line[:297]}..."


def _broken(text: str) -> bool:
    """Whether a connection was there and ended."""
    words = ("incomplete", "aborted", "reset", "closed", "broken")
    return "refused" not in text.lower() and any(word in text.lower() for word in words)


def _network(text: str) -> str:
    """Return what happened on the way to a server."""
    lower = text.lower()
    if "refused" in lower:
        return "refuses connections."
    if "timed out" in lower or "timeout" in lower:
        return "does not answer in time."
    if "resolve" in lower or "name or service" in lower:
        return "is not a known host."
    if "certificate" in lower or "ssl" in lower:
        return "has no certificate that is trusted, or is not encrypted."
    if _broken(text):
        return "ended the connection in the middle of an answer."
    return "cannot be reached."
