"""Who is behind one number, in words: "Users of signup on Apr 30, NL"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from core.answers import Cell
from core.filters import Condition
from core.queries.common.question import Question
from core.text import clean
from core.timeframe import UNITS

_ACTIVE = {"dau": "Active users", "wau": "Weekly active users", "mau": "Monthly active users"}

_LETTERS = {"h": "hour", "d": "day", "w": "week", "m": "month", "y": "year"}
_RANGES = {
    "wtd": "this week", "mtd": "this month", "qtd": "this quarter", "ytd": "this year",
    "all_time": "in all of history",
}  # fmt: skip
_FEW = 2
"""Conditions that are spelled out; more are counted."""


def format_cell(question: Question, cell: Cell) -> str:
    """Return who is behind one number of a question's answer, on one harmless line."""
    subject = _SUBJECTS.get(question.kind, _plain)(question, cell)
    parts = [f"{subject} {_when(question, cell)}".strip()]
    if cell.group:
        parts.append(" / ".join(cell.group))
    if cell.previous:
        parts.append("a year before" if _compare(question) == "yoy" else "previous period")
    if question.kind != "people":
        parts += _filters(question)
    return clean(", ".join(parts))


def _compare(question: Question) -> str:
    return str(getattr(question, "compare", "") or "")


def _plain(question: Question, _: Cell) -> str:
    return f"People of {question.kind.replace('_', ' ')}"


def _active(question: Any, _: Cell) -> str:
    return _ACTIVE[question.metric]


def _trend(question: Any, cell: Cell) -> str:
    whose = f"Users of {question.event}" if question.event else "Users with any event"
    if cell.row is None:
        return whose
    if question.kind == "trend" and question.measure == "histogram":
        return f"{whose}, {question.property} {cell.row},"
    return f"{whose}, {cell.row},"


def _step(question: Any, number: int) -> str:
    """The event of a step, without what only tells it from a word; "" where there is none."""
    if number > len(question.steps):
        return ""
    return str(question.steps[number - 1].event).removeprefix("event:")


def _funnel(question: Any, cell: Cell) -> str:
    if cell.step is None:
        return "Users who entered the funnel"
    event = _step(question, cell.step)
    if cell.outcome == "dropped":
        return f"Dropped before step {cell.step}, {event},"
    return f"Reached step {cell.step}, {event},"


def _time_to_convert(question: Any, cell: Cell) -> str:
    first, last = (_step(question, n) for n in (question.from_step, question.last_step))
    if question.measure == "repeats":
        return f"Users with {cell.row or 'any'} times of {first} before {last}"
    return f"Users who took {cell.row or 'any time'} from {first} to {last}"


def _funnel_trend(question: Any, cell: Cell) -> str:
    named = re.match(r"\d{1,9}", cell.series or "")
    step = cell.step or (int(named[0]) if named else question.last_step)
    event = _step(question, step)
    if cell.outcome == "dropped":
        return f"Did not reach step {step}, {event}, entering"
    return f"Reached step {step}, {event}, entering"


def _correlation(question: Any, cell: Cell) -> str:
    did = {"reached": " and converted", "dropped": " and did not convert"}.get(cell.outcome or "")
    had = f" and had {cell.row}" if cell.row is not None else ""
    return f"Entered {question.steps[0].event}{had}{did or ''}"


def _retention(question: Any, cell: Cell) -> str:
    whose = f"the cohort of {day(cell.cohort)}" if cell.cohort else "all complete cohorts"
    if cell.period is None:
        return f"Everybody in {whose}"
    word = "Did not return" if cell.outcome == "not_returned" else "Returned"
    return f"{word} {_window(question, cell.period)} of {whose}"


def _window(question: Any, period: int) -> str:
    """Return when a retention window is, in words."""
    hours = " (24 hours each)" if question.basis == "24h" else ""
    if question.mode == "bracket" and period < len(question.brackets):
        first, end = question.brackets[period]
        days = f"day {first}" if end == first + 1 else f"days {first} to {end - 1}"
        return f"on {days}{hours}"
    unit = UNITS.get(question.granularity, "period")
    if unit != "day" and hours:
        hours = f" ({7 if unit == 'week' else 30} days each)"
    on = f"{'on' if unit == 'day' else 'in'} {unit} {period}"
    if not period:
        return f"{on}{hours}"
    words = {
        "unbounded": f"{on} or later",
        "on_or_before": f"by {unit} {period}",
        "streak": f"every {unit} up to {period}",
    }
    return f"{words.get(question.mode, on)}{hours}"


