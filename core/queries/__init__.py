"""The table of kinds: a question's name, and the file that is all of it."""

from __future__ import annotations

import importlib
import json
from typing import Any

from pydantic import BaseModel, ValidationError

from core.errors import BadQuestion, did_you_mean
from core.queries.common.question import Question
from core.text import clean

KINDS = {
    "active_users": "core.queries.activity.active_users:ActiveUsers",
    "trend": "core.queries.trend.trend:Trend",
    "funnel": "core.queries.funnel.funnel:Funnel",
    "correlation": "core.queries.funnel.correlation:Correlation",
    "funnel_trend": "core.queries.funnel.over_time:FunnelTrend",
    "time_to_convert": "core.queries.funnel.time_to_convert:TimeToConvert",
    "retention": "core.queries.retention.retention:Retention",
    "lifecycle": "core.queries.activity.lifecycle:Lifecycle",
    "users": "core.queries.activity.users:Users",
    "composition": "core.queries.activity.composition:Composition",
    "realtime": "core.queries.activity.realtime:Realtime",
    "sessions": "core.queries.sessions:Sessions",
    "ltv": "core.queries.retention.ltv:Ltv",
    "stickiness": "core.queries.activity.stickiness:Stickiness",
    "usage_interval": "core.queries.activity.usage_interval:UsageInterval",
    "engagement": "core.queries.events.engagement:Engagement",
    "attribution": "core.queries.funnel.attribution:Attribution",
    "segments": "core.queries.people.segments:Segments",
    "segment": "core.queries.people.segments:Segment",
    "audience": "core.queries.people.audience:Audience",
    "saved": "core.queries.composite.saved_chart:SavedChart",
    "several": "core.queries.composite.several:Several",
    "top_events": "core.queries.events.top_events:TopEvents",
    "first_time": "core.queries.trend.first_time:FirstTime",
    "per_actor": "core.queries.trend.per_actor:PerActor",
    "events_list": "core.queries.events.events_list:EventsList",
    "properties": "core.queries.trend.properties:Properties",
    "raw_events": "core.queries.events.raw_events:RawEvents",
    "formula": "core.queries.formula.formula:FormulaQuestion",
    "grouped": "core.queries.events.grouped:Grouped",
    "paths": "core.queries.paths.paths:Paths",
    "explain": "core.queries.composite.explain:Explain",
    "people": "core.queries.people.people:PeopleBehind",
    "user_activity": "core.queries.people.activity:UserActivity",
    "user_search": "core.queries.people.search:UserSearch",
    "sql": "core.queries.sql:Sql",
    "logs": "core.queries.logs.logs:Logs",
}
"""kind -> module:class. A kind is loaded when it is first asked for."""


def kind_class(kind: str) -> type[Question]:
    """Return the class of a kind; BadQuestion with the nearest names when it is unknown."""
    if kind not in KINDS:
        raise BadQuestion(
            f"kind {kind!r} is not known.",
            did_you_mean(kind, KINDS) or f"Allowed: {', '.join(KINDS)}.",
            parameter="kind",
        )
    module, _, name = KINDS[kind].partition(":")
    found: type[Question] = getattr(importlib.import_module(module), name)
    return found


def from_json(data: str | bytes | dict[str, Any]) -> Question:
    """Return the question a JSON object describes.

    Raises:
        BadQuestion: not JSON, not an object, or a field that is unknown or out of bounds; the
            sentence names the parameter.
    """
    body = data if isinstance(data, dict) else _parsed(data)
    if "kind" not in body:
        raise BadQuestion(
            "The question has no kind.", f"Allowed: {', '.join(KINDS)}.", parameter="kind"
        )
    kind = kind_class(str(body["kind"]))
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        raise explained(kind, error) from error


def _parsed(data: str | bytes) -> dict[str, Any]:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadQuestion(f"This is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise BadQuestion("A question in JSON is an object.", 'For example {"kind": "trend"}.')
    return body


def explained(kind: type[BaseModel], error: ValidationError) -> BadQuestion:
    """Return the first thing wrong with a model's fields as a sentence naming the parameter."""
    first = error.errors(include_url=False)[0]
    parameter = ".".join(str(part) for part in first["loc"] if _named(part)) or "question"
    given, limits = first.get("input"), first.get("ctx", {})
    if first["type"] == "extra_forbidden":
        known = list(kind.model_fields)
        hint = did_you_mean(str(first["loc"][-1]), known) or f"Allowed: {', '.join(known)}."
        return BadQuestion(f"parameter {parameter!r} is not known.", hint, parameter=parameter)
    return BadQuestion(f"{parameter} {_wrong(first['type'], given, limits)}", parameter=parameter)


def _named(part: int | str) -> bool:
    """Whether a part of an error's place is a field or position, not a branch of a union."""
    return isinstance(part, int) or (part.isidentifier() and part[0].islower())


_LIMITS = {
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "greater_than": "must be more than {gt}",
    "less_than": "must be less than {lt}",
    "too_short": "needs at least {min_length} and has {actual_length}",
    "too_long": "holds at most {max_length} and has more",
    "string_too_short": "must not be empty",
    "string_too_long": "is longer than {max_length} characters",
    "literal_error": "must be {expected}",
    "missing": "is missing",
}
_TYPES = {
    "int": "a whole number", "float": "a number", "string": "a text", "bool": "true or false",
    "tuple": "a list", "list": "a list", "dict": "an object", "model": "an object",
}  # fmt: skip


def _wrong(type_: str, given: object, limits: dict[str, Any]) -> str:
    """Say what is wrong with a value in words: "must be at least 1, not 0."."""
    shown = clean(json.dumps(given, default=str), 60)
    if type_ in ("missing", "too_short", "too_long", "string_too_short", "string_too_long"):
        return _LIMITS[type_].format(**limits) + "."
    if type_ in _LIMITS:
        return f"{_LIMITS[type_].format(**limits)}, not {shown}."
    wanted = next((words for start, words in _TYPES.items() if type_.startswith(start)), "")
    return f"must be {wanted}, not {shown}." if wanted else f"cannot be {shown}."
