"""Every kind of question on ClickHouse."""

from __future__ import annotations

from contextlib import closing

import pytest

from core.boards.facts import look_around
from core.engines.clickhouse.address import Address
from core.engines.clickhouse.chdb import ChdbRunner
from core.engines.clickhouse.engine import ClickHouseEngine
from core.engines.clickhouse.engine import _Program as Program
from core.engines.clickhouse.server import ServerRunner
from core.engines.sqlite.engine import SqliteEngine
from core.language.questions import parse
from core.queries import from_json
from core.queries.common.any_question import said_by
from tests.worlds.clickhouse import Engines, check, check_people, copied, needs_chdb
from tests.worlds.fixture import A_RANGE
from tests.worlds.kinds import ALL_KINDS, asked, fields, samples
from tui.services.freshness import Freshness

pytestmark = needs_chdb

NOT_COMPARED = {"sql": "its rows have no order"}


def test_every_kind_is_answered_as_by_sqlite(runner: ChdbRunner) -> None:
    with asked() as engine, copied(engine, runner) as clickhouse:
        for kind in (kind for kind in ALL_KINDS if kind not in NOT_COMPARED):
            for question in samples(kind):
                answer = check((engine, clickhouse), fields(question))
                if hasattr(answer, "cells"):
                    check_people((engine, clickhouse), fields(question), answer, at_most=1)


def test_people_have_the_same_columns_in_the_same_order(fixture: Engines) -> None:
    of = {"kind": "trend", "measure": "users", "range": A_RANGE}
    columns = ["country", "properties.amount", "trait:plan", "paying", "start_version"]
    people = {"kind": "people", "of": of, "cell": {}}
    check(fixture, {**people, "columns": columns, "order": "events"})
    for order in (*columns, "user", "first_seen"):
        shown = [order] if order in columns else []
        for descending in (True, False):
            sorted_by = {"columns": shown, "order": order, "descending": descending}
            check(fixture, {**people, **sorted_by})


def test_people_by_when_a_trait_was_last_set(fixture: Engines) -> None:
    updated = {"kind": "users", "metric": "updated", "range": "all_time", "granularity": "monthly"}
    for conditions in ([], [{"field": "trait:plan", "operator": "is_set"}]):
        fields_ = {**updated, "conditions": conditions}
        check_people(fixture, fields_, check(fixture, fields_))


@pytest.mark.parametrize("counting", ["session", "device", "item", "trait:plan", "start_version"])
def test_units_are_counted_there_and_those_behind_a_number_listed(
    fixture: Engines, counting: str
) -> None:
    for whose in ([], [{"field": "country", "value": "NL"}, {"field": "user", "value": ["u1", "u2"],
                       "operator": "in"}]):  # fmt: skip
        of = {"kind": "trend", "measure": "users", "range": A_RANGE, "conditions": whose}
        of |= {"counting": counting, "granularity": "weekly", "breakdown": "country"}
        answer = check(fixture, of)
        check_people(fixture, of, answer, at_most=1)
        for cell, _ in list(answer.cells())[:2]:
            check(fixture, {"kind": "units", "of": of, "cell": cell.model_dump()})


@pytest.fixture
def found_before(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The labels of the statements that ran before those of an answer."""
    labels: list[str] = []
    rows = Program.rows
    monkeypatch.setattr(Program, "rows", lambda own, s: labels.append(s.label) or rows(own, s))
    return labels


def test_whose_events_count_is_found_once_for_an_answer(
    fixture: Engines, found_before: list[str]
) -> None:
    some = {"field": "user", "value": ["u1", "u2"], "operator": "in"}
    of = {"kind": "stickiness", "range": A_RANGE, "counting": "item", "conditions": [some]}
    for question in (of, {"kind": "units", "of": of, "cell": {}}):
        found_before.clear()
        fixture[1].answer(from_json(question))
        assert found_before == ["whose events count"]


def test_groups_of_units_are_compared_there_whatever_the_number_of_rows(
    fixture: Engines, found_before: list[str]
) -> None:
    text = "users of view_item counting country by item for (purchase) against everyone else"
    question = {**said_by(parse(text)), "range": A_RANGE}
    answer = check(fixture, question)
    assert len(answer.rows) == 3
    assert len(found_before) <= 5
    check_people(fixture, question, answer, at_most=1)
    for cell, _ in list(answer.cells())[:2]:
        check(fixture, {"kind": "people", "of": question, "cell": cell.model_dump()})


def test_what_a_first_board_is_about_is_read_from_the_file(appendix: SqliteEngine) -> None:
    nobody = ServerRunner(Address("127.0.0.1", 9), "")
    with closing(ClickHouseEngine(appendix.path, nobody, clock=appendix.clock)) as there:
        assert look_around(there) == look_around(appendix)
        assert Freshness(there).facts.startswith(f"{appendix.path.name} at 127.0.0.1  ")
