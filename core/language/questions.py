"""Questions as text: text -> question, question -> canonical text, the address of a number in
words.

Writing loads no parser. The grammar is core/language/grammar.lark, its words
core/queries/lexicon.py.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from core.errors import BadQuestion
from core.language.writer import format_chart, format_question, in_words
from core.queries import from_json, kind_class
from core.queries.behind import format_cell
from core.queries.common.question import Question
from core.queries.kinds import charts
from core.queries.versions import check_language, may_differ, newer_words
from core.sql.text import is_sql
from core.words.charts import either
from core.words.names import MAX_LENGTH

__all__ = [
    "Parsed", "check_chart", "format_cell", "format_parsed", "format_question", "parse",
    "parse_any", "parse_full", "parse_kept", "today",
]  # fmt: skip

MAX_JSON = 1_000_000
"""The most characters of a question in JSON."""

MAX_JSON_DEPTH = 100


@dataclass(frozen=True)
class Parsed:
    """A question and how it is to be drawn.

    Attributes:
        chart: its name, or "" for the default one.
        chart_at: where the text names it.
    """

    question: Question
    chart: str = ""
    chart_at: int = field(default=0, compare=False)


def parse(text: str) -> Question:
    """Return the question in a text.

    Raises:
        BadQuestion: with one sentence; the hint has the line, a caret under the place, and what was
            expected there.
    """
    return parse_kept(text).question


def parse_full(text: str) -> Parsed:
    """Return the question in a text and its drawing hint; errors as for `parse`.

    A chart that does not fit the answer is refused too.
    """
    parsed = parse_kept(text)
    if parsed.chart:
        check_chart(parsed.question.kind, parsed.chart, text, parsed.chart_at)
    return parsed


def check_chart(kind: str, chart: str, text: str = "", at: int = 0) -> None:
    """Refuse a chart that does not fit the answers of a kind.

    Args:
        text, at: the text with the chart and its position, for a caret.

    Raises:
        BadQuestion: it does not fit; the message names the charts that do.
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


def parse_kept(text: str, language: int | None = None) -> Parsed:
    """Return the same for a stored text, whose chart need not fit the question.

    Args:
        language: version of the language that it was written in; None is the current one.
    """
    if language is not None:
        check_language(language)
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

    whole = parse_body(text, language)
    body = _with_rules(_nested_today(whole.body, language))
    fields = kind_class(str(body["kind"])).model_fields
    known = {info.alias or key for key, info in fields.items()}
    try:
        for field in body:
            if field not in known:
                word = text[whole.places[field] :].split()[0]
                kind = str(body["kind"]).replace("_", " ")
                raise BadQuestion(f"{word!r} does not apply to {kind}.", parameter=field)
        return Parsed(from_json(body), whole.chart, whole.places.get(CHART, 0))
    except BadQuestion as error:
        at = whole.places.get(error.parameter.split(".")[0])
        if not at:
            raise
        hint = f"\n{pointed(text, at)}\n{error.hint}".rstrip()
        raise BadQuestion(error.message, hint, parameter=error.parameter) from None


def parse_any(text: str, language: int | None = None) -> Question:
    """Return the question in a text, or in a JSON object if it starts with "{".

    Args:
        language: version of the language that it was written in; None is the current one.
    """
    if not _is_json(text):
        return parse_kept(text, language).question
    if language is not None:
        text = str(today(text, language))
    if len(text) > MAX_JSON:
        raise BadQuestion(f"The question is {len(text):,} characters long.", "It is too long.")
    if _depth(text) > MAX_JSON_DEPTH:
        raise BadQuestion(f"The question nests deeper than {MAX_JSON_DEPTH}.")
    with suppress(ValueError):  # from_json reports what is wrong with it
        _refuse_halves(json.dumps(json.loads(text), ensure_ascii=False))
    return from_json(text)


def today(asked: str | dict[str, Any], language: int) -> str | dict[str, Any]:
    """Return a stored question in the current language.

    Args:
        asked: its text, or its JSON as text or object, of which only texts depend on the language.
        language: version of the language that it was written in.

    Raises:
        BadQuestion: the version is newer than this program's, or a text that must be rewritten
            cannot be parsed.
    """
    check_language(language)
    try:
        if isinstance(asked, dict):
            return dict(_nested_today(asked, language))
        if not _is_json(asked):
            return _text_today(asked, language)
        body = json.loads(asked)
        found = _nested_today(body, language)
        return asked if found == body else json.dumps(found, ensure_ascii=False)
    except RecursionError:
        raise BadQuestion(f"The question nests deeper than {MAX_JSON_DEPTH}.") from None
    except ValueError as error:
        raise BadQuestion(f"This is not JSON: {error}.") from None


def _text_today(text: str, language: int) -> str:
    if not may_differ(text, language):
        return text
    found = format_parsed(parse_kept(text, language))
    if len(found) > MAX_LENGTH:
        raise BadQuestion(
            "The question is too long in the current version of the language.", "Write it as JSON."
        )
    return found


def _nested_today(body: Any, language: int | None) -> Any:
    """Return a question's JSON with the text questions in it rewritten in the current language."""
    if language is None or newer_words(language) is None:
        return body
    if isinstance(body, list):
        return [_nested_today(each, language) for each in body]
    if not isinstance(body, dict):
        return body
    found = {key: _nested_today(value, language) for key, value in body.items()}
    if isinstance(found.get("question"), str):
        found["question"] = today(found["question"], language)
    return found


def _with_rules(body: Any) -> Any:
    """Return a question's JSON with rules of audiences, which text has as text, as theirs."""
    if isinstance(body, list):
        return [_with_rules(each) for each in body]
    if not isinstance(body, dict):
        return body
    found = {key: _with_rules(value) for key, value in body.items()}
    if found.get("kind") == "audience" and isinstance(found.get("definition"), str):
        from core.language.audiences import parse_rules

        found["definition"] = parse_rules(found["definition"])
    return found


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] == "{"


def _refuse_halves(text: str) -> None:
    """Refuse lone surrogates, as from invalid UTF-8: no database can store them."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise BadQuestion("The question is not text in UTF-8.")


def _depth(text: str) -> int:
    """Return how deep brackets nest; those inside strings count too, to be safe."""
    depth = deepest = 0
    for char in text:
        if char in "{[":
            depth += 1
            deepest = max(depth, deepest)
        elif char in "}]":
            depth -= 1
    return deepest


def format_parsed(parsed: Parsed) -> str:
    """Return the canonical text of a question with its drawing hint, if that fits it."""
    question = parsed.question
    if parsed.chart not in charts(question.kind):
        return format_question(question)
    return f"{in_words(question)} {format_chart(parsed.chart)}"
