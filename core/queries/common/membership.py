"""Which people a question is narrowed to: its audience and its segment."""

from __future__ import annotations

from core.queries.common.question import Context, Question
from core.queries.common.selection import Members
from core.sql.dialect import Binder


def members_of(ctx: Context, question: Question) -> tuple[Members, ...]:
    """Return what writes the SQL of a question's audience and segment members.

    Raises:
        NotFound: no audience is saved under that name.
        BadQuestion: the segment is not one of the eight.
    """
    found: list[Members] = []
    if question.audience is not None:
        found.append(in_audience(ctx, question.audience))
    if question.segment is not None:
        found.append(in_segment(ctx, question.segment, question.range))
    return tuple(found)


def in_audience(ctx: Context, name: str) -> Members:
    """Return what writes the SQL of an audience's members; NotFound when none has the name."""
    from core.queries.people.audience_sql import audience_sql

    definition = ctx.audience(name)
    return lambda bind: audience_sql(ctx, bind, definition)


def in_segment(ctx: Context, segment: str, range_text: str) -> Members:
    """Return what writes the SQL of a segment's members, as of the end of a range."""
    from core.queries.people.segments import segment_sql

    span = ctx.span(range_text)

    def members(bind: Binder) -> str:
        return segment_sql(ctx, bind, segment, span)

    return members
