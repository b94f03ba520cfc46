"""The settings as a list: Enter changes one in the file, and it holds at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.errors import FootfallError
from core.text import clean
from tui.actions.edits import RANGES
from tui.services.config import Found, Settings, put
from tui.services.settable import BY_NAME, GLYPHS, WEEK_STARTS, Setting
from tui.widgets.dialogs import Chooser, Prompt
from tui.widgets.listing import Row
from tui.widgets.themes import ThemeChooser

if TYPE_CHECKING:
    from tui.actions.pages import KeyedPage

USUAL = ""
"""The choice that takes a setting out of the file."""


def settings_of(page: KeyedPage, at: str = "") -> None:
    """List the settings; Enter changes one.

    Args:
        at: the name of the one that the cursor starts on.
    """
    found = Settings().all()
    rows = [_row(page, setting, found[setting.name]) for setting in BY_NAME.values()]
    start = list(BY_NAME).index(at) if at else 0
    page.app.push_screen(
        Chooser("Settings", rows, hint="type to find; Enter changes", at=start),
        lambda name: _change(page, BY_NAME[name], found[name]) if name else None,
    )


def _row(page: KeyedPage, setting: Setting, found: Found) -> Row:
    value = clean(str(found.value), 40) or "as the terminal can"
    if setting.name == "database":
        value = clean(str(found.value), 40) or "footfall.db in your data folder"
    return Row(
        f"{setting.name:<15} {value:<18} {_here(page, setting.name)}".rstrip(),
        setting.name,
        found.origin,
        f"{setting.variable} sets it" if found.origin == "environment" else "",
    )


def _here(page: KeyedPage, name: str) -> str:
    """Return what holds in the open workspace where that is another thing."""
    calendar = page.app.engine.context().calendar
    if name == "zone":
        return f"of new ones; this is in {calendar.zone_name}"
    if name == "week_start":
        return f"of new ones; this has {'Sunday' if calendar.week_start else 'Monday'}"
    return ""


def _change(page: KeyedPage, setting: Setting, found: Found) -> None:
    """Ask for another value, store it, and come back to the list."""

    def stored(text: str) -> tuple[str, Any]:
        return text, put(setting.name, text or None)

    def done(result: tuple[str, Any] | None) -> None:
        if result is not None:
            page.app.settings_changed(setting.name)
            page.say(f"{setting.name} is {clean(str(result[1] or 'as usual'), 60)}.")
        settings_of(page, setting.name)

    def chosen(text: str | None) -> None:
        try:
            done(stored(text) if text is not None else None)
        except FootfallError as error:
            page.sorry(error)

    now = str(found.value)
    if setting.name == "theme":
        page.app.push_screen(ThemeChooser(page.app), chosen)
    elif setting.name in _CHOICES:
        free = stored if setting.name == "range" else None
        rows = [Row(*choice) for choice in _CHOICES[setting.name]()]
        at = next((at for at, row in enumerate(rows) if row.value == now), 0)
        chooser = Chooser(setting.name, rows, hint=setting.allowed, free=free, at=at)
        page.app.push_screen(chooser, lambda v: done(v) if isinstance(v, tuple) else chosen(v))
    else:
        written = now if found.origin == "file" else ""
        said = f"{setting.does[:1].upper()}{setting.does[1:]}: {setting.allowed}. Empty is as usual"
        usual = f" ({setting.usual})." if setting.usual else "."
        page.app.push_screen(Prompt(setting.name, stored, value=written, help=said + usual), done)


def _ranges() -> list[tuple[str, str]]:
    return [("as usual (30d)", USUAL), *((words, text) for _, words, text in RANGES)]


def _glyphs() -> list[tuple[str, str]]:
    return [("what the terminal can show", USUAL), *((name, name) for name in GLYPHS)]


def _weeks() -> list[tuple[str, str]]:
    return [("as usual (monday)", USUAL), *((name, name) for name in WEEK_STARTS)]


_CHOICES: dict[str, Callable[[], list[tuple[str, str]]]] = {
    "range": _ranges,
    "glyphs": _glyphs,
    "week_start": _weeks,
}
