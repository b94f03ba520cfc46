"""Writing a panel to a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import BadInput
from tui.widgets.dialogs import Menu, Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.draw.svg import Paint
    from tui.actions.pages import AnswerPage
    from tui.widgets.answer import AnswerView
    from tui.widgets.paint import Ink

FORMATS = (
    ("c", "csv", "csv"),
    ("t", "tsv", "tsv"),
    ("j", "json", "json"),
    ("m", "markdown", "markdown"),
    ("x", "text, as drawn", "text"),
    ("s", "svg, a picture", "svg"),
    ("h", "html, a page with the picture", "html"),
)
SUFFIX = {"markdown": "md", "text": "txt"}


def export_panel(page: AnswerPage) -> None:
    """Ask for a format and a file, and write the focused answer."""
    view = page.view
    if view is None or view.answer is None:
        page.say("There is no answer to export yet.")
        return

    def chosen(kind: str | None) -> None:
        if kind is not None:
            name = f"{_slug(view.heading)}.{SUFFIX.get(kind, kind)}"
            page.app.push_screen(
                Prompt(
                    "Write to",
                    lambda path: write(_content(view, kind), path),
                    value=name,
                    help="Existing files are not overwritten.",
                ),
                lambda said: page.say(said) if said else None,
            )

    page.app.push_screen(Menu("Export", FORMATS), chosen)


def write(text: str, name: str) -> str:
    """Write a text to a new file; return a sentence to confirm it.

    Raises:
        BadInput: the file exists or cannot be written.
    """
    path = Path(name.strip()).expanduser()
    try:
        with path.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text if text.endswith("\n") else text + "\n")
    except FileExistsError as error:
        raise BadInput(f"{path} exists already.", "Choose another name.") from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be written: {error}.") from error
    return f"Wrote {path.absolute()}."


PICTURE = (100, 30)
"""Columns and rows of a picture."""


def _content(view: AnswerView, kind: str) -> str:
    """Return the answer of a panel in a format."""
    from core import draw
    from core.export import export

    if kind == "text":
        return draw.text(view.answer, PICTURE[0])
    if kind in ("svg", "html"):
        return _picture(view, kind)
    return export(view.answer, kind)


def _picture(view: AnswerView, kind: str) -> str:
    """Return the panel's chart in the colours of the theme, below its title and dates."""
    from core.draw import Look, draw
    from core.draw.figures import span_text
    from core.draw.spans import Span, safe
    from core.draw.svg import page, picture

    answer, look = view.answer, Look(calendar=view.app.look.calendar)
    dates = span_text(answer.first, answer.last)
    heading = ((Span(safe(view.heading), "title"), Span(f"  {dates}", "dim")), ())
    body = draw(answer, *PICTURE, look, chart=view.drawn_as, marks=view.marks)
    paint = _paints(view.app.ink.on("surface"))
    drawn = picture([*heading, *body], PICTURE[0], paint)
    return drawn if kind == "svg" else page(safe(view.heading), drawn, paint)


def _paints(ink: Ink) -> Callable[[str], Paint]:
    """Return what a style name looks like in a picture: dark on light without a theme."""
    from core.draw.svg import Paint

    def paint(name: str) -> Paint:
        style = ink.of(name)
        colour = style.color.get_truecolor().hex if style.color else "#1b2333"
        ground = style.bgcolor.get_truecolor().hex if style.bgcolor else "#fbfcfe"
        return Paint(colour, ground, bool(style.bold))

    return paint


def _slug(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-").lower()[:40] or "export"
