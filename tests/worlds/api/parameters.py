"""A 200 is a promise: every parameter of a request changes what is answered, or is refused.

A row of a table sends a request twice, without a parameter and with it (or with one value and with
another), to a small world where the two answers differ. `unread` names the rows whose answers do
not, `unlisted` the parameters of the requests' models that no row sends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from core.api import Backend, Reply, read, respond
from core.api.route import Route


@dataclass(frozen=True)
class Row:
    """One parameter of one request.

    Attributes:
        request: method and path of its route: "GET /api/2/users", parts such as ":id" included.
        parameter: its name, as in the route's model.
        value: what it is in the second request; a list is sent as many times in a query.
        given: what both requests say, parts of the path included; may hold the parameter too.
        refused: the second request is refused by name, because nothing else is allowed.
    """

    request: str
    parameter: str
    value: Any
    given: Mapping[str, Any] = field(default_factory=dict)
    refused: bool = False

    @property
    def named(self) -> str:
        """The row in words."""
        return f"{self.request} {self.parameter}={self.value}"


def send(backend: Backend, request: str, values: Mapping[str, Any]) -> Reply:
    """Answer a request whose parameters stand in its path, its query (GET) or its body."""
    method, path = request.split(" ", 1)
    left = dict(values)
    for name in re.findall(r":(\w+)", path):
        path = path.replace(f":{name}", quote(str(left.pop(name)), safe=""))
    if method != "GET":
        return respond(read(f"{method} {path}", json.dumps(left)), backend)
    return respond(read(f"GET {path}?{_query(left)}"), backend)


def _query(values: Mapping[str, Any]) -> str:
    """Values as a query: what is no text as JSON, a list as many times."""
    pairs = []
    for name, value in values.items():
        if value is None:
            continue
        if name == "conditions":
            pairs += [
                (f"conditions[{n}][{part}]", text)
                for n, condition in enumerate(value)
                for part, text in condition.items()
            ]
            continue
        for each in value if isinstance(value, list | tuple) else [value]:
            pairs.append((name, each if isinstance(each, str) else json.dumps(each)))
    return urlencode(pairs)


def told(backend: Backend, row: Row) -> str:
    """Say what is wrong with the answers to a row's two requests; "" when nothing is."""
    before = send(backend, row.request, row.given)
    after = send(backend, row.request, {**row.given, row.parameter: row.value})
    if not before.ok:
        return f"{row.named}: refused without it: {before.body}"
    if row.refused:
        return "" if after.status == 400 else f"{row.named}: is not refused"
    if not after.ok:
        return f"{row.named}: {after.body}"
    same = _plain(before.body, row.parameter) == _plain(after.body, row.parameter)
    return f"{row.named}: changes nothing" if same else ""


def _plain(body: Any, parameter: str) -> Any:
    """An answer without what changes by itself, and without the parameter said again."""
    if not isinstance(body, dict):
        return body
    left_out = ("execution_time_ms", parameter)
    kept = {key: each for key, each in body.items() if key not in left_out}
    return {**kept, "data": _plain(kept["data"], parameter)} if "data" in kept else kept


def unlisted(routes: Iterable[Route], rows: Iterable[Row]) -> list[str]:
    """Return the parameters of the routes' models that no row sends, and rows of no route."""
    sent = {(row.request, row.parameter) for row in rows}
    known = {
        (f"{route.method} {route.path}", name)
        for route in routes
        for name in route.parameters.model_fields
    }
    return sorted(f"{request} {name}" for request, name in sent ^ known)
