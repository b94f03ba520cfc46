"""Custom events as text: `signup or purchase[amount > 5]`.

The syntax is that of questions: events, each with its filters in brackets, separated by `or`, `|`
or a comma.
"""

from __future__ import annotations

import json
import re
from typing import Any

from core.catalog.selectors import CustomEvent, check_custom
from core.errors import BadQuestion
from core.queries.terms import step_words

_PIECES = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<or>\bor\b|[|,])
    |(?P<sign>[\[\]()])
    |(?P<rest>[^"'\[\]()|,\w]+|\w+|.)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_EXAMPLE = "For example signup or purchase[amount > 5]."


def parse_custom(text: str) -> dict[str, Any]:
    """Return the definition of a custom event, from text or a JSON object.

    Raises:
        BadQuestion: it cannot be parsed, or has parts that a custom event cannot have.
    """
    if text.lstrip()[:1] == "{":
        try:
            body = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadQuestion(f"This is not JSON: {error}.") from error
        return _body(check_custom(body))
    branches = [_branch(piece) for piece in _pieces(text)]
    return _body(check_custom({"events": branches}))


def format_custom(definition: CustomEvent) -> str:
    """Return a definition as text; parsing it returns the same definition."""
    return " or ".join(step_words(branch) for branch in definition.events)


def _body(definition: CustomEvent) -> dict[str, Any]:
    return definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _pieces(text: str) -> list[str]:
    """Split a text at every `or` outside brackets and quotes."""
    found, depth = [""], 0
    for match in _PIECES.finditer(text):
        depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(match[0], 0)
        if match["or"] and depth <= 0:
            found.append("")
        else:
            found[-1] += match[0]
    return found


def _branch(text: str) -> dict[str, Any]:
    from core.language.questions import parse
    from core.queries.trend.trend import Trend

    if not text.strip():
        raise BadQuestion("There is an event missing between two separators.", _EXAMPLE)
    found = parse(text)
    if not isinstance(found, Trend) or found.event is None:
        raise BadQuestion(f"{text.strip()!r} is not an event with filters.", _EXAMPLE)
    if found != Trend(event=found.event, conditions=found.conditions):
        raise BadQuestion(f"{text.strip()!r} has more than an event and its filters.", _EXAMPLE)
    filters = [c.model_dump(mode="json", by_alias=True) for c in found.conditions]
    return {"event": found.event, "filters": filters}
