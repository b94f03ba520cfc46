"""How a board shows figures: units, decimals, two axes, bounds, logarithmic scales."""

from __future__ import annotations

from typing import Any

import pytest

from core.answers import Line, Series
from core.answers.display import AxisConfig, Display, Drawing, Threshold
from core.draw import Look, draw, plain
from core.draw.figures import counted, figure, short
from core.draw.units import Unit
from tests.worlds.drawings import buckets


def series(*lines: tuple[float | None, ...], axes: Any = None, displays: Any = ()) -> Series:
    """Lines named a, b, ... as a board shows them."""
    return Series(
        buckets=buckets(len(lines[0]), running=False),
        unit="events",
        additive=True,
        lines=tuple(
            Line(series=chr(97 + i), values=v, total=sum(x or 0 for x in v))
            for i, v in enumerate(lines)
        ),
        drawing=Drawing(
            axes=AxisConfig.model_validate(axes or {}),
            lines=tuple(Display.model_validate(d) for d in displays),
        ),
    )


def drawn(answer: Series, chart: str = "line", size: tuple[int, int] = (60, 16)) -> str:
    return plain(draw(answer, *size, Look("ascii"), chart=chart))


def unit(own: str = "events", **fields: Any) -> Unit:
    return Unit.of(own, Display.model_validate(fields), AxisConfig().left_y)


@pytest.mark.parametrize(
    ("found", "value", "words", "narrow"),
    [
        (unit(unit="€", decimals=2), 1234.5, "€1,234.50", "€1,234.50"),
        (unit(unit="€"), -3, "-€3", "-€3"),
        (unit(unit="kg", abbreviate=True), 12_500, "12.5K kg", "12.5K kg"),
        (unit(unit="kg", abbreviate=False), 12_500, "12,500 kg", "12,500 kg"),
        (unit(decimals=1), 7, "7.0", "7.0"),
        (unit("percent", decimals=2), 0.12345, "12.35%", "12.35%"),
        (unit(unit="€"), None, "–", "–"),
    ],
)
def test_figures_with_a_unit_and_decimals(found, value, words, narrow):
    assert figure(value, found) == words
    assert short(value, found) == narrow


def test_a_unit_of_ones_own_stands_in_place_of_the_usual():
    assert counted(5, unit(unit="€")) == "€5"
    assert counted(5, unit(decimals=0)) == "5 events"


def test_a_logarithmic_scale_has_powers_of_ten_and_drops_what_has_no_place():
    answer = series((1, 10, 100, 0, 1000), axes={"left_y": {"scale": "logarithmic"}})
    for chart in ("line", "area", "bars"):
        text = drawn(answer, chart)
        labels = [row.split("|")[0].strip() for row in text.splitlines() if "|" in row]
        assert [label for label in labels if label] == ["1,000", "100", "10", "1"]
        assert "1 value of 0 or less cannot be shown on a logarithmic scale." in text


