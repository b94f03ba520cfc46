"""The rows of the kinds of question about coming back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from core.timeframe import UNITS
from core.words.dates import day
from core.words.kinds import (
    Beginning,
    Figures,
    Kind,
    Lead,
    Opening,
    Phrase,
    Wording,
    Writing,
    about,
    always,
    keyword,
    unchanged,
)
from core.words.reading import Mistake, Part, at_of, filtered_as, flat

COMING_BACK = "coming back"

_MODES = {
    "unbounded": "on or after",
    "on_or_before": "on or before",
    "streak": "in a streak",
}


# -- retention


def _mode(read: list[Any]) -> dict[str, Any]:
    return {"mode": next(mode for mode, words in _MODES.items() if words == flat(read[0]))}


def _basis(read: list[Any]) -> dict[str, Any]:
    return {"basis": "24h" if flat(read[0]).startswith("24") else "calendar"}


def _brackets(read: list[Any]) -> dict[str, Any]:
    return {"mode": "bracket", "brackets": [_bracket(child) for child in read[1:]]}


def _bracket(token: Any) -> list[int]:
    """Return days 0-4, both included, as [0, 5]."""
    match = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", token)
    if match is None:
        raise Mistake(
            f"{str(token)!r} is not a bracket of days.",
            token.start_pos,
            "For example brackets 0, 1-6, 7-29.",
        )
    return [int(match[1]), int(match[2] or match[1]) + 1]


def _cohorts(read: list[Any]) -> dict[str, Any]:
    return {"cohort": flat(read[-1]).replace(" ", "_")}


def _retention(writer: Writing) -> str:
    text = _end(writer, "retention of", "start") or "retention"
    text = f"{text} {_end(writer, 'return', 'return')}".rstrip()
    if "periods" in writer.left:
        text += f" {writer.value('granularity')} {writer.take('periods')}"
    return " ".join(filter(None, [text, _mode_words(writer), *_windows(writer)]))


def _end(writer: Writing, words: str, end: str) -> str:
    """Return one end of retention after some words; nothing for any event without filters."""
    event, filters = writer.take(f"{end}_event"), writer.take(f"{end}_filters")
    if event is None and not filters:
        return ""
    shown = "any event" if event is None else writer.name(event)
    return f"{words} {shown}{writer.filtered(filters or ())}"


def _mode_words(writer: Writing) -> str:
    if writer.left.get("mode") == "bracket":
        writer.take("mode")
        days = [
            f"{first}" if end == first + 1 else f"{first}-{end - 1}"
            for first, end in writer.take("brackets")
        ]
        return f"brackets {', '.join(days)}"
    return _MODES[writer.take("mode")] if writer.left.get("mode") in _MODES else ""


def _windows(writer: Writing) -> Iterator[str]:
    if writer.take("basis") is not None:
        yield "24 hour windows"
    cohort = writer.take("cohort")
    if cohort is not None:
        yield f"cohorts {cohort.replace('_', ' ')}"


def _behind(question: Any, cell: Any) -> str:
    hour = f" {cell.cohort[11:16]}" if cell.cohort and "T" in cell.cohort else ""
    whose = f"the cohort of {day(cell.cohort)}{hour}" if cell.cohort else "all complete cohorts"
    if cell.period is None:
        return f"Everybody in {whose}"
    word = "Did not return" if cell.outcome == "not_returned" else "Returned"
    return f"{word} {_window(question, cell.period)} of {whose}"


def _window(question: Any, period: int) -> str:
    """Return a retention window in words."""
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


def _openings(start: Beginning) -> Iterator[Opening]:
    yield Opening(COMING_BACK, 10, "Retention", {"range": start.long})
    body = {"start_event": start.event, "range": start.long}
    yield Opening(COMING_BACK, 20, f"Retention after {start.shown}", body)


RETENTION = Kind(
    name="retention",
    at="core.queries.retention.retention:Retention",
    shapes=("grid",),
    wording=Wording(
        phrases=(Phrase("RETENTION (OF filtered)?", lambda read: filtered_as("start", read)),),
        write=_retention,
        words=keyword("retention")
        | {
            "RETURN": "return",
            "MODE": r"on\s+or\s+after|on\s+or\s+before|in\s+a\s+streak",
            "BASIS": r"24\s+hour\s+windows|calendar\s+windows",
            "BRACKETS": "brackets",
            "COHORTS": "cohorts",
            "COHORT_MODE": r"every|first[_\s]+ever|first[_\s]+in[_\s]+range",
        },
        meanings={
            "MODE": "on or after",
            "BASIS": "24 hour windows",
            "COHORT_MODE": "every or first ever",
        },
        clauses=(
            Phrase("RETURN filtered", lambda read: filtered_as("return", read)),
            Phrase("MODE", _mode),
            Phrase("BASIS", _basis),
            Phrase('BRACKETS (WORD | INT) ("," (WORD | INT))*', _brackets),
            Phrase("COHORTS COHORT_MODE", _cohorts),
        ),
    ),
    example="retention of signup return purchase weekly 12",
    about="who comes back, by cohort",
    behind=_behind,
    dated=False,
    figures=Figures(
        "mode",
        (
            ("n_day", "in exactly that period"),
            ("unbounded", "then or later"),
            ("on_or_before", "up to then"),
            ("streak", "in every period so far"),
        ),
        said=False,
    ),
    openings=_openings,
    themes=(COMING_BACK,),
    leads=(
        Lead("event", 40, "r", "retention after {event}", about("start_event")),
        Lead(COMING_BACK, 40, "g", "retention", unchanged),
    ),
    over_time=always,
)


# -- ltv


def _ltv(writer: Writing) -> str:
    return f"ltv {writer.take('metric')}" if writer.left.get("metric") == "arppu" else "ltv"


def _read_metric(read: list[Any]) -> Part:
    return Part({"metric": str(read[0]).lower()}, at_of(read))


def _payers(question: Any, cell: Any) -> str:
    did = "did not pay" if cell.outcome == "dropped" else "paid"
    whose = "New users" + (f" of {day(cell.cohort)}" if cell.cohort else "")
    if cell.period is not None and cell.period < len(question.days):
        days = question.days[cell.period]
        return f"{whose} who {did} within {days} day{'s' * (days > 1)}"
    return f"{whose} who {did}" if cell.outcome else whose


def _lifetime(start: Beginning) -> Iterator[Opening]:
    if start.money is not None:
        event, name = start.money
        body = {"event": event, "property": name, "range": start.long}
        yield Opening(COMING_BACK, 70, f"Lifetime value by {name}", body)


LTV = Kind(
    name="ltv",
    at="core.queries.retention.ltv:Ltv",
    shapes=("grid",),
    wording=Wording(
        phrases=(Phrase("LTV", lambda _: {}),),
        write=_ltv,
        words=keyword("ltv") | {"LTV_METRIC": "arpu|arppu"},
        meanings={"LTV_METRIC": "arpu or arppu"},
        clauses=(Phrase("LTV_METRIC", _read_metric),),
    ),
    example="ltv weekly arppu",
    about="lifetime value by cohort; `arpu` is the default",
    behind=_payers,
    figures=Figures(
        "metric",
        (
            ("arpu", "revenue per user"),
            ("arppu", "revenue per paying user"),
            ("revenue", "revenue"),
            ("paying_users", "paying users"),
        ),
    ),
    openings=_lifetime,
    drops_prefix=True,
)


KINDS = (RETENTION, LTV)
