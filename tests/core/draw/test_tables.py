"""Tables with room: rows as high as they can be, intervals on one axis, notes that give way."""

from __future__ import annotations

from core.answers import Column, Table
from core.draw import Look, draw, plain
from core.draw.legend import noted
from core.draw.spark import heightened
from core.draw.tables.intervals import intervals
from core.text import percent

SHARES = Table(
    title="Composition",
    columns=(Column(name="plan"), Column(name="users", type="count")),
    rows=(("free", 40), ("team", 20), ("business", 0)),
)


def drawn(answer: Table, height: int, look: Look | None = None) -> list[str]:
    """Return the lines of a table 60 cells wide."""
    return plain(draw(answer, 60, height, look)).split("\n")


def bars(lines: list[str]) -> list[int]:
    """Return how many cells of each line are those of bars."""
    return [sum(char in "█▀▌▘" for char in line) for line in lines]


def test_rows_with_bars_are_as_high_as_all_of_them_can_be():
    longest = bars(drawn(SHARES, 4))[1]
    assert longest > 30
    three = bars(drawn(SHARES, 12))
    assert three[1:4] == [longest] * 3
    assert three[4] == 0  # a free line between two rows
    assert three[5:8] == [longest // 2] * 3
    assert three[9:] == [0] * len(three[9:])  # nobody is on the last plan
    two = drawn(SHARES, 7)
    assert bars(two)[1:5] == [longest, longest, longest // 2, longest // 2]
    assert "▀" in two[2]
    assert "█" not in two[2]  # half a line stays free
    assert len(drawn(SHARES, 20, Look("ascii"))) == 4
    assert len(drawn(SHARES, 100_000)) == 4  # text of its natural height


def test_a_half_of_a_bar_is_as_long_as_the_bar():
    rows = [(((char, ""),), ((char, ""),)) for char in "█▉▋▌▎▏"]
    found = heightened([_spans(row) for row in rows], 12, Look())
    assert [line[0].text for line in found[1::2]] == ["▀", "▀", "▘", "▘", " ", " "]


def _spans(row):
    from core.draw.spans import Span

    return tuple(tuple(Span(*span) for span in line) for line in row)


def test_intervals_are_drawn_on_one_axis_below_their_rows():
    rows = (
        ("control", None, None, None),
        ("blue", 0.10, 0.05, 0.15),
        ("red", -0.10, -0.20, 0.0),
    )
    answer = Table(
        title="",
        columns=(
            Column(name="variant"),
            *(Column(name=n, type="percent") for n in ("difference", "at least", "at most")),
        ),
        rows=rows,
        keys=("control", "blue", "red"),
    )
    shown = plain(intervals(answer, 80, 10, Look())).split("\n")
    zero, blue, red = shown[2].index("│"), shown[4], shown[6]
    assert blue.index("┣") > zero  # it does not enclose zero
    assert blue.index("┣") < blue.index("●") < blue.index("┫")
    assert red.index("┫") == zero
    assert abs((blue.index("●") - zero) - (zero - red.index("●"))) <= 1
    assert shown[4].endswith(f"+{percent(0.1)}".replace(".0%", "%"))
    labels = shown[-1].split()
    assert labels[0] == "-20%"
    assert "0%" in labels
    at = shown[-1].index("0%", shown[-1].index("-10%") + 4)
    assert abs(at - zero) <= 1
    styles = {s.style for line in intervals(answer, 80, 10, Look()) for s in line if "●" in s.text}
    assert styles == {"good bold", "muted bold"}
    assert intervals(answer, 80, 5, Look()) == []
    assert intervals(answer, 30, 10, Look()) == []
    assert "[" in plain(draw(answer, 80, 16, Look("ascii")))
    assert "●" in plain(draw(answer, 80, 16, Look(), cursor=(1, 0)))
    assert "●" not in plain(draw(SHARES, 80, 16, Look()))


def test_notes_give_way_to_rows():
    said = ["One sentence.", "Another one.", "A third one."]
    assert [line[0].text for line in noted(said, 40, 12, 5)] == said
    cut = noted(said, 40, 12, 30)
    assert [line[0].text for line in cut] == said
    cut = noted(said, 40, 8, 30)
    assert [line[0].text.rstrip() for line in cut] == ["One sentence.", "Another one …"]
    assert noted(said, 40, 5, 2) == []
