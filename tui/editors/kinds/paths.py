"""Rows of what paths are made of, events or the values of a field, and of where they begin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.queries.common.question import Question
from core.values.json_text import json_text
from tui.editors.bodies import key_of, replaced, revised
from tui.editors.entries import Edit, Entry, FieldPick, ValuePick
from tui.editors.kinds import fields

EVENTS = "events"


def steps_of(question: Question) -> list[Entry]:
    """Return the row of whether the steps are events or values of a field, and of which."""
    name, event = (fields.now(question, (key,)) for key in ("property", "event"))

    def put(asked: Question, chosen: str | None) -> Question:
        """Keep the ends only where they still name what they did."""
        if chosen == name:
            return asked
        begins = "_active" if chosen is None else None
        kept = event if chosen is not None else None
        return revised(asked, property=chosen, event=kept, **{"from": begins, "to": None})

    picker = FieldPick("Steps are the values of", event, "group", False, EVENTS)
    return [
        Entry("property", "steps are", EVENTS if name is None else f"values of {name}",
              enter=Edit("choose", put, picker), usual=name is None)
    ]  # fmt: skip


def event_of(question: Question) -> list[Entry]:
    """Return the row of the event that has the values; none if the steps are events."""
    if fields.now(question, ("property",)) is None:
        return []
    return [replace(fields.event(question, ("event",), "of", absent="any event"), depth=1)]


def end(question: Question, name: str, label: str) -> Entry:
    """Return the row of one end: an event, or a value."""
    of, value = fields.now(question, ("property",)), fields.now(question, (name,))
    if of is None:
        return fields.event(question, (name,), label, absent="any event")
    picker = ValuePick(of, "eq", fields.now(question, ("event",)))

    def put(asked: Question, picked: tuple[Any, ...]) -> Question:
        first = picked[0] if picked else None
        text = first if first is None or isinstance(first, str) else json_text(first)
        return replaced(asked, (name,), text)

    return Entry(
        key_of((name,)), label, "any value" if value is None else str(value),
        enter=Edit("value", put, picker),
        keys={"d": Edit("any", lambda asked, _: replaced(asked, (name,), None))},
        usual=value is None,
    )  # fmt: skip
