"""JSON documents that are not one object per line: arrays, pages of an API, objects over several
lines or several on a line. Their objects are cut out as text, one by one, like the lines of a file,
so that memory stays bounded and a damaged object does not take its neighbours with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import orjson

from core.records import Rejected
from core.sources import values
from core.sources.blocks import MOST, START, Lines, Position
from core.sources.text.cutting import KEPT, MAX_LINE
from core.sources.vendors import of_lines

PAGES: Final = (
    "results", "result", "data", "events", "items", "records", "rows", "batch", "value", "visits",
    "entries", "messages", "documents", "datapoints",
)  # fmt: skip
"""Keys that hold the objects in pages of an API, best first."""

_BRACKET: Final = re.compile(
    rb"""(?: [^"{}\[\]]++ | "(?: [^"\\]++ | \\. )*+" )*+ ([{}\[\]])""", re.DOTALL | re.VERBOSE
)
"""Up to the next bracket outside strings; no match if a string does not end."""

_SPACE: Final = b" \t\r\n\0"
_ARRAY: Final = re.compile(rb"\[\s*(?:[\[{]|\]?\s*\Z)")
_BETWEEN: Final = rb"\}\s*,\s*(?=\{)"
_LOOKED_AT: Final = 128
_LONGEST_KEY: Final = 200
_NAMED: Final = frozenset({"event", "event_name", "event_type"})


@dataclass(frozen=True)
class Document:
    """The shape of a document.

    Attributes:
        key: the key that holds the list of objects in its pages; "" if the objects are at the top
            or in one array.
        columns: the names of the values, if that list has rows instead of objects.
    """

    key: str = ""
    columns: tuple[str, ...] = ()

    def objects(self, chunks: Iterable[bytes]) -> Iterator[bytes | Rejected]:
        """Yield the text of every object, or a Rejected, numbered from 1, as soon as it ends."""
        for block in self.blocks(chunks, 1):
            yield from block.lines

    def blocks(
        self, chunks: Iterable[bytes], most: int = MOST, begin: Position = START
    ) -> Iterator[Lines]:
        """Yield the same, at most so many together, numbered from a position on."""
        for lines, end in _Cutter(self.key, chunks, begin).blocks(most):
            yield Lines([*map(self._named, lines)] if self.columns else lines, end)

    def _named(self, row: bytes | Rejected) -> bytes | Rejected:
        """Return a row as an object."""
        found = None if isinstance(row, Rejected) else _json(row)
        if not isinstance(found, list):
            return row
        return orjson.dumps(dict(zip(self.columns, found, strict=False)))


def document_of(head: bytes) -> Document | None:
    """Return the document that starts a file; None for one object per line or non-JSON."""
    start = head.lstrip(_SPACE)
    if _ARRAY.match(start):
        return Document()
    if not start.startswith(b"{"):
        return None
    line, _, _ = start.partition(b"\n")
    found = _parsed(line)
    if found is not None:
        return _page(found)
    whole = next(Document().objects([start]), None)
    if whole.__class__ is bytes and (found := _parsed(whole)) is not None:
        return _page(found) or Document()
    return _begun(start)


def first_objects(head: bytes, document: Document) -> list[dict[str, Any]]:
    """Return the first objects of a document that are complete in its first bytes."""
    found = []
    for text in document.objects([head]):
        parsed = None if isinstance(text, Rejected) else _parsed(text)
        if parsed is not None:
            found.append(parsed)
        if len(found) == _LOOKED_AT:
            break
    return found


def _json(text: bytes) -> Any:
    try:
        return values.parse_kindly(text)
    except ValueError:
        return None


def _parsed(text: bytes) -> dict[str, Any] | None:
    found = _json(text)
    return found if found.__class__ is dict else None


def _page(found: dict[str, Any]) -> Document | None:
    """Return the document of an object that is a page rather than an event."""
    if found.keys() & _NAMED or of_lines([found]) is not None:
        return None
    for key in PAGES:
        listed = found.get(key)
        if isinstance(listed, list) and all(isinstance(each, dict) for each in listed):
            return Document(key)
        names = found.get("columns")
        if names and isinstance(names, list) and _are_rows(listed):
            return Document(key, tuple(map(_name, names)))
    return None


def _are_rows(listed: Any) -> bool:
    return isinstance(listed, list) and all(isinstance(each, list) for each in listed)


def _name(column: Any) -> str:
    """Return the name of a column, which may be an object that has it."""
    return str(column.get("name", column) if isinstance(column, dict) else column)


def _begun(start: bytes) -> Document | None:
    """Return the document of a page that is longer than the first bytes of a file."""
    depth = place = 0
    while found := _BRACKET.match(start, place):
        place = found.end()
        if found[1] == b"[" and depth == 1:
            key = _key_before(start[max(place - _LONGEST_KEY, 0) : place - 1])
            if key in PAGES and start[place : place + _LONGEST_KEY].lstrip().startswith(b"{"):
                return Document(key)
        depth += 1 if found[1] in b"{[" else -1
    return None


def _key_before(text: bytes) -> str:
    """Return the key that a text ends with, before its value."""
    found = re.search(rb'"([^"\\]*)"\s*:\s*\Z', text[-_LONGEST_KEY:])
    return found[1].decode(errors="replace") if found else ""


class _Cutter:
    """Cuts the objects out of a document.

    Attributes:
        _depth: how many brackets are open.
        _listed: whether the list of the objects is open.
        _since: where the current object starts in the text; -1 between objects.
        _base: how many brackets are open around the current object.
        _before: what precedes that object on its line.
        _skipped: the first bytes of an object that is too long to keep.
        _gone: how many bytes were dropped before the text.
    """

    def __init__(self, key: str, chunks: Iterable[bytes], begin: Position) -> None:
        self._key = key
        self._top = 1 if key else 0
        self._chunks = iter(chunks)
        self._text = b""
        self._place = 0
        self._depth = 0
        self._listed = False
        self._since = -1
        self._base = 0
        self._before = b""
        self._skipped = b""
        self._gone, self._count = begin[:2]

    def blocks(self, most: int) -> Iterator[Lines]:
        """Yield the text of every object, or a Rejected for one that is damaged or too long."""
        for chunk in self._chunks:
            self._text += chunk
            yield from self._some(self._cut(), most)
            self._forget()
        yield from self._some(self._last(), most)

    def _some(self, objects: Iterator[bytes | Rejected], most: int) -> Iterator[Lines]:
        while found := list(islice(objects, most)):
            yield Lines(found, Position(self._gone + self._place, self._count))

    def _last(self) -> Iterator[bytes | Rejected]:
        yield from self._cut()
        while self._since >= 0:
            yield self._damaged("JSON ends early", len(self._text))
            yield from self._cut()

    def _cut(self) -> Iterator[bytes | Rejected]:
        """Yield the objects that end in the text."""
        text = self._text
        while found := _BRACKET.match(text, self._place):
            self._place = place = found.end()
            sign = found[1]
            if sign in b"{[":
                self._open(sign, place - 1)
            elif self._close():
                yield self._finished()

    def _finished(self) -> bytes | Rejected:
        """Return the object that ends here; one that contains the start of others is damaged."""
        text = self._text[self._since : self._place]
        if not self._skipped and len(text) <= MAX_LINE:
            if self._next(self._place) and _json(text) is None:
                return self._damaged("not JSON", self._place)
            self._count += 1
            self._since = -1
            return text
        text, self._skipped = self._skipped or text[:KEPT], b""
        self._count += 1
        self._since = -1
        return Rejected(self._count, "object longer than 1 MB", text)

    def _open(self, sign: bytes, place: int) -> None:
        if self._since < 0:
            if self._listed or (sign == b"{" and not self._key and not self._depth):
                self._since, self._base = place, self._depth
                self._before = self._text[max(place - _LONGEST_KEY, 0) : place].rpartition(b"\n")[2]
            elif sign == b"[" and self._depth == self._top:
                self._listed = not self._key or self._names(place)
        self._depth += 1

    def _names(self, place: int) -> bool:
        return _key_before(self._text[max(place - _LONGEST_KEY, 0) : place]) == self._key

    def _close(self) -> bool:
        """Close a bracket; return whether an object ends with it."""
        self._depth = max(self._depth - 1, 0)
        if self._since >= 0:
            return self._depth == self._base
        self._listed = self._listed and self._depth > self._top
        return False

    def _damaged(self, reason: str, end: int) -> Rejected:
        """Refuse the current object and continue with the next one that starts in it."""
        border = self._next(end)
        text = self._text[self._since : border.start() + 1 if border else end]
        self._count += 1
        self._since, self._depth, self._skipped = -1, self._base, b""
        self._place = border.end() if border else end
        return Rejected(self._count, reason, text[:KEPT])

    def _next(self, end: int) -> re.Match[bytes] | None:
        """Return where, before `end`, an object might start after the current one."""
        border = _BETWEEN
        if not self._before.strip():
            border += rb"|\n" + re.escape(self._before) + rb"(?=\{)"
        return re.compile(border).search(self._text, self._since + 1, end)

    def _forget(self) -> None:
        """Drop the processed text, and that of an object that is too long."""
        if self._since >= 0 and self._place - self._since > MAX_LINE:
            self._skipped = self._skipped or self._text[self._since :][:KEPT]
            self._since = self._place
        kept = self._since if self._since >= 0 else max(self._place - _LONGEST_KEY, 0)
        self._text = self._text[kept:]
        self._gone += kept
        self._place -= kept
        if self._since >= 0:
            self._since = 0
