"""A list of themes, each shown while the cursor is on it."""

from __future__ import annotations

import re
from typing import Any

from tui.themes.own import THEMES
from tui.widgets.dialogs import Chooser
from tui.widgets.host import Host
from tui.widgets.listing import Listing, Row

_HEX = re.compile("#[0-9a-fA-F]{6}")


class ThemeChooser(Chooser):
    """The themes, ours first; Enter keeps the one that is shown, Esc puts the old one back."""

    fades = False

    def __init__(self, host: Host) -> None:
        names = [theme.name for theme in THEMES]
        names += sorted(set(host.available_themes) - set(names))
        rows = [
            Row(name, name, f"{'now, ' * (name == host.theme)}{kind_of(host, name)}",
                colours=colours_of(host, name))
            for name in names
        ]  # fmt: skip
        at = names.index(host.theme) if host.theme in names else 0
        super().__init__("Colours", rows, hint="type to find; each is shown", at=at)
        self.before = host.theme

    def on_listing_moved(self, event: Listing.Moved) -> None:
        """Show the theme under the cursor."""
        if event.listing.value is not None:
            self.app.show_colours(event.listing.value)

    def dismiss(self, result: Any = None) -> Any:
        """See Screen; without a choice the theme from before is back."""
        if result is None:
            self.app.show_colours(self.before)
        return super().dismiss(result)


def colours_of(host: Host, name: str) -> tuple[str, ...]:
    """Return the colours that a theme is known by, as far as it sets them itself."""
    theme = host.available_themes[name]
    found = (theme.background, theme.surface, theme.primary, theme.accent, theme.success,
             theme.warning, theme.error)  # fmt: skip
    return tuple(colour for colour in found if colour is not None and _HEX.fullmatch(colour))


def kind_of(host: Host, name: str) -> str:
    """Return in a few words what a theme is for."""
    theme = host.available_themes[name]
    if theme.ansi:
        return "the terminal's 16 colours"
    return "dark" if theme.dark else "light"
