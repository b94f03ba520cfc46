"""Why a panel is empty, and which key to press."""

from __future__ import annotations

from typing import Any

from core.draw.figures import day_text
from core.engines.running import Engine
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.text import clean, things
from core.timeframe import to_date

NO_EVENTS = ("There are no events yet.", "footfall import FILE --into DB imports some.")
"""What is wrong where a workspace is empty, and what to do."""

RESET = "0 resets your changes."
"""The end of a sentence about a question that people narrowed, if they did."""

_NOBODY = {"audience": "Nobody fits these rules.", "segment": "Nobody is in this segment."}
"""Kind -> why its list of people is empty, if not because of the number it was opened from."""


def why_empty(engine: Engine, question: Question, answer: Any) -> str:
    """Return a sentence for an empty answer, "" for any other."""
    if not is_empty(answer):
        return ""
    ctx = engine.context()
    if ctx.latest is None:
        return " ".join(NO_EVENTS)
    if question.kind == "user_search":
        return f'Nobody matches "{_searched(question)}". 0 lists everybody.'
    if answer.shape == "people":
        return _NOBODY.get(question.kind, "There are no people behind this number. Esc goes back.")
    span = ctx.span(question.range)
    inside = engine.events_in(span.first_day, span.last_day)
    narrowing = _narrowing(question)
    if not inside:
        return f"No events {_between(span)}. {_hint(ctx, span)}"
    if question.among is not None and not question.conditions:
        return f"The people it is about did nothing {_between(span)}."
    if narrowing:
        return f"None of {things(inside, 'event')} match {narrowing}. {RESET}"
    return f"{_subject(answer)} {_between(span)}. r chooses another range."


def is_empty(answer: Any) -> bool:
    """Whether an answer is nothing but zeros."""
    shape = answer.shape
    if shape == "series":
        return not any(v for line in answer.lines for v in line.values)
    if shape == "table":
        return not answer.rows
    if shape == "treemap":
        return not answer.tiles
    if shape == "people":
        return bool(answer.total == 0)
    if shape == "grid":
        return not any(c.size for c in answer.cohorts)
    if shape == "steps":
        return not any(g.steps[0].count for g in answer.groups if g.steps)
    return False


def _searched(question: Question) -> str:
    return clean(str(getattr(question, "user", "")), 40)


def _narrowing(question: Question) -> str:
    count = len(question.conditions)
    parts = [f"your {count} filter{'s' * (count > 1)}"] if count else []
    if question.segment:
        parts.append(f"segment {question.segment}")
    if question.audience:
        parts.append(f"audience {clean(question.audience)}")
    if question.among is not None:
        parts.append("the people it is about")
    return " and ".join(parts)


def _subject(answer: Any) -> str:
    if answer.shape == "steps":
        return "No one started this funnel"
    if answer.shape == "grid" and not answer.columns:
        return "No one joined a cohort"
    return "No matches"


def _between(span: Any) -> str:
    return f"from {_day(span.first_day)} to {_day(span.last_day)}"


def _hint(ctx: Context, span: Any) -> str:
    latest = ctx.calendar.day_of(ctx.latest or 0)
    if latest < span.first_day:
        return f"The newest event is {_day(latest)}. Press < or r."
    return "Press > or r."


def _day(day: int) -> str:
    return day_text(to_date(day), year=True)
