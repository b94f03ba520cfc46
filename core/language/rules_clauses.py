"""Rules of cells and clauses, and of the whole question."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from core.grammars.machine import Token
from core.language.rules_conditions import conditions_of, scalar_of
from core.language.rules_subjects import Subjects
from core.queries import kind_class
from core.queries.kinds import KINDS
from core.queries.versions import newer_words
from core.timeframe import ALIASES, GRANULARITIES
from core.words.charts import NAMES
from core.words.kinds import Kind, Read
from core.words.names import MAX_DEPTH
from core.words.reading import (
    DEPTH,
    Body,
    Mistake,
    Name,
    Part,
    Whole,
    at_of,
    flat,
    inside,
    last_word,
    merged,
    names_of,
    segment_in,
    unquoted,
)

CHART = "\0chart"
"""The key under which a part keeps the chart, which is not a field of a question."""

_CHARTS = f"Charts are {', '.join(NAMES)}."
_MS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_OFTEN = re.compile(r"(at least|at most|exactly) (.+)")
_ORDERS = {"in any order": "unordered", "in order": "ordered", "strictly": "sequential"}
"""The words of orders; the others are called by their names: order strict_increase."""
_UNIT_WORDS = frozenset({*ALIASES, *GRANULARITIES}) - {"min", "1m", "1h", "1d", "1w"}


def span_of(token: Token) -> tuple[str, str]:
    """Return count and unit of "30d" or "2 weeks"; the caller decides if m is month or minute."""
    match = re.fullmatch(r"([\d.]+)\s*([a-z]+)", token.lower())
    assert match is not None
    count, word = match[1], match[2]
    if word in ("ms", "m"):
        return count, word
    for prefix, unit in (("millis", "ms"), ("min", "min"), ("mo", "month")):
        if word.startswith(prefix):
            return count, unit
    return count, word[0]


def _range_of(token: Token) -> str:
    count, unit = span_of(token)
    unit = {"month": "m"}.get(unit, unit)
    if unit not in "hdwmy" or "." in count:
        raise Mistake(
            f"{str(token)!r} is not a range.", token.start_pos, "For example 24h, 30d, 12m."
        )
    return f"{count}{unit}"


def seconds_of(token: Token) -> int | float:
    """Return a length such as "14d" or "1.5 h" in seconds; Mistake for months and years."""
    count, unit = span_of(token)
    unit = {"m": "min"}.get(unit, unit)
    if unit not in _MS:
        raise Mistake(
            f"{str(token)!r} is not a duration.", token.start_pos, "For example 45s, 1h, 14d."
        )
    value = Decimal(count) * _MS[unit] / 1000
    return int(value) if value == value.to_integral_value() else float(value)


def _selector(children: list[Any]) -> str:
    """Return the named event; "any event" is any active one."""
    found = children[-1]
    return found if isinstance(found, str) else "_active"


def _order(words: str) -> str:
    return _ORDERS.get(words) or words.removeprefix("order ")


class _Cells(Subjects):
    """Rules of the address of one number."""

    def bucket(self, children: list[Any]) -> Part:
        return Part({"bucket": children[-1].text}, at_of(children))

    def group_one(self, children: list[Name]) -> list[str]:
        return [children[0].text]

    def group_many(self, children: list[Name]) -> list[str]:
        return [name.text for name in children]

    def group(self, children: list[Any]) -> Part:
        return Part({"group": children[-1]}, at_of(children))

    def besides(self, children: list[Any]) -> Part:
        return Part({"besides": children[1:]}, at_of(children))

    def series(self, children: list[Any]) -> Part:
        return Part({"series": children[-1].text}, at_of(children))

    def previous(self, children: list[Any]) -> Part:
        return Part({"previous": True}, at_of(children))

    def came(self, children: list[Any]) -> Part:
        return Part({"change": "came"}, at_of(children))

    def went(self, children: list[Any]) -> Part:
        return Part({"change": "went"}, at_of(children))

    def stayed(self, children: list[Any]) -> Part:
        return Part({"change": "stayed"}, at_of(children))

    def step_number(self, children: list[Any]) -> Part:
        return Part({"step": int(children[-1])}, at_of(children))

    def outcome(self, children: list[Any]) -> Part:
        return Part({"outcome": re.sub(r"\s+", "_", str(children[0]).lower())}, at_of(children))

    def cohort(self, children: list[Any]) -> Part:
        return Part({"cohort": children[-1].text}, at_of(children))

    def period(self, children: list[Any]) -> Part:
        return Part({"period": int(children[-1])}, at_of(children))

    def row(self, children: list[Any]) -> Part:
        return Part({"row": children[-1].text}, at_of(children))

    def after(self, children: list[Any]) -> Part:
        return Part({"after": children[-1].text}, at_of(children))


def _subject_of(kind: Kind, read: Read) -> Callable[[list[Any]], Part]:
    """Return the rule of a phrase that asks for a kind."""

    def rule(children: list[Any]) -> Part:
        part = _part(read(children), children)
        return Part({"kind": kind.name, **part.fields}, part.at)

    return rule


def _clause_of(read: Read) -> Callable[[list[Any]], Part]:
    """Return the rule of a clause that only one kind has."""
    return lambda children: _part(read(children), children)


def _part(found: Body | Part, children: list[Any]) -> Part:
    return found if isinstance(found, Part) else Part(found, at_of(children))


def _of_units(body: Body, places: dict[str, int]) -> None:
    """Let sessions or users that are counted be units where they are no way to count attempts."""
    counted = body.get("count_by")
    if counted not in ("sessions", "uniques"):
        return
    if "count_by" not in kind_class(str(body["kind"])).model_fields:
        body["counting"] = body.pop("count_by")
        places["counting"] = places.get("count_by", 0)


AROUND = ("usual", "against")
"""Clauses that put a question inside one of the kind of their name."""


def _around(body: Body, words: list[str], depth: int, at: int) -> Body:
    """Return the question that such a clause puts around the one with a body."""
    if len(words) > 1:
        raise Mistake(f"{' and '.join(words)} cannot be combined.", at)
    if depth > MAX_DEPTH:
        raise Mistake(f"Questions nest deeper than {MAX_DEPTH}.", at)
    (kind,) = words
    of = {key: value for key, value in body.items() if key != kind}
    return {"kind": kind, "of": of, **body[kind]}


class Rules(_Cells):
    """Rules of the clauses, and of the whole question.

    Args:
        language: version of the language, in which newer segments and units are names; None is the
            current one.
    """

    def __init__(self, language: int | None = None) -> None:
        self._newer = newer_words(language)
        for kind in KINDS.values():
            for rule, alias, phrase in kind.rules():
                of_kind = rule == "kind"
                read = _subject_of(kind, phrase.read) if of_kind else _clause_of(phrase.read)
                setattr(self, alias, read)

    def _is_new(self, word: str) -> bool:
        return self._newer is not None and self._newer.fullmatch(word) is not None

    def question(self, parts: list[Part]) -> Whole:
        kind = KINDS[parts[0].fields["kind"]]
        read = [parts[0], *(kind.clause(part) for part in parts[1:])]
        body = kind.body(merged(read))
        places = {key: part.at for part in read for key in part.fields}
        _of_units(body, places)
        depth, chart = body.pop(DEPTH, 1), body.pop(CHART, "")
        around = [word for word in AROUND if word in body]
        if around:
            depth += 1
            body = _around(body, around, depth, places[around[-1]])
        return Whole(body, places, chart, depth)

    def start(self, children: list[Whole]) -> Whole:
        return children[0]

    def range_span(self, children: list[Token]) -> Part:
        return Part({"range": _range_of(children[-1])}, at_of(children))

    def range_last(self, children: list[Token]) -> Part:
        return Part({"range": f"last_{last_word(children).lower()}"}, at_of(children))

    def range_this(self, children: list[Token]) -> Part:
        return Part({"range": f"{last_word(children)[0].lower()}td"}, at_of(children))

    def range_named(self, children: list[Token]) -> Part:
        return Part({"range": flat(children[0]).replace(" ", "_")}, at_of(children))

    def range_dates(self, children: list[Token]) -> Part:
        first, last = re.findall(r"\d{4}-\d\d-\d\d", children[0])
        return Part({"range": f"{first},{last}"}, at_of(children))

    def range_text(self, children: list[Any]) -> Part:
        return Part({"range": children[-1].text}, at_of(children))

    def granularity(self, children: list[Token]) -> Part:
        periods = {"periods": int(children[1])} if len(children) > 1 else {}
        return Part({"granularity": str(children[0]).lower(), **periods}, at_of(children))

    def periods(self, children: list[Token]) -> Part:
        return Part({"periods": int(children[-1])}, at_of(children))

    def where(self, children: list[Any]) -> Part:
        return Part({"conditions": conditions_of(children[-1])}, at_of(children))

    def breakdown(self, children: list[Any]) -> Part:
        names = names_of(children)
        first = names[0].text.lower()
        if len(names) == 1 and names[0].bare and first in _UNIT_WORDS and not self._is_new(first):
            return Part({"granularity": first}, at_of(children))
        return Part({"breakdown": [name.text for name in names]}, at_of(children))

    def limit(self, children: list[Token]) -> Part:
        return Part({"limit": int(children[-1])}, at_of(children))

    def offset(self, children: list[Token]) -> Part:
        return Part({"offset": int(children[-1])}, at_of(children))

    def compare(self, children: list[Token]) -> Part:
        year = last_word(children).lower().endswith(("yoy", "year"))
        return Part({"compare": "yoy" if year else "previous"}, at_of(children))

    def members(self, children: list[Any]) -> Part:
        name = children[-1]
        word = segment_in(name)
        known = word is not None and not self._is_new(word)
        return Part({"segment": word} if known else {"audience": name.text}, at_of(children))

    def members_segment(self, children: list[Any]) -> Part:
        return Part({"segment": children[-1].text}, at_of(children))

    def members_audience(self, children: list[Any]) -> Part:
        return Part({"audience": children[-1].text}, at_of(children))

    def members_among(self, children: list[Any]) -> Part:
        found = inside(children)
        return Part({"among": found["of"], DEPTH: found[DEPTH]}, at_of(children))

    def window(self, children: list[Token]) -> Part:
        return Part({"window_seconds": seconds_of(children[-1])}, at_of(children))

    def no_window(self, children: list[Token]) -> Part:
        return Part({"window_seconds": None}, at_of(children))

    def path_from(self, children: list[Any]) -> Part:
        return Part({"from": _selector(children)}, at_of(children))

    def path_to(self, children: list[Any]) -> Part:
        return Part({"to": _selector(children)}, at_of(children))

    def order(self, children: list[Token]) -> Part:
        return Part({"order": _order(flat(children[0]))}, at_of(children))

    def hold(self, children: list[Any]) -> Part:
        return Part({"hold": [name.text for name in names_of(children)]}, at_of(children))

    def excluded(self, children: list[Any]) -> dict[str, Any]:
        return dict(children[0])

    def excluded_between(self, children: list[Any]) -> dict[str, Any]:
        first, last = int(children[2]), int(children[-1])
        return {**children[0], "from_step": first, "to_step": last}

    def excluded_after(self, children: list[Any]) -> dict[str, Any]:
        return {**children[0], "from_step": int(children[-1])}

    def whole_person(self, children: list[Token]) -> Part:
        return Part({"exclude": "person"}, at_of(children))

    def counting(self, children: list[Token]) -> Part:
        word = last_word(children).lower()
        counted = {"users": "uniques", "attempts": "totals"}.get(word, word)
        return Part({"count_by": counted}, at_of(children))

    def counting_units(self, children: list[Any]) -> Part:
        return Part({"counting": children[-1].text}, at_of(children))

    def new_people(self, children: list[Token]) -> Part:
        first_day = {"first_day": True} if len(children) > 2 else {}
        return Part({"users": "new", **first_day}, at_of(children))

    def complete(self, children: list[Token]) -> Part:
        return Part({"complete": True}, at_of(children))

    def often(self, children: list[Token]) -> Part:
        found = _OFTEN.fullmatch(flat(children[0]))
        assert found is not None
        times = {"once": 1, "twice": 2}.get(found[2]) or int(found[2].split()[0])
        fields = {"at least": ("at_least",), "at most": ("at_most",)}
        both = ("at_least", "at_most")
        return Part(dict.fromkeys(fields.get(found[1], both), times), at_of(children))

    def touch_step(self, children: list[Token]) -> Part:
        return Part({"attribution": int(children[-1])}, at_of(children))

    def touch(self, children: list[Token]) -> Part:
        return Part({"attribution": last_word(children).split()[0].lower()}, at_of(children))

    def exclusions(self, children: list[Any]) -> Part:
        steps = [child for child in children if isinstance(child, dict)]
        return Part({"exclusions": steps}, at_of(children))

    def from_step(self, children: list[Token]) -> Part:
        return Part({"from_step": int(children[-1])}, at_of(children))

    def to_step(self, children: list[Token]) -> Part:
        return Part({"to_step": int(children[-1])}, at_of(children))

    def bin_count(self, children: list[Token]) -> Part:
        return Part({"bins": int(children[-1])}, at_of(children))

    def bin_width(self, children: list[Token]) -> Part:
        return Part({"width": seconds_of(children[-1])}, at_of(children))

    def direction(self, children: list[Token]) -> Part:
        return Part({"direction": str(children[0]).lower()}, at_of(children))

    def sorting(self, children: list[Any]) -> Part:
        return Part({"order": children[-1].text}, at_of(children))

    def chart(self, children: list[Token]) -> Part:
        word = str(children[-1])
        if word.lower() not in NAMES:
            raise Mistake(f"There is no chart {word!r}.", children[-1].start_pos, _CHARTS)
        return Part({CHART: word.lower()}, children[-1].start_pos)

    def settings(self, children: list[Any]) -> Part:
        parts = [child for child in children if isinstance(child, Part)]
        return Part(merged(parts), at_of(children))

    def setting(self, children: list[Any]) -> Part:
        return Part({str(children[0]): scalar_of(children[-1])}, at_of(children))

    def setting_list(self, children: list[Any]) -> Part:
        values = [scalar_of(child) for child in children[1:]]
        return Part({str(children[0]): values}, at_of(children))

    def setting_json(self, children: list[Any]) -> Part:
        try:
            value = json.loads(unquoted(children[-1]))
        except (ValueError, RecursionError):
            raise Mistake("This is not JSON.", children[-1].start_pos) from None
        return Part({str(children[0]): value}, at_of(children))

    def setting_null(self, children: list[Any]) -> Part:
        return Part({str(children[0]): None}, at_of(children))
