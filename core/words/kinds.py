"""What a kind of question is, apart from its model: how it is asked, named, begun and followed.

A row of these facts stands beside the model of each kind, in the `words.py` of its family
(core.queries). Schemas, parser, writer, the words behind a number, the lists of the explorer, the
keys `p` and `;`, and the documentation are loops over the rows. Loads neither models nor a parser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.words.reading import Body, Part, selected_as, steps_of

Read = Callable[[list[Any]], "Body | Part"]
"""What a phrase read -> fields of the question without its kind, or a Part that says where."""


class Writing(Protocol):
    """The fields of a question that still have to be written, and how text writes things."""

    question: Any
    left: dict[str, Any]

    def take(self, key: str) -> Any:
        """Return a field's value and count it as written; None when it is at its default."""

    def value(self, key: str) -> Any:
        """Return a field's value, default or not, and count it as written."""

    def nested(self, question: Any) -> str:
        """Return a question that stands inside this one, with all its clauses."""

    def alone(self, question: Any) -> str:
        """Return a question's subject and its own settings, without clauses and dates."""

    def name(self, text: str) -> str:
        """Return a name, quoted where it could be misread."""

    def quoted(self, text: str) -> str:
        """Return a text in quotes."""

    def is_bare(self, text: str) -> bool:
        """Whether a text has the form of a name that needs no quotes, reserved or not."""

    def step(self, step: Any) -> str:
        """Return an event and its filters."""

    def filtered(self, clauses: Sequence[Any]) -> str:
        """Return conditions in brackets; nothing without any."""

    def duration(self, seconds: float) -> str:
        """Return seconds in the largest unit that gives a whole number."""

    def cell(self, cell: Any) -> str:
        """Return the address of a number."""


@dataclass(frozen=True)
class Phrase:
    """One way to say something in text.

    Attributes:
        grammar: what is read, as lark writes rules; words are terminals in upper case.
        read: what was read -> fields.
    """

    grammar: str
    read: Read


@dataclass(frozen=True)
class Wording:
    """How a kind is asked for in text, and written.

    Attributes:
        phrases: the ways to ask for it; none where the language itself reads it.
        write: a question -> its subject in canonical text.
        words: terminal -> pattern, of the words that only this kind has.
        meanings: terminal -> what a person calls it, where that is not the word itself.
        clauses: what only its questions can say besides.
    """

    phrases: tuple[Phrase, ...]
    write: Callable[[Writing], str]
    words: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, str] = field(default_factory=dict)
    clauses: tuple[Phrase, ...] = ()


def terminal(words: str) -> str:
    """Return the name of the terminal of some words: USAGE_INTERVAL."""
    return words.upper().replace(" ", "_")


def keyword(words: str) -> dict[str, str]:
    """Return some words as the pattern of their terminal, any space between them."""
    return {terminal(words): r"\s+".join(words.split())}


def alone(words: str, **fields: Any) -> Wording:
    """Return the wording of a kind that is its words: `engagement`."""
    phrase = Phrase(terminal(words), lambda _: fields)
    return Wording((phrase,), lambda _: words, keyword(words))


def of_event(words: str) -> Wording:
    """Return the wording of a kind that may be about one event: `usage interval of signup`."""

    def write(writer: Writing) -> str:
        event = writer.take("event")
        return words if event is None else f"{words} of {writer.name(event)}"

    phrase = Phrase(f"{terminal(words)} (OF selector)?", lambda read: selected_as("event", read))
    return Wording((phrase,), write, keyword(words))


def of_name(words: str, field: str) -> Wording:
    """Return the wording of a kind that needs a name: `saved "Weekly signups"`."""

    def write(writer: Writing) -> str:
        return f"{words} {writer.name(str(writer.value(field)))}"

    phrase = Phrase(f"{terminal(words)} name", lambda read: {field: read[-1].text})
    return Wording((phrase,), write, keyword(words))


def of_steps(words: str, named: str = "", pattern: str = "") -> Wording:
    """Return the wording of a kind that follows steps: `correlation of signup > purchase`.

    Args:
        named, pattern: the terminal of its words and what it reads, where that is more than them.
    """

    def write(writer: Writing) -> str:
        return f"{words} of {' > '.join(writer.step(step) for step in writer.value('steps'))}"

    read = {named: pattern} if named else keyword(words)
    phrase = Phrase(f"{next(iter(read))} OF? step (ARROW step)*", steps_of)
    return Wording((phrase,), write, read)


# -- what the explorer offers

Choice = tuple[str, dict[str, Any]]
"""Words, and the fields they change."""

NumbersOf = Callable[[str | None], list[str]]
"""An event, or None for any -> its properties that hold numbers."""


@dataclass(frozen=True)
class Figures:
    """What a kind can count: one field and its values in words.

    Attributes:
        field: the field that says it.
        values: its values, each with words.
        said: whether the title of an answer says which is counted.
    """

    field: str
    values: tuple[tuple[Any, str], ...]
    said: bool = True

    def choices(self, question: Any, numbers_of: NumbersOf) -> list[Choice]:
        """Return what a question can count instead."""
        return [(words, {self.field: value}) for value, words in self.values]

    def summary(self, question: Any) -> str:
        """Return what a question counts where neither kind nor title says it, else ""."""
        if self.said:
            return ""
        now = getattr(question, self.field)
        usual = type(question).model_fields[self.field].default
        return next((words for value, words in self.values if value == now != usual), "")


