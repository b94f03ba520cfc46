"""SQL: a statement over the views of the workspace, its rows, and what there is to ask."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from core.engines.sqlite.mistakes import place_of
from core.engines.sqlite.raw_sql import TIME_LIMIT
from core.engines.sqlite.relations import EXAMPLE, Relation, counting, relations
from core.errors import FootfallError, Stopped
from core.queries import from_json
from core.queries.common.question import Question
from core.queries.sql import DEFAULT_LIMIT, Sql
from core.sql.completing import Words
from core.sql.tokens import place
from core.store.library.saved import Item
from core.text import clean, number
from tui.actions.edits import after
from tui.actions.kept.chosen import Chosen, delete_chosen, duplicate_chosen, rename_chosen
from tui.actions.kept.copying import Link, chart_link
from tui.actions.saving import undo_last
from tui.actions.sql_list import INTERNAL, Insert, Load, history_rows, relation_rows, saved_rows
from tui.actions.statements import (
    look_up_plan,
    save_statement,
    statements,
)
from tui.keys import BY_ID, key_line_of, remapped
from tui.screens.bases.page import bindings
from tui.screens.bases.question_page import QuestionPage
from tui.services.runner import Answered, Callback
from tui.services.sql_history import Ran, SqlHistory
from tui.texts.inspection import inspection
from tui.texts.summary import Chip
from tui.widgets.answer import AnswerView
from tui.widgets.chrome import KeyLine
from tui.widgets.companion import is_shown
from tui.widgets.detail import Detail
from tui.widgets.dialogs import Prompt, Reader
from tui.widgets.listing import Listing
from tui.widgets.panel import Panel
from tui.widgets.records.result_view import ResultChart, ResultView, value_text
from tui.widgets.records.sql_editor import SqlEditor, SqlText
from tui.widgets.words import folded

FAST = 2_000
"""A statement that took at most so many ms the last time is run again when the place is opened."""

TYPING = {"run": "run", "stop": "stop", "next_panel": "rows", "back": "leave"}
"""The keys while a statement is typed, with their labels."""


class SqlPage(QuestionPage):
    """The place of SQL. The connection is read-only: SQLite itself refuses to write."""

    page_id = "sql"
    labels = {"edit": "edit", "chart": "chart", "save": "save"}  # noqa: RUF012
    BINDINGS = bindings("sql")
    DEFAULT_CSS = """
    SqlPage #schema { display: none; width: 34; }
    SqlPage #upper { height: 12; }
    SqlPage.-low #upper { height: 7; }
    SqlPage SqlEditor { width: 1fr; height: 1fr; }
    SqlPage #plan { display: none; width: 36; height: 1fr; }
    SqlPage #picture { display: none; height: 11; }
    SqlPage.-vast #picture { height: 40%; }
    SqlPage.-wide.-tall #schema { display: block; }
    SqlPage.-wide.-tall #plan { display: block; }
    SqlPage.-wide.-tall.-drawn #picture { display: block; }
    SqlPage.-listed #schema { display: block; width: 1fr; }
    SqlPage.-listed #asked { display: none; }
    SqlPage.-alone #schema, SqlPage.-alone #upper, SqlPage.-alone #picture { display: none; }
    """

    def __init__(self, place: str = "sql") -> None:
        super().__init__(place)
        self.relations: tuple[Relation, ...] = ()
        self.counts: dict[str, int] = {}
        self.opened: set[str] = set()
        self.saved_as = ""
        self.statements: list[tuple[Item, str]] = []

    # -- what is on the page

    def body(self) -> ComposeResult:
        """See Page."""
        with Horizontal():
            yield Listing("Schema", id="schema", empty="Nothing to list.")
            with Vertical(id="asked"):
                with Horizontal(id="upper"):
                    yield SqlEditor("Query")
                    yield Detail("Plan", id="plan")
                yield ResultView("Result", id="result", place_of=self._place)
                yield ResultChart("Chart", id="picture")

    @property
    def crumb(self) -> str:
        """See Page: the name of the saved statement."""
        return f"SQL > {self.saved_as}" if self.saved_as else "SQL"

    @property
    def chips(self) -> tuple[Chip, ...]:
        """See Page."""
        limits = ("read-only", f"{TIME_LIMIT:.0f} s limit", f"first {number(DEFAULT_LIMIT)} rows")
        return tuple(map(Chip, limits))

    @property
    def text(self) -> SqlText:
        """The text area."""
        return self.query_one(SqlText)

    @property
    def result(self) -> ResultView:
        """The rows."""
        return self.query_one(ResultView)

    @property
    def listing(self) -> Listing:
        """Tables, saved statements and history."""
        return self.query_one(Listing)

    @property
    def history(self) -> SqlHistory:
        """What was run before."""
        return SqlHistory(self.app.state.values)

    def start(self) -> None:
        """See Page: the text of last time, run again if it was fast."""
        self.text.text = self.history.draft or EXAMPLE
        self.relations = relations(self.app.engine.read)
        self.opened = {self.relations[0].name} if self.relations else set()
        catalog = self.context.catalog
        self.text.known = Words(
            {relation.name: [name for name, _ in relation.columns] for relation in self.relations},
            list(catalog.events.pickable),
            [field.removeprefix("properties.") for field in catalog.fields],
        )
        self.fill()
        self.result.focus()
        last = next((run for run in self.history.runs if run.query == self.text.text), None)
        if self.text.text == EXAMPLE or (last and not last.said and last.milliseconds <= FAST):
            self.repeat()
        self._count([relation.name for relation in self.relations if relation.documented])

    def resume(self) -> None:
        """See Page."""
        self.fill()

    def fill(self) -> None:
        """List tables, saved statements and history."""
        self.statements = statements(self.app.library.charts())
        calendar, now = self.app.engine.calendar, self.app.engine.clock()
        kept = [*saved_rows(self.statements), *history_rows(self.history.runs, calendar, now)]
        self.listing.fill(relation_rows(self.relations, self.opened, self.counts, kept))

    def _count(self, names: list[str]) -> None:
        if names:
            question = Sql(query=counting(names))
            self.ask(Callback(self._counted, lambda error: None), question, unlimited=False)

    def _counted(self, table: Any) -> None:
        self.counts |= {str(name): int(count) for name, count in table.rows}
        self.fill()

    # -- running

    def action_run(self) -> None:
        """Run the statement in the editor, even if its rows are known."""
        self.action_again()

    def repeat(self, **options: bool) -> None:
        """See Page: run the statement in the editor."""
        text = self.text.text
        self.history.keep(text)
        try:
            question = from_json({"kind": "sql", "query": text})
        except FootfallError as error:
            self.result.fail(error)
            self._point(error)
            return
        self.ask(self.result, question, **options)

    def _end(self, event: Answered) -> None:
        super()._end(event)
        self._events = None  # a statement has no range
        question = event.run.question
        if event.run.view is not self.result or not isinstance(question, Sql):
            return
        error, result = event.error, event.result
        spent = event.run.seconds * 1000 if result is None else result.milliseconds
        rows = len(result.answer.rows) if result is not None else None
        said = "" if error is None else "cancelled" if isinstance(error, Stopped) else "error"
        self.history.add(Ran(question.query, self.app.engine.clock(), spent, rows, said))
        self.fill()
        if isinstance(error, FootfallError) and said != "cancelled":
            self._point(error)

    def _place(self, error: Exception) -> tuple[int, int, str] | None:
        """The line and column of an error, both from 0, and the text of the line."""
        query = self.text.text
        offset = place_of(query, getattr(error, "message", str(error)))
        if offset is None:
            return None
        row, column = place(query, offset)
        return row, column, query.split("\n")[row]

    def _point(self, error: FootfallError) -> None:
        """Put the editor's cursor where the error is."""
        found = self._place(error)
        if found is not None:
            self.text.cursor_location = found[:2]

    def on_sql_text_stopped(self) -> None:
        """Stop what is running."""
        self.action_stop()

    def on_sql_editor_edited(self) -> None:
        """Remember the text."""
        self.history.keep(self.text.text)

    # -- panes

    @property
    def panels(self) -> list[Panel]:
        """See Page."""
        return [panel for panel in super().panels if is_shown(panel)]

    @property
    def panes(self) -> list[Widget]:
        """Where the focus can be: the editor, the rows, the list."""
        return [self.text, self.result, self.listing]

    def _focus_by(self, step: int) -> None:
        panes = self.panes
        at = panes.index(self.focused) if self.focused in panes else 0
        pane = panes[(at + step) % len(panes)]
        self.set_class(pane is self.listing and not self.roomy, "-listed")
        self.call_after_refresh(pane.focus)

    def on_descendant_focus(self) -> None:
        """Show the keys that there are while a statement is typed, or those of the page."""
        line, typing = self.query_one(KeyLine), self.focused is self.text
        shown = [BY_ID[id_] for id_ in TYPING] if typing else key_line_of(self.page_id, self.labels)
        line.actions = remapped(shown, self.app.keymap)
        line.labels = TYPING if typing else self.labels
        line.repaint()

    def action_back(self) -> None:
        """Leave the editor, then show all rows again, then the editor; then as on every page."""
        if self.focused is self.text:
            self.result.focus()
        elif self.has_class("-listed"):
            self.remove_class("-listed")
            self.call_after_refresh(self.result.focus)
        elif self.has_class("-alone"):
            self.action_zoom()
        elif self.result.found:
            self.result.search("")
        else:
            super().action_back()

    def action_zoom(self) -> None:
        """Show the rows on the whole page, and back."""
        self.toggle_class("-alone")
        self.zoomed = self.result if self.has_class("-alone") else None
        self.result.focus()

    def action_edit(self) -> None:
        """Go to the editor."""
        self.remove_class("-listed", "-alone")
        self.call_after_refresh(self.text.focus)

    def action_new(self) -> None:
        """Begin another statement."""
        self.saved_as = ""
        self.text.text = ""
        self.update_chrome()
        self.action_edit()

    # -- rows

    @property
    def opens(self) -> str:
        """See FramePage: a person, a value in full, or what a row of the list stands for."""
        if self.focused is self.listing:
            return super().opens if self.listing.value is not None else ""
        if self.result.cursor is None:
            return ""
        return clean(self._person(), 40) or "value in full"

    def action_open(self) -> None:
        """Open the person under the cursor, or the whole value; in the list what is under it."""
        if self.focused is self.listing:
            self.choose(self.listing)
            return
        person = self._person()
        if person:
            self.app.navigator.open_person(person)
        elif self.result.cursor is not None:
            shown = value_text(self.result.value)
            self.app.push_screen(Reader(clean(self.result.column, 60), shown))

    def _person(self) -> str:
        """The person whose id is under the cursor, or ""."""
        value = self.result.value
        if not isinstance(value, str) or not value:
            return ""
        return value if self.context.catalog.people.person(value) is not None else ""

    def action_sort(self) -> None:
        """Sort by the column under the cursor: up, down, as it was asked."""
        self.result.sort_next()

    def action_find(self) -> None:
        """Show only rows with some words; in the list, filter the list."""
        if self.focused is self.listing:
            super().action_find()
            return
        prompt = Prompt(
            "Find in rows", str, value=self.result.found, help="Shows only rows with these words."
        )
        search = self.result.search
        self.app.push_screen(prompt, lambda text: None if text is None else search(text))

    def action_chart(self) -> None:
        """Draw the rows in the next way that their columns allow."""
        kinds = self.result.charts
        if len(kinds) < 2:
            self.say("A chart needs a column of numbers, beside one of names or of days.")
            return
        self.result.set_chart(after(kinds, self.result.drawn_as))

    def value_text(self) -> str:
        """See Page."""
        if self.focused is self.result and self.result.cursor is not None:
            return value_text(self.result.value)
        return self.text.text

    # -- how it is run

    def answered(self, view: AnswerView) -> None:
        """See Page: with room also the plan and a picture of the rows."""
        self.set_class(len(self.result.charts) > 1, "-drawn")
        self.query_one(ResultChart).draw_rows(self.result.whole)
        self.update_chrome()
        if is_shown(self.query_one("#plan")):
            look_up_plan(self, self._show_plan)

    def _show_plan(self, question: Question, plan: str) -> None:
        detail = self.query_one("#plan", Detail)
        if question == self.result.question:
            detail.tell("Plan", folded(plan, max(detail.size.width - 4, 10)))

    def action_inspect(self) -> None:
        """Show how SQLite runs the statement."""
        look_up_plan(self, self._tell_plan)

    def _tell_plan(self, question: Question, plan: str) -> None:
        told = inspection(question, self.result.result, self.result.error)
        self.app.push_screen(Reader("Plan", f"{plan}\n\n{told}"))

    # -- the list

    def choose(self, listing: Listing) -> None:
        """Open a table, write a name into the editor, or put a statement there and run it."""
        value = listing.value
        if value == INTERNAL:
            self.opened ^= {INTERNAL}
            self.fill()
        elif isinstance(value, Relation):
            self.opened ^= {value.name}
            self.fill()
            if value.name not in self.counts:
                self._count([value.name])
        elif isinstance(value, Insert):
            self.text.write(value.name)
            self.action_edit()
        elif isinstance(value, Load):
            self.text.text = value.query
            self.saved_as = next((i.title for i, _ in self.statements if i.id == value.saved), "")
            self.remove_class("-listed")
            self.call_after_refresh(self.result.focus)
            self.update_chrome()
            self.repeat()

    def action_redraw(self) -> None:
        """See Page; also with the colours of the theme."""
        super().action_redraw()
        self.text.take_colours(self.app.ink)

    # -- saving

    @property
    def main(self) -> AnswerView | None:
        """See QuestionPage: the rows."""
        return next(iter(self.query(ResultView)), None)

    def action_save(self) -> None:
        """Save the statement under a name, with its lines as they are."""
        save_statement(self, self.text.text, self.saved_as, self._kept)

    def _kept(self, item: Item) -> None:
        self.saved_as = item.title
        self.fill()
        self.update_chrome()

    @property
    def kept(self) -> Chosen:
        """The saved statement under the cursor of the list."""
        value = self.listing.value
        chosen = value.saved if isinstance(value, Load) else ""
        item = next((item for item, _ in self.statements if item.id == chosen), None)
        return None if item is None else ("charts", item)

    @property
    def link(self) -> Link | None:
        """See QuestionPage; with the focus on the list, of the saved statement there."""
        chosen = self.kept if self.panel is self.listing else None
        return chart_link(chosen[1]) if chosen is not None else super().link

    def action_rename(self) -> None:
        """Rename the saved statement under the cursor."""
        rename_chosen(self, self.kept)

    def action_duplicate(self) -> None:
        """Save it under another name too."""
        duplicate_chosen(self, self.kept)

    def action_delete(self) -> None:
        """Delete the saved statement under the cursor, after asking."""
        delete_chosen(self, self.kept)

    def action_undo(self) -> None:
        """Take back the last name, or bring the last deleted statement back."""
        undo_last(self, "charts")
