"""Colours of every theme: lines that all can tell apart, text that can be read, one hue of heat."""

from __future__ import annotations

import math
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from rich.color import Color as Sent
from rich.color import ColorSystem
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from tests.worlds.tui_pilot import explorer
from tui.themes.own import DARK, DEFAULT, THEMES
from tui.themes.shades import READABLE, contrast, lch
from tui.themes.tokens import VISIBLE, tokens_of

APART = 8
"""The least distance of two lines in OKLab times 100; 2 is just visible side by side."""

SEEN = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881)),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900)),
}  # fmt: skip
"""How linear red, green and blue are seen (Machado, Oliveira and Fernandes 2009, severity 1)."""

COLOURED = [t for t in (*THEMES, *BUILTIN_THEMES.values()) if not t.ansi]
named = pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
own = pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)


def colours(theme: Theme, kind: str, first: int = 0) -> list[Color]:
    """The eight colours of a kind."""
    tokens = tokens_of(theme)
    return [Color.parse(tokens[f"{kind}-{n}"]) for n in range(first, first + 8)]


def grounds(theme: Theme) -> list[Color]:
    """The backgrounds that are written on."""
    made = theme.to_color_system().generate()
    return [Color.parse(made[name][:7]) for name in ("background", "surface")]


def place(colour: Color, sight: str) -> tuple[float, float, float]:
    """Where somebody sees a colour in OKLab."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.normalized
    ]
    seen = (sum(m * c for m, c in zip(row, linear, strict=True)) for row in SEEN[sight])
    curved = [
        12.92 * c if c <= 0.0031308 else 1.055 * min(c, 1) ** (1 / 2.4) - 0.055
        for c in (max(c, 0) for c in seen)
    ]
    light, chroma, hue = lch(Color(*(round(255 * c) for c in curved)))
    return light, chroma * math.cos(hue), chroma * math.sin(hue)


@own
@pytest.mark.parametrize("sight", SEEN)
def test_lines_of_our_themes_are_told_apart_by_everybody(theme: Theme, sight: str) -> None:
    places = [place(colour, sight) for colour in colours(theme, "series", 1)]
    assert min(100 * math.dist(a, b) for a, b in combinations(places, 2)) >= APART


@named
def test_lines_and_words_stand_out_on_both_grounds(theme: Theme) -> None:
    tokens = {name: Color.parse(text) for name, text in tokens_of(theme).items()}
    words = ("focus", "up", "down", "wrong", *(n for n in tokens if n.startswith("mark-")))
    for ground in grounds(theme):
        assert min(contrast(c, ground) for c in colours(theme, "series", 1)) >= VISIBLE - 0.01
        assert min(contrast(tokens[name], ground) for name in words) >= READABLE - 0.01
    assert contrast(tokens["cursor"], tokens["cursor-text"]) >= READABLE


@named
def test_heat_is_one_hue_in_even_steps_with_readable_text(theme: Theme) -> None:
    heat = colours(theme, "heat")
    lights = [lch(colour)[0] for colour in heat]
    steps = [b - a for a, b in pairwise(lights)]
    assert all(step > 0 for step in steps) is theme.dark
    assert max(steps) - min(steps) < 0.02
    hues = [lch(colour)[2] for colour in heat[1:]]
    assert max(abs(math.remainder(hue - hues[-1], math.tau)) for hue in hues) < 0.15
    texts = colours(theme, "heat-text")
    assert min(map(contrast, heat, texts)) >= READABLE


@own
def test_heat_of_our_themes_grows_in_256_colours_too(theme: Theme) -> None:
    def sent(colour: Color) -> Color:
        found = Sent.from_rgb(*colour.rgb).downgrade(ColorSystem.EIGHT_BIT)
        return Color(*found.get_truecolor())

    heat = [sent(colour) for colour in colours(theme, "heat")]
    lights = [lch(colour)[0] for colour in heat]
    assert lights == sorted(lights, reverse=not theme.dark)
    assert len(set(lights)) >= 5
    texts = [sent(colour) for colour in colours(theme, "heat-text")]
    assert min(map(contrast, heat, texts)) >= READABLE


async def test_a_theme_is_tried_taken_and_remembered(path: Path) -> None:
    async with explorer(path) as ff:
        assert ff.app.theme == DEFAULT
        ff.page.perform("theme")
        await ff.settle()
        assert DARK.name in ff.screen
        await ff.type("nord")
        assert ff.app.theme == "nord"
        await ff.press("escape")
        assert ff.app.theme == DEFAULT
        ff.page.perform("theme")
        await ff.settle()
        await ff.type("footfall light")
        await ff.press("enter")
        assert ff.app.theme == ff.app.state.values["theme"] == "footfall-light"
        assert ff.app.ink.of("series0").color.name == tokens_of(THEMES[1])["series-1"]
