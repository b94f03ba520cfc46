"""Logs as text of systemd's journal and of syslog: the export form (`journalctl -o export`), whose
fields may be binary, and lines such as `2026-03-02T10:00:00+0100 host app[12]: message`; and lines
of pairs (logfmt), such as `time=2026-03-02T10:00:00Z level=info msg="is up"`.

All are turned into the text of JSON objects, entry by entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

import orjson

from core.errors import BadInput
from core.records import Rejected
from core.sources.blocks import Lines, Position
from core.sources.text.cutting import KEPT, MAX_LINE

_LOOKED_AT: Final = 20
_FIELD: Final = re.compile(rb"[A-Z_][A-Z0-9_]*")
_BEGINS: Final = re.compile(rb"\s*[A-Z_][A-Z0-9_]*=")
_TIME: Final = b"__REALTIME_TIMESTAMP="
_SIZE: Final = 8
"""Bytes of the length before a binary value, little-endian."""

_DAMAGED: Final = "not an entry of the journal"
_TOO_LONG: Final = "entry longer than 1 MB"

_LINE: Final = re.compile(
    r"""
    (?P<time>\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?) \s
    (?!\[?(?:trace|debug|info|notice|warn|err|crit|fatal)\w*\W*\s)
    (?P<host>\S+) \s (?P<service>[^\s:\[]+)(?:\[(?P<pid>\d+)\])?: \s? (?P<message>.*)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WITHOUT_YEAR: Final = re.compile(r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [^\s:\[]+(\[\d+\])?: ")
_REMARK: Final = "-- "
_PAIR: Final = re.compile(r'([A-Za-z_@][\w.@/-]*)=("(?:[^"\\]|\\.)*+"|[^\s"]*+)(?:\s+|\Z)')
_TIMES: Final = frozenset({"time", "timestamp", "ts", "t", "@timestamp"})
_MESSAGES: Final = frozenset({"msg", "message"})
NOT_ITS: Final = "not a line of a log"


def is_export(head: bytes) -> bool:
    """Whether a file begins like entries of the journal in its export form."""
    return _BEGINS.match(head) is not None and _TIME in head


def is_text(head: bytes, name: str) -> bool:
    """Whether most of the first lines are those of a log with a time, a host and a program.

    Raises:
        BadInput: they are, but their times have no year.
    """
    lines = [line.decode(errors="replace") for line in head.splitlines()[:_LOOKED_AT]]
    lines = [line for line in lines if line.strip() and not line.startswith((_REMARK, " ", "\t"))]
    if sum(map(bool, map(_WITHOUT_YEAR.match, lines))) * 2 > len(lines):
        raise BadInput(
            f"The times of {name}, a log, have no year.",
            "Export it with journalctl -o json or -o short-iso.",
        )
    return sum(map(bool, map(_LINE.match, lines))) * 2 > len(lines)


def of_text(blocks: Iterable[Lines]) -> Iterator[Lines]:
    """Yield lines of text as objects; an indented line goes on with the message before it."""
    for block in blocks:
        found: list[bytes | Rejected] = []
        entry: dict[str, Any] = {}
        place = -1
        for number, line in enumerate(block.lines, block.first):
            if isinstance(line, Rejected):
                found.append(line)
                continue
            text = line.decode(errors="replace").rstrip()
            if entry and text.startswith((" ", "\t")):
                entry["message"] += f"\n{text.strip()}"
                found[place] = orjson.dumps(entry)
                found.append(b"")
            elif not text or text.startswith(_REMARK):
                found.append(b"")
            elif match := _LINE.match(text):
                entry = {name: value for name, value in match.groupdict().items() if value}
                entry.setdefault("message", "")
                place = len(found)
                found.append(orjson.dumps(entry))
            else:
                entry = {}
                found.append(Rejected(number, NOT_ITS, line))
        yield Lines(found, block.end)


def is_pairs(head: bytes) -> bool:
    """Whether most of the first lines are pairs such as level=info msg="is up", with a time and a
    message.
    """
    lines = [line for line in head.splitlines()[:_LOOKED_AT] if line.strip()]
    found = [_pairs(line.decode(errors="replace")) for line in lines]
    good = [pairs for pairs in found if _TIMES & pairs.keys() and _MESSAGES & pairs.keys()]
    return len(good) * 2 > len(lines)


def of_pairs(blocks: Iterable[Lines]) -> Iterator[Lines]:
    """Yield lines of pairs as objects."""
    for block in blocks:
        found: list[bytes | Rejected] = []
        for number, line in enumerate(block.lines, block.first):
            if isinstance(line, Rejected) or not line.strip():
                found.append(line)
                continue
            pairs = _pairs(line.decode(errors="replace"))
            found.append(orjson.dumps(pairs) if pairs else Rejected(number, NOT_ITS, line))
        yield Lines(found, block.end)


def _pairs(line: str) -> dict[str, str]:
    """Return the pairs on a line, none if anything else is on it."""
    found: dict[str, str] = {}
    place, text = 0, line.strip()
    while place < len(text):
        match = _PAIR.match(text, place)
        if match is None:
            return {}
        value = match[2]
        found[match[1]] = _unquoted(value) if value.startswith('"') else value
        place = match.end()
    return found


def _unquoted(text: str) -> str:
    try:
        return str(orjson.loads(text))
    except orjson.JSONDecodeError:
        return text[1:-1]


def of_export(chunks: Iterable[bytes], most: int, begin: Position) -> Iterator[Lines]:
    """Yield entries of the export form as objects, at most so many together."""
    reader = _Entries(begin)
    for chunk in chunks:
        yield from reader.read(chunk, most)
    yield from reader.read(b"", most)


class _Entries:
    """Cuts entries out of bytes.

    Attributes:
        _text: the bytes from `_gone` on.
        _place: how much of them was read.
        _entry: the fields of the current entry, and `_size` their bytes.
        _wrong: why the current entry is of no use, "" if it is.
        _skip: how many bytes of a value that is too long are still to come.
        _is_long: whether the rest of a line that is too long is still to come.
    """

    def __init__(self, begin: Position) -> None:
        self._gone, self._count = begin.bytes, begin.lines
        self._text = b""
        self._place = 0
        self._entry: dict[str, str] = {}
        self._size = 0
        self._wrong = ""
        self._skip = 0
        self._is_long = False

    def read(self, chunk: bytes, most: int) -> Iterator[Lines]:
        """Yield the entries that end in the next bytes; without any, the last one."""
        self._text = self._text[self._place :] + chunk
        self._gone += self._place
        self._place = 0
        entries = self._cut(self._text) if chunk else self._last()
        while found := list(islice(entries, most)):
            yield Lines(found, Position(self._gone + self._place, self._count))

    def _cut(self, text: bytes) -> Iterator[bytes | Rejected]:
        while self._passed_over(text):
            end = text.find(b"\n", self._place)
            if end < 0:
                if self._is_long or len(text) - self._place > MAX_LINE:
                    self._wrong, self._place, self._is_long = _TOO_LONG, len(text), True
                return
            if self._is_long:
                self._place, self._is_long = end + 1, False
                continue
            line = text[self._place : end]
            if not line:
                self._place = end + 1
                yield from self._finished()
            elif b"=" in line:
                self._place = end + 1
                name, _, value = line.partition(b"=")
                self._note(name, value)
            elif not self._read_binary(text, line, end + 1):
                return

    def _last(self) -> Iterator[bytes | Rejected]:
        """Yield the entry that nothing follows; what of it is missing makes it useless."""
        left = self._text
        if left:
            name, mark, value = left.rstrip(b"\n").partition(b"=")
            if self._skip or not mark:
                self._wrong = self._wrong or _DAMAGED
            else:
                self._note(name, value)
        self._place = len(left)
        yield from self._finished()

    def _passed_over(self, text: bytes) -> bool:
        """Pass over the rest of a value that is too long; return whether it has ended."""
        step = min(self._skip, len(text) - self._place)
        self._skip -= step
        self._place += step
        return not self._skip

    def _read_binary(self, text: bytes, name: bytes, place: int) -> bool:
        """Read a binary value, whose size is at a place; return False if it is not all there."""
        begin = place + _SIZE
        size = int.from_bytes(text[place:begin], "little")
        if not _FIELD.fullmatch(name):
            self._wrong, self._place = _DAMAGED, place
        elif len(text) < begin:
            return False
        elif size > MAX_LINE:
            self._wrong, self._place, self._skip = _TOO_LONG, begin, size + 1
        elif len(text) <= begin + size:
            return False
        else:
            self._note(name, text[begin : begin + size])
            self._place = begin + size + 1
        return True

    def _note(self, name: bytes, value: bytes) -> None:
        self._size += len(name) + len(value)
        if self._size > MAX_LINE or not _FIELD.fullmatch(name):
            self._wrong = self._wrong or (_TOO_LONG if self._size > MAX_LINE else _DAMAGED)
        else:
            self._entry.setdefault(name.decode(), value.decode(errors="replace"))

    def _finished(self) -> Iterator[bytes | Rejected]:
        """Yield the entry that ends here, if there is one."""
        entry, wrong = self._entry, self._wrong
        self._entry, self._size, self._wrong = {}, 0, ""
        if entry or wrong:
            self._count += 1
            text = orjson.dumps(entry)
            yield Rejected(self._count, wrong, text[:KEPT]) if wrong else text
