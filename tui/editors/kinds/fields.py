"""Rows for single values: a choice, a number, a length of time, a name, a flag."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.answers import Cell
from core.errors import BadInput
from core.filters import untyped
from core.queries import from_json
from core.queries.behind import format_cell
from core.queries.common.any_question import said_by
from core.queries.common.question import Question
from core.queries.terms import duration_words
from tui.editors.bodies import Path, key_of, replaced, revised
from tui.editors.entries import (
    Chain,
    Choice,
    Edit,
    Entry,
    EventPick,
    FieldPick,
    QuestionPick,
    RangePick,
    SavedPick,
    TextPick,
)
from tui.texts.summary import range_words

Words = Sequence[tuple[Any, str]]
"""Values, each with its words."""

ALIASES = {"from": "from_", "not": "not_"}
SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400}
LADDER = (60, 3_600, 86_400, 3 * 86_400, 7 * 86_400, 14 * 86_400, 30 * 86_400, 90 * 86_400)
"""Lengths that left and right go through, in seconds."""


def now(question: Question, path: Path) -> Any:
    """Return the value at a path, default or not; None if there is nothing."""
    found: Any = question
    for step in path:
        if isinstance(step, int):
            found = found[step] if isinstance(found, tuple) and step < len(found) else None
        else:
            found = getattr(found, ALIASES.get(step, step), None)
    return found


def is_usual(question: Question, path: Path) -> bool:
    """Whether a value of the question itself is the default of its kind."""
    info = type(question).model_fields.get(ALIASES.get(str(path[0]), str(path[0])))
    return len(path) == 1 and info is not None and now(question, path) == info.default


def choice(
    question: Question,
    path: Path,
    label: str,
    words: Words,
    depth: int = 0,
    also: Mapping[Any, Mapping[str, Any]] | None = None,
) -> Entry:
    """Return the row of one of a few values; left and right go through them.

    Args:
        also: value -> other fields of the question that change with it.
    """
    value = now(question, path)
    values = [each for each, _ in words]

    def put(asked: Question, chosen: Any) -> Question:
        return replaced(asked, path, chosen)

    def put_with(asked: Question, chosen: Any) -> Question:
        more = dict((also or {}).get(chosen, {}))
        return revised(asked, **{str(path[0]): chosen, **more})

    setting = put_with if also else put

    def turn(asked: Question, step: int) -> Question:
        current = now(asked, path)
        at = values.index(current) if current in values else -1
        return setting(asked, values[(at + step) % len(values)])

    shown = next((text for each, text in words if each == value), "" if value is None else value)
    return Entry(
        key_of(path), label, str(shown), depth,
        enter=Edit("choose", setting, Choice(label.capitalize(), tuple(words), now=value)),
        turn=Edit("other", turn), usual=is_usual(question, path),
    )  # fmt: skip


def flag(question: Question, path: Path, label: str, depth: int = 0) -> Entry:
    """Return the row of something that is on or off; Enter switches it."""
    value = bool(now(question, path))

    def put(asked: Question, _: Any) -> Question:
        return replaced(asked, path, not now(asked, path))

    edit = Edit("switch", put)
    return Entry(
        key_of(path), label, "yes" if value else "no", depth,
        enter=edit, turn=edit, usual=is_usual(question, path),
    )  # fmt: skip


def number(
    question: Question,
    path: Path,
    label: str,
    *,
    none: str = "",
    least: int = 0,
    most: int = 1_000_000,
    depth: int = 0,
    unit: str = "",
    whole: bool = True,
) -> Entry:
    """Return the row of a number, typed or changed by one.

    Args:
        none: the words for no number; "" if there must be one.
    """
    value = now(question, path)

    def put(asked: Question, given: Any) -> Question:
        return replaced(asked, path, given)

    def turn(asked: Question, step: int) -> Question:
        current = now(asked, path)
        if none and current is not None and current + step < least:
            return put(asked, None)
        return put(asked, min(max((current or 0) + step, least), most))

    shown = none if value is None else f"{value:g} {unit}".rstrip()
    help_ = f"{least:,} to {most:,}" + (f", or nothing: {none}" if none else "")
    return Entry(
        key_of(path), label, shown, depth,
        enter=Edit("type", put, TextPick(
            label.capitalize(), _numbers(bool(none), whole),
            "" if value is None else f"{value:g}", help_,
        )),
        turn=Edit("one more", turn), usual=is_usual(question, path),
    )  # fmt: skip


def _numbers(empty: bool, whole: bool) -> Any:
    def read(text: str) -> int | float | None:
        if empty and not text.strip():
            return None
        found = untyped(text.strip(), "gt")
        if not isinstance(found, int | float) or (whole and found != int(found)):
            kind = "whole number" if whole else "number"
            raise BadInput(f"{text.strip()!r} is not a {kind}.", "For example 7.")
        return int(found) if whole else found

    return read


def read_duration(text: str) -> int:
    """Return a length of time in seconds: 90s, 30m, 2h, 14d, 1w; BadInput for anything else."""
    match = re.fullmatch(r"\s*(\d{1,6})\s*([smhdw])[a-z]*\s*", text.lower())
    if match is None:
        raise BadInput(f"{text.strip()!r} is not a length of time.", "For example 30m, 2h, 14d.")
    return int(match[1]) * SECONDS[match[2]]


def duration(
    question: Question, path: Path, label: str, *, none: str = "", depth: int = 0
) -> Entry:
    """Return the row of a length of time in seconds."""
    value = now(question, path)

    def put(asked: Question, seconds: Any) -> Question:
        return replaced(asked, path, seconds)

    def turn(asked: Question, step: int) -> Question:
        current = now(asked, path)
        if not isinstance(current, int | float):
            return put(asked, LADDER[0] if step > 0 else LADDER[-1])
        longer = [each for each in LADDER if each > current]
        shorter = [each for each in LADDER if each < current]
        if step > 0:
            return put(asked, longer[0] if longer else None if none else current)
        return put(asked, shorter[-1] if shorter else current)

    def read(text: str) -> int | None:
        return None if none and not text.strip() else read_duration(text)

    shown = duration_words(value) if isinstance(value, int | float) else none
    help_ = "30m, 2h, 14d" + (f", or nothing: {none}" if none else "")
    return Entry(
        key_of(path), label, shown, depth,
        enter=Edit(
            "type", put, TextPick(label.capitalize(), read, shown if value else "", help_)
        ),
        turn=Edit("longer", turn), usual=is_usual(question, path),
    )  # fmt: skip


def text(
    question: Question, path: Path, label: str, *, none: str = "", depth: int = 0, help: str = ""
) -> Entry:
    """Return the row of a typed text.

    Args:
        none: the words for an empty one.
    """
    value = now(question, path)

    def put(asked: Question, typed: Any) -> Question:
        return replaced(asked, path, typed)

    picker = TextPick(label.capitalize(), str.strip, "" if value is None else str(value), help)
    return Entry(
        key_of(path), label, str(value) if value else none, depth,
        enter=Edit("type", put, picker), usual=is_usual(question, path),
    )  # fmt: skip


def event(
    question: Question, path: Path, label: str, *, absent: str = "", first_ever: bool = False
) -> Entry:
    """Return the row of an event."""
    value = now(question, path)
    picker = EventPick(label.capitalize(), absent, first_ever)
    return Entry(
        key_of(path), label, event_words(value, absent or "any event"),
        enter=Edit("event", lambda asked, name: replaced(asked, path, name), picker),
        usual=is_usual(question, path),
    )  # fmt: skip


SELECTED = {
    "_active": "any active event", "_all": "any event at all", "_new": "their first event ever",
    "revenue_amount": "revenue", "verified_revenue": "verified revenue",
    "unverified_revenue": "unverified revenue",
}  # fmt: skip
"""The events that are meant by words, in words."""


def event_words(name: str | None, absent: str = "any event") -> str:
    """Return an event as a form shows it."""
    return absent if name is None else SELECTED.get(name, name.removeprefix("ce:"))


def fields(
    question: Question, path: Path, label: str, *, most: int = 1, about: str | None = None,
    none: str = "nothing",
) -> list[Entry]:  # fmt: skip
    """Return the rows of up to `most` fields to group by, and one that adds another."""
    value = now(question, path) or ()
    given = (value,) if isinstance(value, str) else tuple(value)
    single = value is not None and isinstance(now(question, path), str | None)
    logs = question.kind == "logs"

    def as_kept(names: tuple[str, ...]) -> Any:
        return (names[0] if names else None) if single else names

    def put_at(at: int) -> Any:
        def put(asked: Question, name: str | None) -> Question:
            current = now(asked, path) or ()
            names = [current] if isinstance(current, str) else list(current)
            names[at : at + 1] = [] if name is None else [name]
            return replaced(asked, path, as_kept(tuple(names)))

        return put

    def picker(has: bool) -> FieldPick:
        return FieldPick(label.capitalize(), about, "group", logs, none if has else "")

    found = []
    for at, name in enumerate(given):
        put = put_at(at)
        keys = {"d": Edit("remove", lambda asked, _, put=put: put(asked, None))}  # type: ignore[misc]
        if len(given) < most:
            keys["n"] = Edit("and by", put_at(len(given)), picker(False))
        found.append(
            Entry(key_of((*path, at)), label if at == 0 else "and", name, 0 if at == 0 else 1,
                  enter=Edit("field", put, picker(True)), keys=keys)
        )  # fmt: skip
    if not given:
        add = Edit("field", put_at(0), picker(False), to=key_of((*path, 0)))
        found.append(Entry(key_of(path), label, none, enter=add, usual=True))
    return found


def measured(
    question: Question, path: Path, label: str, *, about: str | None = None, none: str = "",
    use: str = "number",
) -> Entry:  # fmt: skip
    """Return the row of a property."""
    value = now(question, path)
    picker = FieldPick(label.capitalize(), about, use, False, none)
    return Entry(
        key_of(path), label, none if value is None else str(value),
        enter=Edit("property", lambda asked, name: replaced(asked, path, name), picker),
        usual=is_usual(question, path),
    )  # fmt: skip


FIELD = "*"
"""Stands for a field that is picked after this."""

COUNTABLE = ((None, "people"), ("device", "devices"), ("session", "sessions"), (FIELD, "a field"))
"""What can be counted, in words."""


def counted(question: Question) -> Entry:
    """Return the row of what is counted: people, devices, sessions or the values of a field."""
    value = now(question, ("counting",))
    words = dict(COUNTABLE)

    def put(asked: Question, picked: tuple[Any, ...]) -> Question:
        chosen, field = picked
        return revised(asked, counting=field if chosen == FIELD else chosen)

    def turn(asked: Question, step: int) -> Question:
        values = [each for each, _ in COUNTABLE if each != FIELD]
        current = now(asked, ("counting",))
        at = values.index(current) if current in values else -1
        return revised(asked, counting=values[(at + step) % len(values)])

    pick = Choice("Counting", COUNTABLE, now=value if value in words else FIELD)
    which = FieldPick("Count the values of which field?", now(question, ("event",)), "group")
    picker = Chain((lambda _: pick, lambda picked: which if picked[0] == FIELD else None))
    return Entry(
        "counting", "units", words.get(value, str(value)), enter=Edit("choose", put, picker),
        turn=Edit("other", turn), usual=value is None,
    )  # fmt: skip


def people(question: Question) -> Entry:
    """Return the row of the people who count: those of an audience, a segment or a question."""
    who = question.audience or question.segment
    among = question.among
    if among is not None:
        who = format_cell(among, Cell())

    def put(asked: Question, picked: tuple[Any, ...]) -> Question:
        chosen, built = picked
        none: dict[str, Any] = {"audience": None, "segment": None, "among": None}
        field, name = chosen or ("among", None)
        return revised(asked, **{**none, field: name if built is None else said_by(built)})

    def only(asked: Question, built: Question) -> Question:
        return put(asked, (("among", None), built))

    begun = among or _did(question)
    inside = QuestionPick("Only people of", begun)
    picker = Chain(
        (
            lambda _: SavedPick("Only people in", "who", "everybody", "those of another question"),
            lambda picked: inside if picked[0] == ("among", None) else None,
        )
    )
    keys = {"d": Edit("everybody", lambda asked, _: put(asked, (None, None)))} if who else {}
    if among is not None:
        keys["e"] = Edit("open", only, inside)
    shown = "everybody" if who is None else who.replace("_", " ") if question.segment else who
    return Entry("who", "people", shown, enter=Edit("people", put, picker), keys=keys,
                 usual=who is None)  # fmt: skip


def _did(question: Question) -> Question:
    """Return a question about who did the event of another one, in its range."""
    event = now(question, ("event",)) or now(question, ("steps", 0, "event"))
    body = {"kind": "trend"} | ({"event": event} if isinstance(event, str) else {})
    given = "range" in question.model_fields_set
    return from_json(body | ({"range": question.range} if given else {}))


def inner(question: Question, path: Path, label: str) -> Entry:
    """Return the row of a question inside this one."""
    from core.language.questions import format_question

    value = now(question, path)

    def put(asked: Question, built: Question) -> Question:
        return replaced(asked, path, said_by(built))

    picker = QuestionPick(label.capitalize(), value)
    return Entry(key_of(path), label, format_question(value), enter=Edit("open", put, picker))


RANGES = (
    ("today", "today"), ("yesterday", "yesterday"), ("24h", "24 hours"), ("7d", "7 days"),
    ("14d", "14 days"), ("30d", "30 days"), ("90d", "90 days"), ("12m", "12 months"),
    ("wtd", "week to date"), ("mtd", "month to date"), ("last_month", "last month"),
    ("all_time", "all time"),
)  # fmt: skip
COMPARED = ((None, "nothing"), ("previous", "the period before"), ("yoy", "the year before"))
UNITS = ("minute", "hourly", "daily", "weekly", "monthly", "quarterly", "yearly")


def range_of(question: Question) -> Entry:
    """Return the row of the range."""
    entry = choice(question, ("range",), "range", RANGES)
    put = Edit("choose", lambda asked, given: replaced(asked, ("range",), given),
               RangePick("Range", question.range))  # fmt: skip
    return replace(entry, shown=range_words(question.range), enter=put)


def own_range(question: Question, path: Path) -> Entry:
    """Return the row of the range of one of several series, which may be that of all."""
    value = now(question, path)
    put = Edit("range", lambda asked, given: replaced(asked, path, given),
               RangePick("Range of this series", value, "that of all"))  # fmt: skip
    shown = "that of all" if value is None else range_words(value)
    return Entry(key_of(path), "range", shown, 1, enter=put, usual=value is None)


def units(question: Question, allowed: Sequence[str] = UNITS[1:]) -> Entry:
    """Return the row of the granularity."""
    return choice(question, ("granularity",), "by", [(unit, unit) for unit in allowed])


def compare(question: Question) -> Entry:
    """Return the row of the period compared with."""
    return choice(question, ("compare",), "compare with", COMPARED)
