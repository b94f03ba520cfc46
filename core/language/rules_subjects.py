"""Rules of subjects that begin like those of other kinds: `signup > purchase`, `sum(amount)`.

The phrases of a single kind are in its row (core.queries.kinds).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from core.formulas.calls import FUNCTIONS, MAX_SERIES, MEASURES, Call, series_of
from core.formulas.functions import MEASURING, WINDOWS
from core.grammars.machine import Token
from core.language.rules_conditions import Conditions
from core.words.reading import Body, Mistake, Name, Part, selected_as, steps_of, unquoted

EMPTY_NAME = "properties."
"""The property with an empty name, where empty text would mean none."""


class Subjects(Conditions):
    """Rules of subjects."""

    def step(self, children: list[Any]) -> Body:
        filters = {"filters": children[1]} if len(children) > 1 else {}
        return {"event": children[0].text, **filters}

    def named(self, children: list[Any]) -> Body:
        step, *name = children
        return {**step, "name": unquoted(name[-1])} if name else dict(step)

    def chain(self, children: list[Any]) -> Part:
        if len(children) > 1:
            return Part({"kind": "funnel", **steps_of(children)})
        step = children[0]
        if "name" in step:
            raise Mistake("Only the steps of a funnel have names.", 0, "A chart has no quotes.")
        conditions = {"conditions": step["filters"]} if "filters" in step else {}
        return Part({"kind": "trend", "event": step["event"], **conditions})

    def measure(self, children: list[Token]) -> str:
        return str(children[0]).lower()

    def target(self, children: list[Name]) -> tuple[str | None, str | None, bool]:
        """Return event, property, and whether the first may be either."""
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

    def filtered(self, children: list[Any]) -> Body:
        filters = {"filters": children[1]} if len(children) > 1 else {}
        return {**selected_as("event", children[:1]), **filters}

    def part_metric(self, children: list[Token]) -> list[Any]:
        return [{"metric": str(children[0]).lower()}]

    def part_event(self, children: list[Body]) -> list[Any]:
        step = children[0]
        filters = {"filters": step["filters"]} if "filters" in step else {}
        return [{"metric": f"event:{step['event']}", **filters}]

    def part_number(self, children: list[Token]) -> list[Any]:
        if not re.fullmatch(r"[\d.]+", children[0]):
            raise Mistake("Numbers in a formula must be plain, such as 2.5.", children[0].start_pos)
        return [str(children[0])]

    def part_inside(self, children: list[Any]) -> list[Any]:
        return ["(", *_in_a_row(children), ")"]

    def calculation(self, children: list[Any]) -> Part:
        found = series_of(_in_a_row(children))
        if found is None:
            raise Mistake(f"A formula can have at most {MAX_SERIES} different series.", 0)
        return Part({"kind": "formula", "series": found[0], "formula": found[1]})

    def call_target(self, children: list[Any]) -> list[Any]:
        return children

    def call_number(self, children: list[Token]) -> str:
        if not re.fullmatch(r"[\d.]+", children[0]):
            raise Mistake("Numbers in a formula must be plain, such as 2.5.", children[0].start_pos)
        return str(children[0])

    def call(self, children: list[Any]) -> Part:
        return self.calculation([self.part_call(children)])

    def part_call(self, children: list[Any]) -> list[Any]:
        word, *given = [child for child in children if not isinstance(child, Token)]
        inside = len(given) == len(children) - 1
        if word == "count" and inside and _property_of(given[0]) is not None:
            raise Mistake(
                "A formula counts events, not their properties.",
                0,
                'Quote an event with a dot in its name, as in count("page.view") / dau.',
            )
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
        """Return the series of a function's event, removing it and its filters from `given`."""
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


def function_of(word: str, dotted: bool) -> tuple[str, tuple[str, ...]]:
    """Return the function named by a word in a formula, and what follows its letter."""
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
    """Return the word among a function's arguments, such as ALL_VALUES."""
    return str(part[0][0] if _is_target(part) else "").upper()


def _in_a_row(children: list[Any]) -> list[Any]:
    """Return operands and the signs between them, in order."""
    return [
        part for child in children for part in (child if isinstance(child, list) else [str(child)])
    ]
