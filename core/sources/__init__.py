"""Opening a file of events and detecting its format, by its content and its name.

A format is one file here with a `read` that turns lines into records; a vendor's names are one file
listed in `vendors`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Final

from core.errors import BadInput
from core.records import Record, Refused, Rejected
from core.sources import atomic, delimited, documents, exported, journal, jsonl
from core.sources.blocks import MOST, START, Block, Lines, Position
from core.sources.fields import check_mapping
from core.sources.flow.columns import Coded, Coder
from core.sources.frames import frame_of
from core.sources.frames.dumps import refuse_dump
from core.sources.lines import Input
from core.sources.logs import LogMaker, check_log_mapping, looks_like_logs
from core.sources.maker import Maker
from core.sources.making import LineMaker
from core.sources.places import Place, without_packing
from core.sources.places.archives import ARCHIVE
from core.sources.places.parquet import PARQUET, open_parquet
from core.sources.places.rows import RowInput
from core.sources.places.tables import is_database, open_table
from core.sources.text.layout import Layout, layout_of, sample_of
from core.sources.text.programs import is_program, of_program
from core.sources.text.reading import Reading
from core.sources.web import logs as weblogs
from core.sources.web.totals import refuse_totals
from core.timeframe import Calendar

FORMATS: Final = ("jsonl", "csv", "tsv")
_MARKUP: Final = (b"<?xml", b"<!doctype", b"<html", b"<result>")
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_READ: Final = {b"Obj\x01": "an Avro file", b"ORC": "an ORC file"}
"""How files of other formats begin."""

_JSON: Final = re.compile(rb"[\s\0]*(\{|\[\s*([\[{\]\"]|\Z))")
_LOOKED_AT_BYTES: Final = 1 << 13
_LOOKED_AT: Final = 20
"""In how many lines to look for the keys of JSON lines."""


@dataclass(frozen=True)
class Source:
    """An opened source: its bytes, the maker of its records, and these in blocks."""

    input: Input | RowInput
    maker: LineMaker
    blocks: Iterator[Block]

    @property
    def records(self) -> Iterator[Record | Rejected]:
        """The records one by one."""
        return chain.from_iterable(block.records for block in self.blocks)

    def coded(self) -> Iterator[Coded]:
        """Return the blocks as they are passed to the store."""
        return map(partial(Coder().coded, kind=self.maker.record), self.blocks)

    @property
    def notes(self) -> list[str]:
        """Sentences on what reading it has shown so far."""
        return self.input.notes.sentences()


def open_source(
    place: str | Place,
    mapping: Mapping[str, str],
    form: str | None,
    logs: bool | None = False,
    calendar: Calendar | None = None,
    salt: Callable[[], bytes] = bytes,
    reading: Reading | None = None,
    opened: Input | None = None,
    most: int = MOST,
    start: Position = START,
) -> Source:
    """Open a place, a file or, for "-", standard input.

    Args:
        form: one of FORMATS, or None to detect it.
        logs: whether it contains logs instead of events; None detects it.
        calendar: the workspace's, in which a date without a time is a day; None for UTC.
        salt: returns the workspace's salt for visitors in logs of web servers.
        reading: what the user says about its text, dates and numbers.
        opened: the place, if it is open already.
        most: how many lines a block has at most.
        start: where to begin, the position after a block of the same source. Format, columns and
            dates are seen from its first lines all the same.

    Raises:
        BadInput: not readable, not text, or (for delimited text, at the first record) no column
            for the event or the time.
    """
    if form is not None and form not in FORMATS:
        raise BadInput(f"format {form!r} is not known.", f"Allowed: {', '.join(FORMATS)}.")
    at = place if isinstance(place, Place) else Place(place)
    source = opened or Input(at)
    source.read_as(reading or Reading())
    head = source.peek()
    if is_database(head):
        source.close()
        return _of_rows(
            open_table(at, head, mapping, reading.event if reading else "", start),
            mapping,
            calendar,
            reading,
            most,
            start,
        )
    if head.startswith(PARQUET):
        source.close()
        return _of_rows(open_parquet(at), mapping, calendar, reading, most, start)
    if at.table or at.query:
        raise BadInput(
            f"{source.name} is not a database.", "--table and --query are for databases."
        )
    if not (form or mapping or logs) and exported.is_export(head):
        exact = exported.ExportMaker()
        return Source(source, exact, exported.read(source.blocks(most, start)))
    frame = None if form or _are_outside(mapping, head) else frame_of(head)
    if frame is not None:
        head = source.unframe(frame.text)
        source.notes.say(frame.said)
    log = None if form or mapping or logs else weblogs.recognise(head)
    if log is not None:
        requests = weblogs.RequestMaker(log, salt(), calendar)
        if log.whole:
            blocks, first = source.marked(source.cut(most), start), None
        else:
            blocks, first = _texts(source, most, start)
        return Source(source, requests, weblogs.read(blocks, requests, log, start, first))
    if logs is not False and not (form or mapping):
        written = _of_journal(source, head, most, start)
        if written is not None:
            told = LogMaker(
                {}, text_values=False, calendar=calendar, reading=reading, notes=source.notes
            )
            return Source(source, told, jsonl.read(written, told, start))
    _refuse_binary(head, source.name)
    refuse_dump(head, source.name)
    if not form and atomic.is_atomic(head):
        rows = Maker(
            mapping, text_values=True, calendar=calendar, reading=reading, notes=source.notes
        )
        return Source(source, rows, atomic.read(source.blocks(most, start), rows))
    kind = form or sniff(head, source.name)
    if kind == "tsv":
        reading = replace(reading or Reading(), delimiter="tab")
    layout = None if kind == "jsonl" else layout_of(head, source.name, reading)
    names = () if mapping else first_names(head, layout)
    if not mapping:
        refuse_totals(names, source.name)
        log = _requests(head, layout) if layout and not (form or logs) else None
        if log is not None and layout is not None:
            requests = weblogs.RequestMaker(log, salt(), calendar)
            return Source(source, requests, delimited.read(source, requests, layout, most, start))
    if logs is None:
        logs = not mapping and looks_like_logs(names)
    if logs:
        check_log_mapping(mapping)
    else:
        check_mapping(mapping)
    made = LogMaker if logs else Maker
    maker: LineMaker = made(
        mapping,
        text_values=kind != "jsonl",
        calendar=calendar,
        reading=reading,
        notes=source.notes,
    )
    if layout is None:
        blocks, first = _texts(source, most, start)
        return Source(source, maker, jsonl.read(blocks, maker, start, first))
    return Source(source, maker, delimited.read(source, maker, layout, most, start))


def _are_outside(mapping: Mapping[str, str], head: bytes) -> bool:
    """Whether the names that the user maps are those of JSON as it stands."""
    return bool(mapping) and set(mapping.values()) <= set(first_names(head, None))


def _requests(head: bytes, layout: Layout) -> weblogs.WebLog | None:
    """Return the format of a web server's log that is a table, None for any other table."""
    sample = sample_of(head[:_LOOKED_AT_BYTES], layout)
    rows = [dict(zip(sample.header, row, strict=True)) for row in sample.rows[:_LOOKED_AT]]
    return weblogs.of_objects(rows)


