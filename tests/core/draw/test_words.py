"""What drawings say: values under the cursor, unfinished buckets, what was left out, fallbacks."""

from __future__ import annotations

import importlib
import itertools
import subprocess
import sys

import pytest

from core.answers import Bin, Cell, Column, Line, Number, Series, Step, StepGroup, Steps, Table
from core.draw import Look, charts, draw, navigate, plain, text
from core.draw.figures import counted, facts, short
from core.draw.series.axes import Scale
from core.draw.spans import cells
from core.draw.spark import sparkline
from core.words.charts import CHARTS
from tests.worlds import drawings
from tests.worlds.effort import effort
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.world import engine_of

WIDE = (110, 16)


def shown(answer, size=WIDE, **options) -> str:
    """An answer drawn in ASCII as plain text."""
    return plain(draw(answer, *size, options.pop("look", Look("ascii")), **options))


@pytest.mark.parametrize(
    ("cursor", "said"),
    [
        ((0, 18), "Tue Apr 30: 42 users  prev 34 +23.5%"),
        ((0, 29), "Sat May 11: 17 users  prev 46 -63.0% ~ day not complete"),
        ((9, 99), "Sat May 11: 17 users"),
    ],
)
def test_the_cursor_says_its_bucket(cursor, said):
    assert said in shown(drawings.signups(), (60, 8), cursor=cursor)


@pytest.mark.parametrize(
    ("cursor", "said"),
    [
        ((0, 18), ("Tue Apr 30", "42 users", "prev 34 +23.5%")),
        ((0, 29), ("Sat May 11", "17 users", "prev 46 -63.0%", "~ day not complete")),
        ((9, 99), ("Sat May 11", "17 users")),
    ],
)
def test_with_room_a_box_says_it_and_the_chart_keeps_its_place(cursor, said):
    boxed, bare = (shown(drawings.signups(), cursor=at).split("\n") for at in (cursor, None))
    for words in said:
        assert any(f"| {words}" in line for line in boxed)
    assert len(boxed) == len(bare)
    assert boxed[-3:] == bare[-3:]
    assert [line[:3] for line in boxed] == [line[:3] for line in bare]


def test_the_last_point_stays_beside_the_box():
    for at in range(30):
        lines = draw(drawings.signups(), *WIDE, Look(), cursor=(0, at))
        assert any(line.endswith(" 47 May 10") for line in plain(lines).split("\n"))
        assert "~" in plain(lines[:-2]) or at == 29


@pytest.mark.parametrize("chart", ["line", "bars", "area", "table", "number"])
@pytest.mark.parametrize("size", [WIDE, (60, 12), (40, 5)])
def test_a_breakdown_with_one_value_names_it(chart, size):
    several = drawings.by_source()
    alone = several.model_copy(update={"lines": several.lines[1:2]})
    assert alone.lines[0].name in shown(alone, size, chart=chart)
    unbroken = drawings.signups()
    assert alone.lines[0].name not in shown(unbroken, size, chart=chart)
    if chart in ("bars", "table"):
        places = [cell for row in navigate(alone, chart) for cell in row]
        assert places == [Cell(group=alone.lines[0].group)]


def test_the_cursor_stands_under_its_bucket():
    lines = shown(drawings.signups(), cursor=(0, 0)).split("\n")
    assert lines[0].index(":") == lines[0].index("|") + 1
    lines = shown(drawings.signups(), cursor=(0, 29)).split("\n")
    assert any("~" in line for line in lines[:12])
    assert any(line[lines[0].index(":")] == "O" for line in lines[:12])


def test_the_cursor_names_its_line_first():
    said = shown(drawings.by_source(), (110, 8), cursor=(2, 3)).split("\n")[-1]
    assert said.startswith("Mon Apr 15: o referral 10 events")
    assert "organic" in said
    boxed = shown(drawings.by_source(), cursor=(2, 3)).split("\n")
    first = next(at for at, line in enumerate(boxed) if "| Mon Apr 15" in line)
    assert "o referral 10 events" in boxed[first + 1]
    assert "organic" in boxed[first + 2]


def test_unfinished_buckets_are_drawn_apart_and_explained():
    whole = drawings.signups()
    running = draw(whole, *WIDE, Look())
    assert any("~" in s.text and s.style == "partial" for x in running[:-2] for s in x)
    assert "~ day not complete" in plain(running)
    finished = whole.model_copy(update={"buckets": drawings.buckets(30, running=False)})
    assert "~" not in plain(draw(finished, *WIDE, Look()))


