"""The question of another kind behind each part of a formula."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from core.catalog.revenue import AMOUNT
from core.catalog.selectors import ANY_ACTIVE
from core.errors import BadQuestion
from core.filters import Clause, atoms
from core.formulas.functions import ACTIVES, ALONE, MEASURING
from core.formulas.parser import Term, wrong
from core.queries.activity.active_users import ActiveUsers
from core.queries.common.clauses import ACTOR_FIELDS
from core.queries.common.context import Context
from core.queries.common.periods import dates
from core.queries.common.question import TimedQuestion
from core.queries.formula.model import FormulaFields, Measured, Part
from core.queries.logs.logs import Logs
from core.queries.trend.per_actor import PerActor
from core.queries.trend.trend import WINDOWS, Trend

MAX_GROUPS = 1000

UNWINDOWED = ("EVENTTOTALS", "FREQPERCENTILE", *ALONE)
"""Functions that no window applies to."""


def asked(
    question: FormulaFields, term: Term, part: Part | None, ctx: Context | None = None
) -> TimedQuestion:
    """Return the question for the figures of a term.

    Args:
        part: the segment it is asked for; None means everybody.
        ctx: identifies conditions on people, which ARPAU's divisor keeps.

    Raises:
        BadQuestion: the series is of the wrong kind, has no property, or the window is too long.
    """
    series = question.series[ord(term.letter) - ord("A")]
    fields = _shared(question, series, part, term)
    if question.windowed:
        fields |= _over_window(question, series, term)
    if not term.function:
        if ctx is not None and series.metric == "logs" and fields["range"] == "all_time":
            fields["range"] = "{first},{last}".format(**dates(ctx.span_to_today("all_time")))
        return _plain(series.metric, fields)
    if term.function == ACTIVES:
        fields["conditions"] = _about_people(ctx, fields["conditions"])
        fields["breakdown"] = ()
        return Trend(event=ANY_ACTIVE, measure="users", **fields)
    return _measured(question, series, term, fields)


def _shared(
    question: FormulaFields, series: Measured, part: Part | None, term: Term
) -> dict[str, Any]:
    return {
        "range": series.range or question.range,
        "granularity": question.granularity,
        "conditions": (
            *question.conditions, *(part.conditions if part else ()), *series.filters
        ),
        "breakdown": question.split(term.letter) or question.breakdown,
        "compare": question.compare,
        "audience": part.audience if part and part.audience else question.audience,
        "segment": part.segment if part and part.segment else question.segment,
        "among": question.among,
        "limit": MAX_GROUPS,
    }  # fmt: skip


def _over_window(question: FormulaFields, series: Measured, term: Term) -> dict[str, Any]:
    """Return the window of the formula; BadQuestion where a term has none or one of its own."""
    name = question.windowed
    if term.window:
        raise BadQuestion(f"{name} and {term.window} cannot be combined.", parameter=name)
    if term.function in UNWINDOWED:
        raise BadQuestion(f"{name} does not apply to {term.function}.", parameter=name)
    if not term.function and series.metric in ("wau", "mau", "logs"):
        raise BadQuestion(f"{name} does not apply to {series.metric}.", parameter=name)
    return {name: getattr(question, name)}


def _plain(metric: str, fields: dict[str, Any]) -> TimedQuestion:
    if metric == "dau" and fields.keys() & set(WINDOWS):
        return Trend(event=ANY_ACTIVE, measure="users", **fields)
    if metric in ("dau", "wau", "mau"):
        return ActiveUsers.model_validate({"metric": metric, **fields})
    if metric == "logs":
        return Logs(**fields)
    if metric.startswith("event:"):
        return Trend(event=metric.removeprefix("event:"), **fields)
    return Trend(measure="count" if metric == "events" else metric, **fields)


def _measured(
    question: FormulaFields, series: Measured, term: Term, fields: dict[str, Any]
) -> TimedQuestion:
    measuring = MEASURING[term.function]
    fields["event"] = _event(question, series, term)
    measure = measuring.measure or str(term.argument)
    if measure in ("percentile", "per_actor"):
        measure = percentile(float(term.argument or 0))
    if term.function == "FREQPERCENTILE":
        return PerActor(metric=measure, **fields)
    if measuring.property:
        fields["property"] = _property(question, term)
    if term.function in ALONE:
        del fields["limit"], fields["granularity"]
    try:
        return Trend(measure=measure, **fields, **_window(term))
    except BadQuestion as error:
        sentence = error.message.replace("rolling_window", term.window)
        sentence = sentence.replace("rolling_average", term.window)
        raise wrong(sentence, question.formula, term.at, error.hint) from None


def _window(term: Term) -> dict[str, Any]:
    if term.window == "CUMSUM":
        return {"cumulative": True}
    if term.length < 2:
        return {}
    return {"rolling_average" if term.window == "ROLLAVG" else "rolling_window": term.length}


def _event(question: FormulaFields, series: Measured, term: Term) -> str | None:
    """Return the event of a series; None for any.

    Raises:
        BadQuestion: the series does not count events.
    """
    if series.metric.startswith("event:"):
        return series.metric.removeprefix("event:")
    known = {"events": None, "users": None, "sessions": None, "dau": ANY_ACTIVE}
    if series.metric not in known:
        hint = f"Series {term.letter} is {series.metric}; use event:NAME or events."
        raise wrong(f"{term.function} takes events", question.formula, term.at, hint)
    return known[series.metric]


def _property(question: FormulaFields, term: Term) -> str:
    found = question.measured_property(term.letter)
    if found is None and term.function == "REVENUETOTAL":
        return AMOUNT
    if found is None:
        hint = f"Give series {term.letter} a property, or a breakdown whose first field it is."
        raise wrong(f"{term.function} needs a property", question.formula, term.at, hint)
    return found


def percentile(share: float) -> str:
    """Return the measure for a share: 0.9 is p90."""
    text = f"{Decimal(repr(share)) * 100:f}"
    return f"p{text.rstrip('0').rstrip('.') if '.' in text else text}"


def _about_people(ctx: Context | None, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    if ctx is None:
        return tuple(clauses)
    catalog = ctx.catalog
    return tuple(
        clause
        for clause in clauses
        if {catalog.field(atom.field, "field").kind for atom in atoms(clause)} <= ACTOR_FIELDS
    )
