"""When an action fails: a sentence on the status line, and a log for unexpected errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.app import App

from core.errors import FootfallError
from tui.services.state import log, log_file


def failed(app: App[Any], error: Exception) -> None:
    """Say why something did not work; unexpected errors go to the log."""
    if isinstance(error, FootfallError):
        tell(app, str(error))
        return
    log(error)
    tell(app, f"Something broke. It is logged in {log_file()}.")


def tell(app: App[Any], text: str, *, warning: bool = True) -> None:
    """Show a sentence on the status line of the page on top, below any overlay."""
    page = next((s for s in reversed(app.screen_stack) if hasattr(s, "say")), None)
    if page is not None:
        page.say(text.split("\n")[0], warning=warning)


def guarded(app: App[Any], callback: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Return a callback whose errors are shown rather than raised."""

    def call(result: Any) -> None:
        try:
            callback(result)
        except Exception as error:
            failed(app, error)

    return call
