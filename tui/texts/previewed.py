"""The output of `footfall import --dry-run`: the first events of each source, as understood."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from core.records import Alias, Identify, LogRow, Row
from core.text import clean, cut, number
from tui.texts.imported import WIDTH, columns_said, recalled_said

if TYPE_CHECKING:
    from core.store.ingest.preview import Preview, Previews, Shown
    from core.timeframe import Calendar

_WIDTHS: Final = (23, 24, 24)
"""Of the time, the event and the person; other values take the rest of a wide line."""

_REST: Final = 120


def previewed(seen: Previews) -> list[str]:
    """Return the first events of each source, and what would not be read."""
    lines: list[str] = []
    for source in seen.sources:
        lines += [*_source(source, seen.calendar), ""]
    if seen.more:
        lines.append(f"and {number(seen.more)} more file{'s' if seen.more > 1 else ''}")
    lines += map(clean, seen.passed_over)
    lines += [f"not read: {clean(said)}" for said in seen.refused]
    return [*lines, "Nothing was stored; import without --dry-run to do so."]


def _source(source: Preview, calendar: Calendar) -> Iterator[str]:
    how = source.recognised or columns_said(source.understood)
    yield from textwrap.wrap(
        clean(f"{source.name}: {how}" if how else source.name), WIDTH, subsequent_indent="  "
    )
    for record in source.first:
        yield _row(_cells(record, calendar))
    what = "lines" if source.whole else "first lines"
    yield f"{number(source.read)} {what} read"
    for counts, said in ((source.reasons, "rejected"), (source.left_out, "left out")):
        for why, count in counts.items():
            yield f"  {number(count):>8}  {clean(why)} ({said})"
    notes = [clean(note, 300) for note in source.notes]
    if source.recalled:
        notes.append(recalled_said(source.recalled))
    for note in notes:
        yield from textwrap.wrap(f"note: {note}", WIDTH, subsequent_indent="  ")


def _row(cells: Sequence[str]) -> str:
    *fixed, rest = map(clean, cells)
    columns = [cut(cell, width).ljust(width) for cell, width in zip(fixed, _WIDTHS, strict=True)]
    return "  ".join(["", *columns, cut(rest, _REST)]).rstrip()


def _cells(record: Shown, calendar: Calendar) -> tuple[str, str, str, str]:
    """Return time, event, person and the rest."""
    if isinstance(record, LogRow):
        return _time(record.ts, calendar), "(log)", record.service or "", record.message
    if isinstance(record, Alias):
        return _time(record.ts, calendar), "(same person)", record.new, f"is {record.old}"
    person = record.user or record.device or "nobody"
    if isinstance(record, Identify):
        known = f"device {record.device}  " if record.device and record.user else ""
        return _time(record.ts, calendar), "(person)", person, known + _traits(record)
    return _time(record.ts, calendar), record.event, person, _rest(record)


def _time(ts: int, calendar: Calendar) -> str:
    return calendar.local(ts).strftime("%Y-%m-%d %H:%M:%S %Z")


def _traits(record: Identify) -> str:
    return ", ".join(f"{name}={value}" for name, value in (record.traits or {}).items())


def _rest(row: Row) -> str:
    context = " ".join(value for value in row.context if value)
    return f"{context} {row.properties or ''}".strip()
