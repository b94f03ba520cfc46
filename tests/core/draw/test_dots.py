"""Lines of dots: points joined by plotext, read back as dots."""

from random import Random

import pytest

from core.draw.series import plot
from core.draw.series.dots import Dots, thinned
from core.draw.series.plot import plotted


def drawn(points, glyphs, *, size=(4, 2), dotted=False):
    dots = Dots(*size, glyphs)
    dots.run(points, dotted=dotted)
    rows = [[" "] * size[0] for _ in range(size[1])]
    for x, y, char in dots.cells():
        rows[y][x] = char
    return ["".join(row) for row in rows]


@pytest.mark.parametrize("glyphs", ["braille", "block", "ascii"])
def test_a_line_from_corner_to_corner_begins_and_ends_there(glyphs):
    dots = Dots(6, 3, glyphs)
    dots.run([(0, 0), (6 * dots.across - 1, 3 * dots.down - 1)])
    assert dots.columns[0] & 1
    assert dots.columns[-1] >> (3 * dots.down - 1) == 1
    assert all(dots.columns)


def test_a_level_line_is_one_dot_high():
    assert drawn([(0, 4), (7, 4)], "braille") == ["⣀⣀⣀⣀", "    "]


def test_a_steep_line_has_no_gaps():
    assert drawn([(0, 0), (0, 7)], "braille") == ["⡇   ", "⡇   "]


@pytest.mark.parametrize("glyphs", ["braille", "block", "ascii"])
def test_a_piece_of_two_points_is_joined_as_plotext_joins_it(glyphs):
    chance = Random(glyphs)
    for _ in range(40):
        width, height = chance.randint(1, 20), chance.randint(1, 8)
        one, other = (
            (chance.uniform(-3, 2 * width + 3), chance.uniform(-9, 5 * height)) for _ in range(2)
        )
        piece = plotted((one, other), width, height, glyphs)
        assert piece == plotted((one, one, other), width, height, glyphs)


@pytest.mark.parametrize("glyphs", ["braille", "block", "ascii"])
def test_a_dense_line_is_joined_as_plotext_joins_it(glyphs, monkeypatch):
    chance = Random(glyphs)
    lines = [
        tuple((x / 2, chance.uniform(-4, 5 * 8)) for x in range(chance.randint(20, 200)))
        for _ in range(8)
    ]
    found = [plotted(points, 30, 8, glyphs) for points in lines]
    monkeypatch.setattr(plot, "DENSE", 1e9)
    plotted.cache_clear()
    assert found == [plotted(points, 30, 8, glyphs) for points in lines]
    plotted.cache_clear()


def test_a_single_point_is_a_dot():
    assert drawn([(3, 5)], "braille") == [" ⠠  ", "    "]


def test_a_dotted_line_leaves_out_every_second_dot():
    whole = Dots(8, 1, "braille")
    whole.run([(0, 0), (15, 3)])
    half = Dots(8, 1, "braille")
    half.run([(0, 0), (15, 3)], dotted=True)
    assert 0 < sum(map(int.bit_count, half.columns)) < sum(map(int.bit_count, whole.columns))


def test_what_is_far_outside_the_canvas_is_cut_off_at_once():
    assert drawn([(0, 1e12), (7, -1e12)], "braille")


def test_values_that_are_not_numbers_are_left_out():
    assert drawn([(0, 4), (3, float("nan")), (7, 4)], "braille") == ["⣀⣀⣀⣀", "    "]


@pytest.mark.parametrize("size", [(0, 0), (0, 3), (3, 0), (1, 1)])
def test_canvases_without_room_raise_nothing(size):
    drawn([(0, 0), (5, 5)], "braille", size=size)


def test_of_many_points_each_cell_keeps_its_lowest_and_highest():
    points = [(x / 10, (x * 7919) % 40) for x in range(200)]
    kept = thinned(points, 2)
    assert len(kept) <= 2 * 11
    assert {max(y for _, y in points), min(y for _, y in points)} <= {y for _, y in kept}
