"""A question to begin a form with, for every kind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from core.errors import BadQuestion, FootfallError
from core.language.questions import parse
from core.queries import KINDS, from_json
from core.queries.common.question import Question
from tui.actions import edits
from tui.actions.building import Building, build
from tui.texts.empty import NO_EVENTS
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from tui.editors.entries import Edit


@dataclass(frozen=True)
class Blank:
    """A kind of question that is to be built by hand."""

    kind: str


class Beginning(Building, Protocol):
    """A page on which a question can be begun."""

    def sorry(self, error: FootfallError) -> None:
        """Say why something did not work."""


def blank_rows() -> list[Row]:
    """Return a row for every kind of question, with a sentence about it."""
    rows = [Row("build one by hand")]
    for kind in KINDS.values():
        about = kind.about.replace("`", "")
        says = about, "", f"for example: {kind.example}"
        rows.append(Row(f" {kind.title}: {about}", Blank(kind.name), says=says))
    return rows


def begin(page: Beginning, kind: str) -> None:
    """Open the form over a new question of a kind."""
    try:
        question, first = begun(page, kind)
    except FootfallError as error:
        page.sorry(error)
        return
    build(page, question, first=first)


def begun(page: Building, kind: str) -> tuple[Question, Edit | None]:
    """Return the question to begin with, and what is asked for first.

    Raises:
        BadQuestion: there is nothing that it could be about.
    """
    from tui.editors.kinds.table import OF_OTHERS, rows_of

    range_text = edits.usual_range(page.app)
    events = page.app.library.suggestions().facts.events
    if not events:
        raise BadQuestion(*NO_EVENTS)
    if kind in ("funnel", "retention"):
        return _of_event(kind, events[0], range_text)
    bodies = _BODIES.get(kind)
    if kind in OF_OTHERS and page.question is not None:
        return _of_shown(kind, page.question) or _suggested(page, kind), None
    if kind == "saved":
        charts = page.app.library.charts()
        if not charts:
            raise BadQuestion("No charts are saved yet.", "w saves the one on show.")
        bodies = {"chart": charts[0].title}
    if bodies is not None:
        question = from_json({"kind": kind, **bodies})
    else:
        question = _suggested(page, kind)
    wanted = _ASKED.get(kind)
    entry = next((row for row in rows_of(question) if row.key == wanted), None)
    return question, _unfilled(entry.enter) if entry is not None else None


def _unfilled(edit: Edit | None) -> Edit | None:
    """Return an edit whose text begins empty: what stands there only keeps a place."""
    from tui.editors.entries import TextPick

    if edit is None or not isinstance(edit.picker, TextPick):
        return edit
    return replace(edit, picker=replace(edit.picker, value=""))


def _of_event(kind: str, event: str, range_text: str) -> tuple[Question, Edit]:
    """Return a funnel or retention of an event, and the edit that chooses others."""
    from tui.editors.bodies import replaced
    from tui.editors.entries import Edit, EventPick
    from tui.editors.kinds.funnel import next_step

    if kind == "funnel":
        question = from_json({"kind": kind, "steps": [{"event": event}], "range": range_text})
        pick = EventPick("Step 1")
        path: tuple[str | int, ...] = ("steps", 0, "event")
    else:
        body = {"kind": kind, "start_event": event}
        question = from_json(body if range_text == "30d" else {**body, "range": range_text})
        pick, path = EventPick("Who did what first?", "any event"), ("start_event",)
    following = next_step if kind == "funnel" else None
    return question, Edit(
        "event", lambda asked, name: replaced(asked, path, name), pick, again=following
    )


def _of_shown(kind: str, shown: Question) -> Question | None:
    """Return a question about the people of the one on show, None if it has none."""
    from core.queries.common.any_question import said_by

    kind_of = KINDS[shown.kind]
    if kind_of.page != "chart" or not kind_of.filtered:
        return None
    body = {"kind": kind, "of": said_by(shown)}
    try:
        own = {"range": shown.range} if shown.range and kind != "people" else {}
        return from_json(body | own)
    except FootfallError:
        return None


def _suggested(page: Building, kind: str) -> Question:
    """Return a suggested question of a kind about what is on show, else its example."""
    listed = page.app.library.suggestions().listed(page.question)
    found = next((each.question for each in listed if each.question.kind == kind), None)
    return found if found is not None else parse(KINDS[kind].example)


_BODIES: dict[str, dict[str, Any]] = {
    "audience": {"definition": {}},
    "segment": {"segment": "new"},
    "user_activity": {"user": "?"},
    "user_search": {"user": "?"},
}
"""kind -> fields to begin with, for kinds that are not suggested."""

_ASKED = {"user_activity": "user", "user_search": "user", "saved": "chart"}
"""kind -> the row that is asked for first."""
