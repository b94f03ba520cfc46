"""Audiences (definitions 5.2, appendix A.9)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.definitions.audience import MAX_COUNT
from core.errors import BadQuestion, NotFound
from core.language.questions import format_question, parse
from core.queries import from_json
from core.queries.people.audience import audience_sql, read_definition
from core.store.library.saved import Saved
from tests.oracles.people.audience import audience
from tests.worlds.compare import ask, both_engines, from_text, people
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.strategies import CONDITIONS, EVENTS, worlds
from tests.worlds.world import DAY, HOUR, Event, World, engine_of


def members(engine, definition: dict[str, Any]) -> list[str]:
    """The people of an audience by name; somebody listed twice is here twice."""
    ctx = engine.context()
    bind = ctx.binder()
    sql = audience_sql(ctx, bind, definition)
    rows = engine.read(
        bind.whole(f"select i.key from ({sql}) b left join identities i on i.id = b.actor"),
        bind.values,
    )
    return sorted(str(key) for (key,) in rows)


def purchase(**fields: Any) -> dict[str, Any]:
    """A rule about purchases."""
    return {"event": "purchase", **fields}


FREE = {"field": "trait:plan", "operator": "eq", "value": "free"}


@pytest.mark.parametrize(
    ("definition", "names"),
    [
        ({"events": [purchase(days=30)]}, "abce"),
        ({"events": [purchase(days=7)]}, "e"),
        ({"filters": [FREE], "events": [purchase(days=30)]}, "bc"),
        ({"match": "any", "filters": [FREE], "events": [purchase(days=7)]}, "bcef"),
        ({"events": [purchase(op="eq", count=0)]}, "df"),
        ({"events": [purchase(op="lt", count=1, days=7)]}, "abcdf"),
        ({"events": [{"event": "sign_up", "op": "gte", "count": 2}]}, "e"),
        ({"events": [purchase(filters=[{"field": "amount", "operator": "gt", "value": 15}])]},
         "abe"),
        ({"filters": [{"field": "country", "operator": "in", "value": ["DE", "US"]}]}, "bce"),
        ({"filters": [{"field": "item", "value": "hat"}, {"field": "item", "value": "jeans"}]},
         "a"),
        ({"filters": [{"field": "country", "value": "NL"}], "lookback_days": 7}, "ad"),
        ({"groups": [{"not": True, "match": "any", "filters": [FREE], "events": [purchase()]}]},
         "d"),
        ({"static_ids": ["a", "f", "nobody by that name"]}, "af"),
        ({"events": [purchase(sum="amount", op="gt", value=20)]}, "b"),
        ({"events": [purchase(sum="properties.amount", value=20, days=7)]}, "e"),
        ({"events": [purchase(sum="amount", op="lt", value=20)]}, "cdf"),
        ({"events": [purchase(sum="never", op="eq", value=0)]}, "abcdef"),
        ({"events": [{"distinct_days": True, "count": 3}]}, "a"),
        ({"events": [{"distinct_days": True, "op": "eq", "count": 2}]}, "bde"),
        ({"events": [{"distinct_days": True, "op": "lt", "count": 2}]}, "cf"),
        ({"events": [{"event": "sign_up", "distinct_days": True, "op": "eq", "count": 0}]}, "f"),
        ({"events": [{"distinct_days": True, "op": "lte", "count": MAX_COUNT}]}, "abcdef"),
        ({"events": [{"event": "add_to_cart", "then_within": {"event": "purchase",
                                                              "seconds": 240}}]}, "ae"),
        ({"events": [{"event": "sign_up",
                      "then_within": {"event": "purchase", "seconds": 86_400}}]}, "ace"),
        ({"events": [{"event": "sign_up", "op": "eq", "count": 0,
                      "then_within": {"event": "never seen", "seconds": 1}}]}, "abcdef"),
        ({"events": [{"first": True, "days": 7}]}, "e"),
        ({"events": [{"first": True, "days": 7, "op": "eq", "count": 0}]}, "abcdf"),
        ({"events": [purchase(first=True, days=30)]}, "abce"),
        ({"events": [{"event": "never seen"}]}, ""),
        ({"events": [{"event": "never seen", "op": "eq", "count": 0}]}, "abcdef"),
        ({"filters": [{"field": "properties.never", "value": 1}]}, ""),
        ({"filters": [{"field": "no such field", "value": 1}]}, ""),
        ({}, "abcdef"),
    ],
)  # fmt: skip
def test_audiences_of_the_fixture(engine, definition, names):
    assert members(engine, definition) == list(names)


def test_the_last_days_are_rolling_and_include_both_ends():
    now = 1_744_027_200_000
    events = (
        Event("pay", now - DAY, "ann"),
        Event("pay", now - DAY - 1, "bob"),
        Event("pay", now, "cem"),
        Event("pay", now + HOUR, "dee"),
    )
    with engine_of(World(events, now=now)) as found:
        assert members(found, {"events": [{"event": "pay", "days": 1}]}) == ["ann", "cem"]


def test_a_listed_id_means_the_person_it_was_merged_into():
    now = 1_744_027_200_000
    events = (Event("a", now, "ann"), Event("a", now, "cem"), Event("a", now, "dee", "phone"))
    aliases = (("ann", "bob", now), ("bob", "cem", now))
    with engine_of(World(events, aliases=aliases, now=now)) as found:
        assert members(found, {"static_ids": ["ann"]}) == ["cem"]
        assert members(found, {"static_ids": ["phone"]}) == ["dee"]


def test_an_audience_without_rules_is_everyone_and_says_so():
    assert read_definition({}).everyone
    assert not read_definition({"static_ids": ["a"]}).everyone


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({"filterz": []}, "filterz.*filters"),
        ({"events": [{"event": "a", "op": "about"}]}, "op"),
        ({"events": [{"event": "a", "days": 0}]}, "days"),
        ({"filters": [{"field": "a", "operator": "equals", "value": 1}]}, "equals"),
        ({"match": "some"}, "match"),
        ({"events": [{"event": "a", "sum": "amount"}]}, "sum and value"),
        ({"events": [{"event": "a", "sum": "amount", "value": 1, "count": 2}]}, "not with count"),
        ({"events": [{"event": "a", "sum": "b", "value": 1, "distinct_days": True}]}, "exclude"),
        ({"events": [{"event": "a", "then_within": {"event": "b"}}]}, "seconds"),
        ({"events": [{"event": "a", "then_within": {"event": "b", "seconds": 0}}]}, "seconds"),
        ({"events": [{"event": "a", "then_withing": "b"}]}, "then_within"),
        ({"events": [{"event": "a", "first": True, "distinct_days": True}]}, "first excludes"),
    ],
)
def test_an_impossible_definition_is_answered_with_a_sentence(definition, words):
    with pytest.raises(BadQuestion, match=words):
        read_definition(definition)


def test_a_sum_is_of_a_property(engine):
    with pytest.raises(BadQuestion, match="not a property") as found:
        members(engine, {"events": [purchase(sum="country", value=1)]})
    assert found.value.parameter == "sum"


FILTERS = st.sampled_from([condition for some in CONDITIONS for condition in some])
FIGURES = st.sampled_from(
    (
        {"count": 0}, {"count": 1}, {"count": 1}, {"count": 2}, {"count": 3},
        {"count": 1, "distinct_days": True}, {"count": 2, "distinct_days": True},
        {"count": 0, "distinct_days": True}, {"count": 1, "first": True},
        {"count": 0, "first": True},
        {"sum": "amount", "value": 0}, {"sum": "amount", "value": 9.5},
        {"sum": "amount", "value": -3},
    )
)  # fmt: skip
THEN = st.fixed_dictionaries(
    {
        "event": st.sampled_from((*EVENTS, "never seen", None)),
        "filters": st.lists(FILTERS, max_size=1),
        "seconds": st.sampled_from((0.001, 3600, 86_400, 30 * 86_400)),
    }
)


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    """A rule about events."""
    found = {
        "event": draw(st.sampled_from((*EVENTS, "never seen", None))),
        "op": draw(st.sampled_from(("gte", "lte", "eq", "gt", "lt"))),
        "days": draw(st.sampled_from((None, 1, 7, 30))),
        "filters": draw(st.lists(FILTERS, max_size=1)),
        **draw(FIGURES),
    }
    if not {"sum", "first"} & found.keys() and draw(st.integers(0, 3)) == 0:
        found["then_within"] = draw(THEN)
    return found


RULES = rules()
PARTS = {
    "match": st.sampled_from(("all", "any")),
    "filters": st.lists(FILTERS, max_size=2),
    "events": st.lists(RULES, max_size=2),
}
GROUPS = st.fixed_dictionaries({**PARTS, "not": st.booleans()})


@settings(max_examples=100, deadline=None)
@given(
    worlds(),
    st.fixed_dictionaries(
        {
            **PARTS,
            "groups": st.lists(GROUPS, max_size=2),
            "lookback_days": st.sampled_from((None, 1, 7)),
            "static_ids": st.lists(st.sampled_from(("ann", "bob", "phone", "zoe")), max_size=2),
        }
    ),
)
def test_audiences_match_the_oracle(world, definition):
    expected = sorted(audience(world, read_definition(definition)))
    with both_engines(world) as engines:
        for engine in engines:
            assert members(engine, definition) == expected


def test_a_deep_definition_fits_in_a_statement(engine):
    definition: dict[str, Any] = {"events": [purchase(days=30)]}
    for _ in range(24):
        definition = {"groups": [{"not": True, **definition}, {"events": [{}]}]}
    assert members(engine, definition) == list("abce")


# -- the kind `audience`


def test_its_people_and_their_number(engine):
    answer = ask(engine, "audience", definition={"events": [purchase(days=30)]}, limit=2, offset=1)
    assert answer.total == 4
    assert [p.user for p in answer.rows] == ["a", "c"]
    assert (answer.limit, answer.offset, answer.notes) == (2, 1, ())


def test_counting_alone(engine):
    answer = ask(engine, "audience", definition={"events": [purchase(days=30)]}, limit=0)
    assert (answer.total, answer.rows) == (4, ())


def test_a_saved_one_by_title_and_id():
    with engine_of(appendix_a()) as engine:
        item = Saved(engine.path).save_audience("Paying", {"events": [purchase(days=7)]})
        for name in ("Paying", "paying", item.id):
            assert [p.user for p in ask(engine, "audience", audience=name).rows] == ["e"]
        with pytest.raises(NotFound, match=r"Audience missing.*Did you mean Paying"):
            ask(engine, "audience", audience="Payin")


def test_further_filters_and_a_segment(engine):
    whole = {"events": [purchase(days=30)]}
    dutch = [{"field": "country", "value": "US"}]
    assert ask(engine, "audience", definition=whole, conditions=dutch).total == 2
    assert ask(engine, "audience", definition=whole, segment="new", range=A_RANGE).total == 1


def test_an_empty_one_is_everyone_with_a_warning(engine):
    answer = ask(engine, "audience", definition={})
    assert answer.total == 6
    assert answer.notes == ("This audience has no rules: it is everyone.",)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, "needs a name or a definition"),
        ({"audience": "a", "definition": {}}, "needs a name or a definition"),
        ({"definition": {"filterz": []}}, "filterz"),
        ({"definition": 1}, "definition must be an object"),
        ({"definition": {}, "limit": 10_001}, "limit must be at most 10000"),
    ],
)
def test_what_it_cannot_be_asked(engine, fields, named):
    with pytest.raises(BadQuestion, match=named):
        ask(engine, "audience", **fields)


@pytest.mark.parametrize(
    "text",
    [
        "audience Paying",
        'audience "people who pay" limit 5 offset 10',
        "audience Paying where country = NL for power_user",
        'audience with definition = json "{\\"events\\": [{\\"event\\": \\"pay\\"}]}"',
    ],
)
def test_as_text(text):
    assert from_text(text).kind == "audience"


def test_an_event_called_audience_is_quoted():
    assert parse('"audience"').kind == "trend"
    assert format_question(parse('"audience"')) == '"audience"'


def test_its_people_on_both_engines():
    with both_engines(appendix_a()) as engines:
        for engine in engines:
            answer = ask(engine, "audience", definition={"events": [purchase(days=30)]})
            assert answer.total == 4
            question = from_json({"kind": "audience", "definition": {}})
            assert people(engine, question, Cell()) == list("abcdef")
            behind = from_json({"kind": "people", "of": {"kind": "audience", "definition": {}}})
            assert engine.answer(behind).total == 6


@pytest.mark.parametrize(
    "definition",
    [
        {"events": [purchase()]},
        {"events": [purchase(op="eq", count=0)]},
        {"filters": [{"field": "country", "value": "NL"}]},
        {"events": [{"distinct_days": True, "count": 2}]},
        {"events": [purchase(filters=[{"field": "country", "value": "NL"}])]},
    ],
)
def test_whole_days_read_no_events(definition):
    with engine_of(appendix_a()) as engine:
        ctx = engine.context()
        bind = ctx.binder()
        assert "from events" not in audience_sql(ctx, bind, definition)
        windowed = {"events": [{**rule, "days": 7} for rule in definition.get("events", ())]}
        if windowed["events"]:
            sql = audience_sql(ctx, bind, windowed)
            assert sql.count("from events") == 1
            plan = engine.read(f"explain query plan {bind.whole(sql)}", bind.values)
            assert not [row for row in plan if row[3].startswith("SCAN e")]
