"""Rows of questions about sequences of steps: funnel, its trend, time to convert, correlation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.queries.common.question import Question
from core.queries.funnel.fields import MOST_HELD
from tui.editors.bodies import count_at, inserted, key_of, moved, removed, replaced, revised
from tui.editors.entries import Edit, Entry, EventPick, TextPick, title
from tui.editors.kinds import fields
from tui.editors.kinds.filters import About, add, listed

ORDERS = (
    ("ordered", "in this order"),
    ("unordered", "in any order"),
    ("sequential", "with nothing in between"),
    ("strict_increase", "each later than the one before"),
    ("strict_deduplication", "with no step again in between"),
    ("strict_order", "with no step in between"),
    ("allow_reentry", "with no later step in between"),
)
COUNTED = (("uniques", "people"), ("totals", "attempts"), ("sessions", "sessions"))
TOUCHES = (
    ("entry", "that of step 1"), ("first", "the first with a value"),
    ("last", "the last with a value"), ("all", "the one of all steps"),
)  # fmt: skip


def steps(question: Question) -> list[Entry]:
    """Return the rows of the steps and of the filters of each."""
    found = [title("steps")]
    for at in range(len(fields.now(question, ("steps",)))):
        found += _step(question, at)
    return found


def new_step(at: int) -> Edit:
    """Return the edit that adds a step."""

    def put(question: Question, name: str) -> Question:
        return inserted(question, ("steps", at), {"event": name})

    return Edit("step", put, EventPick(f"Step {at + 1}"), to=key_of(("steps", at)))


def next_step(question: Question) -> Edit:
    """Return the edit that adds a last step, and then asks for one more."""
    count = count_at(question, ("steps",))
    return replace(new_step(count), again=next_step if count < 9 else None)


def _step(question: Question, at: int) -> list[Entry]:
    step = fields.now(question, ("steps", at))
    path = ("steps", at)

    def rename(asked: Question, name: str) -> Question:
        return replaced(asked, (*path, "event"), name)

    def call(asked: Question, name: str) -> Question:
        return replaced(asked, (*path, "name"), name)

    about = About(step.event)
    called = f' as "{step.name}"' if step.name else ""
    row = Entry(
        key_of(path), f"{at + 1}", fields.event_words(step.event) + called,
        enter=Edit("event", rename, EventPick(f"Step {at + 1}")),
        keys={
            "n": new_step(at + 1),
            "f": add((*path, "filters"), len(step.filters), about),
            "r": Edit("rename", call, TextPick(f"Name of step {at + 1}", str.strip, step.name,
                                               "or nothing, for its event")),
            "d": Edit("remove", lambda asked, _: removed(asked, path)),
            "J": Edit("down", lambda asked, _: moved(asked, path, 1),
                      to=key_of(("steps", min(at + 1, count_at(question, ("steps",)) - 1)))),
            "K": Edit("up", lambda asked, _: moved(asked, path, -1),
                      to=key_of(("steps", max(at - 1, 0)))),
        },
    )  # fmt: skip
    return [row, *listed(question, (*path, "filters"), about, 2)]


def attempt(question: Question) -> list[Entry]:
    """Return the rows of what counts as an attempt."""
    count = len(fields.now(question, ("steps",)))
    touches = [*TOUCHES, *((n, f"that of step {n}") for n in range(2, count + 1))]
    new = fields.now(question, ("users",)) == "new"
    # People who are new on their first day must be new.
    users = fields.choice(
        question, ("users",), "who", (("active", "everybody"), ("new", "people new in the range")),
        also={"active": {"first_day": False}},
    )  # fmt: skip
    return [
        title("what counts"),
        fields.duration(question, ("window_seconds",), "within", none="no limit"),
        fields.choice(question, ("order",), "order", ORDERS),
        fields.choice(question, ("count_by",), "counting", COUNTED),
        *fields.fields(question, ("hold",), "same value of", most=MOST_HELD),
        *exclusions(question),
        users,
        *([fields.flag(question, ("first_day",), "on their first day", 1)] if new else []),
        fields.flag(question, ("complete",), "only full windows"),
        fields.choice(question, ("resolution",), "at one time",
                      (("ms", "in the same millisecond"), ("1s", "in the same second"))),
        *fields.fields(question, ("breakdown",), "broken down by", most=2,
                       about=fields.now(question, ("steps", 0, "event"))),
        fields.choice(question, ("attribution",), "whose value", touches),
    ]  # fmt: skip


def exclusions(question: Question) -> list[Entry]:
    """Return the rows of events that must not lie between steps."""
    given = fields.now(question, ("exclusions",)) or ()

    def put(asked: Question, name: str) -> Question:
        return inserted(asked, ("exclusions", len(given)), {"event": name})

    new = Edit("event", put, EventPick("Without which event in between?"),
               to=key_of(("exclusions", len(given))))  # fmt: skip
    if not given:
        return [Entry("exclusions", "not in between", "any event may be", enter=new, usual=True)]
    found: list[Entry] = []
    for at in range(len(given)):
        found += _exclusion(question, at, new)
    whose = (("attempt", "that attempt"), ("person", "everything of that person"))
    found.append(fields.choice(question, ("exclude",), "which spoils", whose, 1))
    return found


def _exclusion(question: Question, at: int, new: Edit) -> list[Entry]:
    path = ("exclusions", at)
    given = fields.now(question, path)
    count = count_at(question, ("steps",))
    about = About(given.event)

    def rename(asked: Question, name: str) -> Question:
        return replaced(asked, (*path, "event"), name)

    def remove(asked: Question, _: Any) -> Question:
        left = removed(asked, path)
        alone = count_at(left, ("exclusions",)) == 0
        return revised(left, exclude="attempt") if alone else left

    row = Entry(
        key_of(path), "without", fields.event_words(given.event),
        enter=Edit("event", rename, EventPick("Without which event in between?")),
        keys={
            "n": new, "d": Edit("remove", remove),
            "f": add((*path, "filters"), len(given.filters), about),
        },
    )  # fmt: skip
    between = [
        fields.number(question, (*path, "from_step"), "after step", least=1, most=count, depth=1),
        fields.number(question, (*path, "to_step"), "before step", least=2, most=count, depth=1,
                      none="the last"),
    ]  # fmt: skip
    ordered = fields.now(question, ("order",)) != "unordered"
    return [
        row,
        *(between if ordered and count > 2 else []),
        *listed(question, (*path, "filters"), about, 2),
    ]
