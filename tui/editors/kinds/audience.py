"""Rows of an audience: what its people did, had and are in; with and, or and not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core.errors import BadInput
from core.queries.common.question import Question
from core.queries.terms import duration_words
from tui.editors.bodies import (
    Path,
    count_at,
    inserted,
    key_of,
    removed,
    replaced,
    value_at,
)
from tui.editors.entries import (
    NEW,
    Chain,
    Choice,
    Edit,
    Entry,
    EventPick,
    FieldPick,
    Picker,
    SavedPick,
    TextPick,
    title,
)
from tui.editors.kinds import fields
from tui.editors.kinds.filters import (
    About,
    Change,
    add,
    condition,
    listed,
    operators,
    values_of,
)

RULES: Path = ("definition",)
KINDS = (
    ("did", "did an event"),
    ("not", "did not do an event"),
    ("property", "has a property"),
    ("in", "is in an audience or segment"),
    ("then", "did one event, then another"),
    ("sum", "has a sum of a property"),
    ("came", "was first seen within some days"),
    ("long", "was first seen longer ago"),
    ("seen", "was last seen within some days"),
    ("gone", "was last seen longer ago"),
    ("begun", "did an event for the first time"),
    ("any", "any of several rules"),
    ("none", "none of several rules"),
)
"""What a new rule can be."""

ON_EVENTS = ("did", "not", "begun")
ON_ANY = ("came", "long", "seen", "gone")
"""Kinds of rules that ask for an event, and that are on any event."""

OFTEN = (
    (("gte", 1), "at least once"), (("gte", 2), "at least twice"),
    (("gte", 3), "at least 3 times"), (("gte", 5), "at least 5 times"),
    (("gte", 10), "at least 10 times"), (("eq", 1), "exactly once"),
    (("lte", 2), "at most twice"),
)  # fmt: skip
WHEN = (
    (30, "in the last 30 days"), (7, "in the last 7 days"), (14, "in the last 14 days"),
    (90, "in the last 90 days"), (365, "in the last 365 days"), (1, "in the last day"),
    (None, "ever"),
)  # fmt: skip
SIGNS = (
    ("gte", "at least"), ("gt", "more than"), ("eq", "exactly"), ("lte", "at most"),
    ("lt", "less than"),
)  # fmt: skip
COUNTED = ((False, "times"), (True, "days on which"))
WITHIN = (
    (3_600, "within an hour"), (86_400, "within a day"), (7 * 86_400, "within 7 days"),
    (30 * 86_400, "within 30 days"),
)  # fmt: skip


def rows(question: Question) -> list[Entry]:
    """Return the rows of an audience."""
    definition = fields.now(question, RULES)
    if definition is None:
        picker = SavedPick("Audience", "audience")
        put = Edit("audience", lambda asked, name: replaced(asked, ("audience",), name), picker)
        return [Entry("audience", "audience", fields.now(question, ("audience",)), enter=put)]
    found = [title("everybody who"), *group(question, RULES, 0, None)]
    days = fields.number(
        question, (*RULES, "lookback_days"), "properties in", none="all time", least=1, most=36_500,
        unit="days",
    )  # fmt: skip
    named = definition.static_ids
    path = (*RULES, "static_ids")
    listed_ = TextPick("People by id, with commas", read_ids, ", ".join(named), "u_1, u_2")
    put = Edit("type", lambda asked, ids: replaced(asked, path, ids), listed_)
    shown = f"{len(named)} by id" if named else "nobody by id"
    return [*found, title("and"), days,
            Entry(key_of(path), "listed", shown, enter=put, usual=not named)]  # fmt: skip


def read_ids(text: str) -> list[str]:
    """Return the ids in a text, between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def added(question: Question) -> dict[str, Edit]:
    """Return what letters add on rows that do not say: a rule."""
    return {"n": new_rule(RULES)} if fields.now(question, RULES) is not None else {}