def _of_journal(source: Input, head: bytes, most: int, start: Position) -> Iterator[Lines] | None:
    """Return the entries of a log of systemd or syslog as objects, None if the source is none."""
    if journal.is_export(head):
        return source.marked(journal.of_export(source.chunks(), most, source.begin), start)
    if journal.is_text(head, source.name):
        return journal.of_text(source.marked(source.cut(most), start))
    if journal.is_pairs(head):
        return journal.of_pairs(source.marked(source.cut(most), start))
    if is_program(head):
        return of_program(source.marked(source.cut(most), start))
    return None


def _texts(
    source: Input, most: int, start: Position
) -> tuple[Iterator[Lines], Sequence[bytes] | None]:
    """Return the lines of a source from a position on, and the first ones if that is not where they
    begin; of a JSON document, all objects.
    """
    document = documents.document_of(source.peek())
    if document:
        objects = document.blocks(source.chunks(), most, source.begin)
        return source.marked(objects, start), None
    begins_later = start.bytes > 0 or source.stopped is not None
    return source.blocks(most, start), source.first_lines() if begins_later else None


def _of_rows(
    rows: RowInput,
    mapping: Mapping[str, str],
    calendar: Calendar | None,
    reading: Reading | None,
    most: int,
    start: Position,
) -> Source:
    """Return the rows of a table as a source; they are read like JSON lines."""
    check_mapping(mapping)
    maker = Maker(mapping, text_values=False, calendar=calendar, reading=reading, notes=rows.notes)
    return Source(rows, maker, jsonl.read(rows.blocks(most, start), maker, start, rows.first))


