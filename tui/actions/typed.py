"""A question typed as text or JSON."""

from __future__ import annotations

from core.language.questions import Parsed, parse_any, parse_full
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.queries.composite.saved_chart import opened


def read(text: str, ctx: Context) -> tuple[Question, str]:
    """Return the question in a text, checked against a workspace, and its chart.

    Raises:
        BadQuestion: it is not a question, or names an unknown saved chart.
    """
    parsed = Parsed(parse_any(text)) if text.lstrip().startswith("{") else parse_full(text)
    return opened(ctx, parsed.question), parsed.chart
