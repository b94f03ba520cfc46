"""Questions to begin with, one of every kind, in a workspace's own words.

What a person would otherwise have to type is filled in from the events that happen most, the
funnel that most people share, and the fields that events carry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.boards.starters import Facts, look_around
from core.errors import BadQuestion
from core.queries import from_json, kind_class
from core.queries.common.question import Question
from core.text import cut

SAMPLED = 100
"""Events whose properties are looked at for one that holds numbers."""

LOOKED_AT = 8
"""Events that may hold such a property, the most frequent first."""

MONEY = ("revenue", "amount", "price", "value", "total")
FUNNELS = ("funnel", "funnel_trend", "time_to_convert", "correlation")
WINDOW = 7 * 86_400


@dataclass(frozen=True)
class Opening:
    """A question to begin with.

    Attributes:
        section: what it is listed under.
        title: what it asks, in a few words.
        question: the question itself.
    """

    section: str
    title: str
    question: Question


class Openings:
    """Questions to begin with about one workspace, as its data is now.

    Args:
        engine: knows the workspace.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    @cached_property
    def facts(self) -> Facts:
        """What the workspace holds."""
        return look_around(self._engine)

    @cached_property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """(event, property) of properties that hold numbers, those that name money first."""
        found: dict[tuple[str, str], None] = {}
        for event in self.facts.events[:LOOKED_AT]:
            for properties in self.sample(event):
                for key, value in properties.items():
                    if isinstance(value, int | float) and not isinstance(value, bool):
                        found[event, key] = None
        return tuple(sorted(found, key=lambda pair: pair[1].lower() not in MONEY))

    def sample(self, event: str) -> list[dict[str, Any]]:
        """Return the properties of an event's newest moments."""
        body = {"kind": "raw_events", "event": event, "limit": SAMPLED, "range": "all_time"}
        return [row[-1] for row in self._engine.answer(from_json(body)).rows]

    @cached_property
    def has_logs(self) -> bool:
        """Whether any logs are kept."""
        read = self._engine.read
        kept = read("select 1 from sqlite_master where type = 'table' and name = 'logs'")
        return bool(kept and read("select 1 from logs limit 1"))

    def numbers_of(self, event: str | None) -> list[str]:
        """Return the properties of an event, or of any, that hold numbers."""
        return list(dict.fromkeys(name for of, name in self.numbers if event in (None, of)))

    def listed(self, about: Question | None = None) -> list[Opening]:
        """Return every question to begin with, section by section.

        Args:
            about: a question whose event, steps and range they take over, as far as it has them.
        """
        if not self.facts.events:
            return []
        range_ = about.range if about is not None else self.facts.range
        unit = (getattr(about, "granularity", None) or "daily") if about else self.facts.unit
        event, second = self._events(about)
        subject = _Subject(
            self, event, second, self._steps(about, event, second), range_, self.facts.field
        )
        return [
            Opening(section, title, _asked({"range": range_, **body}, unit))
            for section, part in subject.sections()
            for title, body in part
        ]

    def _events(self, about: Question | None) -> tuple[str, str]:
        known = self.facts.events
        steps = getattr(about, "steps", None)
        first = getattr(steps[0], "event", None) if isinstance(steps, tuple) else None
        event = first or event_of(about) or known[0]
        return event, next((name for name in known if name != event), event)

    def _steps(self, about: Question | None, event: str, second: str) -> list[Any]:
        if about is not None and about.kind in FUNNELS:
            return list(about.model_dump(by_alias=True)["steps"])
        if event_of(about) and second != event:
            return [{"event": event}, {"event": second}]
        return [{"event": step} for step in self.facts.steps]


