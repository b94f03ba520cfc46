"""Counting units in place of people (definitions 2.7): the questions about the same events with the
unit as their user.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.engines.sqlite.engine import SqliteEngine
from core.errors import BadQuestion
from core.filters import Condition
from core.language.questions import format_question, parse
from core.queries import from_json
from core.queries.common.any_question import said_by
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.words.counted import many, one, singular
from tests.oracles.units import MARK, asked, of_people, rewritten
from tests.worlds.compare import from_text, people
from tests.worlds.strategies import CONDITIONS, EVENTS, RANGES, worlds
from tests.worlds.world import Event, World, engine_of

COUNTED = ("properties.item", "country", "device", "trait:plan")
SAID = {"title", "unit", "counted", "notes", "breakdown"}


def fields_of(kind: str, **own: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A random question of a kind that counts units."""
    shared = {
        "kind": st.just(kind),
        "counting": st.sampled_from(COUNTED),
        "range": st.sampled_from(RANGES),
        "conditions": st.sampled_from(CONDITIONS),
    }
    return st.fixed_dictionaries({**shared, **own})


EVENT = st.sampled_from((*EVENTS, None))
BREAKDOWN = st.sampled_from(([], [], ["country"], ["trait:plan"], ["properties.item"]))
COMPARE = st.sampled_from((None, None, "previous"))
TRENDS = st.one_of(
    fields_of(
        "trend",
        event=EVENT,
        measure=st.sampled_from(("users", "users", "average", "pct_dau")),
        breakdown=BREAKDOWN,
        compare=COMPARE,
        granularity=st.sampled_from(("daily", "weekly")),
    ),
    fields_of("trend", event=EVENT, measure=st.just("frequency")),
)

ON_EVENTS = [found for found in CONDITIONS if found and found[0]["field"] != "user"]
STEP = st.fixed_dictionaries(
    {"event": st.sampled_from(EVENTS)}, optional={"filters": st.sampled_from(ON_EVENTS)}
)
FUNNEL = {
    "steps": st.lists(STEP, min_size=2, max_size=3),
    "order": st.sampled_from(("ordered", "ordered", "unordered", "sequential")),
    "window_seconds": st.sampled_from((3600, 86_400, 604_800, None)),
    "users": st.sampled_from(("active", "active", "new")),
    "count_by": st.sampled_from(("uniques", "uniques", "totals")),
    "breakdown": BREAKDOWN,
}
FUNNELS = st.one_of(
    fields_of("funnel", **FUNNEL, compare=COMPARE, hold=st.sampled_from(([], ["country"]))),
    fields_of("funnel_trend", **FUNNEL, compare=COMPARE),
    fields_of("time_to_convert", **FUNNEL),
)
RETENTIONS = fields_of(
    "retention",
    start_event=st.sampled_from((*EVENTS, None, "_new")),
    return_event=EVENT,
    granularity=st.sampled_from(("daily", "weekly", "hourly")),
    periods=st.integers(1, 4),
    cohort=st.sampled_from(("first_ever", "first_in_range", "every")),
    at_least=st.sampled_from((1, 1, 2)),
    breakdown=st.sampled_from(([], [], ["country"], ["trait:plan"])),
)
ACTIVITY = st.one_of(
    fields_of("stickiness", event=EVENT, breakdown=BREAKDOWN, compare=COMPARE),
    fields_of(
        "stickiness",
        event=EVENT,
        mode=st.sampled_from(("exact", "cumulative")),
        at_least=st.sampled_from((1, 2)),
    ),
    fields_of(
        "lifecycle",
        event=EVENT,
        granularity=st.sampled_from(("daily", "weekly")),
        new_means=st.sampled_from(("activity", "product")),
        breakdown=st.sampled_from(([], [], ["country"], ["trait:plan"])),
        compare=COMPARE,
    ),
    fields_of("active_users", metric=st.sampled_from(("dau", "wau", "mau")), breakdown=BREAKDOWN),
    fields_of("first_time", event=st.sampled_from(EVENTS), breakdown=BREAKDOWN),
)


def units(engine: SqliteEngine, question: Question, cell: Cell) -> list[str]:
    """The units behind a number, by name; one listed twice is here twice."""
    listed = engine.answer(
        from_json({"kind": "units", "of": question.model_dump(mode="json", by_alias=True),
                   "cell": cell, "limit": 1000})
    )  # fmt: skip
    assert listed.total == len(listed.rows)
    return sorted(row[0] for row in listed.rows)


