"""A question as one canonical line of text. Loads no parser.

What equals its default is left out, except a range that was given: a tile of a board keeps its
own range even where that is the usual one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from core.answers import Cell
from core.filters import OPERATORS, AnyOf, Clause, Condition, NotOf, Scalar
from core.language_words import BARE, CHARTS, RESERVED, SEGMENTS
from core.queries.base import Question
from core.text import is_unsafe
from core.timeframe import RANGE_WORDS

_COUNTED = re.compile(r"\d{1,6}[hdwmy]")
_DATES = re.compile(r"\d{4}-\d\d-\d\d,\d{4}-\d\d-\d\d")
_LABEL = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d([+-]\d{4})?)?")
_COUNTS = ("count", "users", "sessions", "average", "pct_dau")
_MODES = {"unbounded": "on or after", "on_or_before": "on or before", "streak": "in a streak"}
_ORDERS = {"unordered": "in any order", "sequential": "strictly"}


def quoted(text: str) -> str:
    """Return a text in double quotes, on one line, everything unsafe escaped."""
    return "".join(_escaped(char) for char in json.dumps(text, ensure_ascii=False))


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if is_unsafe(char) else char


def name(text: str) -> str:
    """Return a name as text writes it: bare when that cannot be misread."""
    folded = text.casefold()
    bare = BARE.fullmatch(text) and folded not in RESERVED
    return text if bare and folded not in SEGMENTS else quoted(text)


def scalar(value: Scalar) -> str:
    """Return a condition's value as text, so that it is read back with its type."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return name(value) if isinstance(value, str) else repr(value)


def condition(clause: Clause) -> str:
    """Return a condition as text; groups stand in parentheses."""
    if isinstance(clause, NotOf):
        return f"not {condition(clause.not_)}"
    if isinstance(clause, Condition):
        return _test(clause)
    word = "any" if isinstance(clause, AnyOf) else "all"
    inner = [condition(c) for c in (clause.any if isinstance(clause, AnyOf) else clause.all)]
    if len(inner) < 2:
        return f"{word}({''.join(inner)})"
    return "(" + (" or " if word == "any" else " and ").join(inner) + ")"


def _test(test: Condition) -> str:
    operator = OPERATORS[test.operator]
    start = f"{name(test.field)} {operator.sign}"
    if isinstance(test.value, tuple):
        return f"{start} ({', '.join(scalar(v) for v in test.value)})"
    if test.value is None:
        return start
    if operator.key == "regex" and isinstance(test.value, str) and _plain_pattern(test.value):
        return f"{start} /{test.value}/"
    return f"{start} {scalar(test.value)}"


def _plain_pattern(text: str) -> bool:
    return bool(text) and "/" not in text and not any(is_unsafe(c) for c in text)


def range_words(text: str) -> str:
    """Return a range as text writes it."""
    if _COUNTED.fullmatch(text):
        return f"last {text}"
    if text in RANGE_WORDS:
        return text
    if _DATES.fullmatch(text):
        return text.replace(",", "..")
    return f"range {quoted(text)}"


def duration_words(seconds: float) -> str:
    """Return seconds in the largest unit that gives a whole number: "7d", "90min", "1.5s"."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds) if seconds == int(seconds) else seconds}s"


class _Writer:
    """The fields of a question that still have to be written."""

    def __init__(self, question: Question) -> None:
        self.question = question
        fields = type(question).model_fields
        self.left: dict[str, Any] = {
            key: getattr(question, key)
            for key, info in fields.items()
            if key != "kind"
            and (
                getattr(question, key) != info.get_default(call_default_factory=True)
                or (key == "range" and key in question.model_fields_set)
            )
        }

    def take(self, key: str) -> Any:
        """Return a field's value and count it as written; None when it is at its default."""
        return self.left.pop(key, None)

    def value(self, key: str) -> Any:
        """Return a field's value, default or not, and count it as written."""
        self.left.pop(key, None)
        return getattr(self.question, key, None)


