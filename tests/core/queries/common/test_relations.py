"""Relations that several places of a statement read: each is in it once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.answers import Cell
from core.engines.sqlite.dialect import SqliteDialect
from core.queries import from_json
from core.sql.dialect import Binder, Relation
from core.store.library.saved import Saved
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.world import engine_of


@pytest.fixture(scope="module")
def engine():
    with engine_of(appendix_a()) as found:
        Saved(found.path).save_audience("Buyers", {"events": [{"event": "purchase"}]})
        yield found


def relations(engine, kind: str, **fields: Any) -> list[int]:
    """How many relations each statement of a question begins with."""
    question = from_json({"kind": kind, "range": A_RANGE, **fields})
    statements = engine.run(question).statements
    return [len(set(re.findall(r"\brelation\d+ as ", each.text))) for each in statements]


TWICE = (
    ("usage_interval", {"segment": "returning"}),
    ("usage_interval", {"audience": "Buyers"}),
    ("lifecycle", {"audience": "Buyers"}),
    ("trend", {"audience": "Buyers", "measure": "sessions"}),
    ("trend", {"conditions": [{"field": "user", "operator": "ne", "value": "u1"}],
               "measure": "sessions"}),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "fields"), TWICE)
def test_a_question_that_selects_twice_finds_its_people_once(engine, kind, fields) -> None:
    assert set(relations(engine, kind, **fields)) <= {0, 1}
    assert 1 in relations(engine, kind, **fields)


def test_an_audience_that_a_condition_names_too_is_the_same_one(engine) -> None:
    named = [{"field": "audience", "value": "Buyers"}]
    alone = relations(engine, "trend", audience="Buyers")
    assert relations(engine, "trend", audience="Buyers", conditions=named) == [
        count + 1 for count in alone
    ]


def test_other_people_are_another_relation(engine) -> None:
    both = {"audience": "Buyers", "segment": "new"}
    assert max(relations(engine, "active_users", **both)) == 2


def test_values_of_different_types_are_different_conditions(engine) -> None:
    ctx = engine.context()
    bind = ctx.binder()
    question = {"kind": "trend", "range": A_RANGE}
    traits = [{"field": "trait:plan", "value": value} for value in (1, True)]
    for condition in traits:
        from_json({**question, "conditions": [condition]}).people(ctx, bind, Cell())
    assert len(set(re.findall(r"\brelation\d+ as ", bind.whole("select 1")))) == 2


def test_a_relation_is_told_by_its_key() -> None:
    bind = Binder(SqliteDialect())
    names = [bind.relation(Relation(("one", n // 2), lambda _: "select 1")) for n in range(4)]
    assert names == ["relation1", "relation1", "relation2", "relation2"]


def test_people_are_read_without_counting_events(engine) -> None:
    statements = engine.run(from_json({"kind": "active_users", "range": A_RANGE})).statements
    assert not [each for each in statements if "total" in each.text]
