"""JSON lines: one object per line, flat or with its fields inside `properties`."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, cast

import orjson

from core.records import LeftOut, MissingField, Record, Refused, Rejected, Row
from core.sources import values
from core.sources.blocks import START, Block, Lines, Position, passed
from core.sources.flow.alike import Alike
from core.sources.flow.gathered import Gathered, Gatherer
from core.sources.flow.together import Group, made_together
from core.sources.making import LineMaker
from core.sources.reshaped import Given, records

TOGETHER: Final = 128
"""By how many lines a file is recognised."""

_PADDING: Final = b"\0 \t\r\v\f"
_NUL: Final = LeftOut("runs of NUL bytes")
"""Left behind by a computer that lost power while writing, or by a truncated log."""

_CHUNK: Final = 256
"""How many lines are parsed in another way if one of them has a long number."""

_TWO: Final = re.compile(rb"}[ \t\r]*,[ \t\r]*{")
"""What is between two objects on one line."""

Objects = Sequence[Any]
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
    alike = Alike(maker.plan) if maker.record is Row else None
    for block in passed(blocks, start):
        yield Block(_records(block, maker, alike), block.end)


def _begun(blocks: Iterator[Lines]) -> tuple[Iterator[Lines], list[bytes | Rejected]]:
    """Return the blocks, and the first lines, by which the file is recognised."""
    held: list[Lines] = []
    first: list[bytes | Rejected] = []
    while len(first) < TOGETHER and (block := next(blocks, None)):
        held.append(block)
        first += block.lines
    return chain(held, blocks), first


def _records(
    block: Lines, maker: LineMaker, alike: Alike | None
) -> Sequence[Record | Rejected] | Gathered:
    if maker.reshapes:
        return records(maker, _given(block.lines, _objects(block.lines), block.first))
    return _made(block, maker, alike)


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


def _made(
    block: Lines, maker: LineMaker, alike: Alike | None
) -> Sequence[Record | Rejected] | Gathered:
    """Return the records of some lines: those with the same keys are made column by column, and
    those that must be checked alone one by one.

    Args:
        alike: finds lines that need not be parsed.
    """
    gatherer = Gatherer()
    lines = block.lines
    if alike is not None and set(map(type, lines)) == {bytes}:
        for group, plan in alike.groups(cast("Sequence[bytes]", lines)):
            for places, found in made_together(group, plan, maker):
                gatherer.add(places, found)
    left = gatherer.lacking(len(lines))
    if left:
        grouped = list(_grouped(lines, left, maker))
        for group, plan in grouped:
            for places, found in made_together(group, plan, maker):
                gatherer.add(places, found)
        if alike is not None:
            alike.learn(grouped)
        for place in gatherer.lacking(len(lines)):
            for record in _alone(lines[place], block.first + place, maker):
                gatherer.add_one(place, record)
    return gatherer.gathered()


def _grouped(
    lines: Sequence[Any], those: Sequence[int], maker: LineMaker
) -> Iterator[tuple[Group, Any]]:
    """Yield lines at some places with the same keys, and the plan of these."""
    some = _picked(lines, those)
    objects = _objects(some)
    for keys, places in _groups(objects).items():
        plan = maker.plan(keys)
        if keys:
            texts = list(map(bytes.rstrip, _picked(some, places)))
            columns = _columns(_picked(objects, places), len(keys))
            yield Group(_picked(those, places), texts, columns), plan


def _columns(objects: Sequence[dict[str, Any]], count: int) -> Sequence[Sequence[Any]]:
    """Return the values of objects with the same keys, of which there are `count`, key by key.

    Slices of one long list take half the time of a zip of the objects, whose values lie apart.
    """
    values = list(chain.from_iterable(map(dict.values, objects)))
    return [values[number::count] for number in range(count)]


def _alone(line: bytes | Rejected, number: int, maker: LineMaker) -> Iterator[Record | Rejected]:
    """Yield the records of one line."""
    if isinstance(line, Rejected):
        yield line
    elif line and not line.isspace():
        text = _without_nul(line)
        if text is not line:
            yield _NUL
        if text:
            yield _one(text, number, maker)


def _objects(lines: Sequence[bytes | Rejected]) -> Objects:
    """Return the object on each line."""
    texts: Sequence[Any] = lines
    if set(map(type, lines)) != {bytes}:
        texts = [line if isinstance(line, bytes) else b"" for line in lines]
    objects: list[Any] = []
    for place in range(0, len(texts), _CHUNK):
        objects += _values(texts[place : place + _CHUNK])
    if set(map(type, objects)) == {dict}:
        return objects
    return [found if found.__class__ is dict else None for found in objects]


def _values(texts: Sequence[bytes]) -> list[Any]:
    """Return the value on each line, None where there is none."""
    together = b"[%b]" % b",\n".join(texts)
    parse_one: Callable[[bytes], Any] = values.parse
    if not values.has_long_numbers(together):
        parse_one = orjson.loads
        if (found := _at_once(together, len(texts))) is not None:
            return found
    try:
        return list(map(parse_one, texts))
    except ValueError:
        return [_parsed(text, parse_one) for text in texts]


def _at_once(lines: bytes, count: int) -> list[Any] | None:
    """Return the objects on so many lines, given as one array, in three quarters of the time of one
    by one; None if one of them may be no object or several.

    If there are as many objects as lines, and one of them were more than a line, some line would
    have two with a comma between them.
    """
    if _TWO.search(lines):
        return None
    try:
        found: list[Any] = orjson.loads(lines)
    except ValueError:
        return None
    return found if len(found) == count and set(map(type, found)) == {dict} else None


def _parsed(line: bytes, parse_one: Callable[[bytes], Any]) -> Any:
    """Return the value on a line, None if it cannot be parsed."""
    try:
        return parse_one(line)
    except ValueError:
        return None


def _groups(objects: Objects) -> Groups:
    """Return the places of objects, by their keys."""
    groups: Groups = defaultdict(list)
    for place, found in enumerate(objects):
        if found is not None:
            groups[tuple(found)].append(place)
    return groups


def _picked(found: Sequence[Any], places: Sequence[int]) -> Sequence[Any]:
    """Return what is at some places."""
    return found if len(places) == len(found) else list(map(found.__getitem__, places))


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
