"""Errors and warnings of the Dashboard REST API, in terms of the request's own parameters."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import wraps
from typing import Any

from core.api.route import Asked, Backend, Handler
from core.errors import BadQuestion

OURS: dict[str, tuple[str, ...]] = {
    "breakdown": ("g", "e", "se"), "granularity": ("i",), "measure": ("m",), "metric": ("m",),
    "range": ("start",), "rolling_window": ("rollingWindow",), "days": ("end",),
    "rolling_average": ("rollingAverage",), "window_seconds": ("cs",), "order": ("mode",),
    "users": ("n",), "start_event": ("se",), "return_event": ("re",), "start_filters": ("se",),
    "return_filters": ("re",), "brackets": ("rb",), "periods": ("end",), "steps": ("e",),
    "event": ("e", "re"), "property": ("p", "e"), "conditions": ("s",), "attribution": ("e",),
}  # fmt: skip
"""A field of our questions -> the parameters it may come from, likeliest first."""

SPOKEN = ("event", "property", "field")
"""Words that mean the same in the request's terms; all others are replaced by the parameter."""


def by_their_names(answer: Handler) -> Handler:
    """Return a handler whose errors name the parameters of its request.

    The notes of the answers it uses are returned as "warnings".
    """

    @wraps(answer)
    def answered(asked: Asked, backend: Backend) -> Any:
        heard: list[str] = []
        try:
            found = answer(asked, replace(backend, heard=heard))
        except BadQuestion as error:
            raise renamed(error, asked) from error
        said = list(dict.fromkeys([*found.get("warnings", ()), *heard]))
        plain = {key: value for key, value in found.items() if key != "warnings"}
        return {**plain, **({"warnings": said} if said else {})}

    return answered


def renamed(error: BadQuestion, asked: Asked) -> BadQuestion:
    """Return an error that names a parameter of the request in place of one of ours."""
    ours = error.parameter.partition(".")[0]
    theirs = _holding(error.message, asked) or _first(OURS.get(ours, ()), asked)
    known = ours in OURS or ours == "field"
    if not known or ours in type(asked).model_fields or not theirs:
        return error
    message = error.message
    if ours not in SPOKEN:
        message = re.sub(rf"\b{re.escape(ours)}\b", theirs, message)
    if not re.search(rf"\b{theirs}\b", message):
        message = f"{theirs}: {message}"
    return BadQuestion(message, error.hint, parameter=theirs)


def _holding(message: str, asked: Asked) -> str:
    """Return the parameter that contains the name quoted in a sentence; "" if none does."""
    quoted = re.search(r"'([^']+)'", message)
    for name in type(asked).model_fields if quoted else ():
        value = getattr(asked, name)
        texts = value if isinstance(value, tuple) else (value,)
        if any(isinstance(text, str) and quoted and quoted[1] in text for text in texts):
            return name
    return ""


def _first(names: tuple[str, ...], asked: Asked) -> str:
    """Return the first of the names that is given in the request."""
    fields = type(asked).model_fields
    known = [name for name in names if name in fields]
    return next((name for name in known if getattr(asked, name)), known[0] if known else "")