def same_as_of_people(world: World, fields: dict[str, Any]) -> None:
    """Every figure is that of people in the rewritten world, and so is who stands behind it."""
    whose = [Condition.model_validate(c) for c in fields["conditions"] if of_people(c["field"])]
    question, plain = from_json(fields), from_json(asked(fields))
    other = rewritten(world, fields["counting"], whose)
    with engine_of(world) as engine, engine_of(other) as of_people_:
        try:
            expected = of_people_.answer(plain)
        except BadQuestion:
            with pytest.raises(BadQuestion):
                engine.answer(question)
            return
        found = engine.answer(question)
        assert found.model_dump(exclude=SAID) == expected.model_dump(exclude=SAID)
        for cell, _ in list(expected.cells())[:40]:
            named = [user.removeprefix(MARK) for user in people(of_people_, plain, cell)]
            assert units(engine, question, cell) == sorted(named), cell


@settings(max_examples=25, deadline=None)
@given(worlds(max_events=16), TRENDS)
def test_trends_of_units_are_those_of_people_in_the_rewritten_world(world, fields):
    same_as_of_people(world, fields)


@settings(max_examples=25, deadline=None)
@given(worlds(max_events=16), FUNNELS)
def test_funnels_of_units_are_those_of_people_in_the_rewritten_world(world, fields):
    same_as_of_people(world, fields)


@settings(max_examples=25, deadline=None)
@given(worlds(max_events=16), RETENTIONS)
def test_retention_of_units_is_that_of_people_in_the_rewritten_world(world, fields):
    same_as_of_people(world, fields)


@settings(max_examples=25, deadline=None)
@given(worlds(max_events=16), ACTIVITY)
def test_activity_of_units_is_that_of_people_in_the_rewritten_world(world, fields):
    same_as_of_people(world, fields)


NOON = 1_744_027_200_000
ACCOUNTS = World(
    tuple(
        Event(event, NOON + n, user, properties={"account": account} if account else {})
        for n, (user, event, account) in enumerate(
            (
                ("a", "signup", "north"),
                ("b", "signup", "north"),
                ("b", "purchase", "south"),
                ("c", "signup", ""),
                ("c", "purchase", "north"),
            )
        )
    ),
    traits=(("c", "plan", "pro", NOON),),
    now=NOON + 1000,
)
"""The example of the definitions."""


def test_accounts_are_counted_in_place_of_people():
    with engine_of(ACCOUNTS) as engine:
        signups = from_text("users of signup last 7d counting account")
        answer = engine.answer(signups)
        assert (answer.lines[0].total, answer.unit) == (1, "accounts")
        assert answer.title == "Accounts of signup"
        assert KINDS["trend"].figures.summary(signups) == "accounts"
        assert units(engine, signups, Cell()) == ["north"]
        assert people(engine, signups, Cell()) == ["a", "b", "c"]
        funnel = from_text("signup > purchase last 7d counting account")
        assert [step.count for step in engine.answer(funnel).groups[0].steps] == [1, 1]
        assert engine.answer(parse("signup > purchase last 7d")).groups[0].steps[1].count == 2
        pro = from_text("users of signup last 7d where trait:plan = pro counting account")
        assert engine.answer(pro).lines[0].total == 0
        bought = from_text("users of purchase last 7d counting properties.account where user = c")
        assert units(engine, bought, Cell()) == ["north"]
        listed = engine.answer(from_text("units of (users of purchase last 7d counting account)"))
        assert [row[:3] for row in listed.rows] == [("north", 3, 3), ("south", 1, 1)]
        moved = engine.answer(
            from_text("explain users of signup last 7d by event counting account")
        )
        assert [column.type for column in moved.columns[2:4]] == ["count", "count"]
        assert "All: 1, " in moved.notes[0]
        assert not any("do not add up" in note for note in moved.notes)
        grid = engine.answer(from_text("retention of signup monthly last 3d counting account"))
        assert any("only accounts that started" in note for note in grid.notes)


def test_sessions_are_called_by_their_key_or_by_whose_they_are_and_when_they_began():
    events = (
        Event("view", NOON, "a", session="s-1"),
        Event("view", NOON + 1, "a"),
        Event("view", NOON + 2, "b"),
        Event("view", NOON + 3, "b"),
    )
    listing = from_text("units of (users of view last 7d counting session)")
    with engine_of(World(events, now=NOON + 1000)) as engine:
        found = engine.answer(listing)
        assert [row[:3] for row in found.rows] == [
            ("b at 2025-04-07 12:00", 1, 2),
            ("a at 2025-04-07 12:00", 1, 1),
            ("s-1", 1, 1),
        ]
        assert [people(engine, listing, Cell(row=key)) for key in found.keys] == [
            ["b"], ["a"], ["a"],
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("users of signup counting accounts", "users of signup counting accounts"),
        ("users of signup counting users", "users of signup"),
        ("users of signup counting user_ids", "users of signup"),
        ("users of signup counting sessions", "users of signup counting session"),
        ("a > b counting totals counting account", "a > b counting totals counting account"),
        ("a counting sessions vs usual", "a counting session vs usual"),
        (
            "units of (users of a counting sessions) at bucket 2025-04-07",
            "units of (users of a counting session) at bucket 2025-04-07",
        ),
    ],
)
def test_what_is_counted_is_a_clause(text, canonical):
    assert format_question(parse(text)) == canonical
    from_text(canonical)