def test_sparklines_leave_unfinished_buckets_out_of_averages():
    look, partial = Look("ascii"), (False, False, False, True)
    assert plain([sparkline((8, 8, 8, 0), 2, look, partial=partial)]) == "##"
    assert plain([sparkline((8, 8, 8, 0), 4, look, partial=partial)]) == "###_"


def test_a_figure_has_its_change_below_it_and_a_sparkline_as_wide_as_its_tile():
    lines = plain(draw(drawings.signups(), 40, 9, chart="number")).split("\n")
    assert lines[3] == "▲ 12.1% vs 1,145"
    assert 30 < len(lines[4]) <= len(lines[5]) == 40
    assert shown(drawings.signups(), (40, 4), chart="number").startswith("1,284 users")
    assert "+12.1% vs 1,145" in shown(drawings.signups(), (40, 4), chart="number")
    fallen = Number(value=3, previous=4, unit="users")
    assert "▼ 25.0% vs 4" in plain(draw(fallen, 30, 5))


def test_bars_below_zero_hang_from_a_middle_axis():
    lines = tuple(Line(group=(n,), values=(v,), total=v) for n, v in (("a", 8), ("b", -4)))
    answer = Series(
        unit="number", breakdown=("x",), buckets=drawings.buckets(1), lines=lines, additive=True
    )
    up, down = shown(answer, (40, 5), chart="bars").split("\n")[:2]
    assert up.index("#") == down.rindex("#") + 1
    assert abs(up.count("#") - 2 * down.count("#")) <= 1


def test_what_changed_draws_the_change():
    columns = (
        Column(name="value"),
        Column(name="previous", type="count"),
        Column(name="change", type="number"),
    )
    rows = (("DE", 10, -10), ("NL", 900, 5))
    lines = shown(Table(columns=columns, rows=rows), (80, 8)).split("\n")
    assert abs(lines[1].count("#") - 2 * lines[2].count("#")) <= 1
    assert lines[2].index("#") == lines[1].rindex("#") + 1


def test_bars_say_value_share_and_how_many_fit():
    whole = drawings.by_source().model_copy(update={"omitted": 0})
    assert "570  39.5%" in shown(whole, (78, 6), chart="bars")
    many = whole.model_copy(update={"lines": whole.lines * 3})
    assert "1 to 4 of 12" in shown(many, (78, 5), chart="bars")
    assert "9 to 12 of 12" in shown(many, (78, 5), chart="bars", cursor=(11, 0))
    assert "1 to 3 of 12" in shown(many, (78, 5), chart="table")


def test_people_counted_once_are_said_to_be():
    assert "Each user counts once: 1,284; the days add up to 1,349." in shown(drawings.signups())
    same = drawings.signups()
    line = same.lines[0].model_copy(update={"total": same.lines[0].bucket_sum})
    assert facts(same.model_copy(update={"lines": (line,)})) == []
    assert not any("once" in fact for fact in facts(drawings.by_source()))


def test_omitted_groups_and_notes_are_said():
    answer = drawings.by_source().model_copy(update={"notes": ("Too many points: weekly.",)})
    assert "3 smaller groups are not shown." in shown(answer)
    assert "Too many points: weekly." in shown(answer)


def test_wide_characters_wrap_by_their_cells():
    answer = Number(value=1, notes=("日本語の長い文章" * 3,))
    lines = draw(answer, 10, 20)
    assert "".join(plain(lines).split("\n")[3:]) == "日本語の長い文章" * 3


def test_a_ratio_of_nothing_is_a_dash():
    line = Line(values=(None, 0.5), total=None)
    answer = Series(unit="percent", buckets=drawings.buckets(2), lines=(line,))
    assert shown(answer, (40, 8), cursor=(0, 0)).endswith("Fri Apr 12: -")
    assert plain(draw(Number(value=None), 20, 1)) == "–"


def test_changes_have_signs():
    assert "+12.1%" in shown(drawings.signups())
    spans = [s for line in draw(drawings.signups(), *WIDE) for s in line]
    assert [s.style for s in spans if s.text == "+12.1%"] == ["good"]


def test_lines_are_told_apart_without_colour():
    lines = plain(draw(drawings.by_source(), *WIDE)).split("\n")
    ends = {line[-14:].strip() for line in lines[:14]}
    assert {"organic    22", "google ads 14", "referral   13", "newsletter  7"} <= ends
    lines = plain(draw(drawings.by_source(), 110, 8)).split("\n")
    ends = {line[-1:] for line in lines[:6] if line[-2:-1] == " "}
    assert {"A", "B", "C", "D"} <= ends
    assert all(f"━{letter} " in lines[-1] for letter in "ABCD")


