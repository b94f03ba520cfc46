"""Tokens: the colours of charts and panels that every theme has beside Textual's own.

`series-1` to `series-8` are lines of a chart, `tint-1` to `tint-8` the grounds in their colours and
`glow-1` to `glow-8` stronger ones, with `tint-9` and `glow-9` without a colour;
`heat-0` to `heat-7` grounds from nothing to the most, `heat-text-0` to `heat-text-7` the text on
them; `mark-release`, `mark-news`, `mark-incident` and `mark-post` the categories of marks.
`muted`, `frame`, `grid`, `lit`, `up`, `down`, `cursor`, `cursor-text`, `row` and `chip` are named
for their use.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.color import Color
from textual.theme import Theme

from tui.themes.own import DARK_SERIES, LIGHT_SERIES
from tui.themes.shades import contrast, lch, ramp, readable, text_on

SERIES, HEAT = 8, 8
VISIBLE = 3.0
"""The least contrast of lines with their background (WCAG 2.2, success criterion 1.4.11)."""


def tokens_of(theme: Theme) -> Mapping[str, str]:
    """Return the tokens of a theme as hexadecimal colours, with those that it sets itself.

    A theme that sets no lines of its own gets those of our theme for a background as dark, the one
    nearest to its primary colour first, and each as light or dark as its background requires. The
    ansi themes leave colours to the terminal and get the tokens of ours.
    """
    made = Derived(theme)
    return {**made.all(), **{k: v for k, v in theme.variables.items() if k in made.names}}


class Derived:
    """The tokens of one theme, derived from its colours."""

    def __init__(self, theme: Theme) -> None:
        colours = {} if theme.ansi else theme.to_color_system().generate()
        own = "#171c26" if theme.dark else "#fbfcfe"
        text = "#dbe2ee" if theme.dark else "#1b2333"
        blue = "#5cc8ff" if theme.dark else "#0a5fae"
        self.dark = theme.dark
        self.background = _parsed(colours.get("background", own))
        self.surface = _parsed(colours.get("surface", own))
        self.foreground = _parsed(colours.get("foreground", text))
        self.primary = _parsed(colours.get("primary", blue))
        self.accent = _parsed(colours.get("accent", blue))
        self.grounds = (self.surface, self.background)
        given = [theme.variables.get(f"series-{n}") for n in range(1, SERIES + 1)]
        self.series = [_parsed(c) for c in given if c] if all(given) else self._series()
        self.names = frozenset(self.all())

    def all(self) -> dict[str, str]:
        """Return every token."""
        found = {**self._ground(), **self._lines(), **self._heat(), **self._words()}
        return {name: colour.hex6.lower() for name, colour in found.items()}

    def _series(self) -> list[Color]:
        found = [Color.parse(text) for text in (DARK_SERIES if self.dark else LIGHT_SERIES)]
        _, chroma, hue = lch(self.primary)
        if chroma > 0.03:
            nearest = min(found[:-1], key=lambda c: _turn(lch(c)[2], hue))
            found.remove(nearest)
            found.insert(0, nearest)
        return [readable(colour, self.grounds, VISIBLE) for colour in found]

    def _ground(self) -> dict[str, Color]:
        lit = self.surface.blend(self.foreground, 0.08)
        row = self.surface.blend(self.accent, 0.26 if self.dark else 0.18)
        cursor = readable(self.accent, self.grounds)
        return {
            "frame": self.surface.blend(self.foreground, 0.24 if self.dark else 0.3),
            "grid": self.surface.blend(self.foreground, 0.16),
            "lit": lit,
            "row": row,
            "row-away": self.surface.blend(self.foreground, 0.13),
            "chip": self.background.blend(self.foreground, 0.1),
            "cursor": cursor,
            "cursor-text": text_on(cursor, (self.background, self.foreground)),
        }

    def _lines(self) -> dict[str, Color]:
        found = {f"series-{n}": colour for n, colour in enumerate(self.series, 1)}
        share = 0.16 if self.dark else 0.13
        for n, colour in enumerate(self.series, 1):
            found[f"tint-{n}"] = self.surface.blend(colour, share)
            found[f"glow-{n}"] = self._glow(colour)
        found["tint-9"] = self.surface.blend(self.foreground, 0.08)
        found["glow-9"] = self.surface.blend(self.foreground, 0.2)
        return found

    def _glow(self, colour: Color) -> Color:
        """Return a ground as strong as text on it allows."""
        share = 0.5
        while share > 0.2 and contrast(self.surface.blend(colour, share), self.foreground) < 5:
            share -= 0.02
        return self.surface.blend(colour, share)

    def _heat(self) -> dict[str, Color]:
        first = self.surface.blend(self.foreground, 0.03)
        like = self.primary if lch(self.primary)[1] > 0.03 else self.series[0]
        grounds = ramp(first, 0.82 if self.dark else 0.46, like, HEAT)
        found = {f"heat-{n}": ground for n, ground in enumerate(grounds)}
        for n, ground in enumerate(grounds):
            found[f"heat-text-{n}"] = text_on(ground, (self.foreground, self.background))
        return found

    def _words(self) -> dict[str, Color]:
        muted = self.surface.blend(self.foreground, 0.62)
        blue, orange, pink, green, yellow = (
            Color.parse(text) for text in (DARK_SERIES if self.dark else LIGHT_SERIES)[:5]
        )
        red = Color.parse((DARK_SERIES if self.dark else LIGHT_SERIES)[6])
        found = {
            "muted": muted,
            "focus": self.accent,
            "up": blue,
            "down": orange,
            "wrong": orange if self.dark else red,
            "mark-release": green,
            "mark-news": yellow,
            "mark-incident": red,
            "mark-post": pink,
        }
        return {name: readable(colour, self.grounds) for name, colour in found.items()}


def _parsed(text: str) -> Color:
    found = Color.parse(text)
    return Color(found.r, found.g, found.b)


def _turn(one: float, other: float) -> float:
    """Return the angle between two hues in radians."""
    turn = abs(one - other) % 6.283185307179586
    return min(turn, 6.283185307179586 - turn)
