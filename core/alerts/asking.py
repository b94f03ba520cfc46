"""The question that an alert asks: over periods that are over, and as far back as its condition
looks (definitions 11.7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.alerts.figures import SHAPES
from core.boards.answering import with_range
from core.definitions.alert import Alert, Condition
from core.errors import BadInput
from core.queries.common.context import Context
from core.queries.common.question import ALL_TIME, Question
from core.queries.composite.saved_chart import chart_question, opened
from core.queries.kinds import KINDS
from core.timeframe import CLOCK, to_date
from core.values.usual import DAYS, WINDOWS


def question_of(alert: Alert, ctx: Context) -> Question:
    """Return the question of an alert, a saved chart's in place of its name.

    Raises:
        BadQuestion, NotFound: it is none that this workspace can answer.
        BadInput: its answer has no figures, or none over time where the condition needs them.
    """
    question = opened(ctx, chart_question({"question": alert.question, "language": alert.language}))
    shapes = KINDS[question.kind].shapes
    if not any(shape in SHAPES for shape in shapes):
        raise BadInput(
            f"{KINDS[question.kind].title.capitalize()} has no figure that an alert could judge.",
            "For example signup, dau by country, signup > purchase.",
            parameter="question",
        )
    if alert.condition.is_usual and not over_time(question):
        raise BadInput(
            f"{alert.condition.test!r} needs figures over time.",
            "For example signup daily; other questions can be above, below or outside limits.",
            parameter="when",
        )
    return question


def over_time(question: Question) -> bool:
    """Whether a question's answer has a figure per bucket."""
    row = KINDS[question.kind]
    return "series" in row.shapes and (row.over_time(question) or question.kind == "several")


@dataclass(frozen=True)
class Asked:
    """What is asked, and of when.

    Attributes:
        question: over periods that are over.
        before: the same over the period before it, for a change of what has no buckets; else None.
        until: the local day, or None for what is answered as of now, that must be over.
    """

    question: Question
    before: Question | None = None
    until: int | None = None


def asked(question: Question, alert: Alert, ctx: Context) -> Asked:
    """Return what an alert asks now."""
    if over_time(question):
        return Asked(_reaching_back(question, alert.condition, ctx))
    if not question.range or question.kind == "sql":
        return Asked(question)
    span = ctx.span(question.range)
    if not span.of_days:
        return Asked(question)
    first, last = span.first_day, span.last_day
    if last >= ctx.today and not alert.unfinished:
        moves = not span.running and question.range.strip().lower() != ALL_TIME
        last = ctx.today - 1
        first = last - span.days + 1 if moves else min(first, last)
        question = with_range(question, _dates(first, last))
    before = None
    if alert.condition.is_change:
        days = last - first + 1
        before = with_range(question, _dates(first - days, first - 1))
    return Asked(question, before, None if alert.unfinished else last)


def _reaching_back(question: Question, condition: Condition, ctx: Context) -> Question:
    """Return a question over time with the buckets before the judged one that are needed."""
    span = ctx.span(question.range)
    unit = str(getattr(question, "granularity", "daily"))
    points = WINDOWS[unit] if condition.is_usual else 1
    if unit in CLOCK:
        first = ctx.calendar.day_of(min(ctx.now, span.end) - (points + 2) * CLOCK[unit])
    else:
        first = min(ctx.today, span.last_day) - (points + 2) * DAYS[unit]
    if first >= span.first_day:
        return question
    first = max(ctx.calendar.period_start(first, unit), 366)
    return with_range(question, _dates(first, min(span.last_day, ctx.today)))


def _dates(first: int, last: int) -> str:
    return f"{to_date(first).isoformat()},{to_date(last).isoformat()}"


def newest(question: Question, ctx: Context, read: Any) -> int | None:
    """Return the time of the newest event or, for questions about logs, of the newest log, ms.

    Args:
        read: runs one SELECT against the workspace.
    """
    if question.kind != "logs":
        return ctx.latest
    found = read("select max(timestamp) from logs where timestamp <= ?", (ctx.now,))
    return found[0][0] if found else None
