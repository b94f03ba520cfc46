"""Sending text to the terminal's clipboard (OSC 52)."""

from __future__ import annotations

import base64
from typing import Any

from textual.app import App

MOST = 75_000
"""How many characters of base64 terminals accept in one sequence."""


def send(app: App[Any], text: str) -> str:
    """Send text to the terminal's clipboard; return a sentence that confirms it or says why not.

    A terminal does not reply, so the sentence says sent, not copied.
    """
    if not text:
        return "There is nothing to copy here."
    data = text.encode(errors="replace")
    size = f"{len(data) / 1000:.1f} KB" if len(data) >= 1000 else f"{len(data)} bytes"
    if len(base64.b64encode(data)) > MOST:
        return f"Too big to copy ({size}). x writes a file."
    app.copy_to_clipboard(text)
    return f"Sent {size} to your terminal's clipboard."
