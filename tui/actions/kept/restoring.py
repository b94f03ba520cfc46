"""Restoring what was deleted in the last 30 days, of every kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.definitions.saved import NAMES, Kind
from core.errors import FootfallError
from core.text import age, clean
from tui.actions.saving import NOTHING_DELETED, restore
from tui.widgets.dialogs import Chooser
from tui.widgets.listing import Row

if TYPE_CHECKING:
    from tui.actions.pages import AnyPage


def restore_deleted(page: AnyPage, then: Callable[[], object]) -> None:
    """List what can be restored, the newest first, and restore what is chosen.

    Args:
        then: called once it is restored.
    """
    found: list[tuple[int, str, str, Kind]] = []
    for kind in NAMES:
        try:
            found += [(at, id_, title, kind) for id_, title, at in page.app.saved.deleted(kind)]
        except FootfallError as error:
            page.sorry(error)
            return
    if not found:
        page.say(NOTHING_DELETED)
        return
    now = page.app.engine.clock()
    rows = [
        Row(f"{NAMES[kind]}: {clean(title)}", (kind, id_, title), f"deleted {age(now - at)}")
        for at, id_, title, kind in sorted(found, reverse=True)
    ]

    def chosen(value: tuple[Kind, str, str] | None) -> None:
        if value is not None:
            restore(page, *value, then)

    page.app.push_screen(Chooser("Restore deleted", rows), chosen)