@dataclass(frozen=True)
class _Subject:
    """What the questions are about: their events, steps, dates and field."""

    openings: Openings
    event: str
    second: str
    steps: list[Any]
    range: str
    field: str

    def sections(self) -> Iterator[tuple[str, Iterator[tuple[str, dict[str, Any]]]]]:
        yield "events over time", self.over_time()
        yield "people", self.people()
        yield "funnels", self.funnels()
        yield "coming back", self.coming_back()
        yield "paths", self.paths()
        yield "sessions", self.sessions()
        yield "events and fields", self.tables()
        yield "logs and SQL", self.others()

    @property
    def shown(self) -> str:
        return cut(self.event, 24)

    def over_time(self) -> Iterator[tuple[str, dict[str, Any]]]:
        event = self.event
        yield "Any event", {"kind": "trend"}
        yield f"People of {self.shown}", {"kind": "trend", "event": event, "measure": "users"}
        yield f"First {self.shown}", {"kind": "first_time", "event": event}
        yield f"{self.shown} per person", {"kind": "per_actor", "event": event}
        for name in self.openings.numbers_of(event)[:1]:
            body = {"kind": "trend", "event": event, "measure": "sum", "property": name}
            yield f"Sum of {name}", body
        frequency = {"kind": "trend", "event": event, "measure": "frequency"}
        yield f"How often {self.shown}", frequency
        if self.second != event:
            yield self._ratio()
            yield self._together()
        if self.field:
            of = {"kind": "trend", "event": event}
            yield f"Why {self.shown} changed", {"kind": "explain", "of": of}

    def _ratio(self) -> tuple[str, dict[str, Any]]:
        series = [{"metric": f"event:{name}"} for name in (self.event, self.second)]
        body = {"kind": "formula", "series": series, "formula": "A / B"}
        return f"{self.shown} / {cut(self.second, 24)}", body

    def _together(self) -> tuple[str, dict[str, Any]]:
        others = [name for name in self.openings.facts.events if name != self.event]
        series = [
            {"name": name, "question": {"kind": "trend", "event": name}}
            for name in (self.event, *others[:2])
        ]
        return "Several events in one chart", {"kind": "several", "series": series}

    def people(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for metric, words in (("dau", "Active users"), ("wau", "Weekly active users"),
                              ("mau", "Monthly active users")):  # fmt: skip
            yield words, {"kind": "active_users", "metric": metric}
        yield "New users", {"kind": "users", "metric": "new"}
        yield "Users in all", {"kind": "users", "metric": "cumulative"}
        if self.field:
            yield f"People by {self.field}", {"kind": "composition", "property": self.field}
        yield "Segments", {"kind": "segments"}
        yield "Who is here now", {"kind": "realtime", "range": "24h"}

    def funnels(self) -> Iterator[tuple[str, dict[str, Any]]]:
        if len(self.steps) < 2:
            return
        body = {"steps": self.steps, "window_seconds": WINDOW}
        yield "Funnel", {"kind": "funnel", **body}
        yield "Conversion over time", {"kind": "funnel_trend", **body}
        yield "Time to convert", {"kind": "time_to_convert", **body}
        yield "What goes with converting", {"kind": "correlation", **body}

    def coming_back(self) -> Iterator[tuple[str, dict[str, Any]]]:
        first = {"kind": "retention", "start_event": self.event}
        yield "Retention", {"kind": "retention", "range": self.openings.facts.long}
        yield f"Retention after {self.shown}", {**first, "range": self.openings.facts.long}
        yield "Lifecycle", {"kind": "lifecycle"}
        yield "Stickiness", {"kind": "stickiness"}
        yield "Days people are active", {"kind": "stickiness", "mode": "exact"}
        yield "Days between uses", {"kind": "usage_interval"}
        paid = [pair for pair in self.openings.numbers if pair[1].lower() in MONEY]
        for event, name in paid[:1]:
            body = {"kind": "ltv", "event": event, "property": name}
            yield f"Lifetime value by {name}", {**body, "range": self.openings.facts.long}

    def paths(self) -> Iterator[tuple[str, dict[str, Any]]]:
        yield f"What follows {self.shown}", {"kind": "paths", "from": self.event}
        yield f"What leads to {self.shown}", {"kind": "paths", "to": self.event}
        ends = [step.get("event") for step in self.steps if isinstance(step, dict)]
        if len(ends) > 1 and ends[0] and ends[-1] and ends[0] != ends[-1]:
            yield f"From {cut(ends[0], 14)} to {cut(ends[-1], 14)}", {
                "kind": "paths", "from": ends[0], "to": ends[-1]
            }  # fmt: skip

    def sessions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        yield "Sessions", {"kind": "sessions", "metric": "unique"}
        yield "Session length", {"kind": "sessions", "metric": "average"}
        yield "Lengths of sessions", {"kind": "sessions", "metric": "length"}
        yield "Sessions per person", {"kind": "sessions", "metric": "per_user"}
        yield "Bounces", {"kind": "sessions", "metric": "bounce"}
        yield "Where sessions begin", {"kind": "sessions", "metric": "entry"}
        yield "Where sessions end", {"kind": "sessions", "metric": "exit"}

    def tables(self) -> Iterator[tuple[str, dict[str, Any]]]:
        yield "Top events", {"kind": "top_events"}
        yield "All events", {"kind": "events_list"}
        yield "Engagement by event", {"kind": "engagement"}
        if self.field:
            yield f"Groups of {self.field}", {"kind": "grouped", "group_by": self.field}
        for name in self._carried():
            led = {"kind": "attribution", "to": self.event, "property": name}
            yield f"What led to {self.shown}", led
            body = {"kind": "properties", "event": self.event, "property": name}
            yield f"Values of {name}", body
        yield f"{self.shown} one by one", {"kind": "raw_events", "event": self.event}

    def _carried(self) -> list[str]:
        """A property of the event, one with words where there is one."""
        numbers = set(self.openings.numbers_of(self.event))
        seen = dict.fromkeys(k for row in self.openings.sample(self.event) for k in row)
        words_first = sorted(seen, key=lambda name: name in numbers)
        return (words_first or [self.field] * bool(self.field))[:1]

    def others(self) -> Iterator[tuple[str, dict[str, Any]]]:
        if self.openings.has_logs:
            yield "Logs over time", {"kind": "logs", "metric": "volume"}
            yield "Logs by level", {"kind": "logs", "metric": "top"}
            yield "Logs one by one", {"kind": "logs", "metric": "raw", "limit": 100}
        query = "select event_name, count(*) as events from events_v1 group by 1 order by 2 desc"
        yield "Events counted in SQL", {"kind": "sql", "query": query}


def _asked(body: dict[str, Any], unit: str) -> Question:
    """The question, by weeks or months where its kind is usually asked by day and can be so."""
    usual = kind_class(body["kind"]).model_fields.get("granularity")
    if usual is not None and usual.default == "daily" and unit in ("weekly", "monthly"):
        try:
            return from_json({**body, "granularity": unit})
        except BadQuestion:
            pass
    return from_json(body)


def event_of(question: Question | None) -> str | None:
    """Return the one event a question is about, None when it is of any or of several."""
    for name in ("event", "start_event", "from_", "to"):
        found = getattr(question, name, None)
        if isinstance(found, str):
            return found
    of = getattr(question, "of", None)
    return event_of(of) if isinstance(of, Question) else None
