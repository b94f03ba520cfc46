"""What can be added to a board by hand, and how a tile of it is edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol

from core.boards.answering import asking, block_question
from core.boards.sections import ABOVE, sections
from core.definitions.board import Block, Board, Position
from core.definitions.saved import Item
from core.errors import BadInput, FootfallError
from core.language.questions import format_question
from core.queries import from_json
from core.queries.common.question import Question
from core.text import clean, things
from tui.actions.beginning import Blank, begun, blank_rows
from tui.actions.building import Building, open_form, shown
from tui.actions.edits import usual_range
from tui.widgets.dialogs import Chooser, Prompt
from tui.widgets.listing import Row
from tui.widgets.writing import Writing

if TYPE_CHECKING:
    from tui.editors.purpose import Built

NOTE, HEADING = "note", "heading"
SIZES = {NOTE: (6, 3), HEADING: (12, 1), "number": (3, 2), "chart": (6, 4)}
"""What a new tile is -> its columns and rows."""

EVENTS = 30
"""How many events are offered."""


class Arranging(Building, Protocol):
    """A board that is being arranged."""

    board: Board

    def add(self, block: Block) -> None:
        """Put a new tile on the board."""

    def replace(self, block: Block) -> None:
        """Show another state of a tile."""

    def move_to_section(self, heading: str) -> None:
        """Put the tile into a section, by the id of its heading."""


def add_tile(page: Arranging) -> None:
    """Offer everything that a tile can be, and add what is chosen."""
    rows = [
        Row("Heading: a line between the tiles", HEADING),
        Row("Note: text in Markdown", NOTE),
        *_charts(page),
        *_events(page),
        *blank_rows(),
    ]

    def typed(text: str) -> Block:
        question, chart = page.read_text(text)
        return chart_block(question, "", chart)

    def chosen(value: Any) -> None:
        if value == HEADING:
            _ask_heading(page, _block(HEADING, content="# ?"), page.add)
        elif value == NOTE:
            write_note(page, _block(NOTE, content=""), page.add)
        elif isinstance(value, Blank):
            _build(page, value.kind)
        elif value is not None:
            page.add(value)

    page.app.push_screen(
        Chooser(
            "Add a tile", rows, hint="a word to find, or a question as text", free=typed, asks=True
        ),
        chosen,
    )


def chart_block(question: Question, title: str, chart: str) -> Block:
    """Return a new tile for a question."""
    kind = "number" if chart == "number" else "chart"
    return _block(kind, title=title, question=format_question(question), chart=chart)


def edit_tile(page: Arranging, block: Block) -> None:
    """Edit a tile: the words of a heading or a note, or the question of a chart."""
    if block.is_heading:
        _ask_heading(page, block, page.replace)
    elif block.type == "note":
        write_note(page, block, page.replace)
    else:
        _edit_question(page, block)


def name_tile(page: Arranging, block: Block) -> None:
    """Ask for another title of a tile; none is that of its answer."""

    def given(title: str | None) -> None:
        if title is not None:
            page.replace(block.model_copy(update={"title": title}))

    prompt = Prompt("Title", _title, value=block.title, help="Nothing is the question's own title.")
    page.app.push_screen(prompt, given)


def write_note(page: Arranging, block: Block, then: Callable[[Block], None]) -> None:
    """Write the text of a note; an empty one is left as it was."""

    def written(text: str | None) -> None:
        if text is not None and text.strip() and text != block.content:
            then(block.model_copy(update={"content": text.rstrip()}))

    page.app.push_screen(Writing("Note", block.content), written)


def _ask_heading(page: Arranging, block: Block, then: Callable[[Block], None]) -> None:
    def named(text: str) -> str:
        if not text.strip(" #"):
            raise BadInput("A heading needs a word.")
        return _title(text).lstrip("# ")

    def given(text: str | None) -> None:
        if text is not None:
            then(block.model_copy(update={"content": f"# {text}"}))

    words = block.content.lstrip("# ?")
    told = "A few words, over a line across the board. It begins a section: [ and ] show them."
    page.app.push_screen(Prompt("Heading", named, value=words, help=told), given)


def ask_section(page: Arranging, board: Board, block: Block) -> None:
    """Offer the sections that a tile can be moved to."""
    known = sections(board)
    rows = [
        Row(clean(section.name), section.heading, things(len(section.blocks), "tile"))
        for section in known
        if block not in section.blocks
    ]
    if known and known[0].heading:
        rows.insert(0, Row(ABOVE, "", "above the first heading"))
    if not known:
        page.say("This board has no sections: n and then Heading begins one.")
        return

    def chosen(heading: str | None) -> None:
        if heading is not None:
            page.move_to_section(heading)

    page.app.push_screen(Chooser("Move to a section", rows), chosen)


def _title(text: str) -> str:
    if len(text.strip()) > 200:
        raise BadInput("A title is at most 200 characters long.")
    return text.strip()


def _block(kind: str, **fields: Any) -> Block:
    width, height = SIZES[kind]
    type_: Literal["note", "chart"] = "note" if kind in (NOTE, HEADING) else "chart"
    return Block(type=type_, position=Position(width=width, height=height), **fields)


def _charts(page: Arranging) -> list[Row]:
    """Return the saved charts, which tiles follow when they change."""
    rows = []
    for item in page.app.library.charts():
        kind = "number" if item.body.get("chart") == "number" else "chart"
        rows.append(Row(f"saved: {clean(item.title)}", _followed(item, kind)))
    return rows


def _followed(item: Item, kind: str) -> Block:
    chart = str(item.body.get("chart", ""))[:20]
    return _block(kind, title=item.title, chart_id=item.id, chart=chart)


def _events(page: Arranging) -> list[Row]:
    rows = []
    for event in page.app.library.suggestions().facts.events[:EVENTS]:
        body = {"kind": "trend", "event": event, "range": usual_range(page.app)}
        rows.append(Row(f"metric: {clean(event)}", chart_block(from_json(body), event[:200], "")))
    return rows


def _build(page: Arranging, kind: str) -> None:
    """Build a question in a form and add it."""
    from tui.editors.purpose import Purpose

    try:
        question, first = begun(page, kind)
    except FootfallError as error:
        page.sorry(error)
        return

    def built(found: Built) -> None:
        page.add(chart_block(found.question, "", found.chart))

    open_form(page, question, Purpose("", page.read_text, live=shown, first=first), built)


def _edit_question(page: Arranging, block: Block) -> None:
    from tui.editors.purpose import Purpose

    try:
        question = block_question(page.board, block)
    except FootfallError as error:
        page.sorry(error)
        return

    def built(found: Built) -> None:
        chart = found.chart or block.chart
        page.replace(asking(page.board, block, found.question, chart))

    open_form(page, question, Purpose("", page.read_text, live=shown), built)
