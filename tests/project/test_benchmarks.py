"""The benchmark: questions of every kind, the same answers of every peer, and its table."""

from __future__ import annotations

from contextlib import closing

import pytest

from benchmarks import growth, loading
from benchmarks.__main__ import run
from benchmarks.importing import Imports, Taken, lines
from benchmarks.measure import Different, Timing, compare, mean_ratio
from benchmarks.peers.known import PEERS
from benchmarks.programs import Apart, Failed, Footfall
from benchmarks.programs import Taken as Times
from benchmarks.questions import BY_SETS, OF_OTHERS, QUESTIONS
from core.queries import KINDS, from_json

EVENTS = 3_000


def test_every_kind_is_measured():
    assert {asked.fields["kind"] for asked in QUESTIONS} == set(KINDS) - OF_OTHERS


def test_every_question_can_be_read_and_is_named_once():
    for asked in QUESTIONS:
        from_json(asked.body)
    assert len({asked.name for asked in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("peer", PEERS.values(), ids=PEERS)
def test_all_of_a_peers_sql_is_asked(peer):
    assert set(peer.sql) <= {asked.name for asked in QUESTIONS}


def test_questions_that_sets_answer_are_among_those_asked():
    assert {asked.name for asked in QUESTIONS} >= BY_SETS


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("benchmark")


@pytest.mark.parametrize("peer", PEERS.values(), ids=PEERS)
def test_a_peer_gives_the_same_answers(peer, folder):
    pytest.importorskip(peer.key)
    ours = Footfall(loading.workspace(folder, EVENTS, 1).path)
    other = Apart(peer.name, peer.open, loading.of_peer(peer, folder, EVENTS, 1).path)
    with closing(ours), closing(other):
        for asked in QUESTIONS:
            if asked.name in peer.sql:
                answer = ours.rows(asked.name, ours.run(asked.name))
                compare(asked.name, answer, other.rows(asked.name), peer.name)
        assert other.taken("counts").cpu > 0


class _Told(Apart):
    """A program without a process."""

    def __init__(self, name, answers):
        super().__init__(name, None, None)
        self._answers = answers

    def knows(self, name):
        return name in self._answers

    def rows(self, name):
        if self._answers[name] is None:
            raise Failed(f"{name}: {self.name} ended")
        return self._answers[name]

    def taken(self, name):
        return Times(1.0, 2.0)


def test_a_row_that_fails_is_named_and_the_run_goes_on(capsys):
    one, two, three = QUESTIONS[:3]
    ours = _Told("footfall", {one.name: [(1,)], two.name: [(2,)], three.name: [(3,)]})
    peer = _Told("peer", {one.name: [(0,)], two.name: None, three.name: [(3,)]})
    timings, failed = run([ours, peer], [one, two, three], markdown=False)
    assert failed == [one.name, two.name]
    assert [timing.name for timing in timings] == [three.name]
    told = capsys.readouterr()
    assert f"{one.name}: footfall says (1,), peer says (0,)" in told.err
    assert f"{two.name}: peer ended" in told.err
    assert "geometric mean of 1, footfall / peer: 1.00 by the clock, 1.00 by processor" in told.out


def test_different_answers_are_no_timing():
    compare("same", [(1, "a"), (2, 0.1 + 0.2)], [(2, 0.3), (1, "a")])
    with pytest.raises(Different, match="counts"):
        compare("counts", [(1, 2)], [(1, 3)])


def test_what_footfall_is_asked_alone_has_no_ratio():
    alone = Timing("sql", {"footfall": Times(3.0, 8.0)})
    both = Timing("sql", {"footfall": Times(3.0, 8.0), "DuckDB": Times(6.0, 2.0)})
    assert alone.ratio("DuckDB") is None
    assert both.ratio("DuckDB") == (0.5, 4.0)
    assert mean_ratio(
        [alone, both, Timing("sql", {"a": Times(2, 1), "DuckDB": Times(1, 1)})], "DuckDB"
    ) == (1.0, 2.0)


def test_measures_of_imports_are_rates_and_ratios_to_the_first_one():
    first = Taken(900, 3.0, 2.5, 250_000_000)
    found = Imports(first, Taken(900, 3.6, 5, 0), Taken(0, 0.3, 1, 0), Taken(0, 7.5, 6, 0))
    told = [line.split() for line in lines(found)]
    ratios = [["1.20", "2.00"], ["0.10", "0.40"], ["2.50", "2.40"]]
    assert [words[-2:] for words in told[1:5]] == [["300", "360"], *ratios]
    assert [words[-1] for words in told[5:]] == ["250", "0"]


def test_growth_is_told_of_questions_that_every_run_has():
    peaks = {"footfall": 1.0, "DuckDB": 2.0}
    few = {"uniques": {"footfall": [9, 1.0], "DuckDB": [9, 2.0]}, "sql": {"footfall": [9, 4.0]}}
    many = {"uniques": {"footfall": [9, 1.5], "DuckDB": [9, 8.0]}, "funnel": {"footfall": [9, 4.0]}}
    runs = [{"events": 1_000, "peaks": peaks, "taken": few}]
    told = list(growth.lines([*runs, {"events": 4_000, "peaks": peaks, "taken": many}]))
    assert told[2] == "| uniques | 1.0 | 1.5 | 2.0 | 8.0 |"
    assert [line.split()[-1] for line in told[6:-1]] == ["1.5", "4.0"]
    assert "sql" not in "".join(told)
