"""Answers as lines of styled text: shapes in, spans out. Nothing here knows a screen.

A chart is one function, and its row in core.words.charts.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from core.draw.spans import Line, Look, Span, finished, plain
from core.words.charts import CHARTS

__all__ = ["CHARTS", "Line", "Look", "Span", "charts", "draw", "navigate", "plain", "text"]

SMALL = (24, 5)
"""Below this size (cells, rows) a chart over time is drawn as a number and a sparkline."""


def charts(answer: Any) -> list[str]:
    """Return the names of the charts an answer can be drawn as, the default one first."""
    if answer.shape == "table" and not answer.charted:
        return ["table"]
    found = list(CHARTS.get(answer.shape, {}))
    if answer.shape == "series":
        from core.draw.figures import has_calendar

        return found if has_calendar(answer) else [name for name in found if name != "calendar"]
    if answer.shape == "steps":
        return found if answer.breakdown and len(answer.groups) > 1 else ["steps"]
    return found


def draw(
    answer: Any,
    width: int,
    height: int,
    look: Look | None = None,
    *,
    chart: str = "",
    cursor: tuple[int, int] | None = None,
    marks: Sequence[Any] = (),
) -> list[Line]:
    """Draw an answer into a box.

    Args:
        answer: a shape of core.answers.
        width, height: the box in cells and rows, which the result never exceeds.
        chart: one of `charts(answer)`; "" or an unknown name is the default one.
        cursor: row and column of `navigate(answer, chart)` to highlight.
        marks: core.store.library.saved.Mark values to show on charts over time.

    If the chart of a series fails, a table is drawn instead, see stand_in; other charts raise.
    """
    look = look or Look()
    if width < 1 or height < 1:
        return []
    if answer.missed and height > 1:
        said = finished(_missed(answer, width, height), width, height, look)
        notes = tuple(note for note in answer.notes if note not in answer.missed)
        rest = answer.model_copy(update={"missed": (), "notes": notes})
        left = height - len(said)
        return [*draw(rest, width, left, look, chart=chart, cursor=cursor, marks=marks), *said]
    if answer.shape == "series" and look.ascii:
        from core.draw.units import in_ascii

        answer = in_ascii(answer)
    name = _chart(answer, width, height, chart)
    if answer.shape == "series" and name == "number" != chart:
        from core.draw.places import below_total

        cursor = below_total(answer, cursor)
    if answer.shape == "series" and not _has_values(answer):
        return finished(_empty(answer, width), width, height, look)
    function = _function(answer.shape, name)
    options = (marks,) if answer.shape == "series" else ()
    places = (cursor,) if answer.shape != "number" else ()
    try:
        lines = function(answer, width, height, look, *places, *options)
    except Exception:
        if answer.shape != "series" or name == "table":
            raise
        lines = stand_in(answer, width, height, look, marks)
    return finished(lines, width, height, look)


def stand_in(answer: Any, width: int, height: int, look: Look, marks: Sequence[Any]) -> list[Line]:
    """Draw the replacement for a series whose chart has failed: its table.

    Called while the failure is handled; tests replace it to raise the error again.
    """
    return _function("series", "table")(answer, width, height, look, None, marks)


def _function(shape: str, name: str) -> Callable[..., list[Line]]:
    module, _, function = CHARTS[shape][name].partition(":")
    found: Callable[..., list[Line]] = getattr(importlib.import_module(module), function)
    return found


def _chart(answer: Any, width: int, height: int, chart: str) -> str:
    known = CHARTS[answer.shape]
    name = chart if chart in known else next(iter(known))
    small = width < SMALL[0] or height < SMALL[1]
    if answer.shape == "series" and small and name in ("line", "area", "bars"):
        return "bars" if name == "bars" and answer.breakdown and width >= SMALL[0] else "number"
    return name


def _has_values(answer: Any) -> bool:
    return bool(answer.lines) and bool(answer.buckets)


def _missed(answer: Any, width: int, height: int) -> list[Line]:
    """Return the sentences about names that are not in the data, in at most half of the box."""
    from core.draw.legend import wrapped

    return wrapped(list(answer.missed), width)[: height // 2]


def _empty(answer: Any, width: int) -> list[Line]:
    from core.draw.figures import span_text
    from core.draw.legend import wrapped

    dates = span_text(answer.first, answer.last)
    return wrapped([f"Nothing counted {'in ' if dates else ''}{dates}.".replace(" .", ".")], width)


def navigate(answer: Any, chart: str = "", week_start: int = 0) -> list[list[Any]]:
    """Return the cells that a cursor can be on, row by row; see core.draw.places."""
    from core.draw.places import navigate as found

    return found(answer, chart, week_start)


def textured(look: Look, answer: Any) -> Look:
    """Return a look with which filled charts over time can be read without colour."""
    return replace(look, colour=False) if getattr(answer, "shape", "") == "series" else look


NATURAL = {"line": 16, "area": 16, "bars": 16, "number": 8, "curve": 16, "calendar": 16}
"""How many rows charts without a natural height take on the command line."""


def text(
    answer: Any, width: int, look: Look | None = None, *, chart: str = "", marks: Sequence[Any] = ()
) -> str:
    """Return an answer as plain text for the command line, as tall as it needs to be.

    The first line says what was counted and for which dates. As no colour can be seen, what is
    filled has a texture.
    """
    from core.draw.figures import span_text
    from core.draw.spans import safe

    look = textured(look or Look(), answer)
    name = chart if chart in CHARTS[answer.shape] else charts(answer)[0]
    height = NATURAL.get(name, 100_000)
    if name == "bars" and (answer.shape != "series" or answer.breakdown):
        height = 100_000
    dates = span_text(answer.first, answer.last)
    heading = "  ".join(part for part in (safe(answer.title), dates) if part)
    title: list[Line] = [(Span(heading, "title"),), ()] if heading else []
    body = draw(answer, width, height, look, chart=name, marks=marks)
    return plain([*finished(title, width, 2, look), *body])
