"""Rows for any kind of question, made from the fields of its model."""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from core.errors import BadInput
from core.log_levels import LEVELS
from core.queries.common.any_question import said_by
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from tui.editors.bodies import key_of, replaced, value_at
from tui.editors.entries import (
    Choice,
    Edit,
    Entry,
    FieldPick,
    QuestionPick,
    SavedPick,
    TextPick,
    ValuePick,
)
from tui.editors.kinds import fields

LABELS = {
    "property": "property", "group_by": "grouped by", "user": "person", "to": "to", "from_": "from",
    "max_groups": "groups at most", "days": "days", "order_by": "ranked by", "bins": "bins",
    "count_total": "count all", "lookback_days": "days back", "min_people": "people at least",
    "identified": "only identified", "match_mode": "first with the filters",
    "new_means": "new means", "of": "of", "scope": "within", "query": "statement",
}  # fmt: skip
"""Labels of fields that are not their names."""

SHARED = ("range", "granularity", "breakdown", "compare", "limit")
HANDLED = frozenset(
    {"kind", "conditions", "audience", "segment", "among", "filters_on", "counting", *SHARED}
)
EVENTS = ("event", "to", "from_")
PROPERTIES = ("property", "group_by")
SIZES = (("count", "events"), ("unique_actors", "people"))
SHADES = (
    ("avg_per_actor", "events per person"), ("unique_actors", "people"),
    ("percentile_per_actor(0.9)", "90th percentile of events per person"),
)  # fmt: skip


def own(question: Question, left_out: frozenset[str] = frozenset()) -> list[Entry]:
    """Return a row for each field that only this kind has."""
    found: list[Entry] = []
    for name, info in type(question).model_fields.items():
        if name not in HANDLED and name not in left_out:
            found += _field(question, name, info)
    return found


def _field(question: Question, name: str, info: FieldInfo) -> list[Entry]:
    path = (info.alias or name,)
    label = LABELS.get(name, name.replace("_", " "))
    special = _SPECIAL.get((question.kind, name)) or _SPECIAL.get(("", name))
    if special is not None:
        return special(question, path, label, info)
    if name in EVENTS:
        return [fields.event(question, path, label, absent=_absent(info))]
    if name in PROPERTIES:
        about = fields.now(question, ("event",))
        use = "number" if question.kind == "ltv" else "group"
        none = "the amount of money" if question.kind == "ltv" else _absent(info, "none")
        return [fields.measured(question, path, label, about=about, none=none, use=use)]
    return [_typed(question, path, label, name, info)]


def _absent(info: FieldInfo, words: str = "any event") -> str:
    return words if type(None) in get_args(info.annotation) else ""


def _typed(
    question: Question, path: tuple[str, ...], label: str, name: str, info: FieldInfo
) -> Entry:
    kinds = _alternatives(info.annotation)
    literals = [value for kind in kinds if get_origin(kind) is Literal for value in get_args(kind)]
    none = "none" if type(None) in kinds else ""
    if literals:
        words = _words_of(question.kind, name, literals)
        return fields.choice(question, path, label, [(None, "usual"), *words] if none else words)
    if bool in kinds:
        return fields.flag(question, path, label)
    low, high = _bounds(info)
    if int in kinds or float in kinds:
        whole = float not in kinds
        return fields.number(question, path, label, none=none, least=low, most=high, whole=whole)
    if str in kinds:
        return fields.text(question, path, label, none=none)
    return as_json(question, path, label)


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(each for part in get_args(annotation) for each in _alternatives(part))
    return (annotation,)


def _bounds(info: FieldInfo) -> tuple[int, int]:
    low, high = 0, 1_000_000
    for limit in info.metadata:
        low = int(getattr(limit, "ge", low))
        high = int(getattr(limit, "le", high))
    return low, high


def _words_of(kind: str, name: str, values: list[Any]) -> list[tuple[Any, str]]:
    figures = KINDS[kind].figures
    known = dict(figures.values) if figures is not None and figures.field == name else {}
    return [(value, known.get(value, str(value).replace("_", " "))) for value in values]


