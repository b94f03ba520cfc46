"""Suggested questions, one of every kind, in a workspace's own words.

Names that people would otherwise have to type are filled in from the most frequent events, the
funnel that most people share, and the fields of events.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

from core.boards.facts import (
    LOOKED_AT,
    MONEY,
    Facts,
    has_logs,
    look_around,
    sample,
    worth_a_breakdown,
)
from core.errors import BadQuestion
from core.queries import from_json, kind_class
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.text import cut

SECTIONS = (
    "events over time",
    "people",
    "funnels",
    "coming back",
    "paths",
    "sessions",
    "events and fields",
    "logs and SQL",
)
"""The headings of suggested questions, in order."""


class Suggestion(NamedTuple):
    """A suggested question.

    Attributes:
        section: its heading.
        title: what it asks, in a few words.
        question: the question itself.
    """

    section: str
    title: str
    question: Question


class Suggestions:
    """Suggested questions about one workspace, for its current data.

    Args:
        engine: the engine of the workspace.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._samples: dict[str, list[dict[str, Any]]] = {}

    @cached_property
    def facts(self) -> Facts:
        """Facts about the workspace."""
        return look_around(self._engine)

    @cached_property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """(event, property) of numeric properties, those that suggest money first."""
        found: dict[tuple[str, str], None] = {}
        for event in self.facts.events[:LOOKED_AT]:
            for properties in self.sample(event):
                for key, value in properties.items():
                    if isinstance(value, int | float) and not isinstance(value, bool):
                        found[event, key] = None
        return tuple(sorted(found, key=lambda pair: pair[1].lower() not in MONEY))

    def sample(self, event: str) -> list[dict[str, Any]]:
        """Return the properties of an event's latest occurrences."""
        if event not in self._samples:
            self._samples[event] = sample(self._engine, event)
        return self._samples[event]

    def worth(self, event: str | None) -> list[str]:
        """Return the properties that break an event down well, best first; without one those of the
        most frequent event that has any.
        """
        of = self.facts.events[:LOOKED_AT] if event is None else (event,)
        found = (worth_a_breakdown(self.sample(name)) for name in of)
        return next(filter(None, found), [])

    @cached_property
    def has_logs(self) -> bool:
        """Whether any logs are stored."""
        return has_logs(self._engine)

    def numbers_of(self, event: str | None) -> list[str]:
        """Return the numeric properties of an event, or of any."""
        return list(dict.fromkeys(name for of, name in self.numbers if event in (None, of)))

    def listed(self, about: Question | None = None) -> list[Suggestion]:
        """Return every suggested question, section by section.

        Args:
            about: a question whose event, steps and range are taken over, if it has them.
        """
        if not self.facts.events:
            return []
        own = about.range if about is not None else ""  # a saved chart may leave it to the chart
        range_ = own or self.facts.period.range
        unit = (getattr(about, "granularity", None) or "daily") if about else self.facts.period.unit
        event, second = self._events(about)
        start = _Start(self, event, second, self._steps(about, event, second), self.facts.field)
        found = [
            (kind.name, opening) for kind in KINDS.values() for opening in kind.openings(start)
        ]
        found.sort(key=lambda each: (SECTIONS.index(each[1].section), each[1].at))
        return [
            Suggestion(
                opening.section,
                opening.title,
                _asked({"kind": kind, "range": range_, **opening.body}, unit),
            )
            for kind, opening in found
        ]

    def _events(self, about: Question | None) -> tuple[str, str]:
        known = self.facts.events
        steps = getattr(about, "steps", None)
        first = getattr(steps[0], "event", None) if isinstance(steps, tuple) else None
        event = first or event_of(about) or known[0]
        return event, next((name for name in known if name != event), event)

    def _steps(self, about: Question | None, event: str, second: str) -> list[Any]:
        if about is not None and "funnel" in KINDS[about.kind].themes:
            return list(about.model_dump(by_alias=True)["steps"])
        if event_of(about) and second != event:
            return [{"event": event}, {"event": second}]
        return [{"event": step} for step in self.facts.steps]


class _Start(NamedTuple):
    """What suggested questions are about; see core.words.kinds.Beginning."""

    known: Suggestions
    event: str
    second: str
    steps: list[Any]
    field: str

    @property
    def shown(self) -> str:
        """See Beginning."""
        return cut(self.event, 24)

    @property
    def long(self) -> str:
        """See Beginning."""
        return self.known.facts.period.long

    @property
    def events(self) -> Sequence[str]:
        """See Beginning."""
        return self.known.facts.events

    @property
    def money(self) -> tuple[str, str] | None:
        """See Beginning."""
        return next((pair for pair in self.known.numbers if pair[1].lower() in MONEY), None)

    @property
    def carried(self) -> list[str]:
        """See Beginning."""
        numbers = set(self.numbers_of(self.event))
        seen = dict.fromkeys(k for row in self.known.sample(self.event) for k in row)
        words_first = sorted(seen, key=lambda name: name in numbers)
        return words_first[:1]

    @property
    def has_logs(self) -> bool:
        """See Beginning."""
        return self.known.has_logs

    def numbers_of(self, event: str | None) -> list[str]:
        """See Beginning."""
        return self.known.numbers_of(event)


def _asked(body: dict[str, Any], unit: str) -> Question:
    """Return the question, by week or month if its kind defaults to days and allows it."""
    usual = kind_class(body["kind"]).model_fields.get("granularity")
    if usual is not None and usual.default == "daily" and unit in ("weekly", "monthly"):
        try:
            return from_json({**body, "granularity": unit})
        except BadQuestion:
            pass
    return from_json(body)


def event_of(question: Question | None) -> str | None:
    """Return the one event a question is about, None if it is about any or several."""
    of_values = hasattr(question, "from_") and getattr(question, "property", None) is not None
    for name in ("event",) if of_values else ("event", "start_event", "from_", "to"):
        found = getattr(question, name, None)
        if isinstance(found, str):
            return found
    of = getattr(question, "of", None)
    return event_of(of) if isinstance(of, Question) else None
