"""Rows for conditions: property, operator and value; any, all and not, nested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.filters import OPERATORS, AnyOf, Clause, Condition, NotOf
from core.queries.common.question import Question
from tui.editors.bodies import (
    Path,
    count_at,
    inserted,
    key_of,
    removed,
    replaced,
    value_at,
)
from tui.editors.entries import Chain, Choice, Edit, Entry, FieldPick, Picker, ValuePick
from tui.editors.kinds.fields import now

Change = Callable[[Question], Question]

TURNED = {
    "one": ("eq", "ne", "contains", "not_contains", "starts_with", "ends_with",
            "gt", "gte", "lt", "lte"),
    "list": ("in", "not_in"),
    "none": ("is_set", "is_not_set"),
}  # fmt: skip
"""What an operator takes -> those that left and right go through."""

SEVERAL = {"eq": "in", "ne": "not_in"}
"""Operators of one value -> those of several."""


@dataclass(frozen=True)
class About:
    """What conditions are on.

    Attributes:
        event: whose properties and values are offered first; None for any.
        logs: whether they are on logs.
    """

    event: str | None = None
    logs: bool = False


def operators(field: str = "") -> Choice:
    """Return the choice of a field's operator, the usual ones first."""
    usual = [*TURNED["one"], *TURNED["list"], *TURNED["none"]]
    keys = [*usual, *(key for key in OPERATORS if key not in usual)]
    heading = f"{field.removeprefix('properties.')} is, is not, ..." if field else "is, is not, ..."
    return Choice(heading, tuple((key, OPERATORS[key].words) for key in keys))


def values_of(field: str, operator: str, about: About) -> ValuePick | None:
    """Return the picker of an operator's values, None if it takes none."""
    if OPERATORS[operator].takes == "none":
        return None
    return ValuePick(field, operator, about.event, about.logs)


def asked_for(about: About) -> Chain:
    """Return the picker of a whole condition."""
    return Chain(
        (
            lambda _: FieldPick("Which field?", about.event, logs=about.logs),
            lambda picked: operators(picked[0]),
            lambda picked: values_of(picked[0], picked[1], about),
        )
    )


def condition(field: str, operator: str, values: Sequence[Any] | None) -> dict[str, Any]:
    """Return a condition as JSON; several values make a list of an operator of one."""
    takes = OPERATORS[operator].takes
    if takes == "none":
        return {"field": field, "operator": operator}
    given = tuple(values or ())
    if takes == "one" and len(given) > 1:
        operator = SEVERAL.get(operator, operator)
    if OPERATORS[operator].takes == "list":
        return {"field": field, "operator": operator, "value": list(given)}
    return {"field": field, "operator": operator, "value": given[0] if given else ""}


def add(path: Path, at: int, about: About, words: str = "filter") -> Edit:
    """Return the edit that asks for a condition and puts it into a list."""

    def put(question: Question, picked: tuple[Any, ...]) -> Question:
        field, operator, values = picked
        return inserted(question, (*path, at), condition(field, operator, values))

    return Edit(words, put, asked_for(about), to=key_of((*path, at)))


def filters(
    question: Question, path: Path, about: About, label: str = "filters", depth: int = 0
) -> list[Entry]:
    """Return the rows of a list of conditions, with a first one that says how they combine."""
    inside = _inside(question, path)
    many = len(now(question, inside) or ())
    word = "any" if inside != path else "all"
    shown = "none" if not many else f"{word} of {many}" if many > 1 else ""
    new = _add_inside(question, inside, about)
    keys = {"n": new}
    if many:
        keys["!"] = Edit("not", lambda asked, _: opposite(asked, path))
    head = Entry(
        key_of(path), label, shown, depth, enter=new, keys=keys, usual=not many,
        turn=Edit("all/any", lambda asked, _: switched(asked, path)) if many > 1 else None,
    )  # fmt: skip
    return [head, *listed(question, path, about, depth + 1)]


def listed(question: Question, path: Path, about: About, depth: int) -> list[Entry]:
    """Return a row for each of a list of conditions, and those inside them."""
    inside = _inside(question, path)

    def nothing_left(asked: Question) -> Question:
        return replaced(asked, path, [])

    def switch(asked: Question) -> Question:
        return switched(asked, path)

    return _rows(question, inside, about, depth, nothing_left, switch)


def _inside(question: Question, path: Path) -> Path:
    """Return where the conditions of a list are: in the only one if that is an `any`."""
    found: Sequence[Clause] = now(question, path) or ()
    return (*path, 0, "any") if len(found) == 1 and isinstance(found[0], AnyOf) else path


def switched(question: Question, path: Path) -> Question:
    """Return the question with any instead of all of a list's conditions, and back."""
    inside = _inside(question, path)
    found = value_at(question, inside) or []
    if inside != path:
        return replaced(question, path, found)
    return replaced(question, path, [{"any": found}]) if found else question


