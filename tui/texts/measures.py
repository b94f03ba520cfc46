"""What the measure key offers: the figures a question's kind can count, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.words.kinds import Choice

if TYPE_CHECKING:
    from core.boards.suggestions import Suggestions

CYCLED = 3
"""Up to so many choices the key goes round; past that it opens a list."""


def choices(question: Question, suggestions: Suggestions) -> list[Choice]:
    """Return what a question can count; empty when that is one thing only."""
    figures = KINDS[question.kind].figures
    return [] if figures is None else figures.choices(question, suggestions.numbers_of)


def chosen(question: Question, offered: list[Choice]) -> int | None:
    """Return which of the choices is in force, None when none of them is."""
    return next((i for i, (_, fields) in enumerate(offered) if _holds(question, fields)), None)


def _holds(question: Question, fields: dict[str, Any]) -> bool:
    return all(getattr(question, name, None) == value for name, value in fields.items())


def words_of(question: Question) -> str:
    """Return what a question counts where neither its kind nor its title says it, else ""."""
    figures = KINDS[question.kind].figures
    return "" if figures is None else figures.summary(question)
