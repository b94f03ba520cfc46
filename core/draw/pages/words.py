"""What a page says besides its charts."""

from __future__ import annotations

from typing import Any

from core.answers import Series, Steps
from core.draw.board import error_lines
from core.draw.figures import counted, figure, span_text
from core.draw.spans import safe
from core.errors import FootfallError
from core.text import clean
from core.timeframe import Calendar

LONGEST = 20_000
"""Characters of a note."""

MOST = 6
"""Lines of a chart that its description names."""


def several(content: str) -> str:
    """Return what was written as Markdown, without control characters."""
    return "\n".join(clean(line, LONGEST) for line in content.split("\n")).strip()


def failure(answer: FootfallError | None) -> str:
    """Return what is said in place of an answer."""
    if answer is None:
        return "Not asked."
    return "\n".join(safe(line, LONGEST) for line in error_lines(answer))


def dates_of(span: tuple[Any, Any] | None) -> str:
    """Return the dates of a span of ISO dates, "" for none."""
    return span_text(*span) if span is not None else ""


def description(answer: Any) -> str:
    """Return what a chart shows for those who do not see it: its most important figures."""
    dates = span_text(answer.first, answer.last)
    said = [f"{dates}." if dates else ""]
    if isinstance(answer, Series):
        said += _of_series(answer)
    elif isinstance(answer, Steps) and answer.groups:
        said += [
            f"Step {step.step}, {safe(step.named)}: {counted(step.count, answer.unit)}."
            for step in answer.groups[0].steps
        ]
    return " ".join([*filter(None, said), "All figures are in the table that follows."])


def _of_series(answer: Series) -> list[str]:
    found = []
    for line in answer.lines[:MOST]:
        name = f"{safe(line.name)}: " if line.name else ""
        before = line.previous_total
        than = f", before {figure(before, answer.unit)}" if before is not None else ""
        if line.total is not None:
            found.append(f"{name}{counted(line.total, answer.unit)}{than}.")
    more = len(answer.lines) - MOST
    return [*found, f"And {more} more."] if more > 0 else found


def moment_words(ms: int, calendar: Calendar) -> str:
    """Return an instant for readers anywhere: "Nov 28 2026, 13:11 UTC"."""
    local = calendar.local(ms)
    return f"{local:%b %d %Y, %H:%M} {local:%Z}".rstrip()
