"""Comma, tab, semicolon or bar separated values with a header row."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final

from core.errors import BadInput
from core.records import Record, Refused, Rejected
from core.sources.fields import Plan, listed
from core.sources.lines import MAX_LINE
from core.sources.making import LineMaker
from core.sources.reshaped import Given, records

DELIMITERS: Final = ",\t;|"
TOGETHER: Final = 128
"""How many rows are processed together, column by column."""


def delimiter_of(header: bytes, name: str) -> str:
    """Return the delimiter that occurs most often in a header; a .tsv file has tabs."""
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
        """Forget the lines of the previous row."""
        self.number += len(self.held)
        self.held.clear()
        self.bad = ""
        self.refused = None

    def rejected(self, reason: str, lines: int | None = None) -> Rejected:
        """Return the current row as rejected, with its first `lines` lines."""
        return Rejected(self.number + 1, reason, b"\n".join(self.held[:lines]))

    def retry(self) -> None:
        """Offer all lines but the first once more."""
        self._again.extendleft(reversed(self.held[1:]))
        del self.held[1:]


def read(
    lines: Iterable[bytes | Rejected], maker: LineMaker, delimiter: str, name: str
) -> Iterator[Record | Rejected]:
    """Yield one record or rejection per row that is not blank.

    Raises:
        BadInput: the header has no column for the event or the time.
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
    maker.recognise_header(header)
    plan = maker.plan(header)
    if not maker.reshapes:
        if not plan.complete:
            raise maker.lacking(name, header)
        maker.understood = dict(plan.understood)
    yield from _records(rows, feed, maker, plan)


def _records(
    rows: Iterator[list[str]], feed: _Feed, maker: LineMaker, plan: Plan
) -> Iterator[Record | Rejected]:
    width = len(plan.names)
    good = _Together(maker, plan)
    while True:
        feed.start()
        problem: Rejected | None = None
        try:
            row = next(rows)
            if len(row) == width and not feed.bad and not feed.refused:
                good.add(row, feed)
                if len(good.rows) < TOGETHER:
                    continue
            elif row or feed.refused:
                problem = feed.rejected(_wrong(row, width, feed))
        except StopIteration:
            yield from good.take()
            return
        except csv.Error:
            problem = feed.rejected("quotes not closed or misplaced", lines=1)
            feed.retry()
        yield from good.take()
        if problem:
            yield problem


class _Together:
    """Rows of the right width, waiting to be made into records together."""

    def __init__(self, maker: LineMaker, plan: Plan) -> None:
        self._maker = maker
        self._plan = plan
        self.rows: list[list[str]] = []
        self._lines: list[tuple[int, tuple[bytes, ...]]] = []

    def add(self, row: list[str], feed: _Feed) -> None:
        """Add one row, with the lines it was read from."""
        self.rows.append(row)
        self._lines.append((feed.number + 1, tuple(feed.held)))

    def take(self) -> list[Record | Rejected]:
        """Return the records of the rows added so far, and forget them."""
        found: list[Record | Rejected] = []
        if self._maker.reshapes:
            found += records(self._maker, map(self._given, self.rows, self._lines))
            self._clear()
            return found
        made = self._maker.make_all(self._plan, self.rows, None) if self.rows else []
        if made is not None:
            found += made
        else:
            found += map(self._one, self.rows, self._lines)
        self._clear()
        return found

    def _clear(self) -> None:
        self.rows.clear()
        self._lines.clear()

    def _given(self, row: list[str], place: tuple[int, tuple[bytes, ...]]) -> Given:
        cells = {name: cell for name, cell in zip(self._plan.names, row, strict=True) if cell}
        return Given(place[0], b"\n".join(place[1]), "\x1f".join(row).encode(), cells)

    def _one(self, row: list[str], place: tuple[int, tuple[bytes, ...]]) -> Record | Rejected:
        try:
            return self._maker.make(self._plan, row, None)
        except Refused as refused:
            return Rejected(place[0], str(refused), b"\n".join(place[1]))


def _header(rows: Iterator[list[str]], feed: _Feed, name: str) -> tuple[str, ...]:
    try:
        found = next((row for row in rows if "".join(row).strip()), [])
    except csv.Error as error:
        raise BadInput(f"The header of {name} could not be read: {error}.") from error
    if feed.bad or feed.refused:
        raise BadInput(f"{name} does not start with a UTF-8 header.")
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


def _wrong(row: list[str], width: int, feed: _Feed) -> str:
    if feed.refused:
        return feed.refused.reason
    if feed.bad:
        return feed.bad
    return "fewer fields than the header" if len(row) < width else "more fields than the header"
