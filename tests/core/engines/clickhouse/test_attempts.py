"""Funnels whose attempts a program finds, on SQLite and on ClickHouse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.queries import from_json
from core.queries.funnel import clickhouse
from tests.worlds.clickhouse import Engines, check, check_people, engines_of, needs_chdb
from tests.worlds.fixture import A_RANGE
from tests.worlds.funnel_orders import excluding
from tests.worlds.funnels import crowded, questions, with_names
from tests.worlds.strategies import worlds

pytestmark = needs_chdb

SIGN_UP = [{"event": "sign_up"}, {"event": "view_item"}, {"event": "purchase"}]
VIEWS = [{"event": "view_item"}, {"event": "view_item"}, {"event": "add_to_cart"}]


@pytest.mark.parametrize(
    "fields",
    [
        {"order": "unordered", "breakdown": "country"},
        {"order": "sequential", "compare": "previous"},
        {"exclusions": [{"event": "add_to_cart"}]},
        {"hold": ["properties.item", "country"], "steps": VIEWS},
        {"hold": "session", "breakdown": "trait:plan"},
        {"count_by": "sessions", "steps": VIEWS, "breakdown": "item"},
        {"count_by": "totals", "steps": VIEWS, "breakdown": ["item", "country"]},
        {"resolution": "1s", "count_by": "totals"},
        {"attribution": "last", "breakdown": ["item", "country"]},
        {"attribution": "all", "breakdown": "event", "steps": VIEWS},
        {"attribution": 2, "breakdown": "country"},
        {"kind": "funnel_trend", "order": "unordered", "count_by": "totals", "steps": VIEWS},
        {"kind": "time_to_convert", "hold": "country", "steps": VIEWS},
        {"kind": "correlation", "order": "unordered", "min_people": 1},
    ],
    ids=str,
)
def test_attempts_of_the_fixture(fixture: Engines, fields: dict[str, Any]) -> None:
    fields = {"kind": "funnel", "steps": SIGN_UP, "range": A_RANGE, **fields}
    check_people(fixture, fields, check(fixture, fields), 4)


more = st.fixed_dictionaries(
    {
        "count_by": st.sampled_from(("uniques", "totals", "sessions")),
        "hold": st.sampled_from(([], ["properties.item"], ["country", "session"])),
        "attribution": st.sampled_from(("entry", "first", "last", "all", 1, 2)),
        "resolution": st.sampled_from(("ms", "1s")),
        "order": st.sampled_from(("ordered", "unordered", "strict_increase", "allow_reentry")),
    }
)
asked = st.builds(lambda fields, extra: {**fields, **extra}, questions(2), more) | excluding()


@settings(
    max_examples=4,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),
)
@given(worlds() | crowded(), st.lists(asked, min_size=4, max_size=4))
def test_attempts_of_random_worlds(runner, world, every):
    with engines_of(with_names(world), runner) as engines:
        for fields in every:
            check_people(engines, fields, check(engines, fields), 2)


def test_people_are_looked_at_some_at_a_time(fixture, monkeypatch):
    monkeypatch.setattr(clickhouse, "AT_ONCE", 2)
    question = from_json({"kind": "funnel", "steps": SIGN_UP, "range": A_RANGE, "hold": "country"})
    here, there = fixture
    assert there.answer(question, fresh=True) == here.answer(question)