def group(question: Question, path: Path, depth: int, remove: Change | None) -> list[Entry]:
    """Return the rows of combined rules, and of those inside."""
    found = fields.now(question, path)
    count = len(found.filters) + len(found.events) + len(found.groups)
    new = new_rule(path)
    keys = {"n": new}
    if remove is not None:
        keys["d"] = Edit("remove", lambda asked, _: remove(asked))
        keys["!"] = Edit("not", lambda asked, _: replaced(
            asked, (*path, "not"), not fields.now(asked, (*path, "not"))
        ))  # fmt: skip
    match = (*path, "match")
    negated = bool(getattr(found, "not_", False))
    said = {("all", False): "all of", ("any", False): "any of", ("all", True): "not all of",
            ("any", True): "none of"}[found.match, negated]  # fmt: skip

    def turn(asked: Question, _: Any) -> Question:
        return replaced(asked, match, "any" if fields.now(asked, match) == "all" else "all")

    head = Entry(
        key_of((*path, "match")), said, "" if count else "no rules: everybody. n adds one", depth,
        enter=new, turn=Edit("all/any", turn), keys=keys,
    )  # fmt: skip
    inside = [head]
    for at in range(len(found.events)):
        inside += _rule(question, (*path, "events", at), depth + 1, new)
    if found.filters:
        inside += _with_rules(listed(question, (*path, "filters"), About(), depth + 1), new)
    for at in range(len(found.groups)):
        place = (*path, "groups", at)

        def without(asked: Question, place: Path = place) -> Question:
            return removed(asked, place)

        inside += group(question, place, depth + 1, without)
    return inside


def _with_rules(entries: list[Entry], new: Edit) -> list[Entry]:
    """Return the rows of properties, where `n` adds any rule and not only a property."""
    return [
        replace(entry, keys={**entry.keys, "n": new})
        if entry.enter is None or entry.enter.words != "filter"
        else entry
        for entry in entries
    ]


# -- a rule on events


def _rule(question: Question, path: Path, depth: int, new: Edit) -> list[Entry]:
    rule = fields.now(question, path)
    about = About(rule.event)

    def put_event(asked: Question, name: str | None) -> Question:
        return replaced(asked, (*path, "event"), name)

    none = (rule.op, rule.count, rule.sum) == ("eq", 0, None)
    did = ("did not" if none else "did") + " first" * rule.first
    row = Entry(
        key_of(path), did, fields.event_words(rule.event), depth,
        enter=Edit("event", put_event, EventPick("Which event?", "any event")),
        keys={
            "n": new,
            "f": add((*path, "filters"), len(rule.filters), about),
            "d": Edit("remove", lambda asked, _: removed(asked, path)),
            "!": Edit("not", lambda asked, _: _opposite(asked, path)),
            "t": _then(path),
            "1": Edit("first/any", lambda asked, _: _switched_first(asked, path)),
        },
    )  # fmt: skip
    found = [row]
    if rule.sum is not None:
        found.append(_sum(question, path, depth + 1))
    elif not none and not rule.first:
        found += _times(question, path, depth + 1)
    found.append(_days(question, path, depth + 1))
    found += listed(question, (*path, "filters"), about, depth + 1)
    if rule.then_within is not None:
        found += _followed(question, path, depth + 1)
    return found


def _opposite(question: Question, path: Path) -> Question:
    rule = value_at(question, path)
    did_not = (rule.get("op"), rule.get("count"), rule.get("sum")) == ("eq", 0, None)
    kept = {k: v for k, v in rule.items() if k not in ("op", "count", "sum", "value")}
    return replaced(question, path, kept if did_not else {**kept, "op": "eq", "count": 0})


def _switched_first(question: Question, path: Path) -> Question:
    """Return the audience with a rule on the first of a person's events, or on all of them."""
    rule = value_at(question, path)
    if rule.get("first"):
        return replaced(question, path, {**rule, "first": False})
    none = (rule.get("op"), rule.get("count")) == ("eq", 0)
    kept = {key: rule[key] for key in ("event", "days", "filters") if key in rule}
    counted = {"op": "eq", "count": 0} if none else {}
    return replaced(question, path, {**kept, **counted, "first": True})


