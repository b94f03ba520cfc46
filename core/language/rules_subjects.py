"""Rules of what is asked for: the subject of a question, from words to fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.formulas.functions import MEASURING, WINDOWS
from core.grammars.machine import Token
from core.language.formulas import FUNCTIONS, MAX_SERIES, MEASURES, Call, series_of
from core.language.rules_conditions import (
    Body,
    Conditions,
    Mistake,
    Name,
    Part,
    at_of,
    flat,
    unquoted,
)
from core.words.lexicon import MAX_DEPTH

EMPTY_NAME = "properties."
"""The property with the empty name, where an empty text would mean none."""


@dataclass(frozen=True)
class Whole:
    """A question's fields, where the text gives each, its drawing hint and how deep it nests."""

    body: Body
    places: dict[str, int]
    chart: str
    depth: int


class Subjects(Conditions):
    """Rules of what is asked for."""

    def active(self, children: list[Token]) -> Part:
        return Part({"kind": "active_users", "metric": str(children[0]).lower()})

    def active_plain(self, _: list[Token]) -> Part:
        return Part({"kind": "active_users"})

    def top_events(self, children: list[Token]) -> Part:
        limit = {"limit": int(children[1])} if len(children) == 3 else {}
        return Part({"kind": "top_events", **limit})

    def any_event(self, _: list[Token]) -> Part:
        return Part({"kind": "trend"})

    def step(self, children: list[Any]) -> Body:
        filters = {"filters": children[1]} if len(children) > 1 else {}
        return {"event": children[0].text, **filters}

    def funnel(self, children: list[Any]) -> Part:
        steps = [child for child in children if isinstance(child, dict)]
        return Part({"kind": "funnel", "steps": steps})

    def time_to_convert(self, children: list[Any]) -> Part:
        return Part({**self.funnel(children).fields, "kind": "time_to_convert"})

    def funnel_trend(self, children: list[Any]) -> Part:
        return Part({**self.funnel(children).fields, "kind": "funnel_trend"})

    def correlation(self, children: list[Any]) -> Part:
        return Part({**self.funnel(children).fields, "kind": "correlation"})

    def chain(self, children: list[Any]) -> Part:
        if len(children) > 1:
            return self.funnel(children)
        step = children[0]
        conditions = {"conditions": step["filters"]} if "filters" in step else {}
        return Part({"kind": "trend", "event": step["event"], **conditions})

    def measure(self, children: list[Token]) -> str:
        return str(children[0]).lower()

    def target(self, children: list[Name]) -> tuple[str | None, str | None, bool]:
        """Event, property, and whether the first may be either."""
        name = children[0]
        event, dot, found = name.text.partition(".")
        if name.bare and dot:
            return None if event.lower() == "any" else event, found, False
        return name.text, None, True

    def pair(self, children: list[Any]) -> tuple[str | None, str | None, bool]:
        return unquoted(children[0]), children[1].text or EMPTY_NAME, False

    def dotted(self, children: list[Any]) -> tuple[str | None, str | None, bool]:
        event, found = str(children[0]), unquoted(children[1])
        if not event.endswith("."):
            at = children[1].start_pos
            raise Mistake("An event and its property are joined by a dot.", at)
        return None if event.lower() == "any." else event[:-1], found or EMPTY_NAME, False

    def anything(self, _: list[Token]) -> tuple[str | None, str | None, bool]:
        return None, None, False

    def measured(self, children: list[Any]) -> Part:
        measure, (event, found, lone) = children[0], children[-1]
        if measure in FUNCTIONS:
            return self.calculation([self.part_call([measure, children[-1]])])
        counts = measure in (
            "count", "users", "sessions", "uniques", "totals", "average", "pct_dau", "frequency",
            "session_events",
        )  # fmt: skip
        inside = measure in ("count", "totals") and len(children) == 2
        if counts and found is not None and not inside:
            event, found = f"{event}.{found}", None
        elif lone and not counts:
            event, found = None, event
        body: Body = {"kind": "trend", "measure": measure}
        if event is not None:
            body["event"] = event
        if found is not None:
            body["property"] = found
        return Part(body)

    def selected(self, children: list[Name]) -> str:
        return children[0].text

    def retention(self, children: list[Any]) -> Part:
        return Part({"kind": "retention", **filtered_as("start", children)})

    def filtered(self, children: list[Any]) -> Body:
        filters = {"filters": children[1]} if len(children) > 1 else {}
        return {**selected_as("event", children[:1]), **filters}

    def lifecycle(self, children: list[Any]) -> Part:
        return Part({"kind": "lifecycle", **selected_as("event", children)})

    def first_time(self, children: list[Any]) -> Part:
        return Part({"kind": "first_time", "event": children[-1].text})

    def events_list(self, _: list[Token]) -> Part:
        return Part({"kind": "events_list"})

    def values(self, children: list[Any]) -> Part:
        event, found, _ = children[-1]
        given = {"event": event, "property": found}
        return Part({"kind": "properties", **{k: v for k, v in given.items() if v is not None}})

    def raw_events(self, children: list[Any]) -> Part:
        return Part({"kind": "raw_events", **selected_as("event", children)})

    def per_actor(self, children: list[Any]) -> Part:
        event, found, _ = children[-1]
        given = {"event": event, "property": found}
        if len(children) == 4:
            given["metric"] = str(children[1]).lower()
        return Part({"kind": "per_actor", **{k: v for k, v in given.items() if v is not None}})

    def users(self, _: list[Token]) -> Part:
        return Part({"kind": "users"})

    def new_users(self, _: list[Token]) -> Part:
        return Part({"kind": "users", "metric": "new"})

    def known_users(self, _: list[Token]) -> Part:
        return Part({"kind": "users", "metric": "cumulative"})

    def composition(self, children: list[Any]) -> Part:
        return Part({"kind": "composition", "property": children[-1].text}, at_of(children))

    def realtime(self, _: list[Token]) -> Part:
        return Part({"kind": "realtime"})

    def sessions(self, children: list[Token]) -> Part:
        metric = {"metric": flat(children[1]).replace(" ", "_")} if len(children) > 1 else {}
        return Part({"kind": "sessions", **metric})

    def top_sessions(self, children: list[Token]) -> Part:
        limit = {"limit": int(children[1])} if len(children) == 3 else {}
        return Part({"kind": "sessions", "metric": "top", **limit})

    def ltv(self, _: list[Token]) -> Part:
        return Part({"kind": "ltv"})

    def ltv_metric(self, children: list[Token]) -> Part:
        return Part({"metric": str(children[0]).lower()}, at_of(children))

    def stickiness(self, children: list[Any]) -> Part:
        return Part({"kind": "stickiness", **selected_as("event", children)})

    def usage_interval(self, children: list[Any]) -> Part:
        return Part({"kind": "usage_interval", **selected_as("event", children)})

    def engagement(self, _: list[Token]) -> Part:
        return Part({"kind": "engagement"})

    def attributed(self, children: list[Any]) -> Part:
        to = {"to": children[-1] if isinstance(children[-1], str) else "_active"}
        return Part({"kind": "attribution", **(to if len(children) > 1 else {})}, at_of(children))

    def part_metric(self, children: list[Token]) -> list[Any]:
        return [{"metric": str(children[0]).lower()}]

    def part_event(self, children: list[Body]) -> list[Any]:
        step = children[0]
        filters = {"filters": step["filters"]} if "filters" in step else {}
        return [{"metric": f"event:{step['event']}", **filters}]

    def part_number(self, children: list[Token]) -> list[Any]:
        if not re.fullmatch(r"[\d.]+", children[0]):
            raise Mistake("A formula's numbers are plain, such as 2.5.", children[0].start_pos)
        return [str(children[0])]

    def part_inside(self, children: list[Any]) -> list[Any]:
        return ["(", *_in_a_row(children), ")"]

    def calculation(self, children: list[Any]) -> Part:
        found = series_of(_in_a_row(children))
        if found is None:
            raise Mistake(f"A formula holds at most {MAX_SERIES} different series.", 0)
        return Part({"kind": "formula", "series": found[0], "formula": found[1]})

    def call_target(self, children: list[Any]) -> list[Any]:
        return children

    def call_number(self, children: list[Token]) -> str:
        if not re.fullmatch(r"[\d.]+", children[0]):
            raise Mistake("A formula's numbers are plain, such as 2.5.", children[0].start_pos)
        return str(children[0])

    def call(self, children: list[Any]) -> Part:
        return self.calculation([self.part_call(children)])

    def part_call(self, children: list[Any]) -> list[Any]:
        word, *given = [child for child in children if not isinstance(child, Token)]
        inside = len(given) == len(children) - 1
        if word == "count" and inside and _property_of(given[0]) is not None:
            raise Mistake(
                "A formula counts events, whatever their properties.", 0,
                'Quote an event with a dot in its name, as in count("page.view") / dau.',
            )  # fmt: skip
        function, after = function_of(word, bool(given[0][1]))
        before = ""
        if function in WINDOWS:
            if len(given) < 2 or isinstance(given[1], str):
                raise Mistake(f"{function} takes a function and an event.", 0)
            before, given = str(given[0][0]).upper(), [*given[1], *given[2:]]
        series = self.series_inside(before or function, given)
        after += tuple(part if isinstance(part, str) else _word_of(part) for part in given)
        return [Call(function, series, before, after)]

    def series_inside(self, function: str, given: list[Any]) -> Body:
        """The series of a function's event; takes it and its filters off `given`."""
        (event, found, lone) = given.pop(0)
        needs = function in MEASURING and MEASURING[function].property
        if not needs and found is not None:
            event, found = f"{event}.{found}", None
        elif needs and lone and function != "REVENUETOTAL":
            event, found = None, event
        body: Body = {"metric": "events" if event is None else f"event:{event}"}
        if given and isinstance(given[0], list) and not _is_target(given[0]):
            body["filters"] = given.pop(0)
        return body if found is None else {**body, "property": found}

    def formula(self, children: list[Any]) -> Part:
        text = next(child for child in children[1:] if isinstance(child, Token))
        series = [part[0] for part in children if isinstance(part, list)]
        body = {"kind": "formula", "formula": unquoted(text)}
        return Part({**body, **({"series": series} if series else {})}, text.start_pos)

    def grouped(self, children: list[Any]) -> Part:
        return Part({"kind": "grouped", **selected_as("event", children)})

    def tile_word(self, children: list[Token]) -> Body:
        word, each = str(children[0]).lower(), len(children) > 1
        percentile = re.fullmatch(r"p(\d{1,2}(?:\.\d+)?|100)", word)
        if each and percentile:
            share = float(Decimal(percentile[1]) / 100)
            return {"type": "percentile_per_actor", "percentile": share}
        if each:
            return {"type": f"{word}_per_actor"}
        return {"type": "unique_actors" if word == "users" else word}

    def tile_property(self, children: list[Any]) -> Body:
        return {"type": str(children[0]).lower(), "property": children[1].text}

    def explain(self, children: list[Any]) -> Part:
        of = {key: value for key, value in children[-1].fields.items() if key[0] != "\0"}
        return Part({"kind": "explain", "of": of}, at_of(children))

    def paths(self, _: list[Token]) -> Part:
        return Part({"kind": "paths"})

    def segments(self, _: list[Token]) -> Part:
        return Part({"kind": "segments"})

    def segment(self, children: list[Any]) -> Part:
        return Part({"kind": "segment", "segment": children[-1].text}, children[-1].at)

    def saved_chart(self, children: list[Any]) -> Part:
        return Part({"kind": "saved", "chart": children[-1].text}, at_of(children))

    def several(self, _: list[Token]) -> Part:
        return Part({"kind": "several"})

    def audience(self, children: list[Any]) -> Part:
        found = children[-1]
        named = {"audience": found.text} if isinstance(found, Name) else {}
        return Part({"kind": "audience", **named}, at_of(children))

    def user(self, children: list[Any]) -> Part:
        return Part({"kind": "user_activity", "user": children[-1].text})

    def search(self, children: list[Any]) -> Part:
        return Part({"kind": "user_search", "user": children[-1].text})

    def logs(self, _: list[Token]) -> Part:
        return Part({"kind": "logs"})

    def top_logs(self, children: list[Token]) -> Part:
        limit = {"limit": int(children[1])} if len(children) == 3 else {}
        return Part({"kind": "logs", "metric": "top", **limit})

    def raw_logs(self, _: list[Token]) -> Part:
        return Part({"kind": "logs", "metric": "raw"})

    def sql(self, children: list[Token]) -> Part:
        at = children[-1].start_pos
        return Part({"kind": "sql", "query": unquoted(children[-1])}, at)

    def people(self, children: list[Any]) -> Part:
        of = next(child for child in children if isinstance(child, Whole))
        if of.chart:
            raise Mistake("A drawing hint goes outside the parentheses.", at_of(children))
        if of.depth >= MAX_DEPTH:
            raise Mistake(f"Questions nest deeper than {MAX_DEPTH}.", at_of(children))
        cell = merged(child for child in children if isinstance(child, Part))
        body = {"kind": "people", "of": of.body, **({"cell": cell} if cell else {})}
        return Part({**body, "\0depth": of.depth + 1})


