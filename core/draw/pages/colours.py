"""The colours of a page: those of a light and of a dark screen, under one name each."""

from __future__ import annotations

from core.draw.svg import Paint, Paints


class Colours:
    """The colours of a page as names, each with a light and a dark one.

    Args:
        light, dark: the colours of styles on a light and a dark screen.
    """

    def __init__(self, light: Paints, dark: Paints) -> None:
        self._light, self._dark = light, dark
        self._names: dict[tuple[str, str], str] = {}

    def of(self, style: str) -> Paint:
        """Return what a style looks like, by the names of its colours."""
        light, dark = self._light(style), self._dark(style)
        ground = self._name(light.ground, dark.ground) if light.ground or dark.ground else ""
        return Paint(self._name(light.colour, dark.colour), ground, light.bold)

    def _name(self, light: str, dark: str) -> str:
        name = self._names.setdefault((light, dark), f"--c{len(self._names)}")
        return f"var({name})"

    def css(self) -> str:
        """Return what the names stand for."""
        light = "".join(f"{name}:{pair[0]};" for pair, name in self._names.items())
        dark = "".join(f"{name}:{pair[1]};" for pair, name in self._names.items())
        schemes = "light" if light == dark else "light dark"
        found = f":root {{ color-scheme: {schemes}; {light} }}"
        if light == dark:
            return found
        return f"{found}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}"
