"""What commands write: answers to standard output, messages and progress to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from core.errors import FootfallError
from core.text import clean, escaped, harmless, one_line, things

if TYPE_CHECKING:
    from core.draw import Look
    from core.engines.running import Engine

_LINE = 2_000


def put(text: str) -> None:
    """Write data to standard output, ending with one newline.

    Whatever the text contains, the only control characters written are newlines and tabs.
    """
    text = harmless(text)
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def put_line(text: str) -> None:
    """Write one line of data to standard output; names in it cannot break the line."""
    put(one_line(text))


def put_json(value: Any) -> None:
    """Write indented JSON to standard output, with control characters escaped."""
    put(escaped(json.dumps(value, ensure_ascii=False, indent=2)))


def say(*lines: str) -> None:
    """Write a message to standard error, with every line made harmless."""
    for text in lines:
        for line in text.splitlines():
            print(clean(line, _LINE), file=sys.stderr)


def complain(error: FootfallError) -> None:
    """Say what went wrong and what to do next."""
    say(error.message)
    if error.hint:
        say(error.hint.lstrip("\n"))


def put_answer(
    answer: Any,
    format: str | None,
    *,
    width: int,
    look: Look | None = None,
    chart: str = "",
    marks: Iterable[Any] = (),
) -> None:
    """Write an answer in a format, or drawn; what it leaves out is reported on standard error."""
    if format:
        from core.export import export

        put(export(answer, format))
        say(*answer.notes, *left_out(answer))
    else:
        from core.draw import text

        put(text(answer, width, look or look_of(), chart=chart, marks=tuple(marks)))
        if answer.shape == "table":
            say(*left_out(answer))


def left_out(answer: Any) -> list[str]:
    """Return sentences on how much an answer left out; a drawing shows most of that itself."""
    found = []
    if answer.shape == "people" and answer.total > len(answer.rows):
        found.append(f"-- {len(answer.rows):,} of {things(answer.total, 'person', 'people')}")
    if getattr(answer, "omitted", 0):
        found.append(f"-- {things(answer.omitted, 'more group')}; top N shows more")
    if getattr(answer, "truncated", False):
        shown = answer.events if answer.shape == "timeline" else answer.rows
        found.append(f"-- {things(len(shown), 'row')}, there are more")
    return found


def look_of(engine: Engine | None = None) -> Look:
    """Return how to draw on this terminal."""
    from core.draw import Look
    from core.timeframe import Calendar
    from tui.terminal import glyphs

    found: Any = glyphs()
    return Look(glyphs=found, colour=False, calendar=engine.calendar if engine else Calendar())


class DrawnLine:
    """A line on standard error that is drawn over itself: progress and status.

    Draws only on a terminal, and only what has changed.
    """

    def __init__(self) -> None:
        self._drawn = ""

    def show(self, text: str) -> None:
        """Draw a text in place of the one before."""
        if text == self._drawn or not sys.stderr.isatty():
            return
        self._drawn = text
        self._write(one_line(text))

    def end(self) -> None:
        """Clear the line."""
        if self._drawn:
            self._write("")
        self._drawn = ""

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text}\x1b[K")
        sys.stderr.flush()
