"""Writing a panel to a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import BadInput
from tui.widgets.dialogs import Menu, Prompt

if TYPE_CHECKING:
    from tui.actions.pages import AnswerPage

FORMATS = (
    ("c", "csv", "csv"),
    ("t", "tsv", "tsv"),
    ("j", "json", "json"),
    ("m", "markdown", "markdown"),
    ("x", "text, as drawn", "text"),
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
                    lambda path: write(view.answer, kind, path),
                    value=name,
                    help="Existing files are not overwritten.",
                ),
                lambda said: page.say(said) if said else None,
            )

    page.app.push_screen(Menu("Export", FORMATS), chosen)


def write(answer: Any, kind: str, name: str) -> str:
    """Write an answer to a new file; return a sentence to confirm it.

    Raises:
        BadInput: the file exists or cannot be written.
    """
    from core.export import export

    path = Path(name.strip()).expanduser()
    text = _text(answer) if kind == "text" else export(answer, kind)
    try:
        with path.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text if text.endswith("\n") else text + "\n")
    except FileExistsError as error:
        raise BadInput(f"{path} exists already.", "Choose another name.") from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be written: {error}.") from error
    return f"Wrote {path.absolute()}."


def _text(answer: Any) -> str:
    from core import draw

    return draw.text(answer, 100)


def _slug(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-").lower()[:40] or "export"