def _times(question: Question, path: Path, depth: int) -> list[Entry]:
    rule = fields.now(question, path)
    often = {"gte": "at least", "gt": "more than", "eq": "exactly", "lte": "at most",
             "lt": "less than"}[rule.op]  # fmt: skip
    unit = "day" if rule.distinct_days else "time"
    counted = f"{rule.count} {unit}{'s' * (rule.count != 1)}"

    def put(asked: Question, picked: tuple[str, int]) -> Question:
        op, count = picked
        return replaced(asked, path, {**value_at(asked, path), "op": op, "count": count})

    def turn(asked: Question, step: int) -> Question:
        current = fields.now(asked, (*path, "count"))
        return replaced(asked, (*path, "count"), max(current + step, 0))

    count = Entry(
        key_of((*path, "count")), "how often", f"{often} {counted}", depth,
        enter=Edit("how often", put, _often()), turn=Edit("one more", turn),
    )  # fmt: skip
    keys = {
        "o": Edit("sign", lambda asked, op: replaced(asked, (*path, "op"), op),
                  Choice("At least, at most, ...", SIGNS)),
        "c": Edit("days/times", lambda asked, _: replaced(
            asked, (*path, "distinct_days"), not fields.now(asked, (*path, "distinct_days"))
        )),
    }  # fmt: skip
    return [replace(count, keys=keys)]


def _often() -> Choice:
    return Choice("How often?", OFTEN, _read_often, "or a number, for at least so many times")


def _read_often(text: str) -> tuple[str, int]:
    if not text.strip().isdigit():
        raise BadInput(f"{text.strip()!r} is not a number.", "For example 4.")
    return "gte", int(text)


def _days(question: Question, path: Path, depth: int) -> Entry:
    days = fields.now(question, (*path, "days"))

    def put(asked: Question, given: int | None) -> Question:
        return replaced(asked, (*path, "days"), given)

    def turn(asked: Question, step: int) -> Question:
        return put(asked, max((fields.now(asked, (*path, "days")) or 0) + step, 1))

    return Entry(
        key_of((*path, "days")), "when", _when_words(days), depth,
        enter=Edit("when", put, _when()), turn=Edit("one more day", turn),
    )  # fmt: skip


def _when_words(days: int | None) -> str:
    return "ever" if days is None else f"in the last {days} day{'s' * (days != 1)}"


def _when() -> Choice:
    return Choice("When?", WHEN, _read_days, "or a number of days")


def _read_days(text: str) -> int:
    if not text.strip().isdigit():
        raise BadInput(f"{text.strip()!r} is not a number of days.", "For example 30.")
    return int(text)


def _sum(question: Question, path: Path, depth: int) -> Entry:
    rule = fields.now(question, path)
    signs = dict(SIGNS)

    def put(asked: Question, picked: tuple[str, str, float]) -> Question:
        name, op, value = picked
        new = {**value_at(asked, path), "sum": name, "op": op, "value": value}
        return replaced(asked, path, new)

    return Entry(
        key_of((*path, "sum")), f"sum of {rule.sum}", f"{signs[rule.op]} {rule.value:g}", depth,
        enter=Edit("sum", put, _summed(rule.event)),
    )  # fmt: skip


def _summed(event: str | None) -> Chain:
    return Chain(
        (
            lambda _: FieldPick("Sum of which property?", event, "number"),
            lambda _: Choice("At least, at most, ...", SIGNS),
            lambda _: TextPick("How much?", _read_amount, "", "a number"),
        )
    )


