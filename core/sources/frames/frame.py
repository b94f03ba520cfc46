"""A frame: how the lines of a file become those without what stands around them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from core.records import Rejected
from core.sources.documents import Document
from core.sources.text.cutting import MAX_LINE
from core.sources.values import parse_kindly

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
        rest = b""
        for chunk in chunks:
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > MAX_LINE:
                lines.append(rest)
                rest = b""
            yield b"".join(inner(line) + b"\n" for line in lines)
        if rest:
            yield inner(rest)

    return Frame(said, text)


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


def most(found: int, of: int) -> bool:
    """Whether so many are nearly all."""
    return 0 < of * 0.8 <= found
