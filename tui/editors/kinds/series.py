"""Rows of calculations with several series, and of several questions in one chart."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from core.errors import BadQuestion
from core.queries.common.any_question import said_by
from core.queries.common.question import Question
from tui.editors.bodies import (
    Path,
    count_at,
    inserted,
    key_of,
    moved,
    removed,
    replaced,
    revised,
)
from tui.editors.entries import Chain, Choice, Edit, Entry, EventPick, TextPick, title
from tui.editors.kinds import fields
from tui.editors.kinds.filters import About, add, listed
from tui.editors.kinds.trend import windows

METRICS = (
    ("event", "an event"), ("events", "all events"), ("users", "people active"),
    ("dau", "daily active people"), ("wau", "weekly active people"),
    ("mau", "monthly active people"), ("sessions", "sessions"), ("logs", "logs"),
)  # fmt: skip
_LETTER = re.compile(r"(?<![A-Za-z0-9_.])([A-Za-z])(?=\d{0,4}(?![A-Za-z0-9_.]))")
"""A letter of a series in a formula, also before the number of a segment."""


# -- formula


def formula(question: Question) -> list[Entry]:
    """Return the rows of a formula, its series by their letters, and its segments."""
    count = count_at(question, ("series",))
    found = [
        fields.text(question, ("formula",), "formula",
                    help="A / B * 100, UNIQUES(A), PROPSUM(A), ROLLAVG(A, 7); several: A; B"),
        title("series"),
    ]  # fmt: skip
    for at in range(count):
        found += _measured(question, at)
    return [*found, *_segments(question), title("over time"), *windows(question)]


def _measured(question: Question, at: int) -> list[Entry]:
    path: Path = ("series", at)
    series = fields.now(question, path)
    event = series.metric.removeprefix("event:") if ":" in series.metric else None
    about = About(event)
    count = count_at(question, ("series",))

    def put(asked: Question, picked: tuple[Any, ...]) -> Question:
        return replaced(asked, (*path, "metric"), _metric(picked))

    def more(asked: Question, picked: tuple[Any, ...]) -> Question:
        return inserted(asked, ("series", count), {"metric": _metric(picked)})

    words = dict(METRICS)
    shown = event if event is not None else words.get(series.metric, series.metric)
    used = chr(65 + at) in (each.upper() for each in _LETTER.findall(formula_text(question)))
    idle = "" if used else "  (not in the formula)"
    row = Entry(
        key_of(path), chr(65 + at), fields.event_words(shown) + idle,
        enter=Edit("what", put, _asking(chr(65 + at))),
        keys={
            "n": Edit("series", more, _asking(chr(65 + count)), to=key_of(("series", count))),
            "f": add((*path, "filters"), len(series.filters), about),
            "d": Edit("remove", lambda asked, _: without(asked, at)),
        },
    )  # fmt: skip
    name = fields.measured(question, (*path, "property"), "property", about=event, none="none")
    by = fields.fields(question, (*path, "breakdown"), "broken down by", most=2, about=event,
                       none="as all")  # fmt: skip
    inside = [_deeper(entry) for entry in (name, *by)]
    return [row, *listed(question, (*path, "filters"), about, 2), *inside,
            fields.own_range(question, (*path, "range"))]  # fmt: skip


def formula_text(question: Question) -> str:
    """Return the text of a question's formula."""
    return str(fields.now(question, ("formula",)))


def _deeper(entry: Entry) -> Entry:
    return replace(entry, depth=entry.depth + 1)


def _asking(letter: str) -> Chain:
    return Chain(
        (
            lambda _: Choice(f"What is {letter}?", METRICS),
            lambda picked: EventPick(f"Which event is {letter}?") if picked[0] == "event" else None,
        )
    )


def _metric(picked: tuple[Any, ...]) -> str:
    return f"event:{picked[1]}" if picked[0] == "event" else str(picked[0])


def without(question: Question, at: int) -> Question:
    """Return a formula without one of its series; the letters after it move up.

    Raises:
        BadQuestion: the formula uses it.
    """
    text = formula_text(question)
    gone = chr(65 + at)
    if any(letter.upper() == gone for letter in _LETTER.findall(text)):
        raise BadQuestion(f"{gone} is in the formula.", "Take it out there first.")

    def renamed(match: re.Match[str]) -> str:
        letter = match[1].upper()
        return chr(ord(letter) - 1) if letter > gone else match[1]

    left = removed(question, ("series", at))
    return revised(left, formula=_LETTER.sub(renamed, text))