def test_heat_has_letters_without_colour():
    grid = drawings.retention()
    small = (72, 16)
    assert "100#   39*   29x" in shown(grid, small)
    assert "100#   39*   29x" in shown(grid, small, look=Look(colour=False))
    coloured = draw(grid, *small, Look())
    assert "100    39    29 " in plain(coloured)
    assert {s.style for line in coloured for s in line} >= {"heat7", "heat6", "heat3", "partial"}


def test_cells_of_a_grid_share_the_width_and_the_combined_row_stands_apart():
    lines = draw(drawings.retention(), *WIDE, cursor=(3, 2))
    assert cells(lines[1]) > 90
    assert set(plain(lines[2:3])) == {"─"}
    assert [s.style for s in lines[0] if s.text.strip() == "W1"] == ["accent"]
    assert any(s.style == "accent" and "Mar 04" in s.text for s in lines[5])
    assert plain(lines[3:4]).count("━") < plain(lines[11:12]).count("━") == 8


def test_a_grid_of_a_thousand_cohorts_is_drawn_at_once():
    grid = drawings.retention()
    named = [f"{2000 + n // 12}-{n % 12 + 1:02}-01" for n in range(1000)]
    many = tuple(grid.cohorts[0].model_copy(update={"label": name}) for name in named)
    answer = grid.model_copy(update={"cohorts": many})
    draw(answer, *WIDE)
    with effort() as work:
        draw(answer, *WIDE)
    assert work.calls < 40_000


def test_beside_the_bins_stands_the_spread_of_the_values():
    lines = plain(draw(drawings.lengths(), 72, 24, Look("ascii"))).split("\n")
    pieces = {line.split()[0]: line.split()[1] for line in lines[:5]}
    thick, thin = ("0s-3s", "+"), ("10s-30s", "|")
    assert {thick, ("3s-10s", "#"), thin, ("30s-1m", "|")} <= set(pieces.items())
    assert "P10 0s, p25 1s, median 2s, p75 8s, p90 31s, mean 12s." in lines


def test_bins_of_seconds_are_written_in_fitting_units():
    bins = (("60s-180s", 60.0, 180.0), ("1800s-3600s", 1800.0, 3600.0))
    found = drawings.lengths().model_copy(
        update={"bins": tuple(Bin(label=x, start=a, end=b, count=1, people=1) for x, a, b in bins)}
    )
    lines = plain(draw(found, 72, 24, Look("ascii"))).split("\n")
    assert [line.split()[0] for line in lines[:2]] == ["1m-3m", "30m-1h"]


def test_the_sentence_under_a_grid():
    grid = drawings.retention()
    said = "Mar 11 cohort, W2 (Mar 25 - Mar 31): 77 of 274 users came back, 28.1%."
    assert said in shown(grid, cursor=(4, 3))
    assert "[ 28+]" in shown(grid, cursor=(4, 3))
    assert "Mar 11 cohort: 274 users." in shown(grid, cursor=(4, 0))
    assert "of 1,602 users came back, 28.6%" in shown(grid, cursor=(0, 3))
    assert "not over yet" in shown(grid, cursor=(1, 9))


def test_figures_by_row_and_column():
    grid, wide = drawings.by_hour(), (130, 16)
    assert "all         480 204 207" in shown(grid, wide)
    assert "11  12  13" in shown(grid, wide)
    assert "Monday, 12:00: 40 users." in shown(grid, wide, cursor=(1, 13))
    assert "[40]" in shown(grid, wide, cursor=(1, 13))
    assert "Monday: 80 users." in shown(grid, wide, cursor=(1, 0))
    assert "All, 12:00: 240 users." in shown(grid, wide, cursor=(0, 13))
    assert "Sunday, 21:00: not in this range." in shown(grid, wide, cursor=(7, 22))
    events = drawings.by_hour("events")
    assert "Monday, 12:00: 100 events, of 40 users." in shown(events, cursor=(1, 13))
    assert len(navigate(grid)[1]) == 25


def test_figures_without_room_are_shades():
    grid = drawings.by_hour()
    lines = shown(grid, (80, 16)).splitlines()
    assert lines[0].split()[1:] == [f"{hour:02}" for hour in range(0, 24, 2)]
    assert "##" in lines[2]
    assert lines[8].endswith("x x x")
    assert any(span.style == "heat6" for span in draw(grid, 80, 16, Look())[2])
    assert "all" in shown(grid, chart="curve")
    assert "All, 12:00: 240 users." in shown(grid, chart="curve", cursor=(0, 13))


