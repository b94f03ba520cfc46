"""A question in chips, for line 2: `people`, `30d`, `by source`, `vs prev`, `@Paying`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from core.answers import Cell
from core.draw.figures import span_text
from core.filters import in_words
from core.queries.behind import format_cell
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.text import clean
from core.timeframe import UNITS
from tui.texts.fields import has
from tui.texts.measures import words_of

LONGEST_WHO = 40
"""Cells that the words for people may take."""

COMPARED = {"previous": "vs prev", "yoy": "vs year before"}


class Chip(NamedTuple):
    """One part of a question.

    Attributes:
        text: what it says.
        action: the id of the action that changes it, "" if none does.
        changed: whether it differs from the question as it is saved.
    """

    text: str
    action: str = ""
    changed: bool = False


def chips(question: Question, saved: Question | None = None) -> tuple[Chip, ...]:
    """Return a question's parts in their fixed order.

    Args:
        saved: the question as it is saved, whose other parts are marked; None for one that is new.
    """
    found = list(_parts(question))
    if saved is None or saved == question:
        return tuple(found)
    before = {(part.action, part.text) for part in _parts(saved)}
    found = [chip._replace(changed=(chip.action, chip.text) not in before) for chip in found]
    if not any(chip.changed for chip in found):
        found.append(Chip("changed", changed=True))
    return tuple(found)


def counted(filters: Sequence[Chip]) -> Chip:
    """Return filters as one chip with their number."""
    count = len(filters)
    text = f"+{count} filter{'s' * (count > 1)}"
    return Chip(text, filters[0].action, any(chip.changed for chip in filters))


def _parts(question: Question) -> Iterator[Chip]:
    parts = [
        Chip(words_of(question), "measure"),
        Chip(range_words(question.range), "range"),
        Chip(_unit(question), "granularity"),
        Chip(_breakdown(question), "breakdown"),
        Chip(COMPARED.get(_field(question, "compare") or "", ""), "compare"),
        *(Chip(words, "filter") for words in _filters(question)),
        Chip(_who(question), "segment"),
        Chip(_window_of(question), "edit"),
    ]
    return (part for part in parts if part.text)


def range_words(text: str) -> str:
    """Return a range text as people read it."""
    first, comma, last = text.partition(",")
    return span_text(first, last) if comma else text.replace("_", " ")


def _unit(question: Question) -> str:
    over_time = KINDS[question.kind].over_time(question)
    unit = _field(question, "granularity") if over_time else None
    return f"by {UNITS[unit]}" if unit in UNITS else ""


def _breakdown(question: Question) -> str:
    by = _field(question, "breakdown")
    if not by:
        return ""
    return "by " + clean(by if isinstance(by, str) else ", ".join(by))


def _filters(question: Question) -> list[str]:
    where = _filtered(question)
    found = [clean(in_words(condition)) for condition in question.conditions]
    steps = _field(question, "steps")
    for number, step in enumerate(steps if isinstance(steps, tuple) else (), 1):
        found += [f"step {number}: {clean(in_words(c))}" for c in getattr(step, "filters", ())]
    own = len(question.conditions)
    for name, side in (("start", "start_filters"), ("return", "return_filters")):
        found += [f"{name}: {clean(in_words(c))}" for c in _field(question, side) or ()]
    return [words + where * (n < own) for n, words in enumerate(found)]


def _filtered(question: Question) -> str:
    """Return which events filters apply to, if a question has several."""
    on = _field(question, "filters_on")
    if has(question, "start_event"):
        start = clean(_field(question, "start_event") or "the start", 30)
        return f" of {start}" if on == "start" else f" of {start} and return"
    return " of step 1" if on == "first" else ""


def _who(question: Question) -> str:
    who = [who for who in (question.audience, question.segment) if who]
    if question.among is not None:
        who.append(format_cell(question.among, Cell()))
    return " ".join(clean(f"@{each}", LONGEST_WHO) for each in who)


def _window_of(question: Question) -> str:
    if not has(question, "window_seconds"):
        return ""
    seconds = _field(question, "window_seconds")
    return f"window {_window(seconds)}" if seconds is not None else "no window"


def _window(seconds: Any) -> str:
    for size, letter in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if isinstance(seconds, int | float) and seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{letter}"
    return f"{seconds}s"


def _field(question: Question, name: str) -> Any:
    return getattr(question, name, None)
