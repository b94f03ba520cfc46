"""Building questions by hand: the form over a page's question, and over its filters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from core.draw.figures import span_text
from core.queries import from_json
from core.queries.common.context import Context
from core.queries.common.periods import dates
from core.queries.common.question import Question
from tui.actions.edits import RANGES
from tui.actions.pages import AnyPage, QuestionShown
from tui.services.runner import View
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from tui.editors.entries import Edit
    from tui.editors.purpose import Built, Purpose

FILTERED = ("conditions", "filters_on")


class FormedPage(AnyPage, Protocol):
    """A page that forms open on.

    Attributes:
        left: what was built and not accepted.
    """

    left: Question | None

    @property
    def context(self) -> Context:
        """The current context that questions are asked in."""

    def ask(self, view: View, question: Question) -> None:
        """Ask a question for a view."""


class Building(QuestionShown, FormedPage, Protocol):
    """A page whose question can be built by hand."""

    @property
    def filtered(self) -> Question | None:
        """The question whose events the conditions apply to; None for several."""

    @property
    def conditions_now(self) -> tuple[Any, ...]:
        """The conditions to begin with."""

    @property
    def range_now(self) -> str:
        """The range on show."""

    def put(self, question: Question) -> None:
        """Ask another question in place of the page's."""

    def set_fields(self, **changes: Any) -> None:
        """Ask with some fields changed."""

    def read_text(self, text: str) -> tuple[Question, str]:
        """Return the question in a text, and its chart."""


def build(
    page: Building, question: Question, *, text: bool = False, first: Edit | None = None
) -> None:
    """Open the form over a question; what it closes with is asked on the page.

    Args:
        text: whether it begins as text.
        first: what is asked for at once.
    """
    from tui.editors.purpose import Purpose

    def built(found: Built) -> None:
        if found.chart and page.main is not None:
            page.main.chart = found.chart
        page.put(found.question)

    purpose = Purpose("", page.read_text, live=shown, first=first, text=text)
    open_form(page, question, purpose, built)


def open_form(
    page: FormedPage, question: Question, purpose: Purpose, then: Callable[[Built], None]
) -> None:
    """Open a form on a page; what is left with changes can be brought back in the next one."""
    from tui.editors.form import Form

    left = page.left if page.left is not None and page.left.kind == question.kind else None
    form = Form(page, question, purpose, left)

    def closed(found: Built | None) -> None:
        page.left = None
        if found is not None:
            then(found)
        elif form.changed:
            page.left = form.question
            page.say("Left as it was. The form and then U bring back what was built.")

    page.app.push_screen(form, closed)


def shown(question: Question) -> Question:
    """Return what is answered beside a form: of people only the first ten."""
    from tui.editors.bodies import revised

    return revised(question, limit=10) if question.kind == "audience" else question


def filter_by(page: Building) -> None:
    """Open the form over the filters of a page's question, or of all its tiles."""
    from tui.editors.kinds.table import added_conditions, conditions
    from tui.editors.purpose import Purpose

    question = page.filtered or _stand_in(page)
    rows = conditions(question)
    if not rows:
        page.say(
            f"Filters do not apply to {question.kind}. Write them into the text.", warning=True
        )
        return

    def built(found: Built) -> None:
        changed = found.question.model_dump(by_alias=True, include=set(FILTERED))
        before = question.model_dump(by_alias=True, include=set(FILTERED))
        changes = {name: changed[name] for name in changed if changed[name] != before[name]}
        if changes:
            page.set_fields(**_lists(changes))

    first = None if question.conditions else rows[0].enter
    purpose = Purpose(
        "Filters", page.read_text, rows=conditions, added=added_conditions, first=first
    )
    open_form(page, question, purpose, built)


def _lists(changes: dict[str, Any]) -> dict[str, Any]:
    """Return the changes with conditions in a list, as pages keep them."""
    if "conditions" in changes:
        return {**changes, "conditions": list(changes["conditions"])}
    return changes


def _stand_in(page: Building) -> Question:
    """Return a question that shows how many people filters of several questions leave."""
    body: dict[str, Any] = {"kind": "trend", "measure": "users"}
    if page.range_now:
        body["range"] = page.range_now
    conditions = [c.model_dump(by_alias=True) for c in page.conditions_now]
    return from_json({**body, "conditions": conditions})


def break_down(page: Building) -> None:
    """Choose the fields that a page's question is broken down by."""
    from tui.widgets.dialogs import Chooser

    several = isinstance(getattr(page.question, "breakdown", ()), tuple)

    def take(value: tuple[str, ...] | None) -> None:
        if value is not None:
            page.set_fields(breakdown=value if several else next(iter(value), None))

    rows = _breakdown_rows(page)
    page.app.push_screen(
        Chooser("Break down by", rows, free=lambda text: (text,), hint="a field"), take
    )


def _breakdown_rows(page: Building) -> list[Row]:
    """Return the fields that a page's question can be broken down by, those of its event first."""
    from core.boards.suggestions import event_of
    from tui.editors.entries import FieldPick
    from tui.editors.world import World

    question = page.question
    logs = question is not None and question.kind == "logs"
    pick = FieldPick("", event_of(question), "group", logs, absent="none")
    rows = World(page, page.app.library, page.range_now).fields(pick)
    one = question is not None and getattr(question, "event", None) is not None
    return [
        Row(row.text, () if row.value == (None,) else row.value, row.right, says=row.says)
        for row in rows
        if not (one and row.value == ("event",))
    ]


def range_entries(ctx: Context) -> list[tuple[str, str, str]]:
    """Return the ranges of the menu with the dates that they are now."""
    found = []
    for letter, words, text in RANGES:
        shown = span_text(**dates(ctx.span(text)))
        found.append((letter, f"{words:<15} {shown}", text))
    return found
