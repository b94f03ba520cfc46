"""Which people a question is narrowed to: its audience and its segment."""

from __future__ import annotations

from core.engines.dialect import Binder
from core.queries.base import Context, Question
from core.queries.select import Members


def members_of(ctx: Context, question: Question) -> tuple[Members, ...]:
    """Return what writes the SQL of a question's audience and segment members.

    Raises:
        NotFound: no audience is saved under that name.
        BadQuestion: the segment is not one of the eight.
    """
    found: list[Members] = []
    if question.audience is not None:
        found.append(_audience(ctx, ctx.audience(question.audience)))
    if question.segment is not None:
        found.append(_segment(ctx, question.segment, question.range))
    return tuple(found)


def _audience(ctx: Context, definition: dict[str, object]) -> Members:
    from core.queries.audience_sql import audience_sql

    return lambda bind: audience_sql(ctx, bind, definition)


def _segment(ctx: Context, segment: str, range_text: str) -> Members:
    from core.queries.segments import segment_sql

    span = ctx.span(range_text)

    def members(bind: Binder) -> str:
        return segment_sql(ctx, bind, segment, span)

    return members