def format_question(question: Question) -> str:
    """Return the canonical text of a question, one line; parsing it gives the question back."""
    writer = _Writer(question)
    subject = _SUBJECTS.get(question.kind)
    if subject is None:
        return question.model_dump_json(by_alias=True, exclude_defaults=False)
    parts = [subject(writer)]
    parts += [clause for write in _CLAUSES if (clause := write(writer))]
    if writer.left:
        dumped = question.model_dump(mode="json", by_alias=True)
        if "property" in writer.left:
            dumped["property"] = _whole_property(dumped["property"])
        parts.append("with " + ", ".join(f"{k} = {_setting(dumped[k])}" for k in writer.left))
    return " ".join(parts)


def _setting(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str | int | float):
        return scalar(value)
    if isinstance(value, list) and all(isinstance(v, str | int | float) for v in value):
        return f"({', '.join(scalar(v) for v in value)})"
    return f"json {quoted(json.dumps(value, ensure_ascii=False))}"


# -- subjects


def _active_users(writer: _Writer) -> str:
    return str(writer.value("metric"))


def _trend(writer: _Writer) -> str:
    event, measure = writer.take("event"), writer.value("measure")
    if measure == "count":
        return "events" if event is None else name(event)
    if measure in _COUNTS:
        return f"{measure} of {'any event' if event is None else name(event)}"
    return f"{measure}({_measured(event, writer.take('property') or '')})"


def _measured(event: str | None, found: str) -> str:
    found = _whole_property(found)
    if event is None:
        return found if name(found) == found and "." not in found else quoted(found)
    bare = name(event) == event and "." not in event and BARE.fullmatch(found)
    return f"{event}.{found}" if bare else f"{quoted(event)}.{quoted(found)}"


def _whole_property(found: str) -> str:
    """Return a property so that the prefix a question drops is not part of its name."""
    return f"properties.{found}" if found.startswith("properties.") else found


def _step(step: Any) -> str:
    filters = " and ".join(condition(clause) for clause in getattr(step, "filters", ()))
    return f"{name(step.event)}[{filters}]" if filters else name(step.event)


def _funnel(writer: _Writer) -> str:
    steps = writer.value("steps")
    return ("" if len(steps) > 1 else "funnel ") + " > ".join(_step(step) for step in steps)


def _retention(writer: _Writer) -> str:
    start, back = writer.take("start_event"), writer.take("return_event")
    text = "retention" + (f" of {name(start)}" if start is not None else "")
    text += f" return {name(back)}" if back is not None else ""
    if "periods" in writer.left:
        text += f" {writer.value('granularity')} {writer.take('periods')}"
    return text


def _lifecycle(writer: _Writer) -> str:
    event = writer.take("event")
    return "lifecycle" if event is None else f"lifecycle of {name(event)}"


def _first_time(writer: _Writer) -> str:
    return f"first time {name(str(writer.value('event')))}"


def _properties(writer: _Writer) -> str:
    return f"values of {_measured(writer.value('event'), writer.value('property'))}"


def _raw_events(writer: _Writer) -> str:
    event = writer.take("event")
    return "raw events" if event is None else f"raw events of {name(event)}"


def _per_actor(writer: _Writer) -> str:
    metric, event = writer.value("metric"), writer.take("event")
    if event is None:
        return f"per actor {metric} of any event"
    found = writer.take("property")
    if found is not None:
        return f"per actor {metric} of {_measured(event, found)}"
    return f"per actor {metric} of {quoted(event) if '.' in event else name(event)}"


def _users(writer: _Writer) -> str:
    return {"active": "users", "new": "new users", "cumulative": "known users"}[
        writer.value("metric")
    ]  # fmt: skip


def _composition(writer: _Writer) -> str:
    return f"composition by {name(str(writer.value('property')))}"


def _sessions(writer: _Writer) -> str:
    metric = writer.value("metric")
    if metric == "top":
        limit = writer.take("limit")
        return "top sessions" if limit is None else f"top {limit} sessions"
    return "sessions" if metric == "unique" else f"sessions {metric.replace('_', ' ')}"


def _ltv(writer: _Writer) -> str:
    if writer.left.get("metric") == "arppu":
        return f"ltv {writer.take('metric')}"
    return "ltv"


