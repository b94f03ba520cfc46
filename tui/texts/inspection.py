"""A question and how it was answered, as text to read."""

from __future__ import annotations

import json
import re
import traceback
from typing import Any

from core.draw.spans import Line, Span
from core.engines.running import Result
from core.errors import BadInput, FootfallError
from core.queries.common.question import Question
from core.sql.tokens import tokens
from core.text import clean, harmless, one_line

LONGEST = 60
"""Letters of the longest text that is written into a statement in place of its parameter."""

CLAUSES = frozenset(
    ("select", "from", "where", "group", "order", "limit", "having", "union", "with", "join",
     "left", "cross", "window", "values", "except", "intersect", "insert", "update", "delete")
)  # fmt: skip
"""The words that begin a line of its own in a statement."""

SQL_STYLES = {
    "keyword": "accent",
    "function": "series2",
    "string": "series3",
    "number": "series1",
    "comment": "muted",
    "variable": "mark",
    "name": "",
    "sign": "",
}
"""Kind of token -> its style."""

_NAMED = re.compile(r"[:@$](\w+)")


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


def as_sql(question: Question | None, result: Result | None) -> str:
    """Return the statements that answered a question as a file of SQL, the question in comments.

    Raises:
        BadInput: nothing was asked of the database.
    """
    if question is None or result is None or not result.statements:
        raise BadInput("No statement was asked for this panel.")
    parts = ["\n".join(f"-- {line}" for line in _question(question).split("\n"))]
    for number, statement in enumerate(result.statements, 1):
        sql, rest = _filled(statement.text, statement.parameters)
        lines = [f"-- {number}. {one_line(statement.label)}", *laid_out(sql)]
        parts.append("\n".join([*(f"-- with {one_line(each)}" for each in rest), *lines]) + ";")
    return harmless("\n\n".join(parts))


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
    sql, rest = _filled(statement.text, statement.parameters)
    shown = "\n".join(f"  {clean(line, 2_000)}" for line in laid_out(sql))
    parameters = ", ".join(rest)
    reads = f" (reads {', '.join(statement.reads)})" if statement.reads else ""
    heading = f"-- {number}. {statement.label}{reads}\n" if number else ""
    return f"{heading}{shown}" + (f"\n  -- with {parameters}" if parameters else "")


def _filled(sql: str, parameters: Any) -> tuple[str, list[str]]:
    """Return a statement with its short parameters in their places, and the rest of them."""
    if not isinstance(parameters, dict):
        return sql, [_value(value) for value in parameters]
    short = {name: said for name, value in parameters.items() if (said := _literal(value))}
    filled = _NAMED.sub(lambda found: short.get(found[1], found[0]), sql)
    rest = [name for name in parameters if name not in short]
    return filled, [f"{name} = {_value(parameters[name])}" for name in rest]


def _literal(value: Any) -> str:
    """Return a value as it stands in SQL; "" if it is too long for that."""
    if value is None:
        return "null"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str) and len(value) <= LONGEST:
        return "'" + value.replace("'", "''") + "'"
    return ""


def laid_out(sql: str) -> list[str]:
    """Return the lines of a statement, indented by the brackets that are open."""
    lines: list[str] = []
    depth = 0
    for line in filter(None, map(str.strip, sql.split("\n"))):
        signs = [line[t.start : t.end] for t in tokens(line) if t.kind == "sign"]
        closed = len(line) - len(line.lstrip(")"))
        word = line.split(maxsplit=1)[0].lower()
        inner = 0 if closed or word in CLAUSES else 2
        lines.append(" " * (4 * max(depth - closed, 0) + inner) + line)
        depth = max(depth + signs.count("(") - signs.count(")"), 0)
    return lines


def painted(text: str) -> Line:
    """Return a line in the colours of SQL, if it is part of a statement: those are indented."""
    if not text.startswith(("  ", "--")):
        return (Span(text),)
    spans: list[Span] = []
    at = 0
    for token in tokens(text):
        spans += [Span(text[at : token.start]), Span(text[token.start : token.end],
                  SQL_STYLES[token.kind])]  # fmt: skip
        at = token.end
    return (*spans, Span(text[at:]))


def _value(value: Any) -> str:
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    return clean(value if isinstance(value, str) else repr(value), 100)
