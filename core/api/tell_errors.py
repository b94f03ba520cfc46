"""Errors of the query API, in terms of the request's own parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import wraps
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.api.route import Asked, Backend, Handler
from core.errors import BadQuestion, NotFound
from core.filters import Clause

OURS: dict[str, tuple[str, ...]] = {
    "measure": ("aggregation", "metric"),
    "event": ("name",),
    "breakdown": ("by", "series"),
}
"""A field of our questions -> the parameters it may come from, likeliest first."""

OF_CONDITIONS = ("field", "operator", "value")


def by_their_names(answer: Handler, method: str) -> Handler:
    """Return a handler whose errors name the parameters of its request, as they are sent.

    In a query a condition's operator is `conditions[0][operator]`, in a body conditions.0.operator.
    """

    @wraps(answer)
    def answered(asked: Asked, backend: Backend) -> Any:
        try:
            return answer(asked, backend)
        except BadQuestion as error:
            found = _renamed(error, asked)
            raise (_in_brackets(found) if method == "GET" else found) from error
        except NotFound as error:
            quoted = (n for n, v in asked if isinstance(v, str) and repr(v) in error.message)
            raise NotFound(error.message, error.hint, parameter=next(quoted, "")) from error

    return answered


def _in_brackets(error: BadQuestion) -> BadQuestion:
    """Return an error whose parameter is written as in a query."""
    first, *rest = error.parameter.split(".")
    named = first + "".join(f"[{part}]" for part in rest)
    message = error.message.replace(error.parameter, named, 1) if rest else error.message
    return BadQuestion(message, error.hint, parameter=named)


def _renamed(error: BadQuestion, asked: Asked) -> BadQuestion:
    ours = error.parameter.partition(".")[0]
    if ours in OF_CONDITIONS and "field" not in type(asked).model_fields:
        return _at(error, _wrong_condition(asked, error.message), ours)
    if hasattr(asked, "series") and ours in ("metric", "range"):
        found = _wrong_series(asked, ours, error.message)
        return _at(error, found, ours) if found else error
    if ours in type(asked).model_fields:
        return error
    known = [name for name in OURS.get(ours, ()) if name in type(asked).model_fields]
    theirs = next((name for name in known if getattr(asked, name)), "")
    if not theirs:
        return error
    message = re.sub(rf"\b{re.escape(ours)}\b", theirs, error.message, count=1)
    return BadQuestion(message, error.hint, parameter=theirs)


def _at(error: BadQuestion, place: str, ours: str) -> BadQuestion:
    """Return an error with its position in the request."""
    if not place:
        return error
    parameter = f"{place}.{ours}"
    return BadQuestion(f"{parameter}: {error.message}", error.hint, parameter=parameter)


def _wrong_condition(asked: Asked, message: str) -> str:
    """Return the position of the condition at fault: "conditions.0", "steps.1.filters.0".

    It is the first invalid one, else the first whose field the sentence quotes.
    """
    reader: TypeAdapter[Any] = TypeAdapter(Clause)
    for place, condition in _conditions(asked):
        try:
            reader.validate_python(condition)
        except (BadQuestion, ValidationError):
            return place
    quoted = (place for place, each in _conditions(asked) if repr(each.get("field")) in message)
    places = [place for place, _ in _conditions(asked)]
    return next(quoted, places[0] if len(places) == 1 else "")


def _conditions(asked: Asked) -> Iterator[tuple[str, Any]]:
    for name, value in asked:
        for number, each in enumerate(value if isinstance(value, list) else ()):
            if isinstance(each, Asked):
                yield from (
                    (f"{name}.{number}.{place}", found) for place, found in _conditions(each)
                )
            elif name in ("conditions", "filters"):
                yield f"{name}.{number}", each


def _wrong_series(asked: Any, field: str, message: str) -> str:
    """Return the position of the series whose field a sentence quotes; "" if there is none."""
    for number, series in enumerate(asked.series):
        if repr(getattr(series, field)) in message:
            return f"series.{number}"
    return ""
