"""Opening a file of events: which format it is, by its content and its name.

A format is one file here with a `read` that turns lines into records; a vendor's names are one
file with `SIGN` and `RENAMES`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from core.errors import BadInput
from core.sources import delimited, jsonl
from core.sources.lines import Input
from core.sources.maker import Maker
from core.sources.rows import Record, Rejected

FORMATS: Final = ("jsonl", "csv", "tsv")


@dataclass(frozen=True)
class Source:
    """An opened source: its bytes, what makes its records, and the records themselves."""

    input: Input
    maker: Maker
    records: Iterator[Record | Rejected]


def open_source(path: str, mapping: Mapping[str, str], form: str | None) -> Source:
    """Open a file or, for "-", standard input.

    Args:
        form: one of FORMATS, or None to find out.

    Raises:
        BadInput: not readable, not text, or (for delimited text, at the first record) no column
            for the event or the time.
    """
    if form is not None and form not in FORMATS:
        raise BadInput(f"format {form!r} is not known.", f"Allowed: {', '.join(FORMATS)}.")
    source = Input(path)
    head = source.peek()
    _refuse_binary(head, source.name)
    kind = form or sniff(head, source.name)
    maker = Maker(mapping, text_values=kind != "jsonl")
    if kind == "jsonl":
        return Source(source, maker, jsonl.read(source.lines(), maker))
    delimiter = "\t" if kind == "tsv" else delimited.delimiter_of(head, source.name)
    rows = delimited.read(source.lines(), maker, delimiter, source.name)
    return Source(source, maker, rows)


def sniff(head: bytes, name: str) -> str:
    """Return the format of a file from its first bytes, then from its name."""
    start = head.lstrip()[:1]
    if start == b"{":
        return "jsonl"
    if start == b"[":
        raise BadInput(
            f"{name} is one JSON array; footfall reads one object a line.",
            f"Convert it with: jq -c '.[]' {name}",
        )
    plain = name.lower().removesuffix(".gz")
    return "jsonl" if plain.endswith((".jsonl", ".ndjson", ".json")) else "csv"


def _refuse_binary(head: bytes, name: str) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(f"{name} is UTF-16 text.", "Convert it with: iconv -f UTF-16 -t UTF-8")
    start = head[:4096]
    if start.count(b"\0") * 100 > len(start):
        raise BadInput(f"{name} is a binary file, not a text of events.")
