"""Styles of cells as SGR parameters: what they show, and the shortest way from one to the next."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

BOLD, DIM, UNDERLINE, REVERSE = "1", "2", "4", "7"
OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "8": "28", "9": "29"}
"""What switches an attribute off; bold and dim share one."""

INKLESS = frozenset((BOLD, DIM, "3", "5"))
"""Attributes that a space does not show."""

MOST = 4_096


class Looks(NamedTuple):
    """A style, taken apart.

    Attributes:
        attributes: SGR parameters such as "1" for bold.
        front: SGR parameters of the colour of the text; "39" for the terminal's own.
        back: those of the background; "49" for the terminal's own.
    """

    attributes: frozenset[str] = frozenset()
    front: str = "39"
    back: str = "49"

    @property
    def parameters(self) -> str:
        """All of it as SGR parameters, from a reset."""
        colours = [c for c, none in ((self.front, "39"), (self.back, "49")) if c != none]
        return ";".join((*sorted(self.attributes), *colours))


PLAIN = Looks()


@lru_cache(MOST)
def looks(parameters: str) -> Looks:
    """Return what SGR parameters that follow a reset look like."""
    attributes: set[str] = set()
    front, back = PLAIN.front, PLAIN.back
    parts = parameters.split(";") if parameters else []
    at = 0
    while at < len(parts):
        part = parts[at].lstrip("0")
        size = 1
        if part in ("38", "48"):
            size = 5 if parts[at + 1 : at + 2] == ["2"] else 3
        whole = ";".join((part, *parts[at + 1 : at + size]))
        if part == "38" or (len(part) == 2 and part[0] in "39"):
            front = whole
        elif part == "48" or (part[:1] == "4" and len(part) == 2) or len(part) == 3:
            back = whole
        elif part in OFF:
            attributes.add(part)
        elif not part:
            attributes, front, back = set(), PLAIN.front, PLAIN.back
        at += size
    return Looks(frozenset(attributes), front, back)


@lru_cache(MOST)
def blank(style: Looks) -> Looks:
    """Return the simplest style in which a space looks the same."""
    if UNDERLINE in style.attributes or "9" in style.attributes:
        return style
    if REVERSE in style.attributes:
        return Looks(style.attributes - INKLESS, style.front, style.back)
    return Looks(back=style.back)


@lru_cache(MOST)
def step(before: Looks | None, after: Looks) -> str:
    """Return the shortest control sequence from one style to another, None being unknown."""
    whole = f"\x1b[{after.parameters and '0;' + after.parameters}m"
    if before is None:
        return whole
    if before == after:
        return ""
    gone = before.attributes - after.attributes
    kept = before.attributes & after.attributes
    parts = sorted({OFF[name] for name in gone})
    if "22" in parts:
        kept -= {BOLD, DIM}
    parts += sorted(after.attributes - kept)
    parts += [after.front] if after.front != before.front else []
    parts += [after.back] if after.back != before.back else []
    return min(whole, f"\x1b[{';'.join(parts)}m", key=len)
