"""Page: what every page is. Four lines of chrome, panels between, and the actions everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.events import Key, Resize
from textual.screen import Screen
from textual.widget import Widget

from core.draw.spans import plain
from core.errors import FootfallError
from core.queries.base import Question
from core.text import age, number
from tui.asking import Answered, Questions
from tui.keys import PLACES, actions_of, key_line_of
from tui.screens.overlay import Overlay, Prompt, Reader, TooSmall
from tui.widgets.answer import AnswerView
from tui.widgets.chrome import Crumb, KeyLine, Status, Tabs
from tui.widgets.listing import Listing
from tui.widgets.panel import Painted, Panel

DIM_AFTER = 0.15
SMALLEST = (60, 18)


def bindings(page: str) -> list[Binding]:
    """Return a page's bindings from the one table."""
    return [
        Binding(",".join(action.keys), action.call, action.label, show=False, id=action.id)
        for action in actions_of(page)
        if action.keys
    ]


class Page(Screen[None]):
    """A page of a place; pages of one place lie on a stack.

    Args:
        place: the place whose stack it is on.
    """

    page_id: ClassVar[str] = ""
    labels: ClassVar[dict[str, str]] = {}
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Page { layout: vertical; layers: base cover; }
    Page #body { height: 1fr; width: 1fr; }
    Page.-tiny TooSmall { display: block; }
    """

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        self.zoomed: Panel | None = None
        self._ticking = False
        self._events: int | None = None

    # -- what a page says of itself

    @property
    def crumb(self) -> str:
        """Its step in the crumb."""
        return next(name for place, _, name in PLACES if place == self.place)

    @property
    def asked(self) -> str:
        """The question in short, for line 2."""
        return ""

    def body(self) -> Iterable[Widget]:
        """Return its panels."""
        return ()

    def start(self) -> None:
        """Ask the first questions; called once."""

    def resume(self) -> None:
        """Called each time the page is on top again."""

    def answered(self, view: AnswerView) -> None:
        """Called when a view of this page has a new answer."""

    # -- chrome

    def compose(self) -> ComposeResult:
        """See Screen."""
        yield Tabs(self.place, self.app.engine.path.name)
        yield Crumb()
        with Container(id="body"):
            yield from self.body()
        yield Status()
        yield KeyLine()
        yield TooSmall()

    def on_mount(self) -> None:
        """Set the chrome and ask."""
        self.questions = Questions(self, self.app.engine, self.app.saved)
        keys = self.query_one(KeyLine)
        keys.actions = key_line_of(self.page_id)
        keys.labels = self.labels
        if self.panels:
            self.panels[0].focus()
        self.start()
        self.update_chrome()

    def update_chrome(self) -> None:
        """Repaint crumb and status where they changed."""
        if not self.is_mounted:
            return
        crumb = self.query_one(Crumb)
        crumb.steps = self.crumbs
        crumb.asked = self.asked
        crumb.repaint()
        self.update_status()

    def update_status(self) -> None:
        """Repaint the status line where it changed."""
        status = self.query_one(Status)
        status.left = self.app.facts
        status.right = self._timing()
        status.repaint()

    @property
    def crumbs(self) -> list[str]:
        """The steps from the place's root to here."""
        found = []
        for screen in self.app.stack_of(self.place):
            if isinstance(screen, Page):
                found.append(screen.crumb)
            if screen is self:
                break
        return found or [self.crumb]

    def _timing(self) -> str:
        busy = self.questions.busy
        longest = max((a.seconds for a in busy), default=0.0)
        if longest >= 1:
            return f"{longest:.0f} s, ctrl+c stops"
        parts = [f"{number(self._events)} in range"] if self._events is not None else []
        results = [v.result for v in self.views if v.result and v.question]
        if results:
            parts.append(f"{sum(r.milliseconds for r in results):.0f} ms")
        oldest = min((r.at for r in results if r.cached), default=None)
        if oldest is not None and self.app.engine.clock() - oldest > 60_000:
            parts.append(f"cached {age(self.app.engine.clock() - oldest)}")
        if self.app.stale:
            parts.append("new data, F5")
        return "  ".join(parts)

    def say(self, text: str, *, warning: bool = False) -> None:
        """Show a sentence on the status line until the next key."""
        status = self.query_one(Status)
        status.message, status.warning = text, warning
        status.repaint()

    def sorry(self, error: FootfallError) -> None:
        """Say why something did not work."""
        self.say(str(error).split("\n")[0], warning=True)

    def on_key(self, event: Key) -> None:
        """A key makes the last message go."""
        status = self.query_one(Status)
        if status.message:
            status.message = ""
            status.repaint()

    def on_resize(self, event: Resize) -> None:
        """Too small a terminal shows one sentence instead."""
        wide, high = SMALLEST
        self.set_class(event.size.width < wide or event.size.height < high, "-tiny")
        self.set_class(event.size.width >= 100, "-wide")
        self.set_class(event.size.height >= 32, "-tall")

    def on_screen_resume(self) -> None:
        """On top again: the parent's question is as it was left."""
        if self.is_mounted and hasattr(self, "questions"):
            self.update_chrome()
            self.resume()
            for view in self.views:
                if view.question is not None and view.result is None and view.error is None:
                    self.ask(view, view.question)

    def on_screen_suspend(self) -> None:
        """Leaving the page cancels what is left; a box over it does not."""
        if not isinstance(self.app.screen, Overlay):
            self.questions.cancel_all()

    # -- panels

    @property
    def panels(self) -> list[Panel]:
        """The panels that can have the focus, in reading order."""
        found = [p for p in self.query(Panel) if p.can_focus and p.display]
        return sorted(found, key=lambda p: (p.region.y, p.region.x))

    @property
    def views(self) -> list[AnswerView]:
        """The views of answers."""
        return list(self.query(AnswerView))

    @property
    def panel(self) -> Panel | None:
        """The panel with the focus, else the first."""
        if isinstance(self.focused, Panel):
            return self.focused
        return self.panels[0] if self.panels else None

    @property
    def view(self) -> AnswerView | None:
        """The answer that actions are about: the focused one, else the first."""
        if isinstance(self.focused, AnswerView):
            return self.focused
        return self.views[0] if self.views else None

    # -- asking

    def ask(
        self, view: AnswerView, question: Question, *, fresh: bool = False, unlimited: bool = False
    ) -> None:
        """Ask a question for a view."""
        view.question = question
        view.asking = self.questions.ask(view, question, fresh=fresh, unlimited=unlimited)
        self.set_timer(DIM_AFTER, self._dim)
        if not self._ticking:
            self._ticking = True
            self.set_timer(1.0, self._tick)
        self.update_chrome()

    def _dim(self) -> None:
        for asking in self.questions.busy:
            if asking.view.asking is asking and asking.seconds >= DIM_AFTER * 0.9:
                asking.view.wait()

    def _tick(self) -> None:
        self._ticking = bool(self.questions.busy)
        if self._ticking:
            self.update_status()
            self.set_timer(1.0, self._tick)

    def on_answered(self, event: Answered) -> None:
        """Show an answer, unless its view asks something else by now."""
        asking = event.asking
        self.questions.finished(asking)
        view = asking.view
        if view.asking is asking and view.is_attached:
            self._events = event.events
            if event.result is not None:
                view.marks = event.marks
                view.show(event.result, event.empty)
                if isinstance(view, AnswerView):
                    self.answered(view)
            elif event.error is not None:
                view.fail(self._explained(event, asking.seconds))
        self.update_status()

    def _explained(self, event: Answered, seconds: float) -> Exception:
        from core.errors import Stopped, TookTooLong
        from tui.question_line import range_words

        error = event.error
        assert error is not None
        if isinstance(error, Stopped):
            return Stopped(f"Stopped after {seconds:.1f} s.", "F5 runs it again.")
        if isinstance(error, TookTooLong):
            words = range_words(event.asking.question.range)
            return TookTooLong(
                f"{error.message.rstrip('.')} over {words}.",
                "r shorter range, or : Run without limit.",
            )
        if not isinstance(error, FootfallError):
            self.app.note_failure(error)
        return error

    # -- actions everywhere

    def perform(self, call: str) -> None:
        """Run an action by its call, as the palette and the key line do."""
        self.call_later(self.run_action, call)

    def action_go(self, place: str) -> None:
        """Go to a place, where its pages are as they were left."""
        self.app.go(place)

    def action_back(self) -> None:
        """Undo the innermost thing: filter, zoom, page."""
        panel = self.panel
        if isinstance(panel, Listing) and panel.filter:
            panel.narrow("")
        elif self.zoomed is not None:
            self.action_zoom()
        elif len(self.app.stack_of(self.place)) > 1:
            self.app.pop_screen()
        elif self.questions.busy:
            self.action_stop()

    def action_up(self) -> None:
        """Move up."""
        self.move(-1, 0)

    def action_down(self) -> None:
        """Move down."""
        self.move(1, 0)

    def action_left(self) -> None:
        """Move left."""
        self.move(0, -1)

    def action_right(self) -> None:
        """Move right."""
        self.move(0, 1)

    def move(self, rows: int, columns: int) -> None:
        """Move the cursor of the focused panel."""
        if self.panel is not None and hasattr(self.panel, "move"):
            self.panel.move(rows, columns)

    def action_first(self) -> None:
        """To the first."""
        if self.panel is not None:
            self.panel.move_to_edge(False)

    def action_last(self) -> None:
        """To the last."""
        if self.panel is not None:
            self.panel.move_to_edge(True)

    def action_page_up(self) -> None:
        """A page up."""
        self.move(-getattr(self.panel, "page_rows", 1), 0)

    def action_page_down(self) -> None:
        """A page down."""
        self.move(getattr(self.panel, "page_rows", 1), 0)

    def action_next_panel(self) -> None:
        """Focus the next panel."""
        self._focus_by(1)

    def action_previous_panel(self) -> None:
        """Focus the panel before."""
        self._focus_by(-1)

    def _focus_by(self, step: int) -> None:
        panels = self.panels
        if panels:
            at = panels.index(self.panel) if self.panel in panels else 0
            panels[(at + step) % len(panels)].focus()

    def action_zoom(self) -> None:
        """The focused panel over the whole page, or everything again."""
        if self.zoomed is not None:
            self.zoomed = None
            for panel in self.query(Panel):
                panel.remove_class("-away")
        elif isinstance(self.panel, Panel):
            self.zoomed = self.panel
            for panel in self.query(Panel):
                panel.set_class(panel is not self.zoomed, "-away")

    def action_find(self) -> None:
        """Filter the focused list."""
        panel = next((p for p in (self.panel, *self.panels) if isinstance(p, Listing)), None)
        if panel is None:
            return
        panel.focus()
        self.app.push_screen(
            Prompt("Find", str, value=panel.filter, help="Shows only what holds these words."),
            lambda text: panel.narrow(text) if text is not None else None,
        )

    def action_again(self) -> None:
        """Ask again, past the cache."""
        self.app.seen()
        self._repeat(fresh=True)

    def action_unlimited(self) -> None:
        """Ask again without the time limit."""
        self._repeat(fresh=False, unlimited=True)

    def _repeat(self, **options: bool) -> None:
        for view in self.views:
            if view.question is not None:
                self.ask(view, view.question, **options)

    def action_stop(self) -> None:
        """Stop what is running."""
        if not self.questions.busy:
            self.say("Nothing is running. q quits.")
            return
        for asking in self.questions.cancel_all():
            if asking not in self.questions.busy:
                self.post_message(_stopped(asking))

    def action_copy(self) -> None:
        """Send the value under the cursor to the terminal's clipboard."""
        self.say(self.app.send_to_clipboard(self.value_text()))

    def value_text(self) -> str:
        """Return what `y` copies."""
        panel = self.panel
        if isinstance(panel, Listing) and panel.row is not None:
            return panel.row.text.strip()
        if panel is None:
            return ""
        return plain(panel.content(*panel.inner()))

    def action_inspect(self) -> None:
        """Show the SQL behind the focused panel."""
        view = self.view
        if view is not None and view.question is not None:
            from tui.inspecting import inspection

            self.app.push_screen(Reader(view.heading, inspection(view.question, view.result,
                                                                 view.error)))  # fmt: skip

    def action_help(self) -> None:
        """The keys of this page."""
        from tui.screens.palette import help_of

        help_of(self)

    def action_palette(self) -> None:
        """Every command and saved name."""
        from tui.screens.palette import palette_of

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

    def action_redraw(self) -> None:
        """Draw the whole screen again."""
        for painted in self.query(Painted):
            painted.forget()

    def action_quit(self) -> None:
        """Leave."""
        self.app.leave()

    def reason_against(self, action: str) -> str:
        """Return why an action makes no sense now, "" when it does."""
        return ""

    def memory(self) -> dict[str, Any]:
        """Return what the next start should bring back."""
        return {}


def _stopped(asking: Any) -> Answered:
    """A question that never began to run is stopped at once."""
    from core.errors import Stopped

    return Answered(asking, None, Stopped("Stopped."))
