"""Funnel: steps with a cursor; Enter lists who reached one, u who dropped before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult

from core.answers import Step, Steps
from core.draw.legend import flowed
from core.draw.spans import Line, Span
from core.queries.behind import format_cell
from core.text import clean, duration, number, percent
from tui.actions.following import (
    by_a_field,
    by_heading,
    conversion_over_time,
    entrants_did,
    goes_with,
    time_to_convert,
)
from tui.screens.bases.page import bindings
from tui.screens.bases.place_page import PlacePage
from tui.widgets.answer import AnswerView
from tui.widgets.companion import Companion, Composition
from tui.widgets.detail import Detail

FEW = 10
"""Values with which fewer entered are neither called best nor worst."""


class FunnelPage(PlacePage):
    """The place of funnels."""

    page_id = "funnel"
    kind = "funnel"
    nothing = "A funnel needs two steps."
    labels = {  # noqa: RUF012
        "open": "reached",
        "others": "dropped",
        "edit": "edit steps",
        "related": "related",
    }
    always: ClassVar[frozenset[str]] = frozenset({"trend"})
    BINDINGS = bindings("funnel")
    DEFAULT_CSS = "FunnelPage Composition .below { height: 52%; }"

    def body(self) -> ComposeResult:
        """See Page."""
        yield Composition(
            [AnswerView(id="steps"), Detail(id="step")],
            aside=[self.saved_list()],
            below=[
                Companion(conversion_over_time, "Conversion over time", id="trend", at_end=True),
                Companion(time_to_convert, "Time to convert", id="times"),
                Companion(by_a_field, by_heading, id="by"),
            ],
            third=[
                Companion(goes_with, "What goes with converting", id="with", chart="table"),
                Companion(entrants_did, "What those who entered do", id="did", chart="table"),
            ],
        )

    def answered(self, view: AnswerView) -> None:
        """See Page."""
        super().answered(view)
        self._take_trend()
        if view is self.main:
            self._tell(view)
        elif view is self.query_one("#by", Companion) and self.main is not None:
            self._tell(self.main)

    def _take_trend(self) -> None:
        """Let the steps show the conversion over time beside their total, once it is there."""
        trend, view = self.query_one("#trend", Companion), self.main
        known = trend.answer if trend.run is None and trend.error is None else None
        if view is None or view.run is not None or not isinstance(view.answer, Steps):
            return
        if known is not None and trend.question is not None and view.answer.trend != known:
            view.beside(trend=known)

    def on_answer_view_moved(self, event: AnswerView.Moved) -> None:
        """Describe the step under the cursor."""
        if event.view is self.main:
            self._tell(event.view)

    def _tell(self, view: AnswerView) -> None:
        step = step_at(view)
        if step is None or view.question is None or view.cell is None:
            self.query_one(Detail).tell("", [])
            return
        heading = format_cell(view.question, view.cell)
        by = self.query_one("#by", Companion).answer
        detail = self.query_one(Detail)
        following = after(step, steps_at(view)[step.step :], detail.inner()[0])
        detail.tell(heading, [*described(step), *following, *extremes(by, step)])


def step_at(view: AnswerView) -> Step | None:
    """Return the step under the cursor."""
    here = view.cell.step if view.cell is not None else None
    return next((step for step in steps_at(view) if step.step == here), None)


def steps_at(view: AnswerView) -> tuple[Step, ...]:
    """Return all steps of what is under the cursor: of everybody, or of one value."""
    if view.cell is None or not isinstance(view.answer, Steps):
        return ()
    groups = view.answer.groups
    return next((group.steps for group in groups if group.group == view.cell.group), ())


def extremes(by: Any, step: Step) -> list[Line]:
    """Return a line on the values of a field of which the most and the least reached a step.

    Args:
        by: the funnel by that field, None while there is none.
    """
    if not isinstance(by, Steps) or step.step == 1 or step.step > len(by.groups[0].steps):
        return []
    found = by.best_and_worst(step.step, FEW)
    if found is None:
        return []
    field = clean(", ".join(by.breakdown).removeprefix("properties."), 30)
    spans = [Span(f"by {field}  ")]
    for words, group in zip(("best", "worst"), found, strict=True):
        rate = group.steps[step.step - 1].overall_rate
        spans += [Span(f"{words} {clean(', '.join(group.group), 24)} "),
                  Span(f"{percent(rate)}   ", "bold")]  # fmt: skip
    return [(*spans, Span(f"of the first, {FEW} or more", "dim"))]


def described(step: Step) -> list[Line]:
    """Return what is known about a step, one line each."""
    lines: list[Line] = [
        (
            Span(f"reached {clean(step.named, 60)}  "),
            Span(number(step.count), "bold"),
            Span(f"  {percent(step.overall_rate)} of the first", "dim"),
            Span("   ENTER", "key"),
        )
    ]
    if step.step > 1:
        lines += [
            (
                Span("dropped before  "),
                Span(number(step.drop_off), "bold"),
                Span(f"  {number(step.in_progress)} of them still can" * bool(step.in_progress)),
                Span(f"  {percent(step.step_rate)} of the step before went on", "dim"),
                Span("   u", "key"),
            ),
            _took("time from the step before", step),
        ]
    return lines


def after(step: Step, following: Sequence[Step], width: int) -> list[Line]:
    """Return who went on from a step, to the next one and to the last.

    Args:
        following: the steps after it.
        width: of a line, in cells.
    """
    if not following:
        return []
    parts = [_went_on("went on to", following[0], following[0].step_rate)]
    if len(following) > 1:
        rate = following[-1].count / step.count if step.count else None
        parts.append(_went_on("all the way to", following[-1], rate))
    return [*flowed(parts, width), *(_on_the_way(following[0]) if step.step == 1 else ())]


def _on_the_way(step: Step) -> list[Line]:
    """Return how long the step after the first took, and who has not reached it."""
    named = clean(step.named, 60)
    return [
        _took(f"time to {named}", step),
        (
            Span(f"lost before {named}  "),
            Span(number(step.lost), "bold"),
            Span(f"  {number(step.in_progress)} still can" * bool(step.in_progress)),
        ),
    ]


def _took(words: str, step: Step) -> Line:
    return (
        Span(f"{words}  "),
        Span(duration(step.median_seconds), "bold"),
        Span(f" median, {duration(step.avg_seconds)} average", "dim"),
    )


def _went_on(words: str, to: Step, rate: float | None) -> Line:
    return (
        Span(f"{words} {clean(to.named, 60)}  "),
        Span(number(to.count), "bold"),
        Span(f"  {percent(rate)}", "dim"),
    )
