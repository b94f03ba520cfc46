"""Changing one value of a TOML file and nothing else."""

from __future__ import annotations

import tomllib

import pytest

from core.errors import BadInput
from tui.services.toml_lines import changed, line_of, read

WRITTEN = """# mine
theme = "nord"  # blue, with a "quote"

# below
[keys]
range = 'R'  # big
# end of keys

[limits]
question = 20
"""


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("theme", 'it\'s "# hash" \\ \x7f', 2),
        ("range", "90d", 3),
        ("keys.range", "ctrl+r", 6),
        ("keys.open", "o", 8),
        ("limits.question", 2.5, 10),
        ("more.most", 3, 13),
    ],
)
def test_one_line_is_changed_or_added_and_the_others_stay(
    name: str, value: str | float, line: int
) -> None:
    found = changed(WRITTEN, name, value)
    table, _, last = name.rpartition(".")
    known = tomllib.loads(found)
    assert (known[table] if table else known)[last] == value
    assert line_of(found, name) == line
    assert changed(found, name, value) == found
    comments = [part[part.index("#") :] for part in WRITTEN.split("\n") if "#" in part]
    assert [comment in found for comment in comments] == [True] * len(comments)
    assert changed(changed(found, name, None), name, value).count(last) == found.count(last)


def test_line_ends_stay_as_they_are() -> None:
    assert changed('a = "x"\r\n[t]\r\n', "b", "y") == 'a = "x"\r\nb = "y"\r\n[t]\r\n'
    assert changed('a = "x"', "t.b", 1) == 'a = "x"\n\n[t]\nb = 1\n'
    assert changed("", "a", "x") == 'a = "x"\n'


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('theme = """\nnord"""\n', "theme"),
        ('text = """\ntheme = "inside"\n"""\n', "theme"),
        ('keys = {range = "R"}\n', "keys.range"),
        ("keys = 3\n", "keys.range"),
        ("theme = \n", "range"),
    ],
)
def test_what_one_line_cannot_change_is_refused(text: str, name: str) -> None:
    with pytest.raises(BadInput):
        changed(text, name, "x")


def test_lines_that_are_wrong_are_named_and_the_others_read() -> None:
    found, wrong = read('theme = \nrange = "7d"\n[keys\nglyphs = "block"\nrange = "1d"\nx = "')
    assert found == {"range": "7d", "glyphs": "block"}
    assert [line for line, _ in wrong] == [1, 3, 5, 6]
