"""Rows of how often and how much: an event, what is measured of it, and over which windows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from core.errors import BadQuestion
from core.queries.common.any_question import said_by
from core.queries.common.question import Question
from core.queries.trend.trend import MEASURES, UNITS, WINDOWS
from tui.editors.bodies import replaced, revised
from tui.editors.entries import Chain, Choice, Edit, Entry, EventPick, FieldPick, Picker
from tui.editors.kinds import fields

WORDS = {
    "count": "events", "users": "people", "sessions": "sessions",
    "average": "events per person", "pct_dau": "share of active people",
    "sum": "sum of", "avg": "average of", "median": "median of", "min": "smallest",
    "max": "largest", "p90": "90th percentile of", "p99": "99th percentile of",
    "distinct": "different values of", "distinct_per_user": "different values per person of",
    "items": "items in the lists of", "distinct_items": "different items in the lists of",
    "session_events": "events of the sessions with it", "frequency": "people by how often",
    "histogram": "distribution of",
}  # fmt: skip
"""Measures, the usual first. A percentile is any p and a number."""

NEEDLESS = tuple(UNITS)
"""Measures that need no property."""


def measure(question: Question, path: str = "measure") -> list[Entry]:
    """Return the rows of what is measured, and of which property."""
    value, name = fields.now(question, (path,)), fields.now(question, ("property",))
    words = [(key, WORDS.get(key, key)) for key in (*WORDS, *(m for m in MEASURES
             if m not in WORDS))]  # fmt: skip
    event = fields.now(question, ("event",))

    def following(picked: tuple[Any, ...]) -> Picker | None:
        needs = picked[0] not in NEEDLESS and name is None
        return FieldPick(f"{WORDS.get(picked[0], picked[0])} which property?", event, "number") if (
            needs
        ) else None  # fmt: skip

    def put(asked: Question, picked: tuple[Any, Any]) -> Question:
        chosen, given = picked
        kept = given or fields.now(asked, ("property",))
        return revised(asked, **{path: chosen, "property": None if chosen in UNITS else kept})

    def turn(asked: Question, step: int) -> Question:
        allowed = [key for key, _ in words if key in UNITS or name is not None]
        current = fields.now(asked, (path,))
        at = allowed.index(current) if current in allowed else -1
        for _ in allowed:
            at = (at + step) % len(allowed)
            try:
                return put(asked, (allowed[at], None))
            except BadQuestion:
                continue
        return asked

    pick = Choice("Measure", tuple(words), read_measure, "or p75", now=value)
    found = [
        Entry(path, "measure", WORDS.get(value, value),
              enter=Edit("measure", put, Chain((lambda _: pick, following))),
              turn=Edit("other", turn), usual=fields.is_usual(question, (path,)))
    ]  # fmt: skip
    if name is not None or value not in UNITS:
        found.append(fields.measured(question, ("property",), "property", about=event))
    return found


def read_measure(text: str) -> str:
    """Return a percentile that was typed: p75."""
    if not re.fullmatch(r"p\d{1,2}(\.\d{1,3})?", text.strip().lower()):
        raise BadQuestion(f"{text.strip()!r} is not a measure.", "A percentile is typed as p75.")
    return text.strip().lower()


def windows(question: Question) -> list[Entry]:
    """Return the rows of rolling and cumulative figures, of which one at most is given."""

    def alone(entry: Entry, path: str) -> Entry:
        """Return a row whose edits take back the other windows."""

        def only(edit: Edit | None) -> Edit | None:
            if edit is None:
                return None

            def put(asked: Question, value: Any) -> Question:
                rest = {n: False if n == "cumulative" else None for n in given if n != path}
                return edit.put(revised(asked, **rest), value)

            return replace(edit, put=put)

        return replace(entry, enter=only(entry.enter), turn=only(entry.turn))

    given = [name for name in WINDOWS if name in type(question).model_fields]
    return [alone(_window(question, name), name) for name in given]


def _window(question: Question, name: str) -> Entry:
    if name == "cumulative":
        return fields.flag(question, (name,), name)
    label = f"{name.replace('_', ' ')} of"
    return fields.number(question, (name,), label, none="off", least=2)


def more(question: Question) -> list[Entry]:
    """Return the rows that draw another event beside it, or calculate with both."""
    ratio = Edit("formula", _ratio, EventPick("Divided by which event?", "people active"))
    return [
        Entry("beside", "beside it", "another event", enter=beside(), usual=True),
        Entry("formula", "divided by", "another event", enter=ratio, usual=True),
    ]


def beside() -> Edit:
    """Return the edit that draws another event in the same chart."""
    return Edit("line", _beside, EventPick("Which event beside it?"), to="series.1")


def _beside(question: Question, name: str) -> Question:
    """Return a chart of a question and another event."""
    from core.queries import from_json

    body = said_by(question)
    taken: tuple[str, ...] = ("range", "conditions", "audience", "segment", "among")
    shared = {name: body.pop(name) for name in taken if name in body}
    other = {**body, "event": name, "breakdown": []}
    series = [{"question": body}, {"question": other}]
    unit = {"granularity": body["granularity"]} if body.get("granularity") else {}
    return from_json({"kind": "several", **shared, **unit, "series": series})


def _ratio(question: Question, name: str | None) -> Question:
    """Return a formula: this event divided by another, or by the people active."""
    from core.queries import from_json

    body = said_by(question)
    event = body.get("event")
    first = {"metric": "events" if event is None else f"event:{event}"}
    measure_ = {"users": "UNIQUES", "sum": "PROPSUM", "avg": "PROPAVG"}.get(
        body.get("measure") or "count", "TOTALS"
    )
    if measure_.startswith("PROP"):
        first["property"] = body.get("property") or ""
    second = {"metric": "dau"} if name is None else {"metric": f"event:{name}"}
    below = "B" if name is None else "TOTALS(B)" if measure_ != "UNIQUES" else "UNIQUES(B)"
    taken = ("event", "measure", "property", "rolling_average", "kind")
    rest = {key: value for key, value in body.items() if key not in taken}
    return from_json(
        {"kind": "formula", "series": [first, second], "formula": f"{measure_}(A) / {below}",
         **rest}
    )  # fmt: skip


def percentile(question: Question, path: str) -> Entry:
    """Return the row of a kind whose measure is avg, median, min, max, sum or a percentile."""
    value = fields.now(question, (path,))
    words = [(key, WORDS.get(key, key).removesuffix(" of"))
             for key in ("avg", "median", "min", "max", "sum", "p90", "p99")]  # fmt: skip
    pick = Choice("Figure", tuple(words), read_measure, "or p75")
    entry = fields.choice(question, (path,), "figure", words)
    put = Edit("choose", lambda asked, chosen: replaced(asked, (path,), chosen), pick)
    return replace(entry, shown=dict(words).get(value, value), enter=put)
