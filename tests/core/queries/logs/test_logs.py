"""Logs over time, by value, and themselves (definitions 4.9)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import draw, navigate, plain
from core.engines.sqlite.engine import SqliteEngine
from core.errors import BadQuestion
from core.export import export
from core.language.questions import format_cell, format_question, parse
from core.log_levels import LEVELS
from core.queries import from_json
from core.store.ingest.importer import Log, store_logs
from core.store.library.saved import Saved
from core.store.workspace import open_writer
from tests.oracles.logs.logs import (
    Written,
    counted_by,
    people_of,
    shown,
    slots_of,
    span_of,
    volume,
    wanted,
    within,
)
from tests.worlds.compare import ScanEngine, ask, check_people, from_text, people
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.strategies import EXACT_RANGES, RANGES, ZONES, _moments, worlds
from tests.worlds.world import DAY, World, engine_of, utc_ms


@contextmanager
def engines_of(world: World, logs: tuple[Written, ...]) -> Iterator[tuple[SqliteEngine, Any]]:
    """Both engines over a world with logs."""
    with engine_of(world) as engine:
        with closing(open_writer(engine.path)) as connection:
            store_logs(connection, [
                Log(log.ts, log.message, log.level, log.service, log.source, log.session)
                for log in logs
            ])  # fmt: skip
        with closing(ScanEngine(engine.path, clock=engine.clock)) as scan:
            yield engine, scan


def at(text: str) -> int:
    return utc_ms(f"2025-{text}")


LOGS = (
    Written(at("04-07T10:02"), "INFO", "user 7 signed up", "web", "host-1", "s1"),
    Written(at("04-07T10:06"), "ERROR", "cart 12 not found", "api", "host-2", "s1"),
    Written(at("04-08T12:10"), "ERROR", "cart 13 not found", "api", "host-1", "s5"),
    Written(at("04-08T12:31"), "WARNING", "slow query", "db", "host-2", "s5"),
    Written(at("04-09T08:11"), "DEBUG", "cache miss", "api", None, "s6"),
    Written(at("04-10T00:00"), "CRITICAL", "disk full", None, "host-2"),
    Written(at("04-16T10:30"), "INFO", "user 9 signed up", "web", "host-1", "s10"),
    Written(at("03-01T10:00"), "INFO", "user 1 signed up", "web", "host-1", "s11"),
)


@pytest.fixture(scope="module")
def engine():
    with engines_of(appendix_a(), LOGS) as (found, _):
        yield found


def counts(answer: Any) -> dict[tuple[str, ...], float]:
    return {line.group: line.total for line in answer.lines}


# -- over time


def test_volume_counts_logs_by_bucket(engine):
    answer = ask(engine, "logs", range=A_RANGE)
    (line,) = answer.lines
    assert dict(zip([b.label[5:] for b in answer.buckets], line.values, strict=True)) == {
        **{f"04-{day:02}": 0 for day in range(7, 21)},
        "04-07": 2, "04-08": 2, "04-09": 1, "04-10": 1, "04-16": 1,
    }  # fmt: skip
    assert (line.total, answer.unit, answer.additive) == (7, "logs", True)
    assert "in whose sessions" in answer.notes[0]


def test_levels_are_listed_by_severity(engine):
    answer = ask(engine, "logs", range=A_RANGE, breakdown="level")
    assert [(line.group[0], line.total) for line in answer.lines] == [
        ("CRITICAL", 1), ("ERROR", 2), ("WARNING", 1), ("INFO", 2), ("DEBUG", 1),
    ]  # fmt: skip
    few = ask(engine, "logs", range=A_RANGE, breakdown="level", limit=2)
    assert [line.group[0] for line in few.lines] == ["ERROR", "INFO"]
    assert few.omitted == 3


def test_other_groups_are_listed_by_size(engine):
    answer = ask(engine, "logs", range=A_RANGE, breakdown=["service", "source"])
    assert counts(answer) == {
        ("web", "host-1"): 2, ("api", "host-1"): 1, ("api", "host-2"): 1, ("api", "(none)"): 1,
        ("db", "host-2"): 1, ("(none)", "host-2"): 1,
    }  # fmt: skip


def test_all_of_history_begins_with_the_first_log(engine):
    answer = ask(engine, "logs", range="all_time", granularity="monthly", compare=None)
    assert answer.first == "2025-03-01"
    assert answer.lines[0].values == (1, 7)


def test_a_period_is_compared_with_the_one_before(engine):
    answer = ask(engine, "logs", range="2025-04-08,2025-04-08", compare="previous")
    assert (answer.lines[0].total, answer.lines[0].previous_total) == (2, 2)


@pytest.mark.parametrize(
    ("fields", "total"),
    [
        ({"level": "error"}, 2),
        ({"level": ["err", "WARN"]}, 3),
        ({"service": "api", "source": ["host-1", "host-2"]}, 2),
        ({"conditions": [{"field": "level", "operator": "gte", "value": "warning"}]}, 4),
        ({"conditions": [{"field": "level", "operator": "lt", "value": "INFO"}]}, 1),
        ({"conditions": [{"field": "level", "operator": "ne", "value": "info"}]}, 5),
        ({"conditions": [{"field": "level", "operator": "contains", "value": "r"}]}, 4),
        ({"conditions": [{"field": "message", "operator": "contains", "value": "NOT FOUND"}]}, 2),
        ({"conditions": [{"field": "pattern", "value": "cart <*> not found"}]}, 2),
        ({"conditions": [{"field": "service", "operator": "is_not_set"}]}, 1),
        ({"conditions": [{"field": "session", "value": "s5"}]}, 2),
        ({"conditions": [{"field": "session_id", "operator": "is_not_set"}]}, 1),
        ({"conditions": [{"field": "country", "value": "NL"}]}, 2),
        ({"conditions": [{"field": "country", "value": "NL"},
                         {"field": "event", "value": "purchase"}]}, 2),
        ({"conditions": [{"all": [{"field": "country", "value": "NL"},
                                  {"field": "level", "value": "error"}]}]}, 1),
        ({"conditions": [{"field": "trait:plan", "value": "free"}]}, 3),
        ({"conditions": [{"field": "user", "operator": "in", "value": ["a", "e"]}]}, 3),
        ({"conditions": [{"any": [{"field": "service", "value": "db"},
                                  {"not": {"field": "level", "operator": "lte",
                                           "value": "critical"}}]}]}, 1),
        ({"segment": "one_timer"}, 1),
    ],
)  # fmt: skip
def test_which_logs_count(engine, fields, total):
    for granularity in ("daily", "hourly"):
        answer = ask(engine, "logs", range=A_RANGE, granularity=granularity, **fields)
        assert answer.lines[0].total == sum(answer.lines[0].values) == total


def test_audiences_and_segments_reach_logs_through_sessions(engine):
    definition = {"filters": [{"field": "trait:plan", "value": "pro"}]}
    Saved(engine.path).save_audience("Pros", definition)
    question = from_json({"kind": "logs", "range": A_RANGE, "audience": "Pros"})
    assert engine.answer(question).lines[0].total == 2
    assert people(engine, question, Cell()) == ["a"]


# -- by value


def test_top_levels_count_logs_and_their_people(engine):
    answer = ask(engine, "logs", metric="top", range=A_RANGE)
    assert answer.rows == (
        ("CRITICAL", 1, 0, 1 / 7), ("ERROR", 2, 2, 2 / 7), ("WARNING", 1, 1, 1 / 7),
        ("INFO", 2, 2, 2 / 7), ("DEBUG", 1, 1, 1 / 7),
    )  # fmt: skip
    assert [column.name for column in answer.columns] == ["level", "logs", "users", "share"]
    check_people(engine, from_json({"kind": "logs", "metric": "top", "range": A_RANGE}), answer)


def test_top_patterns_leave_numbers_out(engine):
    answer = ask(engine, "logs", metric="top", range=A_RANGE, breakdown="pattern", limit=2)
    assert answer.rows == (("cart <*> not found", 2, 2, 2 / 7), ("user <*> signed up", 2, 2, 2 / 7))
    assert answer.truncated


# -- the logs themselves


def test_raw_logs_come_newest_first(engine):
    answer = ask(engine, "logs", metric="raw", range=A_RANGE)
    assert len(answer.rows) == 7
    assert answer.rows[0] == (
        at("04-16T10:30"), "INFO", "user 9 signed up", "host-1", "web", "s10", "e", {}
    )  # fmt: skip
    assert answer.rows[1][1:7] == ("CRITICAL", "disk full", "host-2", None, None, None)
    assert (answer.truncated, answer.total) == (False, None)


def test_pages_of_raw_logs(engine):
    everything = ask(engine, "logs", metric="raw", range=A_RANGE).rows
    page = ask(engine, "logs", metric="raw", range=A_RANGE, limit=3, offset=2, count_total=True)
    assert (page.rows, page.truncated, page.total) == (everything[2:5], True, 7)
    words = [{"field": "message", "operator": "contains", "value": "slow"}]
    slow = ask(engine, "logs", metric="raw", range=A_RANGE, count_total=True, conditions=words)
    assert (slow.total, slow.notes) == (1, ("1 logs in all.",))


def test_raw_logs_of_one_instant_are_the_last_to_arrive_first():
    lines = [f"line {n}" for n in range(9)]
    with engine_of(appendix_a()) as engine:
        with closing(open_writer(engine.path)) as connection:
            store_logs(connection, [Log(at("04-20T10:00"), line) for line in lines])
        rows = ask(engine, "logs", metric="raw", limit=9).rows
        assert [line for line in rows[0] if line in lines] == ["line 8"]
        assert [row[rows[0].index("line 8")] for row in rows] == lines[::-1]


def test_further_fields_are_kept():
    with engine_of(appendix_a()) as engine:
        with closing(open_writer(engine.path)) as connection:
            store_logs(connection, [Log(at("04-07T10:00"), "x", fields={"request": {"id": 7}})])
        assert ask(engine, "logs", metric="raw").rows[0][-1] == {"request": {"id": 7}}


# -- people


def test_the_people_are_those_of_the_sessions(engine):
    question = from_json({"kind": "logs", "range": A_RANGE, "breakdown": "level"})
    assert people(engine, question, Cell()) == ["a", "b", "c", "e"]
    assert people(engine, question, Cell(group=("ERROR",))) == ["a", "b"]
    assert people(engine, question, Cell(group=("ERROR",), bucket="2025-04-08")) == ["b"]
    assert people(engine, question, Cell(group=("CRITICAL",))) == []
    raw = from_json({"kind": "logs", "metric": "raw", "range": A_RANGE, "limit": 1})
    assert people(engine, raw, Cell()) == ["a", "b", "c", "e"]


def test_a_cell_in_words():
    day = Cell(bucket="2025-04-08", group=("ERROR",))
    assert format_cell(parse("logs by level"), day) == (
        "People in whose sessions logs were written on Apr 8, ERROR"
    )
    assert format_cell(parse("top logs"), Cell(row="ERROR")) == (
        "People in whose sessions logs of ERROR were written in the last 30 days"
    )


def test_a_bucket_that_is_not_there(engine):
    with pytest.raises(BadQuestion, match="cell names bucket"):
        people(engine, from_json({"kind": "logs"}), Cell(bucket="1999-01-01"))


# -- text, drawing, export


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("logs", {}),
        ("logs by level", {"breakdown": ["level"]}),
        ("logs last 24h hourly by service, source vs prev", {
            "range": "24h", "granularity": "hourly", "breakdown": ["service", "source"],
            "compare": "previous",
        }),
        ("top logs", {"metric": "top"}),
        ("top 20 logs by pattern", {"metric": "top", "limit": 20, "breakdown": ["pattern"]}),
        ("raw logs", {"metric": "raw"}),
        ("raw logs limit 10", {"metric": "raw", "limit": 10}),
        ("raw logs where level >= warning offset 100 for Paying with count_total = true", {
            "metric": "raw", "offset": 100, "audience": "Paying", "count_total": True,
            "conditions": [{"field": "level", "operator": "gte", "value": "warning"}],
        }),
        ("logs with service = api, level = (ERROR, ALERT)", {
            "service": "api", "level": ["ERROR", "ALERT"],
        }),
    ],
)  # fmt: skip
def test_text_and_json_mean_the_same(text, body):
    question = from_json({"kind": "logs", **body})
    assert from_text(text) == question


def test_drawings_and_exports(engine):
    by_level = ask(engine, "logs", range=A_RANGE, breakdown="level")
    assert "CRITICAL" in plain(draw(by_level, 80, 16))
    assert navigate(by_level)
    assert export(by_level, "csv").splitlines()[0] == "bucket,level,value"
    raw = ask(engine, "logs", metric="raw", range=A_RANGE)
    assert "disk full" in plain(draw(raw, 120, 20))
    assert export(raw, "csv").splitlines()[1] == (
        "2025-04-16T10:30:00.000Z,INFO,user 9 signed up,host-1,web,s10,e,{}"
    )


# -- in formulas


def test_formulas_count_logs(engine):
    asked = parse("logs / dau range '2025-04-07,2025-04-09'")
    assert format_question(asked) == "logs / dau 2025-04-07..2025-04-09"
    answer = engine.answer(asked)
    active = engine.answer(parse("dau 2025-04-07..2025-04-09")).lines[0]
    assert list(answer.lines[0].values) == pytest.approx(
        [logs / users for logs, users in zip((2, 2, 1), active.values, strict=True)]
    )
    assert people(engine, asked, Cell()) == ["a", "b", "c"]


def test_series_of_a_formula_begin_together(engine):
    fields = {"range": "all_time", "granularity": "monthly", "series": [{"metric": "logs"}]}
    answer = ask(engine, "formula", formula="A", **fields)
    assert (answer.first, answer.lines[0].values) == ("2025-03-01", (1, 7))


# -- bad input


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"metric": "all"}, "metric must be 'volume', 'top' or 'raw'"),
        ({"level": "loud"}, "level 'loud' is not known. Allowed: EMERGENCY, ALERT"),
        ({"level": ["error", "loud"]}, "level 'loud'"),
        ({"breakdown": "country"}, "breakdown 'country' is not one of logs. Allowed: level,"),
        ({"breakdown": "servise"}, "Did you mean service"),
        ({"metric": "top", "breakdown": ["level", "service"]}, "does not apply to logs top"),
        ({"metric": "raw", "breakdown": "level"}, "breakdown does not apply to logs raw"),
        ({"metric": "top", "compare": "previous"}, "compare does not apply to logs top"),
        ({"offset": 5}, "offset does not apply to logs volume"),
        ({"count_total": True}, "count_total does not apply to logs volume"),
        ({"metric": "raw", "limit": 10_001}, "limit must be at most 10000"),
        ({"conditions": [{"field": "level", "operator": "gt", "value": "loud"}]}, "level 'loud'"),
        ({"conditions": [{"field": "servise", "value": "a"}]}, "Did you mean service"),
        ({"conditions": [{"any": [{"field": "level", "value": "ERROR"},
                                  {"field": "country", "value": "NL"}]}]},
         "cannot choose between fields of logs and of events"),
    ],
)  # fmt: skip
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "logs", **fields)


def test_a_workspace_without_logs():
    with engine_of(appendix_a()) as engine:
        assert ask(engine, "logs", range="7d").lines[0].total == 0
        assert ask(engine, "logs", range="all_time").lines[0].total == 0
        assert ask(engine, "logs", metric="top").rows == ()
        assert ask(engine, "logs", metric="raw").rows == ()


def test_a_file_from_before_there_were_logs(tmp_path):
    with engine_of(appendix_a()) as engine:
        with closing(sqlite3.connect(engine.path)) as connection:
            connection.execute("drop table log_days")
        with pytest.raises(BadQuestion, match="made before logs could be kept"):
            ask(engine, "logs")


# -- against the oracle

CONDITIONS: tuple[list[dict[str, Any]], ...] = (
    [],
    [],
    [{"field": "level", "operator": "gte", "value": "WARNING"}],
    [{"field": "service", "operator": "ne", "value": "api"}],
    [{"field": "message", "operator": "regex", "value": "^n"}],
    [{"field": "session", "operator": "ne", "value": "s1"}],
    [{"field": "country", "operator": "ne", "value": "NL"}],
    [{"field": "trait:plan", "operator": "is_set"}],
    [{"field": "user", "operator": "in", "value": ["ann", "phone"]},
     {"field": "properties.item", "operator": "is_set"}],
    [{"field": "trait:plan", "operator": "ne", "value": "pro"},
     {"field": "source", "operator": "is_not_set"}],
    [{"any": [{"field": "pattern", "value": "n <*>"}, {"field": "level", "value": "TRACE"}]}],
)  # fmt: skip


@st.composite
def worlds_with_logs(draw: st.DrawFn) -> tuple[World, tuple[Written, ...]]:
    world = draw(worlds())
    middle = next(day for zone, day in ZONES if zone == world.zone)
    logs = st.builds(
        Written,
        _moments(world.zone, middle, 10),
        st.sampled_from(LEVELS[2:6] + LEVELS[8:]),
        st.sampled_from(("n 1", "n 2", "m", "")),
        st.sampled_from((None, "api", "web")),
        st.sampled_from((None, "h")),
        st.sampled_from((None, "s1", "s1", "s2", "s3")),
    )
    return world, tuple(draw(st.lists(logs, max_size=20)))


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    metric = draw(st.sampled_from(("volume", "volume", "top", "raw")))
    fields: dict[str, Any] = {
        "kind": "logs",
        "metric": metric,
        "range": draw(st.sampled_from((*RANGES, *EXACT_RANGES, "2025-03-25,2025-04-05"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "limit": 1000,
        "level": draw(st.sampled_from((None, None, "ERROR", ["ERROR", "TRACE"]))),
        "service": draw(st.sampled_from((None, None, "api"))),
    }
    groups = st.sampled_from(("level", "service", "source", "pattern"))
    if metric == "volume":
        fields["granularity"] = draw(st.sampled_from(("hourly", "daily", "weekly", "monthly")))
        fields["compare"] = draw(st.sampled_from((None, "previous")))
        fields["breakdown"] = draw(st.lists(groups, max_size=2, unique=True))
    if metric == "top":
        fields["breakdown"] = [draw(groups)]
    return fields


@settings(max_examples=40, deadline=None)
@given(worlds_with_logs(), questions())
def test_logs_match_the_oracle(both, fields):
    world, logs = both
    question: Any = from_json(fields)
    stored = both
    world, logs = counted_by(world, logs, question)
    found, allowed = wanted(world, logs, question)
    span = span_of(world, logs, question)
    with engines_of(*stored) as engines:
        for engine in engines:
            answer = engine.answer(question)
            if question.metric == "volume":
                _check_volume(engine, world, question, answer, found, span, allowed, logs)
                continue
            here = within(found, span.start, span.end)
            if question.metric == "raw":
                expected = sorted(
                    (log.ts, log.level, log.message, log.source, log.service, log.session)
                    for log in map(_plain, here)
                )
                assert sorted(tuple(map(_text, row[:6])) for row in answer.rows) == expected
                assert [row[0] for row in answer.rows] == sorted(
                    (log.ts for log in here), reverse=True
                )
                assert people(engine, question, Cell()) == people_of(world, here, allowed)
                continue
            groups = {shown(log, question.breakdown) for log in here}
            tops = {
                group: [log for log in here if shown(log, question.breakdown) == group]
                for group in groups
            }
            assert {row[0]: row[1:3] for row in answer.rows} == {
                group[0]: (len(own), len(people_of(world, own, allowed)))
                for group, own in tops.items()
            }
            check_people(engine, question, answer)


def _plain(log: Written) -> Any:
    return replace(log, source=_text(log.source), service=_text(log.service),
                   session=_text(log.session))  # fmt: skip


def _text(value: Any) -> Any:
    return "" if value is None else value


def _check_volume(
    engine: Any,
    world: World,
    question: Any,
    answer: Any,
    found: Any,
    span: Any,
    allowed: Any,
    logs: list[Written],
) -> None:
    now, before = slots_of(world, question, span, answer.granularity)
    expected = volume(found, question, now)
    last = max((log.ts for log in logs), default=world.now)
    ended = last if world.now - last > 7 * DAY else world.now

    def known(values: list[int], slots: list[Any]) -> list[int | None]:
        pairs = zip(values, slots, strict=True)
        return [value if slot.start <= ended else None for value, slot in pairs]

    shown_as = {group: known(values, now) for group, values in expected.items()}
    assert {line.group: list(line.values) for line in answer.lines} == shown_as
    assert {line.group: line.total or 0 for line in answer.lines} == {
        group: sum(values) for group, values in expected.items()
    }
    if before:
        earlier = volume(found, question, before)
        for line in answer.lines:
            values = known(earlier[line.group], before) if line.group in earlier else []
            shown_of = min(len(values), len(line.values))
            assert list(line.previous[:shown_of]) == values[:shown_of]
    for cell, _ in list(answer.cells())[:12]:
        stretch = [slot for slot in now if cell.bucket in (None, slot.label)]
        own = [log for slot in stretch for log in within(found, slot.start, slot.end)]
        if question.breakdown:
            own = [log for log in own if shown(log, question.breakdown) == cell.group]
        assert people(engine, question, cell) == people_of(world, own, allowed), cell
