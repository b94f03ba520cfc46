"""Page: the base of every page, with the actions that exist everywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from textual.binding import Binding, BindingType
from textual.events import Key
from textual.timer import Timer

from core.draw.spans import plain
from core.errors import FootfallError, Stopped, TookTooLong
from core.queries.common.question import Question
from core.text import age, number
from tui.keys import actions_of
from tui.screens.bases.frame_page import FramePage
from tui.screens.bases.whereabouts import put_back, whereabouts
from tui.services.runner import Answered, Questions, Run, View
from tui.services.state import log
from tui.texts.summary import range_words
from tui.widgets.answer import AnswerView
from tui.widgets.chrome import Status
from tui.widgets.listing import Listing
from tui.widgets.overlay import Overlay
from tui.widgets.panel import Painted

DIM_AFTER = 0.15

REST = 0.25
"""Seconds that a cursor rests before what follows from its place is asked and painted: longer than
between two keys of somebody who reads a list row by row."""

MOVES = ("up", "down", "left", "right", "first", "last", "page_up", "page_down")
ON_ANSWERS = frozenset(
    ("open", "others", "mark", "related", "copy", "pick", "last_session", *MOVES)
)
"""Actions that need the answer under the cursor."""


def bindings(page: str) -> list[BindingType]:
    """Return a page's bindings from the table of actions."""
    return [
        Binding(",".join(action.keys), action.call, action.label, show=False, id=action.id)
        for action in actions_of(page)
        if action.keys
    ]


