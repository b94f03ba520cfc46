"""Tables as terminals draw them: MySQL, SQLite's boxes, Markdown, and columns above dashes."""

from __future__ import annotations

import re
from functools import partial
from itertools import pairwise
from typing import Final

from core.sources.frames.frame import Frame, first_lines, of_lines

_BAR: Final = "│".encode()
_EDGE: Final = re.compile(rb"\s*(?:[+|][-=+:| ]{3,}[+|]|(?:\xe2[\x94\x95][\x80-\xbf])+)\s*\Z")
_DASHES: Final = re.compile(rb"-+(?:\s+-+)+\s*\Z")
_COUNT: Final = re.compile(rb"\s*\(?\d+ rows?\b.*\Z|Query OK.*\Z", re.I)


def frame_of(head: bytes) -> Frame | None:
    """Return the frame of a table that is drawn; None for any other text."""
    lines = first_lines(head)
    if len(lines) < 3:
        return None
    edges = [bool(_EDGE.match(line)) for line in lines[:3]]
    rows = [line.strip() for line in lines if not _EDGE.match(line)]
    barred = [row for row in rows if row.startswith((b"|", _BAR)) and row.endswith((b"|", _BAR))]
    if any(edges) and barred and barred[0] == rows[0]:
        return of_lines("the table is read without its lines", _row)
    dashes = next((line for line in lines[1:3] if _DASHES.match(line)), None)
    if dashes is not None:
        starts = [match.start() for match in re.finditer(rb"-+", dashes)]
        return of_lines("columns are cut where the dashes are", partial(_columns, starts))
    return None


def _row(line: bytes) -> bytes:
    """Return the cells of a row between bars, separated by tabs; "" for what is no row."""
    plain = line.strip()
    if not plain or _EDGE.match(plain) or _COUNT.match(plain):
        return b""
    cells = plain.replace(_BAR, b"|").strip(b"|").split(b"|")
    return _joined(cells)


def _columns(starts: list[int], line: bytes) -> bytes:
    """Return the cells of a row by where they start, separated by tabs."""
    if not line.strip() or _DASHES.match(line) or _COUNT.match(line):
        return b""
    text = line.decode(errors="replace")
    return _joined([text[a:b].encode() for a, b in pairwise([*starts, len(text)])])


def _joined(cells: list[bytes]) -> bytes:
    return b"\t".join(cell.strip().replace(b"\t", b" ") for cell in cells)