def sniff(head: bytes, name: str) -> str:
    """Return the format of a file from its first bytes, then from its name."""
    if _JSON.match(head) or _are_objects_mostly(head):
        return "jsonl"
    plain = without_packing(name.lower())
    first = next(iter(head.split(b"\n", 1)[0].splitlines()), b"")
    if b"{" not in first and re.search(rb"\w[,;\t|]\w", first):
        return "csv"
    return "jsonl" if plain.endswith((".jsonl", ".ndjson", ".json")) else "csv"


def _are_objects_mostly(head: bytes) -> bool:
    """Whether most of the first lines are JSON objects, as those of a program that also writes
    other lines.
    """
    lines = [line.strip() for line in head[:_LOOKED_AT_BYTES].split(b"\n")[:_LOOKED_AT]]
    objects = [line for line in lines if line[:2] == b'{"' and line[-1:] == b"}"]
    return len(objects) * 2 >= sum(map(bool, lines)) > 0


def first_names(head: bytes, layout: Layout | None) -> tuple[str, ...]:
    """Return the keys of the first line that has some, or the header; () if there is none.

    Args:
        layout: of a table; None for JSON.
    """
    if layout is not None:
        return sample_of(head[:_LOOKED_AT_BYTES], layout).header
    document = documents.document_of(head)
    if document:
        return next((tuple(found) for found in documents.first_objects(head, document)), ())
    for line in head.splitlines()[:_LOOKED_AT]:
        with suppress(Refused):
            return tuple(jsonl.parse(line))
    return ()


def _is_text_beside_nuls(start: bytes) -> bool:
    """Whether bytes are text with a few NULs in them, as a computer that lost power leaves some."""
    text = start.replace(b"\0", b"")
    plain = not any(byte < 9 or 13 < byte < 32 for byte in text)
    return plain and len(text) * 10 > len(start) * 9 and b"\0" not in start.split(b"\n")[0]


def _refuse_binary(head: bytes, name: str) -> None:
    if head.startswith(ARCHIVE) and name == "stdin":
        raise BadInput("stdin is a zip archive.", "Save it as a file, and import that.")
    if head[257:262] == b"ustar":
        raise BadInput(f"{name} is a tar archive.", "Unpack it and import the folder.")
    if head.startswith(_OLD_OFFICE):
        raise BadInput(f"{name} is a spreadsheet of an old kind.", "Save the sheet as CSV.")
    for mark, what in _NOT_READ.items():
        if head.startswith(mark):
            raise BadInput(f"{name} is {what}.", "Export CSV, JSON lines or Parquet instead.")
    if head.startswith(b"version https://git-lfs"):
        raise BadInput(f"{name} is a pointer of Git LFS, not the file.", "Fetch it: git lfs pull.")
    start = head[:4096]
    text = start.strip(b"\0")
    if text.startswith((b"{", b"[")) or text.endswith(b"\n"):
        start = text
    if text.lstrip(b" \t\r\n\xef\xbb\xbf")[:9].lower().startswith(_MARKUP):
        raise BadInput(f"{name} is XML or a web page.", "Export JSON or CSV instead.")
    if start.count(b"\0") * 100 > len(start) and not _is_text_beside_nuls(start):
        raise BadInput(f"{name} is a binary file, not a text file of events.")
