"""The form over a question: its rows, the answer changing beside them, and the text below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.timer import Timer
from textual.widgets import Input

from core.draw.spans import Line
from core.errors import FootfallError
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.text import width as width_of
from tui.editors.entries import NEW, Edit, Entry, QuestionPick
from tui.editors.picking import Pickers, Picking
from tui.editors.purpose import Built, FormPage, Live, Purpose
from tui.editors.world import World
from tui.widgets.answer import AnswerView
from tui.widgets.dialogs import Reader
from tui.widgets.host import Host
from tui.widgets.keyhints import KeyHints
from tui.widgets.listing import Listing, Row
from tui.widgets.overlay import Box, Field, Overlay
from tui.widgets.words import indented, wrapped

WAIT = 0.15
"""Seconds without a change before the answer is asked again."""

CALLED = {"several": "chart of several lines", "sql": "SQL"}
"""Kinds whose name says too little."""

LEFT = "U brings back what was left here."

KEYS = (
    "Up Down        go from row to row, / finds one",
    "ENTER          change what is under the cursor",
    "Left Right     the previous and the next value",
    "ctrl+t         the text of the question, and back: both show one question",
    "U ctrl+z       undo, one change after the other",
    "ctrl+j         done: the page asks this question",
    "ESC            leave the page as it was",
)
"""What keys do on every row. Letters differ, and stand in the key line."""

ROOMY = 100
"""Columns of the screen from which on all values are in one column."""

LABELS = 20
"""Cells of a label from which on its value stands right after it, out of the column."""


class Form(Overlay):
    """Builds a question; closes with `Built`, or with None if it is left.

    Args:
        page: the page that asks and that is left as it is.
        question: to begin with.
        purpose: what the form is for.
        left: what was built here last and not accepted, which undo brings back.
    """

    app: Host
    fades = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j", "accept", show=False, priority=True),
        Binding("ctrl+t", "switch", show=False, priority=True),
        Binding("ctrl+z", "undo", show=False, priority=True),
        Binding("enter", "enter", show=False),
        Binding("up,k", "step(-1)", show=False),
        Binding("down,j", "step(1)", show=False),
        Binding("pageup", "step(-10)", show=False),
        Binding("pagedown", "step(10)", show=False),
        Binding("home", "edge(False)", show=False),
        Binding("end", "edge(True)", show=False),
        Binding("left,h", "turn(-1)", show=False),
        Binding("right,l", "turn(1)", show=False),
        Binding("U", "undo", show=False),
        Binding("slash", "find", show=False),
        Binding("question_mark", "help", show=False),
        Binding("backspace", "close", show=False),
    ]
    DEFAULT_CSS = """
    Form #form { margin: 2 0 1 0; background: $background; }
    Form #beside { height: 1fr; }
    Form #rows { width: 46%; }
    Form #live { width: 1fr; }
    Form #text { height: 5; }
    Form #typed { display: none; }
    Form.-text #typed { display: block; }
    Form.-text #text { height: 8; }
    """

    def __init__(
        self, page: FormPage, question: Question, purpose: Purpose, left: Question | None = None
    ) -> None:
        super().__init__()
        self.page = page
        self.question = question
        self.started = question
        self.purpose = purpose
        self.chart = ""
        self.past: list[Question] = [] if left is None else [left]
        self.said: FootfallError | str = purpose.wrong or (LEFT if left is not None else "")
        self.entries: dict[str, Entry] = {}
        self._timer: Timer | None = None
        self._live: Live | None = None

    def box(self) -> ComposeResult:
        """See Overlay."""
        with Vertical(id="form"):
            with Horizontal(id="beside"):
                yield Listing(self.purpose.heading, id="rows")
                view = AnswerView(id="live", cursor=False)
                view.can_focus = False
                yield view
            field, box = Field(title="Text"), Box("Text", self._text_lines)
            field.id, box.id = "typed", "text"
            field.select_on_focus = False
            box.can_focus = False
            yield field
            yield box

    def on_mount(self) -> None:
        """Show the rows and ask for the answer."""
        self._live = Live(self.query_one("#live", AnswerView))
        world = World(self.page, self.app.library, self.question.range)
        self.pickers = Pickers(self, world, self._open_inside)
        self.listing.focus()
        self._show()
        self._ask()
        if self.purpose.text:
            self.action_switch()
        elif self.purpose.first is not None:
            self.run_edit(self.purpose.first)

    @property
    def changed(self) -> bool:
        """Whether anything would be lost by leaving."""
        return self.question != self.started

    @property
    def listing(self) -> Listing:
        """The rows."""
        return self.query_one("#rows", Listing)

    @property
    def writing(self) -> bool:
        """Whether the question is on show as text."""
        return self.has_class("-text")

    @property
    def entry(self) -> Entry | None:
        """The row under the cursor."""
        return self.entries.get(self.listing.value or "")

    # -- what is shown

    def _show(self, to: str = "") -> None:
        """Show the question as it is; the cursor goes to a row, or stays."""
        found = self.purpose.rows(self.question)
        self.entries = {entry.key: entry for entry in found if entry.key}
        self.listing.fill(_listed(found, together=self.app.size.width >= ROOMY))
        if to:
            self.listing.select(to)
        self._tell()

    def _tell(self) -> None:
        """Show the text of the question and the keys of the row."""
        kind = CALLED.get(self.question.kind, KINDS[self.question.kind].title)
        if not self.purpose.heading:
            self.listing.heading = kind[0].upper() + kind[1:]
            self.listing.repaint()
        box = self.query_one("#text", Box)
        box.heading = f"Text of this {kind}"
        box.repaint()
        self.query_one(KeyHints).tell(self._hints())

    def _text_lines(self, cells: int) -> list[Line]:
        lines: list[Line] = []
        if isinstance(self.said, FootfallError):
            said = self.said
            lines = [
                *wrapped(said.message, cells, "error"),
                *indented(said.hint.strip("\n"), cells),
            ]
        elif self.said:
            lines = wrapped(self.said, cells, "accent")
        if self.writing:
            return lines
        return [*lines, *wrapped(self.purpose.write(self.question), cells)]

    def _hints(self) -> Sequence[tuple[str, str]]:
        if self.writing:
            return (("ENTER", "done"), ("ctrl+t", "form"), ("ESC", "leave"))
        found: list[tuple[str, str]] = []
        entry = self.entry
        if entry is not None:
            found += [("ENTER", entry.enter.words)] if entry.enter else []
            found += [("< >", entry.turn.words)] if entry.turn else []
        for key, edit in self._keys().items():
            if edit.words not in [words for _, words in found]:
                found.append((key, edit.words))
        return (("ctrl+j", "done"), *found, ("U", "undo"), ("ctrl+t", "text"), ("ESC", "leave"))

    def _keys(self) -> dict[str, Edit]:
        """Return what letters do on the row under the cursor."""
        shared = self.purpose.added(self.question)
        own = dict(self.entry.keys) if self.entry is not None else {}
        return own | {key: edit for key, edit in shared.items() if key not in own}

    def say(self, said: FootfallError | str) -> None:
        """Show a sentence above the text of the question."""
        self.said = said
        self.query_one("#text", Box).repaint()

    # -- the answer

    def _ask_soon(self) -> None:
        """Ask for the answer once nothing has changed for a moment."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(WAIT, self._ask)

    def _ask(self) -> None:
        self._timer = None
        if self._live is not None:
            try:
                self.page.ask(self._live, self.purpose.live(self.question))
            except FootfallError as error:
                self._live.fail(error)

    # -- changing

    def run_edit(self, edit: Edit) -> None:
        """Ask for what an edit needs, and make it."""
        if edit.picker is None:
            self.make(edit, None)
        else:
            self.pickers.ask(edit.picker, lambda value: self.make(edit, value))

    def make(self, edit: Edit, value: Any) -> None:
        """Make an edit, or say why it cannot be made."""
        try:
            found = edit.put(self.question, value)
        except FootfallError as error:
            self.say(error)
            return
        known = set(self.entries)
        self.put(found, edit.to)
        if edit.to == NEW:
            self.listing.select(next((key for key in self.entries if key not in known), ""))
        following = edit.again(self.question) if edit.again is not None else None
        if following is not None:
            self.run_edit(following)

    def put(self, question: Question, to: str = "") -> None:
        """Show another question; undo brings back the one before."""
        if question == self.question:
            return
        self.past.append(self.question)
        self._take(question, to)

    def _take(self, question: Question, to: str = "") -> None:
        self.question, self.said = question, ""
        self._show(to)
        self._ask_soon()

    def action_undo(self) -> None:
        """Take back the last edit."""
        if not self.past:
            self.say("There is nothing to undo.")
            return
        self._take(self.past.pop())
        if self.writing:
            self._fill_text()

    def on_key(self, event: Key) -> None:
        """A letter does what the row says."""
        edit = self._keys().get(event.character or "") if not self.writing else None
        if edit is not None:
            event.stop()
            self.run_edit(edit)

    def action_enter(self) -> None:
        """Change what is under the cursor."""
        if self.entry is not None and self.entry.enter is not None:
            self.run_edit(self.entry.enter)

    def on_listing_chosen(self, event: Listing.Chosen) -> None:
        """A double click changes."""
        self.action_enter()

    def on_listing_moved(self, event: Listing.Moved) -> None:
        """Show the keys of the row."""
        self._tell()

    def action_turn(self, step: int) -> None:
        """Go to the next or the previous value."""
        if self.entry is not None and self.entry.turn is not None:
            self.make(self.entry.turn, step)

    def action_step(self, rows: int) -> None:
        """Move by rows."""
        self.listing.move(rows, 0)

    def action_edge(self, last: bool) -> None:
        """Move to the first or last row."""
        self.listing.move_to_edge(last)

    def action_find(self) -> None:
        """Go to a row by its words."""
        rows = [Row(row.text, (row.value,)) for row in self.listing.rows if row.value is not None]
        self.app.push_screen(
            Picking("Find", lambda then: then(rows, "")),
            lambda found: self.listing.select(found[0]) if found else None,
        )

    def action_help(self) -> None:
        """Show what keys do in a form, and on the row under the cursor."""
        here = [f"{key:<14} {words}" for key, words in self._hints()]
        self.app.push_screen(Reader("Keys of this form", "\n".join([*KEYS, "", *here])))

    def _open_inside(self, pick: QuestionPick, done: Callable[[Any], None]) -> None:
        """Build a question inside this one, in a form over this one."""
        purpose = Purpose(pick.heading, self.purpose.read)

        def built(found: Built | None) -> None:
            if found is not None:
                done(found.question)

        self.app.push_screen(Form(self.page, pick.question, purpose), built)

    # -- the text

    def action_switch(self) -> None:
        """Show the question as text, or as a form again once the text can be read."""
        if self.writing:
            if not self._takes_text():
                return
            self.remove_class("-text")
            self.said = ""
            self.listing.focus()
            self._show()
            return
        self.add_class("-text")
        self._fill_text()
        self.query_one("#typed", Field).focus()
        self._tell()

    def _fill_text(self) -> None:
        field = self.query_one("#typed", Field)
        with self.prevent(Input.Changed):
            field.value = self.purpose.write(self.question)
        field.cursor_position = len(field.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take what is typed as soon as it is a question."""
        if not self.writing:
            return
        try:
            question, self.chart = self.purpose.read(event.value)
        except FootfallError:
            return
        self.put(question)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Close with the text, or say what is wrong with it."""
        self.action_accept()

    # -- the end

    def action_accept(self) -> None:
        """Close with the question."""
        if self._takes_text():
            self.dismiss(Built(self.question, self.chart))

    def _takes_text(self) -> bool:
        """Take the text that is typed, if any; False if it cannot be read, which is then said."""
        if self.writing:
            try:
                question, self.chart = self.purpose.read(self.query_one("#typed", Field).value)
            except FootfallError as error:
                self.say(error)
                return False
            self.put(question)
        return True

    def action_close(self) -> None:
        """Leave the page as it is."""
        self.dismiss(None)


def _listed(entries: Sequence[Entry], *, together: bool) -> list[Row]:
    """Return entries as rows.

    Args:
        together: whether all values are in one column, else those of each section.
    """
    found: list[Row] = []
    whole = _column(entries)
    for headed, group in groupby(entries, lambda entry: not entry.key):
        section = list(group)
        column = whole if together else _column(section)
        found += [Row(e.label) if headed else _row(e, column) for e in section]
    return found


def _column(entries: Sequence[Entry]) -> int:
    """Return where values begin: after the longest label, those left out that would be too long."""
    sizes = [_size(entry) for entry in entries if entry.key and entry.shown]
    return max((size for size in sizes if size < LABELS), default=0) + 1


def _size(entry: Entry) -> int:
    return 2 * entry.depth + width_of(entry.label)


def _row(entry: Entry, column: int) -> Row:
    numbered = entry.label.isdecimal()
    gap = " " * max(1 if numbered else column - _size(entry), 1) if entry.shown else ""
    text = f"{'  ' * entry.depth}{entry.label}{gap}{entry.shown}"
    return Row(text, entry.key, off="usual" if entry.usual else "")
