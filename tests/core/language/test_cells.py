"""The address of a number in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from core.answers import Cell
from core.language.questions import format_cell, parse
from core.queries import from_json
from core.text import is_unsafe
from tests.worlds.questions import CELLS, QUESTIONS


@pytest.mark.parametrize(
    ("text", "cell", "words"),
    [
        ("users of signup by country", {"bucket": "2025-04-30", "group": ("NL",)},
         "Users of signup on Apr 30, NL"),
        ("signup weekly", {"bucket": "2025-04-07"}, "Users of signup in the week of Apr 7"),
        ("dau", {}, "Active users in the last 30 days"),
        ("dau vs prev", {"bucket": "2025-04-30", "previous": True},
         "Active users on Apr 30, previous period"),
        ("signup > purchase", {"step": 2, "outcome": "dropped"},
         "Dropped before step 2, purchase, in the last 30 days"),
        ("retention weekly 8", {"cohort": "2025-04-07", "period": 2, "outcome": "returned"},
         "Returned in week 2 of the cohort of Apr 7"),
        ("retention", {"period": 1, "outcome": "returned"},
         "Returned in week 1 of all complete cohorts"),
        ("top events", {"row": "signup"}, "Users of signup in the last 30 days"),
        ("dau hourly last 24h", {"bucket": "2025-04-30T13:00"}, "Active users at Apr 30 13:00"),
        ("dau mtd", {}, "Active users this month"),
        ("dau 2025-01-01..2025-01-31", {}, "Active users from Jan 1, 2025 to Jan 31, 2025"),
        ("signup where plan = pro for churned for Paying", {"bucket": "2025-04-30"},
         "Users of signup on Apr 30, where plan is pro, in segment churned, in Paying"),
        ("dau where a = 1 and (b = 2 or c = 3)", {}, "Active users in the last 30 days, 2 filters"),
        ("dau last 2y", {"bucket": "2024-04-30"}, "Active users on Apr 30, 2024"),
    ],
)  # fmt: skip
def test_a_cell_in_words(text: str, cell: dict[str, Any], words: str) -> None:
    assert format_cell(parse(text), Cell(**cell)) == words


@settings(max_examples=60, deadline=None)
@given(QUESTIONS, CELLS)
def test_a_cell_in_words_is_one_harmless_line(body: dict[str, Any], cell: dict[str, Any]) -> None:
    words = format_cell(from_json(body), Cell.model_validate(cell))
    assert words
    assert not any(is_unsafe(char) for char in words)
