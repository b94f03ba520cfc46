"""Metrics: a list of every event and metric, with the chart of the current row beside it."""

from __future__ import annotations

from typing import Any, NamedTuple

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from core.boards.suggestions import Suggestion, event_of
from core.definitions.saved import Kind
from core.errors import BadInput, FootfallError
from core.queries import from_json
from core.queries.common.question import Question
from core.store.library.saved import Item
from core.text import compact, number
from tui.actions import edits
from tui.actions.beginning import Blank, begin, blank_rows
from tui.actions.choosing import opening_rows
from tui.actions.kept.chosen import (
    Chosen,
    delete_chosen,
    duplicate_chosen,
    rename_chosen,
)
from tui.actions.kept.copying import Link, chart_link, question_link
from tui.actions.saving import undo_last
from tui.screens.bases.page import MOVES, REST, bindings
from tui.screens.bases.tabled_page import TabledPage
from tui.services.runner import Callback
from tui.texts.empty import NO_EVENTS
from tui.texts.fields import has
from tui.widgets.answer import AnswerView
from tui.widgets.companion import Composition
from tui.widgets.dialogs import Chooser
from tui.widgets.listing import Listing, Row

CARRIED = ("granularity", "compare", "breakdown")
"""What a row takes over from the current question in addition to its range."""

KEPT: tuple[Kind, ...] = ("charts", "custom_events", "alerts")
"""What is kept in the list."""

MANY = 10_000_000
"""Counts from which on they are shortened."""

REALTIME = "realtime"
"""A kind whose range is always the last hours."""


class Listed(NamedTuple):
    """The content of the list.

    Attributes:
        counts: events with how often they happened.
        base: the range of their questions.
        states: alert id -> its state, and what was said of it.
    """

    counts: list[tuple[str, int]]
    base: str
    suggested: list[Suggestion]
    custom: list[Item]
    charts: list[Item]
    alerts: list[Item]
    states: dict[str, tuple[str, str]]


