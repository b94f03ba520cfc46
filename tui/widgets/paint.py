"""From style names to colours: how a span of core.draw looks on this terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from core.draw.spans import Span
from tui.terminal import Tier
from tui.wire.frames import differing

PLAIN = Style()

CATEGORIES = ("release", "news", "incident", "post")

GROUNDS = ("tint", "glow")

_MONO = {
    "title": "bold",
    "dim": "dim",
    "bold": "bold",
    "accent": "bold",
    "cursor": "reverse",
    "row": "reverse",
    "partial": "dim",
    "mark": "bold",
    **{f"mark-{category}": "bold" for category in CATEGORIES},
    "muted": "dim",
    "grid": "dim",
    "good": "bold",
    "bad": "bold underline",
    "border": "dim",
    "focus": "bold",
    "tab": "bold reverse",
    "key": "bold",
    "letter": "underline",
    "error": "bold",
    "shade": "dim",
    "spot": "bold reverse",
}
"""How a style looks without colour."""

_SIXTEEN = ("cyan", "yellow", "magenta", "green", "blue", "red", "white", "bright_black")

_ANSI = {
    **_MONO,
    "accent": "bold cyan",
    "mark": "bold yellow",
    "mark-release": "bold green",
    "mark-news": "bold yellow",
    "mark-incident": "bold red",
    "mark-post": "bold magenta",
    "muted": "bright_black",
    "grid": "bright_black",
    "goal": "yellow",
    "good": "bold cyan",
    "bad": "bold magenta",
    "border": "bright_black",
    "focus": "bold cyan",
    "tab": "bold black on cyan",
    "key": "bold cyan",
    "letter": "cyan underline",
    "error": "bold magenta",
    **{f"series{i}": c for i, c in enumerate(_SIXTEEN)},
    **{f"under{i}": f"on {c}" for i, c in enumerate(_SIXTEEN)},
    **{f"cut{i}": f"reverse {c}" for i, c in enumerate(_SIXTEEN)},
}
"""How a style looks in the sixteen colours of the terminal."""

_THEME = {
    "title": "bold",
    "bold": "bold",
    "dim": "{muted}",
    "muted": "{muted}",
    "partial": "{muted}",
    "shade": "{muted}",
    "accent": "bold {focus}",
    "focus": "{focus}",
    "key": "{focus}",
    "letter": "{focus} underline",
    "cursor": "bold {cursor-text} on {cursor}",
    "tab": "bold {cursor-text} on {cursor}",
    "row": "on {row}",
    "chip": "on {chip}",
    "lit": "on {lit}",
    "box": "on {lit}",
    "border": "{frame}",
    "grid": "{grid}",
    "goal": "{mark-news}",
    "good": "bold {up}",
    "bad": "bold {down}",
    "error": "bold {wrong}",
    "mark": "bold {mark-news}",
    **{f"mark-{category}": f"bold {{mark-{category}}}" for category in CATEGORIES},
    **{f"series{n}": f"{{series-{n + 1}}}" for n in range(8)},
    **{f"under{n}": f"on {{series-{n + 1}}}" for n in range(8)},
    **{f"cut{n}": f"reverse {{series-{n + 1}}}" for n in range(8)},
    **{f"{name}{n}": f"on {{{name}-{n + 1}}}" for name in GROUNDS for n in range(9)},
    **{f"{name}{n}-ink": f"{{{name}-{n + 1}}}" for name in GROUNDS for n in range(9)},
    **{f"heat{n}": f"{{heat-text-{n}}} on {{heat-{n}}}" for n in range(8)},
    **{f"heat{n}-ink": f"{{heat-{n}}}" for n in range(8)},
    "spot": "bold reverse",
}
"""How a style looks in a theme; names in braces are tokens."""

_AWAY = {"cursor": "{foreground} on {row-away}", "row": "on {row-away}"}
"""How the cursor looks in a panel that does not have the focus."""


class Ink:
    """The colours of this terminal: style names turned into Rich styles.

    Args:
        tier: how many colours there are.
        tokens: the theme's colours; used in the tier "theme" only.
        ground: the token of the background that is written on.
        away: whether the panel that is written in is without the focus.
    """

    def __init__(
        self,
        tier: Tier = "theme",
        tokens: Mapping[str, str] = MappingProxyType({}),
        *,
        ground: str = "background",
        away: bool = False,
    ) -> None:
        self.tier = tier
        self._tokens = tokens
        self._styles: dict[str, Style] = {}
        self._others: dict[tuple[str, bool], Ink] = {}
        self._names: Mapping[str, str] = _MONO if tier == "mono" else _ANSI
        self.base = PLAIN
        if tier == "theme":
            self._names = {**_THEME, **(_AWAY if away else {})}
            self.base = Style.parse(f"{tokens['foreground']} on {tokens[ground]}")

    def on(self, ground: str, away: bool = False) -> Ink:
        """Return the ink for another background, or for a panel without the focus."""
        found = self._others.get((ground, away))
        if found is None:
            found = Ink(self.tier, self._tokens, ground=ground, away=away)
            self._others[ground, away] = found
        return found

    def of(self, name: str) -> Style:
        """Return the Rich style of a style name; several names may be joined by spaces."""
        found = self._styles.get(name)
        if found is None:
            found = self.base
            parts = name.split()
            if self.tier != "theme" and "row" in parts:
                parts = ["row"]  # reversed, other colours would be backgrounds
            for part in parts:
                text = self._names.get(part, part if self._shows(part) else "")
                found += Style.parse(text.format_map(self._tokens)) if text else PLAIN
            self._styles[name] = found
        return found

    def _shows(self, part: str) -> bool:
        """Whether a part of a name is a colour itself, and can be shown."""
        return part[:1] == "#" and self.tier == "theme"

    def invisible(self, found: Style) -> bool:
        """Whether a space in this style is indistinguishable from a plain one."""
        return _flat(found) and found.bgcolor == self.base.bgcolor


@cache
def _flat(found: Style) -> bool:
    return not (found.reverse or found.underline)


def _seen(span: Span) -> str:
    """An unused pointer column is not painted."""
    return "" if span.style == "cursor" and not span.text.strip() else span.style


def strip(spans: Iterable[Span], width: int, ink: Ink) -> Strip:
    """Return one line of exactly `width` cells, in as few segments as it takes.

    A segment costs some thirty bytes on the wire, so neighbours with the same style are joined, and
    spaces on which the style is invisible take that of the text before them.
    """
    segments: list[Segment] = []
    for span in spans:
        if not span.text:
            continue
        found = ink.of(_seen(span))
        if segments:
            before = segments[-1].style or PLAIN
            if span.text.isspace() and ink.invisible(found) and ink.invisible(before):
                found = before
            if found == before:
                segments[-1] = Segment(segments[-1].text + span.text, before)
                continue
        segments.append(Segment(span.text, found))
    return Strip(segments).adjust_cell_length(width, ink.base)


def changed(old: Strip, new: Strip) -> list[tuple[int, int]]:
    """Return the runs of cells (from, to) in which two lines of equal width differ."""
    return differing(_cells(old), _cells(new))


def _cells(line: Strip) -> list[tuple[str, Style | None, int]]:
    found: list[tuple[str, Style | None, int]] = []
    for text, look, _ in line:
        for char in text:
            found += [(char, look, part) for part in range(get_character_cell_size(char))]
    return found
