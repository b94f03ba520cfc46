"""JSON lines that differ from earlier ones only in who did what when.

Such a line is cut by one pattern into its own values and the rest. What a rest says is understood
once, by parsing it with marks in the places of the own values, so a line is never taken for
anything but what JSON says it is: a text without quotes, backslashes and control characters is one
token, whatever it says, and so are a whole number and an object.

Lines that the pattern does not fit, rests that are no JSON, and those that have the own values
elsewhere are left to others.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, compress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson

from core.sources.flow.spread import Spread
from core.sources.flow.together import Group
from core.sources.values import has_long_numbers, parse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

MOST: Final = 20_000
"""How many rests are kept; with more, all are forgotten."""

_MOST_TEXTS: Final = 100_000
_LEAST: Final = 64
"""From how many lines with the same keys on a pattern is made of one of them."""

_TRIED: Final = 5
"""How many lines are tried for a pattern."""

_WAIT: Final = 4
"""How many blocks are left alone after one of which most lines were not like others; after the next
such one, twice as many.
"""

_OTHER: Final = -1
"""The number of a rest that cannot be used."""

_TEXT: Final = rb'"([^"]*)"'
_NO_TOKEN: Final = re.compile(rb"[\\\x00-\x1f]")
"""What is in no text that is one token."""

_CHUNK: Final = 512
"""How many lines are cut together, so that they fit a processor's cache."""

_WHOLE: Final = rb"([1-9]\d{0,17})"
_BETWEEN: Final = re.compile(rb"[ \t]*[{,][ \t]*")
"""What is between two values that follow each other."""

Keys = tuple[str, ...]


@dataclass
class _Kind:
    """Rests whose keys mean the same; some may lack some of them, which is as if they were null.

    Attributes:
        names: the keys; further ones are added at the end.
        plan: what they mean.
    """

    names: Keys
    plan: Any

    def takes(self, names: Keys, plan: Callable[[Keys], Any]) -> bool:
        """Add keys if all mean the same together as apart; return whether they do."""
        every = (*self.names, *(name for name in names if name not in self.names))
        together = self.plan if every == self.names else plan(every)
        if not (together.agrees(self.plan) and together.agrees(plan(names))):
            return False
        self.names, self.plan = every, together
        return True


