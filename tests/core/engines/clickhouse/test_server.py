"""Questions to a ClickHouse server over HTTP, and everything that can go wrong on the way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from core.engines.clickhouse.address import Address, read_address
from core.engines.clickhouse.server import ServerRunner
from core.engines.running import Stop
from core.errors import BadInput, CannotOpen, QueryFailed, Stopped, TookTooLong
from tests.worlds.clickhouse import HOSTILE, needs_chdb
from tests.worlds.servers.http_clickhouse import PASSWORD
from tests.worlds.servers.served import Served

pytestmark = needs_chdb


@pytest.fixture
def runner(server: Served) -> Iterator[ServerRunner]:
    server.control(times=0)
    with closing(server.runner()) as found:
        yield found


def test_parameters_arrive_as_they_are_and_rows_come_back_so(runner: ServerRunner) -> None:
    statement = "select {a:String} as a, {b:Int64} as b, [1, 2] as c settings join_use_nulls = 1"
    assert runner.run(statement, {"a": HOSTILE, "b": -(2**62)}) == [(HOSTILE, -(2**62), [1, 2])]


def test_long_whole_numbers_are_numbers_on_older_servers_too(runner: ServerRunner) -> None:
    assert runner.run("select toInt64(5), toJSONString([toUInt64(7)])", {}) == [(5, "[7]")]


def test_texts_longer_than_a_field_may_be_are_sent_beside_the_statement(
    runner: ServerRunner,
) -> None:
    long = [HOSTILE * 4_000, "[" + ", ".join(map(str, range(30_000))) + "]"]
    statement = "select {a:String} as a, number from numbers(9) where number in (select arrayJoin("
    statement += "JSONExtract({b:String}, 'Array(Int64)'))) and number > {c:Int64}"
    rows = runner.run(statement, {"a": long[0], "b": long[1], "c": 7})
    assert rows == [(long[0], 8)]


def test_rows_sent_again_under_a_name_are_stored_once(runner: ServerRunner) -> None:
    runner.run(
        "create or replace table sent (a Int64, b String) engine = MergeTree order by a "
        "settings non_replicated_deduplication_window = 10",
        {},
    )
    for _ in range(2):
        runner.insert("sent", ("a", "b"), [(n, HOSTILE) for n in range(5)], "batch 1")
    assert runner.run("select count(), any(b) from sent", {}) == [(5, HOSTILE)]


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (60, CannotOpen, "has no table of footfall's. Run `footfall push`."),
        (81, CannotOpen, "has no database 'default'. Create it there"),
        (159, TookTooLong, "Took longer than the limit. Choose a shorter range"),
        (164, CannotOpen, "default may only read at"),
        (201, QueryFailed, "The quota of default at"),
        (241, QueryFailed, "It needs more memory than"),
        (396, QueryFailed, "The answer has more rows than"),
        (999, QueryFailed, "ClickHouse says: As told. Its error 999."),
    ],
)
def test_each_failure_of_the_server_has_a_sentence(
    server: Served, runner: ServerRunner, code: int, kind: type[Exception], said: str
) -> None:
    server.control(match="select 1", code=code, times=5)
    with pytest.raises(kind) as raised:
        runner.run("select 1", {})
    assert type(raised.value) is kind
    assert said in str(raised.value)


def test_a_wrong_password_is_named_and_never_shown(server: Served) -> None:
    with pytest.raises(CannotOpen, match="does not accept the password of default") as raised:
        server.runner("wr0ng").connect()
    assert "wr0ng" not in str(raised.value)


def test_nobody_at_the_address_is_said_so() -> None:
    with pytest.raises(CannotOpen, match=r"127.0.0.1:9 refuses connections\."):
        ServerRunner(Address("127.0.0.1", 9), "").connect()


def test_a_server_that_is_too_old_says_which_version_it_takes(server: Served) -> None:
    server.control(match="nothing", version="21.3.1.1", times=0)
    with pytest.raises(CannotOpen, match=r"runs ClickHouse 21\.3\.1\.1\. It takes 24\.8 or newer"):
        server.runner().connect()


def test_half_an_answer_is_no_answer(server: Served, runner: ServerRunner) -> None:
    runner.connect()
    server.control(match="numbers(1000)", cut=True, times=5)
    with pytest.raises(CannotOpen, match="ended the connection in the middle of an answer"):
        runner.run("select number from numbers(1000)", {})


def test_a_question_that_met_a_broken_connection_is_asked_once_more(
    server: Served, runner: ServerRunner
) -> None:
    runner.connect()
    server.control(match="numbers(7)", cut=True, times=1)
    assert len(runner.run("select number from numbers(7)", {})) == 7
    server.control(match="numbers(7)", cut=True, times=1)
    rows = runner.typed("select number from numbers(7)", {}, {"readonly": 1})
    assert rows[:2] == [("number",), (0,)]


def test_stopping_ends_the_statement_on_the_server(server: Served, runner: ServerRunner) -> None:
    runner.connect()
    before = set(server.control(match="sleepy", seconds=30, times=1)["killed"])
    stop = Stop()
    threading.Timer(0.3, stop.stop).start()
    started = time.monotonic()
    with pytest.raises(Stopped):
        runner.run("select 'sleepy'", {}, stop)
    assert time.monotonic() - started < 10
    assert set(server.control()["killed"]) - before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("http://host/db", "is no address of a ClickHouse server"),
        ("clickhouse://", "is no address of a ClickHouse server"),
        ("clickhouse://host:port/db", "is no address of a ClickHouse server"),
        ("clickhouse://host/db?compress=1", "is no address of a ClickHouse server"),
        ("clickhouse://ana:s3cret@host/db", "A password does not belong into an address"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_a_password(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as raised:
        read_address(text)
    assert "s3cret" not in str(raised.value)


def test_an_address_has_the_usual_port_user_and_database() -> None:
    assert str(read_address("clickhouse://ch.example.com")) == (
        "clickhouse://default@ch.example.com:8123/default"
    )
    found = read_address("clickhouses://ana@[::1]/shop")
    assert (found.port, found.secure, str(found)) == (
        8443,
        True,
        "clickhouses://ana@[::1]:8443/shop",
    )
    assert Address.from_json(found.to_json()) == found
    spread = read_address("clickhouse://ch/shop?cluster=main")
    assert (spread.cluster, str(spread)) == (
        "main",
        "clickhouse://default@ch:8123/shop?cluster=main",
    )
    assert Address.from_json(spread.to_json()) == spread


def test_a_cluster_that_the_server_does_not_know_is_named(server: Served) -> None:
    address = replace(server.address, cluster="main")
    with (
        closing(ServerRunner(address, PASSWORD)) as runner,
        pytest.raises(CannotOpen, match=r"has no cluster 'main'\. It(s configuration)? has"),
    ):
        runner.connect()
