"""Rules of cells and clauses, and of the question they make up with its subject."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from core.grammars.machine import Token
from core.language.rules_conditions import (
    Mistake,
    Name,
    Part,
    at_of,
    conditions_of,
    flat,
    last_word,
    names_of,
    scalar_of,
    unquoted,
)
from core.language.rules_subjects import Subjects, Whole, filtered_as, merged
from core.timeframe import ALIASES, GRANULARITIES
from core.words.charts import NAMES
from core.words.lexicon import SEGMENTS
from core.words.versions import newer_words

CHART = "\0chart"
"""Where a part keeps the chart, which is no field of a question."""

_CHARTS = f"Charts are {', '.join(NAMES)}."
_MS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_ORDERS = {"in any order": "unordered", "in order": "ordered", "strictly": "sequential"}
_MODES = {
    "on or after": "unbounded", "on or before": "on_or_before", "in a streak": "streak",
}  # fmt: skip
_UNIT_WORDS = frozenset({*ALIASES, *GRANULARITIES}) - {"min", "1m", "1h", "1d", "1w"}


def _span(token: Token) -> tuple[str, str]:
    """Return count and unit of "30d" or "2 weeks"; a lone m is month or minute to its reader."""
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
    count, unit = _span(token)
    unit = {"month": "m"}.get(unit, unit)
    if unit not in "hdwmy" or "." in count:
        raise Mistake(
            f"{str(token)!r} is not a range.", token.start_pos, "For example 24h, 30d, 12m."
        )
    return f"{count}{unit}"


def _seconds(token: Token) -> int | float:
    count, unit = _span(token)
    unit = {"m": "min"}.get(unit, unit)
    if unit not in _MS:
        raise Mistake(
            f"{str(token)!r} is not a duration.", token.start_pos, "For example 45s, 1h, 14d."
        )
    value = Decimal(count) * _MS[unit] / 1000
    return int(value) if value == value.to_integral_value() else float(value)


def _bracket(token: Token) -> list[int]:
    """Return days 0-4, both included, as [0, 5]."""
    match = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", token)
    if match is None:
        raise Mistake(
            f"{str(token)!r} is not a bracket of days.", token.start_pos,
            "For example brackets 0, 1-6, 7-29.",
        )  # fmt: skip
    return [int(match[1]), int(match[2] or match[1]) + 1]


def _of_tiles(part: Part) -> Part:
    """Return a clause of grouped metrics, whose field and limit have names of their own."""
    fields = dict(part.fields)
    if len(fields.get("breakdown", ())) == 1:
        fields["group_by"] = fields.pop("breakdown")[0]
    if "limit" in fields:
        fields["max_groups"] = fields.pop("limit")
    return Part(fields, part.at)


def _of_touches(part: Part) -> Part:
    """Return a clause of attribution, whose field and window in days have names of their own."""
    fields = dict(part.fields)
    if len(fields.get("breakdown", ())) == 1:
        fields["property"] = fields.pop("breakdown")[0]
    if (fields.get("window_seconds") or 1) % 86_400 == 0:
        fields["lookback_days"] = fields.pop("window_seconds") // 86_400
    return Part(fields, part.at)


_EXPLAINED = (
    "kind", "of", "range", "conditions", "audience", "segment", "compare", "granularity",
    "breakdown", "limit",
)  # fmt: skip


def _explaining(body: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an explanation, those it has not being of the question behind it."""
    own = {k: v for k, v in body.items() if k in _EXPLAINED or k[0] == "\0"}
    return {**own, "of": {**body["of"], **{k: v for k, v in body.items() if k not in own}}}


def _selector(children: list[Any]) -> str:
    """Return the event that is named; any event is any active one."""
    found = children[-1]
    return found if isinstance(found, str) else "_active"


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


class Rules(_Cells):
    """Rules of the clauses, and of the question they make up.

    Args:
        language: version of the language; segments and units that are newer are names in it. None
            is today's.
    """

    def __init__(self, language: int | None = None) -> None:
        super().__init__()
        self._newer = newer_words(language)

    def _is_new(self, word: str) -> bool:
        return self._newer is not None and self._newer.fullmatch(word) is not None

    def question(self, parts: list[Part]) -> Whole:
        read = [self._ranked(parts[0], part) for part in parts]
        body = merged(read)
        if body["kind"] == "explain":
            body = _explaining(body)
        places = {key: part.at for part in read for key in part.fields}
        depth = body.pop("\0depth", 1)
        return Whole(body, places, body.pop(CHART, ""), depth)

    def _ranked(self, subject: Part, part: Part) -> Part:
        """`by users` ranks the top events; elsewhere it is a field, which groups tiles."""
        if subject.fields["kind"] == "grouped":
            return _of_tiles(part)
        if subject.fields["kind"] == "attribution":
            return _of_touches(part)
        if subject.fields["kind"] == "paths" and part.fields.get("window_seconds"):
            return Part({"scope": part.fields["window_seconds"]}, part.at)
        by = part.fields.get("breakdown")
        if by in (["users"], ["count"]) and subject.fields["kind"] == "top_events":
            return Part({"order_by": by[0]}, part.at)
        return part

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
        word = re.sub(r"[\s-]+", "_", name.text.lower())
        known = name.bare and word in SEGMENTS and not self._is_new(word)
        return Part({"segment": word} if known else {"audience": name.text}, at_of(children))

    def members_segment(self, children: list[Any]) -> Part:
        return Part({"segment": children[-1].text}, at_of(children))

    def members_audience(self, children: list[Any]) -> Part:
        return Part({"audience": children[-1].text}, at_of(children))

    def window(self, children: list[Token]) -> Part:
        return Part({"window_seconds": _seconds(children[-1])}, at_of(children))

    def no_window(self, children: list[Token]) -> Part:
        return Part({"window_seconds": None}, at_of(children))

    def path_from(self, children: list[Any]) -> Part:
        return Part({"from": _selector(children)}, at_of(children))

    def path_to(self, children: list[Any]) -> Part:
        return Part({"to": _selector(children)}, at_of(children))

    def path_steps(self, children: list[Token]) -> Part:
        return Part({"steps": int(str(children[0]).split()[0])}, at_of(children))

    def order(self, children: list[Token]) -> Part:
        return Part({"order": _ORDERS[flat(children[0])]}, at_of(children))

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

    def new_people(self, children: list[Token]) -> Part:
        first_day = {"first_day": True} if len(children) > 2 else {}
        return Part({"users": "new", **first_day}, at_of(children))

    def complete(self, children: list[Token]) -> Part:
        return Part({"complete": True}, at_of(children))

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
        return Part({"width": _seconds(children[-1])}, at_of(children))

    def returning(self, children: list[Any]) -> Part:
        return Part(filtered_as("return", children), at_of(children))

    def mode(self, children: list[Token]) -> Part:
        return Part({"mode": _MODES[flat(children[0])]}, at_of(children))

    def tile_size(self, children: list[Any]) -> Part:
        return Part({"size": children[-1]}, at_of(children))

    def tile_shade(self, children: list[Any]) -> Part:
        return Part({"intensity": children[-1]}, at_of(children))

    def basis(self, children: list[Token]) -> Part:
        hours = flat(children[0]).startswith("24")
        return Part({"basis": "24h" if hours else "calendar"}, at_of(children))

    def brackets(self, children: list[Token]) -> Part:
        return Part(
            {"mode": "bracket", "brackets": [_bracket(c) for c in children[1:]]}, at_of(children)
        )

    def cohorts(self, children: list[Token]) -> Part:
        return Part({"cohort": flat(children[-1]).replace(" ", "_")}, at_of(children))

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
