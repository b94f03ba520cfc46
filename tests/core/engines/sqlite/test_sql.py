"""SQL typed by a person: what runs, what is refused, and how its text is written."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from core.answers import Cell
from core.boards.answering import block_question
from core.definitions.board import Block, Board, Position
from core.engines.running import Stop
from core.engines.sqlite.engine import SqliteEngine
from core.engines.sqlite.raw_sql_child import people_in
from core.engines.sqlite.typed_views import Way, ways_of
from core.errors import BadQuestion, FootfallError, QueryFailed, Stopped, TookTooLong
from core.export import export
from core.language.questions import (
    format_cell,
    format_parsed,
    format_question,
    parse,
    parse_any,
    parse_full,
)
from core.queries import from_json
from core.sql.grouping import grouping
from core.sql.named_events import filtered_names
from core.sql.text import is_sql, one_line
from core.store.event_views import events_view
from core.store.ingest.importer import Event, store_events
from core.store.library.event_flags import flag_event
from core.store.workspace import open_writer
from tests.worlds.compare import ask, people
from tests.worlds.fixture import appendix_a
from tests.worlds.world import engine_of


def rows(engine: Any, query: str, **fields: Any) -> list[tuple[Any, ...]]:
    return list(ask(engine, "sql", query=query, **fields).rows)


# -- what runs


def test_the_views_have_names_instead_of_numbers(engine):
    answer = engine.answer(
        parse(
            "select event_name, count(*) as times from events_v1 "
            "group by 1 order by 2 desc, 1 limit 2"
        )
    )
    assert answer.rows == (("sign_up", 6), ("add_to_cart", 5))
    assert [(c.name, c.type) for c in answer.columns] == [
        ("event_name", "text"),
        ("times", "count"),
    ]
    assert not answer.truncated


def test_a_with_statement_runs_too(engine):
    assert rows(engine, "with a(x) as (values (1), (2)) select sum(x), avg(x) from a") == [(3, 1.5)]


def test_columns_are_typed_by_their_values(engine):
    answer = ask(
        engine,
        "sql",
        query="select 1 a, 1.5 b, 'x' c, null d, x'00' e union all select 2, 2, 'y', null, x'ff'",
    )
    assert [column.type for column in answer.columns] == ["count", "number", "text", "text", "text"]
    assert answer.rows[1][4] == "x'ff'"


def test_rows_past_the_limit_are_told(engine):
    numbers = "with n(i) as (select 1 union all select i + 1 from n limit 1500) select i from n"
    assert len(rows(engine, numbers)) == 1000
    answer = ask(engine, "sql", query=numbers, limit=2)
    assert (answer.rows, answer.truncated) == (((1,), (2,)), True)
    assert not ask(engine, "sql", query=numbers, limit=1500).truncated


def test_a_trailing_semicolon_and_comments_are_no_second_statement(engine):
    assert rows(engine, "/* a */ select 1; -- done\n") == [(1,)]


def test_words_in_quotes_are_only_words(engine):
    assert rows(engine, "select 'drop table events; -- {variables.x}'") == [
        ("drop table events; -- {variables.x}",)
    ]


# -- what is refused

FORBIDDEN = (
    "with a as (select 1) insert into meta select 'a', 'b'",
    "with a as (select 1) delete from events",
    "with a as (select 1) update meta set value = 1",
    "with a as (select 1) replace into meta values ('a', 'b')",
    "select * from pragma_table_info('events')",
    "select * from pragma_database_list",
    "select load_extension('x')",
    "select fts3_tokenizer('x')",
    "select writefile('/tmp/never', 'x')",
    "select 1; delete from events",
    "select 1; attach ':memory:' as other",
    "select 1; pragma query_only = off",
)
NO_SELECT = (
    "insert into meta values ('a', 'b')", "delete from events", "update meta set value = 1",
    "replace into meta values (1, 2)", "create table x (y)", "create view x as select 1",
    "create temp table x (y)", "create trigger t after insert on meta begin select 1; end",
    "alter table events rename to x", "drop table events", "drop view events_v1",
    "attach ':memory:' as other", "detach main", "pragma journal_mode = delete",
    "pragma writable_schema = on", "vacuum", "vacuum into '/tmp/never.db'", "reindex", "analyze",
    "begin", "commit", "rollback", "savepoint a", "release a", "explain select 1",
    "explain query plan select 1", "values (1)", "", "select", "-- select 1", "/* select 1 */",
)  # fmt: skip


@pytest.mark.parametrize("query", FORBIDDEN)
def test_the_connection_itself_refuses_all_but_reading(engine, query):
    before = engine.path.read_bytes()
    with pytest.raises(FootfallError, match="SQLite") as caught:
        ask(engine, "sql", query=query)
    assert "\n" not in caught.value.message
    assert engine.path.read_bytes() == before


@pytest.mark.parametrize("query", NO_SELECT)
def test_what_is_no_select_is_no_question(query):
    with pytest.raises(BadQuestion, match=r"query is not a SELECT\. Only one SELECT or WITH"):
        from_json({"kind": "sql", "query": query})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"limit": 0}, "limit must be at least 1, not 0"),
        ({"limit": 10_001}, "limit must be at most 10000, not 10001"),
        ({"query": "select '\udcff'"}, "query is not text"),
        ({"query": "select '\0'"}, "not text"),
        ({"query": 7}, "query must be a text, not 7"),
        ({"query": "select '" + "x" * 1_000_000}, "query is longer than 1000000 characters"),
        ({"audience": "vips"}, "audience does not apply to sql"),
        ({"segment": "new"}, "segment does not apply to sql"),
        ({"conditions": [{"field": "a", "value": 1}]}, "conditions does not apply to sql"),
        ({"variables": {"x": {}}}, "variables"),
        ({"query": "select {variables.x}"}, r"query names \{variables.x\}, which has no value"),
        ({"query": "select {filters}"}, r"query names \{filters\}"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "sql", **{"query": "select 1", **fields})


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("select nope from events_v1", r"SQLite says: no such column: nope\."),
        ("select 1 from event_v1", r"no such table: event_v1\. Did you mean events_v1"),
        ("select from", r'SQLite says: near "from": syntax error\.'),
        ("select ?", "SQLite says:"),
        ("select :a", "SQLite says:"),
        ("select 'a", "SQLite says: unrecognized token"),
    ],
)
def test_what_sqlite_says_is_one_sentence(engine, query, words):
    with pytest.raises(QueryFailed, match=words) as caught:
        ask(engine, "sql", query=query)
    assert "\n" not in str(caught.value)


ENDLESS = "with n(i) as (select 1 union all select i + 1 from n) select count(*) from n"


def test_it_can_be_stopped(engine):
    stop = Stop()
    timer = threading.Timer(0.1, stop.stop)
    timer.start()
    started = time.monotonic()
    with pytest.raises(Stopped):
        engine.answer(parse(ENDLESS), stop=stop)
    timer.join()
    assert time.monotonic() - started < 5


def test_it_has_a_time_limit_of_its_own(engine, monkeypatch):
    monkeypatch.setattr("core.engines.sqlite.raw_sql.TIME_LIMIT", 0.1)
    for given_limit in (None, 0.05):
        with pytest.raises(TookTooLong, match=r"Took longer than 0\.1 s"):
            engine.run(parse(ENDLESS), time_limit=given_limit)


# -- variables


def test_variables_are_bound_not_pasted(engine):
    hostile = "x' or '1' = '1"
    assert rows(engine, "select {variables.a}", variables={"a": hostile}) == [(hostile,)]
    query = "select country, count(*) from context_v1 where country in {variables.which} group by 1"
    assert rows(engine, query, variables={"which": ["NL", "DE"]}) == [("DE", 4), ("NL", 10)]
    assert rows(engine, "select {variables.a} + { variables.a }", variables={"a": 2}) == [(4,)]


def test_the_range_is_a_variable_too(engine):
    asked = "select {filters.dateRange.from}, {filters.dateRange.to}"
    assert rows(engine, asked, range="2025-04-07,2025-04-20") == [("2025-04-07", "2025-04-20")]


# -- people, export


def test_nobody_stands_behind_its_rows(engine):
    question = parse("select 1")
    assert list(engine.answer(question).cells()) == []
    with pytest.raises(BadQuestion, match="no people behind rows of SQL"):
        people(engine, question, Cell())
    assert format_cell(question, Cell()).startswith("No people behind SQL")


def test_rows_can_be_exported(engine):
    assert export(engine.answer(parse("select 1 as a, 'x' as b")), "csv") == "a,b\n1,x\n"


# -- text


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("select 1", "select 1"),
        ("  SELECT\n  a,\n\tb\nfrom c  ", "SELECT a, b from c"),
        ("select 1 -- one\nfrom a", "select 1 /* one */ from a"),
        ("select 1 -- end */ x", "select 1 /* end * / x */"),
        ("/* a\n b */ select 1;", "/* a b */ select 1;"),
        ("select 'a  --  b' /* c", "select 'a  --  b' /* c */"),
        ("select 'two\nlines'", "sql \"select 'two\\nlines'\""),
        ("select '\u202e'", "sql \"select '\\u202e'\""),
        ("with\na as (select 1)\nselect *\nfrom a", "with a as (select 1) select * from a"),
    ],
)
def test_a_statement_is_written_on_one_line(typed, written):
    assert format_question(parse(typed)) == written
    assert format_question(parse(written)) == written


def test_what_a_bare_statement_cannot_say_stands_around_it_in_quotes():
    asked = {"kind": "sql", "query": "select {variables.n}", "limit": 5, "variables": {"n": 1}}
    text = format_question(from_json(asked))
    assert text == 'sql "select {variables.n}" limit 5 with variables = json \'{"n": 1}\''
    assert parse(text) == from_json(asked)
    assert parse_any('{"kind": "sql", "query": "select 1"}') == parse("select 1")


def test_it_has_no_place_for_a_drawing_hint():
    parsed = parse_full("select 1 as bars")
    assert parsed.chart == ""
    assert format_parsed(parsed) == "select 1 as bars"


def test_a_tile_of_a_board_may_be_sql(engine):
    place = Position(x=0, y=0, width=12, height=4)
    block = Block(title="Rows", question="select count(*) from events_v1", position=place)
    board = Board(title="Mine", blocks=(block,))
    assert engine.answer(block_question(board, block)).rows == ((21,),)
    assert engine.answer(block_question(board, block, "7d")).rows == ((21,),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select 1", True), ("Select*from a", True), ("select(1)", True), ("with a as (b) c", True),
        ("-- x\nselect 1", True), ("select /* x */ 1", True), ("select/**/1", True),
        ("select > signup", False), ("select / dau", False), ("select", False), ("selected", False),
        ("select_plan last 7d", False), ("within 7d", False), ("signup", False),
        ("select" + " " * 5000 + ">", False), ("/*" * 5000, False),
    ],
)  # fmt: skip
def test_what_is_taken_for_sql(text, expected):
    assert is_sql(text) is expected


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="'\"`[] \n-/*;{}.ax1", max_size=30))
def test_writing_on_one_line_is_stable(text):
    found = one_line(f"select {text}")
    if found is not None:
        assert "\n" not in found
        assert one_line(found) == found


# -- the views of typed statements


def test_daily_figures_are_those_of_the_events(engine):
    assert rows(
        engine,
        "select day, event_name, events, users from daily_v1 "
        "where field is null and event_name is not null order by 1, 2",
        limit=1000,
    ) == rows(
        engine,
        "select day, event_name, count(*), count(distinct actor) from events_v1 "
        "group by 1, 2 order by 1, 2",
        limit=1000,
    )


def test_daily_figures_by_a_field_have_a_row_without_its_value(engine):
    by = "select day, value, events from daily_v1 where field = 'country' and event_name is null"
    read = "select day, country, count(*) from events_v1 group by 1, 2 order by 1, 2"
    assert rows(engine, f"{by} order by 1, 2", limit=1000) == rows(engine, read, limit=1000)


@pytest.mark.parametrize(
    "where",
    [
        "event_name = 'purchase'",
        "event_name in ('purchase', 'nothing')",
        "event_name == 'it''s'",
        "(event_name = 'purchase') = 0",
        "event_name in ('purchase', lower('SIGN_UP'))",
    ],
)
def test_events_filtered_by_name_are_the_same_in_either_view(engine, where):
    plain = where.replace("event_name", "+event_name || ''")
    query = "select timestamp, event_name, actor from events_v1 where {} order by 1, 2, 3"
    assert rows(engine, query.format(where)) == rows(engine, query.format(plain))
    counted = "select day, count(distinct actor), max(ts) from events_v1 where {} group by 1"
    assert rows(engine, counted.format(where)) == rows(engine, counted.format(plain))
    people = "select count(distinct actor) from events_v1 where {}"
    assert rows(engine, people.format(where)) == rows(engine, people.format(plain))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("select 1 from events_v1 where event_name = 'a'", ["a"]),
        ("select 1 from events_v1 e where e.event_name in ('a', 'it''s')", ["a", "it's"]),
        ("select 1 from events_v1 where event_name in ('a', 'b', 'a')", ["a", "b"]),
        ("select event_name = 'a' from events_v1", []),
        ("select 1 from events_v1 where event_name = 'a' or country = 'NL'", []),
        ("select 1 from events_v1 where not event_name = 'a'", []),
        ("select 1 from events_v1 where event_name <> 'a'", []),
        ("select 1 from events_v1 where event_name like 'a'", []),
        ("select 1 from events_v1 a, events_v1 b where a.event_name = 'a'", []),
        ("select 1 from events_v1 group by 1 having event_name = 'a'", []),
        ("select 1 from events_v1 where (event_name = 'a') and ts > 5 order by ts", ["a"]),
        ("select (select 1 from events_v1 where event_name = 'a') from identities", ["a"]),
        ("select 1 from events_v1 where event_name = 'a' || 'b'", []),
        ("select 1 from events_v1 where event_name in ('a', lower('B'))", []),
        ("select 1 from events_v1 where event_name = 'A' collate nocase", []),
        ("select 1 from events_v1 where (event_name = 'a') = 0", []),
        ("select 1 from events_v1 where case when event_name = 'a' then 0 else 1 end", []),
        ("select 1 from events_v1 where ts between 1 and event_name = 'a'", []),
        ("select 1 from events_v1 where event_name = 'a' union select 2 from \"events_v1\"", []),
        ("select 1 from events_v1 where event_name = 'a' union select 2 from events_v1", []),
        (
            "select 1 from events_v1 a join events_v1 where event_name = 'a' and event_name = 'b'",
            [],
        ),
        (
            "select 1 from events_v1 a where exists "
            "(select 1 from events_v1 b where a.event_name = 'a')",
            [],
        ),
    ],
)
def test_a_statement_may_limit_every_use_of_events_to_names(query, names):
    assert filtered_names(query) == names


_COLUMNS = (
    "event_name, count(*)",
    "country, count(distinct actor), count(distinct user_id) as users, count(distinct device_id)",
    "day, count(*) + 1, count(*) n, max(event_name), count(country), count(city)",
    "date(e.timestamp), count( * ), min(timestamp), max(ts), min(e.ts)",
    "case when e.platform = 'web' then 'w' else lower(platform) end, count(*) * 2.0 / count(*)",
    "count(*), count(distinct e.user_id), min(country), max(timestamp) last, min(ts) as first",
)
_WHERES = (
    "",
    "where country is not null and day >= '2026-01-03'",
    "where event_name = 'purchase' and e.timestamp >= '2026-01-02'",
    "where timestamp < '2026-01-09' and ts > -5 and e.country in ('NL', 'DE')",
    "where event_name in ('signup', 'purchase', 'it''s') or country = 'NL'",
    "where ts = 0",
    "where ts >= -- (ts\n 1744070400000 and (e./* not e.ts */ts < /* two days */ 1744243200000)",
)


@pytest.mark.parametrize("columns", _COLUMNS)
@pytest.mark.parametrize("where", _WHERES)
def test_what_only_counts_is_the_same_over_groups_of_events(engine, columns, where):
    by = "" if columns.startswith("count(") else "group by 1 having count(*) > 0 order by 1"
    query = f"select {columns} from events_v1 as e {where} {by}"
    expected = answered(engine, query, events_view())
    for way in ways_of(query):
        assert "n of group" in dict(way.views)["events_v1"]
        if _holds(engine, way):
            assert answered(engine, way.query, dict(way.views)["events_v1"]) == expected


@pytest.mark.parametrize(
    "query",
    [
        "select country, count(*), min(country) from events_v1 group by country order by 1",
        "select count(*), count(distinct actor) from events_v1",
        "select event_name n, count(distinct e.actor) from events_v1 e group by 1 order by 1",
        "select day as d, count(distinct actor) from events_v1 group by day having count(*) > 1",
        "select day, count(distinct actor), count(*) from events_v1 "
        "where event_name = 'purchase' group by day order by day",
        "select day, event_name, count(distinct actor) from events_v1 group by 2, 1 order by 1, 2",
        "select date(timestamp), platform, count(*) from events_v1 "
        "where timestamp < '2025-04-09' group by 1, 2 order by 1, 2",
        "select day, count(distinct actor) from events_v1 "
        "where timestamp >= '2025-04-07' and day <> '2025-04-08' group by day order by day",
    ],
)
def test_what_stored_sets_tell_is_read_from_them(query):
    with engine_of(appendix_a()) as engine:
        way = ways_of(query)[0]
        view = dict(way.views)["events_v1"]
        assert "from activity" in view
        assert "from events e" not in view
        assert _holds(engine, way)
        found = answered(engine, way.query, view)
        assert found[1]
        assert found == answered(engine, query, events_view())
        assert [tuple(row) for row in rows(engine, query)] == found[1]


def test_sets_of_any_event_are_read_unless_one_is_deleted():
    query = "select country, count(*) from events_v1 group by country order by 1"
    way = ways_of(query)[0]
    assert "a.event = 0" in dict(way.views)["events_v1"]
    whole = appendix_a()
    for world in (whole, replace(whole, flags=(("sign_up", "deleted"),))):
        with engine_of(world) as engine:
            assert _holds(engine, way) == (not world.flags)
            assert rows(engine, query) == answered(engine, query, events_view())[1]


def test_events_of_a_deleted_name_are_not_there_if_it_is_asked_for():
    named = "event_name in ('sign_up', 'purchase')"
    with engine_of(replace(appendix_a(), flags=(("sign_up", "deleted"),))) as engine:
        listed = f"select distinct event_name from events_v1 where {named}"
        counted = f"select event_name, max(ts) > 0 from events_v1 where {named} group by 1"
        assert rows(engine, listed) == [("purchase",)]
        assert rows(engine, counted) == [("purchase", 1)]


@pytest.mark.parametrize(
    "query",
    [
        "select properties ->> 'amount' as a, count(*) from events_v1 group by a order by 2, 1",
        "select json_extract(e.properties, '$.amount'), count(*) "
        "from events_v1 as e group by 1 order by 1",
        "select count(*) from events_v1 where properties is not null",
    ],
)
def test_events_without_properties_are_one_group(query):
    with engine_of(appendix_a()) as engine:
        way = next(w for w in ways_of(query) if "event_properties" in dict(w.views)["events_v1"])
        found = answered(engine, way.query, dict(way.views)["events_v1"])
        assert _holds(engine, way)
        assert found == answered(engine, query, events_view())
        assert [tuple(row) for row in rows(engine, query)] == found[1]
        flag_event(engine.path, "purchase", {"deleted": True})
        assert not _holds(engine, way)


def test_users_are_the_people_of_sets_where_everybody_is_a_user(tmp_path):
    query = "select event_name, count(distinct user_id) from events_v1 group by 1 order by 1"
    way = ways_of(query)[0]
    path = tmp_path / "w.db"
    with closing(open_writer(path)) as connection:
        users = [Event(name, 1, user) for name, user in (("a", "u"), ("a", "v"), ("b", "u"))]
        store_events(connection, [*users, Event("b", 1)])
        with closing(SqliteEngine(path)) as engine:
            assert _holds(engine, way)
            found = answered(engine, way.query, dict(way.views)["events_v1"])
            assert found[1] == [("a", 2), ("b", 1)]
            assert found == answered(engine, query, events_view())
            store_events(connection, [Event("a", 1, device="d")])
            assert not _holds(engine, way)


def test_sets_that_count_otherwise_than_texts_are_not_read():
    by_actor = ways_of("select count(distinct actor) from events_v1")[0]
    by_country = ways_of("select country, count(*) from events_v1 group by 1")[0]
    by_utc_day = ways_of("select date(timestamp), count(*) from events_v1 group by 1")[0]
    with engine_of(appendix_a()) as engine:
        with closing(open_writer(engine.path)) as connection:
            store_events(connection, [Event("home", 1, "same"), Event("home", 1, device="same")])
            connection.execute("update dimensions set state = 'scan' where field = 'country'")
            connection.execute("update meta set value = 'Asia/Tokyo' where key = 'zone'")
            connection.commit()
        assert not any(_holds(engine, way) for way in (by_actor, by_country, by_utc_day))


@pytest.mark.parametrize(
    "query",
    [
        "select country, count(distinct actor) from events_v1 group by country",
        "select substr(day, 1, 7), count(distinct actor) from events_v1 group by 1",
        "select count(distinct actor) from events_v1 where day > '2025-04-20'",
        "select count(distinct actor) from events_v1 where timestamp > '2025-04-20'",
        "select event_name, count(distinct actor) from events_v1 "
        "where timestamp >= '2025-04-20' group by event_name",
        "select count(distinct actor), max(day) from events_v1",
        "select max(day), count(distinct actor) from events_v1 "
        "where event_name in ('home', 'purchase') group by day",
        "select day, count(distinct device_id) from events_v1 group by day",
        "select country, city, count(*) from events_v1 group by 1, 2",
        "select day, count(*) from events_v1 where timestamp < '2025-04-20 12:00' group by 1",
        "select country, count(*), max(ts) from events_v1 group by 1",
        "select date(timestamp), count(distinct actor) from events_v1 group by 1",
    ],
)
def test_what_sets_do_not_tell_is_read_from_events(query):
    assert all("from activity" not in dict(way.views)["events_v1"] for way in ways_of(query))


def _holds(engine: Any, way: Way) -> bool:
    """Whether a way can be gone; one that pays for few events can always."""
    with closing(sqlite3.connect(engine.path)) as connection:
        return bool(way.given or connection.execute(way.holds).fetchone()[0])


def answered(engine: Any, query: str, view: str) -> Any:
    """Return the names and rows of a statement over a view of events."""
    with closing(sqlite3.connect(engine.path)) as connection:
        connection.create_function("people_in", 1, people_in)
        connection.execute(f"create temp view events_v1 as {view}")
        cursor = connection.execute(query)
        return [column[0] for column in cursor.description], cursor.fetchall()


@pytest.mark.parametrize(
    "query",
    [
        "select * from events_v1",
        "select count(*), * from events_v1",
        "select country from events_v1 limit 3",
        "select count(*), sum(ts) from events_v1",
        "select count(*), properties from events_v1",
        "select count(distinct session_id) from events_v1",
        "select country, count(*) from events_v1 where session_id = 's' group by 1",
        "select count(*) from events_v1 where ts > 5 or country = 'NL'",
        "select count(*) from events_v1 where ts > = 5",
        "select count(*) from events_v1 where ts = = 5",
        "select count(*) filter (where country = 'NL') from events_v1",
        "select count(*), random() from events_v1 group by 2",
        "select count(*), group_concat(country) from events_v1",
        'select count(*), "country" from events_v1 group by 2',
        "select count(*) from events_v1, events_v1",
        "select count(*) from events",
        "with e as (select 1) select count(*) from events_v1",
        "select count(*) from events_v1 where 1 = (select 1)",
    ],
)
def test_what_reads_more_of_an_event_reads_every_event(query):
    assert grouping(query) is None


def test_people_are_counted_in_every_form_of_a_stored_set():
    for ids in ([], [7], range(100), range(0, 100_000, 3), range(70_000), [1, 1 << 31]):
        members = BitMap(ids)
        assert people_in(members.serialize()) == len(members)
        members.run_optimize()
        assert people_in(members.serialize()) == len(members)
    assert people_in(None) is None


def test_the_function_behind_daily_figures_is_theirs_alone(engine):
    with pytest.raises(BadQuestion, match="not authorized"):
        rows(engine, "select people_in(users) from activity")