def _stickiness(writer: _Writer) -> str:
    event = writer.take("event")
    return "stickiness" if event is None else f"stickiness of {name(event)}"


def _formula(writer: _Writer) -> str:
    from core.language_formula import written

    series, formula = writer.value("series"), str(writer.value("formula"))
    operands = [_operand(each) for each in series]
    text = None if None in operands else written(formula, [str(o) for o in operands])
    if text is None:
        writer.left["series"] = series
        return f"formula {quoted(formula)}"
    return text


def _operand(series: Any) -> str | None:
    """Return a series of a formula in words; None where words cannot say it all."""
    if series.range is not None or series.breakdown is not None:
        return None
    event = series.metric.removeprefix("event:")
    if event == series.metric:
        return None if series.filters else event
    filters = " and ".join(condition(clause) for clause in series.filters)
    return f"{name(event)}[{filters}]" if filters else name(event)


def _grouped(writer: _Writer) -> str:
    event, limit = writer.take("event"), writer.take("max_groups")
    text = f"group {'events' if event is None else name(event)} by {name(writer.value('group_by'))}"
    for key, word in (("size", "size"), ("intensity", "shade")):
        words = _tile_words(writer.left[key]) if key in writer.left else None
        if words is not None:
            writer.take(key)
            text += f" {word} {words}"
    return text if limit is None else f"{text} top {limit}"


def _tile_words(measure: Any) -> str | None:
    """Return a measure of grouped metrics in words; None where words cannot say it exactly."""
    if measure.property is not None:
        return f"{measure.type}({name(measure.property)})"
    share = getattr(measure, "percentile", None)
    if share is not None:
        percent = f"{Decimal(repr(share)) * 100:f}".rstrip("0").rstrip(".") if share else "0"
        exact = float(Decimal(percent) / 100) == share and re.fullmatch(r"\d{1,2}(\.\d+)?", percent)
        return f"p{percent} per actor" if exact else None
    return "users" if measure.type == "unique_actors" else str(measure.type).replace("_", " ")


def _segment(writer: _Writer) -> str:
    segment = str(writer.value("segment"))
    return f"segment {segment if segment in SEGMENTS else name(segment)}"


def _top_events(writer: _Writer) -> str:
    limit, order = writer.take("limit"), writer.take("order_by")
    text = "top events" if limit is None else f"top {limit} events"
    return text if order is None else f"{text} by {order}"


def _user(writer: _Writer) -> str:
    return f"user {name(str(writer.value('user')))}"


def _search(writer: _Writer) -> str:
    return f"users matching {name(str(writer.value('user')))}"


def _people(writer: _Writer) -> str:
    cell = writer.take("cell")
    address = f" at {cell_words(cell)}" if cell is not None else ""
    order = writer.take("order")
    text = f"people of ({format_question(writer.value('of'))}){address}"
    return text if order is None else f"{text} sorted by {name(order)}"


_SUBJECTS: dict[str, Callable[[_Writer], str]] = {
    "formula": _formula, "grouped": _grouped,
    "active_users": _active_users, "trend": _trend, "funnel": _funnel, "retention": _retention,
    "lifecycle": _lifecycle, "segments": lambda _: "segments", "segment": _segment,
    "stickiness": _stickiness, "users": _users, "composition": _composition,
    "realtime": lambda _: "realtime", "sessions": _sessions, "ltv": _ltv,
    "top_events": _top_events, "user_activity": _user, "user_search": _search, "people": _people,
    "first_time": _first_time, "per_actor": _per_actor,
    "events_list": lambda _: "events list", "properties": _properties,
    "raw_events": _raw_events,
}  # fmt: skip