def as_json(question: Question, path: tuple[str, ...], label: str) -> Entry:
    """Return the row of a part that is typed as JSON."""
    given = value_at(question, path)
    shown = "" if given is None else json.dumps(given, ensure_ascii=False, default=str)

    def put(asked: Question, value: Any) -> Question:
        return replaced(asked, path, value)

    picker = TextPick(label.capitalize(), read_json, shown, "JSON")
    return Entry(key_of(path), label, shown or "usual", enter=Edit("type", put, picker),
                 usual=given is None)  # fmt: skip


def read_json(text: str) -> Any:
    """Return the value in a text of JSON, None for no text."""
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"This is not JSON: {error}.") from error


# -- fields that need more than their type

Special = Callable[[Question, tuple[str, ...], str, FieldInfo], list[Entry]]


def _inner(question: Question, path: tuple[str, ...], label: str, _: FieldInfo) -> list[Entry]:
    return [fields.inner(question, path, label)]


def _compared(question: Question, path: tuple[str, ...], label: str, _: FieldInfo) -> list[Entry]:
    """Return the row of a second question, which begins as the first one."""
    if fields.now(question, path) is not None:
        entry = fields.inner(question, path, "compared with")
        keys = {"d": Edit("everybody else", lambda asked, _: replaced(asked, path, None))}
        return [replace(entry, keys=keys)]

    def put(asked: Question, built: Question) -> Question:
        return replaced(asked, path, said_by(built))

    pick = QuestionPick("Compared with", fields.now(question, ("of",)))
    return [Entry(key_of(path), "compared with", "everybody else", enter=Edit("open", put, pick),
                  usual=True)]  # fmt: skip


def _log_value(question: Question, path: tuple[str, ...], label: str, _: FieldInfo) -> list[Entry]:
    value = fields.now(question, path)
    shown = "any" if value is None else value if isinstance(value, str) else ", ".join(value)

    def put(asked: Question, values: tuple[Any, ...]) -> Question:
        return replaced(asked, path, [str(each) for each in values] or None)

    keys = {"d": Edit("any", lambda asked, _: replaced(asked, path, None))}
    picker = ValuePick(label, "in", None, logs=True)
    return [Entry(key_of(path), label, shown, enter=Edit("value", put, picker), keys=keys,
                  usual=value is None)]  # fmt: skip


def _level(question: Question, path: tuple[str, ...], label: str, _: FieldInfo) -> list[Entry]:
    words = [(None, "any"), *((level, level) for level in dict.fromkeys(LEVELS))]
    entry = fields.choice(question, path, label, words)
    value = fields.now(question, path)
    shown = ", ".join(value) if isinstance(value, tuple) else entry.shown or "any"
    return [replace(entry, shown=shown)]


def _chart(question: Question, path: tuple[str, ...], label: str, _: FieldInfo) -> list[Entry]:
    put = Edit("chart", lambda asked, name: replaced(asked, path, name),
               SavedPick("Saved chart", "chart"))  # fmt: skip
    return [Entry(key_of(path), label, str(fields.now(question, path)), enter=put)]


def _segment(question: Question, path: tuple[str, ...], label: str, _: FieldInfo) -> list[Entry]:
    return [fields.people(question)]


def _scope(question: Question, path: tuple[str, ...], label: str, _: FieldInfo) -> list[Entry]:
    value = fields.now(question, path)
    entry = fields.duration(question, path, label, none="a session")

    def read(text: str) -> int | str:
        return fields.read_duration(text) if text.strip() else "session"

    shown = "a session" if value == "session" else entry.shown
    pick = Choice("Within", (("session", "a session"), (86_400, "a day"), (7 * 86_400, "7 days")),
                  read, "or 30m, 2h, 14d")  # fmt: skip
    put = Edit("choose", lambda asked, given: replaced(asked, path, given), pick)
    return [replace(entry, shown=shown, enter=put, turn=None)]


