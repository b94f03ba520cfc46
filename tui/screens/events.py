"""Events: the newest events one by one, what is known about each, and how many there were."""

from __future__ import annotations

from functools import partial
from typing import Any

from textual.app import ComposeResult

from core.errors import FootfallError
from core.queries import from_json
from core.queries.common.question import Question
from core.text import clean, cut, things
from core.timeframe import UNITS
from tui.actions import edits
from tui.actions.opening import open_number
from tui.screens.bases.accompanied_page import AccompaniedPage
from tui.screens.bases.page import bindings
from tui.services.runner import Callback, View
from tui.texts.happened import Fact, facts
from tui.texts.summary import Chip
from tui.widgets.answer import AnswerView
from tui.widgets.companion import About, Companion, Composition, is_shown
from tui.widgets.dialogs import Chooser
from tui.widgets.listing import Row
from tui.widgets.records.events_view import EventsView
from tui.widgets.records.facts import FactsPanel
from tui.widgets.records.timeline_view import TimelineView

PAGE = 100
"""How many events are read at a time."""

POLL_SECONDS = 2.0
"""How often a followed file is looked at; it is read again only when it has changed."""

FINEST = 240
"""The chart's periods are the shortest of which the range has at most so many."""


class EventsPage(AccompaniedPage):
    """The place of single events.

    Attributes:
        following: whether new events are shown as they are stored.
    """

    page_id = "events"
    labels = {"filter": "this value", "find": "event"}  # noqa: RUF012
    BINDINGS = bindings("events")
    DEFAULT_CSS = """
    EventsPage Composition .below { height: 11; }
    EventsPage FactsPanel { height: 3fr; }
    EventsPage TimelineView { height: 2fr; }
    """

    def __init__(self, place: str = "events") -> None:
        super().__init__(place)
        self.following = False
        self._seen: Any = None
        self._loading = False
        self._unit = ""

    # -- what is on the page

    def body(self) -> ComposeResult:
        """See Page."""
        yield Composition(
            [EventsView("Events", id="events")],
            beside=[FactsPanel("Event", id="event"), TimelineView("Around it", id="around")],
            below=[Companion(self._over_time, _by_time, id="rate", at_end=True)],
        )

    @property
    def events(self) -> EventsView:
        """The list."""
        return self.query_one(EventsView)

    @property
    def question(self) -> Question | None:
        """See QuestionPage: without the size of its pages."""
        asked = self.events.question
        return asked and edits.revise(asked, limit=PAGE, whole=False)

    def start(self) -> None:
        """See Page: the question of last time, or every event."""
        question = self.app.state.question("events")
        if question is None or question.kind != "raw_events":
            question = from_json({"kind": "raw_events", "range": self._first_range()})
        self._polling = self.set_interval(POLL_SECONDS, self._poll, pause=True)
        self.events.saved = edits.revise(question, limit=PAGE, whole=True)
        self.ask(self.events, question)

    def show_only(self, question: Question) -> None:
        """List the events of another question."""
        self.put(question)

    def _first_range(self) -> str:
        """The last days or, when the data ended before, all days that it has."""
        usual, ctx = edits.usual_range(self.app), self.context
        if "," not in usual or ctx.earliest is None or ctx.latest is None:
            return usual
        return edits.dates_text(ctx.calendar.day_of(ctx.earliest), ctx.calendar.day_of(ctx.latest))

    def ask(self, view: View, question: Question, **options: bool) -> None:
        """See Page: events are asked for with all that is known of them, a page at a time."""
        if view is self.events:
            question = edits.revise(question, limit=PAGE, whole=True)
            self._seen = self.app.data.state
            self.events.total = None
        super().ask(view, question, **options)

    def answered(self, view: AnswerView) -> None:
        """See Page: how many there are in all is counted after they are shown."""
        super().answered(view)
        if view is self.events and view.question is not None:
            if self.question is not None:
                self.app.state.keep("events", self.question)
            self._count()
            self._tell()
            self.update_chrome()
        elif isinstance(view, TimelineView):
            self._find(view)

    def _count(self) -> None:
        """Ask how many events there are in all."""
        question = self.events.question
        if question is not None:
            count = edits.revise(question, limit=1, whole=False, count_total=True)
            super().ask(Callback(partial(self._counted, question)), count)

    def _counted(self, question: Question, table: Any) -> None:
        if question != self.events.question:
            return
        self.events.total = table.total
        self.events.repaint()
        self.update_chrome()

    # -- more of them

    def on_events_view_ended(self) -> None:
        """Load the events after the last."""
        question = self.events.question
        if question is not None and self.events.events and not self._loading:
            self._loading = True
            older = edits.revise(question, before=self.events.events[-1].key)
            super().ask(Callback(partial(self._older, question), self._not_older), older)

    def _older(self, question: Question, table: Any) -> None:
        self._loading = False
        if question == self.events.question:
            self.events.append(table)

    def _not_older(self, error: Exception) -> None:
        self._loading = False
        if isinstance(error, FootfallError):
            self.sorry(error)

    def on_screen_suspend(self) -> None:
        """See Page: what was being loaded is asked for again when it is wanted."""
        self._loading = False

    def action_follow(self) -> None:
        """Show new events as they are stored, or stop doing so."""
        self.following = not self.following
        self.events.aside = "following" if self.following else ""
        self.events.repaint()
        self._poll()
        (self._polling.resume if self.following else self._polling.pause)()

    def _poll(self) -> None:
        """Read the newest events again if the file changed since they were read."""
        page = self.events.question
        if not self.following or page is None or self.app.screen is not self:
            return
        self.app.data.look()
        if self.app.data.trouble or self.app.data.state == self._seen or self.questions.busy:
            return
        self.app.data.seen()
        self._seen = self.app.data.state
        super().ask(Callback(partial(self._newer, page)), page)
        self.update_status()

    def _newer(self, question: Question, table: Any) -> None:
        if question == self.events.question:
            self.events.refresh_top(table)
            for view in self.views[1:]:
                view.question = None  # what is around them may have changed too
            self.accompany()
            self._count()

    # -- beside and below

    def on_answer_view_moved(self, event: AnswerView.Moved) -> None:
        """Tell about the event under the cursor."""
        if event.view is self.events:
            self._tell()

    def _tell(self) -> None:
        event = self.events.event
        panel = self.query_one(FactsPanel)
        told = facts(event, self.app.engine.calendar) if event is not None else []
        panel.tell(cut(clean(event.event), 60) if event is not None else "Event", told)

    def accompany(self) -> None:
        """See AccompaniedPage: also what the person did around the event under the cursor."""
        super().accompany()
        around, event = self.query_one(TimelineView), self.events.event
        if not is_shown(around) or event is None or not event.user:
            around.forget_answer()
            return
        around.at = (event.ts, event.event)
        if getattr(around.question, "user", None) != event.user:
            self.ask(around, around.question_about(event.user))
        else:
            self._find(around)

    def _find(self, around: TimelineView) -> None:
        further = around.beyond()
        if further is not None:
            self.ask(around, further)

    def _over_time(self, about: About) -> Question:
        """How many such events there were, over the periods that fit the range."""
        asked = about.question
        fitting = _finest(asked.range, about)
        unit = self._unit if self._unit in edits.granularities(asked.range, about.context) else ""
        body = {
            name: value
            for name, value in asked.model_dump(by_alias=True).items()
            if name in ("event", "range", "conditions", "segment", "audience", "among")
        }
        return from_json(
            {**body, "kind": "trend", "measure": "count", "granularity": unit or fitting}
        )

    def action_granularity(self) -> None:
        """Switch the chart to the next granularity that fits."""
        chart = self.query_one(Companion)
        now = getattr(chart.question, "granularity", "")
        if self.question is not None:
            self._unit = edits.after(edits.granularities(self.question.range, self.context), now)
            self.accompany()

    # -- opening and filtering

    @property
    def opens(self) -> str:
        """See FramePage: the event or its person."""
        event, panel = self.events.event, self.panel
        if isinstance(panel, Companion):
            return super().opens
        if event is None or (panel is self.events and self.events.column != "person"):
            return "event" if event is not None else ""
        return clean(event.user or "", 40)

    def action_open(self) -> None:
        """Open the event under the cursor, its person, or the people behind a point."""
        event = self.events.event
        if isinstance(self.panel, Companion):
            open_number(self)
        elif event is None:
            return
        elif self.panel is not self.events or self.events.column == "person":
            self.open_person()
        else:
            self.app.navigator.open_event(event, self.events.events, self.events.total)

    def open_person(self) -> None:
        """Open the timeline of the event's person, at the event."""
        event = self.events.event
        if event is None or not event.user:
            self.say("This event counts for nobody.")
            return
        self.app.navigator.open_person(event.user, at=(event.ts, event.event))

    def action_find(self) -> None:
        """Choose which event is listed."""
        names = self.context.catalog.events.pickable
        rows = [Row("any event", ""), *(Row(name, name) for name in names)]
        self.app.push_screen(
            Chooser("Events of", rows),
            lambda name: None if name is None else self.set_fields(event=name or None),
        )

    def action_filter(self) -> None:
        """List only events like the one under the cursor, or edit the filters."""
        panel = self.panel
        if isinstance(panel, FactsPanel):
            here = [panel.fact] if panel.fact is not None else []
        else:
            here = self.events.facts_here()
        rows = [row for fact in here for row in _filters(fact)]
        rows += [
            Row(row.text, row.value)
            for fact in self.query_one(FactsPanel).facts
            if fact not in here
            for row in _filters(fact)[:1]
        ]
        rows.append(Row("all filters ...", EDIT, "add, change, remove"))
        self.app.push_screen(Chooser("Only events where", rows), self._filtered)

    def _filtered(self, value: Any) -> None:
        if value == EDIT:
            super().action_filter()
        elif isinstance(value, dict):
            self.set_fields(**value)
        elif value is not None and self.question is not None:
            kept = [c.model_dump(by_alias=True) for c in self.question.conditions]
            new = value.model_dump(by_alias=True)
            self.set_fields(conditions=[*kept, *([new] if new not in kept else [])])

    def value_text(self) -> str:
        """See Page: the value of the cell, or of the field, under the cursor."""
        panel = self.panel
        if isinstance(panel, FactsPanel) and panel.fact is not None:
            return panel.fact.text
        if panel is self.events:
            return "\n".join(fact.text for fact in self.events.facts_here())
        return super().value_text()

    @property
    def chips(self) -> tuple[Chip, ...]:
        """See FramePage: also which event, and how many there are."""
        event = getattr(self.question, "event", None)
        total = self.events.total
        many = things(total, "event") if total is not None else ""
        return (*(Chip(text) for text in (event, many) if text), *super().chips)


EDIT = "edit"


def _by_time(question: Question) -> str:
    unit = UNITS[str(getattr(question, "granularity", "daily"))]
    return f"{clean(getattr(question, 'event', None) or 'Events', 40)} by {unit}"


def _filters(fact: Fact) -> list[Row]:
    """The conditions that a value can be: the same, and another one."""
    shown = cut(clean(fact.text), 50)
    if fact.field == "event":
        return [Row(f"event is {shown}", {"event": fact.value})]
    if not fact.field or fact.field == "time":
        return []
    return [
        Row(f"{fact.label} is {shown}", fact.condition("eq")),
        Row(f"{fact.label} is not {shown}", fact.condition("ne")),
    ]


def _finest(range_text: str, about: About) -> str:
    """Return the shortest unit of which a range has at most FINEST periods."""
    span = about.context.span(range_text)
    for unit in edits.granularities(range_text, about.context):
        if len(about.context.buckets(span, unit)) <= FINEST:
            return unit
    return "daily"
