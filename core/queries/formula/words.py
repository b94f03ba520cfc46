"""The row of the kind for arithmetic over questions.

The grammar itself parses `purchase / dau * 100` (core.language.rules_subjects), as operands are the
first words of many questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from core.formulas.calls import written
from core.formulas.functions import MEASURING
from core.grammars.machine import Token
from core.queries.trend.words import measured
from core.text import cut
from core.words.kinds import Beginning, Kind, Opening, Phrase, Wording, Writing, always, keyword
from core.words.reading import Part, unquoted

LOGS = "logs"
"""The series that is a word in a calculation, but the name of an event in a list of series."""


def _read(read: list[Any]) -> Part:
    text = next(child for child in read[1:] if isinstance(child, Token))
    series = [part[0] for part in read if isinstance(part, list)]
    body = {"formula": unquoted(text), **({"series": series} if series else {})}
    return Part(body, text.start_pos)


def _write(writer: Writing) -> str:
    series, formula = writer.value("series"), str(writer.value("formula"))
    plain = [_operand(writer, each) for each in series]
    different = len({each.model_dump_json() for each in series}) == len(series)
    text = written(formula, plain, [partial(_inside, writer, each) for each in series])
    if text is not None and different:
        return text
    if None not in plain and LOGS not in plain:
        operands = ", ".join(str(text) for text in plain)
        return f"formula {writer.quoted(formula)} of {operands}"
    writer.left["series"] = series
    return f"formula {writer.quoted(formula)}"


def _operand(writer: Writing, series: Any) -> str | None:
    """Return a series of a formula in words; None if words cannot express all of it."""
    if series.range is not None or series.breakdown or series.property is not None:
        return None
    event = series.metric.removeprefix("event:")
    if event == series.metric:
        return None if series.filters else str(event)
    return f"{writer.name(event)}{writer.filtered(series.filters)}"


def _inside(writer: Writing, series: Any, function: str) -> str | None:
    """Return a series inside a function; None if words cannot express all of it."""
    if function not in MEASURING or series.range is not None or series.breakdown:
        return None
    event = series.metric.removeprefix("event:") if ":" in series.metric else None
    if event is None and series.metric != "events":
        return None
    needs = MEASURING[function].property
    found = series.property is not None
    filters = writer.filtered(series.filters)
    if function == "REVENUETOTAL" and event is not None and not found:
        return _undotted(writer, event) + filters
    if needs != found or (function == "REVENUETOTAL" and event is None):
        return None
    if needs:
        return measured(writer, event, series.property) + filters
    return ("events" if event is None else _undotted(writer, event)) + filters


def _undotted(writer: Writing, event: str) -> str:
    """Return an event so that a dot in its name is not taken for one before a property."""
    return writer.quoted(event) if "." in event else writer.name(event)


def _behind(question: Any, cell: Any) -> str:
    from core.queries.formula.naming import lettered, named

    what = f"{cell.series} where {lettered(question)}" if cell.series else named(question)
    place = f", {cell.row}," if cell.row is not None else ""
    return f"People behind {what}{place}"


def _ratio(start: Beginning) -> Iterator[Opening]:
    if start.second != start.event:
        series = [{"metric": f"event:{name}"} for name in (start.event, start.second)]
        title = f"{start.shown} / {cut(start.second, 24)}"
        yield Opening("events over time", 70, title, {"series": series, "formula": "A / B"})


FORMULA = Kind(
    name="formula",
    at="core.queries.formula.formula:FormulaQuestion",
    shapes=("series", "histogram"),
    wording=Wording(
        phrases=(Phrase('FORMULA STRING (OF series ("," series)*)?', _read),),
        write=_write,
        words=keyword("formula"),
    ),
    example="purchase / dau * 100",
    about="a calculation with several series",
    behind=_behind,
    openings=_ratio,
    over_time=always,
    explained=True,
)


KINDS = (FORMULA,)
