"""The two themes that footfall brings: one for dark and one for light terminals."""

from __future__ import annotations

from textual.theme import Theme

DARK_SERIES = (
    "#47b8f7", "#faa552", "#cb62a5", "#77eac5", "#f0d865", "#8d76e9", "#e45748", "#a4adbb",
)  # fmt: skip
LIGHT_SERIES = (
    "#0f77c7", "#be5906", "#810451", "#047161", "#4f4c12", "#450b94", "#61090a", "#324b7c",
)  # fmt: skip
"""Lines of a chart, in the order in which they are used. They are at least 8 apart in OKLab (times
100) for every common way of seeing colour; a test simulates them."""

DARK = Theme(
    name="footfall-dark",
    dark=True,
    background="#0f131b",
    surface="#171c26",
    panel="#242c3b",
    foreground="#dbe2ee",
    primary="#47b8f7",
    secondary="#8d9fd0",
    accent="#5cc8ff",
    success="#5fa8ff",
    warning="#f0d865",
    error="#ff8f70",
    variables={f"series-{n}": colour for n, colour in enumerate(DARK_SERIES, 1)},
)

LIGHT = Theme(
    name="footfall-light",
    dark=False,
    background="#eef1f6",
    surface="#fbfcfe",
    panel="#dfe5ee",
    foreground="#1b2333",
    primary="#0b63b0",
    secondary="#54648c",
    accent="#0a5fae",
    success="#0a58c8",
    warning="#8a6100",
    error="#b3350f",
    variables={f"series-{n}": colour for n, colour in enumerate(LIGHT_SERIES, 1)},
)

THEMES = (DARK, LIGHT)
DEFAULT = DARK.name
