"""Colours of pictures in files: those of a terminal's theme, or of our light one on paper."""

from __future__ import annotations

from textual.theme import Theme

from core.draw.svg import Paint, Paints
from tui.widgets.paint import Ink


def paints(ink: Ink) -> Paints:
    """Return what a style name looks like in a picture: dark on light without a theme."""

    def paint(name: str) -> Paint:
        style = ink.of(name)
        colour = style.color.get_truecolor().hex if style.color else "#1b2333"
        ground = style.bgcolor.get_truecolor().hex if style.bgcolor else "#fbfcfe"
        if style.reverse:
            colour, ground = ground, colour
        return Paint(colour, ground, bool(style.bold))

    return paint


def on_paper() -> Paints:
    """Return the colours of files written without the explorer: our light theme."""
    from tui.themes.own import LIGHT

    return _of(LIGHT)


def on_dark() -> Paints:
    """Return the same for a dark screen: our dark theme."""
    from tui.themes.own import DARK

    return _of(DARK)


def _of(theme: Theme) -> Paints:
    from tui.themes.tokens import tokens_of

    colours = {"foreground": str(theme.foreground), "surface": str(theme.surface)}
    return paints(Ink("theme", {**colours, **tokens_of(theme)}, ground="surface"))
