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
from tui.widgets.dialogs import Box, Chooser
from tui.widgets.listing import Listing, Row
from tui.widgets.words import wrapped

SAMPLE = ("demo",)
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
        done: called with the words of the command that opens what was chosen.
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
        self, path: Path, wrong: FootfallError | None, done: Callable[[tuple[str, ...]], None]
    ) -> None:
        super().__init__()
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
            Row("Open or import a file ...", (), "a workspace, CSV, JSON, SQLite, logs, archives"),
        ]
        known = recent()
        if known:
            rows.append(Row("opened before"))
            rows += [Row(f" {clean(path.name)}", (str(path),), str(path.parent)) for path in known]
        self.listing.fill(rows)
        self.listing.footing = "ENTER chooses   q quits"

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
        if self.listing.value:
            self.done(self.listing.value)
        else:
            self.action_open()

    def on_listing_chosen(self) -> None:
        """A double click chooses."""
        self.action_choose()

    def action_open(self) -> None:
        """Ask for a file, listing those that a typed path begins."""
        self.app.push_screen(
            Chooser(
                "Open or import a file", rows_of(""), hint="a path", offer=rows_of, free=existing
            ),
            lambda path: self.done((str(path),)) if path is not None else None,
        )

    def action_leave(self) -> None:
        """Leave without anything."""
        self.done(())


class WelcomeApp(Dressed):
    """The welcome as an application.

    Attributes:
        words: the words of the command that opens what was chosen, none if nothing was.
    """

    def __init__(self, path: Path, wrong: FootfallError | None = None) -> None:
        super().__init__(None)
        self.words: tuple[str, ...] = ()
        self._page = Welcome(path, wrong, self._chosen)
        config = read()
        if config.theme in self.available_themes:
            self.theme = config.theme

    def on_mount(self) -> None:
        """Show the page."""
        self.push_screen(self._page)

    def _chosen(self, words: tuple[str, ...]) -> None:
        self.words = words
        self.exit(0)


def welcome(path: Path, wrong: FootfallError | None = None) -> tuple[str, ...]:
    """Show the welcome until something is chosen.

    Args:
        path: the workspace that was looked for.
        wrong: why what was chosen last could not be opened.

    Returns:
        The words of the command that opens it; none to leave.
    """
    app = WelcomeApp(path, wrong)
    app.run()
    return app.words