def _written(words: tuple[tuple[str, str], ...], example: str) -> Special:
    """Return the row of a figure that is chosen or typed, such as sum(amount)."""

    def rows(question: Question, path: tuple[str, ...], label: str, _: FieldInfo) -> list[Entry]:
        value = fields.now(question, path)
        given = value.percentile if getattr(value, "percentile", None) else value.property
        text = value.type if given is None else f"{value.type}({given})"
        pick = Choice(label.capitalize(), words, str.strip, f"or {example}")
        put = Edit("choose", lambda asked, typed: replaced(asked, path, typed), pick)
        shown = dict(words).get(text, text)
        usual = fields.is_usual(question, path)
        return [Entry(key_of(path), label, shown, enter=put, usual=usual)]

    return rows


def _days(question: Question, path: tuple[str, ...], label: str, _: FieldInfo) -> list[Entry]:
    shown = ", ".join(map(str, fields.now(question, path)))

    def read(text: str) -> list[int]:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if not all(part.isdigit() for part in parts):
            raise BadInput(f"{text!r} is not a list of days.", "For example 1, 7, 30.")
        return [int(part) for part in parts]

    picker = TextPick("Days", read, shown, "1, 7, 30")
    put = Edit("type", lambda asked, days: replaced(asked, path, days), picker)
    usual = fields.is_usual(question, path)
    return [Entry(key_of(path), "within days", shown, enter=put, usual=usual)]


def _measure(question: Question, _: tuple[str, ...], __: str, ___: FieldInfo) -> list[Entry]:
    from tui.editors.kinds import trend

    return trend.measure(question)


def _figure(question: Question, path: tuple[str, ...], _: str, __: FieldInfo) -> list[Entry]:
    from tui.editors.kinds import trend

    return [trend.percentile(question, path[0])]


def _value(question: Question, path: tuple[str, ...], _: str, __: FieldInfo) -> list[Entry]:
    return [fields.measured(question, path, "worth", none="one each")]


def _of_paths(question: Question, path: tuple[str, ...], label: str, _: FieldInfo) -> list[Entry]:
    from tui.editors.kinds import paths

    rows = {"property": paths.steps_of, "event": paths.event_of}.get(path[0])
    return [paths.end(question, path[0], label)] if rows is None else rows(question)


def _hidden(_: Question, __: tuple[str, ...], ___: str, ____: FieldInfo) -> list[Entry]:
    return []


def _group(question: Question, path: tuple[str, ...], label: str, _: FieldInfo) -> list[Entry]:
    picker = FieldPick(label.capitalize(), None, "group")
    put = Edit("field", lambda asked, name: replaced(asked, path, name), picker)
    return [Entry(key_of(path), label, str(fields.now(question, path)), enter=put)]


_SPECIAL: dict[tuple[str, str], Special] = {
    ("", "of"): _inner, ("", "other"): _compared,
    ("logs", "service"): _log_value, ("logs", "source"): _log_value, ("logs", "level"): _level,
    ("saved", "chart"): _chart,
    ("paths", "scope"): _scope, ("paths", "from_"): _of_paths, ("paths", "to"): _of_paths,
    ("paths", "event"): _of_paths, ("paths", "property"): _of_paths,
    ("grouped", "size"): _written(SIZES, "sum(amount)"),
    ("grouped", "intensity"): _written(SHADES, "avg(amount)"),
    ("grouped", "group_by"): _group, ("composition", "property"): _group,
    ("attribution", "property"): _group, ("attribution", "value"): _value,
    ("ltv", "days"): _days,
    ("weekday", "measure"): _measure, ("weekday", "property"): _hidden,
    ("per_actor", "metric"): _figure,
    ("raw_events", "before"): _hidden, ("raw_events", "whole"): _hidden,
}  # fmt: skip
"""(kind or "", field) -> its rows."""