class Beginning(Protocol):
    """What the first questions about a workspace are about."""

    @property
    def event(self) -> str:
        """The event that happens most, or the one that was looked at."""

    @property
    def second(self) -> str:
        """Another event; the same where there is no other."""

    @property
    def steps(self) -> list[Any]:
        """The steps of the funnel that most people share; fewer than two where there is none."""

    @property
    def field(self) -> str:
        """A field to break down by; "" where events carry none."""

    @property
    def shown(self) -> str:
        """The event, short enough for a title."""

    @property
    def long(self) -> str:
        """A range long enough to see people come back."""

    @property
    def events(self) -> Sequence[str]:
        """All events, the most frequent first."""

    @property
    def carried(self) -> list[str]:
        """One property of the event, with words where there is one; empty where it has none."""

    @property
    def money(self) -> tuple[str, str] | None:
        """An event and its property that hold amounts of money."""

    @property
    def has_logs(self) -> bool:
        """Whether any logs are stored."""

    def numbers_of(self, event: str | None) -> list[str]:
        """Return the properties of an event, or of any, that hold numbers."""


@dataclass(frozen=True)
class Opening:
    """A question to begin with.

    Attributes:
        section: what it is listed under, one of core.boards.suggestions.SECTIONS.
        at: where in the section; the lowest first.
        title: what it asks, in a few words.
        body: its fields besides kind, and the range where it differs from the usual one.
    """

    section: str
    at: int
    title: str
    body: Body


Openings = Callable[[Beginning], Iterator[Opening]]


@dataclass(frozen=True)
class Lead:
    """A way that leads on to a kind from questions of a theme.

    Attributes:
        theme: "event", "funnel" or "coming back": what the question before is about.
        at: where in the theme's list; the lowest first.
        letter: the key.
        words: what it asks; {event} is the event that a theme is about.
        fill: the question before, the event or step under the cursor (or None) -> fields, besides
            those that are taken over; None where it cannot lead there.
        fresh: whether of a funnel no more than range, filters and people are taken over.
    """

    theme: str
    at: int
    letter: str
    words: str
    fill: Callable[[Any, Any], Body | None]
    fresh: bool = False


def unchanged(_: Any, __: Any) -> Body:
    """Lead on without more than what is taken over."""
    return {}


def about(field: str, **fields: Any) -> Callable[[Any, Any], Body]:
    """Return what leads on with the event that is looked at in a field."""
    return lambda _, event: {field: event, **fields}


# -- a kind

Behind = Callable[[Any, Any], str]
"""Question, cell -> who is behind the number."""


class Nested(Protocol):
    """The words of a question inside another one."""

    def subject(self, question: Any, cell: Any) -> str:
        """Return who is behind a number, without dates and conditions."""

    def whole(self, question: Any, cell: Any) -> str:
        """Return who is behind a number."""


Around = Callable[[Any, Any, Nested], str]
"""Question, cell, the words of what it holds -> who is behind the number."""


def never(_: Any) -> bool:
    """Of no question."""
    return False


def always(_: Any) -> bool:
    """Of every question."""
    return True


def nothing(_: Beginning) -> Iterator[Opening]:
    """Begin with no question of a kind."""
    return iter(())


def same(part: Part) -> Part:
    """Return a clause as it was read."""
    return part


def whole(body: Body) -> Body:
    """Return the fields of a question as they were read."""
    return body


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The facts of a kind of question that are not in its model.

    Attributes:
        name: its `kind` in JSON.
        at: module:class of its model.
        shapes: the shapes of which one answers it.
        wording: how it is asked for in text.
        example: a question of it in text.
        about: what it answers, for the list of kinds.
        behind: question, cell -> who is behind the number, "Users of signup"; dates and conditions
            are added.
        around: the same for a kind that holds another question.
        totalled: whether its answer as a whole is a number of people.
        dated: whether the dates are added.
        figures: what it can count instead.
        openings: the questions to begin with.
        themes: what its questions are about, from which others lead on (`Lead.theme`).
        leads: the ways that lead on to it.
        rows_are_events: question -> whether the rows of its answer are events.
        over_time: question -> whether its answer goes along the range, by granularity.
        explained: whether `explain` finds what changed its numbers.
        filtered: whether the filters of a board apply to it.
        page: "chart", "people" or "person": the page that shows it.
        drops_prefix: whether its property loses the prefix "properties.".
        clause: reads a clause as this kind means it.
        body: the same for all the fields that were read.
        statement: writes a question without words of the language; None where that cannot be.
        since: the version of the language that knows its words first.
    """

    name: str
    at: str
    shapes: tuple[str, ...]
    wording: Wording
    example: str
    about: str
    behind: Behind
    around: Around | None = None
    totalled: bool = True
    dated: bool = True
    figures: Figures | None = None
    openings: Openings = nothing
    themes: tuple[str, ...] = ()
    leads: tuple[Lead, ...] = ()
    rows_are_events: Callable[[Any], bool] = never
    over_time: Callable[[Any], bool] = never
    explained: bool = False
    filtered: bool = True
    page: str = "chart"
    drops_prefix: bool = False
    clause: Callable[[Part], Part] = same
    body: Callable[[Body], Body] = whole
    statement: Callable[[Writing], str | None] | None = None
    since: int = 1

    @property
    def title(self) -> str:
        """Its name as words: "usage interval"."""
        return self.name.replace("_", " ")

    def rules(self) -> Iterator[tuple[str, str, Phrase]]:
        """Yield the rule that its phrases and clauses are alternatives of, their name, and them."""
        for number, phrase in enumerate(self.wording.phrases):
            yield "kind", f"kind_{self.name}_{number}", phrase
        for number, phrase in enumerate(self.wording.clauses):
            yield "kinds_clause", f"clause_{self.name}_{number}", phrase


def people_of(question: Any, _: Any) -> str:
    """Return the plainest words: "People of raw events"."""
    return f"People of {question.kind.replace('_', ' ')}"