def test_a_narrow_grid_scrolls_to_the_cursor_and_says_what_is_cut():
    drawn = shown(drawings.retention(13), (40, 8), cursor=(2, 12))
    assert "W11" in drawn
    assert "W0 " not in drawn
    assert "combined 4,108" in drawn
    assert "Feb 26     246" in drawn
    assert "of W12" in drawn


def test_funnels_say_the_end_the_loss_and_who_is_on_the_way():
    drawn = shown(drawings.activation())
    for said in (
        "12.7% end to end",
        "biggest loss 4 > 5 (1,399)",
        "188 still in progress",
        "14d window, ordered, 4,812 entered",
    ):
        assert said in drawn


def test_a_funnel_nobody_finished():
    steps = (
        Step(step=1, event="a", count=3, step_rate=1.0, overall_rate=1.0, drop_off=0),
        Step(step=2, event="b", count=0, step_rate=0.0, overall_rate=0.0, drop_off=3),
    )
    answer = Steps(window_seconds=14 * 86_400, groups=(StepGroup(steps=steps),))
    assert "No one reached step 2 within 14d." in shown(answer)


def test_lists_scroll_to_the_cursor():
    drawn = shown(drawings.people(), (78, 6), cursor=(11, 0))
    assert "> u_8257" in drawn
    assert "12 of 40" in drawn


def test_equal_events_fold_into_one_line():
    rows = navigate(drawings.timeline())
    assert [cell.row for (cell,) in rows] == ["0", "1", "9", "10", "11", "12"]
    assert "8 x page_view until 10:00:00" in shown(drawings.timeline())


def test_nothing_to_draw_is_said():
    empty = Series(first="2024-05-01", last="2024-05-07", buckets=(), lines=())
    assert shown(empty) == "Nothing counted in May 01 - May 07 2024."


def test_a_table_stands_in_when_a_chart_cannot_be_drawn(stand_in, monkeypatch):
    monkeypatch.setattr("core.draw.stand_in", stand_in)
    monkeypatch.setattr("core.draw.series.lines.line_chart", broken)
    assert "Fri Apr 12 2024" in shown(drawings.signups())


def broken(*_: object) -> None:
    raise ZeroDivisionError


def test_a_series_whose_chart_fails_is_drawn_as_its_table(stand_in, monkeypatch):
    table = shown(drawings.by_source(), chart="table")
    monkeypatch.setattr("core.draw.series.bars.bar_chart", broken)
    with pytest.raises(ZeroDivisionError):
        shown(drawings.by_source(), chart="bars")
    monkeypatch.setattr("core.draw.stand_in", stand_in)
    assert shown(drawings.by_source(), chart="bars") == table
    monkeypatch.setattr("core.draw.table.series_table", broken)
    with pytest.raises(ZeroDivisionError):
        shown(drawings.by_source(), chart="table")


def test_small_boxes_get_a_number():
    assert shown(drawings.signups(), (23, 5)).startswith("1,284 users")
    assert "|" in shown(drawings.signups(), (24, 5))


def test_text_shows_everything():
    assert text(drawings.retention(13), 200).count("\n") >= 15
    assert text(drawings.people(), 80).startswith("Nobody.") is False
    assert text(drawings.signups(), 80).startswith("Users of signup  Apr 12 – May 11 2024\n")


@pytest.mark.parametrize(
    ("low", "high", "rows", "unit", "expected"),
    [
        (0, 57, 12, "users", [0, 10, 20, 30, 40, 50]),
        (0, 57, 13, "users", [0, 20, 40, 60]),
        (0, 57, 5, "users", [0, 25, 50]),
        (0, 0, 9, "users", [0, 1]),
        (0, 2, 9, "users", [0, 1, 2]),
        (0, 0.418, 7, "percent", [0, 0.2, 0.4]),
        (0, 5400, 7, "seconds", [0, 1800, 3600, 5400]),
        (-30, 90, 12, "users", [-25, 0, 25, 50, 75, 100]),
        (0, 1e15, 9, "number", [0, 2.5e14, 5e14, 7.5e14, 1e15]),
    ],
)
def test_axes_are_round(low, high, rows, unit, expected):
    scale = Scale.of([low, high], unit, rows)
    assert [value for _, value in scale.ticks] == pytest.approx(expected)


@pytest.mark.parametrize("rows", range(2, 40))
@pytest.mark.parametrize("high", [1, 3, 7, 23, 57, 101, 999, 123_456])
@pytest.mark.parametrize("low", [0, -40])
def test_ticks_stand_at_even_distances_in_value_and_in_rows(low, high, rows):
    scale = Scale.of([low, high], "number", rows)
    places, values = zip(*scale.ticks, strict=True)
    for found in (places, values):
        assert len({round(b - a, 6) for a, b in itertools.pairwise(found)}) <= 1
    assert len(values) <= 6
    assert scale.low <= low
    assert scale.low + scale.each * rows >= high
    assert rows < 5 or (0 in values and len(values) >= 2)


