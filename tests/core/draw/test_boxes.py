"""Drawings never leave their box, whatever the answer, the size and the names in it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import (
    Bin,
    Cohort,
    Column,
    Comparison,
    Flow,
    FlowEdge,
    FlowNode,
    FlowStep,
    Grid,
    Histogram,
    Line,
    Number,
    People,
    Person,
    Series,
    Step,
    StepGroup,
    Steps,
    Table,
    Tile,
    Timeline,
    TimelineEvent,
    TimelineSession,
    Treemap,
)
from core.draw import Look, charts, draw, navigate, plain, text
from core.draw.board import board_lines, print_board
from core.draw.spans import cells
from core.store.library.saved import Mark
from core.timeframe import DAY
from tests.worlds import drawings
from tests.worlds.effort import effort

HOSTILE = (
    "signup", "", "[red]x[/red]", "\x1b[31mred", "a\tb\nc", "日本語の名前です", "e\u0301\u0301",
    "\u202eright to left", "👩‍👩‍👧", "[@click=app.quit]x[/]", "x" * 300, "\x9b2J", "\u200b", "｡ﾟ",
)  # fmt: skip
names = st.sampled_from(HOSTILE) | st.text(max_size=12)
ODD = (0.0, 1.0, -3.5, 1e15, 0.001, math.inf, -math.inf, math.nan, 5e-324, 1e308)
figures = st.none() | st.sampled_from(ODD) | st.integers(0, 5000)
looks = st.builds(Look, glyphs=st.sampled_from(("braille", "block", "ascii")), colour=st.booleans())
cursors = st.none() | st.tuples(st.integers(0, 20), st.integers(0, 40))


@st.composite
def series(draws) -> Series:
    """Any number of lines and buckets, gaps and negative values included."""
    count = draws(st.integers(0, 40))
    values = st.lists(figures, min_size=count, max_size=count).map(tuple)
    compared = draws(st.booleans())
    lines = []
    for _ in range(draws(st.integers(0, 4))):
        lines.append(
            Line(
                group=(draws(names),),
                values=draws(values),
                previous=draws(values) if compared else None,
                total=draws(figures),
                previous_total=draws(figures) if compared else None,
            )
        )
    return Series(
        title=draws(names),
        unit=draws(st.sampled_from(("users", "number", "percent", "seconds"))),
        breakdown=("country",) if draws(st.booleans()) else (),
        granularity=draws(st.sampled_from(("daily", "hourly", "weekly", "monthly", "yearly"))),
        buckets=drawings.buckets(count),
        lines=tuple(lines),
        comparison=Comparison(mode="previous", first="2024-01-01", last="2024-02-01")
        if compared
        else None,
        omitted=draws(st.integers(0, 3)),
        notes=tuple(draws(st.lists(names, max_size=2))),
    )


@st.composite
def steps(draws) -> Steps:
    """A funnel with any names and counts, with and without groups and a comparison."""
    called = draws(st.lists(names, min_size=1, max_size=5))

    def group(label: tuple[str, ...]) -> StepGroup:
        counts = sorted((draws(st.integers(0, 10**7)) for _ in called), reverse=True)
        return StepGroup(
            group=label,
            in_progress=draws(st.integers(0, 9)),
            steps=tuple(
                Step(
                    step=at + 1,
                    event=called[at],
                    count=counts[at],
                    step_rate=counts[at] / counts[at - 1] if at and counts[at - 1] else None,
                    overall_rate=counts[at] / counts[0] if counts[0] else None,
                    drop_off=counts[at - 1] - counts[at] if at else 0,
                    median_seconds=draws(st.none() | st.floats(0, 1e8)),
                )
                for at in range(len(called))
            ),
        )

    others = draws(st.lists(names, max_size=3))
    return Steps(
        window_seconds=draws(st.integers(0, 10**9)),
        breakdown=("plan",) if others else (),
        groups=(group(()), *(group((name,)) for name in others)),
        previous=group(()) if draws(st.booleans()) else None,
    )


@st.composite
def grids(draws) -> Grid:
    """Ragged cohorts; rates from nothing to everybody."""

    def cohort(label: str) -> Cohort:
        count = draws(st.integers(0, 14))
        size = draws(st.integers(0, 10**6))
        rates = tuple(draws(st.none() | st.floats(0, 1)) for _ in range(count))
        return Cohort(
            label=label,
            size=size,
            counts=tuple(None if r is None else round(r * size) for r in rates),
            rates=rates,
            incomplete=tuple(draws(st.booleans()) for _ in range(count)),
        )

    unit = draws(st.sampled_from(("daily", "weekly", "monthly")))
    labels = draws(
        st.lists(st.sampled_from(("2024-02-19", "2025-01-01", "9999-12-31")), max_size=9)
    )
    return Grid(
        granularity=unit,
        periods=14,
        cohorts=tuple(cohort(label) for label in labels),
        combined=cohort("combined"),
    )


@st.composite
def heats(draws) -> Grid:
    """Figures by row and column, of any size, with gaps."""
    columns = draws(st.lists(names, max_size=26))
    figure = st.none() | st.floats(-(10**9), 10**12) | st.integers(0, 10**6)

    def row(label: str) -> Cohort:
        rates = tuple(draws(figure) for _ in columns)
        return Cohort(
            label=label,
            size=draws(st.integers(0, 10**6)),
            counts=tuple(None if r is None else draws(st.integers(0, 10**6)) for r in rates),
            rates=rates,
            incomplete=(False,) * len(columns),
        )

    return Grid(
        periods=len(columns),
        columns=tuple(columns),
        measure=draws(st.sampled_from(("users", "events", "number"))),
        cohorts=tuple(row(label) for label in draws(st.lists(names, max_size=8))),
        combined=row("combined"),
    )


@st.composite
def tables(draws) -> Table:
    """Columns of every type with values of any."""
    types = ("text", "count", "number", "percent", "duration", "time", "json")
    columns = tuple(
        Column(name=draws(names), type=kind)
        for kind in draws(st.lists(st.sampled_from(types), min_size=1, max_size=6))
    )
    value = names | st.none() | st.integers(-(10**14), 10**15) | st.booleans() | st.floats(-9, 9)
    rows = draws(st.lists(st.tuples(*[value] * len(columns)), max_size=12))
    return Table(columns=columns, rows=tuple(rows), keys=tuple(str(n) for n in range(len(rows))))


@st.composite
def histograms(draws) -> Histogram:
    """Bins of any names and counts, none and many."""
    counts = st.integers(0, 10**9)
    found = draws(st.lists(st.tuples(names, counts, counts), max_size=14))
    bins = [
        Bin(label=label, count=count, people=people, share=draws(st.none() | st.floats(0, 1)))
        for label, count, people in found
    ]
    unit = draws(st.sampled_from(("users", "sessions", "number")))
    return Histogram(unit=unit, of=draws(names), total=draws(counts), bins=tuple(bins))


@st.composite
def lists_of_people(draws) -> People:
    """People with hostile ids."""
    found = draws(st.lists(st.tuples(names, st.integers(-(10**13), 10**14)), max_size=9))
    return People(
        total=len(found) * 3,
        limit=9,
        offset=draws(st.integers(0, 10**6)),
        columns=("country",),
        rows=tuple(
            Person(user=user, first_seen=ms, last_seen=ms, events=3, values=(user,))
            for user, ms in found
        ),
    )


@st.composite
def timelines(draws) -> Timeline:
    """A person with hostile events and properties."""
    called = draws(st.lists(names, max_size=12))
    noon = drawings.START
    return Timeline(
        user=draws(names),
        first_seen=noon if called else None,
        last_seen=noon if called else None,
        total_events=len(called) + draws(st.integers(0, 5)),
        total_sessions=1,
        traits={draws(names): draws(names)},
        devices=tuple(draws(st.lists(names, max_size=2))),
        days=("2024-04-12",) if called else (),
        sessions=(TimelineSession(number=1, start=noon, end=noon + 5, events=len(called)),),
        events=tuple(
            TimelineEvent(ts=noon + n, event=name, session=1, properties={name: [name, n]})
            for n, name in enumerate(called)
        ),
        truncated=draws(st.booleans()),
    )


@st.composite
def treemaps(draws) -> Treemap:
    """Groups of any size, those of nothing included."""
    sizes = draws(st.lists(st.floats(0, 1e12), max_size=60))
    tiles = tuple(
        Tile(
            label=draws(names),
            size=size,
            share=draws(st.none() | st.floats(0, 1)),
            intensity=draws(st.none() | st.floats(-9, 1e9)),
            events=1,
            people=1,
        )
        for size in sorted(sizes, reverse=True)
    )
    return Treemap(
        group_by=draws(names), size="events", intensity=draws(names), tiles=tiles, total_size=9
    )


@st.composite
def flows(draws) -> Flow:
    """Paths of any names, with lines between nodes, some to nodes that are not there."""

    def node(event: str) -> FlowNode:
        return FlowNode(event=event, count=draws(st.integers(0, 10**9)), people=3, of_start=0.5)

    called = st.lists(names, min_size=1, max_size=6, unique=True)
    steps = [
        FlowStep(step=at + 1, nodes=tuple(node(n) for n in draws(called)), ended=draws(st.just(2)))
        for at in range(draws(st.integers(0, 5)))
    ]
    edges = [
        FlowEdge(event=draws(names), after=n.event, step=s.step + 1, count=n.count, people=1)
        for s in steps
        for n in s.nodes
    ]
    return Flow(
        backward=draws(st.booleans()),
        start=draws(names),
        total=draws(st.integers(0, 10**9)),
        people=5,
        steps=tuple(steps),
        edges=tuple(edges),
    )


numbers = st.builds(Number, value=figures, previous=figures, notes=st.tuples(names))
answers = st.one_of(
    series(),
    steps(),
    grids(),
    heats(),
    tables(),
    lists_of_people(),
    timelines(),
    histograms(),
    treemaps(),
    flows(),
    numbers,
)


def inside(lines, width, height, look):
    assert len(lines) <= height
    for line in lines:
        assert cells(line) <= width
        assert all(s.text.isascii() or not look.ascii for s in line)
        assert "\x1b" not in plain([line])
        assert "\n" not in plain([line])


@settings(max_examples=100, deadline=None)
@given(answers, st.integers(1, 200), st.integers(1, 60), looks, cursors, st.data())
def test_every_line_fits(answer, width, height, look, cursor, data):
    chart = data.draw(st.sampled_from(["", *charts(answer)]))
    marks = [Mark(title="m", timestamp=drawings.START + n * DAY) for n in (0, 3, 3, 90)]
    lines = draw(answer, width, height, look, chart=chart, cursor=cursor, marks=marks)
    inside(lines, width, height, look)
    navigate(answer, chart)


@settings(max_examples=30, deadline=None)
@given(series(), st.integers(24, 120), st.integers(5, 30), looks)
def test_every_chart_of_a_series_is_drawn(answer, width, height, look):
    for chart in charts(answer):
        inside(draw(answer, width, height, look, chart=chart), width, height, look)


@settings(max_examples=40, deadline=None)
@given(answers, st.integers(1, 160), looks)
def test_text_fits_its_width(answer, width, look):
    shown = text(answer, width, look)
    assert all(cells_of(line) <= width for line in shown.split("\n"))


def cells_of(line: str) -> int:
    from core.text import width

    return width(line)


@pytest.mark.parametrize("chart", ["line", "bars", "area", "table", "number", "calendar"])
@pytest.mark.parametrize(
    ("lines", "count", "value"),
    [
        (10_000, 3, 7.0),
        (1, 10_000, 7.0),
        (2, 1, 5.0),
        (3, 90, None),
        (2, 90, math.inf),
        (1, 90, -4.0),
    ],
)
def test_many_and_strange_values_are_drawn_with_little_work(chart, lines, count, value):
    line = Line(group=("x" * 40,), values=(value,) * count, previous=(value,) * count, total=value)
    answer = Series(
        breakdown=("x",), buckets=drawings.buckets(count), lines=(line,) * lines, unit="number"
    )
    for size in ((60, 18), (200, 60)):
        for cursor in (None, (0, count - 1)):
            with effort() as work:
                drawn = draw(answer, *size, Look(), chart=chart, cursor=cursor)
            assert work.calls < 1_000_000
            inside(drawn, *size, Look())


@pytest.mark.parametrize("width", [1, 2, 7, 19, 38, 60, 80, 81, 120, 200])
@pytest.mark.parametrize("height", [None, 1, 20, 36])
def test_boards_fill_their_width_exactly(width, height):
    board, found = drawings.sample_board()
    for look in (Look(), Look("ascii")):
        lines = board_lines(board, found, width, height, look)
        assert {cells(line) for line in lines} == {width}
        inside(lines, width, len(lines), look)
    assert all(cells_of(line) <= width for line in print_board(board, found, width).split("\n"))


def test_a_narrow_table_keeps_the_change_by_which_its_rows_are_sorted() -> None:
    names = ("field", "value", "previous", "current", "change", "of change", "people")
    columns = tuple(Column(name=n, type="text" if n in names[:2] else "count") for n in names)
    answer = Table(title="t", columns=columns, rows=(("country", "NL", 10, 40, 30, 1, 9),))
    for wide, shown in ((34, "field value previous change"), (80, " ".join(names))):
        heading = plain([draw(answer, wide, 8)[0]])
        assert " ".join(heading.split()) == shown, wide
