"""Weekdays: people, events and measures by day of the week and hour (definitions 4.15)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import draw, plain
from core.errors import BadQuestion
from core.export import export
from core.language.kept import read_kept, write_kept
from core.language.questions import format_cell, format_question, parse, parse_kept
from core.queries import from_json
from tests.oracles.activity.weekday import by_weekday
from tests.worlds.compare import ask, both_engines, check_people, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.strategies import CONDITIONS, EVENTS, EXACT_RANGES, RANGES, worlds
from tests.worlds.world import SELECTORS, Event, World, engine_of

KIND = "weekday"


NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def rows(answer: Any) -> dict[str, tuple[Any, ...]]:
    """Figures of the weekdays that have any, by name."""
    return {name: tuple(rest) for name, *rest in answer.rows if any(rest[:-1])}


def hours(answer: Any, label: str) -> dict[int, Any]:
    """Figures of a row of hours, but for those that are 0."""
    (row,) = (own for _, own in answer.lines if own.label == label)
    return {hour: rate for hour, rate in enumerate(row.rates) if rate != 0}


def at(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def world(*texts: str, zone: str = "UTC", now: str = "2025-04-20T12:00", first: int = 0) -> World:
    """An event of somebody new at each local time."""
    found = [Event("view", at(text, zone), f"u{n}") for n, text in enumerate(texts)]
    return World(tuple(found), zone=zone, now=at(now, zone), week_start=first)


def test_the_fixture(engine):
    answer = ask(engine, KIND, range=A_RANGE)
    assert [column.name for column in answer.columns] == ["weekday", "users", "per day", "days"]
    assert rows(answer) == {"Monday": (4, 2, 2), "Tuesday": (2, 1.5, 2), "Wednesday": (2, 1, 2)}
    assert [row[0] for row in answer.rows] == NAMES
    assert answer.title == "Active users by weekday"
    question = from_json({"kind": KIND, "range": A_RANGE})
    assert people(engine, question, Cell(row="Monday")) == ["a", "b", "d", "e"]
    assert people(engine, question, Cell(row="Wednesday")) == ["c", "e"]
    assert people(engine, question, Cell()) == ["a", "b", "c", "d", "e"]


def test_events_and_figures_of_a_property(engine):
    events = ask(engine, KIND, range=A_RANGE, measure="count")
    assert [column.name for column in events.columns][1:4] == ["events", "per day", "users"]
    assert [row[1] for row in events.rows][:4] == [7, 5, 6, 0]
    paid = {"range": A_RANGE, "event": "purchase", "property": "amount"}
    total = ask(engine, KIND, measure="sum", **paid)
    assert rows(total)["Wednesday"] == (30, 15, 2, 2)
    mean = ask(engine, KIND, measure="mean", **paid)
    assert rows(mean) == {"Monday": (20, 1, 2), "Tuesday": (50, 1, 2), "Wednesday": (15, 2, 2)}
    assert mean.rows[3][1] is None
    assert mean.title == "avg of purchase amount by weekday"


def test_hours_of_the_fixture(engine):
    answer = ask(engine, KIND, range=A_RANGE, granularity="hour")
    assert hours(answer, "Monday") == {9: 1, 10: 2, 12: 1}
    assert hours(answer, "combined") == {8: 1, 9: 2, 10: 2, 11: 1, 12: 1, 13: 1}
    assert answer.columns[9] == "09:00"
    assert [row.size for _, row in answer.lines] == [5, 4, 2, 2, 0, 0, 0, 0]
    question = from_json({"kind": KIND, "range": A_RANGE, "granularity": "hourly"})
    assert people(engine, question, Cell(cohort="Monday", period=10)) == ["a", "e"]
    assert people(engine, question, Cell(period=9)) == ["a", "d"]
    assert people(engine, question, Cell(cohort="Tuesday")) == ["a", "b"]


def test_the_week_begins_as_the_workspace_says():
    with engine_of(world("2025-04-13T10:00", first=6)) as sundays:
        answer = ask(sundays, KIND, range="2025-04-07,2025-04-13")
        assert [row[0] for row in answer.rows] == ["Sunday", *NAMES[:-1]]
        assert rows(answer) == {"Sunday": (1, 1, 1)}
        hourly = ask(sundays, KIND, granularity="hourly")
        assert [row.label for row in hourly.cohorts] == ["Sunday", *NAMES[:-1]]


def test_an_average_is_over_the_days_that_a_weekday_has():
    mondays = world("2025-03-31T09:00", "2025-04-07T09:00", "2025-04-07T09:10", "2025-04-15T09:00")
    with engine_of(mondays) as found:
        asked = {"range": "2025-03-31,2025-04-15"}
        plain_ = ask(found, KIND, **asked)
        assert rows(plain_) == {"Monday": (3, 1, 3), "Tuesday": (1, 1 / 3, 3)}
        assert plain_.notes == (
            "Some weekdays occur 3 times in the range and others 2 times: "
            "the average per day accounts for that.",
        )
        mean = ask(found, KIND, average=True, **asked)
        assert [column.name for column in mean.columns][1:3] == ["per day", "users"]
        assert (rows(mean)["Monday"], mean.notes) == ((1, 3, 3), ())
        hourly = ask(found, KIND, average=True, granularity="hourly", measure="count", **asked)
        assert hours(hourly, "Monday") == {9: 1}
        assert hours(hourly, "combined") == {9: 4 / 16}
        assert hourly.cohorts[0].counts[9] == 3


def test_a_skipped_hour_has_nothing_and_one_that_comes_twice_holds_both():
    zone = "Europe/Amsterdam"
    spring = world("2025-03-30T01:59", "2025-03-30T03:00", zone=zone, now="2025-03-31T12:00")
    with engine_of(spring) as found:
        answer = ask(found, KIND, range="2025-03-30,2025-03-30", granularity="hourly")
        assert hours(answer, "Sunday") == {1: 1, 2: None, 3: 1}
        assert set(hours(answer, "Monday").values()) == {None}
    first = at("2025-10-26T02:30", zone)
    autumn = World(
        (Event("view", first, "ann"), Event("view", first + 3_600_000, "bob")),
        zone=zone,
        now=first + 86_400_000,
    )
    with engine_of(autumn) as found:
        assert hours(ask(found, KIND, range="yesterday", granularity="hourly"), "Sunday") == {2: 2}


def test_what_has_not_come_has_no_figure():
    with engine_of(world("2025-04-18T10:00", now="2025-04-18T10:30")) as friday:
        answer = ask(friday, KIND, range="today")
        assert [row[1] for row in answer.rows] == [None, None, None, None, 1, None, None]
        assert [row[-1] for row in answer.rows] == [0, 0, 0, 0, 1, 0, 0]
        assert answer.notes[-1] == "Today is counted up to now."
        hourly = ask(friday, KIND, range="today", granularity="hourly")
        assert hours(hourly, "Friday") == {10: 1, **dict.fromkeys(range(11, 24))}
        question = from_json({"kind": KIND, "range": "today", "granularity": "hourly"})
        assert question.by_the_minute()
        assert people(friday, question, Cell(cohort="Monday", period=1)) == []


def test_a_workspace_without_events():
    with engine_of(World((), now=at("2025-04-20T12:00"))) as empty:
        assert rows(ask(empty, KIND)) == {}
        assert hours(ask(empty, KIND, granularity="hourly"), "combined") == {}


def test_days_are_read_from_the_stored_sets(engine):
    statements = engine.run(from_json({"kind": KIND, "event": "sign_up"}), fresh=True).statements
    assert len(statements) == 1
    assert "from events" not in statements[0].text


def test_it_is_drawn_and_exported(engine):
    answer = ask(engine, KIND, range=A_RANGE)
    assert "Wednesday" in plain(draw(answer, 80, 16))
    assert "Tuesday,2,1.5,2" in export(answer, "csv")
    hourly = ask(engine, KIND, range=A_RANGE, granularity="hourly")
    assert "Wednesday" in plain(draw(hourly, 130, 16))
    assert "Monday,4,10:00,2,2" in export(hourly, "csv")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"event": "purchas"}, "purchase"),
        ({"measure": "frequency"}, "measure 'frequency' does not apply to weekday"),
        ({"measure": "sum"}, "measure sum needs a property"),
        ({"property": "amount"}, "measure users takes no property"),
        ({"measure": "sum", "property": "amuont"}, "amount"),
        ({"measure": "distinct", "property": "revenue:amount"}, "does not apply to"),
        ({"granularity": "weekly"}, "granularity must be 'daily' or 'hourly', not \"weekly\""),
        ({"measure": "sessions", "average": True}, "sessions has no average per day"),
        ({"breakdown": "country"}, "'breakdown' is not known"),
        ({"range": "0d"}, "range must be at least 1 long"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, KIND, **fields)


@pytest.mark.parametrize(
    ("granularity", "cell", "words"),
    [
        ("daily", Cell(row="Moonday"), "names no weekday 'Moonday'"),
        ("hourly", Cell(cohort="monday"), "names no weekday 'monday'"),
        ("hourly", Cell(period=24), "names no hour 24"),
    ],
)
def test_a_cell_that_is_no_weekday_or_hour_is_named(engine, granularity, cell, words):
    with pytest.raises(BadQuestion, match=words):
        people(engine, from_json({"kind": KIND, "granularity": granularity}), cell)


@pytest.mark.parametrize(
    ("text", "fields", "canonical"),
    [
        ("weekday", {}, None),
        ("Weekday of purchase by hour", {"event": "purchase", "granularity": "hourly"},
         "weekday of purchase hourly"),
        ("weekday of any event last 90d", {"range": "90d"}, "weekday last 90d"),
        ("weekday of users", {}, "weekday"),
        ("weekday of events", {"measure": "count"}, None),
        ("weekday of sessions(signup)", {"event": "signup", "measure": "sessions"}, None),
        ("weekday of totals(page.view)", {"event": "page.view", "measure": "count"},
         'weekday of count("page.view")'),
        ("weekday of sum(purchase.amount) with average = true",
         {"event": "purchase", "measure": "sum", "property": "amount", "average": True}, None),
        ("weekday of p90(amount)", {"measure": "p90", "property": "amount"}, None),
        ("weekday of weekday", {"event": "weekday"}, 'weekday of "weekday"'),
    ],
)  # fmt: skip
def test_its_text(text, fields, canonical):
    question = from_json({"kind": KIND, **fields})
    assert parse(text) == question
    assert format_question(question) == (canonical or text)
    assert parse(format_question(question)) == question


def test_its_word_was_the_name_of_an_event_before():
    trend = from_json({"kind": "trend", "event": "weekday", "granularity": "weekly"})
    assert parse_kept("weekday weekly", 1).question == trend
    assert read_kept({"question": "weekday weekly"}) == {"question": '"weekday" weekly'}
    asked = {"question": "weekday of purchase"}
    assert write_kept(asked) == {**asked, "language": 2}
    assert read_kept({**asked, "language": 2}) == asked


@pytest.mark.parametrize(
    ("fields", "cell", "words"),
    [
        ({}, Cell(row="Monday"), "Active users on Mondays in the last 30 days"),
        (
            {"event": "buy", "granularity": "hourly"},
            Cell(cohort="Friday", period=9),
            "Users of buy on Fridays from 9:00 to 10:00 in the last 30 days",
        ),
        ({"measure": "count"}, Cell(), "Users with any event in the last 30 days"),
    ],
)
def test_its_people_in_words(fields, cell, words):
    assert format_cell(from_json({"kind": KIND, **fields}), cell) == words


questions = st.fixed_dictionaries(
    {
        "kind": st.just(KIND),
        "event": st.sampled_from((None, None, *EVENTS[:2], *SELECTORS)),
        "range": st.sampled_from((*RANGES, *EXACT_RANGES, "2025-03-25,2025-04-05")),
        "conditions": st.sampled_from(CONDITIONS),
        "measure": st.sampled_from(
            ("users", "users", "count", "sessions", "sum", "avg", "max", "p90", "distinct")
        ),
        "granularity": st.sampled_from(("daily", "hourly")),
        "average": st.booleans(),
    }
)


def asked(fields: dict[str, Any]) -> Any:
    """The question of drawn fields, which need not suit each other."""
    if fields["measure"] not in ("users", "count", "sessions"):
        fields = {**fields, "property": "item" if fields["measure"] == "distinct" else "amount"}
    average = fields["average"] and fields["measure"] in ("users", "count", "sum")
    return from_json({**fields, "average": average})


@settings(max_examples=60, deadline=None)
@given(worlds(flagged=True), questions)
def test_weekdays_match_the_oracle(world, fields):
    question = asked(fields)
    if question.event not in world.names:
        return
    hourly = question.granularity == "hourly"
    expected = {
        place: own[:2] if hourly else own
        for place, own in by_weekday(world, question).items()
        if (place[1] is not None) == hourly and (hourly or place[0])
    }
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            found = cells_of(answer) if hourly else rows_of(answer)
            assert found.keys() == expected.keys()
            for place, own in expected.items():
                assert found[place] == pytest.approx(own), place
            check_people(engine, question, answer)


def rows_of(answer: Any) -> dict[Any, tuple[Any, ...]]:
    """Figure, people and days of each weekday that comes."""
    names = [column.name for column in answer.columns]
    who = names.index("users")
    return {(row[0], None): (row[1], row[who], row[-1]) for row in answer.rows if row[-1]}


def cells_of(answer: Any) -> dict[Any, tuple[Any, ...]]:
    """Figure and people of each hour of a weekday, and of all, that comes."""
    return {
        ("" if row.label == "combined" else row.label, hour): (rate, count)
        for _, row in answer.lines
        for hour, (rate, count) in enumerate(zip(row.rates, row.counts, strict=True))
        if count is not None
    }
