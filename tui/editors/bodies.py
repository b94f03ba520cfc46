"""Changing one part of a question: each function returns another question, or raises the reason.

A part is named by its path in the question's JSON: ("steps", 1, "filters", 0, "value").
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from core.queries import from_json
from core.queries.common.any_question import said_by
from core.queries.common.question import Question

Path = tuple[str | int, ...]


def _plain(value: Any) -> Any:
    """Return a value with lists in place of tuples."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple | list) else value


def value_at(question: Question, path: Path) -> Any:
    """Return the part at a path, None if nothing is given there."""
    found: Any = said_by(question)
    for step in path:
        if isinstance(found, dict):
            found = found.get(str(step))
        elif isinstance(found, list) and isinstance(step, int) and step < len(found):
            found = found[step]
        else:
            return None
    return found


def revised(question: Question, **changes: Any) -> Question:
    """Return the question with some fields changed.

    Raises:
        BadQuestion: a value is not valid.
    """
    return from_json({**said_by(question), **changes})


def replaced(question: Question, path: Path, value: Any) -> Question:
    """Return the question with another value at a path."""
    body = said_by(question)
    _parent(body, path)[path[-1]] = _plain(deepcopy(value))
    return from_json(body)


def inserted(question: Question, path: Path, value: Any) -> Question:
    """Return the question with a value put into a list; the path ends with its place there."""
    body = said_by(question)
    _list(body, path[:-1]).insert(int(path[-1]), _plain(deepcopy(value)))
    return from_json(body)


def removed(question: Question, path: Path) -> Question:
    """Return the question without an entry of a list."""
    body = said_by(question)
    del _list(body, path[:-1])[int(path[-1])]
    return from_json(body)


def moved(question: Question, path: Path, by: int) -> Question:
    """Return the question with an entry of a list moved; at the end of the list it stays."""
    body = said_by(question)
    entries, at = _list(body, path[:-1]), int(path[-1])
    to = min(max(at + by, 0), len(entries) - 1)
    entries.insert(to, entries.pop(at))
    return from_json(body)


def count_at(question: Question, path: Path) -> int:
    """Return the length of the list at a path, 0 if there is none."""
    found = value_at(question, path)
    return len(found) if isinstance(found, list) else 0


def _parent(body: Any, path: Path) -> Any:
    for step in path[:-1]:
        if isinstance(body, dict) and body.get(step) is None:
            body[step] = {}
        body = body[step]
    return body


def _list(body: Any, path: Path) -> list[Any]:
    parent = _parent(body, path)
    if isinstance(parent, dict) and parent.get(path[-1]) is None:
        parent[path[-1]] = []
    found: list[Any] = parent[path[-1]]
    return found


def key_of(path: Path) -> str:
    """Return a path as the key of a row."""
    return ".".join(map(str, path))
