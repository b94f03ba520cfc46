"""Sources, their fields, and the values of a field (definitions 2.1, 10.6)."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.api.tell.exploration import Value, fields, sources, values
from core.errors import BadInput, NotFound
from core.store.ingest.importer import Log, store_logs
from core.store.workspace import open_writer
from tests.worlds.fixture import appendix_a
from tests.worlds.strategies import worlds
from tests.worlds.world import engine_of

LOGS = [
    Log(
        1_744_020_000_000 + n,
        f"m {n}",
        ("INFO", "ERROR", "INFO")[n % 3],
        (None, "api", "api", "web_1")[n % 4],
    )
    for n in range(12)
]


@pytest.fixture(scope="module")
def engine():
    with engine_of(appendix_a()) as found:
        with closing(open_writer(found.path)) as connection:
            store_logs(connection, LOGS)
        yield found


def pairs(found: list[Value]) -> list[tuple[str, int]]:
    return [(value.value, value.count) for value in found]


def test_the_documented_sources(engine):
    assert [(source.name, source.table) for source in sources()] == [
        ("events", "events_v1"), ("logs", "logs_v1"), ("context", "context_v1"),
        ("user_traits", "user_traits_v1"), ("users", "users_v1"), ("user_devices", "user_devices"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "documented"),
    [
        ("events", "timestamp event_name device_id session_id properties"),
        ("logs_v1", "timestamp level message source"),
        ("context", "timestamp device_id session_id user_id device_type os country"),
        ("user_traits", "user_id trait_name trait_value updated_at"),
        ("users", "user_id email name updated_at"),
        ("user_devices", "user_id device_id linked_at"),
    ],
)
def test_documented_fields_are_there_and_can_be_selected(engine, source, documented):
    found = {field.name: field.type for field in fields(engine.read, source)}
    assert set(documented.split()) <= set(found)
    assert found.get("timestamp", "datetime") == "datetime"
    for name in found:
        values(engine.read, source, name)


def test_properties_of_events_are_fields(engine):
    names = [field.name for field in fields(engine.read, "events")]
    assert {"properties.item", "properties.amount"} <= set(names)


def test_values_rank_by_frequency_then_value(engine):
    assert pairs(values(engine.read, "events", "event_name")) == [
        ("sign_up", 6),
        ("add_to_cart", 5),
        ("view_item", 5),
        ("purchase", 4),
        ("contact_support", 1),
    ]
    items = values(engine.read, "events", "properties.item", limit=3)
    assert pairs(items) == [("shirt", 6), ("hat", 5), ("jeans", 3)]
    assert pairs(values(engine.read, "context", "country")) == [("NL", 10), ("US", 7), ("DE", 4)]
    assert pairs(values(engine.read, "logs", "level")) == [("INFO", 8), ("ERROR", 4)]
    assert pairs(values(engine.read, "logs", "service")) == [("api", 6), ("web_1", 3)]
    assert pairs(values(engine.read, "logs", "pattern")) == [("m <*>", 12)]
    assert pairs(values(engine.read, "user_traits", "trait_name")) == [("plan", 5)]


def test_a_limit_and_a_search(engine):
    assert pairs(values(engine.read, "context", "country", limit=1)) == [("NL", 10)]
    assert pairs(values(engine.read, "events", "event_name", search="SIGN")) == [("sign_up", 6)]
    assert pairs(values(engine.read, "logs", "service", search="b_1")) == [("web_1", 3)]
    assert values(engine.read, "logs", "service", search="b-1") == []
    assert len(values(engine.read, "logs", "message", limit=5)) == 5


@pytest.mark.parametrize(
    ("given_fields", "error", "words"),
    [
        ({"source": "event"}, NotFound, "no source 'event'. Did you mean events"),
        ({"field": "contry"}, NotFound, "context has no field 'contry'. Did you mean country"),
        ({"field": 'x" from meta --'}, NotFound, "has no field"),
        ({"limit": 0}, BadInput, "limit must be 1 to 1000, not 0"),
        ({"limit": 1001}, BadInput, "limit must be 1 to 1000"),
        ({"search": "a" * 101}, BadInput, "longer than 100"),
        ({"search": "a%"}, BadInput, "search cannot be 'a%'. Allowed: letters"),
    ],
)
def test_what_is_refused(engine, given_fields, error, words):
    with pytest.raises(error) as caught:
        values(engine.read, **{"source": "context", "field": "country", **given_fields})
    assert words in str(caught.value)


@settings(max_examples=15, deadline=None)
@given(worlds(), st.sampled_from(("country", "os")))
def test_values_match_a_plain_count(world, column):
    with engine_of(world) as engine:
        counted = Counter(e.context[column] for e in world.events if column in e.context)
        expected = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        assert pairs(values(engine.read, "context", column)) == expected
        names = Counter(event.event for event in world.events)
        expected = sorted(names.items(), key=lambda item: (-item[1], item[0]))
        assert pairs(values(engine.read, "events", "event_name")) == expected
