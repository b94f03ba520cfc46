"""Notes for the reader of a funnel."""

from __future__ import annotations

from core.answers import StepGroup
from core.queries.funnel.fields import Exclusion, FunnelFields
from core.text import things
from core.words.counted import many, one, whom

_TOUCHES = {
    "first": "Groups are by the first value in an attempt.",
    "last": "Groups are by the last value in an attempt.",
    "all": "Groups are by the value shared by all events of an attempt.",
}


def notes(question: FunnelFields, whole: StepGroup | None = None) -> tuple[str, ...]:
    """Return the notes on a question and the figures of everybody."""
    first_only = question.filters_on == "first" and question.conditions
    found = [
        _unit(question, whole) if whole else "",
        "Conditions apply to step 1 only." if first_only else "",
        _new(question),
        "Only those whose window has ended are counted." if question.complete else "",
        "Times in the same second count as equal." if question.resolution == "1s" else "",
        _attribution(question),
        _spoiling(question),
    ]
    return tuple(sentence for sentence in found if sentence)


def _unit(question: FunnelFields, whole: StepGroup) -> str:
    """Return what is counted, and of how many people, if it is not people."""
    names = {"users": "", "sessions": "Counts are sessions", "attempts": "Counts are attempts"}
    words = names.get(question.unit, f"Counts are pairs of a {one(question)} and a value")
    if not words:
        return ""
    fields = [name.removeprefix("properties.") for name in question.held]
    if fields and question.unit != "sessions":
        words += f", {' and '.join(fields)} staying the same"
    people = whole.steps[0].who_reached
    if not people:
        return f"{words}."
    return f"{words}: those of step 1 are of {things(people, one(question), many(question))}."


def _new(question: FunnelFields) -> str:
    if question.users != "new":
        return ""
    who = whom(question)
    if question.first_day:
        return f"Only {who} whose first day lies in the range, from that day on."
    return f"Only {who} whose first event lies in the range."


def _attribution(question: FunnelFields) -> str:
    touch = question.attribution
    if not question.breakdown or touch == "entry":
        return ""
    if isinstance(touch, int):
        return f"Groups are by the value at step {touch}."
    if len(question.breakdown) > 1 and touch != "all":
        return (
            f"Groups are by the values of the {touch} event with both values, or else with either."
        )
    return _TOUCHES[touch]


def _spoiling(question: FunnelFields) -> str:
    if not question.exclusions:
        return ""
    spoiling = ", ".join(_named(each, len(question.steps)) for each in question.exclusions)
    if question.exclude == "person":
        return f"People with these events in between are left out: {spoiling}."
    return f"Attempts with these events in between do not count: {spoiling}."


def _named(each: Exclusion, last: int) -> str:
    if each.from_step == 1 and each.to_step in (None, last):
        return each.event
    return f"{each.event} (steps {each.from_step} to {each.to_step or last})"
