"""Facts about a kind of question besides its model: how it is asked, named, suggested and followed
up.

A row of these facts is beside the model of each kind, in the `words.py` of its family
(core.queries). Schemas, parser, writer, the words for a number, the lists of the explorer, the keys
`p` and `;`, and the documentation are loops over the rows. Loads neither models nor a parser.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from core.words.reading import Body, Part, selected_as, steps_of

Read = Callable[[list[Any]], "Body | Part"]
"""The parsed phrase -> fields of the question without its kind, or a Part with their positions."""


class Writing(Protocol):
    """The fields of a question that are still to be written, and how to write them as text."""

    question: Any
    left: dict[str, Any]

    def take(self, key: str) -> Any:
        """Return a field's value and count it as written; None if it is the default."""

    def value(self, key: str) -> Any:
        """Return a field's value, default or not, and count it as written."""

    def nested(self, question: Any) -> str:
        """Return a question inside this one, with all its clauses."""

    def alone(self, question: Any) -> str:
        """Return a question's subject and settings, without clauses and dates."""

    def name(self, text: str) -> str:
        """Return a name, quoted if it could be misread."""

    def quoted(self, text: str) -> str:
        """Return a text in quotes."""

    def is_bare(self, text: str) -> bool:
        """Whether a text has the form of a bare name, reserved or not."""

    def step(self, step: Any) -> str:
        """Return an event and its filters."""

    def filtered(self, clauses: Sequence[Any]) -> str:
        """Return conditions in brackets, or nothing if there are none."""

    def duration(self, seconds: float) -> str:
        """Return seconds in the largest unit that gives an integer."""

    def cell(self, cell: Any) -> str:
        """Return the address of a number."""


class Phrase(NamedTuple):
    """One way to write something in text.

    Attributes:
        grammar: its syntax in lark's notation; words are terminals in upper case.
        read: the parsed phrase -> fields.
    """

    grammar: str
    read: Read


class Wording(NamedTuple):
    """How a kind is asked for in text, and written as text.

    Attributes:
        phrases: the ways to ask for it; none if the grammar itself covers it.
        write: a question -> its subject in canonical text.
        words: terminal -> pattern, for words that only this kind has.
        meanings: terminal -> its description in messages, if that is not the word itself.
        clauses: clauses that only its questions have.
    """

    phrases: tuple[Phrase, ...]
    write: Callable[[Writing], str]
    words: Mapping[str, str] = {}
    meanings: Mapping[str, str] = {}
    clauses: tuple[Phrase, ...] = ()


def terminal(words: str) -> str:
    """Return the name of the terminal for some words: USAGE_INTERVAL."""
    return words.upper().replace(" ", "_")


def keyword(words: str) -> dict[str, str]:
    """Return some words as the pattern of their terminal, with any space between them."""
    return {terminal(words): r"\s+".join(words.split())}


def alone(words: str, **fields: Any) -> Wording:
    """Return the wording of a kind that is just its words: `engagement`."""
    phrase = Phrase(terminal(words), lambda _: fields)
    return Wording((phrase,), lambda _: words, keyword(words))


def of_event(words: str) -> Wording:
    """Return the wording of a kind that may name an event: `usage interval of signup`."""

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
    """Return the wording of a kind that takes steps: `correlation of signup > purchase`.

    Args:
        named, pattern: the terminal of its words and its pattern, if that is more than the words.
    """

    def write(writer: Writing) -> str:
        return f"{words} of {' > '.join(writer.step(step) for step in writer.value('steps'))}"

    read = {named: pattern} if named else keyword(words)
    phrase = Phrase(f"{next(iter(read))} OF? named (ARROW named)*", steps_of)
    return Wording((phrase,), write, read)


def top(writer: Writing, things: str) -> str:
    """Return a ranking as text, with its limit unless that is the usual one: `top 20 events`."""
    limit = writer.take("limit")
    return f"top {things}" if limit is None else f"top {limit} {things}"


# -- what the explorer offers

Choice = tuple[str, dict[str, Any]]
"""Words, and the fields they change."""

NumbersOf = Callable[[str | None], list[str]]
"""An event, or None for any -> its numeric properties."""


class Figures(NamedTuple):
    """What a kind can count: one field, and its values in words.

    Attributes:
        field: the field that selects it.
        values: its values, each with words.
        said: whether the title of an answer says what is counted.
    """

    field: str
    values: tuple[tuple[Any, str], ...]
    said: bool = True

    def choices(self, question: Any, numbers_of: NumbersOf) -> list[Choice]:
        """Return the other things that a question can count."""
        return [(words, {self.field: value}) for value, words in self.values]

    def summary(self, question: Any) -> str:
        """Return what a question counts if neither its kind nor its title says it, else ""."""
        if self.said:
            return ""
        now = getattr(question, self.field)
        usual = type(question).model_fields[self.field].default
        return next((words for value, words in self.values if value == now != usual), "")