class Page(FramePage):
    """A framed page that asks questions and handles the actions that exist everywhere.

    Args:
        place: the place whose stack it is on.
    """

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self._ticking = False
        self._dimming: list[Timer] = []
        self._started = False
        self._events: int | None = None
        self._left_at: dict[str, Any] = {}
        self._interrupted: list[AnswerView] = []
        self._at_start: Callable[[], None] | None = None

    def begin(self) -> None:
        """See FramePage: ask the first questions."""
        self._start()

    @cached_property
    def questions(self) -> Questions:
        """The running questions of the page."""
        return Questions(self, self.app.engine, self.app.saved)

    def _start(self) -> None:
        """Ask the first questions; if the file cannot be read, F5 asks them again."""
        self._started = False
        try:
            self.start()
        except FootfallError as error:
            self.sorry(error)
            for view in self.views[:1]:
                view.fail(error)
        else:
            self._started = True
            self._put_back()
            work, self._at_start = self._at_start, None
            if work is not None:
                work()
        self._show_soon()

    def _show_soon(self) -> None:
        """Show the page if it is on top: at once if it has its answers, else in a moment."""
        if self.app.screen is self:
            self.app.show_soon()
            if not self.questions.busy:
                self.call_after_refresh(self.app.frames.release)

    def start(self) -> None:
        """Ask the first questions; called once."""

    def when_started(self, work: Callable[[], None]) -> None:
        """Do something once the first questions are asked; at once if they are."""
        if self._started:
            work()
        else:
            self._at_start = work

    # -- where it was left

    def memory(self) -> dict[str, Any]:
        """Return what another start opens this page with, as JSON; {} if it cannot."""
        return {}

    def left_at(self) -> dict[str, Any]:
        """Return where its cursors are, as JSON."""
        return whereabouts(self.panel, self.panels) if self.is_built else self._left_at

    def come_back(self, where: dict[str, Any]) -> None:
        """Put the cursors where they were, as soon as there is something to put them on."""
        self._left_at = where
        if self._started:
            self._put_back()

    def _put_back(self) -> None:
        if self._left_at:
            self._left_at = put_back(self._left_at, self.panels)
            self.came_back()

    def came_back(self) -> None:
        """Called when cursors of lists were put where they were."""

    def on_key(self, event: Key) -> None:
        """See FramePage; whoever types does not want to be somewhere else a moment later."""
        self._left_at = {}

    def resume(self) -> None:
        """Called each time the page is on top again."""

    def answered(self, view: AnswerView) -> None:
        """Called when a view of this page has a new answer."""

    def failed(self, view: AnswerView) -> None:
        """Called when a question of a view of this page failed."""

    @property
    def views(self) -> list[AnswerView]:
        """The views that show answers."""
        return self.walk_children(AnswerView)

    @property
    def view(self) -> AnswerView | None:
        """The view that actions apply to: the focused one, else the first."""
        if isinstance(self.focused, AnswerView):
            return self.focused
        return self.views[0] if self.views else None

    # -- chrome

    def update_status(self) -> None:
        """Repaint the status line where it changed; a page that is still opening does so then."""
        if not self.is_mounted or not self.is_built:
            return
        status = self.query_one(Status)
        data = self.app.data
        status.left, status.trouble = data.trouble or data.facts, bool(data.trouble)
        status.right = self._timing()
        status.repaint()

    def _timing(self) -> list[str]:
        busy = self.questions.busy
        longest = max((a.seconds for a in busy), default=0.0)
        if longest >= 1:
            return [f"{longest:.0f} s, ctrl+c stops"]
        parts = [self.beyond] if self.beyond else []
        parts += [f"{number(self._events)} in range"] if self._events is not None else []
        results = [v.result for v in self.views if v.result and v.question]
        if results:
            parts.append(f"{sum(r.milliseconds for r in results):.0f} ms")
        oldest = min((r.at for r in results if r.cached), default=None)
        if oldest is not None and self.app.engine.clock() - oldest > 60_000:
            parts.append(f"cached {age(self.app.engine.clock() - oldest)}")
        if self.app.data.stale:
            parts.append("new data, F5")
        return parts

    def on_top(self) -> None:
        """See FramePage: with its question as it was left."""
        self.update_chrome()
        try:
            self.resume()
        except FootfallError as error:
            self.sorry(error)
        for view in self.views:
            unanswered = view.result is None and view.error is None
            if view.question is not None and (unanswered or view in self._interrupted):
                self.ask(view, view.question)
        self._interrupted = []
        self._show_soon()

    def on_screen_suspend(self) -> None:
        """Cancel pending questions when the page is left, but not when a box opens over it."""
        if not self.is_mounted or not self.is_built or isinstance(self.app.screen, Overlay):
            return
        for run in self.questions.cancel_all():
            if isinstance(run.view, AnswerView) and run.view.run is run:
                run.view.run = None  # nobody stopped it: it is asked again when the page is back
                self._interrupted.append(run.view)

    @property
    def beyond(self) -> str:
        """What there is beyond what is on show, for the status line."""
        return ""

    # -- running questions

    def ask(
        self, view: View, question: Question, *, fresh: bool = False, unlimited: bool = False
    ) -> None:
        """Ask a question for a view."""
        view.question = question
        view.run = self.questions.ask(view, question, fresh=fresh, unlimited=unlimited)
        self._dimming.append(self.set_timer(DIM_AFTER, self._dim))
        if not self._ticking:
            self._ticking = True
            self.set_timer(1.0, self._tick)
        self.update_chrome()

    def _dim(self) -> None:
        for run in self.questions.busy:
            if run.view.run is run and run.seconds >= DIM_AFTER * 0.9:
                run.view.wait()

    def _tick(self) -> None:
        self._ticking = bool(self.questions.busy)
        if self._ticking:
            self.update_status()
            self.set_timer(1.0, self._tick)

    def on_answered(self, event: Answered) -> None:
        """Show an answer, unless its view has since asked something else or was stopped."""
        self.questions.finished(event.run)
        if not self.questions.busy:
            while self._dimming:
                self._dimming.pop().stop()
        self._end(event)
        self.update_status()
        self.hint()
        self._show_soon()

    def on_answer_view_moved(self, event: AnswerView.Moved) -> None:
        """Name what Enter opens there."""
        self.hint()

    def on_listing_moved(self, event: Listing.Moved) -> None:
        """Name what Enter opens there."""
        self.hint()

    def _end(self, event: Answered) -> None:
        run, view = event.run, event.run.view
        if view.run is run and view.is_attached:
            view.run = None
            if isinstance(view, AnswerView) and not view.has_class("companion"):
                self._events = event.events
            if event.result is not None:
                view.marks = event.marks
                if isinstance(view, AnswerView):
                    view.answered = run.question
                view.show(event.result, event.empty)
                if isinstance(view, AnswerView):
                    self.answered(view)
                self._put_back()
            elif event.error is not None:
                view.fail(self._explained(event, run.seconds))
                if isinstance(view, AnswerView):
                    self.failed(view)

    def _explained(self, event: Answered, seconds: float) -> Exception:
        error = event.error
        assert error is not None
        if isinstance(error, Stopped):
            return Stopped(f"Stopped after {seconds:.1f} s.", "F5 runs it again.")
        if isinstance(error, TookTooLong):
            words = range_words(event.run.question.range)
            return TookTooLong(
                f"{error.message.rstrip('.')} for {words}.",
                "r chooses a shorter range, or : Run without limit.",
            )
        if not isinstance(error, FootfallError):
            log(error)
        return error

    # -- typing

    def awaited(self, key: str) -> str:
        """See Awaiting: what moves or opens the cursor needs the answer it is on."""
        if self.action_on(key) not in ON_ANSWERS:
            return ""
        panel = self.panel
        if isinstance(panel, AnswerView) and panel.has_cursor and panel.run is not None:
            return "the answer"
        if isinstance(panel, Listing) and not panel.rows and self.questions.busy:
            return "the list"
        return ""

    # -- actions everywhere

    def perform(self, call: str) -> None:
        """Run an action by its call, as the palette and the key line do."""
        self.call_later(self.run_action, call)

    def action_go(self, place: str) -> None:
        """Go to a place, with its pages as they were left."""
        self.app.go(place)

    def action_back(self) -> None:
        """Undo the innermost thing: filter, zoom or page."""
        panel = self.panel
        if isinstance(panel, Listing) and panel.filter:
            panel.narrow("")
        elif self.zoomed is not None:
            self.action_zoom()
        elif len(self.app.stack_of(self.place)) > 1:
            self.app.pop_screen()
        elif self.questions.busy:
            self.action_stop()

    def action_again(self) -> None:
        """Ask again, bypassing the cache."""
        self.app.read_again()
        if not self._started:
            self._start()
        self.repeat(fresh=True)
        self.update_status()

    def action_run_without_limit(self) -> None:
        """Ask again without the time limit."""
        self.repeat(unlimited=True)

    def repeat(self, **options: bool) -> None:
        """Ask what the page asks again, with the options of `ask`."""
        for view in self.views:
            if view.question is not None:
                self.ask(view, view.question, **options)

    def action_stop(self) -> None:
        """Stop what is running, without waiting for it to end."""
        if not self.questions.busy:
            self.say("Nothing is running. q quits.")
            return
        for run in self.questions.cancel_all():
            self._end(_stopped(run))
        self.update_status()

    def action_copy(self) -> None:
        """Send the value under the cursor to the terminal's clipboard."""
        from tui.services.clipboard import send

        self.say(send(self.app, self.value_text()))

    def value_text(self) -> str:
        """Return what `y` copies."""
        panel = self.panel
        if isinstance(panel, Listing) and panel.row is not None:
            return panel.row.text.strip()
        if isinstance(panel, AnswerView) and panel.number is not None:
            return f"{panel.number:g}" if panel.number % 1 else str(int(panel.number))
        if panel is None:
            return ""
        return plain(panel.content(*panel.inner()))

    def action_inspect(self) -> None:
        """Show the SQL behind the focused panel."""
        from tui.widgets.dialogs import Reader

        view = self.view
        if view is not None and view.question is not None:
            from tui.texts.inspection import inspection, painted

            told = inspection(view.question, view.result, view.error)
            self.app.push_screen(Reader(view.heading, told, painted))

    def action_help(self) -> None:
        """Show the keys of this page."""
        from tui.actions.palette.listed import help_of

        help_of(self)

    def action_palette(self) -> None:
        """Show every command and saved name."""
        from tui.actions.palette.listed import palette_of

        palette_of(self)

    def action_glyphs_braille(self) -> None:
        """Draw with braille dots."""
        self.app.set_glyphs("braille")

    def action_glyphs_block(self) -> None:
        """Draw with blocks."""
        self.app.set_glyphs("block")

    def action_glyphs_ascii(self) -> None:
        """Draw with ASCII only."""
        self.app.set_glyphs("ascii")

    def action_theme(self) -> None:
        """Choose the colours."""
        from tui.widgets.themes import ThemeChooser

        self.app.push_screen(
            ThemeChooser(self.app), lambda name: self.app.set_colours(name) if name else None
        )

    def action_restore(self) -> None:
        """List what was deleted, to restore it."""
        from tui.actions.kept.restoring import restore_deleted

        restore_deleted(self, self.resume)

    def action_settings(self) -> None:
        """List the settings, to change them."""
        from tui.actions.palette.settings import settings_of

        settings_of(self)

    def action_redraw(self) -> None:
        """Draw the whole screen again, whatever the terminal shows."""
        self.app.frames.forget()
        for painted in self.query(Painted):
            painted.forget()

    def action_quit(self) -> None:
        """Leave."""
        self.app.leave()

    def reason_against(self, action: str) -> str:
        """Return why an action is not possible now, "" if it is."""
        return ""


def _stopped(run: Run) -> Answered:
    """Handle a question that was stopped."""
    return Answered(run, None, Stopped("Stopped."))
