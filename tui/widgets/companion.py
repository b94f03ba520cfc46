"""Companions: panels around a page's first one that show what a person would ask next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.widget import Widget

from core.answers import Cell
from core.draw.spans import Line
from core.errors import FootfallError
from core.queries.common.context import Context
from core.queries.common.question import Question
from tui.widgets.answer import AnswerView
from tui.widgets.panel import Panel
from tui.widgets.words import wrapped


@dataclass(frozen=True)
class About:
    """What a companion is asked about.

    Attributes:
        question: the page's question.
        answer: its answer.
        cell: the number under its cursor, or None.
        context: what questions are asked in now.
        worth: an event, None for any -> the properties that break it down well, best first.
    """

    question: Question
    answer: Any
    cell: Cell | None
    context: Context
    worth: Callable[[str | None], Sequence[str]]


class Companion(AnswerView):
    """A panel whose question is derived from that of its page.

    Args:
        derive: returns the question, with the range, filters and people of the page's; None if
            there is nothing to ask. It may raise a FootfallError, which the panel shows.
        heading: its title, or what makes it from the question; "" for that of its answer.
        chart: how it is drawn, "" for its shape's default.
        without: a sentence shown while there is nothing to ask.
    """

    def __init__(
        self,
        derive: Callable[[About], Question | None],
        heading: str | Callable[[Question], str] = "",
        *,
        id: str,
        chart: str = "",
        without: str = "",
        at_end: bool = False,
    ) -> None:
        super().__init__(heading if isinstance(heading, str) else "", id=id, at_end=at_end)
        self._headed = heading
        self.chart = chart
        self.derive = derive
        self.without = without

    def _label(self) -> None:
        if callable(self._headed):
            self.fixed_heading = self._headed(self.question) if self.question else ""
        super()._label()

    def wanted(self, about: About) -> Question | None:
        """Return the question to ask now; None if it is answered or asked already, or if there is
        none.
        """
        try:
            question = self.derive(about)
        except FootfallError as error:
            self.question, self.result = None, None
            self.fail(error)
            return None
        if question is None:
            self.forget_answer()
            return None
        return None if question == self.question else question

    def content(self, width: int, height: int) -> list[Line]:
        """See Panel: without a question, the sentence that says so."""
        if self.question is None and self.error is None:
            return [(), *wrapped(self.without, width, "dim")] if self.without else []
        return super().content(width, height)

    @property
    def shown_cursor(self) -> tuple[int, int] | None:
        """See AnswerView: there is one cursor on a page, in the panel with the focus."""
        return self.cursor if self.has_focus else None


class Composition(Container):
    """A page's first panels with its companions around them.

    Without the class `-roomy` only the first panels are shown, and with `-alone` too; with
    `-turned` only the companion that is `-here`. With `-short` those of the third column are a row
    at the foot.

    Args:
        first: the panels that are always shown.
        aside: a list at their left, shown wherever the screen is wide.
        beside: the companions at their right, from top to bottom; those with the class `behind` are
            shown only when turned to.
        below: the companions below them, from left to right.
        third: those of a third column, shown where the screen has the class `-vast`.
    """

    DEFAULT_CSS = """
    Composition { layout: vertical; width: 1fr; height: 1fr; }
    Composition .upper { height: 1fr; }
    Composition .first { width: 1fr; height: 1fr; }
    Composition .companion { display: none; }
    Composition .aside, Composition .beside, Composition .below { display: none; }
    Composition .third { display: none; width: 30%; }
    Composition.-vast .third { display: block; }
    Composition.-vast .aside { width: 36; }
    Composition.-roomy.-short .whole { layout: vertical; }
    Composition.-roomy.-short .third { display: block; layout: horizontal; }
    Composition.-roomy.-short .third { width: 1fr; }
    Composition .whole, Composition .right { height: 1fr; width: 1fr; }
    Composition .aside { width: 26; }
    Composition .beside { width: 40%; }
    Composition .below { height: 40%; }
    Composition.-roomy .companion, Composition.-roomy .beside { display: block; }
    Composition.-roomy .below { display: block; }
    Composition.-roomy .behind { display: none; }
    Composition.-wide .aside, Composition.-wide .aside .companion { display: block; }
    Composition.-roomy .-none { display: none; }
    Composition.-turned .first, Composition.-turned .companion { display: none; }
    Composition.-turned .beside, Composition.-turned .below { display: none; }
    Composition.-turned .upper, Composition.-turned .aside { display: none; }
    Composition.-turned .right, Composition.-turned .aside .companion { display: none; }
    Composition.-turned .third, Composition.-alone .third { display: none; }
    Composition.-alone .companion { display: none; }
    Composition.-alone .beside, Composition.-alone .below { display: none; }
    Composition.-alone .aside, Composition.-alone .aside .companion { display: none; }
    Composition.-turned .-here { display: block; height: 1fr; width: 1fr; }
    Composition.-turned .aside .-here { display: block; }
    """

    def __init__(
        self,
        first: Iterable[Widget],
        *,
        aside: Iterable[Panel] = (),
        beside: Iterable[Panel] = (),
        below: Iterable[Panel] = (),
        third: Iterable[Panel] = (),
    ) -> None:
        super().__init__()
        self._first = list(first)
        self._aside, self._beside, self._below = list(aside), list(beside), list(below)
        self._third = list(third)
        self._needed: int | None = None
        for panel in (*self._aside, *self._beside, *self._below, *self._third):
            panel.add_class("companion")

    def compose(self) -> ComposeResult:
        """See Widget."""
        with Horizontal(classes="whole"):
            if self._aside:
                yield Vertical(*self._aside, classes="aside")
            with Vertical(classes="right"):
                with Horizontal(classes="upper"):
                    yield Vertical(*self._first, classes="first")
                    if self._beside:
                        yield Vertical(*self._beside, classes="beside")
                if self._below:
                    yield Horizontal(*self._below, classes="below")
            if self._third:
                yield Vertical(*self._third, classes="third")

    def close_up(self) -> None:
        """Give the room of companions that have nothing to ask to the others."""
        for companion in self.query(Companion):
            nothing = companion.question is None and companion.error is None
            companion.set_class(nothing and not companion.without, "-none")
        for side in self.query(".beside, .below, .third"):
            panels = side.query(".companion")
            side.set_class(all(panel.has_class("-none") for panel in panels), "-none")
        if self.has_class("-short") and self.query(".third.-none"):
            self.remove_class("-short")
            self._divide()

    def make_room(self, view: AnswerView) -> None:
        """Give the first panel the lines that its answer needs, and the companions below it the
        rest; if it needs few, those of the third column have a row at the foot.

        Args:
            view: the first panel; where others are shown beside it nothing is changed.
        """
        high = self.size.height
        alone = not self._beside and sum(panel.display for panel in self._first) == 1
        if not self._below or high <= 0:
            return
        usual = high - round(high * BELOW)
        roomy = alone and self.has_class("-roomy")
        self._needed = view.needed(usual - FRAME) if roomy else None
        few = self._needed is not None and self._needed <= SHORT
        self.set_class(few and bool(self._third) and not self.has_class("-vast"), "-short")
        self._divide()

    def _divide(self) -> None:
        """Divide the lines as `make_room` says."""
        high = self.size.height
        foot = round(high * FOOT) if self.has_class("-short") else 0
        below = None if self._needed is None else high - foot - self._needed - FRAME
        for side in self.query(".below, .third"):
            side.styles.height = below if side.has_class("below") else foot or None

    def turn_to(self, panel: Panel | None) -> None:
        """Show one companion alone; None shows the panels as the screen's size allows."""
        self.set_class(panel is not None, "-turned")
        here = () if panel is None else panel.ancestors_with_self
        for widget in self.query("*"):
            widget.set_class(widget in here, "-here")


BELOW, FOOT = 0.4, 0.36
"""The part of a composition that companions below the first panels have, and that of a row at its
foot.
"""

FRAME = 2
"""Lines of the edges of a panel."""

SHORT = 8
"""Lines of an answer up to which there is room for another row of companions."""


def is_shown(widget: Widget) -> bool:
    """Whether a widget and everything it is in are displayed."""
    return all(part.display for part in widget.ancestors_with_self if isinstance(part, Widget))