def _segments(question: Question) -> list[Entry]:
    given = fields.now(question, ("segments",)) or ()

    def put(asked: Question, name: str) -> Question:
        return inserted(asked, ("segments", len(given)), {"name": name} if name else {})

    new = Edit("segment", put, TextPick("Name of the segment", str.strip, "", "or nothing"),
               to=key_of(("segments", len(given))))  # fmt: skip
    if not given:
        return [Entry("segments", "segments", "none side by side", enter=new, usual=True)]
    found = [title("segments")]
    for at, part in enumerate(given):
        path: Path = ("segments", at)
        rename = Edit(
            "name", lambda asked, name, path=path: replaced(asked, (*path, "name"), name or None),  # type: ignore[misc]
            TextPick("Name of the segment", str.strip, part.name or ""),
        )  # fmt: skip
        keys = {
            "n": new,
            "f": add((*path, "conditions"), len(part.conditions), About()),
            "d": Edit("remove", lambda asked, _, path=path: removed(asked, path)),  # type: ignore[misc]
        }
        who = part.audience or part.segment
        words = (part.name or f"segment {at + 1}") + (f" @{who}" if who else "")
        found.append(Entry(key_of(path), f"{at + 1}", words, enter=rename, keys=keys))
        found += listed(question, (*path, "conditions"), About(), 2)
    return found


# -- several in one chart


def several(question: Question) -> list[Entry]:
    """Return the rows of several questions in one chart, and of its two axes."""
    found = [title("lines")]
    for at in range(count_at(question, ("series",))):
        found += _line(question, at)
    right = any(
        part.display.axis_assignment == "right" for part in fields.now(question, ("series",))
    )
    return [
        *found,
        title("axes"),
        *_axis(question, "left_y", "left axis"),
        *(_axis(question, "right_y", "right axis") if right else []),
        title("all of them"),
        fields.choice(question, ("granularity",), "by",
                      [(None, "as each asks"), *((unit, unit) for unit in fields.UNITS[1:])]),
        fields.choice(question, ("compare",), "compare with",
                      [(None, "as each asks"), *fields.COMPARED[1:]]),
    ]  # fmt: skip


def _line(question: Question, at: int) -> list[Entry]:
    from core.language.questions import format_question

    path: Path = ("series", at)
    part, count = fields.now(question, path), count_at(question, ("series",))

    def more(asked: Question, name: str | None) -> Question:
        other = said_by(fields.now(asked, ("series", 0, "question")))
        kept = {"kind": "trend", "measure": other.get("measure") or "count"}
        if other.get("property"):
            kept["property"] = other["property"]
        if other.get("granularity"):
            kept["granularity"] = other["granularity"]
        body = kept | ({} if name is None else {"event": name})
        return inserted(asked, ("series", count), {"question": body})

    opened = fields.inner(question, (*path, "question"), "line")
    rename = Edit("name", lambda asked, name: replaced(asked, (*path, "name"), name),
                  TextPick("Name of the line", str.strip, part.name))  # fmt: skip
    last = max(count - 1, 0)
    row = Entry(
        key_of(path), part.name or chr(65 + at), format_question(part.question),
        enter=opened.enter,
        keys={
            "n": Edit("line", more, EventPick("Which event?", "any event"),
                      to=key_of(("series", count))),
            "r": rename,
            "d": Edit("remove", lambda asked, _: removed(asked, path)),
            "J": Edit("down", lambda asked, _: moved(asked, path, 1),
                      to=key_of(("series", min(at + 1, last)))),
            "K": Edit("up", lambda asked, _: moved(asked, path, -1),
                      to=key_of(("series", max(at - 1, 0)))),
        },
    )  # fmt: skip
    sides = (("left", "the left one"), ("right", "the right one"))
    styles = (("solid", "solid"), ("dashed", "dashed"), ("dotted", "dotted"))
    show = (*path, "display")
    return [
        row,
        fields.choice(question, (*show, "axis_assignment"), "axis", sides, 1),
        fields.own_range(question, (*path, "range")),
        fields.text(question, (*show, "unit"), "unit", none="its own", depth=1),
        fields.number(question, (*show, "decimals"), "decimals", none="as usual", most=6, depth=1),
        fields.choice(question, (*show, "line_style"), "style", styles, 1),
    ]  # fmt: skip


def _axis(question: Question, name: str, label: str) -> list[Entry]:
    path: Path = ("axes", name)
    scales = (("linear", "linear"), ("logarithmic", "logarithmic"))
    return [
        fields.choice(question, (*path, "scale"), label, scales),
        fields.text(question, (*path, "label"), "label", none="none", depth=1),
        fields.number(question, (*path, "min_bound"), "from", none="the data", least=-(10**12),
                      most=10**12, depth=1, whole=False),
        fields.number(question, (*path, "max_bound"), "to", none="the data", least=-(10**12),
                      most=10**12, depth=1, whole=False),
        fields.number(question, (*path, "goal"), "goal", none="none", least=-(10**12),
                      most=10**12, depth=1, whole=False),
        fields.text(question, (*path, "goal_label"), "name of the goal", none="goal", depth=1),
    ]  # fmt: skip
