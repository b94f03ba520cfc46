"""Membership in audiences and segments, for selections.

Both are computed by questions of their own, which select events themselves: a context carries these
functions, so that a selection need not import them.
"""

from __future__ import annotations

from typing import Any

from core.queries.common.context import Context
from core.sql.dialect import Binder, Relation


def in_audience(ctx: Context, name: str) -> Relation:
    """Return the members of an audience; NotFound if none has the name."""
    from core.queries.people.audience_sql import audience_sql

    definition = ctx.audience(name)
    return Relation(("audience", name, ctx.now), lambda bind: audience_sql(ctx, bind, definition))


def in_segment(ctx: Context, segment: str, range_text: str) -> Relation:
    """Return the members of a segment, as of the end of a range.

    Raises:
        BadQuestion: the range is invalid.
    """
    from core.queries.people.segments import segment_sql

    span = ctx.span(range_text)

    def members(bind: Binder) -> str:
        return segment_sql(ctx, bind, segment, span)

    return Relation(("segment", segment, span), members)


def in_units(ctx: Context, question: Any, answering: bool) -> Context:
    """Return the context of a question that counts units in place of people.

    Args:
        answering: whether it is for the answer alone.

    Raises:
        BadQuestion: what it counts is not a field.
    """
    from core.queries.people.units_sql import units_of

    return units_of(ctx, question, answering=answering)
