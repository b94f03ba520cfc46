"""The questions that follow from a page's own: what its companions ask.

Each takes over the range, the filters and the people of the page's question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from core.answers import Cell
from core.boards.answering import block_question
from core.boards.suggestions import event_of
from core.definitions.board import Block, Board
from core.errors import FootfallError
from core.queries import from_json
from core.queries.common.any_question import said_by
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.text import clean
from tui.actions import edits
from tui.actions.related import ways
from tui.texts.fields import has
from tui.widgets.companion import About

POINTS = 90
"""Charts beside others have periods of which the range has at most so many."""

OF_RANGE = ("range", "conditions", "segment", "audience")
OVER_A_RANGE = (
    "retention", "trend", "lifecycle", "stickiness", "usage_interval", "time_to_convert",
    "funnel_trend", "top_events", "engagement", "grouped", "paths", "weekday", "sessions",
    "composition", "per_actor", "first_time", "formula", "several", "ltv", "attribution", "logs",
)  # fmt: skip
"""Kinds whose answer about one period is read beside that about the one before."""

COMPARED = ("trend", "active_users")
"""Kinds of one number over time, which is compared and explained."""

MOST_DONE = {"kind": "top_events", "order_by": "users", "limit": 15}
"""What people do, by how many of them did."""

WHEN = "How many of them were active"
"""The heading of when the people under the cursor were active."""

EXAMINED = 8
"""How many properties are looked at for what changed."""

FIELDS_TO_TRY = ("country", "source", "plan", "platform", "os", "browser", "device_type", "city")
"""Fields that people most often break numbers down by, the first that a workspace has is taken."""


def taken_over(question: Question) -> dict[str, Any]:
    """Return the range, filters and people of a question."""
    whole = question.model_dump(by_alias=True)
    return {name: whole[name] for name in OF_RANGE if name in whole}


def unit_for(range_text: str, ctx: Context, most: int = POINTS) -> str:
    """Return the shortest unit of which a range has at most so many periods."""
    span = ctx.span(range_text)
    fitting = [unit for unit in edits.granularities(range_text, ctx) if unit != "minute"]
    for unit in fitting:
        if len(ctx.buckets(span, unit)) <= most:
            return unit
    return fitting[-1] if fitting else "daily"


def a_field(about: About, taken: Sequence[str] = ()) -> str | None:
    """Return a field to break a question down by: its own, else one that events have all, with two
    values or more, or that its event has.

    Args:
        taken: fields that it is not to be.
    """
    own = getattr(about.question, "breakdown", None)
    if own:
        return own if isinstance(own, str) else str(own[0])
    return next((name for name in _fields(about) if name not in taken), None)


def _fields(about: About) -> Iterator[str]:
    """Yield fields to break a question down by, best first."""
    catalog = about.context.catalog
    fields = catalog.fields
    known = [name for name in fields if len(catalog.values.of(name)) > 1]
    for name in FIELDS_TO_TRY:
        if name in known or (name in fields and name in _properties(about)):
            yield name
    yield from known
    yield from _properties(about)


def _properties(about: About) -> Sequence[str]:
    """Return the properties that break the question's event down well."""
    steps = getattr(about.question, "steps", None)
    return about.worth(steps[0].event if steps else event_of(about.question))


def by_a_field(about: About) -> Question | None:
    """Return the page's question by a field; None if it has no breakdown, or is by one already."""
    question = about.question
    if not has(question, "breakdown") or getattr(question, "breakdown", None):
        return None
    return _broken_down(about, question)


def by_another_field(about: About) -> Question | None:
    """Return the people of the page's question by a field that it is not broken down by."""
    question = about.question
    if not has(question, "breakdown"):
        return None
    own = getattr(question, "breakdown", None) or ()
    bare = edits.revise(question, breakdown=() if isinstance(own, tuple) else None)
    if getattr(bare, "measure", None) == "count":
        bare = edits.revise(bare, measure="users")
    taken = [name.removeprefix("properties.") for name in ((own,) if isinstance(own, str) else own)]
    return _broken_down(about, bare, taken)


def _broken_down(about: About, question: Question, taken: Sequence[str] = ()) -> Question | None:
    """Return a question that has no breakdown by a field; None if there is none to take, or if the
    kind has breakdowns but not of this question.
    """
    name = a_field(replace(about, question=question), taken)
    if name is None:
        return None
    several = isinstance(getattr(question, "breakdown", None), tuple)
    with suppress(FootfallError):
        return edits.revise(question, breakdown=(name,) if several else name)
    return None


def by_heading(question: Question) -> str:
    """Return the heading of a question by a field, or of what people do."""
    if question.kind == "top_events":
        return "What they do most"
    by = getattr(question, "breakdown", None) or ""
    return "By " + clean(by if isinstance(by, str) else ", ".join(by), 40)


# -- of a funnel


def conversion_over_time(about: About) -> Question | None:
    """Return the share that converted, over time."""
    question = _way(about, "funnel_trend")
    unit = unit_for(about.question.range, about.context)
    return question and edits.revise(question, granularity=unit)


def time_to_convert(about: About) -> Question | None:
    """Return how long it took."""
    return _way(about, "time_to_convert")


