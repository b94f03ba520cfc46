"""A question as one canonical line of text. Loads no parser.

Fields equal to their default are left out, except a range that was given: a tile of a board keeps
its own range even if that is the default.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.language.writing import Writer, settings
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.queries.terms import (
    condition,
    duration_words,
    name,
    range_words,
    step_words,
)
from core.text import times
from core.words.charts import NAMES
from core.words.names import SEGMENTS

_ORDERS = {"unordered": "in any order", "sequential": "strictly"}


def format_question(question: Question) -> str:
    """Return the canonical text of a question, one line; parsing it returns the same question."""
    statement = KINDS[question.kind].statement
    text = None if statement is None else statement(Writer(question, in_words))
    return in_words(question) if text is None else text


def in_words(question: Question) -> str:
    """Return the same for a question inside another one, always in words of the language."""
    writer = Writer(question, in_words)
    parts = [KINDS[question.kind].wording.write(writer)]
    parts += [clause for write in _CLAUSES if (clause := write(writer))]
    return " ".join(filter(None, [*parts, settings(writer)]))


def _order(writer: Writer) -> str:
    if "order" not in writer.left:
        return ""
    order = writer.take("order")
    return _ORDERS.get(order, f"order {order}")


def _window(writer: Writer) -> str:
    if "window_seconds" not in writer.left:
        return ""
    seconds = writer.take("window_seconds")
    return "without window" if seconds is None else f"within {duration_words(seconds)}"


def _hold(writer: Writer) -> str:
    held = writer.take("hold")
    return f"holding {', '.join(name(field) for field in held)}" if held else ""


def _exclusions(writer: Writer) -> str:
    excluded = writer.take("exclusions")
    words = "except " + ", ".join(_excluded(each) for each in excluded) if excluded else ""
    person = "" if writer.take("exclude") is None else "whole person"
    return f"{words} {person}".strip()


def _excluded(each: Any) -> str:
    """Return an excluded event, and the steps it must not lie between unless it is all of them."""
    if each.to_step is not None:
        return f"{step_words(each)} between {each.from_step} and {each.to_step}"
    return step_words(each) + (f" after {each.from_step}" if each.from_step > 1 else "")


def _counting(writer: Writer) -> str:
    counted, units = writer.take("count_by"), writer.take("counting")
    parts = [] if counted is None else [f"counting {counted}"]
    return " ".join([*parts, *([] if units is None else [f"counting {name(units)}"])])


def _attribution(writer: Writer) -> str:
    touch = writer.take("attribution")
    if isinstance(touch, int):
        return f"at step {touch}"
    return "" if touch is None else f"at {'all steps' if touch == 'all' else touch}"


def _between(writer: Writer) -> str:
    ends = [(word, writer.left.get(f"{word}_step")) for word in ("from", "to")]
    return " ".join(
        f"{word} step {writer.take(f'{word}_step')}" for word, step in ends if isinstance(step, int)
    )


def _bins(writer: Writer) -> str:
    if isinstance(writer.left.get("bins"), int):
        return f"bins {writer.take('bins')}"
    if isinstance(writer.left.get("width"), int):
        return f"bins of {duration_words(writer.take('width'))}"
    return ""


def _granularity(writer: Writer) -> str:
    return writer.take("granularity") or ""


def _where(writer: Writer) -> str:
    clauses = writer.take("conditions")
    return "where " + " and ".join(condition(clause) for clause in clauses) if clauses else ""


def _by(writer: Writer) -> str:
    fields = writer.take("breakdown")
    if isinstance(fields, str):
        fields = (fields,)
    return f"by {', '.join(name(field) for field in fields)}" if fields else ""


def _limit(writer: Writer) -> str:
    limit = writer.take("limit")
    if limit is None:
        return ""
    return f"{'top' if getattr(writer.question, 'breakdown', ()) else 'limit'} {limit}"


def _offset(writer: Writer) -> str:
    offset = writer.take("offset")
    return "" if offset is None else f"offset {offset}"


def _direction(writer: Writer) -> str:
    return writer.take("direction") or ""


def _often(writer: Writer) -> str:
    least, most = writer.take("at_least"), writer.take("at_most")
    if least is not None and least == most:
        return f"exactly {times(least)}"
    parts = [] if least is None else [f"at least {times(least)}"]
    return " ".join([*parts, *([] if most is None else [f"at most {times(most)}"])])


def _compare(writer: Writer) -> str:
    compare = writer.take("compare")
    return "" if compare is None else "vs year" if compare == "yoy" else "vs prev"


def _members(writer: Writer) -> str:
    audience, segment = writer.take("audience"), writer.take("segment")
    parts = [] if audience is None else [f"for {name(audience)}"]
    if segment is not None:
        parts.append(f"for {segment if segment in SEGMENTS else f'segment {name(segment)}'}")
    among = writer.take("among")
    if among is not None:
        parts.append(f"for ({writer.nested(among)})")
    if writer.left.get("users") == "new":
        first_day = writer.take("first_day")
        writer.take("users")
        parts.append("for new users on their first day" if first_day else "for new users")
    if writer.take("complete"):
        parts.append("complete windows")
    return " ".join(parts)


def _range(writer: Writer) -> str:
    text = writer.take("range")
    return "" if text is None else range_words(text)


_CLAUSES: tuple[Callable[[Writer], str], ...] = (
    _order, _between, _window, _hold, _exclusions, _counting, _bins,
    _range, _granularity, _where, _often, _by, _attribution,
    _limit, _offset, _direction, _compare, _members,
)  # fmt: skip


def format_chart(chart: str) -> str:
    """Return the drawing hint as a clause, or nothing."""
    return f"as {chart}" if chart in NAMES else ""
