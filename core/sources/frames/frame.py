"""A frame: how the lines of a file become those without what stands around them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.records import Refused, Rejected
from core.sources.documents import Document
from core.sources.text.cutting import MAX_LINE
from core.sources.values import as_json, parse_kindly

LONGEST: Final = 32 << 20
"""The most bytes of what is understood only as a whole."""

_LOOKED_AT: Final = 20
_ENOUGH: Final = 1 << 16

OfText = Callable[[Iterable[bytes]], Iterator[bytes]]
"""From the bytes of a file, in pieces, to those without the frame."""


@dataclass(frozen=True)
class Frame:
    """What stands around the events of a file.

    Attributes:
        said: a sentence for the report.
        text: returns the file without it; lines stay lines.
    """

    said: str
    text: OfText


def of_lines(said: str, inner: Callable[[bytes], bytes]) -> Frame:
    """Return the frame of a file of which each line has one.

    Args:
        inner: returns a line without it; "" for one that has nothing else, and any other unchanged.
    """

    def text(chunks: Iterable[bytes]) -> Iterator[bytes]:
        for lines, end in _lines(chunks, MAX_LINE):
            yield b"".join(inner(line) + end for line in lines)

    return Frame(said, text)


def of_objects(
    said: str, rows: Callable[[dict[str, Any]], Iterable[Mapping[str, Any]] | None]
) -> Frame:
    """Return the frame of a file of objects, one per line, that have several others each.

    Args:
        rows: returns those in an object; None for one that has none, which stays as it is.
    """

    def inner(line: bytes) -> bytes:
        found = object_of(line)
        made = None if found is None else rows(found)
        if made is None:
            return line + b"\n" if line.strip() else b""
        return b"".join(line_of(row) + b"\n" for row in made)

    def text(chunks: Iterable[bytes]) -> Iterator[bytes]:
        for lines, _ in _lines(chunks, LONGEST):
            yield b"".join(map(inner, lines))

    return Frame(said, text)


def _lines(chunks: Iterable[bytes], longest: int) -> Iterator[tuple[list[bytes], bytes]]:
    """Yield the lines of each piece and what ends them; a line that is too long in several."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > longest:
            lines.append(rest)
            rest = b""
        yield lines, b"\n"
    if rest:
        yield [rest], b""


def of_document(frame: Frame, document: Document) -> Frame:
    """Return the frame of a document whose objects have the frame of lines."""

    def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
        for block in document.blocks(chunks):
            texts = (each.text if isinstance(each, Rejected) else each for each in block.lines)
            yield b"".join(text.replace(b"\n", b" ") + b"\n" for text in texts)

    return Frame(frame.said, lambda chunks: frame.text(lines(chunks)))


def first_lines(head: bytes) -> list[bytes]:
    """Return the first lines that are not blank and not cut off."""
    lines = head[:_ENOUGH].split(b"\n")
    whole = lines[:-1] if len(lines) > 1 and not head.endswith(b"\n") else lines
    return [line.rstrip(b"\r") for line in whole if line.strip()][:_LOOKED_AT]


def object_of(line: bytes) -> dict[str, Any] | None:
    """Return the JSON object on a line; None for anything else."""
    try:
        found = parse_kindly(line)
    except ValueError:
        return None
    return found if found.__class__ is dict else None


def line_of(found: Mapping[str, Any]) -> bytes:
    """Return an object as a line; one that is nested too deep as a line that will be refused."""
    try:
        return as_json(found).encode()
    except Refused as refused:
        try:
            return json.dumps(found).encode()
        except RecursionError:
            return str(refused).encode()


def most(found: int, of: int) -> bool:
    """Whether so many are nearly all."""
    return 0 < of * 0.8 <= found
