"""How the catalog reads the workspace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Read = Callable[[str, tuple[Any, ...]], list[tuple[Any, ...]]]
"""Runs one SELECT with positional parameters and returns its rows."""
