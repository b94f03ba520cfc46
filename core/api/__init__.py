"""The requests of two documented interfaces: a method and a path in, the documented JSON out.

`tell` and `amplitude` have the tables of routes; `understood` finds the route of a request and
checks its parameters, `answered` answers it, and `respond` does both. Errors become the documented
status and body.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, get_origin

from pydantic import ValidationError

from core.api.request import Request, conditions_of, read
from core.api.route import Asked, Backend, Route, best
from core.errors import (
    BadInput,
    BadQuestion,
    FootfallError,
    Forbidden,
    NotFound,
    TookTooLong,
)
from core.queries import explained

__all__ = [
    "Backend", "Reply", "Request", "Route", "Understood", "answered", "read", "refused", "respond",
    "routes", "understood",
]  # fmt: skip


@dataclass(frozen=True)
class Reply:
    """The reply to a request: an HTTP status and a value that becomes JSON."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether the request succeeded."""
        return self.status < 400

    @property
    def said(self) -> str:
        """The sentence of a refusal, "" if it is none."""
        if self.ok:
            return ""
        error = self.body["error"]
        return str(error["message"] if isinstance(error, dict) else self.body["message"])


def routes() -> tuple[Route, ...]:
    """Return the routes of both documents, in their order."""
    from core.api.amplitude import routes as amplitude
    from core.api.tell import routes as tell

    return (*tell.ROUTES, *amplitude.ROUTES)


class Understood(NamedTuple):
    """A request whose route is known and whose parameters are sound."""

    route: Route
    asked: Asked


def respond(request: Request, backend: Backend) -> Reply:
    """Answer a request; errors become a status and a body, never an exception.

    Raises:
        Stopped: the user stopped it.
    """
    found = understood(request)
    return found if isinstance(found, Reply) else answered(found, backend)


def understood(request: Request) -> Understood | Reply:
    """Return the route and the parameters of a request, or why it is refused."""
    found = best(routes(), request.path)
    if not found:
        return refused(404, "NOT_FOUND", f"There is no request {request.path!r}.")
    route, given = next((r for r in found if r[0].method == request.method), (None, {}))
    if route is None:
        allowed = ", ".join(sorted({r.method for r, _ in found}))
        return refused(405, "METHOD_NOT_ALLOWED", f"{request.path} allows {allowed}.")
    try:
        return Understood(route, _asked(route, request, given))
    except FootfallError as error:
        return failed(route, error)


def answered(found: Understood, backend: Backend) -> Reply:
    """Answer a request; see `respond`."""
    route, asked = found
    try:
        return Reply(200, _plain(route.answer(asked, backend)))
    except FootfallError as error:
        if error.exit_code == 130:
            raise
        return failed(route, error)


def _asked(route: Route, request: Request, given: Mapping[str, str]) -> Asked:
    fields = route.parameters.model_fields
    values: dict[str, Any] = {**conditions_of(request.query), **request.body, **given}
    for name, value in values.items():
        if isinstance(value, tuple):
            listed = name in fields and get_origin(fields[name].annotation) in (tuple, list)
            values[name] = value if listed else _one(name, value)
    try:
        return route.parameters.model_validate(values)
    except ValidationError as error:
        raise explained(route.parameters, error) from error


def _one(name: str, values: tuple[str, ...]) -> str:
    if len(values) > 1:
        raise BadQuestion(f"parameter {name!r} is given {len(values)} times.", parameter=name)
    return values[0]


def _plain(value: Any) -> Any:
    """Return a JSON value with integral numbers written as integers: 3, not 3.0."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def failed(route: Route, error: FootfallError) -> Reply:
    """Return an error in the documented form of the route."""
    status, code = _status(error)
    parameter = getattr(error, "parameter", "")
    return refused(status, code, str(error).strip(), parameter, route.document)


def _status(error: FootfallError) -> tuple[int, str]:
    parameter = getattr(error, "parameter", "")
    parts = re.findall(r"\w+", parameter)
    if isinstance(error, BadQuestion) and parts[-1:] == ["range"]:
        return 400, "INVALID_TIME_RANGE"
    if isinstance(error, BadQuestion) and {"conditions", "filters"} & {*parts}:
        return 400, "INVALID_FILTER"
    if isinstance(error, BadQuestion | BadInput):
        return 400, "BAD_REQUEST"
    if isinstance(error, NotFound):
        return 404, "NOT_FOUND"
    if isinstance(error, Forbidden):
        return 403, "FORBIDDEN"
    return (504, "TIMEOUT") if isinstance(error, TookTooLong) else (500, "QUERY_FAILED")


def refused(
    status: int, code: str, message: str, parameter: str = "", document: str = "tell"
) -> Reply:
    """Return a refusal: Tell has code and message, Amplitude nests them under "error"."""
    named = {"parameter": parameter} if parameter else {}
    if document == "amplitude":
        return Reply(
            status,
            {"error": {"http_code": status, "type": code.lower(), "message": message, **named}},
        )
    return Reply(status, {"error": code, "message": message, **named})
