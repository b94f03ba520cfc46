"""Audiences whose rule is the question of a list: their people change with the data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from core.answers import Cell
from core.columns import NONE
from core.queries.common.question import Question
from core.queries.people.people import PeopleBehind
from core.store.library.saved import Item
from core.text import clean
from tui.actions.people_segment import keep_audience
from tui.actions.saving import ask_name
from tui.actions.storing import Again
from tui.texts.people import many

if TYPE_CHECKING:
    from tui.actions.pages import PeopleListed

Body = dict[str, Any]

DAYS = {"d": 1, "w": 7}
COUNTED = ("count", "users")
"""What a trend may count for its people to be those who did the event."""

STRANGE = ("bucket", "previous", "change", "series", "after", "cohort", "period")
"""Parts of an address that no rule has."""

FREE = {
    "kind", "range", "conditions", "audience", "segment", "steps", "window_seconds", "breakdown",
    "compare", "limit", "granularity",
}  # fmt: skip
"""The fields that may be given of a funnel whose steps are to be a rule."""


def rule_of(question: Question) -> Body | None:
    """Return the audience of whoever is in a list, as rules; None if the list can be none.

    Days are the last so many times 24 hours.
    """
    of, cell = (question.of, question.cell) if isinstance(question, PeopleBehind) else (
        question, Cell()
    )  # fmt: skip
    if any(getattr(cell, part) for part in STRANGE) or of.among is not None:
        return None
    whose = _group(of, cell)
    makes = _RULES.get(of.kind)
    if makes is None or whose is None:
        return None
    days = _days(of.range)
    rule = makes(of, cell, {} if days is None else {"days": days}, whose)
    if rule is None or days == 0:
        return None
    return {**rule, "filters": [*rule.get("filters", ()), *_in(of)]}


def _days(range_text: str) -> int | None:
    """Return how many days a range goes back; None for all of history, 0 for no such range."""
    if range_text == "all_time":
        return None
    found = re.fullmatch(r"(\d+)([dw])", range_text)
    return int(found[1]) * DAYS[found[2]] if found else 0


def _in(of: Question) -> list[Body]:
    """The conditions of being in the audience and the segment of a question."""
    found = [("audience", of.audience if of.kind != "audience" else None), ("segment", of.segment)]
    return [{"field": name, "operator": "eq", "value": value} for name, value in found if value]


def _group(of: Question, cell: Cell) -> list[Body] | None:
    """The filters of a question and of the group of a number; None for the rest of the groups."""
    fields = getattr(of, "breakdown", ()) if cell.group else ()
    if cell.besides or len(fields) != len(cell.group):
        return None
    tests: list[Body] = [test.model_dump(mode="json", by_alias=True) for test in of.conditions]
    for field, value in zip(fields, cell.group, strict=True):
        none = {"field": field, "operator": "is_not_set"}
        tests.append(none if value == NONE else {"field": field, "operator": "eq", "value": value})
    return tests


def _did(event: str | None, days: Body, tests: list[Body]) -> Body:
    return {"events": [{"event": event, **days, "filters": tests}]}


def _trend(of: Any, _: Cell, days: Body, tests: list[Body]) -> Body | None:
    simple = of.measure in COUNTED and not of.property
    return _did(of.event, days, tests) if simple else None


def _active(of: Any, _: Cell, days: Body, tests: list[Body]) -> Body | None:
    return _did("_active", days, tests) if of.metric == "dau" else None


def _top(_: Any, cell: Cell, days: Body, tests: list[Body]) -> Body:
    return _did(cell.row, days, tests)


def _segment(_: Any, __: Cell, ___: Body, tests: list[Body]) -> Body | None:
    return None if tests else {}


def _audience(of: Any, _: Cell, __: Body, tests: list[Body]) -> Body | None:
    if tests:
        return None
    if of.definition is not None:
        found: Body = of.definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return found
    return {"filters": [{"field": "audience", "operator": "eq", "value": of.audience}]}


def _funnel(of: Any, cell: Cell, days: Body, tests: list[Body]) -> Body | None:
    """Who did the first step, and did or did not do the second within the window."""
    step = cell.step or (2 if cell.outcome == "dropped" and len(of.steps) == 2 else 1)
    fields = type(of).model_fields.items()
    plain = all(getattr(of, name) == each.default for name, each in fields if name not in FREE)
    if step > 2 or not plain or of.window_seconds is None or cell.group:
        return None
    first, second = (
        {
            "event": each.event,
            "filters": [
                *tests, *(test.model_dump(mode="json", by_alias=True) for test in each.filters)
            ],
        }
        for each in (*of.steps, of.steps[0])[:2]
    )  # fmt: skip
    did = {**first, **days}
    both = {**did, "then_within": {**second, "seconds": of.window_seconds}}
    if step == 1:
        return {"events": [did]}
    if cell.outcome == "dropped":
        return {"events": [did], "groups": [{"not": True, "events": [both]}]}
    return {"events": [both]}


_RULES = {
    "trend": _trend,
    "active_users": _active,
    "top_events": _top,
    "segment": _segment,
    "audience": _audience,
    "funnel": _funnel,
}
"""Kind -> what makes the rule of its people, None if they have none."""


def make_live(page: PeopleListed) -> None:
    """Ask for a name, then save the rule of the list under it."""
    listed, question = page.main.answer if page.main is not None else None, page.question
    if listed is None or question is None:
        return
    rule = None if page.picked else rule_of(question)
    if rule is None:
        page.say("These people are no rule of an audience. n saves exactly them.", warning=True)
        return

    def tell(item: Item, members: int) -> None:
        said = f"Saved {clean(item.title, 60)}: a live audience, now {many(members)}. U undoes it."
        page.say(said)

    def store(name: str, again: Again) -> None:
        keep_audience(page, name, rule, listed.title, tell, again)

    ask_name(page, "New live audience", clean(listed.title)[:200], store)
