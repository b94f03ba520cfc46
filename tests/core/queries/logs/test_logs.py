"""Logs over time, by value, and themselves (definitions 4.9)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from core.answers import Cell
from core.draw import draw, navigate, plain
from core.errors import BadQuestion
from core.export import export
from core.language.questions import format_cell, format_question, parse
from core.queries import from_json
from core.store.ingest.importer import Log, store_logs
from core.store.library.saved import Saved
from core.store.workspace import open_writer
from tests.worlds.compare import ask, check_people, from_text, people
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.stories.logs import LOGS, at, engines_of
from tests.worlds.world import engine_of


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
    assert "of the logs' sessions" in answer.notes[0]


def test_levels_are_listed_by_severity(engine):
    answer = ask(engine, "logs", range=A_RANGE, breakdown="level")
    assert [(line.group[0], line.total) for line in answer.lines] == [
        ("CRITICAL", 1),
        ("ERROR", 2),
        ("WARNING", 1),
        ("INFO", 2),
        ("DEBUG", 1),
    ]
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
        at("04-16T10:30"),
        "INFO",
        "user 9 signed up",
        "host-1",
        "web",
        "s10",
        "e",
        {},
    )
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
        "People with logs in their sessions on Apr 8, ERROR"
    )
    assert format_cell(parse("top logs"), Cell(row="ERROR")) == (
        "People with logs of ERROR in their sessions in the last 30 days"
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
         "cannot mix fields of logs and of events"),
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
        with pytest.raises(BadQuestion, match="created before footfall supported logs"):
            ask(engine, "logs")


# -- words in messages

MESSAGES = (
    "slow query 12: 34 ms", "Slow  query 12", "SLOW", "a ſlow one", 'quoted "ſlow" it', "kelvin",
    "273 Kelvin", "STRAẞE", 'said "slow" 3 times', "half 100% _done_!", "a <*> b", "first\nslow",
    f"{'x ' * 110}slow", f"{'y' * 199} 1", "nul \0slow", "",
)  # fmt: skip


@pytest.fixture(scope="module")
def worded():
    with engine_of(appendix_a()) as engine:
        with closing(open_writer(engine.path)) as connection:
            logs = [Log(at("04-20T10:00"), text, log_id=str(n)) for n, text in enumerate(MESSAGES)]
            store_logs(connection, logs)
        yield engine


@pytest.mark.parametrize(
    "word",
    [
        "slow", "SLOW", "Slow query", "kelvin", "273", "strasse", "<*>", "<", "* b", "100%", "_",
        "!", "y 1", "\n", "ſ", "ms", "q",
    ],
)  # fmt: skip
def test_a_word_is_found_in_the_messages_that_contain_it_ignoring_case(worded, word):
    for operator, wanted in (("contains", True), ("not_contains", False)):
        condition = {"field": "message", "operator": operator, "value": word}
        answer = ask(worded, "logs", metric="raw", limit=100, conditions=[condition])
        at_ = [column.name for column in answer.columns].index("message")
        expected = [m for m in MESSAGES if (word.casefold() in m.casefold()) == wanted]
        assert sorted(row[at_] or "" for row in answer.rows) == sorted(expected)


NUMBERED = ("slow query 12: 34 ms", "slow query 5: 6 ms", "user 7 went", "job 8 took 9 ms")


def test_a_word_is_counted_by_patterns_unless_a_message_has_more_letters() -> None:
    def asked(engine, word: str) -> tuple[bool, float]:
        condition = {"field": "message", "operator": "contains", "value": word}
        day = "2025-04-20,2025-04-20"
        body = {"kind": "logs", "range": day, "metric": "volume", "conditions": [condition]}
        run = engine.run(from_json(body), fresh=True)
        return "log_messages" in run.statements[0].text, run.answer.lines[0].total

    with engine_of(appendix_a()) as engine, closing(open_writer(engine.path)) as connection:
        when = at("04-20T10:00")
        store_logs(connection, [Log(when, text, log_id=text) for text in NUMBERED])
        assert [asked(engine, word) for word in ("slow", "MS", "none")] == [
            (False, 2), (False, 3), (False, 0)
        ]  # fmt: skip
        assert asked(engine, "slow query 5") == (True, 1)
        store_logs(connection, [Log(when, 'user "slow" went', log_id="letters")])
        assert asked(engine, "slow") == (True, 3)
        connection.execute("drop table log_letters")
        connection.commit()
        assert asked(engine, "slow") == (True, 3)
