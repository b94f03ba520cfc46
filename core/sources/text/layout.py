"""How the rows of a delimited text are laid out, detected from its first lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from core.sources.text.dates import order_of
from core.sources.text.looks import is_moment
from core.sources.text.reading import Reading
from core.sources.values import has_decimal_comma

DELIMITERS: Final = ",\t;|\x01"
MISSING: Final = frozenset(
    {"\\N", "\\\\N", "NULL", "null", "(null)", "NaN", "nan", "NaT", "None", "<NA>", "#N/A"}
)
"""What databases, pandas and spreadsheets write for a missing value."""

_LINES: Final = 30
_SEP: Final = re.compile(r'"?sep=(.)"?\r?', re.I | re.S)
_COPY: Final = re.compile(r"COPY\s+[^(]+\(([^)]*)\)\s+FROM\s+stdin;?", re.I)
_FRAME: Final = re.compile(r"[-+]+|\x1a|\(?\d+ rows?( affected| selected| in set.*)?\)?\.?", re.I)
_FORMULA: Final = re.compile(r'="(.*)"', re.S)
_NUMBER: Final = re.compile(r"-?[\d.,]+")
_MOST_BEFORE: Final = 10
_WHOLE: Final = 1 << 16
_INDEX: Final = ("", "Unnamed: 0")


@dataclass(frozen=True)
class Layout:
    """How rows are laid out.

    Attributes:
        delimiter: one character.
        skip: how many lines stand before the header: "sep=;", a title, remarks, blank lines.
        names: the header, where PostgreSQL's COPY statement names the columns.
        copied: whether it is PostgreSQL's COPY, with backslashes and no quotes.
        decimal: what stands before the fraction of a number; "" to see it from the numbers.
        padded: whether cells are padded with spaces, as a terminal shows a table.
        escaped: whether a quote in quotes has a backslash before it, as MySQL writes it.
        formulas: whether cells are formulas such as ="007", which keep a spreadsheet from changing
            them.
        quote: what stands around a cell.
    """

    delimiter: str
    skip: int = 0
    names: tuple[str, ...] = ()
    copied: bool = False
    decimal: str = ""
    padded: bool = False
    escaped: bool = False
    formulas: bool = False
    quote: str = '"'

    @property
    def changes_cells(self) -> bool:
        """Whether cells are not as they stand."""
        return self.copied or self.padded or self.formulas


@dataclass(frozen=True)
class Sample:
    """The rows at the start of a text.

    Attributes:
        rows: as wide as the header, with "" for cells that are missing.
        header: as it stands, without empty columns at its end.
    """

    header: tuple[str, ...] = ()
    rows: Sequence[Sequence[str]] = ()

    def columns(self, names: Sequence[str]) -> dict[str, Sequence[str]]:
        """Return the values of each column, by the names given for the header."""
        found: list[Sequence[str]] = list(zip(*self.rows, strict=True))
        return dict(zip(names, found or [()] * len(names), strict=True))

    @property
    def index(self) -> bool:
        """Whether the first column only numbers the rows, as those of pandas."""
        if not self.header or self.header[0] not in _INDEX or len(self.rows) < 2:
            return False
        numbers = [row[0] for row in self.rows]
        return all(map(str.isdecimal, numbers)) and len(set(numbers)) == len(numbers)

    def decimal_comma(self, layout: Layout) -> bool:
        """Whether numbers are written as 1.234,50."""
        if layout.decimal or layout.delimiter == ",":
            return layout.decimal == ","
        return has_decimal_comma(cell for row in self.rows for cell in row)


def layout_of(head: bytes, name: str, reading: Reading | None = None) -> Layout:
    """Return how the rows of a text are laid out.

    The delimiter is the one with which most of the first lines have as many fields as the header,
    and of several the one with most fields; tabs are preferred in a .tsv file.

    Args:
        head: its first bytes, in UTF-8.
        name: of the file.
        reading: what the user says.
    """
    lines = _lines(head)[: _LINES + _MOST_BEFORE]
    decimal = reading.decimal if reading else ""
    for place, line in enumerate(lines):
        if copy := _COPY.fullmatch(line.strip()):
            names = tuple(name.strip().strip('"') for name in copy[1].split(","))
            return Layout("\t", place + 1, names, copied=True, decimal=decimal)
    skip = next((place for place, line in enumerate(lines) if line.strip()), 0)
    sep = _SEP.fullmatch(lines[skip]) if lines else None
    skip += sep is not None
    delimiter = reading.separator if reading else ""
    if not delimiter:
        delimiter = sep[1] if sep else _best(lines[skip:], ".tsv" in name.lower()[-7:])
    if not sep:
        skip += _before(lines[skip:], delimiter)
    copied = _is_copied(lines[skip:], delimiter)
    rest = lines[skip:]
    padded = any(_is_padded(line, delimiter) for line in rest[:1])
    formulas = any('="' in line for line in rest)
    found = Layout(delimiter, skip, (), copied, decimal, padded, formulas=formulas)
    if rest and len(cells := rest[0].strip().split(delimiter)) > 1 and all(map(_is_literal, cells)):
        found = replace(found, quote="'")
    return replace(found, escaped=not copied and _is_escaped(rest, found))


def _is_literal(cell: str) -> bool:
    """Whether a cell is a text as SQL has it."""
    return len(cell) > 2 and cell[0] == cell[-1] == "'"


def _is_padded(line: str, delimiter: str) -> bool:
    if delimiter == "|":
        return " | " in line
    return delimiter == "," and line.count(", ") == line.count(",") > 0


def _is_escaped(lines: Sequence[str], layout: Layout) -> bool:
    """Whether lines can only be read if a backslash stands before a quote in quotes."""
    if not any('\\"' in line for line in lines):
        return False
    return not _can_be_read(lines, layout) and _can_be_read(lines, replace(layout, escaped=True))


def _can_be_read(lines: Sequence[str], layout: Layout) -> bool:
    widths = set()
    try:
        for row in reader((f"{line}\n" for line in lines), layout, strict=True):
            widths.add(len(row))
    except csv.Error:
        return False
    return len(widths - {0}) == 1


def _before(lines: Sequence[str], delimiter: str) -> int:
    """Return how many lines stand before the header: those of one field, if all others have more
    and as many as each other, or those that fill fewer cells than a line of names below them.
    """
    if titles := _titles(lines, delimiter):
        return titles
    widths = [_width(line, delimiter) for line in lines]
    count = next((place for place, width in enumerate(widths) if width > 1), 0)
    if not 0 < count <= _MOST_BEFORE or any('"' in line for line in lines[:count]):
        return 0
    table = [_width(line, delimiter) for line in lines[count:] if line.strip()]
    if len(lines) > _LINES:
        table.pop()
    return count if len(table) > 1 and len(set(table)) == 1 else 0


def _width(line: str, delimiter: str) -> int:
    """Return how many cells a line has."""
    if '"' in line:
        with suppress(csv.Error):
            return len(next(csv.reader([line], delimiter=delimiter), ()))
    return line.count(delimiter) + 1


def _titles(lines: Sequence[str], delimiter: str) -> int:
    """Return how many lines with empty cells stand before a line of names, as in a report."""
    filled = 0
    for count, line in enumerate(lines[: _MOST_BEFORE + 1]):
        cells = [cell.strip() for cell in line.rstrip("\r").split(delimiter)]
        while cells and not cells[-1]:
            cells.pop()
        if '"' in line or (not count and all(cells) and len(cells) > 2):
            return 0
        if count > 0 and filled < len(cells) and _are_names(cells):
            below = [line.count(delimiter) + 1 for line in lines[count + 1 :] if line.strip()]
            return count if below and min(below[:3]) >= len(cells) else 0
        filled = max(filled, sum(map(bool, cells)))
    return 0


def _are_names(cells: Sequence[str]) -> bool:
    plain = all(cells) and len(cells) > 1 and len(set(cells)) == len(cells)
    return plain and not any(_NUMBER.fullmatch(cell) or is_moment(cell) for cell in cells)


def _best(lines: Sequence[str], tabs: bool) -> str:
    scores = {delimiter: _score(lines, delimiter) for delimiter in DELIMITERS}
    if tabs and (scores["\t"][1] or not any(width for _, width in scores.values())):
        return "\t"
    return max(DELIMITERS, key=scores.__getitem__)


def _score(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """Return how many tenths of the rows are as wide as the header, and how wide that is."""
    widths: list[int] = []
    with suppress(csv.Error):
        for row in csv.reader((f"{line}\n" for line in lines), delimiter=delimiter):
            if "".join(row).strip():
                widths.append(len(row) - (len(row) > 1 and not row[-1]))
    widths = widths[_before(lines, delimiter) and widths.index(max(widths)) :]
    if not widths or widths[0] < 2:
        return 0, 0
    return round(10 * widths.count(widths[0]) / len(widths)), widths[0]


def _is_copied(lines: Sequence[str], delimiter: str) -> bool:
    if delimiter != "\t":
        return False
    cells = [cell for line in lines for cell in line.rstrip("\r").split("\t")]
    quoted = any(len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in cells)
    return "\\N" in cells and not quoted


def reader(lines: Iterable[str], layout: Layout, *, strict: bool = False) -> Iterator[list[str]]:
    """Return the rows of lines; csv.Error for misplaced quotes if `strict`."""
    delimiter = layout.delimiter
    if layout.copied:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=strict)
    escape = "\\" if layout.escaped else None
    return csv.reader(
        lines,
        delimiter=delimiter,
        strict=strict,
        escapechar=escape,
        skipinitialspace=(layout.padded and delimiter == ",") or delimiter == " ",
        quotechar=layout.quote,
    )


def sample_of(head: bytes, layout: Layout) -> Sample:
    """Return the rows in the first bytes of a text, without one that may be cut off.

    They are those of the first 64 KB, or of all bytes where dates leave open which of their numbers
    is the day.
    """
    sample = _rows(head[:_WHOLE], layout)
    if len(head) > _WHOLE:
        unclear = (cell for row in sample.rows[:_LINES] for cell in row)
        if order_of(unclear)[1]:
            return _rows(head, layout)
    return sample


def _rows(head: bytes, layout: Layout) -> Sample:
    lines = _lines(head)[layout.skip :]
    if len(head) >= _WHOLE:
        lines = lines[:-1]
    rows: list[list[str]] = [list(layout.names)] if layout.names else []
    with suppress(csv.Error):
        for row in reader((f"{line}\n" for line in lines), layout):
            if "".join(row).strip():
                rows.append(row)
    if not rows:
        return Sample()
    header, body = [cell.strip() for cell in rows[0]], rows[1:]
    while len(header) > 1 and not header[-1] and not _filled(body, len(header) - 1):
        header.pop()
    width = len(header)
    whole = [
        ["" if cell in MISSING else cell for cell in plain(row[:width], layout)]
        for row in body
        if len(row) == width or (len(row) > width and not any(row[width:]))
    ]
    return Sample(tuple(header), whole)


def _filled(rows: Iterable[Sequence[str]], place: int) -> bool:
    return any(len(row) > place and row[place] for row in rows)


def _lines(head: bytes) -> list[str]:
    text = head.decode(errors="replace")
    if "\n" not in text:
        return text.split("\r")
    return text.split("\n")


_ESCAPES: Final = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPE: Final = re.compile(r"\\(.)", re.S)


def plain(row: list[str], layout: Layout) -> list[str]:
    """Return the cells of a row without padding and signs of a formula."""
    if layout.formulas:
        row = [_FORMULA.sub(r"\1", cell) for cell in row]
    return [cell.strip() for cell in row] if layout.padded else row


def is_frame(row: Sequence[str], layout: Layout) -> bool:
    """Whether a row is none: a line or a count that a terminal shows, or the end of a COPY."""
    if layout.copied:
        return row == ["\\."]
    return len(row) == 1 and bool(_FRAME.fullmatch(row[0].strip()))


def unescaped(cell: str) -> str:
    """Return a cell of PostgreSQL's COPY without its backslashes."""
    return _ESCAPE.sub(lambda match: _ESCAPES.get(match[1], match[1]), cell)
