"""AccompaniedPage: a page whose first answer is followed by companions.

A page states its companions in `body`, each by how its question follows from the page's:

    def body(self):
        yield Composition(
            [AnswerView(id="steps")],
            beside=[Companion(over_time, id="trend", at_end=True)],
            below=[Companion(times, id="times")],
        )

They are asked after the page's answer, when they are on the screen, and again when the page's
question or its cursor changed theirs; the rest (waiting, errors, cursor, Enter on a number) is that
of every answer. Where there is no room Tab shows them one at a time.
"""

from __future__ import annotations

from typing import ClassVar

from textual.geometry import Size
from textual.timer import Timer

from core.errors import FootfallError
from tui.screens.bases.page import REST
from tui.screens.bases.question_page import QuestionPage
from tui.widgets.answer import AnswerView
from tui.widgets.companion import About, Companion, Composition, is_shown
from tui.widgets.overlay import Overlay
from tui.widgets.panel import Panel


class AccompaniedPage(QuestionPage):
    """A page with companions.

    Attributes:
        always: ids of companions that are asked even where they are not shown.
    """

    always: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self._resting: Timer | None = None
        self._turned: Panel | None = None

    # -- asking

    def answered(self, view: AnswerView) -> None:
        """See Page: the companions follow."""
        super().answered(view)
        if view is self.main:
            self.accompany()

    def failed(self, view: AnswerView) -> None:
        """See Page: where the page has no answer its companions have nothing to show."""
        if view is self.main and view.answer is None:
            for companion in self.query(Companion):
                companion.forget_answer()
            for composition in self.query(Composition):
                composition.close_up()

    def accompany(self) -> None:
        """Ask the companions on the screen whose question is another one than before."""
        main = self.main
        if main is None or main.question is None or main.answer is None:
            return
        self.make_room()
        about = About(main.question, main.answer, main.cell, self.context, self.app.library.worth)
        for companion in self.query(Companion):
            shown = self._in_place(companion) or companion is self._turned
            if not (shown or companion.id in self.always):
                companion.question = None
                continue
            question = companion.wanted(about)
            if question is not None:
                self.ask(companion, question)
        for composition in self.query(Composition):
            composition.close_up()

    def make_room(self) -> None:
        """Let companions have the lines that the page's answer does not need."""
        if self.main is not None and self._turned is None:
            for composition in self.query(Composition):
                composition.make_room(self.main)

    def _accompany_if_open(self) -> None:
        """Call `accompany` unless the page was closed meanwhile; say why it did not work."""
        if self.is_attached and self.query(Composition):
            try:
                self.accompany()
            except FootfallError as error:
                self.sorry(error)

    def on_answer_view_moved(self, event: AnswerView.Moved) -> None:
        """Ask again what follows from the cursor, once it rests."""
        if event.view is self.main:
            self.rest()

    def came_back(self) -> None:
        """See Page: ask what follows from the cursor of a list."""
        self.rest()

    def rest(self) -> None:
        """Call `accompany` once nothing has moved for a moment."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(REST, self._accompany_if_open)

    def on_screen_suspend(self) -> None:
        """Forget what companions still ask: their questions end when the page is left."""
        if not isinstance(self.app.screen, Overlay):
            for companion in self.query(Companion):
                if companion.run is not None:
                    companion.question = None

    def on_top(self) -> None:
        """See Page: companions that were not answered when the page was left are asked again."""
        super().on_top()
        self.call_after_refresh(self._accompany_if_open)

    def resized(self, size: Size) -> None:
        """Ask those that have room now."""
        composition = self.query_one(Composition)
        composition.set_class(self.roomy, "-roomy")
        composition.set_class(self.vast, "-vast")
        composition.set_class(self.has_class("-wide"), "-wide")
        if self._turned is None:
            self.call_after_refresh(self._accompany_if_open)

    def action_chart(self) -> None:
        """See QuestionPage: another chart may need fewer lines."""
        super().action_chart()
        self.rest()

    # -- one at a time

    @property
    def panels(self) -> list[Panel]:
        """See FramePage."""
        return [panel for panel in super().panels if is_shown(panel)]

    @property
    def vast(self) -> bool:
        """Whether there is a third column of companions."""
        return self.has_class("-vast")

    def _focus_by(self, step: int) -> None:
        if self._turned is None and self.roomy and not self.query(".behind"):
            super()._focus_by(step)
            return
        every = [p for p in self.query(Panel) if p.can_focus and self._reachable(p)]
        now = self._turned or self.panel
        panel = every[((every.index(now) if now in every else 0) + step) % len(every)]
        self.turn_to(None if self._in_place(panel) else panel)
        self.call_after_refresh(panel.focus)  # it can have the focus once it is displayed

    def _reachable(self, panel: Panel) -> bool:
        """Whether a panel is shown, or can be turned to."""
        return panel.has_class("companion") or panel.display

    def _in_place(self, panel: Panel) -> bool:
        """Whether a panel is one of the first, or shown around them on a screen of this size."""
        if panel.has_class("behind"):
            return False
        if panel.parent is not None and panel.parent.has_class("third"):
            return self.vast or bool(self.query("Composition.-short"))
        aside = panel.parent is not None and panel.parent.has_class("aside")
        companion = panel.has_class("companion")
        return not companion or self.roomy or (aside and self.has_class("-wide"))

    def turn_to(self, panel: Panel | None) -> None:
        """Show one companion alone; None shows the first panels again."""
        if panel is not self._turned:
            self._turned = self.zoomed = panel
            self.query_one(Composition).turn_to(panel)
            self.call_after_refresh(self._accompany_if_open)

    def action_zoom(self) -> None:
        """Show the focused panel on the whole page, or all panels again."""
        if self.zoomed is not None:
            self.query_one(Composition).remove_class("-alone")
            self.turn_to(None)
            self.zoomed = None
        elif self.panel is not None and self.panel.has_class("companion"):
            self.turn_to(self.panel)
        else:
            self.query_one(Composition).add_class("-alone")
            self.zoomed = self.panel

    # -- sharing

    def action_share(self) -> None:
        """Write the chart as a page for others."""
        from tui.actions.kept.sharing import share_chart

        share_chart(self)
