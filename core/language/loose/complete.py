"""Whether a question says all of a sentence: only then is it asked without being offered first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from core.language.loose.heard import Heard
from core.language.loose.sentence import Draft, Sentence
from core.language.loose.steps import STEPS
from core.queries.terms import name as quoted

LISTS = "(?:segment|people of|units of|raw|top|frequency) "
"""Begins questions that have no periods."""

WITHOUT = "!=|not in|dropped|segment|against|is not set|sessions - |= 0"
"""Stands in questions that leave somebody or something out."""


@dataclass(frozen=True)
class Said:
    """A question that a sentence may be, beside the sentence.

    Attributes:
        found: the question.
        draft: what it was made from.
        pattern: the words of the sentence that made it that draft.
        sentence: the sentence.
    """

    found: str
    draft: Draft
    pattern: str
    sentence: Sentence

    @property
    def is_all(self) -> bool:
        """Whether nothing that was heard is missing from the question, and nothing is assumed."""
        return not (
            self.draft.assumed
            or "nearly" in self._heard.clauses
            or self._words_left
            or self._number_left
            or self._period_left
            or self._order_turned
            or self._denial_left
            or self._name_left
            or self._value_left
            or self._crowded
        )

    @property
    def _heard(self) -> Heard:
        return self.sentence.heard

    @cached_property
    def _told(self) -> set[str]:
        """The words that the kind of question and its group of people stand for."""
        told = _words(" ".join(_matches(self.pattern, self._heard)))
        return told | _words(self.sentence.group[1])

    @property
    def _words_left(self) -> bool:
        return bool(_words(" ".join(self._heard.left)) - self._told)

    @property
    def _number_left(self) -> bool:
        heard = self._heard
        numbers = [limit[1] for limit in (heard.number, heard.limits) if limit is not None]
        often = (heard.often > 1 or heard.bound != "") and not self.draft.often
        return often or any(number not in self.found for number in numbers)

    @property
    def _period_left(self) -> bool:
        each = "granularity" in self._heard.clauses and not self._heard.says("for an?")
        return each and re.match(LISTS, self.found) is not None

    @property
    def _order_turned(self) -> bool:
        return self.found.startswith("top ") and bool(self._heard.says("least|fewest|worst"))

    @property
    def _denial_left(self) -> bool:
        return bool(self._heard.never) and not re.search(WITHOUT, self.found)

    @property
    def _crowded(self) -> bool:
        """Whether two events stand side by side: one of them may tell what the other is like."""
        beside = any(
            one.end == other.at and one.name != other.name
            for one, other in pairwise(self._heard.events)
        )
        return beside and not self._heard.says(
            rf"{STEPS}|then|rate|time|path\w*|percent\w*|share|within"
        )

    @property
    def _value_left(self) -> bool:
        """Whether a value, or what it is a value of, is not in the question; or one turned into
        another.
        """
        values = self._heard.values
        turned = any(
            one.field == other.field and self._heard.words[one.at : other.at + 1][-2:-1] == ["to"]
            for one, other in pairwise(values)
        )
        return turned or any(
            each.value not in self.found and quoted(each.field) not in self.found for each in values
        )

    @property
    def _name_left(self) -> bool:
        heard = self._heard
        events = (
            piece.name
            for piece in heard.events
            if not set(heard.words[piece.at : piece.end]) <= self._told
        )
        return any(quoted(name) not in self.found for name in (*events, *self.sentence.free))


def _matches(pattern: str, heard: Heard) -> list[str]:
    """Return the parts of a sentence that are a pattern's, as whole words."""
    if not pattern:
        return []
    return [m[0] for m in re.finditer(rf"(?<![\w-])(?:{pattern})(?![\w-])", heard.text)]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))
