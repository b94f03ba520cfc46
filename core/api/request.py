"""Reading a request: "GET /api/2/users?start=20210101" with a body -> method, path, parameters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from core.errors import BadQuestion
from core.filters import OPERATOR_ALIASES, untyped

METHODS = ("GET", "POST", "PUT", "DELETE")
MAX_BODY = 10_000_000
"""The most characters of a body."""

_CONDITION = re.compile(r"conditions\[(\d{1,3})\]\[(field|operator|value)\](\[\])?")


@dataclass(frozen=True)
class Request:
    """A request: upper-case method, path as written, and all given values by name."""

    method: str
    path: str
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


def read(text: str, body: str | None = None, opened: Callable[[str], str] | None = None) -> Request:
    """Return the request in a text and a body. The method defaults to GET, or POST with a body.

    Args:
        text: "GET /path?query", a pasted curl command, or the lines of an HTTP request.
        opened: reads the files that a curl command names; without it they are refused.

    Raises:
        BadQuestion: no path, an unknown method, two bodies, or one that is not a JSON object.
    """
    from core.api.pasted import unpasted

    text, own = unpasted(text, opened or _no_files)
    if own is not None and body is not None:
        raise BadQuestion("The request has two bodies.", "Leave one out.", parameter="body")
    body = body if own is None else own
    first, _, rest = text.strip().partition(" ")
    method, target = (first.upper(), rest.strip()) if rest and "/" not in first else ("", text)
    method = method or ("GET" if body is None else "POST")
    if method not in METHODS:
        raise BadQuestion(
            f"method {method!r} is not known.",
            f"Allowed: {', '.join(METHODS)}.",
            parameter="method",
        )
    parts = urlsplit(re.sub(r"\s+HTTP/[\d.]+$", "", target.strip()))
    if not parts.path.startswith("/"):
        raise BadQuestion(
            "The request has no path.",
            "For example 'GET /api/v1/metrics/dau?range=7d'.",
            parameter="path",
        )
    return Request(method, unquote(parts.path).rstrip("/") or "/", _query(parts.query), _body(body))


def _no_files(name: str) -> str:
    raise BadQuestion(f"The file {name!r} cannot be read here.", parameter="body")


def _query(text: str) -> dict[str, tuple[str, ...]]:
    """Return the values of each name, in order; backslashes before brackets, as for curl, are
    dropped.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        plain = re.sub(r"\\([\[\]{}])", r"\1", value)
        found[name] = (*found.get(name, ()), plain)
    return found


def _body(text: str | None) -> dict[str, Any]:
    if text is None or not text.strip():
        return {}
    if len(text) > MAX_BODY:
        raise BadQuestion(
            f"The body is {len(text):,} characters long; {MAX_BODY:,} are allowed.",
            parameter="body",
        )
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadQuestion(f"The body is not JSON: {error}.", parameter="body") from None
    if not isinstance(found, dict):
        raise BadQuestion("The body is not a JSON object.", parameter="body")
    return found


def conditions_of(query: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return query values by name, with `conditions[N][field]` and the like collected in a list.

    A query has no types: `filters.untyped` decides which values of conditions are numbers.

    Raises:
        BadQuestion: a name that starts like a condition but is not one, or one without a field.
    """
    plain: dict[str, Any] = {}
    gathered: dict[int, dict[str, Any]] = {}
    for name, values in query.items():
        found = _CONDITION.fullmatch(name)
        if found is None:
            if name.startswith("conditions["):
                raise BadQuestion(
                    f"{name} is not part of a condition.",
                    "Allowed: conditions[N][field], conditions[N][operator], conditions[N][value].",
                    parameter="conditions",
                )
            plain[name] = values
        else:
            number, part, many = int(found[1]), found[2], found[3]
            gathered.setdefault(number, {})[part] = list(values) if many else values[-1]
    if gathered:
        plain["conditions"] = [_listed(gathered[number], number) for number in sorted(gathered)]
    return plain


def _listed(condition: dict[str, Any], number: int) -> dict[str, Any]:
    if "field" not in condition:
        raise BadQuestion(f"conditions[{number}] has no field.", parameter="conditions")
    operator, value = condition.get("operator", "eq"), condition.get("value")
    if operator in ("in", "not_in") and isinstance(value, str):
        value = value.split(",")
    if value is None:
        return condition
    operator = OPERATOR_ALIASES.get(operator, operator)
    if isinstance(value, list):
        return {**condition, "value": [untyped(part, operator) for part in value]}
    return {**condition, "value": untyped(value, operator)}
