"""Documented requests: routes, their parameters, and the backend that answers them.

A route's parameters are a frozen pydantic model, so one table serves checking, defaults, help and
docs/coverage.md. A handler gets them with the workspace and returns what becomes JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from core.api.audiences import Audiences
from core.engines.running import Engine, Stop
from core.queries import from_json
from core.queries.common.question import Question
from core.store.library.saved import Saved

Document = Literal["tell", "amplitude"]


class Asked(BaseModel):
    """The parameters of a request, from its path, query and body."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(Asked):
    """No parameters."""


@dataclass(frozen=True)
class Backend:
    """What answers requests: an engine, the saved things of its workspace, and a way to stop."""

    engine: Engine
    saved: Saved
    stop: Stop | None = None
    heard: list[str] | None = None
    """The notes of the answers so far, if they are collected."""

    @property
    def audiences(self) -> Audiences:
        """The audiences of the workspace."""
        return Audiences(self.saved.access)

    def answer(self, kind: str, /, **fields: Any) -> Any:
        """Return the answer to a question given by its JSON fields; None means absent.

        Unknown names in it have no figures, and its notes say so (definitions 1.10).
        """
        given = {key: value for key, value in fields.items() if value is not None}
        return self.ask(from_json({"kind": kind, **given}))

    def ask(self, question: Question) -> Any:
        """Return the answer to a question; as `answer`."""
        found = self.engine.run(question, stop=self.stop, forgiving=True).answer
        if self.heard is not None:
            self.heard.extend(found.notes)
        return found


Handler = Callable[[Any, Backend], Any]


@dataclass(frozen=True)
class Route:
    """One documented request.

    Attributes:
        path: its parts in order; ":name" matches any one part, which becomes a parameter.
        parameters: the model of its parameters.
        answer: parameters and backend -> JSON value.
        section: its chapter in the document.
        example: a request of this route that the sample workspace can answer.
        run: the same as the text of a question; "" if there is none.
        body: the body of the example, JSON.
    """

    document: Document
    method: str
    path: str
    parameters: type[Asked]
    answer: Handler
    section: str
    example: str
    run: str = ""
    body: str = ""

    def match(self, path: str) -> dict[str, str] | None:
        """Return the parameters in a path, or None if it is not this route's."""
        pattern = re.sub(r":(\w+)", r"(?P<\1>[^/]+)", self.path)
        pattern = pattern.replace("<chart_id>[^/]+", "<chart_id>.+")  # titles may contain a slash
        found = re.fullmatch(pattern, path)
        return None if found is None else found.groupdict()

    @property
    def fixed_parts(self) -> int:
        """How many parts of the path are fixed; the route with the most wins."""
        return sum(not part.startswith(":") for part in self.path.split("/"))


def best(routes: Iterable[Route], path: str) -> list[tuple[Route, dict[str, str]]]:
    """Return the routes of a path with its parameters, the most literal first."""
    found = [(route, given) for route in routes if (given := route.match(path)) is not None]
    return sorted(found, key=lambda pair: -pair[0].fixed_parts)
