"""Objects and rows of vendors with reshaping: the records of the plain lines in each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from core.records import Alias, Identify, LeftOut, Record, Refused, Rejected
from core.sources.making import LineMaker

UNUSUAL: Final = "a field has another kind of value than its vendor writes"


class Given(NamedTuple):
    """An object or row of a file.

    Attributes:
        line: its line number from 1.
        text: its text in the file.
        identity: identifies it if it has no id of its own.
        found: the object, or header -> cell.
    """

    line: int
    text: bytes
    identity: bytes
    found: dict[str, Any]


class _Line(NamedTuple):
    """A plain line, its object, that object's position, and its own position in the object."""

    given: Given
    number: int
    place: int
    identity: bytes
    values: dict[str, Any]


def records(
    maker: LineMaker, given: Iterable[Given | LeftOut | Rejected]
) -> Iterator[Record | Rejected]:
    """Yield the records in each object; an unusable plain line is refused; its neighbours stay.

    Lines with the same names are processed together if possible.
    """
    outcome: list[list[Any]] = []
    plain: list[Any]
    groups: dict[tuple[str, ...], list[_Line]] = {}
    for number, one in enumerate(given):
        if isinstance(one, (LeftOut, Rejected)):
            outcome.append([one])
            continue
        try:
            plain = list(maker.reshaped(one.found))
        except Refused as refused:
            plain = [_refused(one, refused)]
        except (AttributeError, KeyError, TypeError):
            plain = [Rejected(one.line, UNUSUAL, one.text)]
        outcome.append(plain)
        for place, line in enumerate(plain):
            if isinstance(line, dict):
                identity = one.identity + b"\0%d" % place if place else one.identity
                groups.setdefault(tuple(line), []).append(_Line(one, number, place, identity, line))
    for names, group in groups.items():
        for of, made in zip(group, _made(maker, names, group), strict=True):
            outcome[of.number][of.place] = _finished(made, of)
    for found in outcome:
        yield from (made for made in _told(found) if maker.is_news(made))


def _told(found: list[Record | Rejected | None]) -> Iterator[Record | Rejected]:
    """Yield the records of one object; if it is refused, statements beside it are dropped."""
    refused = bool(found) and isinstance(found[0], Rejected)
    for made in found:
        if made is not None and not (refused and isinstance(made, (Identify, Alias))):
            yield made


def _made(
    maker: LineMaker, names: tuple[str, ...], group: list[_Line]
) -> Iterator[Record | Refused]:
    plan = maker.plan(names)
    columns = list(zip(*[line.values.values() for line in group], strict=True))
    together = maker.make_all(plan, columns, [line.identity for line in group]) if columns else None
    if together is not None:
        yield from together
        return
    for line in group:
        try:
            yield maker.make(plan, list(line.values.values()), line.identity)
        except Refused as refused:
            yield refused


def _finished(made: Record | Refused, of: _Line) -> Record | Rejected | None:
    """Return the record of a plain line; None for an unusable statement beside another line."""
    if isinstance(made, Refused):
        if of.place and "type" in of.values:
            return None
        return _refused(of.given, made)
    if of.place and isinstance(made, (Identify, Alias)):
        return made._replace(beside=True)
    return made


def _refused(given: Given, why: Refused) -> Rejected:
    return Rejected(given.line, str(why), given.text)
