"""The rows of the kinds of question about sequences of steps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from core.filters import in_words
from core.words.counted import title
from core.words.kinds import (
    Beginning,
    Figures,
    Kind,
    Lead,
    Opening,
    Openings,
    Phrase,
    Wording,
    Writing,
    always,
    keyword,
    of_steps,
    unchanged,
)
from core.words.reading import Body, Part, steps_of

FUNNEL = "funnel"
WINDOW = 7 * 86_400
"""The window of suggested funnels, in seconds."""


def _opening(at: int, title: str) -> Openings:
    def begin(start: Beginning) -> Iterator[Opening]:
        if len(start.steps) > 1:
            body = {"steps": start.steps, "window_seconds": WINDOW}
            yield Opening("funnels", at, title, body)

    return begin


def _step(question: Any, number: int) -> str:
    """Return the name of a step or, without one, its event without its disambiguating prefix, and
    its filters; "" if there is no such step.
    """
    if number > len(question.steps):
        return ""
    step = question.steps[number - 1]
    if step.name:
        return str(step.name)
    where = in_words(*step.filters)
    event = str(step.event).removeprefix("event:")
    return f"{event} where {where}" if where else event


def _plainly(_: Any, __: Any) -> Body:
    """Lead to a kind that takes neither a breakdown nor a comparison."""
    return {"compare": None, "breakdown": ()}


# -- funnel


def _funnel(writer: Writing) -> str:
    steps = writer.value("steps")
    return ("" if len(steps) > 1 else "funnel ") + " > ".join(writer.step(step) for step in steps)


def _reached(question: Any, cell: Any) -> str:
    if cell.step is None and cell.outcome == "dropped":
        return f"{title(question)} who entered the funnel and did not finish it"
    if cell.step is None:
        return f"{title(question)} who entered the funnel"
    event = _step(question, cell.step)
    if cell.outcome == "dropped":
        return f"Dropped before step {cell.step}, {event},"
    return f"Reached step {cell.step}, {event},"


FUNNEL_KIND = Kind(
    name="funnel",
    at="core.queries.funnel.funnel:Funnel",
    shapes=("steps",),
    wording=Wording(
        phrases=(Phrase("FUNNEL OF? named (ARROW named)*", steps_of),),
        write=_funnel,
        words=keyword("funnel"),
    ),
    example="signup > project_created > purchase",
    about="how many people get through the steps; `funnel signup` has one step",
    behind=_reached,
    figures=Figures(
        "count_by",
        (("uniques", "people"), ("totals", "attempts"), ("sessions", "sessions")),
        said=False,
    ),
    openings=_opening(10, "Funnel"),
    themes=(FUNNEL,),
    leads=(Lead(FUNNEL, 10, "s", "the funnel, step by step", unchanged),),
)


# -- funnel_trend


def _entered(question: Any, cell: Any) -> str:
    named = re.match(r"\d{1,9}", cell.series or "")
    step = cell.step or (int(named[0]) if named else question.last_step)
    event = _step(question, step)
    if cell.outcome == "dropped":
        return f"Did not reach step {step}, {event}, entering"
    return f"Reached step {step}, {event}, entering"


FUNNEL_TREND = Kind(
    name="funnel_trend",
    at="core.queries.funnel.over_time:FunnelTrend",
    shapes=("series",),
    wording=of_steps("trend", named="FUNNEL_TREND", pattern=r"(?:funnel\s+)?trend"),
    example="trend of signup > purchase weekly",
    about="conversion by time of entry",
    behind=_entered,
    figures=Figures(
        "measure",
        (
            ("conversion", "conversion"),
            ("counts", "people per step"),
            ("median_seconds", "median time"),
            ("avg_seconds", "average time"),
        ),
    ),
    openings=_opening(20, "Conversion over time"),
    themes=(FUNNEL,),
    leads=(Lead(FUNNEL, 20, "t", "conversion over time", unchanged),),
    over_time=always,
)


# -- time_to_convert


def _took(question: Any, cell: Any) -> str:
    first, last = (_step(question, n) for n in (question.from_step, question.last_step))
    if question.measure == "repeats":
        return f"{title(question)} with {cell.row or 'any'} times of {first} before {last}"
    return f"{title(question)} who took {cell.row or 'any time'} from {first} to {last}"


def _to_step(question: Any, step: Any) -> Body:
    """Lead to the time until the step under the cursor."""
    to = {"to_step": step} if step and 1 < step < len(question.steps) else {}
    return {**_plainly(question, step), **to}


TIME_TO_CONVERT = Kind(
    name="time_to_convert",
    at="core.queries.funnel.time_to_convert:TimeToConvert",
    shapes=("histogram",),
    wording=of_steps("time to convert"),
    example="time to convert signup > purchase",
    about="how long conversion takes, as a histogram",
    behind=_took,
    figures=Figures("measure", (("seconds", "time"), ("repeats", "repeats"))),
    openings=_opening(30, "Time to convert"),
    themes=(FUNNEL,),
    leads=(Lead(FUNNEL, 30, "c", "time to convert", _to_step),),
)


# -- correlation


def _correlated(question: Any, cell: Any) -> str:
    did = {"reached": " and converted", "dropped": " and did not convert"}.get(cell.outcome or "")
    had = f" and had {cell.row}" if cell.row is not None else ""
    return f"Entered {question.steps[0].name or question.steps[0].event}{had}{did or ''}"


CORRELATION = Kind(
    name="correlation",
    at="core.queries.funnel.correlation:Correlation",
    shapes=("table",),
    wording=of_steps("correlation"),
    example="correlation of signup > purchase",
    about="what people who converted did that others did not",
    behind=_correlated,
    figures=Figures(
        "side",
        (
            ("both", "all"),
            ("success", "correlated with converting"),
            ("failure", "correlated with not converting"),
        ),
        said=False,
    ),
    openings=_opening(40, "What correlates with converting"),
    themes=(FUNNEL,),
    leads=(Lead(FUNNEL, 40, "g", "what correlates with converting", _plainly),),
    rows_are_events=always,
)


# -- attribution


def _read_attribution(read: list[Any]) -> Body:
    if len(read) < 2:
        return {}
    return {"to": read[-1] if isinstance(read[-1], str) else "_active"}


def _attribution(writer: Writing) -> str:
    to, by = writer.value("to"), writer.value("property")
    text = f"attribution of {writer.name(to)} by {writer.name(by)}"
    days = writer.take("lookback_days")
    return text if days is None else f"{text} within {days}d"


def _of_touches(part: Part) -> Part:
    """Return a clause of attribution, whose field and window in days have different names."""
    fields = dict(part.fields)
    if len(fields.get("breakdown", ())) == 1:
        fields["property"] = fields.pop("breakdown")[0]
    if (fields.get("window_seconds") or 1) % 86_400 == 0:
        fields["lookback_days"] = fields.pop("window_seconds") // 86_400
    return Part(fields, part.at)


def _touched(question: Any, cell: Any) -> str:
    touched = f" after {question.property} {cell.row}" if cell.row is not None else ""
    return f"Users with {question.to}{touched}"


def _led(start: Beginning) -> Iterator[Opening]:
    for name in start.carried:
        body = {"to": start.event, "property": name}
        yield Opening("events and fields", 50, f"What led to {start.shown}", body)


ATTRIBUTION = Kind(
    name="attribution",
    at="core.queries.funnel.attribution:Attribution",
    shapes=("table",),
    wording=Wording(
        phrases=(Phrase("ATTRIBUTION (OF selector)?", _read_attribution),),
        write=_attribution,
        words=keyword("attribution"),
    ),
    example="attribution of purchase by source within 14d",
    about="which values of a field led to an event",
    behind=_touched,
    figures=Figures(
        "model",
        (
            ("last", "the last touch"),
            ("first", "the first touch"),
            ("linear", "all touches equally"),
            ("participation", "every touch in full"),
            ("u_shaped", "mostly the first and last"),
            ("j_shaped", "mostly the last"),
            ("inverse_j", "mostly the first"),
            ("time_decay", "more for later touches"),
        ),
    ),
    openings=_led,
    clause=_of_touches,
)


KINDS = (FUNNEL_KIND, FUNNEL_TREND, TIME_TO_CONVERT, CORRELATION, ATTRIBUTION)
