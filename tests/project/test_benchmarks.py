"""The benchmark's questions: of every kind, and DuckDB's SQL for them."""

from __future__ import annotations

import pytest

from benchmarks import duck
from benchmarks.measure import Different, Timing, compare
from benchmarks.questions import OF_OTHERS, QUESTIONS
from core.queries import KINDS, from_json


def test_every_kind_is_measured():
    assert {asked.fields["kind"] for asked in QUESTIONS} == set(KINDS) - OF_OTHERS


def test_every_question_can_be_read_and_is_named_once():
    for asked in QUESTIONS:
        from_json(asked.body)
    assert len({asked.name for asked in QUESTIONS}) == len(QUESTIONS)


def test_all_of_duckdbs_sql_is_asked():
    assert set(duck.SQL) <= {asked.name for asked in QUESTIONS}


def test_different_answers_are_no_timing():
    compare("same", [(1, "a"), (2, 0.1 + 0.2)], [(2, 0.3), (1, "a")])
    with pytest.raises(Different, match="counts"):
        compare("counts", [(1, 2)], [(1, 3)])


def test_what_footfall_is_asked_alone_has_no_ratio():
    assert Timing("sql", 3.0, None, None).ratio is None
    assert Timing("sql", 3.0, 6.0, None).ratio == 0.5
