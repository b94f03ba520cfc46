"""The keyboard while nothing draws yet: keys are kept as they are typed, and not echoed."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, Final

ASKED_TO_END: Final = 128 + signal.SIGTERM
"""The exit code of a program that was asked to end."""


@contextmanager
def typed_ahead() -> Iterator[None]:
    """Keep keys for the explorer that is loading in this block; ctrl+c still interrupts.

    They wait in the terminal, Enter as the byte it sends, until Textual reads them. Afterwards the
    terminal is as it was before, also when the program is asked to end. Without a terminal keys
    are left alone.
    """
    with _ending(), _changed(_quietly):
        yield


@contextmanager
def _ending() -> Iterator[None]:
    """Leave this block when the program is asked to end (SIGTERM), which would skip its end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave(signum: int, _: FrameType | None) -> None:
    raise SystemExit(ASKED_TO_END)


@contextmanager
def typed_lines() -> Iterator[None]:
    """Read whole lines in this block, inside of `typed_ahead` too."""
    with _changed(_by_line):
        yield


def _quietly(attributes: list[Any]) -> None:
    import termios

    attributes[0] &= ~termios.ICRNL
    attributes[3] &= ~(termios.ECHO | termios.ICANON)


def _by_line(attributes: list[Any]) -> None:
    import termios

    attributes[0] |= termios.ICRNL
    attributes[3] |= termios.ECHO | termios.ICANON


@contextmanager
def _changed(change: Callable[[list[Any]], None]) -> Iterator[None]:
    """Change the terminal's attributes; what is typed already is kept both times."""
    import termios

    try:
        file = sys.__stdin__.fileno() if sys.__stdin__ else -1
        before, wanted = termios.tcgetattr(file), termios.tcgetattr(file)
    except (OSError, ValueError, termios.error):
        yield
        return
    change(wanted)
    try:
        with suppress(termios.error):
            termios.tcsetattr(file, termios.TCSANOW, wanted)
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(file, termios.TCSANOW, before)
