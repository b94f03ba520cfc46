"""Judging an alert: its figures, whether each fires, and what is not known (definitions 11.7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.alerts.asking import Asked, asked, newest, question_of
from core.alerts.figures import Figure, Known, figures_of, judged_bucket
from core.answers import Series
from core.definitions.alert import Alert, Condition
from core.draw.figures import counted
from core.draw.figures import figure as written
from core.draw.units import money
from core.errors import FootfallError, Stopped
from core.queries.common.context import Context
from core.store.library.alert_states import State
from core.text import clean
from core.timeframe import iso, to_date


@dataclass(frozen=True)
class Verdict:
    """What an alert says of one figure.

    Attributes:
        state: whether it fires, or why that is not known.
        said: the figure in words, or the reason.
        waiting: whether the period is over and its data is not all there yet; the state is then the
            one from before.
    """

    figure: Figure
    state: State
    said: str
    waiting: bool = False


@dataclass(frozen=True)
class Judged:
    """An alert's verdicts, and the answer they are about, None if there is none."""

    verdicts: tuple[Verdict, ...]
    answer: Any = None


NOTHING = Figure("", None)


def judge(alert: Alert, engine: Any, stop: Any = None) -> Judged:
    """Ask an alert's question and judge every figure of the answer.

    A question that cannot be answered is a verdict too.

    Raises:
        Stopped: the user stopped it.
    """
    try:
        return _judged(alert, engine, stop)
    except Stopped:
        raise
    except FootfallError as error:
        return Judged((Verdict(NOTHING, "error", clean(error.message)),))


def _judged(alert: Alert, engine: Any, stop: Any) -> Judged:
    ctx = engine.context()
    question = question_of(alert, ctx)
    wanted = asked(question, alert, ctx)
    answer = engine.answer(wanted.question, stop=stop, forgiving=True)
    missing = _missing(answer, wanted, alert, ctx, newest(question, ctx, engine.read))
    if missing is not None:
        return Judged((missing,), answer)
    found = figures_of(answer, Known(ctx.earliest, alert.unfinished))
    if wanted.before is not None:
        earlier = engine.answer(wanted.before, stop=stop, forgiving=True)
        known = {each.name: each.value for each in figures_of(earlier, Known(ctx.earliest))}
        found = tuple(replace(each, before=known.get(each.name)) for each in found)
    if not found:
        return Judged((Verdict(NOTHING, "no data", "the answer has no figures"),), answer)
    return Judged(tuple(_verdict(each, alert.condition) for each in found), answer)


def _missing(
    answer: Any, wanted: Asked, alert: Alert, ctx: Context, latest: int | None
) -> Verdict | None:
    """Return why an answer cannot be judged: its period is not over, or its data is not there."""
    if isinstance(answer, Series):
        at = judged_bucket(answer, unfinished=alert.unfinished)
        if at is None:
            return Verdict(NOTHING, "no data", "no period of the range is over")
        bucket = answer.buckets[at]
        start, end, name = bucket.start, bucket.end, bucket.label
    elif wanted.until is not None:
        start, end = (ctx.calendar.day_start(wanted.until + n) for n in (0, 1))
        name = to_date(wanted.until).isoformat()
    else:
        return None
    if latest is None or latest < start:
        said = (
            "there are no events" if latest is None else f"the newest is from {_when(latest, ctx)}"
        )
        return Verdict(NOTHING, "no data", f"no data for {name}: {said}")
    if not alert.unfinished and latest < end - (end - start) // SLACK and end > latest:
        said = f"data of {name} ends at {_when(latest, ctx)}"
        return Verdict(NOTHING, "no data", said, waiting=True)
    return None


SLACK = 24
"""Data that ends this part of a period before its end is taken as whole: an hour of a day."""


def _when(ms: int, ctx: Context) -> str:
    return iso(ms, ctx.calendar)[:16].replace("T", " ")


def _verdict(figure: Figure, condition: Condition) -> Verdict:
    said = words(figure, condition)
    if figure.value is None:
        return Verdict(figure, "no data", f"{said}: there is no figure")
    if condition.is_usual and figure.usual is None:
        return Verdict(figure, "no data", f"{said}: too few earlier figures say what is usual")
    if condition.is_change and figure.before is None:
        return Verdict(figure, "no data", f"{said}: there is none before it")
    fires = condition.holds(figure.value, figure.before, figure.usual)
    return Verdict(figure, "firing" if fires else "ok", said)


def words(figure: Figure, condition: Condition) -> str:
    """Return a figure with what it is compared with: "NL: 12 on 2025-04-16 (usual 20 to 31)"."""
    name = f"{clean(figure.name)}: " if figure.name else ""
    when = f" on {figure.period}" if figure.period else ""
    beside = ""
    if condition.is_usual and figure.usual is not None:
        low, high = (_amount(x, figure) for x in figure.usual.band(condition.level))
        beside = f", usual are {low} to {high}"
    elif condition.is_change and figure.before is not None:
        beside = f", before {_amount(figure.before, figure)}"
    if figure.currency:
        return f"{name}{_amount(figure.value, figure)}{when}{beside}"
    return f"{name}{counted(figure.value, figure.unit)}{when}{beside}"


def _amount(value: float | None, figure: Figure) -> str:
    """Return a value as the figure's own is written, without what is counted."""
    return money(value, figure.currency) if figure.currency else written(value, figure.unit)