def opposite(question: Question, path: Path) -> Question:
    """Return the question with a list of conditions turned into its opposite as a whole."""
    found = value_at(question, path) or []
    if len(found) == 1:
        return negated(question, (*path, 0))
    return replaced(question, path, [{"not": {"all": found}}])


def _add_inside(question: Question, path: Path, about: About) -> Edit:
    return add(path, count_at(question, path), about)


def _rows(
    question: Question, path: Path, about: About, depth: int, emptied: Change, switch: Change
) -> list[Entry]:
    """Return the rows of the clauses in a list.

    Args:
        emptied: removes the list itself, with its last clause.
        switch: makes any of all in the list, and back.
    """
    found: list[Entry] = []
    alone = len(now(question, path) or ()) == 1
    for at, clause in enumerate(now(question, path) or ()):
        place = (*path, at)

        def remove(asked: Question, place: Path = place) -> Question:
            return emptied(asked) if alone else removed(asked, place)

        new = replace(_add_inside(question, path, about), words="filter")
        keys = {"n": new, "f": new}
        if not alone:
            keys["a"] = Edit("all/any", lambda asked, _: switch(asked))
        found += _clause(question, clause, place, about, depth, remove, keys)
    return found


def _clause(
    question: Question,
    clause: Clause,
    place: Path,
    about: About,
    depth: int,
    remove: Change,
    keys: dict[str, Edit],
) -> list[Entry]:
    shared = {
        **keys,
        "d": Edit("remove", lambda asked, _: remove(asked)),
        "!": Edit("not", lambda asked, _: negated(asked, place)),
        "g": _grouping(place, about),
    }
    core_, at, nots = clause, place, 0
    while isinstance(core_, NotOf):
        core_, at, nots = core_.not_, (*at, "not"), nots + 1
    prefix = "not " * nots
    if isinstance(core_, Condition):
        return [_condition(core_, at, key_of(place), about, depth, prefix, shared)]
    word = "any" if isinstance(core_, AnyOf) else "all"
    inner: Path = (*at, word)
    new = _add_inside(question, inner, about)
    said = f"{prefix}{word} of" if nots != 1 or word == "all" else "none of"

    def switch(asked: Question) -> Question:
        return _other(asked, at, word)

    head = Entry(
        key_of(place), said, "" if now(question, inner) else "nothing", depth,
        enter=new, keys={**shared, "n": new, "f": new},
        turn=Edit("all/any", lambda asked, _: switch(asked)),
    )  # fmt: skip
    return [head, *_rows(question, inner, about, depth + 1, remove, switch)]


def _other(question: Question, at: Path, word: str) -> Question:
    found = value_at(question, (*at, word)) or []
    return replaced(question, at, {"all" if word == "any" else "any": found})


def negated(question: Question, place: Path) -> Question:
    """Return the question with a clause turned into its opposite."""
    clause = value_at(question, place)
    return replaced(question, place, clause.get("not", {"not": clause}))


def _grouping(place: Path, about: About) -> Edit:
    """Return the edit that puts another condition beside a clause, of which one must hold."""

    def put(asked: Question, picked: tuple[Any, ...]) -> Question:
        field, operator, values = picked
        other = condition(field, operator, values)
        return replaced(asked, place, {"any": [value_at(asked, place), other]})

    return Edit("or", put, asked_for(about), to=key_of((*place, "any", 1)))


def _condition(
    test: Condition,
    at: Path,
    key: str,
    about: About,
    depth: int,
    prefix: str,
    shared: dict[str, Edit],
) -> Entry:
    takes = OPERATORS[test.operator].takes

    def put_values(asked: Question, values: Any) -> Question:
        return replaced(asked, at, condition(test.field, test.operator, values))

    def put_operator(asked: Question, picked: tuple[Any, ...]) -> Question:
        operator, values = picked
        given = test.values if values is None else values
        return replaced(asked, at, condition(test.field, operator, given))

    def put_all(asked: Question, picked: tuple[Any, ...]) -> Question:
        return replaced(asked, at, condition(*picked))

    def turn(asked: Question, step: int) -> Question:
        around = TURNED[takes]
        here = around.index(test.operator) if test.operator in around else 0
        operator = around[(here + step) % len(around)]
        return replaced(asked, at, condition(test.field, operator, test.values))

    def following(picked: tuple[Any, ...]) -> Picker | None:
        wanted = OPERATORS[picked[0]].takes
        kept = wanted == "none" or (wanted == takes) or (wanted == "list" and takes == "one")
        return None if kept else values_of(test.field, picked[0], about)

    operator = Edit("operator", put_operator, Chain((lambda _: operators(), following)))
    value = values_of(test.field, test.operator, about)
    enter = Edit("value", put_values, value) if value is not None else operator
    return Entry(
        key, f"{prefix}{test.field}", said(test), depth, enter=enter, turn=Edit("operator", turn),
        keys={**shared, "o": operator, "p": Edit("property", put_all, asked_for(about))},
    )  # fmt: skip


def said(test: Condition) -> str:
    """Return a condition without its field, as people read it."""
    return test.words.removeprefix(test.field).strip()
