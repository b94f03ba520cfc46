"""A question in short, for the right of line 2: `30d by day | by source | vs prev | +2 filters`."""

from __future__ import annotations

from typing import Any

from core.draw.figures import span_text
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.text import clean
from core.timeframe import UNITS
from tui.texts.fields import has
from tui.texts.measures import words_of

COMPARED = {"previous": "vs prev", "yoy": "vs year before"}


def short(question: Question, saved: Question | None = None) -> str:
    """Return a question's parts in their fixed order; a changed, unsaved one ends in `*`."""
    parts = [
        _time(question),
        _breakdown(question),
        COMPARED.get(_field(question, "compare") or "", ""),
        _filters(question),
        _who(question),
        _own(question),
    ]
    text = " | ".join(part for part in parts if part)
    return text + "*" if saved is not None and saved != question else text


def range_words(text: str) -> str:
    """Return a range text as people read it."""
    first, comma, last = text.partition(",")
    return span_text(first, last) if comma else text.replace("_", " ")


def _time(question: Question) -> str:
    over_time = KINDS[question.kind].over_time(question)
    unit = _field(question, "granularity") if over_time else None
    words = range_words(question.range)
    return f"{words} by {UNITS[unit]}" if unit in UNITS else words


def _breakdown(question: Question) -> str:
    by = _field(question, "breakdown")
    if not by:
        return ""
    return "by " + clean(by if isinstance(by, str) else ", ".join(by))


def _filters(question: Question) -> str:
    count = len(question.conditions)
    return f"+{count} filter{'s' * (count > 1)}{_filtered(question)}" if count else ""


def _filtered(question: Question) -> str:
    """Return which events filters apply to, if a question has several."""
    on = _field(question, "filters_on")
    if has(question, "start_event"):
        start = clean(_field(question, "start_event") or "the start", 30)
        return f" of {start}" if on == "start" else f" of {start} and return"
    return " of step 1" if on == "first" else ""


def _who(question: Question) -> str:
    who = question.audience or question.segment
    return clean(f"@{who}") if who else ""


def _own(question: Question) -> str:
    """What only this kind has."""
    counted = words_of(question)
    if not has(question, "window_seconds"):
        return counted
    seconds = _field(question, "window_seconds")
    window = f"window {_window(seconds)}" if seconds is not None else "no window"
    return f"{window} | {counted}" if counted else window


def _window(seconds: Any) -> str:
    for size, letter in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if isinstance(seconds, int | float) and seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{letter}"
    return f"{seconds}s"


def _field(question: Question, name: str) -> Any:
    return getattr(question, name, None)
