"""Realtime (definitions 9.8)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell
from core.queries import from_json
from tests.oracles.activity.realtime import realtime
from tests.oracles.seen import known
from tests.worlds.compare import ask, both_engines, people
from tests.worlds.strategies import CONDITIONS, worlds
from tests.worlds.world import DAY, HOUR, Event, World, engine_of

NOW = 1_744_000_123_456
MINUTE = 60_000
QUESTION = from_json({"kind": "realtime"})


@pytest.fixture(scope="module")
def engine():
    events = (
        Event("open", NOW, user="ann"),
        Event("open", NOW - 10 * MINUTE, user="ann"),
        Event("open", NOW - 10 * MINUTE, user="bob"),
        Event("open", NOW - DAY, user="cem"),
        Event("open", NOW - DAY - 10 * MINUTE, user="dee"),
        Event("open", NOW - 3 * DAY, user="eve"),
    )
    with engine_of(World(events, now=NOW, zone="Asia/Kathmandu")) as found:
        yield found


def test_two_days_by_five_minutes(engine):
    answer = ask(engine, "realtime")
    assert [line.series for line in answer.lines] == ["Today", "Yesterday"]
    assert len(answer.buckets) == 288
    assert [b.partial for b in answer.buckets] == [False] * 287 + [True]
    assert answer.buckets[-1].label == "2025-04-07T10:10"
    assert answer.buckets[-1].start <= NOW < answer.buckets[-1].end
    today, yesterday = answer.lines
    assert (today.values[-3:], today.total) == ((2, 0, 1), 2)
    assert (yesterday.values[-3:], yesterday.total) == ((1, 0, 1), 2)


def test_the_people_of_a_bucket(engine):
    label = ask(engine, "realtime").buckets[-3].label
    assert people(engine, QUESTION, Cell(series="Today", bucket=label)) == ["ann", "bob"]
    assert people(engine, QUESTION, Cell(series="Yesterday", bucket=label)) == ["dee"]
    assert people(engine, QUESTION, Cell(series="Yesterday")) == ["cem", "dee"]
    assert format_cell(QUESTION, Cell(series="Yesterday")).startswith("Active users a day earlier")


def test_an_hour_that_happens_twice_has_two_labels_each():
    now = 1_761_442_200_000 + HOUR  # 2025-10-26 03:30 in Amsterdam, an hour after the change
    with engine_of(World((), now=now, zone="Europe/Amsterdam")) as found:
        labels = [bucket.label for bucket in ask(found, "realtime").buckets]
    assert len(set(labels)) == 288
    assert {"2025-10-26T02:30+0200", "2025-10-26T02:30+0100"} <= set(labels)


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"range": "7d"}, "range"), ({"granularity": "daily"}, "granularity")],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "realtime", **fields)
    with pytest.raises(BadQuestion, match="Later"):
        people(engine, QUESTION, Cell(series="Later"))


def test_an_answer_is_not_kept_for_the_day():
    assert QUESTION.by_the_minute()


@settings(max_examples=40, deadline=None)
@given(worlds(days=2, flagged=True), st.sampled_from(CONDITIONS), st.integers(-DAY, DAY))
def test_realtime_matches_the_oracle(world, conditions, later):
    newest = max((event.ts for event in world.events), default=world.now)
    world = replace(world, now=newest + later)
    question = from_json({"kind": "realtime", "conditions": conditions})
    expected = realtime(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            for line in engine.answer(question).lines:
                sets = expected[line.series]
                starts = [bucket.start for bucket in engine.answer(question).buckets]
                back = 0 if line.series == "Today" else DAY
                figures = [len(users) for users in sets]
                assert list(line.values) == known(world, [s - back for s in starts], figures)
                assert (line.total or 0) == len(set().union(*sets))
                cells = [(Cell(series=line.series), line.total or 0)]
                labels = [bucket.label for bucket in engine.answer(question).buckets]
                cells += [
                    (Cell(series=line.series, bucket=label), len(users))
                    for label, users in zip(labels, sets, strict=True)
                    if users
                ]
                for cell, count in cells:
                    assert len(people(engine, question, cell)) == count, cell
