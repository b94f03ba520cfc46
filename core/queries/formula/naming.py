"""What a formula is called: its series by their names, where that says all of it."""

from __future__ import annotations

from core.formulas.calls import written
from core.queries.formula.model import METRICS, FormulaFields, Measured


def named(question: FormulaFields) -> str:
    """Return "purchase / dau", or "A / B where A = purchase, B = dau" where letters are needed."""
    plain = [_alone(series) for series in question.series]
    if len(set(plain)) == len(plain):
        text = written(question.formula, plain, [_nothing] * len(plain))
        if text is not None:
            return text
    return f"{question.formula} where {lettered(question)}"


def lettered(question: FormulaFields) -> str:
    """Return "A = purchase, B = dau"."""
    metrics = (_shown(series.metric) for series in question.series)
    return ", ".join(f"{chr(65 + n)} = {metric}" for n, metric in enumerate(metrics))


def _alone(series: Measured) -> str | None:
    """Return the name of a series of which nothing else has to be said."""
    more = series.filters or series.breakdown or series.property or series.range
    return None if more else _shown(series.metric)


def _shown(metric: str) -> str:
    """Return a metric without the word before the name of an event, unless that is a metric too."""
    name = metric
    while name.startswith("event:"):
        name = name.removeprefix("event:")
    return f"event:{name}" if name.lower() in METRICS and name != metric else name


def _nothing(function: str) -> None:
    """Say that a series inside a function has no words of its own."""
