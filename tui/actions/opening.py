"""What Enter and `u` open: the people counted by a number, the rest, those of the whole range and
of the compared one, the person in a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.answers import Cell, Change, Series
from core.errors import BadQuestion
from core.queries import from_json
from core.queries.common.question import Question
from core.text import clean, number, things
from core.words.counted import counts_units, singular
from tui.actions import edits
from tui.services.state import body_of
from tui.texts.fields import has
from tui.texts.people import many
from tui.widgets.answer import AnswerView

if TYPE_CHECKING:
    from tui.actions.pages import QuestionShown

USERS = ("user", "user_id")
"""Names of columns that contain users."""

CHANGES: tuple[tuple[str, Change, str], ...] = (
    ("c", "came", "who came: not there {before}"),
    ("w", "went", "who went: there only {before}"),
    ("s", "stayed", "who stayed: there now and {before}"),
)
"""A letter, the change, and its words."""

Address = tuple[Question, Cell]
"""A number of a question's answer."""

OTHERS = {"reached": "dropped", "returned": "not_returned"}


def open_number(page: QuestionShown) -> None:
    """Open the people or the units behind the number under the cursor, or the person named in its
    row.
    """
    view = page.view
    found = number_at(page)
    if found is not None and counts_units(found[0]):
        page.app.navigator.open(units_behind(*found))
    elif found is not None:
        page.app.navigator.open_people(*found, expected=people_counted(view))
    elif view is not None and view.answer is not None:
        _open_row(page, view)


def opened_words(page: QuestionShown) -> str:
    """Return in a few words what `open_number` opens now; "" if nothing."""
    view = page.view
    if view is None or view.answer is None:
        return ""
    found = number_at(page)
    if found is None:
        return clean(_person_of(view), 40)
    units = getattr(view.answer, "counted", "")
    if units and counts_units(found[0]):
        if getattr(view.answer, "unit", "") != units or view.number is None:
            return units
        return things(int(view.number), singular(units), units) if view.number else ""
    if isinstance(view.answer, Series) and people_counted(view) is None:
        return "people" if view.number is None or view.number else ""
    count = view.number
    if count is None:
        return "people"
    return many(int(count)) if count else ""


def units_behind(question: Question, cell: Cell) -> Question:
    """Return the question for the units behind a number."""
    return from_json({"kind": "units", "of": body_of(question), "cell": cell.model_dump()})


def open_others(page: QuestionShown) -> None:
    """Open the people who dropped off or did not return, or offer those of the whole range and of
    the compared one; of the rest below a chart's bars, the values that are in it.
    """
    from tui.widgets.dialogs import Menu

    found = number_at(page)
    if found is None:
        return
    question, cell = found
    answer = page.view.answer if page.view is not None else None
    if answer is not None and getattr(answer, "other", None) and cell == answer.rest:
        page.app.navigator.open_chart(question, chart="table")  # the values without a bar
        return
    others = others_of(cell)
    offered = [] if others is None else [("u", "the rest: who did not", (question, others))]
    offered += wholes(question, cell, answer)
    if not offered:
        page.say("There is nobody else to list for this number.")
    elif len(offered) == 1:
        page.app.navigator.open_people(*offered[0][2])
    else:
        page.app.push_screen(
            Menu("Whose people", offered),
            lambda chosen: page.app.navigator.open_people(*chosen) if chosen else None,
        )


def wholes(question: Question, cell: Cell, answer: Any) -> list[tuple[str, str, Address]]:
    """Return letters, words and addresses of the people of the whole range of the number under the
    cursor, and of those who came, went or stayed since the compared range; of a chart over time
    without one, since the period before.
    """
    whole = cell.model_copy(update={"bucket": None})
    found: list[tuple[str, str, Address]] = []
    if isinstance(answer, Series):
        words = f"the people of the whole range{_counted(answer, whole)}"
        found.append(("t", words, (question, whole)))
    compared = _compared(question, answer)
    if compared is None:
        return found
    before = "a year before" if edits.field_of(compared, "compare") == "yoy" else (
        "in the period before"
    )  # fmt: skip
    for letter, change, words in CHANGES:
        changed = whole.model_copy(update={"change": change})
        found.append((letter, words.format(before=before), (compared, changed)))
    earlier = whole.model_copy(update={"previous": True})
    return [*found, ("b", f"who was there {before}", (compared, earlier))]


def _compared(question: Question, answer: Any) -> Question | None:
    """Return the question with a comparison: its own or, for a chart over time, with the period
    before; None if there is none.
    """
    if edits.field_of(question, "compare"):
        return question
    if not isinstance(answer, Series) or not has(question, "compare"):
        return None
    if question.range == "all_time":
        return None
    try:
        return edits.revise(question, compare="previous")
    except BadQuestion:
        return None


def _counted(answer: Series, cell: Cell) -> str:
    """Return how many people a total counts, if it counts people: ": 1,284"."""
    total = next((value for found, value in answer.cells() if found == cell), None)
    return f": {number(total)}" if answer.unit == "users" and total is not None else ""


def others_of(cell: Cell) -> Cell | None:
    """Return the address of those who dropped off or did not return, None if there is none."""
    other = OTHERS.get(cell.outcome or "")
    if other is None or cell.step == 1:
        return None
    return cell.model_copy(update={"outcome": other})


def number_at(page: QuestionShown) -> tuple[Question, Cell] | None:
    """Return the question and the cell of the number under the cursor."""
    view = page.view
    question = view.shown_question or page.question if view is not None else None
    if view is None or question is None or view.cell is None or view.result is None:
        return None
    if view.answer.shape == "table" and not view.answer.keys:
        return None
    return question, view.cell


def people_counted(view: AnswerView | None) -> float | None:
    """Return the number under a view's cursor if it counts people."""
    if view is None:
        return None
    return view.number if getattr(view.answer, "unit", "") == "users" else None


def _open_row(page: QuestionShown, view: AnswerView) -> None:
    """Open the person named in a row that counts no people; if there is none, say so."""
    user = _person_of(view)
    if user:
        page.app.navigator.open_person(user)
        return
    sql = getattr(view.question, "kind", "") == "sql"
    behind = "rows of SQL" if sql else "this row" if view.cell is not None else "this answer"
    page.say(f"There are no people behind {behind}.")


def _person_of(view: AnswerView) -> str:
    """Return the user in the row under the cursor, if the table has a column of users."""
    answer, cell = view.answer, view.cell
    if cell is None or cell.row is None or answer.shape != "table":
        return ""
    names = [column.name for column in answer.columns]
    at = next((names.index(name) for name in USERS if name in names), None)
    return str(answer.rows[int(cell.row)][at] or "") if at is not None else ""
