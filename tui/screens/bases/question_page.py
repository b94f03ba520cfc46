"""QuestionPage: a page about one question, and the keys that change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.draw import charts
from core.errors import FootfallError
from core.queries.common.context import Context
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from tui.actions import edits
from tui.actions.opening import open_number, open_others, opened_words
from tui.screens.bases.page import Page
from tui.texts.fields import has
from tui.texts.summary import Chip, chips
from tui.widgets.answer import AnswerView
from tui.widgets.listing import Listing, Row

if TYPE_CHECKING:
    from tui.actions.kept.copying import Link


OF_FIELDS = ("granularity", "breakdown", "compare", "segment")
"""Actions that change the field of the same name."""


class QuestionPage(Page):
    """A page whose keys change the question of its first view.

    Attributes:
        left: what was built in a form and not accepted.
    """

    left: Question | None = None

    @property
    def question(self) -> Question | None:
        """The question that keys read and change."""
        view = self.main
        return view.question if view else None

    @property
    def main(self) -> AnswerView | None:
        """The view whose question the keys change."""
        return self.views[0] if self.views else None

    @property
    def first_view(self) -> AnswerView:
        """The first view, on a page that always has one."""
        return self.views[0]

    @property
    def chips(self) -> tuple[Chip, ...]:
        """See FramePage: those of the main view's question."""
        view = self.main
        return chips(view.question, view.saved) if view and view.question else ()

    @property
    def context(self) -> Context:
        """The current context that questions are asked in."""
        return self.app.engine.context()

    # -- changing the question

    def change(self, edit: Callable[[Question], Question]) -> None:
        """Ask the question that `edit` returns; an error from it is shown on the status line."""
        if self.question is None or self.main is None:
            return
        try:
            new = edit(self.question)
        except FootfallError as error:
            self.sorry(error)
            return
        if new != self.question:
            self.put(new)

    def put(self, question: Question) -> None:
        """Ask another question in place of the page's; people and timelines get their own page."""
        if KINDS[question.kind].page != "chart":
            self.app.navigator.open(question)
        elif self.main is not None:
            self.ask(self.main, question)

    def set_fields(self, **changes: Any) -> None:
        """Ask with some fields changed; says so if the kind has none of them."""
        if self.question is None:
            return
        if not any(has(self.question, name) for name in changes):
            self.say(f"This question has no {' or '.join(changes)}.", warning=True)
            return
        self.change(lambda question: edits.revise(question, **changes))

    def refuse(self, field: str) -> bool:
        """Say that the question has no such field; return False if it has it."""
        if self.question is not None and has(self.question, field):
            return False
        self.say(f"This question has no {field}.", warning=True)
        return True

    # -- time

    def action_range(self) -> None:
        """Open the range menu."""
        from tui.widgets.dialogs import Menu

        if self.question is None:
            return
        self.app.push_screen(Menu("Range", self.range_entries, self.range_now), self._range_chosen)

    @property
    def range_entries(self) -> list[tuple[str, str, str]]:
        """The entries of the range menu: letter, words, what is chosen."""
        from tui.actions.building import range_entries

        return [
            *range_entries(self.context),
            ("c", "type one: 3m, qtd, 2024-05-01,2024-05-31", "type"),
            ("f", "cut off periods that are not complete", "complete"),
        ]

    @property
    def range_now(self) -> str:
        """The current range."""
        return self.question.range if self.question else ""

    def _range_chosen(self, value: str | None) -> None:
        from tui.widgets.dialogs import Prompt

        if value == "type":
            prompt = Prompt("Range", self._range_typed, value=self.range_now, help=RANGES)
            self.app.push_screen(prompt, lambda text: self.set_fields(range=text) if text else None)
        elif value == "complete":
            self.complete()
        elif value:
            self.set_fields(range=value)

    def complete(self) -> None:
        """Only complete periods."""
        self.change(lambda question: edits.complete_only(question, self.context))

    def _range_typed(self, text: str) -> str:
        self.context.span(text)
        return text.strip()

    def action_earlier(self) -> None:
        """Go one range earlier."""
        self._new_range(lambda text, ctx: edits.shifted(text, ctx, -1))

    def action_later(self) -> None:
        """Go one range later."""
        self._new_range(lambda text, ctx: edits.shifted(text, ctx, 1))

    def action_shorter(self) -> None:
        """Choose a shorter range."""
        self._new_range(lambda text, ctx: edits.resized(text, ctx, -1))

    def action_longer(self) -> None:
        """Choose a longer range."""
        self._new_range(lambda text, ctx: edits.resized(text, ctx, 1))

    def _new_range(self, find: Callable[[str, Context], str]) -> None:
        if self.question is None:
            return
        try:
            self.set_fields(range=find(self.range_now, self.context))
        except FootfallError as error:
            self.sorry(error)

    def action_granularity(self) -> None:
        """Switch to the next granularity that fits."""
        question = self.question
        if self.refuse("granularity") or question is None:
            return
        try:
            new = edits.next_granularity(question, self.context)
        except FootfallError as error:
            self.sorry(error)
            return
        self.set_fields(granularity=edits.field_of(new, "granularity"))

    def action_compare(self) -> None:
        """Cycle through comparing with nothing, the previous period and the year before."""
        question = self.question
        if not self.refuse("compare") and question is not None:
            self.set_fields(compare=edits.field_of(edits.next_compare(question), "compare"))

    # -- what is counted, and for whom

    def action_measure(self) -> None:
        """Count something else."""
        from tui.actions.choosing import show_as

        show_as(self)

    def action_related(self) -> None:
        """Open a related question."""
        from tui.actions.choosing import lead_on

        lead_on(self)

    def action_breakdown(self) -> None:
        """Choose a field to break down by."""
        from tui.actions.building import break_down

        if not self.refuse("breakdown"):
            break_down(self)

    def action_filter(self) -> None:
        """Build the filters."""
        from tui.actions.building import filter_by

        if self.question is not None:
            filter_by(self)

    @property
    def filtered(self) -> Question | None:
        """The question whose events the conditions apply to; None for several."""
        return self.question

    @property
    def conditions_now(self) -> tuple[Any, ...]:
        """The conditions that the filter editor starts with."""
        return self.question.conditions if self.question else ()

    def action_segment(self) -> None:
        """Count only a segment's or an audience's people."""
        if not self.refuse("segment"):
            self.choose_people()

    def choose_people(self) -> None:
        """Offer the segments and audiences."""
        from tui.widgets.dialogs import Chooser

        chooser = Chooser("Only people in", self.segment_rows())
        self.app.push_screen(chooser, self._segment_chosen)

    def segment_rows(self) -> list[Row]:
        """Whom alone the question can count."""
        from tui.texts.segments import SEGMENTS

        rows = [Row("everybody", ("", ""))]
        rows += [Row(name.replace("_", " "), ("segment", name)) for name in SEGMENTS]
        return rows + [
            Row(a.title, ("audience", a.title), "audience") for a in self.app.library.audiences()
        ]

    def _segment_chosen(self, value: tuple[str, str] | None) -> None:
        if value is not None:
            field, name = value
            both = {"segment": None, "audience": None, "among": None}
            self.set_fields(**(both | ({field: name} if field else {})))

    # -- how it is drawn

    def action_chart(self) -> None:
        """Switch to the next kind of chart."""
        view = self.view or self.main
        if view is None or view.answer is None:
            return
        kinds = charts(view.answer)
        now = view.drawn_as if view.drawn_as in kinds else kinds[0]
        chosen = edits.after(kinds, now)
        if chosen == now:
            self.say("There is only one chart for this answer. ; lists related questions.")
            return
        view.set_chart(chosen)
        self.say(f"Shown as {chosen}.")

    # -- the text of the question

    def action_edit(self) -> None:
        """Build the question in a form."""
        self._build(text=False)

    def action_edit_text(self) -> None:
        """Edit the question as text."""
        self._build(text=True)

    def _build(self, *, text: bool) -> None:
        if self.question is None:
            self.edit_text("Question", "")
            return
        from tui.actions.building import build

        build(self, self.question, text=text)

    def edit_text(self, heading: str, text: str) -> None:
        """Ask for a question as text."""
        from tui.widgets.dialogs import Prompt

        self.app.push_screen(
            Prompt(heading, self.read_text, value=text, help=EXAMPLES), self._text_given
        )

    def read_text(self, text: str) -> tuple[Question, str]:
        """Return the question in a text, checked against this workspace, and its chart.

        Raises:
            BadQuestion: it is not a question, or names something the workspace does not have.
        """
        from tui.actions import typed

        question, chart = typed.read(text, self.context)
        question.check(self.context)
        return question, chart

    def _text_given(self, found: tuple[Question, str] | None) -> None:
        if found is not None:
            question, chart = found
            if self.main is not None:
                self.main.chart = chart
            self.put(question)

    def action_audience(self) -> None:
        """Build an audience that begins as the people behind the number under the cursor."""
        from tui.actions.audiences import audience_from

        view = self.view if self.view is not None and self.view.question is not None else self.main
        audience_from(self, view.question if view else self.question, view.cell if view else None)

    def action_complete(self) -> None:
        """Only complete periods."""
        self._range_chosen("complete")

    def action_clear_filters(self) -> None:
        """Clear conditions, segment and audience."""
        self.set_fields(conditions=[], segment=None, audience=None, among=None)

    @property
    def link(self) -> Link | None:
        """The link of what is under the cursor or, beside a list of kept things, of the page."""
        from tui.actions.kept.copying import question_link

        return question_link(self.question)

    def action_copy_command(self) -> None:
        """Copy the command that prints this."""
        from tui.actions.kept.copying import copy_command

        copy_command(self, self.link)

    def action_copy_link(self) -> None:
        """Copy the text that brings this back."""
        from tui.actions.kept.copying import copy_link

        copy_link(self, self.link)

    def action_saved(self) -> None:
        """Back to the saved question."""
        view = self.main
        if view is not None and view.saved is not None and view.saved != view.question:
            self.put(view.saved)

    # -- opening what is under the cursor

    @property
    def opens(self) -> str:
        """See FramePage: the people behind a number, or what a row stands for."""
        panel = self.panel
        if isinstance(panel, Listing):
            return self.opens_row(panel.row) if panel.value is not None else ""
        return opened_words(self) if isinstance(panel, AnswerView) else super().opens

    def opens_row(self, row: Row | None) -> str:
        """What Enter on a row of a list opens, in a few words."""
        return super().opens

    def action_open(self) -> None:
        """Open the people behind the number under the cursor."""
        if isinstance(self.panel, Listing):
            self.choose(self.panel)
        else:
            open_number(self)

    def choose(self, listing: Listing) -> None:
        """Called for Enter on a list."""

    def action_others(self) -> None:
        """Open the people who dropped off or did not return."""
        open_others(self)

    def on_answer_view_chosen(self, event: AnswerView.Chosen) -> None:
        """A double click opens."""
        self.action_open()

    def on_listing_chosen(self, event: Listing.Chosen) -> None:
        """A double click opens."""
        self.choose(event.listing)

    # -- saving

    def action_save(self) -> None:
        """Save the question under a name."""
        from tui.actions.saving import save_question

        save_question(self)

    def action_save_as(self) -> None:
        """Save the question under another name."""
        self.action_save()

    def action_add(self) -> None:
        """Add the question to a board."""
        from tui.actions.saving import add_to_board

        add_to_board(self)

    def action_mark(self) -> None:
        """Mark the cursor's day."""
        from tui.actions.marks import mark_here

        mark_here(self)

    def action_alert(self) -> None:
        """Make an alert of the question, or change one that watches it."""
        from tui.actions.kept.alerts import alert_here

        alert_here(self)

    def marks_changed(self) -> None:
        """Show the marks as they are now."""
        for view in self.views:
            if view.question is not None:
                self.ask(view, view.question)

    def action_export(self) -> None:
        """Write the panel to a file."""
        from tui.actions.exporting import export_panel

        export_panel(self)

    def reason_against(self, action: str) -> str:
        """See Page."""
        if action in OF_FIELDS and (self.question is None or not has(self.question, action)):
            return f"this question has no {action}"
        return ""


EXAMPLES = (
    "signup by country last 30d   dau weekly vs prev   signup > purchase within 7d\n"
    "retention of signup weekly 8   lifecycle weekly   top events   where country = NL"
)

RANGES = "24h, 7d, 4w, 12m, wtd, mtd, qtd, ytd, last_month, all_time, 2024-05-01,2024-05-31"
