"""How to read a file that does not say so itself, and what reading it showed."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.errors import BadInput
from core.timeframe import Calendar

_WORDS: Final = {
    "tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "pipe": "|", "space": " ",
}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What the user states about the files of an import; anything empty is detected.

    Attributes:
        delimiter: one character, or a word such as "tab".
        encoding: a name that Python's codecs know, such as "cp1252".
        decimal: "," or ".", before the fraction of a number.
        day_first: whether 2/3/2026 is the second of March; None to see it from the file.
        times_in: the zone of times without one; "" for UTC.
        event: the name of every event, for files that are one event per line.
        skip: how many lines to pass over at the start of a text.
    """

    delimiter: str = ""
    encoding: str = ""
    decimal: str = ""
    day_first: bool | None = None
    times_in: str = ""
    event: str = ""
    skip: int = 0

    def check(self) -> None:
        """Raise BadInput for a value that cannot be used."""
        separator = self.separator
        if separator and (len(separator) > 1 or separator in '\r\n"' or ord(separator) > 127):
            raise BadInput(
                f"--delimiter {self.delimiter!r} is not a column delimiter.",
                "Write one character, or tab, comma, semicolon, bar or space.",
            )
        if self.encoding:
            try:
                codecs.lookup(self.encoding)
            except LookupError as error:
                raise BadInput(
                    f"--encoding {self.encoding!r} is not known.",
                    "Usual ones: utf-8, utf-16, cp1252, latin-1, cp1250, cp1251, shift_jis.",
                ) from error
        if self.decimal not in ("", ",", "."):
            raise BadInput(f"--decimal {self.decimal!r} is not known.", "Allowed: , and .")
        if self.skip < 0:
            raise BadInput(f"--skip {self.skip} is not a number of lines.", "Write 0 or more.")
        if self.times_in:
            _ = Calendar(self.times_in).zone

    @property
    def separator(self) -> str:
        """The character between columns; "" to detect it."""
        return _WORDS.get(self.delimiter.lower(), self.delimiter)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A choice that the first lines of a file leave open.

    Attributes:
        about: what it is: "event", "time", "user", ... as in --map, or "dates" for --dates.
        answers: columns, or day-first and month-first, each with a few of its values; best first.
        taken: the answer that is used if nothing is said; "" if none is.
    """

    about: str
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    taken: str = ""


class Undecided(BadInput):
    """A file that cannot be read before a choice is made.

    Attributes:
        doubts: the choices, "event" with no answers if only --event can be one.
    """

    def __init__(self, message: str, hint: str, doubts: Sequence[Doubt]) -> None:
        super().__init__(message, hint)
        self.doubts = tuple(doubts)


class Notes:
    """What to report about a file: sentences, each reported once, and counted ones.

    Attributes:
        doubts: what its first lines leave open.
    """

    def __init__(self) -> None:
        self.doubts: list[Doubt] = []
        self._said: dict[str, None] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def say(self, sentence: str) -> None:
        """Add a sentence, unless it is there."""
        self._said[sentence] = None

    def count(self, one: str, several: str, by: int = 1) -> None:
        """Count something that `one` describes alone and `several` together, as in
        "value is kept as text" and "values are kept as text".
        """
        self._counts[one, several] = self._counts.get((one, several), 0) + by

    def mark(self) -> dict[tuple[str, str], int]:
        """Return what `back` takes to undo the counts from here on."""
        return dict(self._counts)

    def back(self, mark: dict[tuple[str, str], int]) -> None:
        """Undo the counts since a mark."""
        self._counts = mark

    def sentences(self) -> list[str]:
        """Return what is known so far."""
        counted = (
            f"{count:,} {one if count == 1 else several}"
            for (one, several), count in self._counts.items()
        )
        return [*self._said, *counted]
