"""Rows of a table, whatever it is stored as, as JSON objects one per line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson

from core.records import Rejected
from core.sources.blocks import MOST, START, Differs, Fingerprints, Lines, Position
from core.sources.text.cutting import KEPT, MAX_LINE, TOO_LONG
from core.sources.text.reading import Notes

DAMAGED: Final = "the file is damaged from here on"
_LONGEST_BYTES: Final = 64
_BLOCK_BYTES: Final = 1 << 20


class RowInput:
    """The rows of one table, with the interface of `lines.Input`.

    Args:
        names: of the columns.
        rows: their values.
        close: closes the file.
        errors: what reading a damaged file raises.
        is_numbered: whether the first value of each row is its number, which is not a column.
        begin: where the rows begin, if those before are left out.
        first: the first rows of all in that case, by which the table is understood.

    Attributes:
        name: its name in messages.
        names: of the columns.
        total, position: unknown, as rows have no bytes.
        unpacked: bytes returned as lines so far.
        notes: what reading it showed.
    """

    total = None
    position = 0

    def __init__(
        self,
        name: str,
        names: Sequence[str],
        rows: Iterable[Sequence[Any]],
        close: Callable[[], None],
        errors: tuple[type[Exception], ...],
        *,
        is_numbered: bool = False,
        begin: Position = START,
        first: Iterable[Sequence[Any]] | None = None,
    ) -> None:
        self.name = name
        self.unpacked = 0
        self.notes = Notes()
        self.close = close
        self.names = tuple(names)
        self.is_numbered = is_numbered
        self.begin = begin
        self.first = None if first is None else [self._line(row) for row in first]
        self._number = begin.bytes
        self._rows = rows
        self._errors = errors

    def blocks(self, most: int = MOST, start: Position = START) -> Iterator[Lines]:
        """Yield every row as `lines` does, at most so many together.

        Args:
            start: a position that was returned for the same rows, which is a border of blocks.

        Raises:
            Differs: the rows before `start` have another fingerprint, or are fewer.
        """
        found: list[bytes | Rejected] = []
        begun, count = 0, self.begin.lines
        prints = Fingerprints(self.begin)
        for line in self.lines():
            found.append(line)
            prints.add(line.text if isinstance(line, Rejected) else line)
            at_start = count + len(found) == start.lines
            if at_start or len(found) == most or self.unpacked - begun > _BLOCK_BYTES:
                count += len(found)
                end = self._end(count, prints)
                if at_start and start.fingerprint not in ("", end.fingerprint):
                    raise Differs
                yield Lines(found, end)
                found, begun = [], self.unpacked
        if count + len(found) < start.lines:
            raise Differs
        if found:
            yield Lines(found, self._end(count + len(found), prints))

    def _end(self, count: int, prints: Fingerprints) -> Position:
        place = self._number if self.is_numbered else self.unpacked
        return Position(place, count, prints.at(prints.arrived))

    def _line(self, row: Sequence[Any]) -> bytes:
        found = dict(zip(self.names, map(cell, row), strict=True))
        return orjson.dumps(found, default=str, option=orjson.OPT_NON_STR_KEYS)

    def lines(self) -> Iterator[bytes | Rejected]:
        """Yield every row as a JSON object, or a Rejected for one that is too long."""
        number = self.begin.lines
        try:
            for row in self._rows:
                number += 1
                if self.is_numbered:
                    self._number, *row = row
                line = self._line(row)
                self.unpacked += len(line)
                if len(line) > MAX_LINE:
                    yield Rejected(number, TOO_LONG, line[:KEPT])
                else:
                    yield line
        except self._errors:
            yield Rejected(number + 1, DAMAGED, b"")


def cell(value: Any) -> Any:
    """Return a cell as JSON: UUIDs and short bytes as text, longer bytes not at all."""
    if value.__class__ is str:
        return value.encode(errors="replace").decode()
    if isinstance(value, bytes):
        if len(value) == 16:
            return str(UUID(bytes=value))
        return value.hex() if len(value) <= _LONGEST_BYTES else None
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value