class MetricsPage(TabledPage):
    """The place where any question can be opened."""

    page_id = "metrics"
    labels = {"new": "any question"}  # noqa: RUF012
    BINDINGS = bindings("metrics")
    DEFAULT_CSS = """
    MetricsPage #listed { height: 1fr; }
    MetricsPage #events { width: 28; }
    MetricsPage.-wide #events { width: 39; }
    MetricsPage.-open #events { display: none; }
    """

    def __init__(self, place: str = "metrics") -> None:
        super().__init__(place)
        self.counts: list[tuple[str, int]] = []
        self._listed: Listed | None = None
        self._counting: Callback | None = None
        self._about = ""
        self._pending: Timer | None = None

    @property
    def steps(self) -> list[str]:
        """See FramePage."""
        view = self.main
        return [self.crumb, view.answer.title] if view and view.answer else [self.crumb]

    def body(self) -> ComposeResult:
        """See Page."""
        with Horizontal(id="listed"):
            yield Listing("Events", id="events")
            yield from self.chart_and_table()

    def start(self) -> None:
        """See Page: the remembered question, or the most frequent event."""
        self.fill()
        remembered = self.app.state.question("metrics")
        if remembered is not None:
            self.open_question(remembered)
        self._count()

    @property
    def listing(self) -> Listing:
        """The list of events and metrics."""
        return self.query_one("#events", Listing)

    def fill(self, *, keep: bool = True) -> None:
        """List the events, the metrics and what is saved, as they are now."""
        self._listed = self._to_list()
        counts, base, suggested, custom, charts, alerts, states = self._listed
        trend = _question({"kind": "trend"}, base)
        rows = [
            Row(
                name,
                trend.model_copy(update={"event": name}),
                number(count) if count < MANY else compact(count),
                weight=count,
            )
            for name, count in counts
        ]
        rows += opening_rows(suggested, apart=True)
        if custom:
            rows += [Row(""), Row("custom events")]
            rows += [
                Row(f" {item.title}", _question({"kind": "trend", "event": _named(item)}, base))
                for item in custom
            ]
        if charts:
            rows += [Row(""), Row("saved")]
            rows += [Row(f" {chart.title}", chart, "saved") for chart in charts]
        if alerts:
            rows += [Row(""), Row("alerts")]
            rows += [Row(f" {alert.title}", alert, states[alert.id][0]) for alert in alerts]
        self.listing.fill(rows, keep=keep)

    def _to_list(self) -> Listed:
        library = self.app.library
        base = edits.usual_range(self.app)
        custom = library.custom_events()
        alerts = library.alerts()
        states = library.alert_states(alerts)
        alerts = [alert for alert in alerts if alert.id in states]
        suggested, charts = library.suggested(self._about), library.charts()
        return Listed(self.counts, base, suggested, custom, charts, alerts, states)

    def _count(self) -> None:
        """Ask how often each event happened, for the list."""
        names = self.app.engine.context().catalog.events.pickable
        question = from_json(
            {"kind": "top_events", "range": "all_time", "limit": max(len(names), 1)}
        )
        self._counting = Callback(self._counted, self._not_counted)
        self.ask(self._counting, question)

    def _not_counted(self, error: Exception) -> None:
        self._counting = None

    def awaited(self, key: str) -> str:
        """See Page: the list is not the final one before events are counted."""
        if self._counting is not None and self.panel is self.listing:
            return "the list"
        if self._pending is not None and self.action_on(key) not in MOVES:
            self._show_at_once()  # what the key changes is the question of the row
        return super().awaited(key)

    def _counted(self, table: Any) -> None:
        self._counting = None
        names = self.app.engine.context().catalog.events.pickable
        self.counts = [(str(row[0]), int(row[1])) for row in table.rows if row[0] in names]
        self.listing.empty = "" if self.counts else "No events yet."
        said = "counts of all time" if self.roomy else "all time"
        self.listing.aside = said if self.counts else ""
        self.fill(keep=False)
        if not self.counts:
            self.first_view.fail(BadInput(*NO_EVENTS))
        elif self.question is None:
            self.open_question(self.listing.value)

    def resume(self) -> None:
        """See Page: refresh the list; closing a dialog usually changes nothing."""
        if self._to_list() != self._listed:
            self.fill()

    def open_question(self, question: Question, chart: str = "") -> None:
        """Ask a question here."""
        view = self.first_view
        view.saved = question
        view.chart = chart
        self.ask(view, question)

    def answered(self, view: AnswerView) -> None:
        """See Page: remember the question."""
        super().answered(view)
        if view is self.main and view.question is not None:
            self.app.state.keep("metrics", view.question)
            self._follow(view.question)

    def _follow(self, question: Question) -> None:
        """Suggest questions about the event on show."""
        event = event_of(question)
        if event and event != self._about and event in dict(self.counts):
            self._about = event
            self.fill()

    def on_listing_moved(self, event: Listing.Moved) -> None:
        """Show the chart of the row under the cursor once the cursor rests."""
        if self._pending is not None:
            self._pending.stop()
        self._pending = self.set_timer(REST, self._show_row)

    def _show_row(self) -> None:
        self._pending = None
        value = self.listing.value
        if value is None:
            return
        question, chart = self.app.library.question_of(value)
        if isinstance(value, Item) and self._is_alert(value):
            state, said = self.app.library.alert_states([value]).get(value.id, ("", ""))
            self.say(": ".join(filter(None, (state, said))), warning=state == "firing")
        if self.question is not None and isinstance(value, Question):
            question = _as_now(question, self.question)
        self.open_question(question, chart)

    def opens_row(self, row: Row | None) -> str:
        """See QuestionPage."""
        return f"chart {row.text.strip()}" if row is not None else ""

    def choose(self, listing: Listing) -> None:
        """Go to an event's chart on Enter, even before the cursor has rested on it."""
        self._show_at_once()
        self.first_view.focus()

    def _show_at_once(self) -> None:
        if self._pending is not None:
            self._pending.stop()
            self._pending = None
            self._show_row()

    # -- what is kept

    @property
    def kept(self) -> Chosen:
        """The saved chart, the alert or the custom event under the cursor of the list."""
        value = self.listing.value
        if isinstance(value, Item):
            return "alerts" if self._is_alert(value) else "charts", value
        event = getattr(value, "event", None)
        custom = self._listed.custom if self._listed is not None else []
        found = next((item for item in custom if _named(item) == event), None)
        return None if found is None else ("custom_events", found)

    @property
    def link(self) -> Link | None:
        """See QuestionPage; with the focus on the list, of its row."""
        if self.panel is not self.listing or self.listing.value is None:
            return super().link
        value = self.listing.value
        if isinstance(value, Item) and self._is_alert(value):
            return question_link(self.app.library.question_of(value)[0])
        return chart_link(value) if isinstance(value, Item) else question_link(value)

    def _is_alert(self, item: Item) -> bool:
        return self._listed is not None and any(item is alert for alert in self._listed.alerts)

    def action_rename(self) -> None:
        """Rename the saved chart or the custom event under the cursor of the list."""
        rename_chosen(self, self.kept)

    def action_alert(self) -> None:
        """Change the alert under the cursor of the list, or make one of the question on show."""
        kept = self.kept if self.panel is self.listing else None
        if kept is None or kept[0] != "alerts":
            super().action_alert()
            return
        from tui.actions.kept.alerts import edit_alert

        edit_alert(self, kept[1], self._alert_changed)

    def _alert_changed(self, item: Item) -> None:
        self.marks_changed()
        self.listing.select(item)

    def marks_changed(self) -> None:
        """See QuestionPage; alerts are in the list, too."""
        super().marks_changed()
        self.resume()

    def action_duplicate(self) -> None:
        """Save it under another name too."""
        duplicate_chosen(self, self.kept)

    def action_delete(self) -> None:
        """Delete it, after asking."""
        delete_chosen(self, self.kept)

    def action_undo(self) -> None:
        """Take back the last name, or bring back what was deleted last."""
        undo_last(self, *KEPT)

    def action_new(self) -> None:
        """Ask another question: one of any kind about the current one, or a typed one."""
        rows = opening_rows(self.app.library.suggestions().listed(self.question)) + blank_rows()
        self.app.push_screen(
            Chooser(
                "New question",
                rows,
                hint="a word to search for, or a question as text",
                free=lambda text: text,
                verb="ask or build it",
                asks=True,
            ),
            self._new_chosen,
        )

    def _new_chosen(self, value: Question | Blank | str | None) -> None:
        if isinstance(value, str):
            self._typed(value)
        elif isinstance(value, Blank):
            begin(self, value.kind)
        elif value is not None:
            self.app.navigator.open(value)

    def _typed(self, text: str) -> None:
        try:
            self._text_given(self.read_text(text))
        except FootfallError:
            self.edit_text("New question", text)

    def action_zoom(self) -> None:
        """Show the chart, or the companion with the focus, alone."""
        here = self.zoomed or self.panel
        if here is not None and here.has_class("companion"):
            super().action_zoom()
            return
        self.query_one(Composition).toggle_class("-alone")
        self.toggle_class("-open")
        self.zoomed = self.first_view if self.has_class("-open") else None
        self.first_view.focus()


def _named(item: Item) -> str:
    """Return how questions name a custom event."""
    return f"ce:{item.title}"


def _question(body: dict[str, Any], range_text: str) -> Question:
    return from_json({"range": range_text, **body})


def _as_now(question: Question, now: Question) -> Question:
    """Return the question with the current range and parts, as far as its kind has them."""
    if REALTIME in (question.kind, now.kind):
        return question
    for fields in (CARRIED, CARRIED[:1], ()):
        try:
            return edits.revise(question, range=now.range, **_kept(now, fields))
        except FootfallError:
            continue
    return question


def _kept(question: Question, fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(question, name) for name in fields if has(question, name)}
