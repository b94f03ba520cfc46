"""Comma, tab, semicolon or bar separated values with a header row."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain
from typing import Any, Final

from core.errors import BadInput
from core.records import LeftOut, Record, Refused, Rejected
from core.sources.blocks import MOST, START, Block, Lines, Position
from core.sources.fields import Plan, listed
from core.sources.flow.gathered import Gathered, Gatherer
from core.sources.flow.together import Group, made_together
from core.sources.lines import Input
from core.sources.making import LineMaker, Table
from core.sources.reshaped import Given, records
from core.sources.text.cutting import MAX_LINE
from core.sources.text.layout import MISSING, Layout, is_frame, plain, reader, sample_of, unescaped
from core.sources.text.looks import is_moment
from core.sources.text.remarks import remark_of

_HEADER: Final = LeftOut("repeated headers")
_EMPTY: Final = LeftOut("empty rows")
_NUL: Final = LeftOut("runs of NUL bytes")
TOGETHER: Final = 128
"""How many rows are processed together, column by column."""


class _Feed:
    """Physical lines for csv.reader; remembers those of the row being read.

    Attributes:
        end: the position after the block of lines that the last line was in.
    """

    def __init__(self, blocks: Iterable[Lines], start: Position = START) -> None:
        self._blocks = iter(blocks)
        self._lines: Iterator[bytes | Rejected] = iter(())
        self._left = 0
        self._again: deque[bytes | Rejected] = deque()
        self.end = start
        self._is_tried = False
        self.held: list[bytes] = []
        self.number = start.lines
        self.bad: str = ""
        self.refused: Rejected | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._next()
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

    def _next(self) -> bytes | Rejected:
        while not self._left:
            self._begin(next(self._blocks))
        self._left -= 1
        return next(self._lines)

    def _begin(self, block: Lines) -> None:
        self._lines, self._left, self.end = iter(block.lines), len(block.lines), block.end
        self._is_tried = False

    def rest(self) -> list[Any]:
        """Return the lines that are left of a block, or those of the next one; nothing if they were
        returned by this before, or there are none.
        """
        if not (self._left or self._again) and (block := next(self._blocks, None)):
            self._begin(block)
        if self._again or self._is_tried:
            return []
        self._is_tried = True
        lines = list(self._lines)
        self._left = 0
        return lines

    def put_back(self, lines: Sequence[bytes | Rejected]) -> None:
        """Return lines that `rest` has returned one by one."""
        self._lines, self._left = iter(lines), len(lines)

    @property
    def is_at_end(self) -> bool:
        """Whether all lines of a block have been returned."""
        return not self._left and not self._again

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
    source: Input, maker: LineMaker, layout: Layout, most: int = MOST, start: Position = START
) -> Iterator[Block]:
    """Yield one record or rejection per row that is not blank.

    The header, and how columns, dates and numbers are understood, is seen from the first bytes.

    Args:
        most: how many lines come together at most.
        start: where to begin, the position after some row.

    Raises:
        BadInput: the header has no column for the event or the time.
    """
    head, name = source.peek(), source.name
    begins = [Lines(source.first_lines(), START)] if start.bytes else source.blocks(most)
    feed = _Feed(begins, source.begin)
    csv.field_size_limit(MAX_LINE)
    for _ in range(layout.skip):
        next(feed, None)
    rows = reader(feed, layout, strict=True)
    sample = sample_of(head, layout)
    header = layout.names or _header(rows, feed, name, len(sample.header))
    if not header:
        return
    absent = [column for column in maker.mapping.values() if column not in header]
    if absent:
        raise BadInput(f"{name} has no column {absent[0]!r}; it has: {listed(header)}.")
    maker.recognise_header(header)
    dropped = frozenset(header[:1] if sample.index else ())
    table = Table(sample.decimal_comma(layout), dropped)
    maker.look(sample.columns(header), table)
    plan = maker.plan(header)
    if not maker.reshapes:
        if not plan.complete:
            _refuse_values(header, name)
            raise maker.lacking(name, header)
        maker.understood = dict(plan.understood)
    if start.bytes:
        feed = _Feed(source.blocks(most, start), start)
        rows = reader(feed, layout, strict=True)
    yield from _blocks(rows, feed, _Together(maker, plan, layout))


def _blocks(rows: Iterator[list[str]], feed: _Feed, good: _Together) -> Iterator[Block]:
    """Yield a block when a row ends with the last line of a block."""
    found: list[Record | Rejected] = []
    for made in _records(rows, feed, good):
        if feed.is_at_end:
            yield Block([*found, *made] if found else made, feed.end)
            found = []
        else:
            found += made
    yield Block(found, feed.end)


def _records(
    rows: Iterator[list[str]], feed: _Feed, good: _Together
) -> Iterator[Sequence[Record | Rejected] | Gathered]:
    """Yield what was made of the rows since the last time; at the latest when a block ends."""
    width = good.width
    while True:
        feed.start()
        if lines := feed.rest():
            many = _rows_of(lines, good)
            if many is not None:
                good.add_all(many, lines, feed)
                yield good.take()
                feed.number += len(lines)
                continue
            feed.put_back(lines)
        problem: Rejected | LeftOut | None = None
        try:
            row = next(rows)
            if len(row) != width and not any(row[width:]):
                del row[width:]
            if len(row) == width and not feed.bad and not feed.refused:
                good.add(row, feed)
                if len(good.rows) < TOGETHER and not feed.is_at_end:
                    continue
            elif feed.held and not feed.held[0].strip(b"\0") and feed.held[0]:
                problem = _NUL
            elif is_frame(row, good.layout):
                pass
            elif row or feed.refused:
                problem = feed.rejected(_wrong(row, width, feed))
        except StopIteration:
            yield good.take()
            return
        except csv.Error:
            problem = feed.rejected("quotes not closed or misplaced", lines=1)
            feed.retry()
        yield [*good.take(), problem] if problem else good.take()


def _rows_of(lines: Sequence[Any], good: _Together) -> list[list[str]] | None:
    """Return the rows of some lines if each line is one, of the right width; None otherwise.

    As a row takes at least one line, as many rows as lines are one row each.
    """
    try:
        text = b"\n".join(lines).decode() + "\n"
        rows = list(reader(StringIO(text, newline="\n"), good.layout, strict=True))
    except (TypeError, UnicodeDecodeError, csv.Error):
        return None
    return rows if len(rows) == len(lines) and set(map(len, rows)) == {good.width} else None


class _Together:
    """Rows of the right width, waiting to be made into records together."""

    def __init__(self, maker: LineMaker, plan: Plan, layout: Layout) -> None:
        self._maker = maker
        self._plan = plan
        self.layout = layout
        self.width = len(plan.names)
        self._ids = _only_ids(plan) if isinstance(plan, Plan) else ()
        self.rows: list[list[str]] = []
        self._lines: list[tuple[int, tuple[bytes, ...]]] = []

    def add(self, row: list[str], feed: _Feed) -> None:
        """Add one row, with the lines it was read from."""
        self.rows.append(row)
        self._lines.append((feed.number + 1, tuple(feed.held)))

    def add_all(self, rows: Iterable[list[str]], lines: Iterable[bytes], feed: _Feed) -> None:
        """Add rows of one line each."""
        self.rows += rows
        self._lines += enumerate(zip(lines), feed.number + 1)

    def take(self) -> Sequence[Record | Rejected] | Gathered:
        """Return the records of the rows added so far, and forget them."""
        rows, lines = self.rows, self._lines
        self.rows, self._lines = [], []
        if self.layout.changes_cells or not MISSING.isdisjoint(chain.from_iterable(rows)):
            rows = list(map(self._plain, rows))
        if self._maker.reshapes:
            return records(self._maker, map(self._given, rows, lines))
        gatherer = Gatherer()
        group = Group(range(len(rows)), None, list(zip(*rows, strict=True)))
        for places, made in made_together(group, self._plan, self._maker) if rows else ():
            gatherer.add(places, made)
        for place in gatherer.lacking(len(rows)):
            gatherer.add_one(place, self._one(rows[place], lines[place]))
        return gatherer.gathered()

    def _plain(self, row: list[str]) -> list[str]:
        """Return a row with "" for what stands for no value, except in an id: that is counted."""
        if not self.layout.changes_cells and MISSING.isdisjoint(row):
            return row
        ids, row = self._ids, plain(row, self.layout)
        row = ["" if c in MISSING and i not in ids else c for i, c in enumerate(row)]
        if self.layout.copied:
            return [cell if cell in MISSING else unescaped(cell) for cell in row]
        return row

    def _given(self, row: list[str], place: tuple[int, tuple[bytes, ...]]) -> Given:
        cells = {name: cell for name, cell in zip(self._plan.names, row, strict=True) if cell}
        return Given(place[0], b"\n".join(place[1]), "\x1f".join(row).encode(), cells)

    def _one(self, row: list[str], place: tuple[int, tuple[bytes, ...]]) -> Record | Rejected:
        try:
            return self._maker.make(self._plan, row, None)
        except Refused as refused:
            cells = row[: self.width]
            if not any(cells) or cells == list(self._plan.names):
                return _HEADER if any(cells) else _EMPTY
            remark = remark_of(cells)
            return remark or Rejected(place[0], str(refused), b"\n".join(place[1]))


def _refuse_values(header: Sequence[str], name: str) -> None:
    """Raise BadInput for a first line that has times, as only rows have."""
    if any(is_moment(cell) for cell in header):
        raise BadInput(
            f"{name} has no header: its first line is {listed(header)}.",
            "Add a line with the names of the columns, such as user_id,event,time.",
        )


def _only_ids(plan: Plan) -> tuple[int, ...]:
    return tuple(places[0] for places in (plan.user, plan.device) if len(places) == 1)


def _header(rows: Iterator[list[str]], feed: _Feed, name: str, width: int) -> tuple[str, ...]:
    try:
        found = next((row for row in rows if "".join(row).strip()), [])
    except csv.Error as error:
        raise BadInput(f"The header of {name} could not be read: {error}.") from error
    if feed.bad or feed.refused:
        raise BadInput(
            f"{name} is not in UTF-8, and its encoding cannot be told.",
            "Name it, such as --encoding cp932 (Japanese), gb18030 (Chinese), euc-kr (Korean), "
            "cp1251 (Cyrillic) or cp1254 (Turkish).",
        )
    return unique(cell.strip() for cell in found[: width or None])


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