def test_figures_in_words():
    assert (counted(1, "users"), counted(2, "events")) == ("1 user", "2 events")
    assert (counted(0.418, "percent"), counted(130, "seconds")) == ("41.8%", "2m 10s")
    assert [short(v, "users") for v in (500, 12_500)] == ["500", "12.5K"]
    assert [short(v, "percent") for v in (0.2, 0.025)] == ["20%", "2.5%"]


@pytest.mark.parametrize("unit", ["daily", "hourly", "weekly", "monthly", "quarterly", "yearly"])
def test_every_granularity_has_labels(unit):
    with engine_of(drawings.shop(300, ago=1)) as engine:
        from core.language.questions import parse

        answer = engine.answer(parse(f"dau last {'3d' if unit == 'hourly' else '3y'} {unit}"))
    axis = plain(draw(answer, 78, 10, Look("ascii"))).split("\n")[-2]
    assert len(axis.split()) >= 2


# -- where a cursor can stand


def test_every_number_under_a_cursor_lists_as_many_people():
    from core.language.questions import parse
    from core.queries.people.people import PeopleBehind

    asked = (
        "users of purchase by country",
        "users of view_item",
        "top events",
        "lifecycle weekly",
        "sign_up > purchase by country",
        "retention daily 7",
    )
    with engine_of(appendix_a()) as engine:
        for subject in asked:
            question = parse(f'{subject} range "{A_RANGE}"')
            answer = engine.answer(question)
            numbers = dict(pairs(answer))
            for cell in (cell for row in navigate(answer) for cell in row):
                listed = engine.answer(PeopleBehind(of=question, cell=cell)).total
                assert listed == numbers[cell.model_dump_json()], (subject, cell)


def test_every_number_of_a_chart_has_its_place():
    for answer in (
        drawings.by_source(),
        drawings.activation(groups=True),
        drawings.retention(),
        drawings.top_events(),
    ):
        places = {cell for row in navigate(answer) for cell in row}
        expected = {
            cell
            for cell, _ in answer.cells()
            if cell.outcome in (None, "reached", "returned")
            and (cell.bucket or answer.shape != "series")
        }
        assert expected <= places
    assert len(navigate(drawings.by_source())) == 4
    assert [len(row) for row in navigate(drawings.retention(3))] == [3, 4, 3, 2]


def pairs(answer):
    """Every number of an answer by its address, the whole of a grid included."""
    yield from ((cell.model_dump_json(), value) for cell, value in answer.cells())
    if answer.shape == "grid":
        yield Cell().model_dump_json(), answer.combined.size


@pytest.mark.parametrize("chart", charts(drawings.by_source()))
def test_a_cursor_anywhere_is_drawn(chart):
    answer = drawings.by_source()
    for row, places in enumerate(navigate(answer, chart)):
        drawn = draw(answer, *WIDE, chart=chart, cursor=(row, len(places) - 1))
        styles = [word for line in drawn for span in line for word in span.style.split()]
        assert {"cursor", "row"} & set(styles)


def test_a_year_of_four_lines_is_drawn_while_a_key_is_pressed():
    line = drawings.by_source().lines[0]
    lines = tuple(
        line.model_copy(update={"group": (name,), "values": drawings.wave(365, base, 9)})
        for name, base in (("a", 20), ("b", 40), ("c", 60), ("d", 80))
    )
    answer = drawings.by_source().model_copy(
        update={"lines": lines, "buckets": drawings.buckets(365)}
    )
    for chart in ("line", "area"):
        draw(answer, 118, 34, chart=chart, cursor=(1, 200))
        with effort() as work:
            draw(answer, 118, 34, chart=chart, cursor=(1, 200))
        assert work.calls < 150_000


def test_drawing_loads_plotext_only_for_lines_and_no_screen():
    code = """
import sys
from core.draw import draw
from tests.worlds import drawings
for make in (drawings.activation, drawings.top_events, drawings.people):
    draw(make(), 80, 20)
draw(drawings.signups(), 80, 20, chart="bars")
assert "plotext" not in sys.modules
draw(drawings.signups(), 80, 20)
assert "plotext" in sys.modules
assert not any(name.startswith(("textual", "rich")) for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("shape", CHARTS)
def test_every_chart_is_a_function(shape):
    for place in CHARTS[shape].values():
        module, _, function = place.partition(":")
        assert callable(getattr(importlib.import_module(module), function))
