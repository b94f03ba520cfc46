"""Typed statements that only count, over groups of events that have the same values of properties.

A value that a statement takes from `properties` becomes a column of the view of groups, so that no
JSON is read where packed columns hold the values. What takes anything else from `properties` is not
known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from core.columns import CONTEXT
from core.sql.edits import Edit, edited
from core.sql.grouping import PROPERTY, grouping, named
from core.sql.moments import by_ts
from core.sql.named_events import filtered_names
from core.sql.tokens import Word, words_of

KEPT: Final = 64
"""Of how many statements it is kept how they are best run."""

_READABLE: Final = frozenset({"event_name", "day", *CONTEXT})
_NAME: Final = re.compile(r"(\$\.)?([A-Za-z_][A-Za-z0-9_]*)")
_BEFORE: Final = frozenset("|~-+>.")
"""What binds `properties` closer than `->>` does, or may."""


class OverBlocks(NamedTuple):
    """A statement over groups of events.

    Attributes:
        query: the statement over a view `events_v1` of groups.
        properties: the names of those whose values are columns of the view, in their order.
        columns: the other columns of `events_v1` that it reads.
        utc_days: whether it reads the days of events in UTC.
        names: of the events to which it is limited, any if empty.
        low, high: from which millisecond on and before which events count; None for any.
    """

    query: str
    properties: tuple[str, ...]
    columns: frozenset[str]
    utc_days: bool
    names: tuple[str, ...]
    low: int | None
    high: int | None

    @property
    def is_of_properties(self) -> bool:
        """Whether all events of a name that have none of the properties are one group."""
        whole = self.low is self.high is None and not self.utc_days
        return whole and self.columns <= {"event_name"}

    @property
    def by_day(self) -> bool:
        """Whether it reads a day."""
        return self.utc_days or "day" in self.columns


@lru_cache(maxsize=KEPT)
def over_blocks(query: str) -> OverBlocks | None:
    """Return a statement that means the same over groups of events; None where none is known.

    What is known of a statement is kept, as tiles and screens ask the same ones again and again.
    """
    if "of group" in query.lower():
        return None
    query = by_ts(query)
    words = words_of(query)
    names: list[str] = []
    edits = list(_values(query, words, names))
    if not edits:
        return None
    read = edited(query, [*edits, *named(query, words, edits)])
    asked = grouping(read, readable=_READABLE)
    if asked is None or asked.numbers or asked.moments:
        return None
    return OverBlocks(
        asked.query,
        tuple(names),
        asked.columns,
        asked.utc_days,
        tuple(filtered_names(query)),
        *asked.times,
    )


def _values(query: str, words: Sequence[Word], names: list[str]) -> Iterator[Edit]:
    """Yield what takes the place of values of properties, whose names are added to the list."""
    for at, word in enumerate(words):
        if word.said != "properties" or word.kind != "name":
            continue
        first = at - 2 if at > 1 and words[at - 1].said == "." else at
        place = _taken(words, first, at) or _extracted(words, first, at)
        if place is None:
            continue
        start, end, text = place
        found = _NAME.fullmatch(text.value) if text.text.endswith("'") else None
        if found is None:
            continue
        name = found[2]
        if name not in names:
            names.append(name)
        prefix, column = query[words[first].start : word.start], PROPERTY.format(names.index(name))
        yield Edit(words[start].start, words[end].end, f'{prefix}"{column}"')


def _taken(words: Sequence[Word], first: int, at: int) -> tuple[int, int, Word] | None:
    """Return where `properties ->> 'name'` begins and ends, and its text."""
    if not _is_arrow(words, at + 1, 3) or words[at + 4 : at + 5] == []:
        return None
    before = words[first - 1].said if first else ""
    after = words[at + 5].said if at + 5 < len(words) else ""
    if words[at + 4].kind != "string" or before in _BEFORE or after == "collate":
        return None
    return None if _is_arrow(words, at + 5, 2) else (first, at + 4, words[at + 4])


def _extracted(words: Sequence[Word], first: int, at: int) -> tuple[int, int, Word] | None:
    """Return the same of `json_extract(properties, '$.name')`."""
    before = [word.said for word in words[max(first - 2, 0) : first]]
    after = words[at + 1 : at + 4]
    if before != ["json_extract", "("] or [word.said for word in after[::2]] != [",", ")"]:
        return None
    text = after[1]
    return (first - 2, at + 3, text) if text.text.startswith("'$.") else None


def _is_arrow(words: Sequence[Word], at: int, length: int) -> bool:
    found = words[at : at + length]
    joined = all(one.end == two.start for one, two in pairwise(found))
    return joined and "".join(word.said for word in found) == "->>"[:length]