def _formula(question: Any, cell: Cell) -> str:
    named = [
        f"{chr(65 + n)} = {s.metric.replace('event:event:', 'event:')}"
        for n, s in enumerate(question.series)
    ]
    what = cell.series or question.formula
    place = f", {cell.row}," if cell.row is not None else ""
    return f"People behind {what} where {', '.join(named)}{place}"


def _grouped(question: Any, cell: Cell) -> str:
    who = f"Users of {question.event}" if question.event else "Users with any event"
    return f"{who}, {question.group_by} {cell.row}," if cell.row is not None else who


def _explain(question: Any, cell: Cell) -> str:
    who = _SUBJECTS.get(question.of.kind, _plain)(question.of, Cell())
    return f"{who}, {cell.row}," if cell.row is not None else who


def _paths(question: Any, cell: Cell) -> str:
    ends = " to ".join(filter(None, [question.from_, question.to]))
    whose = f"paths {'from' if question.from_ else 'to'} {ends}"
    if cell.outcome == "reached":
        return f"Completed {whose}"
    if cell.outcome == "dropped":
        return f"Did not complete {whose}" + (f", ended with {cell.row}," if cell.row else "")
    if cell.step is None or cell.row is None:
        return f"Everybody with {whose}"
    ended = {"(end)": "ended", "(start)": "began"}.get(cell.row)
    at = f"{ended} before step {cell.step}" if ended else f"{cell.row} at step {cell.step}"
    if ended == "began":
        at = f"began after step {cell.step}, seen from the end"
    after = f" after {cell.after}" if cell.after is not None else ""
    return f"Users of {whose}: {at}{after},"


def _lifecycle(_: Any, cell: Cell) -> str:
    return f"{(cell.series or 'active').capitalize()} users"


def _users(question: Any, _: Cell) -> str:
    return {"active": "Active users", "new": "New users", "cumulative": "Users known",
            "updated": "Users updated"}[
        question.metric
    ]  # fmt: skip


def _composition(question: Any, cell: Cell) -> str:
    return "Active users" + (f" with {question.property} {cell.row}" if cell.row else "")


def _realtime(_: Any, cell: Cell) -> str:
    return "Active users" + (" a day earlier" if cell.series == "Yesterday" else "")


def _sessions(question: Any, cell: Cell) -> str:
    row = cell.row or ""
    words = {
        "bounce": "bounced sessions", "length": f"sessions of {row}", "top": f"sessions with {row}",
        "entry": f"sessions that began with {row}", "exit": f"sessions that ended with {row}",
    }  # fmt: skip
    wanted = question.metric == "bounce" or row
    return f"Users with {words.get(question.metric, 'sessions') if wanted else 'sessions'}"


def _ltv(question: Any, cell: Cell) -> str:
    did = "did not pay" if cell.outcome == "dropped" else "paid"
    whose = "New users" + (f" of {day(cell.cohort)}" if cell.cohort else "")
    if cell.period is not None and cell.period < len(question.days):
        days = question.days[cell.period]
        return f"{whose} who {did} within {days} day{'s' * (days > 1)}"
    return f"{whose} who {did}" if cell.outcome else whose


def _stickiness(question: Any, cell: Cell) -> str:
    whose = f"Users of {question.event}" if question.event else "Active users"
    if cell.row is None:
        return whose
    return f"{whose} on {cell.row} of a {question.interval or 'week'}"


def _attribution(question: Any, cell: Cell) -> str:
    touched = f" after {question.property} {cell.row}" if cell.row is not None else ""
    return f"Users with {question.to}{touched}"


def _usage_interval(question: Any, cell: Cell) -> str:
    days = cell.row or "any number of days"
    return f"Users with {days} between days with {question.event or 'any event'}"


def _segment(question: Any, cell: Cell) -> str:
    return f"Segment {cell.row or question.segment or ''}".rstrip()


def _saved_chart(question: Any, _: Cell) -> str:
    return f"People of chart {question.chart}"


def _several(question: Any, cell: Cell) -> str:
    return f"Users of {cell.series or ', '.join(p.name for p in question.series if p.name)}"


