"""Lines with the same fields, made into records together as far as that is possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from core.records import Record
from core.sources.flow.gathered import Events
from core.sources.making import LineMaker

_FEW: Final = 64
"""Up to how many lines are made one by one if one of them must be."""

_PARTS: Final = 8


class Group(NamedTuple):
    """Lines with the same fields.

    Attributes:
        places: where they are among others.
        lines: None for the rows of a table.
        columns: the values of each field.
    """

    places: Sequence[int]
    lines: Sequence[bytes] | None
    columns: Sequence[Sequence[Any]]

    def parts(self) -> Iterator[Group]:
        """Yield smaller groups, nothing if this one is small."""
        if len(self.places) > _FEW:
            size = len(self.places) // _PARTS + 1
            for start in range(0, len(self.places), size):
                part = slice(start, start + size)
                lines = None if self.lines is None else self.lines[part]
                yield Group(self.places[part], lines, [column[part] for column in self.columns])


def made_together(
    group: Group, plan: Any, maker: LineMaker
) -> Iterator[tuple[Sequence[int], Sequence[Record] | Events]]:
    """Yield what can be made together, and the places of these lines; lines among which some must
    be checked alone are tried again in smaller groups.
    """
    made = maker.make_all(plan, group.columns, group.lines)
    if made is not None:
        yield group.places, made
        return
    for part in group.parts():
        yield from made_together(part, plan, maker)
