"""Statements that compare times of events read numbers, and mean what they say."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sql.moments import by_ts
from core.store.event_views import MOMENT

TIMES = (-1, 0, 1, 999, 1_000, 86_399_999, 86_400_000, 1_709_164_800_000, 1_709_251_199_999)

texts = st.one_of(
    st.sampled_from(TIMES).map(lambda ts: written(ts)[: ts % 24]),
    st.sampled_from(TIMES).map(lambda ts: written(ts)),
    st.sampled_from(["", "1970", "1970-01-01", "zzz", "1970-01-01 00:00:00.0005", "'", "é"]),
    st.text(max_size=5),
).filter(lambda text: "\0" not in text)


def written(ts):
    return sqlite3.connect(":memory:").execute(f"select {MOMENT.format(ts)}").fetchone()[0]


def table():
    """Return a connection whose view looks like that of events."""
    db = sqlite3.connect(":memory:")
    db.execute("create table e (ts integer)")
    db.executemany("insert into e values (?)", [(ts,) for ts in TIMES])
    db.execute(f"create view events_v1 as select {MOMENT.format('ts')} as timestamp, ts from e")
    return db


EVENTS = table()


def is_rewritten(query):
    """Check that a statement is rewritten, with the same names and rows; return what it becomes."""
    rewritten = by_ts(query)
    assert rewritten != query
    assert answered(rewritten) == answered(query)
    return rewritten


def answered(query):
    cursor = EVENTS.execute(query)
    return [column[0] for column in cursor.description], cursor.fetchall()


@given(st.sampled_from(["<", "<=", ">", ">=", "=", "=="]), texts)
def test_a_comparison_keeps_what_it_keeps(sign, text):
    quoted = text.replace("'", "''")
    assert is_rewritten(f"select ts from events_v1 v where v.timestamp {sign} '{quoted}'")


@pytest.mark.parametrize(
    "rest",
    [
        "where timestamp between '1970-01-01' and '1970-01-02'",
        "where not timestamp between '1970-01-01' and '1970-01-02' order by timestamp",
        "where timestamp like '1970-01-01%' and timestamp > '1970-01-01 00:00:00.000'",
        "where timestamp >= '1970' -- and timestamp >= '2024'",
        "where date(timestamp) = '1970-01-01'",
        "where substr(timestamp, 1, 10) in ('1970-01-01', '1969-12-31')",
    ],
)
def test_conditions_keep_what_they_keep(rest):
    assert is_rewritten(f"select timestamp from events_v1 {rest}")


@pytest.mark.parametrize(
    "columns",
    [
        "date(timestamp), count(*)",
        "date(timestamp) as day, count(*)",
        "DATE( timestamp ) day, count(*)",
        "substr(timestamp, 1, 10), count(*)",
    ],
)
def test_a_day_keeps_its_text_and_its_name(columns):
    rewritten = is_rewritten(f"select {columns} from events_v1 group by date(timestamp)")
    assert rewritten.split(" from ")[0] != f"select {columns}"


@pytest.mark.parametrize(
    "query",
    [
        "select max(date(timestamp)) from events_v1",
        "select timestamp > '1970' from events_v1",
        "select substr(timestamp, 1, 7) from events_v1",
        "select ts as timestamp from events_v1 where timestamp > '1970'",
        "select ts timestamp from events_v1 where timestamp > '1970'",
        "with a as (select timestamp from events_v1) select * from a where timestamp > '1970'",
        "select 1 from events_v1 where exists (select 1 from x where timestamp > '1970')",
        "select 1 from events_v1 where timestamp like '%1'",
        "select 1 from events_v1 where timestamp like '1970x%' escape 'x'",
        "select 1 from events_v1 where \"timestamp\" > '1970'",
        "select 1 from logs_v1 where timestamp > '1970'",
        "select 1 from events_v1 e, logs l where l.timestamp > '1970'",
        "select 'timestamp > ''1970''' from events_v1",
    ],
)
def test_what_may_mean_something_else_is_left_as_it_is(query):
    assert by_ts(query) == query
