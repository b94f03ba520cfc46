"""The options that commands share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import click

_NARROW, _WIDE = 20, 1_000


def db_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --db."""
    return click.option(
        "--db", metavar="DB", help="Workspace file; default FOOTFALL_DB or your default workspace."
    )(function)


def format_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --json, --csv, --tsv and --markdown, which are passed on as `format`."""
    for name in ("markdown", "tsv", "csv", "json"):
        title = name.title() if name == "markdown" else name.upper()
        function = click.option(
            f"--{name}", "format", flag_value=name, default=None, help=f"Print as {title}."
        )(function)
    return function


def width_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --width."""
    return click.option(
        "--width", type=click.IntRange(_NARROW, _WIDE), help="Width of the text, in columns."
    )(function)


def width_of(given: int | None) -> int:
    """Return the requested width, else the terminal's, else 100."""
    found = given or shutil.get_terminal_size((100, 24)).columns
    return min(max(found, _NARROW), _WIDE)
