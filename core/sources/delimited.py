"""Comma, tab, semicolon or bar separated values with a header row."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from core.errors import BadInput
from core.sources.fields import cannot_read, listed
from core.sources.lines import MAX_LINE
from core.sources.maker import Maker
from core.sources.rows import Record, Refused, Rejected

DELIMITERS: Final = ",\t;|"
_JOIN: Final = "\x1f"


def delimiter_of(header: bytes, name: str) -> str:
    """Return the delimiter that occurs most in a header; a .tsv file has tabs."""
    if ".tsv" in name.lower()[-7:]:
        return "\t"
    line = header.split(b"\n", 1)[0].decode(errors="replace")
    return max(DELIMITERS, key=line.count)


class _Feed:
    """Physical lines for csv.reader; remembers those of the row being read."""

    def __init__(self, lines: Iterable[bytes | Rejected]) -> None:
        self._lines = iter(lines)
        self._again: deque[bytes | Rejected] = deque()
        self.held: list[bytes] = []
        self.number = 0
        self.bad: str = ""
        self.refused: Rejected | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        if isinstance(line, Rejected):
            self.refused = line
            self.held.append(line.text)
            return "\n"
        self.held.append(line)
        try:
            return line.decode() + "\n"
        except UnicodeDecodeError:
            self.bad = "not UTF-8"
            return line.decode(errors="replace") + "\n"

    def start(self) -> None:
        """Forget the lines of the row before."""
        self.number += len(self.held)
        self.held.clear()
        self.bad = ""
        self.refused = None

    def retry(self) -> None:
        """Offer all lines but the first once more."""
        self._again.extendleft(reversed(self.held[1:]))
        del self.held[1:]


def read(
    lines: Iterable[bytes | Rejected], maker: Maker, delimiter: str, name: str
) -> Iterator[Record | Rejected]:
    """Yield one record or rejection per row that is not blank.

    Raises:
        BadInput: when the header has no column for the event or the time.
    """
    feed = _Feed(lines)
    csv.field_size_limit(MAX_LINE)
    rows = csv.reader(feed, delimiter=delimiter, strict=True)
    header = _header(rows, feed, name)
    if not header:
        return
    absent = [column for column in maker.mapping.values() if column not in header]
    if absent:
        raise BadInput(f"{name} has no column {absent[0]!r}; it has: {listed(header)}.")
    plan = maker.plan(header)
    if not plan.complete:
        raise cannot_read(name, header, maker.mapping)
    maker.understood = dict(plan.understood)
    width = len(header)
    while True:
        feed.start()
        try:
            row = next(rows)
            if feed.bad or feed.refused or len(row) != width:
                if not row:
                    if feed.refused:
                        raise Refused(feed.refused.reason)
                    continue
                raise Refused(feed.bad or _wrong_width(row, width))
            yield maker.make(plan, row, _JOIN.join(row).encode())
        except StopIteration:
            return
        except csv.Error:
            first = feed.held[0]
            feed.retry()
            yield Rejected(feed.number + 1, "quotes not closed or misplaced", first)
        except Refused as refused:
            yield Rejected(feed.number + 1, str(refused), b"\n".join(feed.held))


def _header(rows: Iterator[list[str]], feed: _Feed, name: str) -> tuple[str, ...]:
    try:
        found = next((row for row in rows if "".join(row).strip()), [])
    except csv.Error as error:
        raise BadInput(f"The header of {name} could not be read: {error}.") from error
    if feed.bad or feed.refused:
        raise BadInput(f"{name} does not start with a header in UTF-8 text.")
    return unique(cell.strip() for cell in found)


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names with later repeats called name_2, name_3, ..."""
    found: dict[str, None] = {}
    for name in names:
        count, fresh = 2, name or "column"
        while fresh in found:
            fresh = f"{name or 'column'}_{count}"
            count += 1
        found[fresh] = None
    return tuple(found)


def _wrong_width(row: list[str], width: int) -> str:
    return "fewer fields than the header" if len(row) < width else "more fields than the header"
