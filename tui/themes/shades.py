"""Arithmetic on colours: contrast as WCAG 2 defines it, and steps of lightness in OKLCH."""

from __future__ import annotations

import math
from functools import lru_cache

from textual.color import Color

READABLE = 4.5
"""The least contrast of text with its background (WCAG 2.2, success criterion 1.4.3)."""


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=512)
def luminance(colour: Color) -> float:
    """Return the relative luminance of a colour, from 0 for black to 1 for white."""
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lch(colour: Color) -> tuple[float, float, float]:
    """Return lightness (0 to 1), chroma and hue (radians) of a colour in OKLCH."""
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return light, math.hypot(a, b), math.atan2(b, a)


def from_lch(light: float, chroma: float, hue: float) -> Color:
    """Return the colour of this lightness and hue; its chroma is lowered to what can be shown."""
    while True:
        found = _rgb(light, chroma, hue)
        if chroma <= 0 or all(-0.0005 <= part <= 1.0005 for part in found):
            red, green, blue = (round(255 * _curved(min(max(part, 0), 1))) for part in found)
            return Color(red, green, blue)
        chroma = max(chroma - 0.004, 0)


def readable(colour: Color, grounds: tuple[Color, ...], least: float = READABLE) -> Color:
    """Return a colour of the same hue, lighter or darker until it is readable on all grounds."""
    if all(contrast(colour, ground) >= least for ground in grounds):
        return colour
    light, chroma, hue = lch(colour)
    step = 0.01 if luminance(grounds[0]) < 0.18 else -0.01
    found = colour
    while 0 < light < 1 and any(contrast(found, ground) < least for ground in grounds):
        light += step
        found = from_lch(light, chroma, hue)
    return found


def text_on(ground: Color, wanted: tuple[Color, Color]) -> Color:
    """Return the text colour to use on a ground: the better of two, or else black or white."""
    best = max(wanted, key=lambda text: contrast(text, ground))
    if contrast(best, ground) >= READABLE:
        return best
    return max((Color(0, 0, 0), Color(255, 255, 255)), key=lambda text: contrast(text, ground))


def ramp(first: Color, last_light: float, like: Color, steps: int) -> list[Color]:
    """Return colours in one hue, in even steps of lightness.

    Args:
        first: where the ramp starts.
        last_light: the lightness where it ends, from 0 to 1.
        like: the colour whose hue and chroma it has.
    """
    start = lch(first)[0]
    _, chroma, hue = lch(like)
    found = []
    for step in range(steps):
        share = step / (steps - 1)
        light = start + (last_light - start) * share
        found.append(from_lch(light, chroma * min(0.2 + 1.2 * share, 1), hue))
    return found


def _linear(colour: Color) -> tuple[float, float, float]:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    )
    return red, green, blue


def _curved(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055


def _rgb(light: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
