"""A question typed as text or JSON."""

from __future__ import annotations

from core.queries.common.context import Context
from core.queries.common.question import Question


def read(text: str, ctx: Context) -> tuple[Question, str]:
    """Return the question a text means in a workspace, and the chart it asks for.

    Raises:
        BadQuestion: it means none, or names a saved chart that is not there.
    """
    from core.language.questions import Parsed, parse_any, parse_full
    from core.queries.composite.saved_chart import opened

    parsed = Parsed(parse_any(text)) if text.lstrip().startswith("{") else parse_full(text)
    return opened(ctx, parsed.question), parsed.chart
