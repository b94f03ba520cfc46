"""Every kind of question on ClickHouse, and the few that the workspace file answers."""

from __future__ import annotations

from core.engines.clickhouse.chdb import ChdbRunner
from tests.worlds.clickhouse import check, check_people, copied, needs_chdb
from tests.worlds.kinds import ALL_KINDS, asked, fields, samples

pytestmark = needs_chdb

BY_FILE = {
    "sql": "SQL reads views that only that has.",
    "user_activity": "user_activity reads what only the workspace file has.",
    "user_search": "user_search reads what only the workspace file has.",
}
"""kind -> the note that says why the workspace file answers it."""


def test_every_kind_is_answered_as_by_sqlite(runner: ChdbRunner) -> None:
    with asked() as engine, copied(engine, runner) as clickhouse:
        for kind in ALL_KINDS:
            for question in samples(kind):
                if kind in BY_FILE:
                    expected, found = engine.answer(question), clickhouse.answer(question)
                    note = f"Answered by the workspace file: {BY_FILE[kind]}"
                    assert found.notes == (*expected.notes, note)
                    assert found.model_copy(update={"notes": expected.notes}) == expected
                    continue
                answer = check((engine, clickhouse), fields(question))
                if hasattr(answer, "cells"):
                    check_people((engine, clickhouse), fields(question), answer, at_most=1)
