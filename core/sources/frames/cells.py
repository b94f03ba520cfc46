"""Tables of which one column has the events as JSON: Airbyte, row_to_json."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Final

from core.sources.fields import understand
from core.sources.frames.frame import Frame, most, object_of
from core.sources.frames.sense import make_sense
from core.sources.text.cutting import MAX_LINE
from core.sources.text.layout import Layout, layout_of, reader, sample_of

_ENOUGH: Final = 1 << 16


def frame_of(head: bytes) -> Frame | None:
    """Return the frame of a table with the events in one column; None for any other text."""
    start = head[:_ENOUGH]
    if b"{" not in start:
        return None
    layout = layout_of(start, "")
    sample = sample_of(start, layout)
    if layout.copied or not sample.rows or understand(sample.header, {}).complete:
        return None
    for place, name in enumerate(sample.header):
        cells = [row[place] for row in sample.rows]
        objects = [found for cell in cells if (found := object_of(cell.encode())) is not None]
        if most(len(objects), len(cells)) and make_sense(objects):
            said = f'the events are the objects in "{name}"'
            return Frame(said, partial(_cells, place, layout.skip, layout.delimiter))
    return None


def _cells(place: int, skip: int, delimiter: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield one cell of every row, as a line."""
    csv.field_size_limit(MAX_LINE)
    rows = reader(_lines(chunks), Layout(delimiter))
    for _ in range(skip + 1):
        next(rows, None)
    found: list[bytes] = []
    with suppress(csv.Error):
        for row in rows:
            if len(row) > place:
                found.append(row[place].replace("\n", " ").encode(errors="replace") + b"\n")
            if len(found) == 1000:
                yield b"".join(found)
                found.clear()
    yield b"".join(found)


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.decode(errors="replace") + "\n" for line in lines)
    if rest:
        yield rest.decode(errors="replace")
