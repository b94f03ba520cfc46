"""Sessions as a question (definitions 4.8, 9.2, 9.3, appendix A.15)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell
from core.queries import from_json
from core.queries.sessions import Bins, documented_bins
from tests.oracles.sessions import by_value, groups, lengths, series
from tests.worlds.compare import ask, both_engines, by_day, check_people, from_text, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import DAY, Event, World, engine_of

DEFAULT = [0, 3, 10, 30, 60, 180, 600, 1800, 3600, 86_400]


def figures(engine, metric: str, **fields: Any) -> dict[str, float]:
    """The days with sessions, without the year."""
    answer = ask(engine, "sessions", metric=metric, range=A_RANGE, **fields)
    return {day: value for day, value in by_day(answer).items() if value is not None}


def test_mean_length_by_the_day_a_session_started(engine):
    assert figures(engine, "average") == {
        "04-07": 300,
        "04-08": 1800,
        "04-09": 1200,
        "04-14": 0,
        "04-15": 0,
        "04-16": 1800,
    }
    answer = ask(engine, "sessions", metric="average", range=A_RANGE)
    assert answer.lines[0].total == (600 + 3600 + 1200 + 1800) / 9
    assert answer.unit == "seconds"


def test_sessions_started_and_per_user(engine):
    volume = ask(engine, "sessions", metric="volume", range=A_RANGE)
    assert volume.lines[0].total == sum(volume.lines[0].values) == 9
    assert set(figures(engine, "per_user").values()) == {1.0}
    assert ask(engine, "sessions", metric="per_user", range=A_RANGE).lines[0].total == 9 / 5


def test_bounces(engine):
    answer = ask(engine, "sessions", metric="bounce", range=A_RANGE)
    assert answer.lines[0].total == 5 / 9
    assert figures(engine, "bounce")["04-07"] == 0.5
    question = from_json({"kind": "sessions", "metric": "bounce", "range": A_RANGE})
    assert people(engine, question, Cell(bucket="2025-04-07")) == ["b"]
    assert format_cell(question, Cell()).startswith("Users with bounced sessions")


def test_sessions_are_of_the_group_that_is_first_set_in_them():
    noon = 1_744_027_200_000
    nl, us = {"country": "NL"}, {"country": "US"}
    events = (
        Event("a", noon, "ann"), Event("a", noon + 4_000, "ann", context=nl),
        Event("a", noon + 6_000, "ann", context=us),
        Event("a", noon, "bob", context=us), Event("a", noon, "cat"),
    )  # fmt: skip
    with both_engines(World(events, now=noon + DAY)) as engines:
        for engine in engines:
            expected = {
                "volume": {"NL": 1, "US": 1, "(none)": 1},
                "average": {"NL": 6, "US": 0, "(none)": 0},
                "bounce": {"NL": 0, "US": 1, "(none)": 1},
            }
            for metric, figures_ in expected.items():
                fields = {"metric": metric, "range": "7d", "breakdown": "country"}
                question = from_json({"kind": "sessions", **fields})
                answer = engine.answer(question)
                assert {line.group[0]: line.total for line in answer.lines} == figures_
                found = people(engine, question, Cell(group=("NL",)))
                assert found == ([] if metric == "bounce" else ["ann"])
            assert people(engine, question, Cell(group=("US",))) == ["bob"]
            with pytest.raises(BadQuestion, match="group values"):
                people(engine, question, Cell(group=("US", "x")))


def test_groups_of_sessions_as_text(engine):
    text = "sessions volume last 7d by country"
    question = from_text(text, text)
    assert (question.metric, question.breakdown) == ("volume", ("country",))
    cell = Cell(group=("NL",))
    assert format_cell(question, cell) == "Users with sessions in the last 7 days, NL"


def test_lengths_in_the_usual_bins(engine):
    answer = ask(engine, "sessions", metric="length", range=A_RANGE)
    assert [part.count for part in answer.bins] == [5, 0, 0, 0, 0, 0, 2, 1, 1]
    assert (answer.bins[0].label, answer.bins[-1].label) == ("0s-3s", "3600s-86400s")
    assert answer.total == 9
    question = from_json({"kind": "sessions", "metric": "length", "range": A_RANGE})
    assert people(engine, question, Cell(row="600s-1800s")) == ["a", "c"]
    assert people(engine, question, Cell()) == ["a", "b", "c", "d", "e"]


def test_lengths_in_bins_of_ones_own(engine):
    def bins(**fields: Any) -> dict[str, int]:
        answer = ask(engine, "sessions", metric="length", range=A_RANGE, bins=fields)
        return {part.label: part.count for part in answer.bins}

    assert bins(unit="minutes", min=10, max=61, size=20) == {
        "10m-30m": 2,
        "30m-50m": 1,
        "50m-61m": 1,
    }
    assert len(bins(min=0, max=60)) == 10
    assert bins(min=0, max=60)["0s-6s"] == 5


def test_a_session_over_midnight_is_unique_on_both_days():
    night = 1_744_070_100_000  # 2025-04-07 23:55
    events = (Event("a", night, user="ann"), Event("a", night + 600_000, user="ann"))
    with engine_of(World(events, now=night + DAY)) as small:
        unique = ask(small, "sessions", range="2025-04-07,2025-04-08").lines[0]
        assert (unique.values, unique.total) == ((1, 1), 1)
        volume = ask(small, "sessions", metric="volume", range="2025-04-07,2025-04-08").lines[0]
        assert volume.values == (1, 0)


def test_a_session_of_more_than_a_day_has_no_length():
    events = tuple(Event("a", n * (DAY + 1), user="ann", session="s") for n in range(2))
    with engine_of(World(events, now=3 * DAY)) as small:
        fields = {"range": "1970-01-01,1970-01-03"}
        assert ask(small, "sessions", metric="average", **fields).lines[0].total is None
        assert ask(small, "sessions", metric="length", **fields).total == 0
        assert ask(small, "sessions", metric="volume", **fields).lines[0].total == 1


def test_entries_exits_and_top(engine):
    def rows(metric: str, **fields: Any) -> dict[str, tuple[int, int]]:
        answer = ask(engine, "sessions", metric=metric, range=A_RANGE, **fields)
        return {row[0]: row[1:3] for row in answer.rows}

    assert rows("entry") == {"sign_up": (4, 3), "add_to_cart": (3, 3), "view_item": (2, 1)}
    assert rows("exit")["purchase"] == (4, 4)
    assert rows("exit", property="item")["(none)"] == (2, 2)
    assert rows("top", property="country") == {"NL": (4, 2), "US": (3, 2), "DE": (2, 1)}
    assert rows("top") == {"(none)": (9, 5)}


def test_events_at_once_begin_and_end_a_session_in_their_order():
    events = tuple(Event(n, 5, user="ann", properties={"item": n}) for n in ("x", "y", "z"))
    with engine_of(World(events, now=DAY)) as small:
        for metric, name in (("entry", "x"), ("exit", "z")):
            for field in (None, "item"):
                fields = {"metric": metric, "property": field, "range": "1970-01-01,1970-01-01"}
                assert ask(small, "sessions", **fields).rows == ((name, 1, 1, 1.0),)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"metric": "many"}, "metric"),
        ({"metric": "per_user", "breakdown": "country"}, "breakdown"),
        ({"metric": "average", "breakdown": ["country", "item"]}, "takes one field"),
        ({"metric": "volume", "breakdown": "contry"}, "contry"),
        ({"metric": "length", "compare": "previous"}, "compare"),
        ({"property": "item"}, "property"),
        ({"metric": "average", "bins": {"min": 0, "max": 5}}, "bins"),
        ({"metric": "length", "bins": {"min": 5, "max": 5}}, "bins"),
        ({"metric": "length", "bins": {"min": 0, "max": 5, "unit": "days"}}, "unit"),
        ({"metric": "length", "bins": {"min": 0, "max": 1e6, "size": 1}}, "500"),
        ({"metric": "top", "property": "itm"}, "itm"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "sessions", **fields)


def test_a_bin_that_is_not_there_is_named(engine):
    question = from_json({"kind": "sessions", "metric": "length"})
    with pytest.raises(BadQuestion, match="5s-6s"):
        people(engine, question, Cell(row="5s-6s"))


def test_a_workspace_without_events():
    with engine_of(World((), now=1_744_000_000_000)) as empty:
        assert ask(empty, "sessions", metric="volume", range="7d").lines[0].total == 0
        assert ask(empty, "sessions", metric="bounce", range="7d").lines[0].total is None
        assert ask(empty, "sessions", metric="entry").rows == ()
        assert ask(empty, "sessions", metric="length").total == 0


METRICS = ("volume", "average", "per_user", "bounce", "length", "top", "entry", "exit")


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    metric = draw(st.sampled_from(METRICS))
    fields: dict[str, Any] = {
        "kind": "sessions",
        "metric": metric,
        "range": draw(st.sampled_from((*RANGES, *EXACT_RANGES, "2025-03-25,2025-04-05"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "limit": 1000,
    }
    if metric in ("top", "entry", "exit"):
        named = (None, "country", "properties.item", "trait:plan")
        return {**fields, "property": draw(st.sampled_from(named))}
    if metric != "length":
        fields["granularity"] = draw(st.sampled_from(("hourly", "daily", "weekly", "monthly")))
        fields["compare"] = draw(st.sampled_from((None, "previous")))
    if metric in ("volume", "average", "bounce"):
        named = ("country", "properties.item", "event", "trait:plan")
        fields["breakdown"] = draw(st.sampled_from(((), *((name,) for name in named))))
    return fields


@settings(max_examples=80, deadline=None)
@given(worlds(flagged=True), questions())
def test_sessions_match_the_oracle(world, fields):
    question: Any = from_json(fields)
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            if question.metric == "length":
                expected = lengths(world, question, DEFAULT)
                assert [(b.count, b.people) for b in answer.bins] == [
                    (count, len(actors)) for count, actors in expected
                ]
                check_people(engine, question, answer)
            elif question.metric in ("top", "entry", "exit"):
                found = {row[0]: (row[1], row[2]) for row in answer.rows}
                assert found == {v: (n, len(p)) for v, (n, p) in by_value(world, question).items()}
                check_people(engine, question, answer)
            elif question.breakdown:
                assert {line.group[0] for line in answer.lines} == groups(world, question)
                for line in answer.lines:
                    _check_series(line, *series(world, question, line.group[0]))
                _check_sessions(engine, question, answer)
            else:
                _check_series(answer.lines[0], *series(world, question))


def _check_sessions(engine: Any, question: Any, answer: Any) -> None:
    """Somebody is behind every number but 0."""
    if question.metric == "average":
        return
    cells = [(cell, value) for cell, value in answer.cells() if value or cell.bucket is None]
    for cell, value in cells[:6]:
        assert bool(people(engine, question, cell)) == bool(value)


def _check_series(line: Any, now: list[Any], total: Any, before: list[Any]) -> None:
    assert list(line.values) == pytest.approx(now)
    assert line.total == pytest.approx(total)
    if line.previous is not None:
        shown = min(len(now), len(before))
        assert list(line.previous[:shown]) == pytest.approx(before[:shown])


def test_documented_bins_that_make_no_sense_are_the_usual_ones():
    assert documented_bins("seconds", "0", "600", "60") == Bins(min=0, max=600, size=60)
    assert documented_bins("Minutes", 0, 10) == Bins(unit="minutes", min=0, max=10)
    for given_ in (
        ("days", 0, 10, 1),
        (None, 0, 10, 1),
        ("hours", None, 10, 1),
        ("hours", 0, None, 1),
        ("hours", 10, 1, 1),
        ("hours", 0, 10, -1),
        ("hours", "x", 10, 1),
        ("seconds", 0, 1e6, 1),
    ):
        assert documented_bins(*given_) is None
