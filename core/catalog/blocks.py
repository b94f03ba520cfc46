"""What the packed columns of a workspace hold: which events, and what of each property.

An event whose blocks are not made yet is read from its rows, as is a property with values that
blocks cannot say (`core.blocks.layout`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from core.catalog.reading import Read
from core.columns import EMPTY, NONE, has_table, is_plain


class Held(NamedTuple):
    """What blocks have of a property, of some events.

    Attributes:
        holes: whether events may have values that only rows have.
        numbers, texts: whether there are any.
        odd: whether numbers may be written in several ways, or a text is that of a label.
    """

    holes: bool = False
    numbers: bool = False
    texts: bool = False
    odd: bool = False


class Blocks:
    """The blocks of one workspace at one generation."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._sizes: dict[int, int] | None = None
        self._fields: dict[str, int] | None = None
        self._held: dict[int, dict[int, Held]] = {}

    @property
    def sizes(self) -> dict[int, int]:
        """How many events are in blocks, of each event that has all of them there."""
        if self._sizes is None:
            self._sizes = self._counted()
        return self._sizes

    def _counted(self) -> dict[int, int]:
        if not has_table(self._read, "block_events"):
            return {}
        from core.blocks.covering import COVERED
        from core.blocks.layout import RUNS

        rows = self._read(
            f"""
            select n.id, (select coalesce(sum(b.n), 0) from blocks b
                          where b.event = n.id and b.field = ?)
            from event_names n
            where n.id in ({COVERED})
               or not exists (
                   select 1 from activity a
                   where a.event = n.id and a.dimension = 0 and a.value = 0
               )
            """,
            (RUNS,),
        )
        return dict(rows)

    def field(self, name: str) -> int | None:
        """Return the field of a property in blocks, None if they do not have it."""
        if self._fields is None:
            from core.blocks.covering import FIELDS

            self._fields = dict(self._read(FIELDS, ()))
        return self._fields.get(name) if is_plain(name) else None

    def held(self, field: int, events: Collection[int]) -> Held:
        """Return what blocks have of a property on some events."""
        if field not in self._held:
            from core.blocks.packing import HEADER

            rows = self._read(
                f"""
                select e.event, substr(b.data, 1, 4), substr(b.data, {HEADER + 1}, 4)
                from block_events e
                join blocks b on b.event = e.event and b.field = ?
                """,
                (field,),
            )
            found: dict[int, Held] = {}
            for event, first, second in rows:
                found[event] = _either(found.get(event, Held()), _said(first, second))
            if self._has_labels(field):
                found = {event: each._replace(odd=True) for event, each in found.items()}
            self._held[field] = found
        every = self._held[field]
        together = Held()
        for event in events:
            together = _either(together, every.get(event, Held()))
        return together

    def _has_labels(self, field: int) -> bool:
        """Whether a text of a property is what a missing or an empty value is shown as."""
        return self._has_one_of(field, NONE, EMPTY)

    def has_truths(self, field: int) -> bool:
        """Whether some value of a property may be true or false, which blocks have as texts."""
        return self._has_one_of(field, "true", "false")

    def _has_one_of(self, field: int, one: str, other: str) -> bool:
        rows = self._read(
            "select 1 from block_texts where field = ? and text in (?, ?) limit 1",
            (field, one, other),
        )
        return bool(rows)


def _said(first: bytes, second: bytes) -> Held:
    """Read the begin of a column's header, and of what follows it if it is a pair."""
    from core.blocks.packing import PAIR, TEXT

    kind, holes, _, spelled = first
    if kind == TEXT:
        return Held(bool(holes), texts=True)
    if kind == PAIR:
        return Held(bool(holes), numbers=True, texts=True, odd=_is_odd(second[3]))
    return Held(bool(holes), numbers=True, odd=_is_odd(spelled))


def _is_odd(spelled: int) -> bool:
    from core.blocks.packing import EXPONENTS, INTEGERS, POINTS

    return spelled & EXPONENTS > 0 or spelled & (INTEGERS | POINTS) == INTEGERS | POINTS


def _either(one: Held, other: Held) -> Held:
    return Held(*(a or b for a, b in zip(one, other, strict=True)))
