"""Answers as files: csv, tsv, json and markdown for every shape, one number per row.

Rates are fractions, durations are seconds, and a missing figure is empty; numbers are written in
full, not as they are drawn. Lines end with a newline. Characters that can control a terminal are
never written raw, not even to a file, which may be shown in one: csv, tsv and markdown use a
replacement character, json escapes them and so keeps every text intact. In csv and tsv a text cell
that a spreadsheet would run as a formula (it begins with `=`, `+`, `-` or `@` and is not a number)
is prefixed with an apostrophe, which spreadsheets hide and readers can strip.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from core.answers import (
    Cohort,
    Flow,
    FlowNode,
    Grid,
    GridGroup,
    Histogram,
    Line,
    Number,
    People,
    Series,
    Shape,
    StepGroup,
    Steps,
    Table,
    Timeline,
    Treemap,
)
from core.errors import BadInput, did_you_mean
from core.text import escaped, one_line
from core.timeframe import iso
from core.values.json_text import json_text

Row = list[Any]
_FORMULA = ("=", "+", "-", "@")


def export(answer: Shape, format: str) -> str:
    """Return an answer as text in one of FORMATS, ending with a newline.

    Raises:
        BadInput: the format is not known.
    """
    if format not in FORMATS:
        raise BadInput(
            f"Format {format!r} is not known.",
            did_you_mean(format, FORMATS) or f"Allowed: {', '.join(FORMATS)}.",
        )
    return FORMATS[format](answer)


def rows(answer: Shape) -> Iterator[Row]:
    """Yield the header and the rows of an answer's tidy table."""
    for shape, write in _TABLES.items():
        if isinstance(answer, shape):
            yield from write(answer)
            return
    raise BadInput(f"{type(answer).__name__} has no table.", "Export it as json.")


def text_rows(answer: Shape) -> Iterator[list[str]]:
    """Yield the rows of `rows` as clean text, with empty cells for missing figures."""
    for row in rows(answer):
        yield [_text(value) for value in row]


# -- shapes


def _number(answer: Number) -> Iterator[Row]:
    compared = answer.previous is not None
    yield ["value", *(["previous"] if compared else [])]
    yield [answer.value, *([answer.previous] if compared else [])]


def _series(answer: Series) -> Iterator[Row]:
    named = any(line.series for line in answer.lines)
    compared = answer.comparison is not None
    shares = any(line.fractions for line in answer.lines)
    banded = any(line.usual for line in answer.lines)
    foreseen = any(line.forecast is not None for line in answer.lines)
    yield [
        "bucket",
        *answer.breakdown,
        *(["series"] if named else []),
        "value",
        *(["previous"] if compared else []),
        *(["part", "whole"] if shares else []),
        *(["usual_low", "usual_high"] if banded else []),
        *(["forecast"] if foreseen else []),
    ]
    for line in answer.lines:
        for index, bucket in enumerate(answer.buckets):
            previous = [_at(line.previous, index)] if compared else []
            parts = line.fractions[index] if shares else ()
            band = (_at(line.usual, index) or (None, None)) if banded else ()
            last = index == len(answer.buckets) - 1
            ahead = [line.forecast if last else None] if foreseen else []
            figures = [line.values[index], *previous, *parts, *band, *ahead]
            yield [bucket.label, *_line(line, answer, named), *figures]


def _line(line: Line, answer: Series, named: bool) -> Row:
    return [*_group(line.group, len(answer.breakdown)), *([line.series] if named else [])]


def _group(group: tuple[str, ...], size: int) -> Row:
    return [*group, *[""] * (size - len(group))]


def _at(values: tuple[Any, ...] | None, index: int) -> Any:
    return values[index] if values is not None and index < len(values) else None


def _table(answer: Table) -> Iterator[Row]:
    yield [column.name for column in answer.columns]
    times = [index for index, column in enumerate(answer.columns) if column.type == "time"]
    for row in answer.rows:
        cells = list(row)
        for index in times:
            cells[index] = _moment(cells[index])
        yield cells


def _moment(value: Any) -> Any:
    return iso(value) if isinstance(value, int) else value


def _steps(answer: Steps) -> Iterator[Row]:
    compared = answer.previous is not None
    named = any(step.name for group in answer.groups for step in group.steps)
    yield [
        *(["period"] if compared else []), *answer.breakdown, "step", "event", "count",
        "step_rate", "overall_rate", "drop_off", "avg_seconds", "median_seconds",
        *(["people"] if answer.unit != answer.whom else []), *(["name"] if named else []),
    ]  # fmt: skip
    size = len(answer.breakdown)
    for group in answer.groups:
        yield from _step_rows(group, size, ["current"] if compared else [], named)
    if answer.previous is not None:
        yield from _step_rows(answer.previous, size, ["previous"], named)


def _step_rows(group: StepGroup, size: int, period: Row, named: bool) -> Iterator[Row]:
    for s in group.steps:
        yield [
            *period, *_group(group.group, size), s.step, s.event, s.count, s.step_rate,
            s.overall_rate, s.drop_off, s.avg_seconds, s.median_seconds,
            *([] if s.people is None else [s.people]), *([s.name] if named else []),
        ]  # fmt: skip