def _audience(question: Any, _: Cell) -> str:
    return f"Audience {question.audience}" if question.audience else "Audience of these rules"


def _top_events(_: Any, cell: Cell) -> str:
    return f"Users of {cell.row}" if cell.row else "Users with any event"


def _first_time(question: Any, _: Cell) -> str:
    return f"Users of {question.event} for the first time"


def _logs(_: Any, cell: Cell) -> str:
    of = f" of {cell.row}" if cell.row is not None else ""
    return f"People in whose sessions logs{of} were written"


def _people(question: Any, _: Cell) -> str:
    return format_cell(question.of, question.cell)


_SUBJECTS: dict[str, Callable[[Any, Cell], str]] = {
    "time_to_convert": _time_to_convert, "funnel_trend": _funnel_trend,
    "correlation": _correlation,
    "active_users": _active, "trend": _trend, "funnel": _funnel, "retention": _retention,
    "lifecycle": _lifecycle, "segments": _segment, "segment": _segment,
    "audience": _audience, "saved": _saved_chart, "several": _several,
    "usage_interval": _usage_interval, "engagement": _top_events,
    "attribution": _attribution,
    "stickiness": _stickiness, "users": _users, "composition": _composition,
    "realtime": _realtime, "sessions": _sessions, "ltv": _ltv,
    "top_events": _top_events, "people": _people, "first_time": _first_time,
    "per_actor": _trend, "properties": _trend,
    "raw_events": _trend, "events_list": _top_events, "formula": _formula,
    "grouped": _grouped, "paths": _paths, "explain": _explain,
    "sql": lambda *_: "Nobody behind SQL",
    "logs": _logs,
}  # fmt: skip


def _when(question: Question, cell: Cell) -> str:
    if question.kind in ("people", "retention", "audience"):
        return ""
    if cell.bucket is None:
        return _range(question.range)
    unit = UNITS.get(getattr(question, "granularity", "daily"), "day")
    label = day(cell.bucket, year=_long_ago(question))
    if "T" in cell.bucket:
        return f"at {label} {cell.bucket.partition('T')[2][:5]}"
    if unit == "day":
        return f"on {label}"
    return f"in the {unit} of {label}"


def _range(text: str) -> str:
    """Return a range in words: "in the last 30 days", "this month"."""
    counted = re.fullmatch(r"(\d+)([hdwmy])", text)
    if counted:
        unit = _LETTERS[counted[2]] + ("" if counted[1] == "1" else "s")
        return f"in the last {counted[1]} {unit}"
    dates = re.fullmatch(r"(\d{4}-\d\d-\d\d)\W+(\d{4}-\d\d-\d\d)", text)
    if dates:
        return f"from {day(dates[1], year=True)} to {day(dates[2], year=True)}"
    return _RANGES.get(text, text.replace("_", " "))


def _filters(question: Question) -> list[str]:
    """Return what narrows the people further: conditions, segment, audience."""
    tests = question.conditions
    plain = [test.words for test in tests if isinstance(test, Condition)]
    found = []
    if len(plain) == len(tests) <= _FEW and plain:
        found.append(f"where {' and '.join(plain)}")
    elif tests:
        found.append(f"{len(tests)} filter{'s' if len(tests) > 1 else ''}")
    if question.segment is not None and question.kind != "segment":
        found.append(f"in segment {question.segment}")
    if question.audience is not None and question.kind != "audience":
        found.append(f"in {question.audience}")
    return found


def _long_ago(question: Question) -> bool:
    """Whether the range may reach into another year, so that a date needs one."""
    if _compare(question) == "yoy":
        return True
    counted = re.fullmatch(r"(\d+)([hdwmy])", question.range)
    if counted:
        return counted[2] == "y" or int(counted[1]) * {"h": 0, "d": 1, "w": 7, "m": 30}[
            counted[2]
        ] >= 365  # fmt: skip
    return question.range in ("all_time", "last_year") or "-" in question.range


def day(label: str, *, year: bool = False) -> str:
    """Return an ISO date as "Apr 30" or "Apr 30, 2025"; anything else as it is."""
    try:
        found = date.fromisoformat(label[:10])
    except ValueError:
        return label
    return f"{found:%b} {found.day}" + (f", {found.year}" if year else "")