def function_of(word: str, dotted: bool) -> tuple[str, tuple[str, ...]]:
    """Return the function that a word means in a formula, and what follows its letter."""
    if word == "median":
        return "PERCENTILE", ("0.5",)
    found = re.fullmatch(r"p(\d{1,2}(?:\.\d+)?|100)", word)
    if found:
        share = Decimal(found[1]) / 100
        return "PERCENTILE", (f"{share.normalize():f}",)
    if word.upper() in MEASURING and not (word == "avg" and dotted):
        return word.upper(), ()
    return MEASURES.get(word, word.upper()), ()


def _property_of(part: Any) -> str | None:
    target = part[0] if isinstance(part, list) else part
    return target[1] if isinstance(target, tuple) else None


def _is_target(part: list[Any]) -> bool:
    return bool(part) and isinstance(part[0], tuple)


def _word_of(part: Any) -> str:
    """A word among a function's arguments, such as ALL_VALUES."""
    return str(part[0][0] if _is_target(part) else "").upper()


def _in_a_row(children: list[Any]) -> list[Any]:
    """Return operands and the signs between them, one after the other."""
    return [
        part for child in children for part in (child if isinstance(child, list) else [str(child)])
    ]


def selected_as(key: str, children: list[Any]) -> Body:
    """Return an event that was named as a field; nothing for any event."""
    found = children[-1]
    return {key: found} if isinstance(found, str) and not isinstance(found, Token) else {}


def filtered_as(end: str, children: list[Any]) -> Body:
    """Return an event with its filters as fields of one end of retention, start or return."""
    found = children[-1]
    given = found if isinstance(found, dict) else {}
    return {f"{end}_{key}": value for key, value in given.items()}


def merged(parts: Iterable[Part]) -> Body:
    """Return the fields of all parts; Mistake when one is given twice."""
    body: Body = {}
    for part in parts:
        for key, value in part.fields.items():
            if key in ("conditions", "exclusions") and key in body:
                body[key] = [*body[key], *value]
            elif key in body:
                raise Mistake(f"The {key.replace('_', ' ')} is given twice.", part.at)
            else:
                body[key] = value
    return body
