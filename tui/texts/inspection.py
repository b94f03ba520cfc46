"""A question and how it was answered, as text to read."""

from __future__ import annotations

import json
import textwrap
import traceback
from typing import Any

from core.engines.running import Result
from core.errors import FootfallError
from core.queries.common.question import Question
from core.text import clean


def inspection(question: Question, result: Result | None, error: Exception | None) -> str:
    """Return the question, its timing and each statement with its parameters."""
    parts = [_question(question)]
    if error is not None:
        parts.append(_failure(error))
    if result is not None:
        how = "from the cache, computed in" if result.cached else "computed in"
        parts.append(f"{how} {result.milliseconds:,.1f} ms")
        parts += [_statement(str(i), s) for i, s in enumerate(result.statements, 1)]
        looked_up = result.lookups
        if looked_up:
            parts.append("-- Lookups")
        parts += [_statement("", s) for i, s in enumerate(looked_up) if s not in looked_up[:i]]
    return "\n\n".join(parts)


def _question(question: Question) -> str:
    from core.language.questions import format_question

    text = clean(format_question(question), 4_000)
    body = {"kind": question.kind, **question.model_dump(mode="json", exclude_defaults=True)}
    return f"{text}\n{clean(json.dumps(body, ensure_ascii=False), 4_000)}"


def _failure(error: Exception) -> str:
    if isinstance(error, FootfallError):
        return f"{clean(error.message, 4_000)}\n{clean(error.hint, 4_000)}"
    lines = "".join(traceback.format_exception(error))
    return "\n".join(clean(line, 400) for line in lines.split("\n"))


def _statement(number: str, statement: Any) -> str:
    sql = textwrap.dedent(statement.text).strip("\n")
    shown = "\n".join(f"  {clean(line.rstrip(), 400)}" for line in sql.split("\n") if line.strip())
    parameters = ", ".join(_value(v) for v in _values(statement.parameters))
    reads = f" (reads {', '.join(statement.reads)})" if statement.reads else ""
    heading = f"-- {number}. {statement.label}{reads}\n" if number else ""
    return f"{heading}{shown}\n  with {parameters or 'no parameters'}"


def _values(parameters: Any) -> list[Any]:
    if isinstance(parameters, dict):
        return [f"{key} = {value!r}" for key, value in parameters.items()]
    return list(parameters)


def _value(value: Any) -> str:
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    return clean(value if isinstance(value, str) else repr(value), 100)
