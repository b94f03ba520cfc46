"""What the measure key offers: the figures a question's kind can count, in words."""

from __future__ import annotations

from typing import Any

from core.boards.suggestions import Openings
from core.queries.common.question import Question
from core.text import clean

CYCLED = 3
"""Up to so many choices the key goes round; past that it opens a list."""

FIGURES: dict[str, tuple[str, tuple[tuple[Any, str], ...]]] = {
    "active_users": ("metric", (("dau", "active users of a day"), ("wau", "of 7 days"),
                                ("mau", "of 30 days"))),
    "users": ("metric", (("active", "active users"), ("new", "new users"),
                         ("cumulative", "users in all"), ("updated", "users who changed"))),
    "sessions": ("metric", (
        ("unique", "sessions"), ("volume", "sessions started"), ("average", "average length"),
        ("length", "lengths"), ("per_user", "sessions per user"), ("bounce", "bounces"),
        ("top", "sessions by a field"), ("entry", "first events"), ("exit", "last events"))),
    "ltv": ("metric", (("arpu", "revenue per user"), ("arppu", "revenue per paying user"),
                       ("revenue", "revenue"), ("paying_users", "paying users"))),
    "stickiness": ("mode", (("ratio", "share of days"), ("exact", "on exactly so many days"),
                            ("cumulative", "on at least so many days"))),
    "lifecycle": ("new_means", (("activity", "active for the first time"),
                                ("product", "doing this for the first time"))),
    "per_actor": ("metric", (("avg", "average per person"), ("median", "median"),
                             ("p90", "90th percentile"), ("min", "least"), ("max", "most"),
                             ("sum", "sum"))),
    "paths": ("count_by", (("uniques", "people"), ("totals", "paths"))),
    "funnel": ("count_by", (("uniques", "people"), ("totals", "attempts"),
                            ("sessions", "sessions"))),
    "funnel_trend": ("measure", (("conversion", "conversion"), ("counts", "people per step"),
                                 ("median_seconds", "median time"),
                                 ("avg_seconds", "average time"))),
    "time_to_convert": ("measure", (("seconds", "time"), ("repeats", "repeats"))),
    "correlation": ("side", (("both", "all"), ("success", "with converting"),
                             ("failure", "with not converting"))),
    "retention": ("mode", (("n_day", "in exactly that period"), ("unbounded", "then or later"),
                           ("on_or_before", "then or before"), ("streak", "in all up to it"))),
    "attribution": ("model", (
        ("last", "the last touch"), ("first", "the first touch"), ("linear", "all touches alike"),
        ("participation", "every touch in full"), ("u_shaped", "the ends"),
        ("j_shaped", "the last above all"), ("inverse_j", "the first above all"),
        ("time_decay", "the later the more"))),
    "top_events": ("order_by", (("count", "by events"), ("users", "by people"))),
    "composition": ("mode", (("most_recent", "the last value"), ("all_values", "every value"),
                             ("cross_values", "all values of a person together"))),
    "logs": ("metric", (("volume", "over time"), ("top", "by level"), ("raw", "one by one"))),
}  # fmt: skip
"""kind -> the field that says what is counted, and its values with words."""

OF_EVENTS = (
    ("count", "events"), ("users", "people"), ("sessions", "sessions with it"),
    ("average", "events per person"), ("pct_dau", "share of the active people"),
    ("frequency", "people by how often"), ("session_events", "events of sessions with it"),
)  # fmt: skip
OF_NUMBERS = (
    ("sum", "sum"), ("avg", "average"), ("median", "median"), ("p90", "90th percentile"),
    ("min", "least"), ("max", "most"), ("distinct", "different values"),
    ("histogram", "how it is spread"),
)  # fmt: skip

Choice = tuple[str, dict[str, Any]]
"""Words, and the fields they change."""


def choices(question: Question, openings: Openings) -> list[Choice]:
    """Return what a question can count; empty when that is one thing only."""
    if question.kind == "trend":
        return _of_trend(question, openings)
    if question.kind == "explain":
        return []
    field, values = FIGURES.get(question.kind, ("", ()))
    return [(words, {field: value}) for value, words in values]


def _of_trend(question: Question, openings: Openings) -> list[Choice]:
    found: list[Choice] = [
        (words, {"measure": measure, "property": None}) for measure, words in OF_EVENTS
    ]
    for name in openings.numbers_of(getattr(question, "event", None)):
        found += [
            (f"{words} of {clean(name, 30)}", {"measure": measure, "property": name})
            for measure, words in OF_NUMBERS
        ]
    return found


def chosen(question: Question, offered: list[Choice]) -> int | None:
    """Return which of the choices is in force, None when none of them is."""
    return next((i for i, (_, fields) in enumerate(offered) if _holds(question, fields)), None)


def _holds(question: Question, fields: dict[str, Any]) -> bool:
    return all(getattr(question, name, None) == value for name, value in fields.items())


UNSAID = ("funnel", "retention", "lifecycle", "paths", "correlation", "composition")
"""Kinds whose titles do not say what is counted."""


def words_of(question: Question) -> str:
    """Return what a question counts where neither its kind nor its title says it, else ""."""
    if question.kind not in UNSAID:
        return ""
    field, values = FIGURES.get(question.kind, ("", ()))
    now = getattr(question, field, None) if field else None
    usual = type(question).model_fields[field].default if field else None
    return next((words for value, words in values if value == now and now != usual), "")
