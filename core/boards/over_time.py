"""The conversion over time of a board's funnels, which their tiles show as a small line."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from core.errors import FootfallError
from core.queries.common.context import Context
from core.queries.common.question import Question

UNITS: Final = ("daily", "weekly", "monthly", "quarterly", "yearly")
FEWEST, MOST = 3, 45
"""How many periods the line has, at least and at most."""


def conversion_over_time(question: Question, ctx: Context) -> Question | None:
    """Return what a funnel's tile shows over time: the conversion of those who entered in each
    period, with the funnel's own range, filters and people.

    None of any other question, of a funnel by a field or of one step, and where the range has too
    few periods.
    """
    own = question.model_dump(by_alias=True)
    if question.kind != "funnel" or own.get("breakdown"):
        return None
    from core.queries import from_json
    from core.queries.funnel.over_time import FunnelTrend

    span = ctx.span(question.range)
    counts = ((unit, len(ctx.buckets(span, unit))) for unit in UNITS)
    unit = next((unit for unit, count in counts if FEWEST <= count <= MOST), None)
    if unit is None:
        return None
    body = {name: own[name] for name in own if name in FunnelTrend.model_fields}
    over = {"kind": "funnel_trend", "granularity": unit, "compare": None}
    with suppress(FootfallError):
        return from_json(body | over)
    return None


def with_trend(answer: Any, question: Question, engine: Any, stop: Any = None) -> Any:
    """Return a funnel's answer with its conversion over time beside it, any other as it is.

    Raises:
        Stopped: the user stopped it.
    """
    over_time = conversion_over_time(question, engine.context())
    if over_time is None:
        return answer
    from core.errors import Stopped

    try:
        trend = engine.answer(over_time, stop=stop, forgiving=True)
    except Stopped:
        raise
    except FootfallError:
        return answer
    return answer.model_copy(update={"trend": trend})
