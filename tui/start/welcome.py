"""The welcome: what to do when there is no workspace yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from core.draw.spans import Line, Span
from core.errors import FootfallError
from core.text import clean
from tui.services.config import read
from tui.start.dressed import Dressed
from tui.start.files import existing, recent, rows_of
from tui.start.importing import Importing, Opened, Plan
from tui.widgets.dialogs import Chooser
from tui.widgets.listing import Listing, Row
from tui.widgets.overlay import Box
from tui.widgets.words import wrapped

SAMPLE = "demo"
ASK = "..."
"""What the row that asks for a path stands for."""

COMMANDS = (
    ("footfall demo", "the sample"),
    ("footfall FILE", "a workspace, or a file of events, which is imported beside itself"),
    ("footfall import FILE --into DB", "events into a workspace of your own name"),
    ("footfall --help", "everything else"),
)


class Welcome(Screen[None]):
    """Sample, open, import, recent files.

    Args:
        path: the workspace that was looked for.
        wrong: why what was chosen last could not be opened.
        plan: returns the import that a path needs.
        done: called with what was chosen, None to leave.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", show=False),
        Binding("down,j", "step(1)", show=False),
        Binding("up,k", "step(-1)", show=False),
        Binding("o", "open", show=False),
        Binding("q,escape,ctrl+c", "leave", show=False),
    ]
    AUTO_FOCUS = "Listing"
    DEFAULT_CSS = """
    Welcome { background: $background; layout: vertical; }
    Welcome #why { height: 6; }
    Welcome #commands { height: 7; }
    Welcome Listing { height: 1fr; min-height: 5; }
    """

    def __init__(
        self,
        path: Path,
        wrong: FootfallError | None,
        plan: Plan,
        done: Callable[[Opened | None], None],
    ) -> None:
        super().__init__()
        self.plan = plan
        self.path = path
        self.wrong = wrong
        self.done = done

    def compose(self) -> ComposeResult:
        """See Screen."""
        why = Box("Welcome to footfall", self._why)
        commands = Box("From the command line", self._commands)
        why.can_focus = commands.can_focus = False
        why.id, commands.id = "why", "commands"
        yield why
        yield Listing("Start with")
        yield commands

    def on_mount(self) -> None:
        """List what there is to open."""
        rows = [
            Row("Look around with sample data", SAMPLE, "1,500 people, in a file of its own"),
            Row("Open or import a file ...", ASK, "a workspace, CSV, JSON, SQLite, logs, archives"),
        ]
        known = recent()
        if known:
            rows.append(Row("opened before"))
            rows += [Row(f" {clean(path.name)}", str(path), str(path.parent)) for path in known]
        self.listing.fill(rows)
        self.listing.aside = "ENTER chooses   q quits"

    @property
    def listing(self) -> Listing:
        """What can be chosen."""
        return self.query_one(Listing)

    def _why(self, cells: int) -> list[Line]:
        if self.wrong is not None:
            said = wrapped(self.wrong.message, cells, "error")
            return [*said, *wrapped(self.wrong.hint, cells)] if self.wrong.hint else said
        return [
            (Span("There is no workspace yet at"),),
            (Span(f"  {clean(str(self.path))}", "accent"),),
            (Span("A workspace is one SQLite file. Events are imported into it, and your"),),
            (Span("own files are only read."),),
        ]

    def _commands(self, cells: int) -> list[Line]:
        return [(Span(f"{words:<32}", "key"), Span(does, "dim")) for words, does in COMMANDS]

    def action_step(self, rows: int) -> None:
        """Move in the list."""
        self.listing.move(rows, 0)

    def action_choose(self) -> None:
        """Open what is under the cursor, or ask for a file."""
        value = self.listing.value
        if value == ASK:
            self.action_open()
        elif value == SAMPLE:
            self.done(Opened(SAMPLE))
        elif value:
            self._begin(value)

    def on_listing_chosen(self) -> None:
        """A double click chooses."""
        self.action_choose()

    def action_open(self) -> None:
        """Ask for a file, listing those that a typed path begins."""
        self.app.push_screen(
            Chooser(
                "Open or import a file", rows_of(""), hint="a path", offer=rows_of, free=existing
            ),
            lambda path: self._begin(str(path)) if path is not None else None,
        )

    def _begin(self, word: str) -> None:
        """Open a workspace, or import a source and show how far that is."""
        self.app.push_screen(Importing(word, self.plan), self._ended)

    def _ended(self, result: Opened | FootfallError | None) -> None:
        if isinstance(result, Opened):
            self.done(result)
        elif result is not None:
            self.wrong = result
            self.query_one("#why", Box).repaint()

    def action_leave(self) -> None:
        """Leave without anything."""
        self.done(None)


class WelcomeApp(Dressed):
    """The welcome as an application.

    Attributes:
        chosen: what to open, None if nothing was chosen.
    """

    def __init__(self, path: Path, plan: Plan, wrong: FootfallError | None = None) -> None:
        super().__init__(None)
        self.chosen: Opened | None = None
        self._page = Welcome(path, wrong, plan, self._chosen)
        config = read()
        if config.theme in self.available_themes:
            self.theme = config.theme

    def on_mount(self) -> None:
        """Show the page."""
        self.push_screen(self._page)

    def _chosen(self, chosen: Opened | None) -> None:
        self.chosen = chosen
        self.exit(0)


def welcome(path: Path, plan: Plan, wrong: FootfallError | None = None) -> Opened | None:
    """Show the welcome until something is chosen.

    Args:
        path: the workspace that was looked for.
        plan: returns the import that a path needs.
        wrong: why what was chosen last could not be opened.

    Returns:
        What to open; None to leave.
    """
    app = WelcomeApp(path, plan, wrong)
    app.run()
    return app.chosen
