"""What a sentence says of a workspace: events, fields, values, units; and what is left of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from core.language.loose.fillers import FILLERS, SMALL
from core.language.loose.stems import stems
from core.language.loose.times import Clauses
from core.queries.terms import name as quoted

Called = tuple[str, tuple[str, ...]]
"""An event and the stems of the words in its name."""


_FORMED = 3
"""Values of more letters are known in their other forms too."""

_NUMBERS = (
    r"(?i)amount|price|(?:^|_|[a-z](?=C))counts?$|score|(?:^|_)size|duration|points|quantity|total"
    r"|value|(?:minutes|seconds|hours|days)$|_(?:ms|mb|kb|s)$"
)
"""In names of fields whose values are numbers."""


class Piece(NamedTuple):
    """A name in a sentence.

    Attributes:
        name: of the event or field.
        at, end: its first word, and the one after its last.
        by: whether it is something to break down by.
    """

    name: str
    at: int
    end: int
    by: bool = False


class Valued(NamedTuple):
    """A value in a sentence: of which field, at which word, and whether it is excluded."""

    field: str
    value: str
    at: int
    out: bool = False


@dataclass(frozen=True)
class Names:
    """The names of a workspace.

    Attributes:
        events: event names, `ce:NAME` for custom ones.
        fields: names of properties, traits and context columns.
        values: values of fields in lower case -> the field and the value.
        groups: saved audiences.
        marks: public marks in lower case, and the newest of a category -> their date.
        today: its local date.
        first: the local date of its first event, None if it has none.
        held: events -> the properties that they have; of events that are not in it any.
    """

    events: Sequence[str] = ()
    fields: Sequence[str] = ()
    values: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    groups: Sequence[str] = ()
    marks: Mapping[str, date] = field(default_factory=dict)
    today: date = date(2000, 1, 1)
    first: date | None = None
    held: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def called(self) -> tuple[Called, ...]:
        """The events, each with the stems of the words in its name."""
        return tuple((name, stems(name.removeprefix("ce:"))) for name in self.events)

    @cached_property
    def written(self) -> dict[str, str]:
        """The events as questions have them -> their names."""
        return {quoted(name): name for name in self.events}

    @cached_property
    def fields_by_stem(self) -> dict[str, str]:
        """The stems of a field's last words, as one word -> the field."""
        own = ((name, name.rpartition(".")[2]) for name in reversed(self.fields))
        return {"".join(stems(last)): name for name, last in own}

    @cached_property
    def fillers(self) -> frozenset[str]:
        """The words that say nothing, as no event has them in its name."""
        return FILLERS - ({part for _, parts in self.called for part in parts} - SMALL)

    @cached_property
    def fields_by_key(self) -> dict[str, str]:
        """The last part of a field's name, in lower case and without what is no letter or digit,
        -> the field.
        """
        own = ((name, name.rpartition(".")[2]) for name in reversed(self.fields))
        return {re.sub(r"[\W_]", "", last).casefold(): name for name, last in own}

    @cached_property
    def values_by_stem(self) -> dict[tuple[str, ...], tuple[str, str]]:
        """The stem of a value of one long word -> its field and the value: damage of damaged."""
        words = ((text, valued) for text, valued in self.values.items() if len(text) > _FORMED)
        found: dict[tuple[str, ...], tuple[str, str]] = {}
        for text, valued in words:
            if text.isalpha():
                found.setdefault(stems(text), valued)
        return found

    @cached_property
    def flags(self) -> dict[str, str]:
        """The stem of what somebody is or has -> the field of yes and no that says so."""
        told = ((name, stems(name.rpartition(".")[2])) for name in self.fields)
        return {said[1]: name for name, said in told if len(said) == 2 and said[0] in ("is", "has")}

    def of_event(self, quoted_event: str) -> Sequence[str]:
        """The fields that an event may have, of a written name."""
        own = self.held.get(quoted_event.strip('"'))
        return self.fields if own is None else [name for name in self.fields if name in own]

    def is_number(self, field: str) -> bool:
        """Whether the values of a field seem to be numbers."""
        known = self._valued.get(field)
        return re.search(_NUMBERS, field) is not None if known is None else known

    @cached_property
    def _valued(self) -> dict[str, bool]:
        """The fields with known values -> whether all of these are numbers."""
        found: dict[str, bool] = {}
        for name, value in self.values.values():
            is_one = re.fullmatch(r"-?\d+(\.\d+)?", value) is not None
            found[name] = found.get(name, True) and is_one
        return found

    @cached_property
    def texts(self) -> frozenset[str]:
        """The fields with values that are no numbers."""
        return frozenset(name for name, numbers in self._valued.items() if not numbers)


@dataclass
class Heard:
    """What a sentence says.

    Attributes:
        text: all of it, in lower case.
        words: what is left after its clauses, word by word.
        clauses: periods and the like (`taken`).
        events, fields, values: what it names, in order.
        never: the words that say not.
        persons: whether it names people.
        number: of a comparison with a number its sign and the number.
        limits: the numbers between which another one is.
        often: how many times, if it says.
        bound: "least" or "most" if it says so many times or more or less, "exact" if only
            so many, "said" if neither, else "".
        left: the words that nothing has made use of.
        typed: all of it, as it was typed.
    """

    text: str
    words: list[str]
    clauses: Clauses
    events: list[Piece] = field(default_factory=list)
    fields: list[Piece] = field(default_factory=list)
    values: list[Valued] = field(default_factory=list)
    never: list[int] = field(default_factory=list)
    persons: bool = False
    number: tuple[str, str] | None = None
    limits: tuple[str, str] | None = None
    often: int = 0
    bound: str = ""
    left: list[str] = field(default_factory=list)
    typed: str = ""

    def spelt(self, word: str) -> str:
        """Return a word as it was typed."""
        at = self.typed.casefold().find(word)
        return self.typed[at : at + len(word)] if at >= 0 else word

    def denies(self, at: int, reach: int) -> bool:
        """Whether one of so many words before another one says not."""
        return any(at - reach <= place < at for place in self.never)

    def says(self, pattern: str) -> bool:
        """Whether it has words of a pattern."""
        return re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", self.text) is not None