def _read_amount(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput(f"{text.strip()!r} is not a number.", "For example 100.") from None


def _then(path: Path) -> Edit:
    def put(asked: Question, picked: tuple[str | None, int]) -> Question:
        event, seconds = picked
        return replaced(asked, (*path, "then_within"), {"event": event, "seconds": seconds})

    return Edit("then", put, _following(), to=key_of((*path, "then_within")))


def _following() -> Chain:
    return Chain(
        (
            lambda _: EventPick("Then which event?", "any event"),
            lambda _: Choice("Within?", WITHIN, fields.read_duration, "or 30m, 2h, 14d"),
        )
    )


def _followed(question: Question, path: Path, depth: int) -> list[Entry]:
    place = (*path, "then_within")
    then = fields.now(question, place)
    about = About(then.event)
    words = f"{fields.event_words(then.event)} within {duration_words(then.seconds)}"
    keys = {
        "f": add((*place, "filters"), count_at(question, (*place, "filters")), about),
        "d": Edit("remove", lambda asked, _: replaced(asked, place, None)),
    }
    row = Entry(key_of(place), "then", words, depth, enter=_then(path), keys=keys)
    return [row, *listed(question, (*place, "filters"), about, depth + 1)]


# -- a new rule


def new_rule(path: Path, asked: tuple[tuple[Any, str], ...] = ()) -> Edit:
    """Return the edit that adds a rule to a group.

    Args:
        asked: whole definitions that can be picked instead, each with its words.
    """

    def kinds(_: tuple[Any, ...]) -> Picker:
        return Choice("What kind of rule?", (*KINDS, *asked))

    def put(question: Question, picked: tuple[Any, ...]) -> Question:
        if isinstance(picked[0], dict):
            return replaced(question, path, picked[0])
        return with_rule(question, path, picked)

    return Edit("rule", put, Chain((kinds, *_REST)), to=NEW)


def _unless_whole(step: Callable[[tuple[Any, ...]], Picker | None]) -> Any:
    """Return a step that is skipped after a whole definition."""
    return lambda picked: None if isinstance(picked[0], dict) else step(picked)


def _what(picked: tuple[Any, ...]) -> Picker | None:
    kind = picked[0]
    if kind in ("then", "sum", *ON_EVENTS):
        return EventPick("Which event?", "any event")
    if kind == "property":
        return FieldPick("Which property?")
    return SavedPick("In which?", "who") if kind == "in" else None


def _how(picked: tuple[Any, ...]) -> Picker | None:
    kind = picked[0]
    if kind == "did":
        return _often()
    if kind == "property":
        return operators()
    return {"then": _following(), "sum": _summed(picked[1])}.get(kind)


def _last(picked: tuple[Any, ...]) -> Picker | None:
    if picked[0] in ("then", "sum", *ON_EVENTS, *ON_ANY):
        return _when()
    return values_of(picked[1], picked[2], About()) if picked[0] == "property" else None


_REST = tuple(_unless_whole(step) for step in (_what, _how, _last))


def with_rule(question: Question, path: Path, picked: tuple[Any, ...]) -> Question:
    """Return the audience with a rule added to a group.

    Args:
        picked: what was chosen: a value of KINDS, what it is about, how, and when or which values.
    """
    kind, what, how, last = picked
    if kind in ("any", "none"):
        new = {"match": "any", "not": kind == "none"}
        return inserted(question, (*path, "groups", count_at(question, (*path, "groups"))), new)
    if kind == "property":
        return _with(question, (*path, "filters"), condition(what, how, last))
    if kind == "in":
        field, name = what
        return _with(question, (*path, "filters"), {"field": field, "value": name})
    rule: dict[str, Any] = {"event": what, "days": last}
    if kind == "did":
        rule |= {"op": how[0], "count": how[1]}
    elif kind in ("not", "gone", "long"):
        rule |= {"op": "eq", "count": 0}
    elif kind == "sum":
        rule |= {"sum": how[0], "op": how[1], "value": how[2]}
    elif kind == "then":
        rule["then_within"] = {"event": how[0], "seconds": how[1]}
    if kind in ("came", "long", "begun"):
        rule["first"] = True
    return _with(question, (*path, "events"), rule)


def _with(question: Question, path: Path, value: dict[str, Any]) -> Question:
    return inserted(question, (*path, count_at(question, path)), value)
