"""The benchmark's questions: of every kind, and DuckDB's SQL for them."""

from __future__ import annotations

import pytest

from benchmarks import duck
from benchmarks.importing import Imports, Taken, lines
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


def test_measures_of_imports_are_rates_and_ratios_to_the_first_one():
    first = Taken(900, 3.0, 2.5, 250_000_000)
    found = Imports(first, Taken(900, 3.6, 5, 0), Taken(0, 0.3, 1, 0), Taken(0, 7.5, 6, 0))
    told = [line.split() for line in lines(found)]
    ratios = [["1.20", "2.00"], ["0.10", "0.40"], ["2.50", "2.40"]]
    assert [words[-2:] for words in told[1:5]] == [["300", "360"], *ratios]
    assert [words[-1] for words in told[5:]] == ["250", "0"]
