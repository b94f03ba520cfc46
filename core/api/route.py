"""What a documented request is: its route, its parameters, what it is asked of and what it answers.

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
from core.engines.sqlite.engine import SqliteEngine, Stop
from core.queries import from_json
from core.queries.common.question import Question
from core.store.library.saved import Saved

Document = Literal["tell", "amplitude"]


class Asked(BaseModel):
    """The parameters of a request, from its path, its query and its body."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(Asked):
    """No parameters."""


@dataclass(frozen=True)
class Backend:
    """What requests are asked of: an engine, the saved things beside it, and a way to stop."""

    engine: SqliteEngine
    saved: Saved
    stop: Stop | None = None
    heard: list[str] | None = None
    """The notes of the answers so far, where somebody listens."""

    @property
    def audiences(self) -> Audiences:
        """The audiences of the workspace."""
        return Audiences(self.saved.desk)

    def answer(self, kind: str, /, **fields: Any) -> Any:
        """Return the answer to a question given by its JSON fields; absent ones are None.

        What it names and is not there has no figures, and its notes say so (definitions 1.10).
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
        path: its parts in order; ":name" stands for any one part, which becomes a parameter.
        parameters: the model of what may be given.
        answer: parameters and backend -> JSON value.
        section: the chapter of the document it stands in.
        example: a request of this route that can be asked of the sample workspace.
        run: the same as a question's text; "" where there is none.
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
        """Return the parameters a path gives, or None when it is not this route's."""
        pattern = re.sub(r":(\w+)", r"(?P<\1>[^/]+)", self.path)
        pattern = pattern.replace("<chart_id>[^/]+", "<chart_id>.+")  # titles may hold a slash
        found = re.fullmatch(pattern, path)
        return None if found is None else found.groupdict()

    @property
    def fixed_parts(self) -> int:
        """How many parts of the path are words; the route with the most is meant."""
        return sum(not part.startswith(":") for part in self.path.split("/"))


def best(routes: Iterable[Route], path: str) -> list[tuple[Route, dict[str, str]]]:
    """Return the routes of a path with what it gives, the most literal first."""
    found = [(route, given) for route in routes if (given := route.match(path)) is not None]
    return sorted(found, key=lambda pair: -pair[0].fixed_parts)
