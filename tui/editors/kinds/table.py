"""The rows of a question of any kind, from the table of kinds."""

from __future__ import annotations

from collections.abc import Callable

from core.queries.common.question import Question
from tui.editors.entries import Edit, Entry, title
from tui.editors.kinds import anything, audience, fields, funnel, retention, series, trend
from tui.editors.kinds.filters import About, filters
from tui.texts.fields import has

Rows = Callable[[Question], list[Entry]]

FUNNEL = frozenset(
    {"steps", "window_seconds", "order", "exclusions", "exclude", "hold", "users", "first_day",
     "count_by", "counting", "attribution", "resolution", "complete", "breakdown"}
)  # fmt: skip
WHOLE_DAYS = ("daily", "weekly", "monthly", "quarterly", "yearly")
FILTERED = {
    "retention": (("start", "of the start event"), ("both", "of both events")),
    **dict.fromkeys(
        ("funnel", "funnel_trend", "time_to_convert", "correlation"),
        (("every", "for every step"), ("first", "for step 1 only")),
    ),
}
"""kind -> the values of `filters_on`, and which events the conditions then apply to."""


def _funnel(question: Question) -> list[Entry]:
    return [*funnel.steps(question), *funnel.attempt(question), *anything.own(question, FUNNEL)]


def _retention(question: Question) -> list[Entry]:
    return [*retention.events(question), *retention.windows(question)]


def _trend(question: Question) -> list[Entry]:
    return [
        fields.event(question, ("event",), "event", absent="any event"),
        *trend.measure(question),
        *trend.windows(question),
        *trend.more(question),
    ]


OF_OTHERS = ("people", "differences")
"""Kinds whose people and conditions are those of the questions inside."""

OWN: dict[str, tuple[Rows, frozenset[str]]] = {
    **dict.fromkeys(("funnel", "funnel_trend", "time_to_convert", "correlation"),
                    (_funnel, frozenset({"breakdown"}))),
    "retention": (_retention, frozenset({"granularity", "breakdown"})),
    "trend": (_trend, frozenset()),
    "formula": (series.formula, frozenset()),
    "several": (series.several, frozenset({"granularity", "compare"})),
    "audience": (audience.rows, frozenset({"range", "who"})),
    "segment": (lambda question: [], frozenset()),
}  # fmt: skip
"""kind -> its own rows, and which shared rows are among them."""


def rows_of(question: Question) -> list[Entry]:
    """Return the rows of a form over a question."""
    own, taken = OWN.get(question.kind, (anything.own, frozenset()))
    found = own(question)
    shared = [title("the question"), *_shared(question, taken)] if found else _shared(
        question, taken
    )  # fmt: skip
    return [*found, *shared, *conditions(question)]


def _shared(question: Question, taken: frozenset[str]) -> list[Entry]:
    kind = question.kind
    found: list[Entry] = []
    if "range" not in taken and kind not in ("people", "saved", "user_search"):
        found.append(fields.range_of(question))
    if has(question, "granularity") and "granularity" not in taken and _runs(question):
        whole = kind in ("lifecycle", "stickiness", "ltv")
        found.append(fields.units(question, WHOLE_DAYS if whole else fields.UNITS))
    if has(question, "breakdown") and "breakdown" not in taken:
        found += _breakdown(question)
    if has(question, "compare") and "compare" not in taken:
        found.append(fields.compare(question))
    if has(question, "limit") and _is_limited(question):
        found.append(fields.number(question, ("limit",), "at most", least=1, most=10_000))
    if kind not in ("sql", "segments", "against", *OF_OTHERS) and "who" not in taken:
        found.append(fields.people(question))
    if has(question, "counting") and kind != "correlation":
        found.append(fields.counted(question))
    return found


def _breakdown(question: Question) -> list[Entry]:
    if question.kind == "differences":
        return fields.fields(
            question, ("breakdown",), "looking at", most=20, none="events and all context"
        )
    most = 20 if question.kind == "explain" else 2
    about = getattr(question, "event", None)
    return fields.fields(question, ("breakdown",), "broken down by", most=most, about=about)


def added_conditions(question: Question) -> dict[str, Edit]:
    """Return what letters add where only the conditions are on show: a filter."""
    new = conditions(question)[0].keys["n"]
    return {"n": new, "f": new}


def _runs(question: Question) -> bool:
    """Whether its granularity matters or is given."""
    idle = question.kind in ("funnel", "time_to_convert", "correlation", "paths")
    return not idle or not fields.is_usual(question, ("granularity",))


def _is_limited(question: Question) -> bool:
    """Whether there can be too much to show: rows, or groups of a breakdown."""
    by = fields.now(question, ("breakdown",))
    grouped = not has(question, "breakdown") or bool(by)
    return grouped or not fields.is_usual(question, ("limit",))


def added(question: Question) -> dict[str, Edit]:
    """Return what `n` and `f` add on rows that do not say: a step, a line, a rule, a filter."""
    found: dict[str, Edit] = {}
    filters_ = conditions(question)
    if filters_:
        found["f"] = filters_[0].keys["n"]
    if question.kind == "audience":
        found |= audience.added(question)
    steps_ = fields.now(question, ("steps",))
    if isinstance(steps_, tuple):
        found["n"] = funnel.new_step(len(steps_))
    elif question.kind == "trend":
        found["n"] = trend.beside()
    elif question.kind in ("formula", "several"):
        first = next(row for row in OWN[question.kind][0](question) if row.key == "series.0")
        found["n"] = first.keys["n"]
    return found


def conditions(question: Question) -> list[Entry]:
    """Return the rows of the conditions of a question, and of which events they are."""
    if question.kind in ("sql", *OF_OTHERS):
        return []
    event = getattr(question, "event", None)
    if has(question, "steps") and isinstance(fields.now(question, ("steps",)), tuple):
        event = fields.now(question, ("steps", 0, "event"))
    about = About(event, question.kind == "logs")
    found = filters(question, ("conditions",), about)
    if question.kind in FILTERED:
        words = FILTERED[question.kind]
        found.insert(1, fields.choice(question, ("filters_on",), "they are", words, 1))
    return found
