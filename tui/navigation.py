"""Which page shows a question."""

from __future__ import annotations

from core.queries.common.question import Question
from core.queries.kinds import KINDS
from tui.screens.page import Page


def page_for(place: str, question: Question, title: str = "", chart: str = "") -> Page:
    """Return a page for any question: people as a list, a person as a timeline, else a chart."""
    page = KINDS[question.kind].page
    if page == "people":
        from tui.screens.people import PeoplePage

        return PeoplePage(place, question)
    if page == "person":
        from tui.screens.timeline import TimelinePage

        return TimelinePage(place, str(getattr(question, "user", "")))
    from tui.screens.chart import ChartPage

    return ChartPage(place, question, title, chart)


def has_own_page(question: Question) -> bool:
    """Whether a question has a page other than a chart."""
    return KINDS[question.kind].page != "chart"