@pytest.mark.parametrize(
    ("counting", "name", "names"),
    [
        ("properties.company_id", "company", "companies"),
        ("warehouse", "warehouse", "warehouses"),
        ("size", "size", "sizes"),
        ("franchise", "franchise", "franchises"),
        ("cache", "cache", "caches"),
        ("status", "status", "statuses"),
        ("box", "box", "boxes"),
        ("branches", "branch", "branches"),
        ("addresses", "address", "addresses"),
    ],
)
def test_one_unit_is_called_in_the_singular(counting, name, names):
    question = from_json({"kind": "trend", "measure": "users", "counting": counting})
    assert (one(question), many(question), singular(names)) == (name, names, name)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(worlds(max_events=16), st.sampled_from(COUNTED), st.sampled_from(("view", "cart")))
def test_two_groups_are_compared_by_the_units_of_each(world, counting, event):
    question = parse(
        f"view > cart within 1d last 7d counting {counting} for ({event} last 7d) against everyone"
    )
    everybody = {"kind": "trend", "event": "_all", "measure": "users", "range": "7d"}
    assume({"view", "cart", event} <= {each.event for each in world.events})
    with engine_of(world) as engine, engine_of(rewritten(world, counting, [])) as of_people_:
        answer = engine.answer(question)
        size = int(of_people_.answer(from_json(everybody)).lines[0].total or 0)
        assert f"second: everyone, {size:,}." in answer.notes[0]
        for cell, count in answer.cells():
            assert len(units(engine, question, cell)) == count
            side, inner = question.behind(cell)
            shown = engine.answer(side)
            steps = shown.groups[0].steps if shown.groups else ()
            reached = [step.count for step in steps if step.step == inner.step]
            assert reached in ([count], []), (cell, reached)
        assert answer.counted == many(question)


def test_people_of_two_groups_of_units_are_those_of_units_in_the_group():
    events = (
        Event("login", NOON - 1, "a"),
        Event("view", NOON, "a", properties={"account": "north"}),
        Event("view", NOON, "b", properties={"account": "north"}),
        Event("view", NOON, "c", properties={"account": "south"}),
    )
    asked_of = "users of view last 7d counting account for (login last 7d) against everyone"
    with engine_of(World(events, now=NOON + 1000)) as engine:
        question = parse(asked_of)
        for cell, count in engine.answer(question).cells():
            listed = from_json({"kind": "people", "of": said_by(question), "cell": cell})
            names = [row.user for row in engine.answer(listed).rows]
            expected = (["a", "b", "c"], 2) if cell.outcome == "dropped" else (["a"], 1)
            assert (sorted(names), count) == expected


def test_what_has_an_id_is_counted_by_the_name_without_it():
    world = World(
        tuple(
            Event("signup", NOON, user, properties={"account_id": unit, "teamId": "p"})
            for user, unit in (("a", "north"), ("b", "north"), ("c", "south"))
        ),
        now=NOON + 1000,
    )
    with engine_of(world) as engine:
        for counting, total in (("account_id", 2), ("accounts", 2), ("account", 2), ("teams", 1)):
            answer = engine.answer(from_text(f"users of signup last 7d counting {counting}"))
            assert (answer.lines[0].total, answer.unit[:4]) == (total, counting[:4])
        kept = engine.answer(from_text("users of signup last 7d counting country"), forgiving=True)
        assert [note for note in kept.notes if "not a field" in note] == []


def test_what_cannot_be_counted_is_refused_in_a_sentence():
    with engine_of(ACCOUNTS) as engine:
        for counting, sentence in (
            ("nothing", "counting 'nothing' is not a field in this workspace."),
            ("event", "event cannot be counted."),
            ("segment", "counting cannot be segment: people may be in several."),
        ):
            with pytest.raises(BadQuestion) as refused:
                engine.answer(parse(f"users of signup counting {counting}"))
            assert str(refused.value.message) == sentence
        with pytest.raises(BadQuestion, match="paying is of people"):
            engine.answer(parse("users of signup counting account by paying"))
        with pytest.raises(BadQuestion, match="this trend counts people"):
            engine.answer(parse("units of (users of signup)"))
