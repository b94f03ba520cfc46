"""The temporary tables of a connection that has units in place of people."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from core.engines.sqlite.units import Units
from core.sql.dialect import Made

NOTED = "select unit_note(:unit, 1, '\"a\"')"
FILLED = "create temp table t as select unit_at(:unit, 1) as actor"


def test_a_table_that_was_stopped_leaves_no_units_of_events_for_the_next_one() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        units = Units(db)
        for name, count, function in units.functions:
            db.create_function(name, count, function)
        with pytest.raises(sqlite3.Error):
            units.make([Made("t", (NOTED, "stopped"), {"unit": "t"})], 1)
        units.make([Made("t", (FILLED,), {"unit": "t"})], 2)
        assert db.execute("select actor from t").fetchall() == [(0,)]
