"""One event: all of its properties in full, and what its person did around it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from textual.app import ComposeResult

from core.queries import from_json
from core.text import clean, number
from tui.screens.bases.accompanied_page import AccompaniedPage
from tui.screens.bases.page import bindings
from tui.texts.happened import Happened, facts
from tui.texts.summary import Chip
from tui.widgets.answer import AnswerView
from tui.widgets.companion import Composition, is_shown
from tui.widgets.records.facts import FactsPanel
from tui.widgets.records.timeline_view import TimelineView

DAYS = 30
"""How many days are shown up to that of the event."""

FURTHER = "The list is read so far. Esc and then End read on."


class EventPage(AccompaniedPage):
    """An event; < and > go to the newer and the older one of the list.

    Args:
        event: the event.
        events: the list it was opened from.
        total: how many the list has beyond those, None if that is not known.
    """

    page_id = "event"
    BINDINGS = bindings("event")
    DEFAULT_CSS = "EventPage Composition .beside { width: 55%; }"

    def __init__(
        self,
        place: str,
        event: Happened,
        events: Sequence[Happened] = (),
        total: int | None = None,
    ) -> None:
        super().__init__(place)
        self.total = total
        self.event = event
        self.events = list(events) or [event]

    @property
    def crumb(self) -> str:
        """See Page: its name."""
        return clean(self.event.event, 60)

    @property
    def chips(self) -> tuple[Chip, ...]:
        """See Page: its place in the list."""
        if len(self.events) < 2:
            return ()
        at, count = self.events.index(self.event) + 1, self.total or len(self.events)
        return (Chip(f"event {number(at)} of {number(count)}"),)

    def body(self) -> ComposeResult:
        """See Page."""
        around = TimelineView("Around it", id="around")
        days = AnswerView("How often, by day", id="days", at_end=True)
        yield Composition([FactsPanel(id="event")], beside=[around], below=[days])

    @property
    def around(self) -> TimelineView:
        """What the person did around the event."""
        return self.query_one(TimelineView)

    @property
    def days(self) -> AnswerView:
        """How often the event happened on its day and before it."""
        return self.query_one("#days", AnswerView)

    def start(self) -> None:
        """See Page."""
        told = facts(self.event, self.app.engine.calendar)
        self.query_one(FactsPanel).tell(clean(self.event.event, 60), told)
        self.update_chrome()
        self.accompany()

    def accompany(self) -> None:
        """See AccompaniedPage: the person's events, with the cursor on this one, and its days."""
        if not is_shown(self.days):
            self.days.question = None
        elif self.days.question is None:
            last = self.app.engine.calendar.local(self.event.ts).date()
            range_ = f"{last - timedelta(days=DAYS - 1)},{last}"
            body = {"kind": "trend", "event": self.event.event, "range": range_}
            self.ask(self.days, from_json(body))
        if not is_shown(self.around):
            self.around.question = None
        elif self.event.user and self.around.question is None:
            self.around.at = (self.event.ts, self.event.event)
            self.ask(self.around, self.around.question_about(self.event.user))

    def answered(self, view: AnswerView) -> None:
        """See Page."""
        further = self.around.beyond() if view is self.around else None
        if further is not None:
            self.ask(self.around, further)

    @property
    def opens(self) -> str:
        """See FramePage: the event's person, or the people of a day."""
        if self.panel is self.days:
            return super().opens
        return f"person {clean(self.event.user, 40)}" if self.event.user else ""

    def action_open(self) -> None:
        """Open the timeline of the event's person, at the event, or the people of a day."""
        if self.panel is self.days:
            super().action_open()
            return
        if not self.event.user:
            self.say("This event counts for nobody.")
            return
        at = (self.event.ts, self.event.event)
        self.app.navigator.open_person(self.event.user, at=at)

    def action_earlier(self) -> None:
        """Go to the newer event of the list."""
        self._other(-1)

    def action_later(self) -> None:
        """Go to the older event of the list."""
        self._other(1)

    def _other(self, step: int) -> None:
        at = self.events.index(self.event) + step
        if not 0 <= at < len(self.events):
            more = step > 0 and self.total is not None and self.total > len(self.events)
            self.say(FURTHER if more else "There is no other event in this list.")
            return
        self.event = self.events[at]
        self.around.question = self.days.question = None
        self.start()

    def value_text(self) -> str:
        """See Page: the value of the field under the cursor."""
        fact = self.query_one(FactsPanel).fact
        return fact.text if fact is not None else ""
