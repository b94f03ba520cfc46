"""Building questions by hand: the form over a page's question, and over its filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from core.queries import from_json
from core.queries.common.question import Question
from tui.actions.pages import QuestionShown
from tui.texts.fields import has

if TYPE_CHECKING:
    from tui.editors.entries import Edit
    from tui.editors.purpose import Built

FILTERED = ("conditions", "filters_on")


class Building(QuestionShown, Protocol):
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
    from tui.editors.form import Form
    from tui.editors.purpose import Purpose

    def built(found: Built | None) -> None:
        if found is None:
            return
        if found.chart and page.main is not None:
            page.main.chart = found.chart
        page.put(found.question)

    heading = question.kind.replace("_", " ").capitalize()
    purpose = Purpose(heading, page.read_text, live=shown, first=first, text=text)
    page.app.push_screen(Form(page, question, purpose), built)


def shown(question: Question) -> Question:
    """Return what is answered beside a form: of people only the first ten."""
    from tui.editors.bodies import revised

    return revised(question, limit=10) if question.kind == "audience" else question


def filter_by(page: Building) -> None:
    """Open the form over the filters of a page's question, or of all its tiles."""
    from tui.editors.form import Form
    from tui.editors.kinds.table import added_conditions, conditions
    from tui.editors.purpose import Purpose

    question = page.filtered or _stand_in(page)
    rows = conditions(question)
    if not rows:
        page.say(
            f"Filters do not apply to {question.kind}. Write them into the text.", warning=True
        )
        return

    def built(found: Built | None) -> None:
        if found is None:
            return
        changed = found.question.model_dump(by_alias=True, include=set(FILTERED))
        before = question.model_dump(by_alias=True, include=set(FILTERED))
        changes = {name: changed[name] for name in changed if changed[name] != before[name]}
        if changes:
            page.set_fields(**_lists(changes))

    first = None if question.conditions else rows[0].enter
    purpose = Purpose(
        "Filters", page.read_text, rows=conditions, added=added_conditions, first=first
    )
    page.app.push_screen(Form(page, question, purpose), built)


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


def breakdown_rows(page: Building) -> list[str]:
    """Return the fields that a page's question can be broken down by."""
    from core.queries.logs.fields import GROUPS

    question = page.question
    if question is not None and question.kind == "logs":
        return list(GROUPS)
    found = list(page.context.catalog.fields)
    anything = question is not None and has(question, "event") and (
        getattr(question, "event", "") is None
    )  # fmt: skip
    return [*found, *(("event",) if anything else ())]
