"""Answers as csv, tsv, json and markdown: the columns, the figures, and nothing harmful in them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import (
    Bin,
    Cohort,
    Column,
    Comparison,
    Grid,
    Histogram,
    Line,
    Number,
    People,
    Person,
    Series,
    Shape,
    Step,
    StepGroup,
    Steps,
    Table,
    TimeBucket,
    Timeline,
    TimelineEvent,
)
from core.errors import BadInput
from core.export import FORMATS, export
from core.text import is_unsafe

HOSTILE = [
    '=HYPERLINK("http://x")', "+1+1", "-cmd", "@sum", "a,b", 'say "hi"', "two\nlines",
    "\x1b[31mred",
    "\u202eevil", "a|b", "`x`", "[a](b)", "<b>", "\t=1", "\r\n", "\x9b2J", "名前", "'",
]  # fmt: skip
DAYS = tuple(TimeBucket(label=f"2025-04-0{d}", start=d, end=d + 1) for d in (1, 2))


def series(name: str = "", *, breakdown: str = "", compared: bool = False) -> Series:
    group = ("NL",) if breakdown else ()
    previous = (1.0, None) if compared else None
    line = Line(group=group, series=name, values=(3, 0.5), previous=previous, total=3)
    comparison = Comparison(mode="previous", first="2025-03-30", last="2025-03-31")
    return Series(
        breakdown=(breakdown,) if breakdown else (),
        buckets=DAYS,
        lines=(line,),
        comparison=comparison if compared else None,
    )


def steps(**fields: Any) -> Steps:
    one = Step(step=1, event="signup", count=4, step_rate=1.0, overall_rate=1.0, drop_off=0)
    two = Step(
        step=2,
        event="buy",
        count=1,
        step_rate=0.25,
        overall_rate=0.25,
        drop_off=3,
        avg_seconds=90.0,
        median_seconds=90.5,
    )
    return Steps(window_seconds=60, groups=(StepGroup(steps=(one, two)),), **fields)


def grid() -> Grid:
    first = Cohort(
        label="2025-04-07", size=4, counts=(4, 1), rates=(1.0, 0.25), incomplete=(False, True)
    )
    both = Cohort(
        label="combined",
        size=6,
        counts=(6, 2),
        rates=(1.0, 0.5),
        incomplete=(False, False),
        sizes=(6, 4),
    )
    return Grid(periods=2, cohorts=(first,), combined=both)


def people(user: str = "ana") -> People:
    person = Person(user=user, first_seen=0, last_seen=1000, events=2, values=(7,))
    return People(total=1, limit=100, offset=0, columns=("sessions",), rows=(person,))


def table(text: str = "a") -> Table:
    columns = (Column(name=text), Column(name="n", type="count"), Column(name="t", type="time"))
    return Table(columns=columns, rows=((text, 5, 0), (None, None, None)))


def histogram(label: str = "0s-3s") -> Histogram:
    first = Bin(label=label, start=0, end=3, count=5, people=4, share=0.625)
    rest = Bin(label="3s and more", start=3, count=3, people=3, share=0.375)
    return Histogram(unit="sessions", of="seconds", total=8, bins=(first, rest))


def timeline(text: str = "signup") -> Timeline:
    event = TimelineEvent(ts=0, event=text, session=1, properties={text: text}, context={"c": text})
    return Timeline(
        user=text, first_seen=0, last_seen=0, total_events=1, total_sessions=1, events=(event,)
    )


def read(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        (series(), [["bucket", "value"], ["2025-04-01", "3"], ["2025-04-02", "0.5"]]),
        (series("new", breakdown="country", compared=True), [
            ["bucket", "country", "series", "value", "previous"],
            ["2025-04-01", "NL", "new", "3", "1"],
            ["2025-04-02", "NL", "new", "0.5", ""],
        ]),
        (steps(), [
            ["step", "event", "count", "step_rate", "overall_rate", "drop_off", "avg_seconds",
             "median_seconds"],
            ["1", "signup", "4", "1", "1", "0", "", ""],
            ["2", "buy", "1", "0.25", "0.25", "3", "90", "90.5"],
        ]),
        (grid(), [
            ["cohort", "size", "period", "count", "rate", "incomplete"],
            ["2025-04-07", "4", "0", "4", "1", "false"],
            ["2025-04-07", "4", "1", "1", "0.25", "true"],
            ["combined", "6", "0", "6", "1", "false"],
            ["combined", "4", "1", "2", "0.5", "false"],
        ]),
        (Grid(periods=2, columns=("00:00", "01:00"), measure="events", cohorts=(
            Cohort(label="Monday", size=3, counts=(2, None), rates=(4.5, None),
                   incomplete=(False, False)),
            ), combined=Cohort(label="combined", size=3, counts=(2, 0), rates=(4.5, 0),
                               incomplete=(False, False))), [
            ["row", "users", "column", "people", "figure"],
            ["", "3", "00:00", "2", "4.5"], ["", "3", "01:00", "0", "0"],
            ["Monday", "3", "00:00", "2", "4.5"], ["Monday", "3", "01:00", "", ""],
        ]),
        (people(), [
            ["user", "first_seen", "last_seen", "events", "sessions"],
            ["ana", "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:01.000Z", "2", "7"],
        ]),
        (table(), [["a", "n", "t"], ["a", "5", "1970-01-01T00:00:00.000Z"], ["", "", ""]]),
        (histogram(), [
            ["bin", "start", "end", "count", "share", "people"],
            ["0s-3s", "0", "3", "5", "0.625", "4"],
            ["3s and more", "3", "", "3", "0.375", "3"],
        ]),
        (Number(value=3.5, previous=2), [["value", "previous"], ["3.5", "2"]]),
        (timeline(), [
            ["time", "event", "session", "context", "properties"],
            ["1970-01-01T00:00:00.000Z", "signup", "1", '{"c":"signup"}', '{"signup":"signup"}'],
        ]),
    ],
    ids=lambda value: value.shape if isinstance(value, Shape) else "",
)  # fmt: skip
def test_csv_is_a_tidy_table(answer: Shape, rows: list[list[str]]) -> None:
    assert read(export(answer, "csv")) == rows
    assert read(export(answer, "tsv"), "\t") == rows


def test_a_funnel_by_a_field_has_it_as_its_first_column() -> None:
    answer = steps(breakdown=("country",))
    by_country = StepGroup(group=("NL",), steps=answer.groups[0].steps)
    answer = answer.model_copy(update={"groups": (*answer.groups, by_country)})
    header, *rows = read(export(answer, "csv"))
    assert header[:3] == ["country", "step", "event"]
    assert [row[0] for row in rows] == ["", "", "NL", "NL"]


def test_a_compared_funnel_tells_its_periods_apart() -> None:
    answer = steps()
    answer = answer.model_copy(update={"previous": answer.groups[0]})
    header, *rows = read(export(answer, "csv"))
    assert header[0] == "period"
    assert [row[0] for row in rows] == ["current", "current", "previous", "previous"]


def test_lines_end_with_a_plain_newline_as_pipes_expect() -> None:
    for format in ("csv", "tsv"):
        assert export(series(), format).count("\n") == 3
        assert "\r" not in export(series(), format)


@pytest.mark.parametrize("answer", [series(), steps(), grid(), people(), table(), timeline()])
def test_json_is_the_answer_model(answer: Any) -> None:
    text = export(answer, "json")
    assert type(answer).model_validate_json(text) == answer


def test_markdown_is_a_table_with_figures_to_the_right() -> None:
    lines = export(steps(), "markdown").splitlines()
    assert lines[0].startswith("| step | event | count |")
    assert lines[1].startswith("| ---: | --- | ---: |")
    assert len(lines) == 4


def test_an_unknown_format_suggests_the_nearest() -> None:
    with pytest.raises(BadInput, match="json"):
        export(series(), "jsn")


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("make", [people, table, timeline])
@pytest.mark.parametrize("format", sorted(FORMATS))
def test_hostile_text_is_harmless_in_every_format(text: str, make: Any, format: str) -> None:
    found = export(make(text), format)
    assert not any(is_unsafe(char) for char in found if char not in "\n\t")
    if format in ("csv", "tsv"):
        rows = read(found, "," if format == "csv" else "\t")
        assert len({len(row) for row in rows}) == 1
        assert not any(cell.startswith(("=", "@", "+1+", "-c")) for row in rows for cell in row)
    if format == "markdown":
        assert len(found.splitlines()) == len(export(make("a"), "markdown").splitlines())
    if format == "json":
        assert json.loads(found) == json.loads(make(text).model_dump_json())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=10), min_size=1, max_size=4))
def test_csv_keeps_every_cell_apart(cells: list[str]) -> None:
    columns = tuple(Column(name=f"c{i}") for i in range(len(cells)))
    _, row = read(export(Table(columns=columns, rows=(tuple(cells),)), "csv"))
    assert len(row) == len(cells)
    for cell, kept in zip(cells, row, strict=True):
        if not any(is_unsafe(char) for char in cell):
            assert kept in (cell, f"'{cell}")


def test_numbers_below_zero_stay_numbers() -> None:
    answer = Table(columns=(Column(name="a"), Column(name="b")), rows=((-5, "-5.5"),))
    assert read(export(answer, "csv"))[1] == ["-5", "-5.5"]
