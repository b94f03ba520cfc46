"""Snowplow's enriched events as tab-separated text without a header."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from core.records import Rejected
from core.sources.blocks import Block, Lines
from core.sources.making import LineMaker
from core.sources.products.snowplow import ATOMIC
from core.sources.reshaped import Given, records

_UUID: Final = 36


def is_atomic(head: bytes) -> bool:
    """Whether a file begins with text of Snowplow's enrichment, which has no header."""
    line = head.partition(b"\n")[0].split(b"\t")
    if len(line) != len(ATOMIC):
        return False
    cells = dict(zip(ATOMIC, line, strict=True))
    return cells["collector_tstamp"][:2].isdigit() and len(cells["event_id"]) == _UUID


def read(blocks: Iterable[Lines], maker: LineMaker) -> Iterator[Block]:
    """Yield one record or rejection per line of text without a header."""
    maker.recognise_header(ATOMIC)
    for block in blocks:
        yield Block(records(maker, _all_given(block)), block.end)


def _all_given(block: Lines) -> Iterator[Given | Rejected]:
    for number, line in enumerate(block.lines, block.first):
        if isinstance(line, Rejected):
            yield line
        elif line.strip():
            yield _given(number, line)


def _given(number: int, line: bytes) -> Given | Rejected:
    try:
        cells = line.decode().rstrip("\r").split("\t")
    except UnicodeDecodeError:
        return Rejected(number, "not UTF-8", line)
    if len(cells) != len(ATOMIC):
        return Rejected(number, f"not {len(ATOMIC)} columns", line)
    found = {name: cell for name, cell in zip(ATOMIC, cells, strict=True) if cell}
    return Given(number, line, line, found)
