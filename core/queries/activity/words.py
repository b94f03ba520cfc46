"""The rows of the kinds of question about active, new, returning and dormant people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.queries.trend.words import OF_NUMBERS, measured
from core.text import clean
from core.words.counted import many, title
from core.words.kinds import (
    Beginning,
    Choice,
    Figures,
    Kind,
    Lead,
    NumbersOf,
    Opening,
    Phrase,
    Wording,
    Writing,
    alone,
    always,
    keyword,
    of_event,
    unchanged,
)
from core.words.reading import Body, Name

PEOPLE = "people"
COMING_BACK = "coming back"


# -- active_users

_ACTIVE = {"dau": "Active users", "wau": "Weekly active users", "mau": "Monthly active users"}


def _active_users(_: Beginning) -> Iterator[Opening]:
    for at, (metric, words) in enumerate(_ACTIVE.items(), 1):
        yield Opening(PEOPLE, 10 * at, words, {"metric": metric})


ACTIVE_USERS = Kind(
    name="active_users",
    at="core.queries.activity.active_users:ActiveUsers",
    shapes=("series",),
    wording=Wording(
        phrases=(
            Phrase("METRIC", lambda read: {"metric": str(read[0]).lower()}),
            Phrase("ACTIVE USERS", lambda _: {}),
        ),
        write=lambda writer: str(writer.value("metric")),
    ),
    example="dau",
    about="active users by day; also `wau` and `mau` over 7 and 30 days, and `active users`",
    behind=lambda question, _: _ACTIVE[question.metric].replace("users", many(question)),
    figures=Figures(
        "metric",
        (("dau", "active users of a day"), ("wau", "of 7 days"), ("mau", "of 30 days")),
    ),
    openings=_active_users,
    themes=(COMING_BACK,),
    leads=(Lead(COMING_BACK, 10, "a", "active users", unchanged),),
    over_time=always,
    explained=True,
)


# -- users

_USERS = {
    "active": "Active users",
    "new": "New users",
    "cumulative": "Known users",
    "updated": "Updated users",
}
_USERS_WORDS = {"active": "users", "new": "new users", "cumulative": "known users"}


def _users(_: Beginning) -> Iterator[Opening]:
    yield Opening(PEOPLE, 40, "New users", {"metric": "new"})
    yield Opening(PEOPLE, 50, "Known users", {"metric": "cumulative"})


USERS = Kind(
    name="users",
    at="core.queries.activity.users:Users",
    shapes=("series",),
    wording=Wording(
        phrases=(
            Phrase("USERS", lambda _: {}),
            Phrase("NEW_USERS", lambda _: {"metric": "new"}),
            Phrase("KNOWN_USERS", lambda _: {"metric": "cumulative"}),
        ),
        write=lambda writer: (
            "users"
            if writer.left.get("metric") == "updated"
            else _USERS_WORDS[writer.value("metric")]
        ),
        words=keyword("new users") | keyword("known users"),
    ),
    example="users",
    about="active people per period; `new users` and `known users` count differently",
    behind=lambda question, _: _USERS[question.metric],
    figures=Figures(
        "metric",
        (
            ("active", "active users"),
            ("new", "new users"),
            ("cumulative", "known users"),
            ("updated", "users updated"),
        ),
    ),
    openings=_users,
    themes=(COMING_BACK,),
    over_time=always,
    explained=True,
)


# -- lifecycle

LIFECYCLE = Kind(
    name="lifecycle",
    at="core.queries.activity.lifecycle:Lifecycle",
    shapes=("series",),
    wording=of_event("lifecycle"),
    example="lifecycle weekly",
    about="new, returning, resurrected and dormant; `lifecycle of purchase` is about one event",
    behind=lambda question, cell: f"{(cell.series or 'active').capitalize()} {many(question)}",
    figures=Figures(
        "new_means",
        (
            ("activity", "active for the first time"),
            ("product", "doing this for the first time"),
        ),
        said=False,
    ),
    openings=lambda _: iter([Opening(COMING_BACK, 30, "Lifecycle", {})]),
    themes=(COMING_BACK,),
    leads=(
        Lead(COMING_BACK, 20, "c", "lifecycle: new, returning, resurrected, dormant", unchanged),
    ),
    over_time=always,
)


# -- stickiness


def _stickiness(_: Beginning) -> Iterator[Opening]:
    yield Opening(COMING_BACK, 40, "Stickiness", {})
    yield Opening(COMING_BACK, 50, "Days people are active", {"mode": "exact"})


def _sticky(question: Any, cell: Any) -> str:
    whom = title(question)
    whose = f"{whom} of {question.event}" if question.event else f"Active {many(question)}"
    if cell.row is None:
        return whose
    return f"{whose} on {cell.row} of a {question.interval or 'week'}"


STICKINESS = Kind(
    name="stickiness",
    at="core.queries.activity.stickiness:Stickiness",
    shapes=("series", "histogram"),
    wording=of_event("stickiness"),
    example="stickiness of signup",
    about="how many days of a week or month people are active",
    behind=_sticky,
    figures=Figures(
        "mode",
        (
            ("ratio", "share of days"),
            ("exact", "on exactly that many days"),
            ("cumulative", "on at least that many days"),
        ),
    ),
    openings=_stickiness,
    themes=(COMING_BACK,),
    leads=(Lead(COMING_BACK, 30, "s", "stickiness", unchanged),),
    over_time=lambda question: question.mode == "ratio",
)


# -- usage_interval


def _interval(question: Any, cell: Any) -> str:
    days = cell.row or "any number of days"
    return f"Users with {days} between days with {question.event or 'any event'}"


USAGE_INTERVAL = Kind(
    name="usage_interval",
    at="core.queries.activity.usage_interval:UsageInterval",
    shapes=("histogram",),
    wording=of_event("usage interval"),
    example="usage interval of purchase last 90d",
    about="days between one active day and the next",
    behind=_interval,
    openings=lambda _: iter([Opening(COMING_BACK, 60, "Days between active days", {})]),
)


# -- composition


def _composition(about: Beginning) -> Iterator[Opening]:
    if about.field:
        yield Opening(PEOPLE, 60, f"People by {about.field}", {"property": about.field})


COMPOSITION = Kind(
    name="composition",
    at="core.queries.activity.composition:Composition",
    shapes=("table",),
    wording=Wording(
        phrases=(Phrase("COMPOSITION (BY | OF) name", lambda read: {"property": read[-1].text}),),
        write=lambda writer: f"composition by {writer.name(str(writer.value('property')))}",
        words=keyword("composition"),
    ),
    example="composition by plan",
    about="active people by the values of a field",
    behind=lambda question, cell: (
        "Active users" + (f" with {question.property} {cell.row}" if cell.row else "")
    ),
    figures=Figures(
        "mode",
        (
            ("most_recent", "the last value"),
            ("all_values", "every value"),
            ("cross_values", "all values of a person combined"),
        ),
        said=False,
    ),
    openings=_composition,
)


# -- realtime

REALTIME = Kind(
    name="realtime",
    at="core.queries.activity.realtime:Realtime",
    shapes=("series",),
    wording=alone("realtime"),
    example="realtime",
    about="today and yesterday, in five-minute buckets",
    behind=lambda _, cell: (
        "Active users" + (" a day earlier" if cell.series == "Yesterday" else "")
    ),
    openings=lambda _: iter([Opening(PEOPLE, 80, "Active right now", {"range": "24h"})]),
)


# -- weekday

_OF_ALL = {"count": "events", "users": "users", "sessions": "sessions"}
"""Measures without a property -> the words for them over any event."""


def _weekday_of(read: list[Any]) -> Body:
    return {"event": read[-1].text} if isinstance(read[-1], Name) else {}


def _weekday_of_all(read: list[Any]) -> Body:
    word = str(read[-1]).lower()
    return {"measure": next(measure for measure, named in _OF_ALL.items() if named == word)}


def _weekday_of_measure(read: list[Any]) -> Body:
    measure, (event, found, lone) = read[-2:]
    if measure in ("uniques", "totals", *_OF_ALL):
        event, found = ".".join(part for part in (event, found) if part) or None, None
    elif lone:
        event, found = None, event
    given = {"measure": measure, "event": event, "property": found}
    return {key: value for key, value in given.items() if value is not None}


def _weekday(writer: Writing) -> str:
    event, measure, found = (writer.take(key) for key in ("event", "measure", "property"))
    if found is not None:
        return f"weekday of {measure}({measured(writer, event, found)})"
    if event is None:
        return "weekday" if measure is None else f"weekday of {_OF_ALL[measure]}"
    if measure is None:
        return f"weekday of {writer.name(event)}"
    return f"weekday of {measure}({writer.quoted(event) if '.' in event else writer.name(event)})"


def _on_weekday(question: Any, cell: Any) -> str:
    active = question.event is None and question.measure == "users"
    whose = f"Users of {question.event}" if question.event else "Users with any event"
    day, hour = cell.row or cell.cohort, cell.period
    on = f" on {day}s" if day else ""
    at = "" if hour is None else f" from {hour}:00 to {hour + 1}:00"
    return f"{'Active users' if active else whose}{on}{at}"


class _Measures(Figures):
    """What can be counted by weekday: events, people, and figures of numeric properties."""

    def choices(self, question: Any, numbers_of: NumbersOf) -> list[Choice]:
        """See Figures; a figure without an average per day is not averaged."""
        found: list[Choice] = [
            (words, {"measure": measure, "property": None}) for measure, words in self.values
        ]
        for name in numbers_of(question.event):
            found += [
                (f"{words} of {clean(name, 30)}", {"measure": measure, "property": name})
                for measure, words in OF_NUMBERS
                if measure != "histogram"
            ]
        averaged = ("users", "count", "sum")
        dropped = {"average": False} if question.average else {}
        return [
            (words, fields if fields["measure"] in averaged else {**fields, **dropped})
            for words, fields in found
        ]


def _weekdays(_: Beginning) -> Iterator[Opening]:
    yield Opening(PEOPLE, 90, "Active users by weekday", {})
    yield Opening(PEOPLE, 100, "Active users by weekday and hour", {"granularity": "hourly"})


WEEKDAY = Kind(
    name="weekday",
    at="core.queries.activity.weekday:Weekday",
    shapes=("table", "grid"),
    wording=Wording(
        phrases=(
            Phrase("WEEKDAY (OF (name | ANY EVENT?))?", _weekday_of),
            Phrase("WEEKDAY OF (EVENTS | USERS | SESSIONS)", _weekday_of_all),
            Phrase('WEEKDAY OF measure "(" target ")"', _weekday_of_measure),
        ),
        write=_weekday,
        words=keyword("weekday"),
    ),
    example="weekday of signup hourly",
    about=(
        "people by day of the week, `hourly` by hour of the day too; `weekday of events` and "
        "`weekday of sum(purchase.amount)` count other figures"
    ),
    behind=_on_weekday,
    figures=_Measures(
        "measure", (("users", "people"), ("count", "events"), ("sessions", "sessions with it"))
    ),
    openings=_weekdays,
    over_time=lambda question: question.granularity == "hourly",
    drops_prefix=True,
    since=2,
)


KINDS = (
    ACTIVE_USERS,
    USERS,
    LIFECYCLE,
    STICKINESS,
    USAGE_INTERVAL,
    COMPOSITION,
    REALTIME,
    WEEKDAY,
)
