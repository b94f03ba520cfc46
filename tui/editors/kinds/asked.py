"""The rules of an audience that begins as the people of a question.

A question is about a range; an audience is as of now. A range of days becomes the last so many
days, any other one all of history, and a sequence becomes pairs of events that follow each other:
somewhere to begin, which the form shows and changes.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from core.answers import Cell
from core.columns import EMPTY, NONE, OTHER
from core.queries.common.any_question import said_by
from core.queries.common.question import Question
from core.words.counted import counts_units

LONGEST = 366 * 86_400
DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
MEMBERS = ("segments", "sql", "users", "user_activity", "user_search", "differences", "logs",
           "saved", "several", "formula")  # fmt: skip
"""Kinds that are not about who did an event."""


def rules_of(question: Question | None, cell: Cell | None = None) -> dict[str, Any] | None:
    """Return a definition of the people behind a question's number, None if none is in sight.

    Args:
        cell: the number; None for all of its people.
    """
    if question is None or question.kind in MEMBERS or counts_units(question):
        return None
    inner = getattr(question, "of", None)
    if isinstance(inner, Question):
        return rules_of(inner, getattr(question, "cell", None))
    body = said_by(question)
    if question.kind == "audience" and body.get("definition") is not None:
        return dict(body["definition"])
    rules: dict[str, Any] = {"filters": _members(body), "events": [], "groups": []}
    if question.kind not in ("audience", "segment"):
        rules["events"] = _events(question, body, cell or Cell())
    among = rules_of(question.among)
    if among is not None:
        rules["groups"] = [{k: v for k, v in among.items() if k in ("match", "filters", "events")}]
    return {name: value for name, value in rules.items() if value}


def _members(body: dict[str, Any]) -> list[dict[str, Any]]:
    given = [(field, body.get(field)) for field in ("audience", "segment")]
    return [{"field": field, "value": name} for field, name in given if name]


def _events(question: Question, body: dict[str, Any], cell: Cell) -> list[dict[str, Any]]:
    filters = [*(body.get("conditions") or ()), *_group(question, cell)]
    days = _days(question.range)
    if isinstance(body.get("steps"), list):
        return _steps(body["steps"], filters, days, getattr(question, "window_seconds", None), cell)
    if hasattr(question, "start_event"):
        event, own = getattr(question, "start_event"), body.get("start_filters") or ()  # noqa: B009
    else:
        event, own = getattr(question, "event", None), ()
    return [_rule(event, days, [*filters, *own])]


def _steps(
    steps: list[Any], filters: list[Any], days: int | None, window: Any, cell: Cell
) -> list[dict[str, Any]]:
    """Return rules on the steps up to the one of a cell, and on not having done it if dropped."""
    dropped = cell.outcome == "dropped"
    count = cell.step or len(steps)
    reached = steps[: count - 1] if dropped else steps[:count]
    parts = [(each["event"], [*filters, *(each.get("filters") or ())]) for each in reached]
    found = [_rule(*parts[0][:1], days, parts[0][1])] if len(parts) == 1 else []
    for (event, own), (after, its) in pairwise(parts):
        then = {"event": after, "seconds": window or LONGEST} | ({"filters": its} if its else {})
        found.append({**_rule(event, days, own), "then_within": then})
    if dropped and count <= len(steps):
        missed = steps[count - 1]
        rule = _rule(missed["event"], days, [*filters, *(missed.get("filters") or ())])
        found.append({**rule, "op": "eq", "count": 0})
    return found


def _rule(event: Any, days: int | None, filters: list[Any]) -> dict[str, Any]:
    rule: dict[str, Any] = {"event": event, "days": days}
    return {**rule, "filters": filters} if filters else rule


def _group(question: Question, cell: Cell) -> list[dict[str, Any]]:
    """Return the breakdown values of a cell as conditions."""
    by = getattr(question, "breakdown", None) or ()
    fields = (by,) if isinstance(by, str) else tuple(by)
    found: list[dict[str, Any]] = []
    for field, value in zip(fields, cell.group, strict=False):
        if value == NONE:
            found.append({"field": field, "operator": "is_not_set"})
        elif value != OTHER:
            found.append({"field": field, "value": "" if value == EMPTY else value})
    return found


def _days(text: str) -> int | None:
    match = re.fullmatch(r"(\d{1,4})([dwmy])", text.strip().lower())
    return int(match[1]) * DAYS[match[2]] if match else None
