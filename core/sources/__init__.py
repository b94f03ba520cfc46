"""Opening a file of events and detecting its format, by its content and its name.

A format is one file here with a `read` that turns lines into records; a vendor's names are one file
listed in `vendors`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from core.errors import BadInput
from core.records import Record, Refused, Rejected
from core.sources import delimited, documents, jsonl
from core.sources.fields import check_mapping
from core.sources.lines import Input
from core.sources.logs import LogMaker, check_log_mapping, looks_like_logs
from core.sources.maker import Maker
from core.sources.making import LineMaker
from core.sources.places import Place, without_packing
from core.sources.places.tables import TableInput, is_database
from core.sources.web import logs as weblogs
from core.sources.web.totals import refuse_totals
from core.timeframe import Calendar

FORMATS: Final = ("jsonl", "csv", "tsv")
_LOOKED_AT: Final = 20
"""In how many lines to look for the keys of JSON lines."""


@dataclass(frozen=True)
class Source:
    """An opened source: its bytes, the maker of its records, and the records themselves."""

    input: Input | TableInput
    maker: LineMaker
    records: Iterator[Record | Rejected]


def open_source(
    place: str | Place,
    mapping: Mapping[str, str],
    form: str | None,
    logs: bool | None = False,
    calendar: Calendar | None = None,
    salt: Callable[[], bytes] = bytes,
) -> Source:
    """Open a place, a file or, for "-", standard input.

    Args:
        form: one of FORMATS, or None to detect it.
        logs: whether it contains logs instead of events; None detects it.
        calendar: the workspace's, in which a date without a time is a day; None for UTC.
        salt: returns the workspace's salt for visitors in logs of web servers.

    Raises:
        BadInput: not readable, not text, or (for delimited text, at the first record) no column
            for the event or the time.
    """
    if form is not None and form not in FORMATS:
        raise BadInput(f"format {form!r} is not known.", f"Allowed: {', '.join(FORMATS)}.")
    at = place if isinstance(place, Place) else Place(place)
    source = Input(at)
    head = source.peek()
    if is_database(head):
        source.close()
        return _of_table(TableInput(at, head, mapping), mapping, calendar)
    if at.table or at.query:
        raise BadInput(
            f"{source.name} is not a database.", "--table and --query are for databases."
        )
    _refuse_binary(head, source.name)
    log = None if form or mapping or logs else weblogs.recognise(head)
    if log is not None:
        requests = weblogs.RequestMaker(log, salt(), calendar)
        return Source(source, requests, weblogs.read(source.lines(), requests, log))
    kind = form or sniff(head, source.name)
    if kind != "jsonl" and not mapping:
        refuse_totals(first_names(head, kind, source.name), source.name)
    if logs is None:
        logs = not mapping and looks_like_logs(first_names(head, kind, source.name))
    if logs:
        check_log_mapping(mapping)
    else:
        check_mapping(mapping)
    made = LogMaker if logs else Maker
    maker: LineMaker = made(mapping, text_values=kind != "jsonl", calendar=calendar)
    if kind == "jsonl":
        document = documents.document_of(head)
        texts = document.objects(source.chunks()) if document else source.lines()
        return Source(source, maker, jsonl.read(texts, maker))
    delimiter = "\t" if kind == "tsv" else delimited.delimiter_of(head, source.name)
    rows = delimited.read(source.lines(), maker, delimiter, source.name)
    return Source(source, maker, rows)


def _of_table(table: TableInput, mapping: Mapping[str, str], calendar: Calendar | None) -> Source:
    """Return the rows of a database table as a source; they are read like JSON lines."""
    check_mapping(mapping)
    maker = Maker(mapping, text_values=False, calendar=calendar)
    return Source(table, maker, jsonl.read(table.lines(), maker))


def sniff(head: bytes, name: str) -> str:
    """Return the format of a file from its first bytes, then from its name."""
    if head.lstrip(b" \t\r\n\0")[:1] in (b"{", b"["):
        return "jsonl"
    plain = without_packing(name.lower())
    return "jsonl" if plain.endswith((".jsonl", ".ndjson", ".json")) else "csv"


def first_names(head: bytes, kind: str, name: str) -> tuple[str, ...]:
    """Return the keys of the first line that has some, or the header; () if there is none."""
    if kind != "jsonl":
        first = head.lstrip().partition(b"\n")[0].decode(errors="replace")
        delimiter = "\t" if kind == "tsv" else delimited.delimiter_of(head.lstrip(), name)
        with suppress(csv.Error):
            return tuple(
                cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), [])
            )
        return ()
    document = documents.document_of(head)
    if document:
        return next((tuple(found) for found in documents.first_objects(head, document)), ())
    for line in head.splitlines()[:_LOOKED_AT]:
        with suppress(Refused):
            return tuple(jsonl.parse(line))
    return ()


def _refuse_binary(head: bytes, name: str) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(f"{name} is UTF-16 text.", "Convert it with: iconv -f UTF-16 -t UTF-8")
    if head[257:262] == b"ustar":
        raise BadInput(f"{name} is a tar archive.", "Unpack it and import the folder.")
    start = head[:4096]
    text = start.strip(b"\0")
    if text.startswith((b"{", b"[")) or text.endswith(b"\n"):
        start = text
    if start.count(b"\0") * 100 > len(start):
        raise BadInput(f"{name} is a binary file, not a text file of events.")
