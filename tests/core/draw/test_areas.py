"""Histograms and treemaps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.answers import Tile, Treemap
from core.draw import Look, draw, navigate, plain
from core.draw.squares import squarified
from tests.worlds import drawings


def groups(count: int) -> Treemap:
    """Groups of falling size."""
    tiles = tuple(
        Tile(label=f"g{n}", size=100 / (n + 1), share=0.1, intensity=n % 5, events=9, people=3)
        for n in range(count)
    )
    return Treemap(
        group_by="x", size="events", intensity="events per person", tiles=tiles, total_size=500
    )


def test_the_bins_of_median_mean_and_p90_are_pointed_at():
    lines = plain(draw(drawings.lengths(), 78, 8, Look("ascii"))).split("\n")
    pointed = {line.split()[0]: line.partition("< ")[2] for line in lines if "< " in line}
    assert pointed == {"0s-3s": "median", "10s-30s": "mean", "30s-1m": "p90"}


@given(
    st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20).map(lambda x: sorted(x, reverse=True)),
    st.integers(1, 120),
    st.integers(1, 40),
)
def test_rectangles_fill_their_box_and_none_lies_on_another(sizes, width, height):
    taken = [[0] * width for _ in range(height)]
    for box in squarified(sizes, width, height):
        for y in range(box.top, box.bottom):
            for x in range(box.left, box.right):
                taken[y][x] += 1
    assert all(count == 1 for row in taken for count in row)


def test_areas_are_as_large_as_their_share():
    boxes = squarified([4, 2, 1, 1], 80, 20)
    assert [box.width * box.height for box in boxes] == [800, 400, 200, 200]


@pytest.mark.parametrize("size", [(20, 3), (40, 8), (78, 17), (118, 34)])
def test_every_group_of_a_treemap_is_drawn_when_the_cursor_is_on_it(size):
    answer = groups(30)
    for row in range(len(navigate(answer))):
        lines = draw(answer, *size, cursor=(row, 0))
        assert any(f"› g{row}" in s.text and s.style == "cursor" for line in lines for s in line)
        shades = {s.style for line in lines for s in line if "┃" in s.text or "┏" in s.text}
        assert not shades or all(shade.startswith("heat") for shade in shades)
        assert shades or row or size == (20, 3)  # the largest has room for its frame
    text = plain(draw(answer, *size))
    assert ("of 30 groups" in text) == ("g29" not in text)


def test_stacked_bars_are_as_high_as_their_figures_to_the_eighth_of_a_cell():
    answer = drawings.lifecycle()
    frame = plain(draw(answer, 78, 20, Look(), chart="bars")).split("\n")
    tops = [line for line in frame if any(mark in line for mark in "▁▂▃▄▅▆▇")]
    assert len(tops) > 3
    spans = [span for line in draw(answer, 78, 20, Look(), chart="bars") for span in line]
    inner = {span.style for span in spans if "under" in span.style}
    assert "series0 under1" in inner  # the edge between new and returning people
    assert any(span.style == "cut3" for span in spans)  # people lost end within a cell
