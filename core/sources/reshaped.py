"""Objects and rows of vendors with reshaping: the records of the plain lines in each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from core.records import Alias, Identify, LeftOut, Record, Refused, Rejected
from core.sources.flow.gathered import Gathered, Gatherer
from core.sources.flow.together import Group, made_together
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
    """A plain line, its object, its position in that, and its place among all plain lines."""

    given: Given
    position: int
    place: int
    values: dict[str, Any]

    @property
    def identity(self) -> bytes:
        """What identifies it if it has no id of its own."""
        identity = self.given.identity
        return identity + b"\0%d" % self.position if self.position else identity


def records(
    maker: LineMaker, given: Iterable[Given | LeftOut | Rejected]
) -> Sequence[Record | Rejected] | Gathered:
    """Return the records in some objects; an unusable plain line is refused; its neighbours stay.

    Lines with the same names are processed together if possible.
    """
    made: list[Any] = []
    first: list[int] = []
    groups: dict[tuple[str, ...], list[_Line]] = defaultdict(list)
    for one in given:
        begin = len(made)
        plain = _plain(maker, one) if isinstance(one, Given) else [one]
        for position, line in enumerate(plain):
            if isinstance(one, Given) and isinstance(line, dict):
                groups[tuple(line)].append(_Line(one, position, len(made), line))
                line = None
            made.append(line)
            first.append(begin)
    gatherer = Gatherer()
    for names, group in groups.items():
        for line in _left(group, maker.plan(names), maker, gatherer):
            made[line.place] = _made(line, maker.plan(names), maker)
    for place, record in enumerate(made):
        if isinstance(record, (Identify, Alias)) and (
            isinstance(made[first[place]], Rejected) or not maker.is_news(record)
        ):
            continue
        if record is not None:
            gatherer.add_one(place, record)
    return gatherer.gathered()


def _plain(maker: LineMaker, one: Given) -> list[Any]:
    """Return the plain lines of an object; if it is refused, why."""
    try:
        return list(maker.reshaped(one.found))
    except Refused as refused:
        return [_refused(one, refused)]
    except (AttributeError, KeyError, TypeError):
        return [Rejected(one.line, UNUSUAL, one.text)]


def _left(
    lines: Sequence[_Line], plan: Any, maker: LineMaker, gatherer: Gatherer
) -> Sequence[_Line]:
    """Gather what can be made together of lines with the same names; return the others."""
    columns = list(zip(*[line.values.values() for line in lines], strict=True))
    if not columns:
        return lines
    places = [line.place for line in lines]
    left = set(places)
    group = Group(places, [line.identity for line in lines], columns)
    for some, made in made_together(group, plan, maker):
        gatherer.add(some, made)
        left.difference_update(some)
    return [line for line in lines if line.place in left] if left else ()


def _made(line: _Line, plan: Any, maker: LineMaker) -> Record | Rejected | None:
    try:
        return _finished(maker.make(plan, list(line.values.values()), line.identity), line)
    except Refused as refused:
        return _finished(refused, line)


def _finished(made: Record | Refused, of: _Line) -> Record | Rejected | None:
    """Return the record of a plain line; None for an unusable statement beside another line."""
    if isinstance(made, Refused):
        if of.position and "type" in of.values:
            return None
        return _refused(of.given, made)
    if of.position and isinstance(made, (Identify, Alias)):
        return made._replace(beside=True)
    return made


def _refused(given: Given, why: Refused) -> Rejected:
    return Rejected(given.line, str(why), given.text)
