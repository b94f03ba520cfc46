"""What a form consists of: rows, what keys do to them, and how a value is asked for.

Nothing here knows a screen: a picker says what is to be chosen, and tui.editors.picking asks for
it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.queries.common.question import Question

NEW = "+"
"""As the row that the cursor goes to: the first that was not there."""

Put = Callable[[Question, Any], Question]
"""A question and a picked value -> another question; FootfallError says why not."""


@dataclass(frozen=True)
class Choice:
    """One of a few values.

    Attributes:
        values: (value, words) of each.
        typed: typed text that is none of them -> a value; its FootfallError is shown.
        hint: what can be typed.
        now: the current value, which the cursor begins on.
    """

    heading: str
    values: tuple[tuple[Any, str], ...]
    typed: Callable[[str], Any] | None = None
    hint: str = ""
    now: Any = None


@dataclass(frozen=True)
class EventPick:
    """An event, with how often each happened.

    Attributes:
        absent: the words for no event, which is then offered first; "" if there must be one.
        first_ever: whether the first event ever of a person is offered.
    """

    heading: str
    absent: str = ""
    first_ever: bool = False


@dataclass(frozen=True)
class FieldPick:
    """A field of events, people or logs.

    Attributes:
        event: fields of this event come first.
        use: "condition", which any field can be in; "group", to break down by; "number", to
            calculate with.
        logs: whether fields of logs are meant.
        absent: the words for no field, which is then offered first; "" if there must be one.
    """

    heading: str
    event: str | None = None
    use: str = "condition"
    logs: bool = False
    absent: str = ""


@dataclass(frozen=True)
class ValuePick:
    """Values of a field that an operator compares with; picks a tuple.

    Attributes:
        event: values are counted on this event, None for any.
        logs: whether the field is one of logs.
    """

    field: str
    operator: str
    event: str | None = None
    logs: bool = False


@dataclass(frozen=True)
class TextPick:
    """One line of typed text.

    Attributes:
        read: the text -> the value; its FootfallError is shown.
        value: what is there at first.
    """

    heading: str
    read: Callable[[str], Any] = str
    value: str = ""
    help: str = ""


@dataclass(frozen=True)
class SavedPick:
    """Something saved.

    Attributes:
        kind: "audience", "chart", or "who": an audience or built-in segment; (field, name).
        another: the words for a question in its place, which is then offered as ("among", None);
            "" if there can be none.
    """

    heading: str
    kind: str
    absent: str = ""
    another: str = ""


@dataclass(frozen=True)
class RangePick:
    """A range text; one that is typed must be a range.

    Attributes:
        now: the current one, which the cursor begins on.
        absent: the words for none, which is then offered first; "" if there must be one.
    """

    heading: str
    now: str | None = None
    absent: str = ""


@dataclass(frozen=True)
class QuestionPick:
    """A question inside this one, built in a form of its own."""

    heading: str
    question: Question


@dataclass(frozen=True)
class Chain:
    """Several things one after the other; picks a tuple.

    Attributes:
        steps: what was picked before -> the next picker; None skips the step.
    """

    steps: tuple[Callable[[tuple[Any, ...]], Picker | None], ...]


Picker = (
    Choice
    | EventPick
    | FieldPick
    | ValuePick
    | TextPick
    | SavedPick
    | RangePick
    | QuestionPick
    | Chain
)


@dataclass(frozen=True)
class Edit:
    """What a key does to a question.

    Attributes:
        words: one or two for the key line.
        put: the question and what was picked -> another question.
        picker: what is picked first; None changes at once, with the value None.
        to: the key of the row that the cursor is on afterwards, or NEW; "" for the same.
        again: whether the same is asked again until Escape.
    """

    words: str
    put: Put
    picker: Picker | None = None
    to: str = ""
    again: Callable[[Question], Edit | None] | None = None


@dataclass(frozen=True)
class Entry:
    """A row of a form.

    Attributes:
        key: names it among the rows, whatever is in it.
        label: what it sets.
        shown: its value in words.
        depth: how far it is indented.
        enter: what Enter does.
        turn: what left (-1) and right (1) do; the value put is that number.
        keys: letter -> what it does here.
        usual: whether its value is the default.
    """

    key: str
    label: str
    shown: str = ""
    depth: int = 0
    enter: Edit | None = None
    turn: Edit | None = None
    keys: Mapping[str, Edit] = field(default_factory=dict)
    usual: bool = False


def title(words: str) -> Entry:
    """Return a heading, which the cursor skips."""
    return Entry("", words)