class Beginning(Protocol):
    """The events, fields and ranges that suggested questions are about."""

    @property
    def event(self) -> str:
        """The most frequent event, or the one on show."""

    @property
    def second(self) -> str:
        """Another event; the same one if there is no other."""

    @property
    def steps(self) -> list[Any]:
        """The steps of the funnel that most people share; fewer than two if there is none."""

    @property
    def field(self) -> str:
        """A field to break down by; "" if events have none."""

    @property
    def shown(self) -> str:
        """The event, shortened for a title."""

    @property
    def long(self) -> str:
        """A range long enough to see people come back."""

    @property
    def events(self) -> Sequence[str]:
        """All events, most frequent first."""

    @property
    def carried(self) -> list[str]:
        """One property of the event in words; empty if it has none."""

    @property
    def money(self) -> tuple[str, str] | None:
        """An event and a property of it with amounts of money."""

    @property
    def has_logs(self) -> bool:
        """Whether any logs are stored."""

    def numbers_of(self, event: str | None) -> list[str]:
        """Return the numeric properties of an event, or of any."""


class Opening(NamedTuple):
    """A suggested question.

    Attributes:
        section: its heading, one of core.boards.suggestions.SECTIONS.
        at: its place in the section, lowest first.
        title: what it asks, in a few words.
        body: its fields except kind, and the range if it is not the default.
    """

    section: str
    at: int
    title: str
    body: Body


Openings = Callable[[Beginning], Iterator[Opening]]


class Lead(NamedTuple):
    """A related question: a way from questions of a theme to a kind.

    Attributes:
        theme: "event", "funnel" or "coming back": what the previous question is about.
        at: its place in the theme's list, lowest first.
        letter: the key.
        words: what it asks; {event} is the event of the theme.
        fill: previous question, event or step under the cursor (or None) -> fields in addition to
            those taken over; None if it does not apply.
        fresh: whether only range, filters and people are taken over from a funnel.
    """

    theme: str
    at: int
    letter: str
    words: str
    fill: Callable[[Any, Any], Body | None]
    fresh: bool = False


def unchanged(_: Any, __: Any) -> Body:
    """Add nothing to what is taken over."""
    return {}


def about(field: str, **fields: Any) -> Callable[[Any, Any], Body]:
    """Return a `fill` that puts the event on show in a field."""
    return lambda _, event: {field: event, **fields}


# -- a kind

Behind = Callable[[Any, Any], str]
"""Question, cell -> the words for the people behind the number."""


class Nested(Protocol):
    """The words of a question inside another one."""

    def subject(self, question: Any, cell: Any) -> str:
        """Return the words for the people behind a number, without dates and conditions."""

    def whole(self, question: Any, cell: Any) -> str:
        """Return the words for the people behind a number."""


Around = Callable[[Any, Any, Nested], str]
"""Question, cell, words of the inner question -> the words for the people behind the number."""


def never(_: Any) -> bool:
    """Return False for every question."""
    return False


def always(_: Any) -> bool:
    """Return True for every question."""
    return True


def nothing(_: Beginning) -> Iterator[Opening]:
    """Suggest no question of a kind."""
    return iter(())


def same(part: Part) -> Part:
    """Return a clause unchanged."""
    return part


def whole(body: Body) -> Body:
    """Return the fields of a question unchanged."""
    return body


class Kind(NamedTuple):
    """Facts about a kind of question that are not in its model.

    Attributes:
        name: its `kind` in JSON.
        at: module:class of its model.
        shapes: the shapes its answers can have.
        wording: how it is asked for in text.
        example: an example question in text.
        about: a description, for the list of kinds.
        behind: question, cell -> words for the people behind the number, "Users of signup"; dates
            and conditions are added.
        around: the same for a kind that contains another question.
        totalled: whether its answer as a whole is a number of people.
        dated: whether the dates are added.
        figures: the things it can count.
        openings: the suggested questions.
        themes: the themes of its questions, which have related questions (`Lead.theme`).
        leads: how it is reached as a related question.
        rows_are_events: question -> whether the rows of its answer are events.
        over_time: question -> whether its answer runs over the range, by granularity.
        explained: whether `explain` can explain changes of its numbers.
        filtered: whether the filters of a board apply to it.
        page: "chart", "people" or "person": the page that shows it.
        drops_prefix: whether the prefix "properties." is dropped from its property.
        clause: adapts a parsed clause to this kind.
        body: the same for all parsed fields.
        statement: writes a question without words of the language; None if that is impossible.
        since: the first version of the language with its words.
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
        """Yield (rule, name, phrase) for its phrases and clauses, which are alternatives of the
        rule.
        """
        for number, phrase in enumerate(self.wording.phrases):
            yield "kind", f"kind_{self.name}_{number}", phrase
        for number, phrase in enumerate(self.wording.clauses):
            yield "kinds_clause", f"clause_{self.name}_{number}", phrase


def people_of(question: Any, _: Any) -> str:
    """Return the default words: "People of raw events"."""
    return f"People of {question.kind.replace('_', ' ')}"
