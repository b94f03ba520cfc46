"""PeopleList: a list of people, each with a timeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.timer import Timer

from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.queries.people.people import PeopleBehind
from core.store.library.saved import Item
from core.text import clean, number
from tui.actions import edits
from tui.actions.people import columns, groups
from tui.actions.people.columns import as_list, order_words
from tui.actions.people.live import make_live
from tui.actions.people_segment import make_fixed, take_back
from tui.screens.bases.accompanied_page import AccompaniedPage
from tui.services.state import body_of
from tui.texts.summary import Chip, chips
from tui.widgets.answer import AnswerView
from tui.widgets.companion import Companion, Composition, is_shown
from tui.widgets.listing import Row
from tui.widgets.overlay import Field
from tui.widgets.records.people_view import PeopleView
from tui.widgets.records.person import ActiveDays
from tui.widgets.records.timeline_view import TimelineView

WIDE = 100
"""Columns of a screen from which on a list begins with what tells people apart."""

REST = 0.15
"""Seconds without a key after which the typed text is searched."""

HELP = "/ finds people by id or trait, or a part of one"


class PeopleList(AccompaniedPage):
    """A list of people; Enter opens a person's timeline.

    Args:
        question: the question that lists them.
        expected: how many a number counted; the page says so if there are more or fewer.

    Attributes:
        listed: the question of the list, whatever is searched in it.
    """

    labels = {"new": "make segment", "related": "compare"}  # noqa: RUF012
    field_stays: ClassVar[bool] = False
    """Whether the search field is shown even if nothing is searched."""

    DEFAULT_CSS = """
    PeopleList #days { height: 11; }
    PeopleList Field { dock: top; }
    """

    def __init__(self, place: str, question: Question, expected: float | None = None) -> None:
        super().__init__(place)
        self.first_question = self.listed = question
        self.expected = expected
        self.made: Item | None = None
        self._pending: Timer | None = None

    @property
    def chips(self) -> tuple[Chip, ...]:
        """See FramePage: those of the question whose people are listed."""
        found = chips(self.counting) if self.counting else ()
        return (*found, Chip(self._text, "find")) if self._text else found

    def body(self) -> ComposeResult:
        """See Page."""
        field = Field(hint=HELP)
        field.display = self.field_stays
        yield field
        days = ActiveDays("Active days", id="days")
        did = Companion(lambda _: groups.events_of(self), self._whose_events, id="did")
        did.add_class("behind")
        yield Composition([PeopleView(id="people")], beside=[did, TimelineView(id="who"), days])

    def _whose_events(self, _: Question) -> str:
        """The heading of the events of those picked or listed."""
        return f"Their events: {groups.how_many(self)}"

    def start(self) -> None:
        """See Page."""
        if self.app.size.width >= WIDE:
            self.first_question = columns.with_usual(self.first_question, self.context)
            self.listed = self.first_question
        self.first_view.saved = self.first_question
        self.ask(self.first_view, self.first_question)

    @property
    def list_view(self) -> PeopleView:
        """The list."""
        return self.query_one(PeopleView)

    def answered(self, view: AnswerView) -> None:
        """See Page."""
        if isinstance(view, PeopleView):
            view.land()
        super().answered(view)
        if isinstance(view, TimelineView):
            view.footing = "newest first"
            view.repaint()
            self.query_one(ActiveDays).tell(view.answer.days)
        elif isinstance(view, PeopleView):
            self._said(view)

    def _said(self, view: PeopleView) -> None:
        """Say around the list what it is, and whether it is as long as the number."""
        people = view.answer
        view.aside = order_words(view.question)
        view.repaint()
        self.update_chrome()
        if self.expected is not None and people.total != self.expected:
            counted = f"The number was {number(self.expected)} and is now {number(people.total)}."
            self.say(f"{counted} Esc and then F5 counts again.", warning=True)
        self.expected = None

    def accompany(self) -> None:
        """See AccompaniedPage: the person under the cursor, and what they did last."""
        super().accompany()
        who, user = self.query_one(TimelineView), self.list_view.user
        for side in self.query(".beside"):  # there is nobody to tell about
            side.set_class(self.list_view.answer is not None and not self.list_view.users, "-none")
        if not is_shown(who) or not user:
            who.forget_answer()
            self.query_one(ActiveDays).tell(())
        elif getattr(who.question, "user", None) != user:
            who.cursor = None
            self.ask(who, who.question_about(user))

    # -- the question

    @property
    def counting(self) -> Question | None:
        """The question that counted these people."""
        return getattr(self.listed, "of", self.listed)

    @property
    def range_now(self) -> str:
        """See QuestionPage."""
        return self.counting.range if self.counting else ""

    @property
    def filtered(self) -> Question | None:
        """See QuestionPage."""
        return self.counting

    @property
    def conditions_now(self) -> tuple[Any, ...]:
        """See QuestionPage."""
        return self.counting.conditions if self.counting else ()

    def complete(self) -> None:
        """See QuestionPage."""
        counting = self.counting
        if counting is not None:
            self._new_range(lambda _, ctx: edits.complete_only(counting, ctx).range)

    def put(self, question: Question) -> None:
        """See QuestionPage: list other people here."""
        if KINDS[question.kind].page == "people" and self.main is not None:
            self.listed = question
            self.ask(self.first_view, self.searched(self._text))
        else:
            self.app.navigator.open(question)

    def change(self, edit: Any) -> None:
        """See QuestionPage: the list, whatever is searched in it."""
        listed = self.listed
        super().change(lambda _: edit(listed))

    def set_fields(self, **changes: Any) -> None:
        """Change the question that counted these people, not the list."""
        question = self.listed
        if isinstance(question, PeopleBehind):
            if "range" in changes and question.cell.bucket:
                self.say("These people belong to one point in time. Esc goes back to the chart.")
                return
            self.change(
                lambda q: edits.revise(q, of=edits.revise(question.of, **changes), offset=0)
            )
        else:
            super().set_fields(**changes)

    # -- finding

    @property
    def _text(self) -> str:
        """The text that people are searched by."""
        fields = self.query(Field)
        return fields.first(Field).value.strip() if fields else ""

    def searched(self, text: str) -> Question:
        """Return the question of those of the list who match a text; "" for all."""
        if not text:
            return self.listed
        listed = as_list(self.listed)
        among = body_of(PeopleBehind(of=listed.of, cell=listed.cell))
        search = {"kind": "user_search", "user": text, "among": among}
        return edits.revise(listed, of=search, cell={}, offset=0)

    def action_find(self) -> None:
        """Focus the search field."""
        field = self.query_one(Field)
        field.display = True
        field.focus()

    def on_input_changed(self, event: Field.Changed) -> None:
        """Search once typing rests."""
        if self._pending is not None:
            self._pending.stop()
        self._pending = self.set_timer(REST, self._search_now)

    def _search_now(self) -> None:
        if self._pending is not None:
            self._pending.stop()
            self._pending = None
            self.ask(self.first_view, self.searched(self._text))

    def _to_list(self) -> None:
        self._search_now()
        self.query_one(Field).display = self.field_stays or bool(self._text)
        self.first_view.focus()

    def on_input_submitted(self) -> None:
        """Enter goes to the list of what was typed."""
        self._to_list()

    def action_saved(self) -> None:
        """List everybody again."""
        field = self.query_one(Field)
        if field.value:
            field.value = ""
            field.display = self.field_stays
        else:
            super().action_saved()

    def action_back(self) -> None:
        """Go from the field to the list, then to everybody, then without those picked; then as on
        every page.
        """
        if isinstance(self.focused, Field):
            self._to_list()
        elif self.picked:
            self.list_view.pick(())
            self.rest()
        elif self._text and self.zoomed is None:
            self.action_saved()
        else:
            super().action_back()

    def action_down(self) -> None:
        """Go from the field to the list."""
        if isinstance(self.focused, Field):
            self._to_list()
        else:
            super().action_down()

    # -- moving

    def move(self, rows: int, columns: int) -> None:
        """Move the cursor; past the last or first row the next or previous people are loaded."""
        view = self.list_view
        offset = view.offset_for(rows) if self.panel is view else None
        if offset is None:
            super().move(rows, columns)
        else:
            self._read(offset)

    def action_first(self) -> None:
        """Go to the first that is loaded, then to the first of all."""
        self._to_end(-1, super().action_first)

    def action_last(self) -> None:
        """Go to the last that is loaded, then to the last of all."""
        self._to_end(1, super().action_last)

    def _to_end(self, way: int, usual: Callable[[], None]) -> None:
        view = self.list_view
        before = view.cursor
        usual()
        people = view.people
        if self.panel is view and view.cursor == before and people is not None:
            self.move(way * people.total, 0)

    def _read(self, offset: int) -> None:
        """Load the people from a place of the list on."""
        question = self.first_view.question
        if question is not None:
            self.ask(self.first_view, edits.revise(question, offset=offset))

    # -- picking

    @property
    def picked(self) -> tuple[str, ...]:
        """The ids of the people picked."""
        return self.list_view.picked

    def action_pick(self) -> None:
        """Pick the person under the cursor, or not, and go to the next."""
        if self.list_view.pick_here():
            self.rest()
            self.move(1, 0)

    def action_pick_to(self) -> None:
        """Pick everybody from the last one picked to the one under the cursor."""
        self.list_view.pick_to_here()
        self.rest()

    # -- what can be done with them

    def action_new(self) -> None:
        """Make a segment of exactly the people listed."""
        make_fixed(self)

    def action_new_live(self) -> None:
        """Make an audience whose rule is the question of the list."""
        make_live(self)

    def action_undo(self) -> None:
        """Delete the segment that was made here."""
        take_back(self)

    def action_sort(self) -> None:
        """Sort by the next column."""
        columns.sort(self, self.listed)

    def action_reverse(self) -> None:
        """Sort the other way round."""
        columns.turn_round(self, self.listed)

    def action_measure(self) -> None:
        """Add or remove columns."""
        columns.choose_columns(self, self.listed)

    def action_breakdown(self) -> None:
        """Count them by the values of a field."""
        groups.break_down(self)

    def action_related(self) -> None:
        """Offer their events, and how they differ from others."""
        groups.lead_on(self)

    def segment_rows(self) -> list[Row]:
        """See QuestionPage: first these people themselves, on the page before."""
        these = groups.only_these(self)
        return [*([these] if these is not None else []), *super().segment_rows()]

    def _segment_chosen(self, value: tuple[str, str] | None) -> None:
        if value is not None and value[0] == groups.BEFORE:
            groups.count_only_these(self)
        else:
            super()._segment_chosen(value)

    def action_segment(self) -> None:
        """See QuestionPage; also where the question that counted them has no segment."""
        self.choose_people()

    @property
    def opens(self) -> str:
        """See FramePage: the person under the cursor."""
        if isinstance(self.panel, Companion):
            return super().opens
        return clean(self.list_view.user, 40)

    def action_open(self) -> None:
        """Open the timeline of the person under the cursor."""
        if isinstance(self.panel, Companion):
            super().action_open()
        else:
            self._open_person()

    def action_last_session(self) -> None:
        """Open the last session of the person under the cursor."""
        self._open_person(last=True)

    def _open_person(self, *, last: bool = False) -> None:
        view = self.list_view
        if view.user:
            people = view.people
            within = (people.offset, people.total) if people is not None else (0, 0)
            self.app.navigator.open_person(view.user, view.users, last=last, within=within)

    def value_text(self) -> str:
        """See Page: the person's id."""
        return self.list_view.user
