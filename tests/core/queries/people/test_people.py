"""The people behind a number."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import parse
from core.queries import from_json
from tests.oracles.conditions import label_of, matching, people_of, value_of
from tests.oracles.seen import seen
from tests.oracles.times import time_of, within
from tests.worlds.compare import UsualEngine, ask, from_text, people
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.strategies import EXACT_RANGES, worlds
from tests.worlds.world import DAY, Event, World, engine_of

PURCHASES = {"kind": "trend", "event": "purchase", "range": A_RANGE}


def names(answer) -> list[str]:
    """Users in the order they are listed."""
    return [person.user for person in answer.rows]


def test_who_was_seen_last_comes_first(engine):
    answer = ask(engine, "people", of=PURCHASES)
    assert answer.total == 4
    assert names(answer) == ["e", "a", "c", "b"]
    assert answer.rows[1].events == 6


def test_other_orders(engine):
    assert names(ask(engine, "people", of=PURCHASES, order="user")) == ["a", "b", "c", "e"]
    assert names(ask(engine, "people", of=PURCHASES, order="first_seen")) == ["a", "b", "c", "e"]


def test_by_events_and_the_other_way_round(engine):
    by_events = ask(engine, "people", of=PURCHASES, order="events")
    counts = [person.events for person in by_events.rows]
    assert counts == sorted(counts, reverse=True)
    turned = ask(engine, "people", of=PURCHASES, order="events", descending=False)
    assert [person.events for person in turned.rows] == sorted(counts)
    assert names(ask(engine, "people", of=PURCHASES, order="user", descending=True)) == [
        "e", "c", "b", "a",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"order": "country"}, "Allowed: last_seen, first_seen, user, events."),
        ({"columns": ["nothing"]}, "'nothing' is not a field"),
        ({"columns": ["user"]}, "cannot be a column"),
    ],
)
def test_what_is_no_column_is_refused(engine, fields, told):
    with pytest.raises(BadQuestion, match=told):
        ask(engine, "people", of=PURCHASES, **fields)


def test_columns_and_orders_are_written_in_words():
    from_text("people of (dau) sorted by plan with columns = (country, plan), descending = true")


COLUMNS = ("country", "properties.plan", "properties.amount", "trait:plan", "paying")


@settings(max_examples=40, deadline=None)
@given(worlds(flagged=True), st.sampled_from(COLUMNS), st.booleans())
def test_a_column_has_the_last_value_of_each_person_and_sorts_by_it(world, column, down):
    expected = {}
    for item in seen(world):
        value = value_of(world, item, column)
        if item.actor is not None and value is not None:
            expected[item.actor] = label_of(value)
    with engine_of(world) as engine:
        asked = {"columns": COLUMNS, "order": column, "descending": down, "limit": 1000}
        found = ask(engine, "people", of={"kind": "trend", "range": "all_time"}, **asked)
        values = {person.user: person.values[COLUMNS.index(column)] for person in found.rows}
        assert {user: text for user, text in values.items() if text is not None} == {
            user: text for user, text in expected.items() if user in values
        }
        assert values.keys() >= expected.keys()
        listed = [text for text in values.values() if text is not None]
        assert list(values.values()) == listed + [None] * (len(values) - len(listed))
        if column == "country":
            assert listed == sorted(listed, reverse=down)


def test_pages(engine):
    page = ask(engine, "people", of=PURCHASES, limit=2, offset=3)
    assert (page.total, names(page)) == (4, ["b"])


def test_one_bucket_of_one_group(engine):
    cell = {"bucket": "2025-04-08", "group": ["US"]}
    answer = ask(engine, "people", of={**PURCHASES, "breakdown": "country"}, cell=cell)
    assert names(answer) == ["b"]


def test_the_people_of_the_period_before(engine):
    of = {"kind": "active_users", "range": A_RANGE, "compare": "previous"}
    assert names(ask(engine, "people", of=of, cell={"previous": True})) == ["d"]


@pytest.mark.parametrize(
    "cell",
    [{"bucket": "2020-01-01"}, {"group": ["NL", "web"]}, {"nonsense": 1}],
)
def test_a_cell_that_is_not_in_the_answer_is_refused(engine, cell):
    with pytest.raises(BadQuestion, match="cell"):
        ask(engine, "people", of={**PURCHASES, "breakdown": "country"}, cell=cell)


@pytest.mark.parametrize(
    "of",
    [
        PURCHASES,
        {"kind": "active_users", "range": A_RANGE},
        {"kind": "lifecycle", "range": A_RANGE},
        {"kind": "segments", "range": A_RANGE},
        {"kind": "retention"},
        {"kind": "top_events", "range": A_RANGE},
        {"kind": "first_time", "event": "purchase", "range": A_RANGE},
        {"kind": "per_actor", "event": "purchase", "range": A_RANGE},
        {"kind": "events_list"},
        {"kind": "raw_events", "range": A_RANGE},
        {"kind": "properties", "event": "purchase", "property": "item", "range": A_RANGE},
        {"kind": "segment", "segment": "casual", "range": A_RANGE},
        {"kind": "user_search", "user": "a"},
        {"kind": "user_activity", "user": "a"},
        {"kind": "people", "of": PURCHASES},
    ],
)
def test_every_kind_has_people(engine, of):
    assert ask(engine, "people", of=of).total > 0


@settings(max_examples=30, deadline=None)
@given(worlds(flagged=True), st.sampled_from(("count", "sessions", "sum")))
def test_the_people_of_a_count_are_whoever_did_the_events(world, measure):
    fields = {"kind": "trend", "range": "7d", "measure": measure, "granularity": "daily"}
    question = from_json({**fields, "property": "amount"} if measure == "sum" else fields)
    measured = [] if measure != "sum" else [{"field": "properties.amount", "operator": "is_set"}]
    clauses = from_json({"kind": "trend", "conditions": measured}).conditions
    items = matching(world, "_all", clauses)
    with engine_of(world) as engine:
        answer = engine.answer(question)
        for bucket, (cell, _) in zip(answer.buckets, answer.cells(), strict=False):
            expected = people_of(within(items, bucket.start, bucket.end))
            assert people(engine, question, cell) == sorted(expected)


@settings(max_examples=30, deadline=None)
@given(worlds(flagged=True), st.sampled_from(EXACT_RANGES), st.sampled_from(("previous", "yoy")))
def test_who_came_went_and_stayed_are_those_of_one_period_or_of_both(world, dates, compare):
    fields = {"kind": "trend", "measure": "users", "range": dates, "compare": compare}
    question = from_json(fields)
    time, items = time_of(world, question), matching(world, "_all", ())

    def who(of):
        return set(people_of(within(items, of.start, of.end)))

    with engine_of(world) as engine:
        answer = engine.answer(question)
        now = [Cell(), *(Cell(bucket=slot.label) for slot in time.slots)]
        pairs = zip([time.span, *time.slots], [time.compared, *time.compared_slots], strict=False)
        for cell, (own, before) in zip(now, pairs, strict=False):
            for change, expected in (
                ("came", who(own) - who(before)),
                ("went", who(before) - who(own)),
                ("stayed", who(own) & who(before)),
            ):
                address = {**cell.model_dump(), "change": change}
                listed = ask(engine, "people", of=fields, cell=address, limit=1000)
                assert set(names(listed)) == expected
                assert listed.total == len(expected)
        line = answer.lines[0]
        assert line.total is None or line.total == len(who(time.span))


def test_a_change_is_written_in_words_and_needs_a_comparison(engine):
    text = "people of (dau vs prev) at {}"
    for words, named in (
        ("not previous", "not previous period"),
        ("previous not this", "only previous period"),
        ("and previous", "also previous period"),
    ):
        question = from_text(text.format(words))
        assert question.title().endswith(named)
    with pytest.raises(BadQuestion, match="no comparison"):
        ask(engine, "people", of=PURCHASES, cell={"change": "came"})
    of = {**PURCHASES, "compare": "previous"}
    with pytest.raises(BadQuestion, match="cell names bucket"):
        ask(engine, "people", of=of, cell={"change": "came", "bucket": "2020-01-01"})


def test_a_number_of_a_day_that_is_still_to_come_is_looked_up_like_any_other():
    events = (Event("view", 0, "u"), Event("view", 3 * DAY, "v"))
    question = parse("people of (users of view 1970-01-01..1970-01-05) at bucket 1970-01-04")
    with engine_of(World(events, now=DAY)) as engine:
        question.check(engine.context())
        assert names(engine.answer(question)) == ["v"]


@pytest.mark.parametrize(
    "text",
    [
        "sign_up > purchase last 30d for (view_item last 30d) against everyone else",
        "users of sign_up last 30d for (view_item last 30d) against everyone else",
        "people of (lifecycle of sign_up last 30d where item = hat) at series dormant",
        "differences of (users of sign_up last 30d) and (users of purchase last 30d)",
        "retention of sign_up for (dau last 30d where item is set) against everyone else",
    ],
)
def test_people_within_people_are_found_on_a_day_that_goes_on(text):
    """Its part up to now is read from events, the days before it from stored sets."""
    world = replace(appendix_a(), now=appendix_a().events[17].ts + 1)
    question = parse(text)
    with engine_of(world) as few:
        many = UsualEngine(few.path, clock=few.clock)
        with closing(many):
            assert many.answer(question) == few.answer(question)
