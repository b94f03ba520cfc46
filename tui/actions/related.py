"""The questions one key away from another: why it changed, the way people took, the same funnel
over time. Each takes range, filters and people over."""

from __future__ import annotations

from typing import Any

from core.answers import Cell, Series
from core.boards.suggestions import FUNNELS, event_of
from core.errors import BadQuestion
from core.queries import from_json
from core.queries.common.question import Context, Question
from core.queries.composite.explain import KINDS as EXPLAINED
from core.text import clean
from tui.actions.edits import dates_text

Way = tuple[str, str, Question]
"""A letter, words, and the question it opens."""

EVENT_ROWS = ("top_events", "events_list", "correlation", "paths")
"""Kinds whose rows are events."""

COMING_BACK = ("active_users", "lifecycle", "retention", "stickiness", "users")
TAKEN_OVER = ("range", "conditions", "segment", "audience")


def ways(question: Question, answer: Any, cell: Cell | None, ctx: Context) -> list[Way]:
    """Return what leads on from a question and the number under the cursor.

    Args:
        answer: the question's answer, or None.
        cell: the number under the cursor, or None.
    """
    found: list[Way] = []
    if question.kind in EXPLAINED:
        found += _built([("w", "why did it change?", _why(question, answer, cell, ctx))])
    if question.kind == "explain":
        found.append(("t", "what was explained, over time", _explained(question)))
    if question.kind in FUNNELS:
        found += _of_funnel(question, cell)
    event = _event(question, cell, ctx)
    if event is not None:
        found += _of_event(question, event)
    if question.kind in COMING_BACK:
        found += _coming_back(question)
    return found


def _shared(question: Question) -> dict[str, Any]:
    whole = question.model_dump(by_alias=True)
    return {name: whole[name] for name in TAKEN_OVER}


def _why(question: Question, answer: Any, cell: Cell | None, ctx: Context) -> dict[str, Any]:
    """The number against the one before it: of a point its bucket if over, else the range."""
    of = {"kind": question.kind, **question.model_dump(by_alias=True)}
    days = _days(answer, cell, ctx)
    body = {"kind": "explain", "of": {k: v for k, v in of.items() if k != "breakdown"}}
    return {**body, "range": days} if days else body


def _days(answer: Any, cell: Cell | None, ctx: Context) -> str:
    """The local days of the bucket under the cursor; "" without one, or when it is not over."""
    if not isinstance(answer, Series) or cell is None or cell.bucket is None:
        return ""
    for bucket in answer.buckets:
        if bucket.label == cell.bucket and not bucket.partial:
            day_of = ctx.calendar.day_of
            return dates_text(day_of(bucket.start), day_of(bucket.end - 1))
    return ""


def _explained(question: Any) -> Question:
    of = {"kind": question.of.kind, **question.of.model_dump(by_alias=True)}
    return from_json({**of, **_shared(question)})


def _of_funnel(question: Question, cell: Cell | None) -> list[Way]:
    """The same funnel as its other kinds; times to the step under the cursor."""
    from core.queries.funnel.funnel import Funnel

    whole = question.model_dump(by_alias=True)
    same = {name: whole[name] for name in Funnel.model_fields if name in whole and name != "kind"}
    usual = {"compare": None, "breakdown": ()}
    step = cell.step if cell is not None and (cell.step or 0) > 1 else None
    to = {"to_step": step} if step is not None and step < len(whole["steps"]) else {}
    made: list[tuple[str, str, dict[str, Any]]] = [
        ("s", "the funnel, step by step", {"kind": "funnel", **same}),
        ("t", "conversion over time", {"kind": "funnel_trend", **same}),
        ("c", "time to convert", {"kind": "time_to_convert", **same, **usual, **to}),
        ("g", "what goes with converting", {"kind": "correlation", **same, **usual}),
    ]
    found = _built([way for way in made if _not(question, way[2])])
    ends = [step.get("event") for step in whole["steps"] if isinstance(step, dict)]
    if len(ends) > 1 and ends[0] and ends[-1] and ends[0] != ends[-1]:
        body = {"kind": "paths", "from": ends[0], "to": ends[-1], **_shared(question)}
        found.append(("w", "the paths from its first step to its last", from_json(body)))
    return found


def _built(made: list[tuple[str, str, dict[str, Any]]]) -> list[Way]:
    """The ways that can be asked; who is counted differently may only be asked as people."""
    found: list[Way] = []
    for letter, words, body in made:
        for dropped in ((), ("count_by", "attribution", "hold")):
            try:
                kept = {name: value for name, value in body.items() if name not in dropped}
                found.append((letter, words, from_json(kept)))
                break
            except BadQuestion:
                continue
    return found


def _not(question: Question, body: dict[str, Any]) -> bool:
    return bool(question.kind != body["kind"])


def _event(question: Question, cell: Cell | None, ctx: Context) -> str | None:
    """The event that a question, or the row under the cursor, is about."""
    rows = question.kind in EVENT_ROWS or (
        question.kind == "sessions" and getattr(question, "metric", "") in ("entry", "exit")
    )
    if rows and cell is not None and cell.row in ctx.names.pickable:
        return cell.row
    return None if question.kind in FUNNELS else event_of(question)


def _of_event(question: Question, event: str) -> list[Way]:
    shared, shown = _shared(question), clean(event, 24)
    made: list[tuple[str, str, dict[str, Any]]] = [
        ("e", f"{shown} over time", {"kind": "trend", "event": event}),
        ("f", f"what follows {shown}", {"kind": "paths", "from": event}),
        ("l", f"what leads to {shown}", {"kind": "paths", "to": event}),
        ("r", f"retention after {shown}", {"kind": "retention", "start_event": event}),
        ("n", f"first {shown}", {"kind": "first_time", "event": event}),
        ("p", f"{shown} per person", {"kind": "per_actor", "event": event}),
        ("o", f"how often {shown}", {"kind": "trend", "event": event, "measure": "frequency"}),
        ("i", f"{shown} one by one", {"kind": "raw_events", "event": event}),
    ]
    found = _built([(letter, words, {**shared, **body}) for letter, words, body in made])
    return [way for way in found if not _same(way[2], question)]


def _same(one: Question, other: Question) -> bool:
    """Whether two questions ask for one event in one way."""
    if one.kind != other.kind or event_of(one) != event_of(other):
        return False
    ends = [(getattr(q, "from_", None), getattr(q, "measure", "") == "frequency")
            for q in (one, other)]  # fmt: skip
    return ends[0] == ends[1]


def _coming_back(question: Question) -> list[Way]:
    shared = _shared(question)
    made: list[tuple[str, str, dict[str, Any]]] = [
        ("a", "active users", {"kind": "active_users"}),
        ("c", "lifecycle: new, returning, back again, gone", {"kind": "lifecycle"}),
        ("s", "stickiness", {"kind": "stickiness"}),
        ("g", "retention", {"kind": "retention"}),
    ]
    return _built(
        [
            (letter, words, {**shared, **body})
            for letter, words, body in made
            if _not(question, body)
        ]
    )
