"""The questions one key away from another: why it changed, the way people took, the same funnel
over time. Each takes range, filters and people over."""

from __future__ import annotations

from typing import Any

from core.answers import Cell, Series
from core.boards.suggestions import event_of
from core.errors import BadQuestion
from core.queries import from_json
from core.queries.common.any_question import said_by
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.text import clean
from core.words.kinds import Lead
from tui.actions.edits import dates_text
from tui.actions.opening import others_of
from tui.actions.people.columns import PAGE

Way = tuple[str, str, Question]
"""A letter, words, and the question it opens."""

TAKEN_OVER = ("range", "conditions", "segment", "audience", "among")


def ways(question: Question, answer: Any, cell: Cell | None, ctx: Context) -> list[Way]:
    """Return what leads on from a question and the number under the cursor.

    Args:
        answer: the question's answer, or None.
        cell: the number under the cursor, or None.
    """
    kind = KINDS[question.kind]
    found: list[Way] = []
    if kind.explained:
        found += _built([("w", "why did it change?", _why(question, answer, cell, ctx))])
    if question.kind == "explain":
        found.append(("t", "what was explained, over time", _explained(question)))
    if question.kind == "usual":
        found.append(("u", "without what is usual", _without_usual(question)))
    elif kind.over_time(question):
        found += _built([("u", "with what is usual", {"kind": "usual", "of": said_by(question)})])
    if "funnel" in kind.themes:
        found += _of_funnel(question, cell)
    if question.kind == "funnel":
        found += _unfinished(question, cell)
    event = _event(question, cell, ctx)
    if event is not None:
        found += _of_event(question, event)
    if "coming back" in kind.themes:
        found += _coming_back(question)
    if cell is not None:
        found += _of_others(question, cell)
    return found


def _leads(theme: str) -> list[tuple[str, Lead]]:
    """The related questions of a theme, in order, with their kinds."""
    found = [(kind.name, lead) for kind in KINDS.values() for lead in kind.leads]
    return sorted((way for way in found if way[1].theme == theme), key=lambda way: way[1].at)


def _shared(question: Question) -> dict[str, Any]:
    whole = question.model_dump(by_alias=True)
    return {name: whole[name] for name in TAKEN_OVER}


def _why(question: Question, answer: Any, cell: Cell | None, ctx: Context) -> dict[str, Any]:
    """The number against the one before it: of a point its bucket if over, else the range."""
    of = question.model_dump(by_alias=True)
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
    of = question.of.model_dump(by_alias=True)
    return from_json({**of, **_shared(question)})


def _without_usual(question: Any) -> Question:
    """The question that is shown against its usual."""
    found: Question = question.asked(question.range)
    return found


def _of_funnel(question: Question, cell: Cell | None) -> list[Way]:
    """The same funnel as its other kinds; times to the step under the cursor."""
    from core.queries.funnel.funnel import Funnel

    whole = question.model_dump(by_alias=True)
    same = {name: whole[name] for name in Funnel.model_fields if name in whole and name != "kind"}
    made = []
    for kind, lead in _leads("funnel"):
        fields = lead.fill(question, cell.step if cell is not None else None)
        if kind != question.kind and fields is not None:
            before = _shared(question) if lead.fresh else same
            made.append((lead.letter, lead.words, {"kind": kind, **before, **fields}))
    return _built(made)


def _unfinished(question: Any, cell: Cell | None) -> list[Way]:
    """Who entered the funnel, or the group of it under the cursor, and did not reach its end."""
    if len(question.steps) < 2:
        return []
    whole = question.model_dump(by_alias=True)
    at = {"outcome": "dropped", "group": cell.group, "besides": cell.besides} if cell else {
        "outcome": "dropped"
    }  # fmt: skip
    people = {"kind": "people", "of": whole, "cell": at, "limit": PAGE}
    return _built([("n", "who entered and did not finish", people)])


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


def _event(question: Question, cell: Cell | None, ctx: Context) -> str | None:
    """The event that a question, or the row under the cursor, is about."""
    kind = KINDS[question.kind]
    if (
        kind.rows_are_events(question)
        and cell is not None
        and cell.row in ctx.catalog.events.pickable
    ):
        return cell.row
    return None if "funnel" in kind.themes else event_of(question)


def _of_event(question: Question, event: str) -> list[Way]:
    shared, shown = _shared(question), clean(event, 24)
    made = [
        (
            lead.letter,
            lead.words.format(event=shown),
            {**shared, "kind": kind, **(lead.fill(question, event) or {})},
        )
        for kind, lead in _leads("event")
    ]
    return [way for way in _built(made) if not _same(way[2], question)]


def _of_others(question: Question, cell: Cell) -> list[Way]:
    """How the people of a number differ from those who dropped or did not return, and what these
    did instead.
    """
    others = others_of(cell)
    if others is None:
        return []
    whole = question.model_dump(by_alias=True)
    of, rest = ({"kind": "people", "of": whole, "cell": each} for each in (cell, others))
    made: list[tuple[str, str, dict[str, Any]]] = [
        ("h", "how they differ from the others", {
            "kind": "differences", "range": question.range, "of": of, "other": rest,
        })
    ]  # fmt: skip
    steps = getattr(question, "steps", ()) if "funnel" in KINDS[question.kind].themes else ()
    if cell.step is not None and cell.step <= len(steps):
        before = steps[cell.step - 2].event
        made.append(("x", f"what they did instead after {clean(before, 24)}", {
            **_shared(question), "kind": "paths", "from": before, "among": rest,
        }))  # fmt: skip
    return _built(made)


def _same(one: Question, other: Question) -> bool:
    """Whether two questions ask for one event in one way."""
    if one.kind != other.kind or event_of(one) != event_of(other):
        return False
    ends = [
        (getattr(q, "from_", None), getattr(q, "measure", "") == "frequency") for q in (one, other)
    ]
    return ends[0] == ends[1]


def _coming_back(question: Question) -> list[Way]:
    shared = _shared(question)
    made = [
        (lead.letter, lead.words, {**shared, "kind": kind, **(lead.fill(question, None) or {})})
        for kind, lead in _leads("coming back")
        if kind != question.kind
    ]
    return _built(made)
