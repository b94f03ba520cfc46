"""Audiences (semantics 5.2, appendix A.9)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.queries.audience import audience_sql, read_definition
from tests import oracle
from tests.compare import both_engines
from tests.test_active_users import CONDITIONS
from tests.worlds import DAY, EVENTS, HOUR, Event, World, appendix_a, engine_of, worlds


@pytest.fixture(scope="module")
def engine():
    with engine_of(appendix_a()) as found:
        yield found


def members(engine, definition: dict[str, Any]) -> list[str]:
    """The people of an audience by name; somebody listed twice is here twice."""
    ctx = engine.context()
    bind = ctx.binder()
    sql = audience_sql(ctx, bind, definition)
    rows = engine.read(
        f"select i.key from ({sql}) b left join identities i on i.id = b.actor", bind.values
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
    ],
)
def test_an_impossible_definition_is_answered_with_a_sentence(definition, words):
    with pytest.raises(BadQuestion, match=words):
        read_definition(definition)


FILTERS = st.sampled_from([condition for some in CONDITIONS for condition in some])
RULES = st.builds(
    lambda event, op, count, days, filters: {
        "event": event, "op": op, "count": count, "days": days, "filters": filters,
    },
    st.sampled_from((*EVENTS, "never seen", None)),
    st.sampled_from(("gte", "lte", "eq", "gt", "lt")),
    st.integers(0, 3),
    st.sampled_from((None, 1, 7, 30)),
    st.lists(FILTERS, max_size=1),
)  # fmt: skip
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
    expected = sorted(oracle.audience(world, read_definition(definition)))
    with both_engines(world) as engines:
        for engine in engines:
            assert members(engine, definition) == expected
