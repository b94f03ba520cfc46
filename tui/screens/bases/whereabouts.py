"""Where the cursor of a page was, as JSON, and putting it there again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.widgets.answer import AnswerView
from tui.widgets.listing import Listing
from tui.widgets.panel import Panel


def whereabouts(panel: Panel | None, panels: list[Panel]) -> dict[str, Any]:
    """Return the panel with the focus and the places of all cursors."""
    cursors: dict[str, Any] = {}
    for at, each in enumerate(panels):
        if isinstance(each, Listing) and each.row is not None:
            cursors[_name(each, at)] = each.row.text
        elif isinstance(each, AnswerView) and each.cursor is not None:
            cursors[_name(each, at)] = list(each.cursor)
    focus = _name(panel, panels.index(panel)) if panel in panels and panel is not None else ""
    return {"focus": focus, "cursors": cursors}


def put_back(where: Mapping[str, Any], panels: list[Panel]) -> dict[str, Any]:
    """Put cursors where they were.

    Returns:
        What could not be done yet: a list is not filled, or a question not answered.
    """
    known = {_name(panel, at): panel for at, panel in enumerate(panels)}
    left: dict[str, Any] = {}
    cursors = where.get("cursors")
    for name, cursor in (cursors if isinstance(cursors, dict) else {}).items():
        if name in known and not _moved(known[name], cursor):
            left[name] = cursor
    focus = known.get(str(where.get("focus", "")))
    if focus is not None:
        focus.focus()
    return {"focus": "", "cursors": left} if left else {}


def _moved(panel: Panel, cursor: Any) -> bool:
    """Put a panel's cursor somewhere; False if it has no rows, or not this one, yet."""
    if isinstance(panel, Listing):
        at = next((at for at, row in enumerate(panel.passing) if row.text == cursor), None)
        if at is None:
            return False
        panel.at = at
        panel.repaint()
        return True
    if not isinstance(panel, AnswerView):
        return True
    if panel.result is None:
        return False
    if isinstance(cursor, list) and [int, int] == [type(part) for part in cursor]:
        panel.move_to(*cursor)
    return True


def _name(panel: Panel, at: int) -> str:
    return panel.id or str(at)