class Alike:
    """Finds lines that differ from earlier ones only in their own values.

    Args:
        plan: returns what the keys of a line mean; see `core.sources.fields.Plan`.
    """

    def __init__(self, plan: Callable[[Keys], Any]) -> None:
        self._plan = plan
        self._pattern: _Pattern | None = None
        self._left_alone = 0
        self._wait = _WAIT
        self._texts = _Texts()
        self._forget()

    def _forget(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._rows: list[Sequence[Any]] = []
        self._same: dict[Any, str] = {}
        self._kind_of_row: list[int] = []
        self._kind_of: dict[Keys, int] = {}
        self._kinds: list[_Kind] = []

    def learn(self, groups: Iterable[tuple[Group, Any]]) -> None:
        """Make a pattern of one of the lines in the largest of some groups, if there is none."""
        if self._pattern is not None or self._left_alone > 0:
            return
        given = [(group, plan) for group, plan in groups if plan.own]
        if not given:
            return
        group, plan = max(given, key=lambda each: len(each[0].places))
        if len(group.places) >= _LEAST:
            inside = (p.names[p.properties] for _, p in given if p.said == (p.properties,))
            names = [plan.names[place] for place in plan.own]
            self._pattern = _pattern((group.lines or ())[:_TRIED], names, next(inside, ""))

    def groups(self, lines: Sequence[bytes]) -> Iterator[tuple[Group, Any]]:
        """Yield the lines that are like others, in groups with the plan of each."""
        self._left_alone -= 1
        if self._pattern is None or self._left_alone > 0:
            return
        cut = self._pattern.cut(lines)
        if cut is None:
            return
        import numpy as np

        if len(self._numbers) > MOST:
            self._forget()
        known, objects = len(self._rows), dict[int, bytes]()
        numbers = np.array(self._numbered(cut.rests, objects), np.int64)
        good = numbers != _OTHER
        kinds = np.full(len(lines), _OTHER)
        kinds[good] = np.array(self._kind_of_row, np.int64)[numbers[good]]
        for kind in np.unique(kinds[good]).tolist():
            those = kinds == kind
            places = np.flatnonzero(those).tolist()
            own = [_picked(column, those) for column in cut.own]
            inside = [objects.get(place) for place in places] if objects else ()
            columns = self._columns(self._kinds[kind], numbers[those], own, inside)
            if columns is None:
                good[those] = False
            else:
                texts = list(map(bytes.rstrip, _picked(lines, those)))
                yield Group(places, texts, columns), self._kinds[kind].plan
        if 4 * (np.count_nonzero(good) - (len(self._rows) - known)) < len(lines):
            self._pattern, self._left_alone = None, self._wait
            self._wait *= 2
            self._forget()

    def _columns(
        self, kind: _Kind, numbers: NDArray[np.int64], own: Sequence[Sequence[bytes]],
        objects: Sequence[bytes | None],
    ) -> Sequence[Sequence[Any]] | None:  # fmt: skip
        """Return the columns of lines of one kind; None if their own values must be parsed."""
        import numpy as np

        assert self._pattern is not None
        different, places = np.unique(numbers, return_inverse=True)
        fields = range(len(kind.names))
        columns: list[Any] = [Spread(self._rows, each, different, places) for each in fields]
        read = [self._texts.__getitem__ if text else int for text in self._pattern.are_texts]
        try:
            for name, values, reads in zip(self._pattern.names, own, read, strict=True):
                columns[kind.names.index(name)] = list(map(reads, values))
        except ValueError:
            return None
        if any(objects):
            inside = kind.names.index(self._pattern.inside)
            found = _filled(objects, columns[inside])
            if found is None:
                return None
            columns[inside] = found
        return columns

    def _numbered(self, rests: Sequence[bytes], objects: dict[int, bytes]) -> Sequence[int]:
        """Return the number of each rest; of new ones, those that can be used get the next.

        Args:
            objects: gets the texts of objects that are cut out of rests, by their places.
        """
        numbers = self._numbers
        found: list[Any] = list(map(numbers.get, rests))
        if None not in found:
            return found
        assert self._pattern is not None
        for place, number in enumerate(found):
            if number is not None:
                continue
            rest = rests[place]
            if (cut := self._pattern.without_object(rest)) is not None:
                head, inside = cut
                if head not in numbers:
                    numbers[head] = self._learned(head, True)
                if numbers[head] != _OTHER:
                    found[place], objects[place] = numbers[head], inside
                    continue
            if rest not in numbers:
                numbers[rest] = self._learned(rest, False)
            found[place] = numbers[rest]
        return found

    def _learned(self, rest: bytes, is_cut: bool) -> int:
        """Return the number of a new rest."""
        assert self._pattern is not None
        said = self._pattern.understood(rest, is_cut)
        if said is None:
            return _OTHER
        kind = self._kind(tuple(said))
        said = {
            name: self._same.setdefault(v, v) if v.__class__ is str else v
            for name, v in said.items()
        }
        self._rows.append(list(map(said.get, self._kinds[kind].names)))
        self._kind_of_row.append(kind)
        return len(self._rows) - 1

    def _kind(self, names: Keys) -> int:
        """Return the number of the kind of rests with some keys."""
        found = self._kind_of.get(names)
        if found is None:
            kinds = enumerate(self._kinds)
            found = next((n for n, kind in kinds if kind.takes(names, self._plan)), None)
            if found is None:
                found = len(self._kinds)
                self._kinds.append(_Kind(names, self._plan(names)))
            self._kind_of[names] = found
        return found


class _Texts(dict[bytes, str]):
    """The text of bytes; equal ones are one object, which helps later steps.

    ValueError for bytes that are no UTF-8 or not one token.
    """

    def __missing__(self, data: bytes) -> str:
        if _NO_TOKEN.search(data):
            raise ValueError
        found = data.decode()
        if len(self) >= _MOST_TEXTS:
            self.clear()
        self[data] = found
        return found


class _Cut(NamedTuple):
    """Lines as the columns of their own values, and the rest of each."""

    own: Sequence[Sequence[bytes]]
    rests: Sequence[bytes]


class _Pattern:
    """Cuts lines into their own values and the rest.

    Args:
        parts: for each own value what is between it and the one before, None if that is part of
            the rest; its key, as written; and whether it is a text.
        names: of the own values.
        inside: the name of a field whose object is cut out of the rest; "" for none.

    Attributes:
        are_texts: whether each own value is a text; the others are whole numbers.
    """

    def __init__(
        self, parts: Sequence[tuple[bytes | None, bytes, bool]], names: Keys, inside: str
    ) -> None:
        self.names, self.inside = names, inside
        self.are_texts = [is_text for *_, is_text in parts]
        self._parts = parts
        self._marks = [secrets.token_hex(8) for _ in range(len(parts) + 1)]
        groups = (
            (b"(.*?)" if between is None else re.escape(between))
            + re.escape(key)
            + (_TEXT if is_text else _WHOLE)
            for between, key, is_text in parts
        )
        self._lines = re.compile(rb"(?m)^(?:%b(.*)|.*)$" % b"".join(groups))
        before = accumulate(between is None for between, *_ in parts)
        self._own = [place + gaps for place, gaps in enumerate(before)]
        self._rest = [place for place in range(self._lines.groups) if place not in self._own]
        self._object = re.compile(re.escape(orjson.dumps(inside)) + rb"[ \t]*:[ \t]*(\{[^{}\n]*\})")

    def cut(self, lines: Sequence[bytes]) -> _Cut | None:
        """Return lines cut; of one that does not fit all is empty. None if they cannot be cut."""
        columns: list[list[bytes]] = [[] for _ in range(self._lines.groups)]
        for start in range(0, len(lines), _CHUNK):
            some = lines[start : start + _CHUNK]
            found = self._lines.findall(b"\n".join(some))
            if len(found) != len(some):
                return None
            for column, part in zip(columns, zip(*found, strict=True), strict=True):
                column += part
        own, rests = ([columns[place] for place in those] for those in (self._own, self._rest))
        together = list(map(b"\n".join, zip(*rests, strict=True))) if rests[1:] else rests[0]
        return _Cut(own, together)

    def without_object(self, rest: bytes) -> tuple[bytes, bytes] | None:
        """Return a rest with a mark in place of the object, and this; None if it has none."""
        found = self._object.search(rest) if self.inside else None
        if found is None:
            return None
        mark = b'"%b"' % self._marks[-1].encode()
        return rest[: found.start(1)] + mark + rest[found.end(1) :], found[1]

    def understood(self, rest: bytes, is_cut: bool) -> dict[str, Any] | None:
        """Return what a line with this rest says; None if its own values would not be what it says.

        Args:
            is_cut: whether an object is cut out of it.
        """
        left = iter(rest.split(b"\n"))
        text = []
        for (between, key, _), mark in zip(self._parts, self._marks, strict=False):
            text += [next(left) if between is None else between, key, b'"%b"' % mark.encode()]
        try:
            found = parse(b"".join([*text, *left]))
        except ValueError:
            return None
        names = [*self.names, self.inside] if is_cut else self.names
        marks = self._marks if is_cut else self._marks[:-1]
        if found.__class__ is not dict or list(map(found.get, names)) != marks:
            return None
        return found


def _pattern(lines: Sequence[bytes], names: Sequence[str], inside: str) -> _Pattern | None:
    """Return a pattern for lines with the same keys, made of the first one that allows it."""
    for line in lines:
        found = parse(line)
        own = [name for name, value in found.items() if name in names and _is_own(value)]
        keys = [re.escape(orjson.dumps(name)) for name in own]
        groups = (rb"(.*?)(%b[ \t]*:[ \t]*)(?:%b|%b)" % (key, _TEXT, _WHOLE) for key in keys)
        match = re.fullmatch(rb"%b.*" % b"".join(groups), line)
        if match and own:
            given = match.groups()
            parts = [
                (between if _BETWEEN.fullmatch(between) else None, key, text is not None)
                for between, key, text in zip(given[::4], given[1::4], given[2::4], strict=True)
            ]
            return _Pattern(parts, tuple(own), inside)
    return None


def _is_own(value: Any) -> bool:
    return value.__class__ is str or (value.__class__ is int and value > 0)


def _filled(texts: Sequence[bytes | None], others: Iterable[Any]) -> list[Any] | None:
    """Return the objects in texts that have no others within them, and in place of those that are
    None the other value; None if one is no JSON.
    """
    given = [text for text in texts if text is not None]
    together = b"[%b]" % b",".join(given)
    try:
        if has_long_numbers(together):
            objects = list(map(parse, given))
        else:
            objects = orjson.loads(together)
    except ValueError:
        return None
    if len(objects) != len(given):
        return None
    left = iter(objects)
    return [
        other if text is None else next(left) for text, other in zip(texts, others, strict=True)
    ]


def _picked(column: Sequence[Any], those: Mask) -> Sequence[Any]:
    """Return what is at some places."""
    return column if those.all() else list(compress(column, those.tolist()))
