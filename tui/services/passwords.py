"""Passwords that are typed: asked for on a terminal, kept nowhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.engines.clickhouse.address import Address


def ask_password(address: Address) -> str:
    """Ask for the password of a server, if somebody is there to type it."""
    import click

    from tui.services.keyboard import typed_lines

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return ""
    question = f"Password of {address.user} at {address.host}"
    with typed_lines():
        found: str = click.prompt(
            question, hide_input=True, default="", show_default=False, err=True
        )
    return found
