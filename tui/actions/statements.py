"""Statements of SQL that are saved: charts whose question is SQL, with its lines as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from core.errors import FootfallError
from core.queries.sql import Sql
from core.store.library.saved import Item
from tui.actions.saving import ask_name, store_chart
from tui.actions.storing import Again

if TYPE_CHECKING:
    from tui.actions.pages import AnyPage, QuestionShown


def statements(charts: Iterable[Item]) -> list[tuple[Item, str]]:
    """Return the saved charts that are SQL, each with its statement."""
    found = [(item, _query_of(item)) for item in charts]
    return [(item, query) for item, query in found if query]


def _query_of(item: Item) -> str:
    """The statement of a saved chart, "" if it is another question."""
    from core.queries.composite.saved_chart import chart_question

    try:
        question = chart_question(item.body)
    except FootfallError:
        return ""
    return question.query if isinstance(question, Sql) else ""


def save_statement(page: AnyPage, query: str, name: str, then: Callable[[Item], None]) -> None:
    """Save a statement under a name, in place of the chart of that name if there is one.

    Args:
        name: the name to begin with.
        then: called with what is stored.
    """

    def store(given: str, again: Again) -> None:
        body = {"question": {"kind": "sql", "query": query}, "chart": ""}
        store_chart(page, given, body, then, again)

    ask_name(page, "Save the statement as", name, store)


def look_up_plan(page: QuestionShown, tell: Callable[[Sql, str], None]) -> None:
    """Look up in a thread how the page's statement is run, then call `tell` with the text."""
    question = page.question
    if not isinstance(question, Sql):
        return
    app, context = page.app, page.context

    def work() -> None:
        try:
            plan = "\n".join(app.engine.plan(question.statement(context)))
        except FootfallError as error:
            plan = error.message
        if app.is_running and page.is_attached:
            app.call_from_thread(tell, question, plan)

    app.run_worker(work, thread=True, exit_on_error=False, group="plan")
