"""The limits of alerts on the charts of their questions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.alerts.running import alert_of
from core.answers import Series
from core.answers.display import Drawing, Threshold
from core.definitions.saved import Item
from core.errors import FootfallError
from core.queries.common.question import Question
from core.queries.composite.saved_chart import chart_question
from core.text import clean

_OF_ANY = {"range": "30d", "compare": None}
"""Fields that need not be those of the alert: a line is drawn over any range."""


def with_limits(answer: Any, question: Question, alerts: Iterable[Item]) -> Any:
    """Return an answer over time with the limits of the alerts that watch its question.

    An answer without any, or of another shape, is returned as it is.
    """
    if not isinstance(answer, Series):
        return answer
    found = tuple(limit for item in alerts for limit in _limits(item, question))
    if not found:
        return answer
    drawing = (answer.drawing or Drawing()).model_copy(update={"thresholds": found})
    return answer.model_copy(update={"drawing": drawing})


def watches(item: Item, question: Question) -> bool:
    """Whether an alert is about a question, over whichever range."""
    try:
        return _bare(chart_question(item.body)) == _bare(question)
    except FootfallError:
        return False


def _limits(item: Item, question: Question) -> list[Threshold]:
    try:
        limits = alert_of(item).condition.limits
    except FootfallError:
        return []
    if not limits or not watches(item, question):
        return []
    return [Threshold(value=value, label=clean(item.title, 30)) for value in limits]


def _bare(question: Question) -> Question:
    """Return a question without what may differ."""
    known = type(question).model_fields
    return question.model_copy(update={k: v for k, v in _OF_ANY.items() if k in known})
