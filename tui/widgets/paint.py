"""From style names to colours: how a span of core.draw looks on this terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from rich.cells import get_character_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from core.draw.spans import Span
from tui.terminal import Tier

PLAIN = Style()

_SHAPES = {
    "title": "bold",
    "dim": "dim",
    "bold": "bold",
    "accent": "bold",
    "cursor": "reverse",
    "partial": "dim",
    "mark": "bold",
    **{f"mark-{category}": "bold" for category in ("release", "news", "incident", "post")},
    "muted": "dim",
    "grid": "dim",
    "good": "bold",
    "bad": "bold underline",
    "border": "dim",
    "focus": "bold",
    "tab": "bold reverse",
    "key": "bold",
    "error": "bold",
    "shade": "dim",
}
"""How a style looks without colour."""

_ANSI = {
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
    "focus": "bold cyan",
    "key": "bold cyan",
    "error": "bold magenta",
    **{f"series{i}": c for i, c in enumerate(
        ("cyan", "yellow", "magenta", "green", "blue", "red", "white", "bright_black"))},
}  # fmt: skip

_DARK = {
    "dim": "#8a8a8a",
    "accent": "bold #5fd7ff",
    "mark": "bold #ffd75f",
    "mark-release": "bold #87d787",
    "mark-news": "bold #ffd75f",
    "mark-incident": "bold #ff8787",
    "mark-post": "bold #d787d7",
    "muted": "#8a8a8a",
    "grid": "#444444",
    "goal": "#ffd75f",
    "lit": "on #262626",
    "box": "on #262626",
    "good": "bold #5fafff",
    "bad": "bold #ffaf5f",
    "border": "#5f5f5f",
    "focus": "bold #5fd7ff",
    "key": "bold #5fd7ff",
    "error": "bold #ffaf5f",
    "partial": "#8a8a8a",
    **{f"series{i}": c for i, c in enumerate(
        ("#5fd7ff", "#ffaf5f", "#d787d7", "#87d787", "#d7d75f", "#8787ff", "#ff8787", "#afafaf"))},
    **{f"heat{i}": f"#eeeeee on {c}" for i, c in enumerate(
        ("#1c1c1c", "#00005f", "#00005f", "#005f87", "#005f87"))},
    "heat5": "#1c1c1c on #0087af",
    "heat6": "#1c1c1c on #00afd7",
    "heat7": "#1c1c1c on #5fd7ff",
    **{f"tint{i}": f"on {c}" for i, c in enumerate(
        ("#10222a", "#2a2012", "#261a26", "#1a261a", "#262612", "#1a1a2e", "#2a1a1a", "#242424"))},
}  # fmt: skip

_LIGHT = {
    "dim": "#6c6c6c",
    "accent": "bold #005f87",
    "mark": "bold #875f00",
    "mark-release": "bold #005f00",
    "mark-news": "bold #875f00",
    "mark-incident": "bold #af0000",
    "mark-post": "bold #875f87",
    "muted": "#8a8a8a",
    "grid": "#c6c6c6",
    "goal": "#875f00",
    "lit": "on #e4e4e4",
    "box": "on #e4e4e4",
    "good": "bold #005fd7",
    "bad": "bold #af5f00",
    "border": "#a8a8a8",
    "focus": "bold #005f87",
    "key": "bold #005f87",
    "error": "bold #af5f00",
    "partial": "#6c6c6c",
    **{f"series{i}": c for i, c in enumerate(
        ("#005f87", "#af5f00", "#875f87", "#005f00", "#5f5f00", "#5f5faf", "#af0000", "#585858"))},
    **{f"heat{i}": f"#1c1c1c on {c}" for i, c in enumerate(
        ("#eeeeee", "#d7ffff", "#afd7ff", "#87d7ff", "#5fafd7"))},
    "heat5": "#1c1c1c on #5f87af",
    "heat6": "#ffffff on #0087af",
    "heat7": "#ffffff on #005f87",
    **{f"tint{i}": f"on {c}" for i, c in enumerate(
        ("#dbeaf0", "#f4e8d8", "#eee2ee", "#dfeedd", "#eeeeda", "#e4e4f4", "#f6e0e0", "#e8e8e8"))},
}  # fmt: skip


@cache
def style(tier: Tier, dark: bool, name: str) -> Style:
    """Return the Rich style of a style name; several names may be joined by spaces."""
    found = PLAIN
    for part in name.split():
        text = _SHAPES.get(part, "")
        if tier == "ansi":
            text = _ANSI.get(part, text)
        elif tier == "theme":
            text = (_DARK if dark else _LIGHT).get(part, text)
        found += Style.parse(text) if text else PLAIN
    return found


@dataclass(frozen=True)
class Ink:
    """The colours of this terminal: how many, a dark or light background, and the background
    itself.
    """

    tier: Tier = "theme"
    dark: bool = True
    base: Style = PLAIN

    def of(self, name: str) -> Style:
        """Return the Rich style of a style name on this background."""
        return self.base + style(self.tier, self.dark, name) if name else self.base


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
            if span.text.isspace() and _invisible(found) and _invisible(before):
                found = before
            if found == before:
                segments[-1] = Segment(segments[-1].text + span.text, before)
                continue
        segments.append(Segment(span.text, found))
    return Strip(segments).adjust_cell_length(width, ink.base)


@cache
def _invisible(found: Style) -> bool:
    """Whether a space in this style is indistinguishable from a plain one."""
    return not (found.reverse or found.underline or _painted(found))


def _painted(found: Style) -> bool:
    return found.bgcolor is not None and found.bgcolor in GROUNDS


GROUNDS = frozenset(
    Style.parse(text).bgcolor
    for ramp in (_DARK, _LIGHT)
    for name, text in ramp.items()
    if name.startswith(("heat", "tint", "lit", "box"))
)


def differing(old: Strip, new: Strip) -> list[tuple[int, int]]:
    """Return the runs of cells (from, to) in which two lines of equal width differ."""
    runs: list[tuple[int, int]] = []
    pairs = zip(_cells(old), _cells(new), strict=False)
    for x, (before, after) in enumerate(pairs):
        if before == after:
            continue
        if runs and x - runs[-1][1] <= NEAR:
            runs[-1] = (runs[-1][0], x + 1)
        else:
            runs.append((x, x + 1))
    return runs


NEAR = 6
"""Runs closer than this are sent as one, as moving the terminal's cursor costs as much."""


def _cells(line: Strip) -> list[tuple[str, Style | None, int]]:
    found: list[tuple[str, Style | None, int]] = []
    for text, look, _ in line:
        for char in text:
            found += [(char, look, part) for part in range(get_character_cell_size(char))]
    return found