def goes_with(about: About) -> Question | None:
    """Return what those who converted did more often than others."""
    return _way(about, "correlation")


def entrants_did(about: About) -> Question:
    """Return what those who entered a funnel do, by how many of them did."""
    return _of_people(about.question, None, MOST_DONE)


def _way(about: About, kind: str) -> Question | None:
    found = ways(about.question, about.answer, None, about.context)
    return next((question for _, _, question in found if question.kind == kind), None)


# -- of retention


def period_before(about: About) -> Question:
    """Return the page's question about the range before its own.

    Raises:
        BadQuestion: there are no earlier events.
    """
    earlier = edits.shifted(about.question.range, about.context, -1)
    return edits.revise(about.question, range=earlier)


# -- around a mark


def figure_of(board: Board, block: Block) -> Question | None:
    """Return the question of a tile that is one figure over time; None for any other tile."""
    if block.type != "chart":
        return None
    try:
        question = block_question(board, block)
    except FootfallError:
        return None
    figure = question.kind in COMPARED and not getattr(question, "breakdown", ())
    return question if figure else None


# -- of a metric


def what_changed(about: About) -> Question | None:
    """Return the values that changed the number most since the period before.

    Of a funnel, which has no such number, its conversion over time; of these values, the number
    over time; of others, and where there is no field to examine, the period before; of what has
    none, when the people under the cursor were active.
    """
    question = about.question
    if question.kind == "explain":
        body = question.model_dump(by_alias=True)
        return from_json({**body["of"], **taken_over(question), "compare": body["compare"]})
    if question.kind == "funnel":
        return conversion_over_time(about)
    if question.kind not in COMPARED:
        return period_before(about) if question.kind in OVER_A_RANGE else they_were_active(about)
    catalog = about.context.catalog
    stored = any(map(catalog.values.of, catalog.fields))
    examined = () if stored else tuple(_properties(about))[:EXAMINED]
    if not stored and not examined:
        return period_before(replace(about, question=edits.revise(question, compare=None)))
    of = question.model_dump(by_alias=True)
    kept = {name: value for name, value in of.items() if name not in ("breakdown", "compare")}
    return from_json(
        {
            "kind": "explain",
            "of": kept,
            **({"breakdown": examined} if examined else {}),
            "limit": 30,
        }
    )


def they_did(about: About) -> Question | None:
    """Return what the people behind the number under the cursor do most; None where nobody is."""
    return _among(about, MOST_DONE)


def they_were_active(about: About) -> Question | None:
    """Return how many of the people behind the number under the cursor were active when."""
    unit = unit_for(about.question.range, about.context)
    return _among(about, {"kind": "active_users", "granularity": unit})


def _among(about: About, body: dict[str, Any]) -> Question | None:
    """Return a question about the people behind the number under the cursor."""
    if about.cell is None or about.question.kind == "sql":
        return None
    with suppress(FootfallError):
        return _of_people(about.question, about.cell, body)
    return None


def _of_people(question: Question, cell: Cell | None, body: dict[str, Any]) -> Question:
    """Return a question about the people of another, or behind one of its numbers."""
    people = {"kind": "people", "of": said_by(question)}
    if cell is not None:
        people["cell"] = cell.model_dump()
    return from_json({**body, "range": question.range, "among": people})


def change_heading(question: Question) -> str:
    """Return the heading of `what_changed`; "" for that of its answer."""
    if question.among is not None and question.kind == "active_users":
        return WHEN
    headings = {"explain": "What changed most", "funnel_trend": "Conversion over time"}
    if question.kind in COMPARED and getattr(question, "compare", None):
        return ""
    return headings.get(question.kind, "The period before")


def by_value(about: About) -> Question | None:
    """Return the metric by a field, compared with the period before; others by a field alone, and
    of those that cannot be broken down what the people under the cursor do most.
    """
    question = about.question
    if question.kind not in COMPARED:
        return by_a_field(about) or they_did(about)
    name = a_field(about)
    if name is None:
        return None
    compare = getattr(question, "compare", None) or "previous"
    return edits.revise(question, breakdown=(name,), compare=compare)


def by_hour(about: About) -> Question | None:
    """Return the metric by weekday and hour; of others when the people under the cursor were
    active, if `what_changed` is not that already.
    """
    question = about.question
    if question.kind not in ("trend", "active_users"):
        others = question.kind in OVER_A_RANGE
        return they_were_active(about) if others else None
    measure = getattr(question, "measure", "users")
    body = {"kind": "weekday", "granularity": "hourly", "event": getattr(question, "event", None)}
    counted = {"measure": measure if measure in ("count", "sessions") else "users"}
    return from_json({**taken_over(question), **body, **counted})


def hour_heading(question: Question) -> str:
    """Return the heading of `by_hour`."""
    return WHEN if question.kind == "active_users" else "By weekday and hour"


def how_often(about: About) -> Question | None:
    """Return how many people did the metric's event once, twice, and so on."""
    event = getattr(about.question, "event", None)
    if about.question.kind != "trend" or event is None:
        return None
    body = {"kind": "trend", "event": event, "measure": "frequency"}
    return from_json({**taken_over(about.question), **body})
