"""The selection of a question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.answers import Cell
from core.catalog.selectors import ANY_ACTIVE, meaning
from core.filters import Clause, atoms
from core.queries.common.clauses import is_on_people
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.queries.common.selection import Selection
from core.sql.dialect import Relation


def select(
    ctx: Context,
    question: Question,
    event: str | None = None,
    clauses: Iterable[Clause] = (),
    *,
    parameter: str = "event",
    absent: str = ANY_ACTIVE,
) -> Selection:
    """Return the selection of a question: an event, its own clauses, audience and segment.

    Args:
        event: an event selector (see core.catalog.selectors).
        clauses: additional ones, such as a step's filters.
        absent: the selector used if none is given: ANY_ACTIVE, or ANY if being active does not
            matter.
    """
    found = meaning(ctx.catalog, event, parameter, absent=absent)
    members = members_of(ctx, question) if ctx.dialect.counted is None else ()
    start = Selection(ctx, found.events, (), members, found.matching, question.range)
    own = checked(ctx, question.conditions)
    if ctx.dialect.counted is not None:
        own = [clause for clause in own if not is_on_people(ctx, clause)]
    return start.narrowed([*own, *checked(ctx, list(clauses))])


def members_of(ctx: Context, question: Question) -> tuple[Relation, ...]:
    """Return the members of a question's audience, segment and inner question, if it has any.

    Raises:
        NotFound: no audience is saved under that name.
        BadQuestion: the segment is not one of the eight.
    """
    found: list[Relation] = []
    if question.audience is not None:
        found.append(ctx.in_audience(ctx, question.audience))
    if question.segment is not None:
        found.append(ctx.in_segment(ctx, question.segment, question.range))
    if question.among is not None:
        found.append(_people_of(ctx, question.among))
    return tuple(found)


def _people_of(ctx: Context, among: Question) -> Relation:
    """Return the people of a question."""
    key = "among", among.model_dump_json(by_alias=True)
    return Relation(key, lambda bind: among.members(ctx, bind, Cell()))


def checked(ctx: Context, clauses: Sequence[Clause]) -> Sequence[Clause]:
    """Return clauses unchanged; BadQuestion if one is about a field that nothing has."""
    for clause in clauses:
        for atom in atoms(clause):
            ctx.catalog.existing(atom.field, "field")
    return clauses
