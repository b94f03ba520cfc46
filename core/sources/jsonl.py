"""JSON lines: one object per line, flat or with its fields inside `properties`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final

from core.records import LeftOut, MissingField, Record, Refused, Rejected
from core.sources import values
from core.sources.blocks import START, Block, Lines, Position, passed
from core.sources.making import LineMaker
from core.sources.reshaped import Given, records

TOGETHER: Final = 128
"""How many lines are processed together, those with the same keys column by column."""

_PADDING: Final = b"\0 \t\r\v\f"
_NUL: Final = LeftOut("runs of NUL bytes")
"""Left behind by a computer that lost power while writing, or by a truncated log."""

Groups = dict[tuple[str, ...], list[tuple[int, bytes, dict[str, Any]]]]
"""Keys -> position in the chunk, line and object of the lines with these keys."""


def read(
    blocks: Iterable[Lines],
    maker: LineMaker,
    start: Position = START,
    first: Sequence[bytes | Rejected] | None = None,
) -> Iterator[Block]:
    """Yield one record or rejection per line that is not blank.

    Args:
        blocks: of all lines.
        start: where to begin; the lines before it are passed over.
        first: the first lines, if `blocks` begin later.
    """
    if first is None:
        blocks, first = _begun(iter(blocks))
    maker.recognise([found for group in _groups(first[:TOGETHER]).values() for *_, found in group])
    for block in passed(blocks, start):
        yield Block(list(_records(block, maker)), block.end)


def _begun(blocks: Iterator[Lines]) -> tuple[Iterator[Lines], list[bytes | Rejected]]:
    """Return the blocks, and the first lines, by which the file is recognised."""
    held: list[Lines] = []
    first: list[bytes | Rejected] = []
    while len(first) < TOGETHER and (block := next(blocks, None)):
        held.append(block)
        first += block.lines
    return chain(held, blocks), first


def _records(block: Lines, maker: LineMaker) -> Iterator[Record | Rejected]:
    for place in range(0, len(block.lines), TOGETHER):
        chunk, number = block.lines[place : place + TOGETHER], block.first + place
        groups = _groups(chunk)
        if maker.reshapes:
            yield from records(maker, _given(chunk, groups, number))
        else:
            yield from _chunk(chunk, groups, number, maker)


def _given(
    lines: Sequence[bytes | Rejected], groups: Groups, number: int
) -> Iterator[Given | LeftOut | Rejected]:
    """Yield the objects on some lines, for reshaping."""
    known = {place: found for group in groups.values() for place, _, found in group}
    for place, line in enumerate(lines):
        if isinstance(line, Rejected):
            yield line
        elif place in known:
            yield Given(number + place, line, line.rstrip(), known[place])
        elif line and not line.isspace():
            text = _without_nul(line)
            if text is not line:
                yield _NUL
            if text:
                try:
                    yield Given(number + place, text, text, parse(text))
                except Refused as refused:
                    yield Rejected(number + place, str(refused), line)


def _without_nul(line: bytes) -> bytes:
    """Return a line without the NUL bytes before and after its text."""
    plain = line.strip()
    padded = plain.startswith(b"\0") or plain.endswith(b"\0")
    return line.strip(_PADDING) if padded else line


def _chunk(
    lines: Sequence[bytes | Rejected], groups: Groups, number: int, maker: LineMaker
) -> Iterator[Record | Rejected]:
    made: dict[int, Record | Rejected] = {}
    for keys, group in groups.items():
        made.update(_made(keys, group, maker))
    for place, line in enumerate(lines):
        if place in made:
            yield made[place]
        elif isinstance(line, Rejected):
            yield line
        elif line and not line.isspace():
            text = _without_nul(line)
            if text is not line:
                yield _NUL
            if text:
                yield _one(text, number + place, maker)


def _groups(lines: Sequence[bytes | Rejected]) -> Groups:
    """Return the lines with objects, by their keys."""
    groups: Groups = {}
    for place, line in enumerate(lines):
        if isinstance(line, Rejected):
            continue
        try:
            found = values.parse(line)
        except ValueError:
            continue
        if found.__class__ is dict:
            groups.setdefault(tuple(found), []).append((place, line, found))
    return groups


def _made(
    keys: tuple[str, ...], group: Sequence[tuple[int, bytes, dict[str, Any]]], maker: LineMaker
) -> Iterable[tuple[int, Record]]:
    """Return (position, record) of lines with the same keys; nothing if one needs a closer look."""
    plan = maker.plan(keys)
    many = [list(found.values()) for _, _, found in group]
    made = maker.make_all(plan, many, [line.rstrip() for _, line, _ in group])
    return zip((place for place, _, _ in group), made, strict=True) if made else ()


def _one(line: bytes, number: int, maker: LineMaker) -> Record | Rejected:
    try:
        return record(line, maker)
    except MissingField as refused:
        return Rejected(number, str(refused), line, refused.names)
    except Refused as refused:
        return Rejected(number, str(refused), line)


def record(line: bytes, maker: LineMaker) -> Record:
    """Return the record of one line; Refused with the reason if it cannot be used."""
    return _record(parse(line), line, maker)


def _record(found: dict[str, Any], line: bytes, maker: LineMaker) -> Record:
    plan = maker.plan(tuple(found))
    try:
        return maker.make(plan, list(found.values()), line.rstrip())
    except MissingField as missing:
        missing.names = plan.names
        raise


def parse(line: bytes) -> dict[str, Any]:
    """Return the object on a line.

    Raises:
        Refused: not UTF-8, not JSON, or not an object.
    """
    try:
        found = values.parse_kindly(line)
    except ValueError as error:
        raise Refused(_why(line)) from error
    if found.__class__ is not dict:
        raise Refused("not a JSON object")
    return found


def _why(line: bytes) -> str:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return "not UTF-8"
    try:
        json.loads(text)
    except RecursionError:
        return "nested too deep"
    except ValueError:
        return "not JSON"
    return "JSON with a lone surrogate"