def cell_words(cell: Cell) -> str:
    """Return the address of a number as text."""
    parts = []
    if cell.bucket is not None:
        bare = _LABEL.fullmatch(cell.bucket)
        parts.append(f"bucket {cell.bucket if bare else quoted(cell.bucket)}")
    if cell.group:
        parts.append(f"group {_group(cell.group)}")
    if cell.besides:
        parts.append(f"besides ({', '.join(_group(group) for group in cell.besides)})")
    for key in ("series", "row"):
        if getattr(cell, key) is not None:
            parts.append(f"{key} {name(getattr(cell, key))}")
    if cell.step is not None:
        parts.append(f"step {cell.step}")
    if cell.cohort is not None:
        bare = _LABEL.fullmatch(cell.cohort)
        parts.append(f"cohort {cell.cohort if bare else quoted(cell.cohort)}")
    if cell.period is not None:
        parts.append(f"period {cell.period}")
    if cell.outcome is not None:
        parts.append(cell.outcome.replace("_", " "))
    if cell.previous:
        parts.append("previous")
    return " ".join(parts)


def _group(values: tuple[str, ...]) -> str:
    return name(values[0]) if len(values) == 1 else f"({', '.join(map(name, values))})"


# -- clauses, in the order they are written


def _order(writer: _Writer) -> str:
    if writer.left.get("order") in _ORDERS:
        return _ORDERS[writer.take("order")]
    return ""


def _window(writer: _Writer) -> str:
    seconds = writer.take("window_seconds")
    return "" if seconds is None else f"within {duration_words(seconds)}"


def _hold(writer: _Writer) -> str:
    held = writer.left.get("hold")
    return f"holding {name(writer.take('hold'))}" if isinstance(held, str) else ""


def _exclusions(writer: _Writer) -> str:
    steps = writer.left.get("exclusions", ())
    if not steps or not all((step.from_step, step.to_step) == (1, None) for step in steps):
        return ""
    return "except " + ", ".join(_step(step) for step in writer.take("exclusions"))


def _mode(writer: _Writer) -> str:
    if writer.left.get("mode") == "bracket":
        writer.take("mode")
        days = [
            f"{first}" if end == first + 1 else f"{first}-{end - 1}"
            for first, end in writer.take("brackets")
        ]
        return f"brackets {', '.join(days)}"
    return _MODES[writer.take("mode")] if writer.left.get("mode") in _MODES else ""


def _basis(writer: _Writer) -> str:
    return "" if writer.take("basis") is None else "24 hour windows"


def _cohorts(writer: _Writer) -> str:
    cohort = writer.take("cohort")
    return "" if cohort is None else f"cohorts {cohort.replace('_', ' ')}"


def _granularity(writer: _Writer) -> str:
    return writer.take("granularity") or ""


def _where(writer: _Writer) -> str:
    clauses = writer.take("conditions")
    return "where " + " and ".join(condition(clause) for clause in clauses) if clauses else ""


def _by(writer: _Writer) -> str:
    fields = writer.take("breakdown")
    if isinstance(fields, str):
        fields = (fields,)
    return f"by {', '.join(name(field) for field in fields)}" if fields else ""


def _limit(writer: _Writer) -> str:
    limit = writer.take("limit")
    if limit is None:
        return ""
    return f"{'top' if getattr(writer.question, 'breakdown', ()) else 'limit'} {limit}"


def _offset(writer: _Writer) -> str:
    offset = writer.take("offset")
    return "" if offset is None else f"offset {offset}"


def _direction(writer: _Writer) -> str:
    return writer.take("direction") or ""


def _compare(writer: _Writer) -> str:
    compare = writer.take("compare")
    return "" if compare is None else "vs year" if compare == "yoy" else "vs prev"


def _members(writer: _Writer) -> str:
    audience, segment = writer.take("audience"), writer.take("segment")
    parts = [] if audience is None else [f"for {name(audience)}"]
    if segment is not None:
        parts.append(f"for {segment if segment in SEGMENTS else f'segment {name(segment)}'}")
    return " ".join(parts)


def _range(writer: _Writer) -> str:
    text = writer.take("range")
    return "" if text is None else range_words(text)


_CLAUSES: tuple[Callable[[_Writer], str], ...] = (
    _order, _window, _hold, _exclusions, _mode, _basis, _cohorts, _range, _granularity, _where, _by,
    _limit, _offset, _direction, _compare, _members,
)  # fmt: skip


def format_chart(chart: str) -> str:
    """Return the drawing hint as a clause, or nothing."""
    return f"as {chart}" if chart in CHARTS else ""