def test_equal_steps_on_a_logarithmic_scale_are_equal_factors():
    answer = series((1, 10, 100), axes={"left_y": {"scale": "logarithmic"}})
    rows = [row.split("|", 1)[1] for row in drawn(answer).splitlines() if "|" in row]
    rows = rows[next(at for at, row in enumerate(rows) if "*" in row) :]
    middle = (rows[0].index("*") + rows[-1].index("*")) / 2
    assert abs(rows[len(rows) // 2].index("*") - middle) < len(rows[0]) / len(rows)


def test_bounds_end_the_axis_and_leave_out_the_rest():
    answer = series((5, 50, 500, 60), axes={"left_y": {"min_bound": 10, "max_bound": 100}})
    text = drawn(answer)
    labels = [row.split("|")[0].strip() for row in text.splitlines() if "|" in row]
    shown = [float(label) for label in labels if label]
    assert (min(shown), max(shown)) == (10, 100)
    assert "2 values outside the axis cannot be shown." in text


def test_a_second_axis_at_the_right():
    displays = ({}, {"axis_assignment": "right", "unit": "€"})
    text = drawn(series((1, 2, 3, 2), (1000, 2000, 3000, 2000), displays=displays))
    rows = [row for row in text.splitlines() if "|" in row]
    rows = rows[next(at for at, row in enumerate(rows) if row.split("|")[0].strip()) :]
    assert rows[0].split("|")[0].strip() == "3"
    assert rows[0].rstrip().endswith("3,000 EUR")
    assert rows[-1].rstrip().endswith("0")
    assert all(len(row) <= 60 for row in rows)


@pytest.mark.parametrize(("far", "has_axis"), [(30, False), (60, True)])
def test_lines_of_far_other_sizes_get_an_axis_of_their_own_and_say_which(far, has_axis):
    answer = series((1, 2, 3, 2), (far, far, far, far - 2))
    text = drawn(answer)
    assert ["(left)" in text and "(right)" in text] == [has_axis]
    top = next(row for row in text.splitlines() if row.split("|")[0].strip())
    assert top.split("|")[0].strip() == ("3" if has_axis else str(far))
    ends = [row.split()[-1] for row in text.splitlines() if "|" in row]
    assert (str(far) in ends) == has_axis
    grouped = answer.model_copy(update={"breakdown": ("country",)})
    assert "(right)" not in drawn(grouped)


@pytest.mark.parametrize("chart", ["line", "area", "bars"])
def test_a_goal_is_a_line_with_its_label_and_said_to_be_reached_or_not(chart):
    axes = {"left_y": {"goal": 40, "goal_label": "Target"}}
    lines = draw(series((1, 2, 30), axes=axes), 60, 16, Look("ascii"), chart=chart)
    dashes = [s for line in lines for s in line if s.style.startswith("goal")]
    assert "Target 40" in plain([tuple(dashes)])
    assert sum(s.text.count("-") for s in dashes) > 20
    assert "Target of 40 not reached: last 30." in plain(lines)
    reached = drawn(series((1, 2, 50), (9, 9, 9), axes={"left_y": {"goal": 40}}))
    assert "Goal of 40 reached by " in reached
    assert "Goal of 40 not reached by " in reached


def test_labels_of_axes_are_said_and_hidden_ones_left_out():
    axes = {"left_y": {"label": "orders", "visible": False}, "x": {"visible": False}}
    text = drawn(series((1, 2, 3), axes=axes))
    assert "Left axis: orders." in text
    assert "Apr" not in text
    assert "3|" not in text


@pytest.mark.parametrize("size", [(1, 1), (8, 3), (24, 5), (30, 6), (80, 24)])
@pytest.mark.parametrize("chart", ["line", "area", "bars", "table", "number"])
@pytest.mark.parametrize("glyphs", ["braille", "block", "ascii"])
def test_every_box_holds_it(size, chart, glyphs):
    answer = series(
        (0, None, 5, -3), (1000, 10, 1, 7),
        axes={"left_y": {"scale": "logarithmic", "min_bound": 1}, "right_y": {"max_bound": 500}},
        displays=({"line_style": "dotted"}, {"axis_assignment": "right", "decimals": 3}),
    )  # fmt: skip
    lines = draw(answer, *size, Look(glyphs), chart=chart)
    assert len(lines) <= size[1]
    assert all(len(plain([line])) <= size[0] for line in lines)


def test_how_it_is_shown_is_no_part_of_the_answer():
    answer = series((1, 2), axes={"left_y": {"scale": "logarithmic"}})
    assert "drawing" not in answer.model_dump()
    assert "drawing" not in Series.model_json_schema()["properties"]


def limited(*values: float, width: int = 60, height: int = 16) -> str:
    limits = (Threshold(value=20, label="Few"), Threshold(value=9_000, label="Far"))
    answer = series(values).model_copy(update={"drawing": Drawing(thresholds=limits)})
    return plain(draw(answer, width, height, Look("ascii")))


def test_the_limit_of_an_alert_is_a_dashed_line_unless_it_would_flatten_the_chart():
    text = limited(12, 15, 30)
    assert "Few 20" in text
    assert text.count("-") > 20
    assert "Far" not in text
    assert "Few" not in limited(1, 2, 3)
    assert "Far 9,000" in limited(12, 15, 8_000)
