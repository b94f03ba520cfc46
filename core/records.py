"""What a source passes to the store: events, identity statements, and refused lines."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from core.columns import CONTEXT
from core.values.hashes import Hashes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NO_SESSION: Final = "-1"
"""The session id that means "outside any session" (definitions 9.2)."""

NO_CONTEXT: Final[tuple[str | None, ...]] = (None,) * len(CONTEXT)


class Row(NamedTuple):
    """One event, still as text.

    Attributes:
        event: its name, never empty.
        ts: UTC milliseconds.
        id: signed 64-bit hash, the same whenever the same source event is read, with the bit OWN
            if the event has an id of its own.
        context: one value per column of `columns.CONTEXT`, None where missing.
        properties: a JSON object as text, or None.
        traits: what the line says about its person.
    """

    event: str
    ts: int
    user: str | None
    device: str | None
    session: str | None
    id: int
    context: tuple[str | None, ...] = NO_CONTEXT
    properties: str | None = None
    traits: dict[str, Any] | None = None


class Identify(NamedTuple):
    """From `ts` (UTC ms) on, `device` belongs to `user`; `traits` describe that person.

    `beside` is true if its line is already counted.
    """

    user: str | None
    device: str | None
    ts: int
    traits: dict[str, Any] | None = None
    beside: bool = False


class Alias(NamedTuple):
    """The user id `old` is the same person as `new`, as stated at `ts` (UTC ms).

    `beside` is true if its line is already counted.
    """

    old: str
    new: str
    ts: int
    beside: bool = False


class Once(NamedTuple):
    """A trait that applies only if the person has none of that name; of several, the earliest."""

    value: Any


class Change(NamedTuple):
    """A trait that is worked out from its value before, by an operation.

    Attributes:
        how: "add" to a number; "append", "prepend" or "remove" values of a list, "insert" or
            "insert_first" those it lacks; "clear" all traits, whatever the name.
        value: the operand.
        of: identifies the statement, so that it is applied once, however often it is read.
    """

    how: str
    value: Any
    of: str


class LeftOut(NamedTuple):
    """A line that is understood but is neither an event nor about people; `what` names its kind."""

    what: str


class LogRow(NamedTuple):
    """One log, still as text.

    Attributes:
        ts: UTC milliseconds.
        level: an index of `core.log_levels.LEVELS`.
        id: signed 64-bit hash, the same whenever the same source log is read.
        fields: the other fields of the line, a JSON object as text, or None.
        older: the id by which it may be stored by a version that numbered the occurrences of a
            line differently; None if there is none.
        own: whether the id is made of one that the source gives it.
    """

    ts: int
    level: int
    service: str | None
    source: str | None
    session: str | None
    message: str
    fields: str | None
    id: int
    older: int | None = None
    own: bool = False


OWN: Final = 1
"""The bit that is set in the id of an event which has one of its own, and in no other."""

WIDE: Final = 2
"""The bit that is set in such an id if no other source can have it for another event: a long one,
not a number that any table counts.
"""

MARKS: Final = OWN | WIDE
"""The bits that say what an id is; two ids are compared without them."""

ID_BITS: Final = 48
"""So many bits are stored of the hash of a line, and compared of ids within one moment of a person.
"""

_WIDE_FROM: Final = 12
"""How many characters an id has that no other source can have."""

PERSON_IDS: Final = ("amplitude_id:", "person_id:", "visitor:")
"""How user ids begin that stand for what a vendor considers one person; they are not counted as
linked or merged.
"""

Record = Row | Identify | Alias | LogRow | LeftOut


class Refused(Exception):
    """A line that cannot be stored; the message is a short reason, the same for every such line."""


class MissingField(Refused):
    """A line whose fields do not include an event or a time; `names` are those it has."""

    names: tuple[str, ...] = ()


class Rejected(NamedTuple):
    """A refused line as it is reported: line number from 1, reason, text.

    `names` are the fields it has, if the reason is that none of them is the event or time.
    """

    line: int
    reason: str
    text: bytes
    names: tuple[str, ...] = ()


def digest(data: bytes) -> int:
    """Return a signed 64-bit hash of bytes."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little", signed=True)


def own_id(text: str) -> int:
    """Return the number for an event's own id."""
    return (digest(text.encode()) | MARKS) ^ (0 if len(text) >= _WIDE_FROM else WIDE)


def own_ids(texts: Sequence[str]) -> list[int]:
    """Return the numbers for several events' own ids."""
    import numpy as np

    wide = np.fromiter(map(len, texts), np.int64, len(texts)) >= _WIDE_FROM
    found: list[int] = (
        (_digests(map(str.encode, texts)) | MARKS) ^ np.where(wide, 0, WIDE)
    ).tolist()
    return found


def _digests(texts: Iterable[bytes]) -> NDArray[np.int64]:
    """Return a signed 64-bit hash of each text, as `digest` does; a copied hash begins faster."""
    import numpy as np

    begun, found = blake2b(digest_size=8).copy, []
    for text in texts:
        one = begun()
        one.update(text)
        found.append(one.digest())
    return np.frombuffer(b"".join(found), "<i8")


def short_id(id_: int) -> int:
    """Return the part of an id that tells events of one moment of a person apart, its marks set."""
    return _lower(id_ | MARKS)


def stored_id(id_: int) -> int:
    """Return what is stored of an event's id: all of its own one, the lower bits of a hash."""
    return id_ if id_ & OWN else _lower(id_)


def _lower(id_: int) -> int:
    found = id_ & (1 << ID_BITS) - 1
    return found - (found >> ID_BITS - 1 << ID_BITS)


def next_id(id_: int) -> int:
    """Return the id of the next occurrence of a log, given that of the last one."""
    return digest(id_.to_bytes(8, "little", signed=True))


def next_event_id(id_: int) -> int:
    """Return the id of the next occurrence of an event, given that of the last one."""
    return next_id(id_) & ~OWN


class Occurrences:
    """Gives lines without an event id an id: the first its hash, each further identical one a
    function of the id before, so that the end of a file can be read without its start: the id of a
    line depends on identical lines alone.

    The ids of lines seen are kept, so ten million different lines take some 80 MB.
    """

    def __init__(self) -> None:
        self._seen = Hashes()
        self._last: dict[int, tuple[int, int]] = {}

    def event_id(self, line: bytes) -> int:
        """Return the id of the next occurrence of a line without an event id of its own."""
        first = digest(line) & ~OWN
        if self._is_first(first):
            return first
        return self._following(first, next_event_id)[0]

    def event_ids(self, lines: Sequence[bytes]) -> Sequence[int]:
        """Return the ids of several lines, in order, as `event_id` does for each."""
        ids = _digests(lines) & ~OWN
        again = self._seen.add_new(ids)
        if not again:
            return array("q", ids.tobytes())
        return [
            one
            if one not in again or self._is_first(one)
            else self._following(one, next_event_id)[0]
            for one in ids.tolist()
        ]

    def log_ids(self, line: bytes) -> tuple[int, int | None]:
        """Return the id of the next occurrence of a line without a log id, and its older one."""
        first = digest(line)
        if self._is_first(first):
            return first, None
        found, count = self._following(first, next_id)
        return found, digest(b"%d\x00" % count + line)

    def _is_first(self, id_: int) -> bool:
        if id_ in self._seen:
            return False
        self._seen.add(id_)
        return True

    def _following(self, first: int, step: Callable[[int], int]) -> tuple[int, int]:
        """Return the id of the next occurrence, and how many came before."""
        last, count = self._last.get(first, (first, 0))
        self._last[first] = found = step(last), count + 1
        return found
