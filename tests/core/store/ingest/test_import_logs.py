"""Logs from files: what is recognised, what is refused, and that nothing is stored twice."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput
from core.log_levels import LEVELS, MAX_PATTERN, level_number, pattern_of
from core.store.ingest.importer import Event, Log, import_files, store_events, store_logs
from core.store.workspace import open_writer
from tests.worlds.recount import check as recount

AT = 1_745_000_000_000
LINE = {"timestamp": AT, "level": "error", "message": "Timeout after 30 s", "service": "api",
        "source": "web-1", "session_id": "s1"}  # fmt: skip
JOURNAL = {
    "__CURSOR": "s=1;i=1", "__REALTIME_TIMESTAMP": "1745000000123456", "PRIORITY": "3",
    "_SYSTEMD_UNIT": "ssh.service", "SYSLOG_IDENTIFIER": "sshd", "_HOSTNAME": "web-1",
    "MESSAGE": "Failed password for root",
}  # fmt: skip


def written(folder: Path, *lines: Any, name: str = "app.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines) + "\n")
    return path


def rows(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(
            """
            select l.timestamp, v.level, v.message, v.service, v.source, v.session_id, v.fields
            from logs l join logs_v1 v
              on v.timestamp = strftime('%Y-%m-%d %H:%M:%f', l.timestamp / 1000.0, 'unixepoch')
            group by l.timestamp, l.id
            order by l.timestamp, l.id
            """
        ).fetchall()


def figures(path: Path) -> dict[str, Any]:
    """What is stored, without what depends on how often it was written."""
    queries = {
        "logs": "select timestamp, id, level, service, source, pattern, session from logs",
        "days": "select day, level, service, source, pattern, total from log_days",
        "messages": "select m.text, m.fields from logs l join log_messages m on m.id = l.message"
                    " order by l.timestamp, l.id",
        "all messages": "select count(*) from log_messages",
        "texts": "select kind, value from log_texts order by 1, 2",
    }  # fmt: skip
    with closing(sqlite3.connect(path)) as connection:
        return {name: connection.execute(query).fetchall() for name, query in queries.items()}


# -- formats


def test_json_lines(tmp_path):
    path = written(tmp_path, LINE, {**LINE, "timestamp": AT + 1, "request": {"id": 7}})
    report = import_files(tmp_path / "a.db", [path])
    assert (report.read, report.stored, report.rejected) == (2, 2, 0)
    assert rows(tmp_path / "a.db") == [
        (AT, "ERROR", "Timeout after 30 s", "api", "web-1", "s1", None),
        (AT + 1, "ERROR", "Timeout after 30 s", "api", "web-1", "s1", '{"request":{"id":7}}'),
    ]
    assert report.understood[str(path)]["message"] == "message"


@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ","), ("a.tsv", "\t")])
def test_delimited_text(tmp_path, name, delimiter):
    path = written(
        tmp_path,
        delimiter.join(("time", "severity", "msg", "app", "host", "user_count")),
        delimiter.join(("2025-04-18T18:13:20Z", "WARN", '"slow\nquery"', "db", "", "7")),
        name=name,
    )
    import_files(tmp_path / "a.db", [path])
    assert rows(tmp_path / "a.db") == [
        (AT, "WARNING", "slow\nquery", "db", None, None, '{"user_count":7}')
    ]


def test_the_journal(tmp_path):
    no_unit = {k: v for k, v in JOURNAL.items() if k != "_SYSTEMD_UNIT"}
    path = written(
        tmp_path, JOURNAL,
        {**no_unit, "__CURSOR": "2", "__REALTIME_TIMESTAMP": "1745000001000000", "PRIORITY": "6",
         "MESSAGE": [104, 105, 255]},
    )  # fmt: skip
    import_files(tmp_path / "a.db", [path])
    assert rows(tmp_path / "a.db") == [
        (AT + 123, "ERROR", "Failed password for root", "ssh.service", "web-1", None, None),
        (AT + 1000, "INFO", "hi\ufffd", "sshd", "web-1", None, None),
    ]


def test_a_gzipped_file(tmp_path):
    path = tmp_path / "app.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(LINE).encode()))
    assert import_files(tmp_path / "a.db", [path]).stored == 1


def test_columns_can_be_named(tmp_path):
    path = written(tmp_path, {"when": AT, "what": "x", "how": 3, "sid": "s9"})
    mapping = {"time": "when", "message": "what", "level": "how", "session": "sid"}
    import_files(tmp_path / "a.db", [path], mapping=mapping, logs=True)
    assert rows(tmp_path / "a.db") == [(AT, "ERROR", "x", None, None, "s9", None)]
    with pytest.raises(BadInput, match="--map cannot set 'user' of logs"):
        import_files(tmp_path / "a.db", [path], mapping={"user": "sid"}, logs=True)
    with pytest.raises(BadInput, match="has a field 'ssid' for the session"):
        import_files(tmp_path / "b.db", [path], mapping={**mapping, "session": "ssid"}, logs=True)


# -- logs or events


@pytest.mark.parametrize(
    "line",
    [
        {**LINE, "event": "signup"},
        {"event": "signup", "timestamp": AT, "user_id": "ann"},
        {"name": "log_in", "timestamp": AT, "level": 3, "message": "hello"},
    ],
)
def test_lines_with_an_event_are_events(tmp_path, line):
    import_files(tmp_path / "a.db", [written(tmp_path, line)])
    assert rows(tmp_path / "a.db") == []


def test_lines_without_a_level_are_logs_only_when_told(tmp_path):
    path = written(tmp_path, {"timestamp": AT, "message": "started"})
    with pytest.raises(BadInput, match="no column for the event"):
        import_files(tmp_path / "a.db", [path])
    import_files(tmp_path / "a.db", [path], logs=True)
    assert [row[1:3] for row in rows(tmp_path / "a.db")] == [("INFO", "started")]


def test_a_file_of_neither_says_what_it_lacks(tmp_path):
    lines = [{"timestamp": AT, "a": 1}]
    with pytest.raises(BadInput, match="no column for the message of a log; it has: timestamp, a"):
        import_files(tmp_path / "a.db", [written(tmp_path, *lines)], logs=True)
    with pytest.raises(BadInput, match="no column for the time and the message"):
        import_files(tmp_path / "a.db", [written(tmp_path, "a,b", "1,2", name="a.csv")], logs=True)


def test_logs_and_events_share_their_sessions(tmp_path):
    with closing(open_writer(tmp_path / "a.db")) as connection:
        store_logs(connection, [Log(AT, "first", session="s2"), Log(AT, "none", session="-1")])
        store_events(connection, [Event("view", AT, user="ann", session="s1"),
                                  Event("view", AT + 1, user="bob", session="s2")])  # fmt: skip
        store_logs(connection, [Log(AT + 2, "second", session="s1")])
        found = connection.execute(
            """
            select m.text, i.key
            from logs l join log_messages m on m.id = l.message
            left join sessions s on s.session = l.session and l.session > 0
            left join identities i on i.id = s.actor
            order by 1
            """
        ).fetchall()
        assert found == [("first", "bob"), ("none", None), ("second", "ann")]
        recount(connection)


# -- refused


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"timestamp": None}, "no time"),
        ({"timestamp": "noon"}, "time not understood"),
        ({"timestamp": 9e15}, "time outside 1900 to 2199"),
        ({"message": None}, "no message"),
        ({"level": "loud"}, "level not understood"),
        ({"level": True}, "level not understood"),
        ({"service": {"a": 1}}, "service is not text"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path, change, reason):
    path = written(tmp_path, LINE, {**LINE, **change}, "{", "[1]")
    report = import_files(tmp_path / "a.db", [path])
    assert (report.read, report.stored, report.rejected) == (4, 1, 3)
    assert report.reasons == {reason: 1, "not JSON": 1, "not a JSON object": 1}
    (rejects,) = report.rejects_files
    lines = Path(rejects).read_text().splitlines()
    first = json.loads(lines[0])
    assert (first["line"], first["reason"]) == (2, reason)


# -- again


def test_the_same_file_again_stores_nothing(tmp_path):
    path = written(tmp_path, LINE, LINE, {**LINE, "message": "other"})
    first = import_files(tmp_path / "a.db", [path])
    before = figures(tmp_path / "a.db")
    again = import_files(tmp_path / "a.db", [path])
    assert (first.stored, again.stored, again.repeated) == (3, 0, 3)
    assert figures(tmp_path / "a.db") == before


def test_a_log_with_an_id_is_the_same_log_elsewhere(tmp_path):
    import_files(tmp_path / "a.db", [written(tmp_path, JOURNAL)])
    longer = {**JOURNAL, "_PID": "7"}
    assert import_files(tmp_path / "a.db", [written(tmp_path, longer, longer)]).stored == 0


def test_a_stopped_import_goes_on_where_it_was(tmp_path):
    lines = [{**LINE, "timestamp": AT + n // 3, "message": f"m {n % 7}"} for n in range(3000)]
    path = written(tmp_path, *lines)
    import_files(tmp_path / "whole.db", [path])
    asked = iter(range(10**6))
    report = import_files(tmp_path / "a.db", [path], batch_size=500, stop=lambda: next(asked) >= 5)
    assert not report.finished
    assert 0 < report.stored < 3000
    rest = import_files(tmp_path / "a.db", [path], batch_size=700)
    assert rest.stored == 3000 - report.stored
    assert figures(tmp_path / "a.db") == figures(tmp_path / "whole.db")


def test_a_batch_is_stored_whole_or_not_at_all(tmp_path):
    with closing(open_writer(tmp_path / "a.db")) as connection:
        store_logs(connection, [Log(AT, "a")])
        before = figures(tmp_path / "a.db")
        connection.execute("create temp trigger no before insert on main.log_days "
                           "begin select raise(abort, 'full'); end")  # fmt: skip
        with pytest.raises(sqlite3.DatabaseError, match="full"):
            store_logs(connection, [Log(AT + 1, "b 1")])
        connection.execute("drop trigger no")
        assert figures(tmp_path / "a.db") == before
        assert store_logs(connection, [Log(AT + 1, "b 1")]).stored == 1


def test_programs_are_told_what_they_gave_wrong(tmp_path):
    with closing(open_writer(tmp_path / "a.db")) as connection:
        given_logs = [Log(AT, "a", level="x"), Log(-(10**15), "b"), Log(AT, "\udcff"), Log(AT, "c")]
        report = store_logs(connection, given_logs)
    assert (report.stored, report.rejected) == (1, 3)


# -- levels and patterns


@pytest.mark.parametrize(
    ("given_level", "level"),
    [
        ("ERROR", "ERROR"), ("err", "ERROR"), ("Fatal", "CRITICAL"), ("warn", "WARNING"),
        (" info ", "INFO"), ("0", "EMERGENCY"), (7, "DEBUG"), (3.0, "ERROR"), (50, "ERROR"),
        ("verbose", "TRACE"),
    ],
)  # fmt: skip
def test_levels_have_many_names(given_level, level):
    assert LEVELS[level_number(given_level) or 0] == level


@pytest.mark.parametrize(
    ("message", "pattern"),
    [
        ("Timeout after 30 s", "Timeout after <*> s"),
        ("GET /api/users/123/x took 4.5ms", "GET /api/users/<*>/x took <*>"),
        ("user 550e8400-e29b-41d4-a716-446655440000 left", "user <*> left"),
        ("connect 10.1.2.3:8080, retry", "connect <*>, retry"),
        ("cannot open \"a b.txt\" or 'c'", "cannot open <*> or <*>"),
        ("it's done, isn't it", "it's done, isn't it"),
        ("mail to ana.b@example.com.", "mail to <*>"),
        ("in 5.", "in <*>."),
        ("Traceback:\n  line 1", "Traceback:"),
        ("  two   spaces ", "two spaces"),
        ("", ""),
    ],
)
def test_a_pattern_is_what_messages_have_in_common(message, pattern):
    assert pattern_of(message) == pattern


@settings(deadline=None)
@given(st.text(max_size=300))
def test_a_pattern_is_short_and_on_one_line(message):
    found = pattern_of(message)
    assert len(found) <= MAX_PATTERN
    assert "\n" not in found


@pytest.mark.parametrize("piece", ["a-", "a.", "1.", "'", '"', "@", "a@", "9:", "-1"])
def test_a_pattern_is_of_the_beginning_of_a_long_message(piece):
    assert pattern_of(piece * 500_000) == pattern_of(piece * 50_000)


def test_a_log_whose_id_is_no_text_is_refused_and_those_beside_it_are_kept(tmp_path: Path) -> None:
    lines = [{**JOURNAL, "__CURSOR": cursor} for cursor in ("s=1", ["s"], {"s": 1}, None)]
    path = written(tmp_path, *lines)
    report = import_files(tmp_path / "w.db", [path])
    assert (report.stored, report.reasons) == (2, {"log id is not text": 2})
