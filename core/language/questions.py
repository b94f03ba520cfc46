"""Questions as text: text -> question, question -> canonical text, a number's address in words.

Parsing loads lark; writing does not. The grammar is core/grammar.lark, its words
core/words/lexicon.py.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field

from core.errors import BadQuestion
from core.language.cells import format_cell
from core.language.writer import format_chart, format_question, in_words
from core.queries import from_json, kind_class
from core.queries.common.question import Question
from core.queries.schemas import charts
from core.sql.text import is_sql
from core.words.charts import either
from core.words.lexicon import MAX_LENGTH

__all__ = [
    "Parsed", "check_chart", "format_cell", "format_parsed", "format_question", "parse",
    "parse_any", "parse_full", "parse_kept",
]  # fmt: skip

MAX_JSON = 1_000_000
"""Characters of a question in JSON."""

MAX_JSON_DEPTH = 100


@dataclass(frozen=True)
class Parsed:
    """A question and how its text asks for it to be drawn.

    Attributes:
        chart: its name, or "" for the usual one.
        chart_at: where the text names it.
    """

    question: Question
    chart: str = ""
    chart_at: int = field(default=0, compare=False)


def parse(text: str) -> Question:
    """Return the question that a text means.

    Raises:
        BadQuestion: one sentence; the hint holds the line, a caret under the place, and what was
            expected there.
    """
    return parse_kept(text).question


def parse_full(text: str) -> Parsed:
    """Return the question that a text means and its drawing hint; errors as for `parse`.

    A chart that an answer of the question cannot be drawn as is refused too.
    """
    parsed = parse_kept(text)
    if parsed.chart:
        check_chart(parsed.question.kind, parsed.chart, text, parsed.chart_at)
    return parsed


def check_chart(kind: str, chart: str, text: str = "", at: int = 0) -> None:
    """Refuse a chart that answers of a kind cannot be drawn as.

    Args:
        text, at: the text that asks for it and where, to be pointed at.

    Raises:
        BadQuestion: it does not suit; the sentence names those that do.
    """
    allowed = charts(kind)
    if chart not in allowed:
        from core.language.parser import pointed

        raise BadQuestion(
            f"{kind.replace('_', ' ').capitalize()} cannot be drawn as {chart}, "
            f"only as {either(allowed)}.",
            f"\n{pointed(text, at)}" if text else "",
            parameter="chart",
        )


def parse_kept(text: str) -> Parsed:
    """Return the same for a text that was stored, whose chart need not suit the question."""
    if len(text) > MAX_LENGTH:
        raise BadQuestion(
            f"The question is {len(text):,} characters long; {MAX_LENGTH:,} are allowed.",
            "Write it as JSON.",
        )
    _refuse_halves(text)
    if not text.strip():
        raise BadQuestion("The question is empty.", "For example: dau, signup, signup > purchase.")
    if is_sql(text):
        return Parsed(from_json({"kind": "sql", "query": text.strip()}))
    from core.language.parser import parse_body, pointed
    from core.language.rules_clauses import CHART

    whole = parse_body(text)
    fields = kind_class(str(whole.body["kind"])).model_fields
    known = {info.alias or key for key, info in fields.items()}
    try:
        for field in whole.body:
            if field not in known:
                word = text[whole.places[field] :].split()[0]
                kind = str(whole.body["kind"]).replace("_", " ")
                raise BadQuestion(f"{word!r} does not suit {kind}.", parameter=field)
        return Parsed(from_json(whole.body), whole.chart, whole.places.get(CHART, 0))
    except BadQuestion as error:
        at = whole.places.get(error.parameter.split(".")[0])
        if not at:
            raise
        hint = f"\n{pointed(text, at)}\n{error.hint}".rstrip()
        raise BadQuestion(error.message, hint, parameter=error.parameter) from None


def parse_any(text: str) -> Question:
    """Return the question that a text, or a JSON object when it starts with "{", means."""
    if text.lstrip()[:1] != "{":
        return parse(text)
    if len(text) > MAX_JSON:
        raise BadQuestion(f"The question is {len(text):,} characters long.", "It is too long.")
    if _depth(text) > MAX_JSON_DEPTH:
        raise BadQuestion(f"The question nests deeper than {MAX_JSON_DEPTH}.")
    with suppress(ValueError):  # from_json says what is wrong with it
        _refuse_halves(json.dumps(json.loads(text), ensure_ascii=False))
    return from_json(text)


def _refuse_halves(text: str) -> None:
    """Refuse lone surrogates, as of bytes that are no UTF-8: no database can hold them."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise BadQuestion("The question holds what is not text.")


def _depth(text: str) -> int:
    """Return how deep brackets open at most; those inside strings count too, which errs safely."""
    depth = deepest = 0
    for char in text:
        if char in "{[":
            depth += 1
            deepest = max(depth, deepest)
        elif char in "}]":
            depth -= 1
    return deepest


def format_parsed(parsed: Parsed) -> str:
    """Return the canonical text of a question with its drawing hint, if that suits it."""
    question = parsed.question
    if parsed.chart not in charts(question.kind):
        return format_question(question)
    return f"{in_words(question)} {format_chart(parsed.chart)}"
