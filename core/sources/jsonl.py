"""JSON lines: one object per line, flat or with its fields inside `properties`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, cast

import orjson

from core.records import LeftOut, MissingField, Record, Refused, Rejected
from core.sources import values
from core.sources.blocks import START, Block, Lines, Position, passed
from core.sources.making import LineMaker
from core.sources.reshaped import Given, records

TOGETHER: Final = 128
"""By how many lines a file is recognised."""

_PADDING: Final = b"\0 \t\r\v\f"
_NUL: Final = LeftOut("runs of NUL bytes")
"""Left behind by a computer that lost power while writing, or by a truncated log."""

_CHUNK: Final = 256
"""How many lines are processed together."""

Objects = Sequence[dict[str, Any] | None]
"""The object on each line, None where there is none."""

Groups = dict[tuple[str, ...], list[int]]
"""Keys -> places of the lines with these keys."""


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
    objects = _objects(first[:TOGETHER])
    in_groups = (objects[place] for places in _groups(objects).values() for place in places)
    maker.recognise([found for found in in_groups if found is not None])
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
    for place in range(0, len(block.lines), _CHUNK):
        chunk, number = block.lines[place : place + _CHUNK], block.first + place
        objects = _objects(chunk)
        if maker.reshapes:
            yield from records(maker, _given(chunk, objects, number))
        else:
            yield from _chunk(chunk, objects, number, maker)


def _given(
    lines: Sequence[bytes | Rejected], objects: Objects, number: int
) -> Iterator[Given | LeftOut | Rejected]:
    """Yield the objects on some lines, for reshaping."""
    for place, line in enumerate(lines):
        if isinstance(line, Rejected):
            yield line
        elif (found := objects[place]) is not None:
            yield Given(number + place, line, line.rstrip(), found)
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
    lines: Sequence[Any], objects: Objects, number: int, maker: LineMaker
) -> Sequence[Record | Rejected]:
    """Return the records of some lines, those with the same keys made column by column."""
    made: list[Record | None] = [None] * len(lines)
    for keys, places in _groups(objects).items():
        many = [list(found.values()) for p in places if (found := objects[p]) is not None]
        texts = [lines[place].rstrip() for place in places]
        together = maker.make_all(maker.plan(keys), many, texts)
        for place, record in zip(places, together, strict=True) if together else ():
            made[place] = record
    if None not in made:
        return cast("Sequence[Record]", made)
    return list(_one_by_one(lines, made, number, maker))


def _one_by_one(
    lines: Sequence[bytes | Rejected],
    made: Sequence[Record | None],
    number: int,
    maker: LineMaker,
) -> Iterator[Record | Rejected]:
    """Yield the records of some lines; those that are not made yet are made alone."""
    for place, line in enumerate(lines):
        if (found := made[place]) is not None:
            yield found
        elif isinstance(line, Rejected):
            yield line
        elif line and not line.isspace():
            text = _without_nul(line)
            if text is not line:
                yield _NUL
            if text:
                yield _one(text, number + place, maker)


def _objects(lines: Sequence[bytes | Rejected]) -> Objects:
    """Return the object on each line."""
    texts = [line if isinstance(line, bytes) else b"" for line in lines]
    parse_one = values.parse if values.has_long_numbers(b"\n".join(texts)) else orjson.loads
    objects: list[dict[str, Any] | None] = []
    for line in texts:
        try:
            found = parse_one(line)
        except ValueError:
            found = None
        objects.append(found if found.__class__ is dict else None)
    return objects


def _groups(objects: Objects) -> Groups:
    """Return the places of objects, by their keys."""
    groups: Groups = {}
    for place, found in enumerate(objects):
        if found is not None:
            groups.setdefault(tuple(found), []).append(place)
    return groups


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