def _grid(answer: Grid) -> Iterator[Row]:
    if answer.columns:
        yield from _by_column(answer)
        return
    money = answer.measure != "share"
    yield [
        *answer.breakdown, "cohort", "size",
        *(("day", "payers", "value") if money else ("period", "count", "rate")), "incomplete",
        *(("paid", "total_amount") if money else ()),
    ]  # fmt: skip
    whole = GridGroup(cohorts=answer.cohorts, combined=answer.combined)
    for part in (whole, *answer.groups):
        group = _group(part.group, len(answer.breakdown))
        for cohort in (*part.cohorts, part.combined):
            yield from _cohort_rows(answer, cohort, group)


def _cohort_rows(answer: Grid, cohort: Cohort, group: Row) -> Iterator[Row]:
    for period, count in enumerate(cohort.counts):
        size = cohort.sizes[period] if cohort.sizes else cohort.size
        name: object = answer.bracket(period) if answer.brackets else period
        name = answer.days[period] if answer.days else name
        rate, incomplete = cohort.rates[period], cohort.incomplete[period]
        money = [] if cohort.paid is None else [cohort.paid, cohort.total]
        yield [*group, cohort.label, size, name, count, rate, incomplete, *money]


def _by_column(answer: Grid) -> Iterator[Row]:
    yield [*answer.breakdown, "row", answer.unit, "column", "people", "figure"]
    for group, row in answer.lines:
        label = "" if row.label == "combined" else row.label
        for name, people, figure in zip(answer.columns, row.counts, row.rates, strict=True):
            yield [*_group(group, len(answer.breakdown)), label, row.size, name, people, figure]


def _histogram(answer: Histogram) -> Iterator[Row]:
    size = len(answer.breakdown)
    yield [*answer.breakdown, "bin", "start", "end", "count", "share", "people"]
    groups = [((), answer.bins), *((group.group, group.bins) for group in answer.groups)]
    for group, bins in groups:
        for part in bins:
            figures = [part.start, part.end, part.count, part.share, part.people]
            yield [*_group(group, size), part.label, *figures]


def _treemap(answer: Treemap) -> Iterator[Row]:
    yield [answer.group_by, "size", "share", "intensity", "events", "people"]
    for tile in answer.tiles:
        yield [tile.label, tile.size, tile.share, tile.intensity, tile.events, tile.people]


def _flow(answer: Flow) -> Iterator[Row]:
    """Yield nodes, with an empty `after`, then edges, then the people who did and did not reach the
    target.
    """
    compared = answer.comparison is not None
    yield [
        "step",
        "after",
        "event",
        "count",
        "of_start",
        "of_previous",
        "people",
        *(["previous"] if compared else []),
    ]
    rows: list[tuple[int | str, str | None, FlowNode]] = []
    rows += [(step.step, None, node) for step in answer.steps for node in step.nodes]
    rows += [(edge.step, edge.after, edge) for edge in answer.edges]
    rows += [("reached", None, answer.reached)] if answer.reached is not None else []
    rows += [("dropped", None, node) for node in answer.dropped]
    for step, after, n in rows:
        past = [n.previous] if compared else []
        yield [step, after, n.event, n.count, n.of_start, n.of_previous, n.people, *past]


def _people(answer: People) -> Iterator[Row]:
    yield ["user", "first_seen", "last_seen", "events", *answer.columns]
    for person in answer.rows:
        seen = [iso(person.first_seen), iso(person.last_seen)]
        yield [person.user, *seen, person.events, *person.values]


def _timeline(answer: Timeline) -> Iterator[Row]:
    yield ["time", "event", "session", "context", "properties"]
    for event in answer.events:
        context, properties = (json_text(found) for found in (event.context, event.properties))
        yield [iso(event.ts), event.event, event.session or None, context, properties]


_TABLES: dict[type[Shape], Callable[[Any], Iterator[Row]]] = {
    Number: _number,
    Series: _series,
    Table: _table,
    Steps: _steps,
    Grid: _grid,
    Histogram: _histogram,
    People: _people,
    Timeline: _timeline,
    Treemap: _treemap,
    Flow: _flow,
}


# -- formats


def _text(value: Any) -> str:
    """Return a cell as clean text: empty for a missing figure, true or false for booleans."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value)
    found = value if isinstance(value, str) else json_text(value, str)
    return one_line(found)


def _cell(value: Any) -> str:
    text = _text(value)
    harmless = not isinstance(value, str) or not text.startswith(_FORMULA) or _is_number(text)
    return text if harmless else f"'{text}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def delimited(table: Iterable[Row], delimiter: str = ",") -> str:
    """Return rows as RFC 4180 text, optionally with another delimiter; lines end in a newline."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerows([_cell(value) for value in row] for row in table)
    return out.getvalue()


def _csv(answer: Shape) -> str:
    return delimited(rows(answer))


def _tsv(answer: Shape) -> str:
    return delimited(rows(answer), "\t")


def _json(answer: Shape) -> str:
    return escaped(answer.model_dump_json()) + "\n"


def _markdown(answer: Shape) -> str:
    header, *body = rows(answer)
    right = [all(_is_figure(row[i]) for row in body) and bool(body) for i in range(len(header))]
    lines = [
        _bar(header),
        "|" + "|".join(" ---: " if r else " --- " for r in right) + "|",
        *(_bar(row) for row in body),
    ]
    return "\n".join(lines) + "\n"


def _is_figure(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


_MARKUP = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>|#~"})


def _bar(row: Row) -> str:
    return "| " + " | ".join(_text(value).translate(_MARKUP) for value in row) + " |"


FORMATS: dict[str, Callable[[Shape], str]] = {
    "csv": _csv,
    "tsv": _tsv,
    "json": _json,
    "markdown": _markdown,
}
"""Format -> the function that writes an answer in it."""
