"""What is asked for in canonical text: one function per kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from core.language.writing import Writer, settings, whole_property
from core.words.lexicon import BARE, SEGMENTS
from core.words.terms import cell_words, condition, duration_words, name, quoted, step_words

_COUNTS = ("count", "users", "sessions", "average", "pct_dau", "frequency", "session_events")


def _active_users(writer: Writer) -> str:
    return str(writer.value("metric"))


def _trend(writer: Writer) -> str:
    event, measure = writer.take("event"), writer.value("measure")
    if measure == "count" and "property" in writer.left:
        found = writer.take("property")
        if event is not None:
            return f"count({_measured(event, found)})"
        found = whole_property(found)
        return f"count(any.{found if BARE.fullmatch(found) else quoted(found)})"
    if measure == "count":
        return "events" if event is None else name(event)
    if measure in _COUNTS:
        return f"{measure} of {'any event' if event is None else name(event)}"
    return f"{measure}({_measured(event, writer.take('property') or '')})"


def _measured(event: str | None, found: str) -> str:
    found = whole_property(found)
    if event is None:
        return found if name(found) == found and "." not in found else quoted(found)
    bare = name(event) == event and "." not in event and BARE.fullmatch(found)
    return f"{event}.{found}" if bare else f"{quoted(event)}.{quoted(found)}"


def _funnel(writer: Writer) -> str:
    steps = writer.value("steps")
    return ("" if len(steps) > 1 else "funnel ") + " > ".join(step_words(step) for step in steps)


def _time_to_convert(writer: Writer) -> str:
    return f"time to convert {' > '.join(step_words(step) for step in writer.value('steps'))}"


def _funnel_trend(writer: Writer) -> str:
    return f"trend of {' > '.join(step_words(step) for step in writer.value('steps'))}"


def _correlation(writer: Writer) -> str:
    return f"correlation of {' > '.join(step_words(step) for step in writer.value('steps'))}"


def _retention(writer: Writer) -> str:
    text = _end(writer, "retention of", "start") or "retention"
    text = f"{text} {_end(writer, 'return', 'return')}".rstrip()
    if "periods" in writer.left:
        text += f" {writer.value('granularity')} {writer.take('periods')}"
    return text


def _end(writer: Writer, words: str, end: str) -> str:
    """One end of retention after some words; nothing where it is any event, without filters."""
    event, filters = writer.take(f"{end}_event"), writer.take(f"{end}_filters")
    if event is None and not filters:
        return ""
    tests = " and ".join(condition(clause) for clause in filters or ())
    shown = "any event" if event is None else name(event)
    return f"{words} {shown}[{tests}]" if tests else f"{words} {shown}"


def _lifecycle(writer: Writer) -> str:
    event = writer.take("event")
    return "lifecycle" if event is None else f"lifecycle of {name(event)}"


def _first_time(writer: Writer) -> str:
    return f"first time {name(str(writer.value('event')))}"


def _properties(writer: Writer) -> str:
    return f"values of {_measured(writer.value('event'), writer.value('property'))}"


def _raw_events(writer: Writer) -> str:
    event = writer.take("event")
    return "raw events" if event is None else f"raw events of {name(event)}"


def _per_actor(writer: Writer) -> str:
    metric, event = writer.value("metric"), writer.take("event")
    if event is None:
        return f"per actor {metric} of any event"
    found = writer.take("property")
    if found is not None:
        return f"per actor {metric} of {_measured(event, found)}"
    return f"per actor {metric} of {quoted(event) if '.' in event else name(event)}"


def _users(writer: Writer) -> str:
    if writer.left.get("metric") == "updated":
        return "users"
    return {"active": "users", "new": "new users", "cumulative": "known users"}[
        writer.value("metric")
    ]  # fmt: skip


def _composition(writer: Writer) -> str:
    return f"composition by {name(str(writer.value('property')))}"


def _sessions(writer: Writer) -> str:
    metric = writer.value("metric")
    if metric == "top":
        limit = writer.take("limit")
        return "top sessions" if limit is None else f"top {limit} sessions"
    return "sessions" if metric == "unique" else f"sessions {metric.replace('_', ' ')}"


def _ltv(writer: Writer) -> str:
    if writer.left.get("metric") == "arppu":
        return f"ltv {writer.take('metric')}"
    return "ltv"


def _stickiness(writer: Writer) -> str:
    event = writer.take("event")
    return "stickiness" if event is None else f"stickiness of {name(event)}"


def _attribution(writer: Writer) -> str:
    text = f"attribution of {name(writer.value('to'))} by {name(writer.value('property'))}"
    days = writer.take("lookback_days")
    return text if days is None else f"{text} within {days}d"


def _usage_interval(writer: Writer) -> str:
    event = writer.take("event")
    return "usage interval" if event is None else f"usage interval of {name(event)}"


def _formula(writer: Writer) -> str:
    from core.language.formulas import written

    series, formula = writer.value("series"), str(writer.value("formula"))
    plain = [_operand(each) for each in series]
    different = len({each.model_dump_json() for each in series}) == len(series)
    text = written(formula, plain, [partial(_inside, each) for each in series])
    if text is not None and different:
        return text
    if None not in plain:
        return f"formula {quoted(formula)} of {', '.join(str(text) for text in plain)}"
    writer.left["series"] = series
    return f"formula {quoted(formula)}"


def _operand(series: Any) -> str | None:
    """Return a series of a formula in words; None where words cannot say it all."""
    if series.range is not None or series.breakdown or series.property is not None:
        return None
    event = series.metric.removeprefix("event:")
    if event == series.metric:
        return None if series.filters else event
    return f"{name(event)}{_filtered(series)}"


def _inside(series: Any, function: str) -> str | None:
    """Return a series inside a function; None where words cannot say it all."""
    from core.formulas.functions import MEASURING

    if function not in MEASURING or series.range is not None or series.breakdown:
        return None
    event = series.metric.removeprefix("event:") if ":" in series.metric else None
    if event is None and series.metric != "events":
        return None
    needs = MEASURING[function].property
    found = series.property is not None
    if function == "REVENUETOTAL" and event is not None and not found:
        return _undotted(event) + _filtered(series)
    if needs != found or (function == "REVENUETOTAL" and event is None):
        return None
    if needs:
        return _measured(event, series.property) + _filtered(series)
    return ("events" if event is None else _undotted(event)) + _filtered(series)


def _undotted(event: str) -> str:
    """Return an event so that a dot in its name is not read as one before a property."""
    return quoted(event) if "." in event else name(event)


def _filtered(series: Any) -> str:
    filters = " and ".join(condition(clause) for clause in series.filters)
    return f"[{filters}]" if filters else ""


def _grouped(writer: Writer) -> str:
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


def _explain(writer: Writer) -> str:
    behind = Writer(writer.value("of"), writer.nested)
    behind.left.pop("range", None)
    text = f"explain {SUBJECTS[behind.question.kind](behind)}"
    return " ".join(filter(None, [text, settings(behind)]))


def _paths(writer: Writer) -> str:
    text = "paths"
    for key, word in (("from_", "from"), ("to", "to")):
        event = writer.take(key)
        text += "" if event is None else f" {word} {name(event)}"
    steps, scope = writer.take("steps"), writer.take("scope")
    text += "" if steps is None else f" {steps} steps"
    return text if scope is None else f"{text} within {duration_words(scope)}"


def _segment(writer: Writer) -> str:
    segment = str(writer.value("segment"))
    return f"segment {segment if segment in SEGMENTS else name(segment)}"


def _saved_chart(writer: Writer) -> str:
    return f"saved {name(str(writer.value('chart')))}"


def _several(writer: Writer) -> str:
    writer.left["series"] = writer.value("series")
    return "several"


def _audience(writer: Writer) -> str:
    named = writer.take("audience")
    return "audience" if named is None else f"audience {name(named)}"


def _top_events(writer: Writer) -> str:
    limit, order = writer.take("limit"), writer.take("order_by")
    text = "top events" if limit is None else f"top {limit} events"
    return text if order is None else f"{text} by {order}"


def _user(writer: Writer) -> str:
    return f"user {name(str(writer.value('user')))}"


def _search(writer: Writer) -> str:
    return f"users matching {name(str(writer.value('user')))}"


def _logs(writer: Writer) -> str:
    metric = writer.value("metric")
    if metric == "raw":
        limit = writer.value("limit")
        return "raw logs" + (f" limit {limit}" if limit != 100 else "")
    if metric == "top":
        limit = writer.take("limit")
        return "top logs" if limit is None else f"top {limit} logs"
    return "logs"


def _sql(writer: Writer) -> str:
    return f"sql {quoted(writer.value('query'))}"


def _people(writer: Writer) -> str:
    writer.take("range")
    cell = writer.take("cell")
    address = f" at {cell_words(cell)}" if cell is not None else ""
    order = writer.take("order")
    text = f"people of ({writer.nested(writer.value('of'))}){address}"
    return text if order is None else f"{text} sorted by {name(order)}"


SUBJECTS: dict[str, Callable[[Writer], str]] = {
    "formula": _formula, "grouped": _grouped,
    "time_to_convert": _time_to_convert, "funnel_trend": _funnel_trend,
    "correlation": _correlation,
    "active_users": _active_users, "trend": _trend, "funnel": _funnel, "retention": _retention,
    "lifecycle": _lifecycle, "segments": lambda _: "segments", "segment": _segment,
    "audience": _audience, "saved": _saved_chart, "several": _several,
    "stickiness": _stickiness, "users": _users, "composition": _composition,
    "usage_interval": _usage_interval, "engagement": lambda _: "engagement",
    "attribution": _attribution,
    "realtime": lambda _: "realtime", "sessions": _sessions, "ltv": _ltv,
    "top_events": _top_events, "user_activity": _user, "user_search": _search, "people": _people,
    "first_time": _first_time, "per_actor": _per_actor,
    "events_list": lambda _: "events list", "properties": _properties,
    "raw_events": _raw_events, "sql": _sql, "paths": _paths, "explain": _explain, "logs": _logs,
}  # fmt: skip
