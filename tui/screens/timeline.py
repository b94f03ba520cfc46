"""One person's timeline, and the properties of each event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.geometry import Size

from core.answers import Timeline
from core.queries import from_json
from core.text import clean, number
from tui.actions import edits
from tui.screens.bases.accompanied_page import AccompaniedPage
from tui.screens.bases.page import bindings
from tui.services.runner import Callback
from tui.texts.happened import about, change_text, with_history
from tui.texts.summary import Chip
from tui.widgets.answer import AnswerView
from tui.widgets.companion import Composition
from tui.widgets.dialogs import Reader
from tui.widgets.listing import Listing, Row
from tui.widgets.records.facts import FactsPanel
from tui.widgets.records.person import ActiveDays
from tui.widgets.records.timeline_view import Moment, TimelineView

FURTHER = "The list is read so far. Esc and then PgDn or PgUp read on."

MOST_KEPT = 100
"""How many people of the list before and after a person are remembered for the next start."""

MOST_AUDIENCES = 50
"""How many saved audiences it is looked up whether a person is in."""

LAST = -1
"""The number of the last session."""


class TimelinePage(AccompaniedPage):
    """A person's events, newest first; < and > go to the next person of the list.

    Args:
        user: the person.
        users: the list the person was opened from.
        at: the event to begin at, None for the newest.
        last: whether to show only the last session.
        within: how many come before `users` in the whole list, and how many that has.
    """

    page_id = "timeline"
    labels = {"open": "all properties", "filter": "only this"}  # noqa: RUF012
    BINDINGS = bindings("timeline")
    DEFAULT_CSS = """
    TimelinePage #card { height: 2fr; }
    TimelinePage #days { height: 11; }
    TimelinePage #most { height: 1fr; min-height: 7; }
    """

    def __init__(
        self,
        place: str,
        user: str,
        users: Sequence[str] = (),
        at: Moment | None = None,
        *,
        last: bool = False,
        within: tuple[int, int] = (0, 0),
    ) -> None:
        super().__init__(place)
        self.before, self.total = within
        self.last = last
        self._known: Timeline | None = None
        self._asked = ""
        self.first_at = at
        self.user = user
        self.users = list(users) or [user]

    def memory(self) -> dict[str, Any]:
        """See Page."""
        at = self.users.index(self.user) if self.user in self.users else 0
        near = self.users[max(at - MOST_KEPT, 0) : at + MOST_KEPT]
        last = self._session is not None
        within = [self.before + max(at - MOST_KEPT, 0), self.total]
        body = {"page": "person", "user": self.user, "users": near, "last": last}
        return {**body, "within": within} if self.total else body

    @property
    def crumb(self) -> str:
        """See Page: who."""
        return clean(self.user)

    @property
    def chips(self) -> tuple[Chip, ...]:
        """See FramePage: the position in the list."""
        if len(self.users) < 2 or self.user not in self.users:
            return ()
        at = self.before + self.users.index(self.user) + 1
        count = self.total or len(self.users)
        return (Chip(f"person {number(at)} of {number(count)}"),)

    def body(self) -> ComposeResult:
        """See Page."""
        changes = Listing("Properties over time", id="changes", empty="Nothing changed.")
        changes.add_class("behind")
        yield Composition(
            [TimelineView(id="timeline")],
            beside=[
                FactsPanel("Who", id="card"),
                ActiveDays("Active days", id="days"),
                Listing("Did most", id="most", empty="Nothing yet."),
                changes,
            ],
        )

    def resized(self, size: Size) -> None:
        """See AccompaniedPage: who it is stands beside the events where there is room."""
        super().resized(size)
        self._timeline.brief = self.roomy

    def start(self) -> None:
        """See Page."""
        self._timeline.at = self.first_at
        self._ask(LAST if self.last else None)

    @property
    def _timeline(self) -> TimelineView:
        return self.query_one(TimelineView)

    @property
    def _session(self) -> int | None:
        """The session that alone is on show, None for all."""
        return getattr(self._timeline.question, "session", None)

    def _ask(self, session: int | None) -> None:
        question = self._timeline.question_about(self.user)
        self.ask(self._timeline, edits.revise(question, session=session))

    @property
    def timeline(self) -> Timeline | None:
        """The answer on show."""
        found = self._timeline.answer
        return found if isinstance(found, Timeline) else None

    def answered(self, view: AnswerView) -> None:
        """See Page."""
        event = getattr(view.question, "event", None)
        only = "the last session only, " if getattr(view.question, "session", None) else ""
        named = f"{clean(event, 30)} only, " if event else ""
        view.footing = f"{only}{named}newest first"
        view.repaint()
        self._tell()
        further = self._timeline.beyond()
        if further is not None:
            self.ask(self._timeline, further)

    def _tell(self) -> None:
        """Fill what is around the events."""
        person = self.timeline
        if person is None:
            return
        known = self._known if self._known is not None and self._known.user == person.user else None
        facts = about(person, self.app.engine.calendar)
        if known is not None:
            facts = with_history(facts, known, self.app.engine.calendar)
        else:
            self._ask_history()
        self.query_one(FactsPanel).tell("Who", facts)
        self.query_one(ActiveDays).tell(person.days)
        self.query_one("#most", Listing).fill(
            [Row(f" {clean(e, 60)}", e, number(n), weight=n) for e, n in person.top_events]
        )

    def _ask_history(self) -> None:
        """Ask how the person's properties changed, and which audiences they are in."""
        if self._asked == self.user:
            return
        self._asked = self.user
        titles = [item.title for item in self.app.library.audiences()][:MOST_AUDIENCES]
        body = {"kind": "user_activity", "user": self.user, "limit": 1, "changes": True}
        question = from_json({**body, "audiences": titles})
        self.ask(Callback(self._told_history, lambda _: None), question)

    def _told_history(self, known: Timeline) -> None:
        self._known = known
        calendar = self.app.engine.calendar
        self.query_one("#changes", Listing).fill([
            Row(f" {change_text(change, calendar)}", (change.ts, change.source), change.source)
            for change in reversed(known.changes)
        ])  # fmt: skip
        self._tell()

    def _event(self) -> Any:
        cell = self._timeline.cell
        if cell is None or cell.row is None or self.timeline is None:
            return None
        return self.timeline.events[int(cell.row)]

    @property
    def opens(self) -> str:
        """See FramePage: the event, a value in full, or the events of a name."""
        panel = self.panel
        if isinstance(panel, FactsPanel):
            return f"all of {panel.fact.label}" if panel.fact is not None else ""
        if isinstance(panel, Listing) and panel.value is not None:
            return "its event" if panel.id == "changes" else f"only {panel.value}"
        return self.labels["open"] if self._event() is not None else ""

    def action_open(self) -> None:
        """Show everything known about the event under the cursor, or all events of one name."""
        if isinstance(self.panel, Listing):
            self.choose(self.panel)
            return
        if isinstance(self.panel, FactsPanel) and self.panel.fact is not None:
            self.app.push_screen(Reader(self.panel.fact.label, self.panel.fact.text))
            return
        event = self._event()
        if event is not None:
            self.app.push_screen(Reader(event.event, self._described(event)))

    def choose(self, listing: Listing) -> None:
        """Show only the events of one name, or the event that a property changed with."""
        question = self._timeline.question
        if listing.id == "changes":
            self._to_change(listing.value)
            return
        if listing.value is not None and question is not None:
            self.ask(self._timeline, edits.revise(question, event=listing.value, offset=0))
            self.turn_to(None)
            self.call_after_refresh(self._timeline.focus)

    def _to_change(self, moment: Moment | None) -> None:
        if moment is None:
            return
        if not moment[1]:
            self.say("This was said about the person outside any event.")
            return
        self.turn_to(None)
        self._timeline.at = moment
        self.ask(self._timeline, self._timeline.question_about(self.user))
        self.call_after_refresh(self._timeline.focus)

    def _described(self, event: Any) -> str:
        when = self.app.engine.calendar.local(event.ts)
        rows = {"time": when.strftime("%Y-%m-%d %H:%M:%S %Z"), "session": event.session}
        rows |= event.context | event.properties
        size = min(max(len(str(key)) for key in rows), 30)
        return "\n".join(f"{clean(str(k)):{size}}  {clean(str(v), 2_000)}" for k, v in rows.items())

    def action_filter(self) -> None:
        """Show only events of this name, or all again."""
        event = self._event()
        question = self._timeline.question
        if question is None:
            return
        if getattr(question, "event", None):
            self.ask(self._timeline, edits.revise(question, event=None))
        elif event is not None:
            self.ask(self._timeline, edits.revise(question, event=event.event))

    def action_last_session(self) -> None:
        """Show only the last session of the person, or everything again."""
        question = self._timeline.question
        if question is None:
            return
        only = LAST if self._session is None else None
        self._timeline.cursor = None
        self.ask(self._timeline, edits.revise(question, session=only, event=None, offset=0))

    def move(self, rows: int, columns: int) -> None:
        """Move the cursor; to the side it goes to the session above or below."""
        if columns and self.panel is self._timeline:
            if not self._timeline.to_session(columns):
                self.say("There is no other session in this direction.")
        else:
            super().move(rows, columns)

    def action_earlier(self) -> None:
        """Go to the previous person in the list."""
        self._other(-1)

    def action_later(self) -> None:
        """Go to the next person in the list."""
        self._other(1)

    def _other(self, step: int) -> None:
        at = self.users.index(self.user) + step if self.user in self.users else -1
        if not 0 <= at < len(self.users):
            beyond = self.before if step < 0 else self.total - self.before - len(self.users)
            self.say(FURTHER if beyond > 0 else "There is nobody else in this list.")
            return
        self.user = self.users[at]
        self._timeline.cursor = None
        self._ask(self._session)

    def value_text(self) -> str:
        """See Page: the person's id."""
        return self.user
