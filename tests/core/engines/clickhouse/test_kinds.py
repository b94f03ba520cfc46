"""Every kind of question on ClickHouse: SQLite's answer, or a refusal that is listed here."""

from __future__ import annotations

import pytest

from core.engines.clickhouse.chdb import ChdbRunner
from core.errors import BadQuestion
from tests.worlds.clickhouse import check, check_people, copied, needs_chdb
from tests.worlds.kinds import ALL_KINDS, asked, fields, samples

pytestmark = needs_chdb

REFUSED = {
    "sql": "SQL runs only on the workspace file",
    "user_activity": "user_activity is not supported on ClickHouse",
    "user_search": "user_search is not supported on ClickHouse",
}
"""kind -> how ClickHouse says that it does not answer it."""


def test_every_kind_is_answered_as_by_sqlite_or_refused(runner: ChdbRunner) -> None:
    with asked() as engine, copied(engine, runner) as clickhouse:
        for kind in ALL_KINDS:
            for question in samples(kind):
                if kind in REFUSED:
                    with pytest.raises(BadQuestion, match=REFUSED[kind]):
                        clickhouse.answer(question)
                    continue
                answer = check((engine, clickhouse), fields(question))
                if hasattr(answer, "cells"):
                    check_people((engine, clickhouse), fields(question), answer, at_most=1)
