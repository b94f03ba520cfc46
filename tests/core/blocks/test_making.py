"""Blocks made from rows have what the rows have."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.blocks.covering import covered
from core.blocks.layout import MOST_TEXTS, TARGET
from core.blocks.making import make_event
from core.blocks.packing import INTEGERS, POINTS, unpack
from core.catalog.blocks import Blocks
from core.store.ingest.importer import Event, store_events
from core.store.rows.blocks import MANY, finish
from core.store.waiting import Patience
from core.store.workspace import open_writer
from core.timeframe import DAY
from tests.worlds.blocks import check_blocks, property_field

START = 20_000 * DAY


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_writer(tmp_path / "small.db")
    yield connection
    connection.close()


def make_all(db: sqlite3.Connection) -> None:
    """Make the blocks of all events."""
    for (name,) in db.execute("select id from event_names").fetchall():
        make_event(db, name)


def event(number: int, **said: object) -> Event:
    """An event of one of three people; the number decides when."""
    country = {"country": "NL"} if number % 2 else {}
    return Event(
        "buy" if number % 3 else "see", START + number * DAY // 7, f"u{number % 3}",
        context=country, properties=said,
    )  # fmt: skip


def test_blocks_hold_the_values_of_rows(db: sqlite3.Connection) -> None:
    values = [1, 2.5, "one", True, None, -0.25, 2**53 + 1, "", "(none)", 10**15, 7, "true"]
    said = [{"mixed": value, "amount": n / 4, "n": n} for n, value in enumerate(values)]
    store_events(db, [event(n, **each) for n, each in enumerate(said)])
    store_events(db, [event(30), event(31, amount=2.0, list=[1, 2], more={"a": 1})])
    make_all(db)
    check_blocks(db)
    (buy,) = db.execute("select id from event_names where name = 'buy'").fetchone()
    assert property_field(db, "n", buy) is not None
    assert property_field(db, "list", buy) is None
    make_event(db, buy)
    check_blocks(db)


def test_numbers_that_could_be_spelled_otherwise_say_so(db: sqlite3.Connection) -> None:
    store_events(
        db, [Event("pay", START + n, "u", properties={"x": x}) for n, x in enumerate((1.0, 2))]
    )
    make_all(db)
    (data,) = db.execute("select data from blocks where field = 100").fetchone()
    assert unpack(data).spelled == INTEGERS | POINTS
    known = Blocks(lambda query, values: db.execute(query, values).fetchall())
    assert known.held(100, [1]).odd
    db.commit()
    store_events(db, [Event("pay", START, "u", properties={"x": "one"})])
    make_all(db)
    also_texts = Blocks(lambda query, values: db.execute(query, values).fetchall())
    assert also_texts.held(100, [1]) == (False, True, True, True)


def test_a_busy_day_fills_several_blocks_and_quiet_days_share_one(db: sqlite3.Connection) -> None:
    busy = [Event("see", START + n, "u", event_id=f"b{n}") for n in range(TARGET + 10)]
    quiet = [Event("see", START + n * DAY, "u", event_id=f"q{n}") for n in range(1, 40)]
    store_events(db, [*busy, *quiet])
    make_all(db)
    check_blocks(db)
    sizes = [n for (n,) in db.execute("select n from blocks where field = 2 order by day, part")]
    assert sizes == [TARGET // 2 + 5, TARGET // 2 + 5, 39]


def test_a_property_with_too_many_texts_is_left_to_rows(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_TEXTS < 2**16
    for module in ("said", "texts"):
        monkeypatch.setattr(f"core.blocks.{module}.MOST_TEXTS", 20)
    store_events(db, [event(n, id=f"id {n}", plan="pro") for n in range(30)])
    make_all(db)
    check_blocks(db)
    for id_ in covered(db):
        assert property_field(db, "id", id_) is None
        assert property_field(db, "plan", id_) is not None
    assert db.execute("select distinct text from block_texts").fetchall() == [("pro",)]


def test_a_file_without_blocks_is_answered_from_rows(db: sqlite3.Connection) -> None:
    plain = sqlite3.connect(":memory:")
    assert covered(plain) == set()
    plain.close()


def test_a_moved_or_deleted_event_is_no_longer_covered(db: sqlite3.Connection) -> None:
    store_events(db, [event(n) for n in range(12)])
    make_all(db)
    both = covered(db)
    (seen,) = db.execute("select id from event_names where name = 'see'").fetchone()
    db.execute("update event_rows set actor = 99 where event = ?", (seen,))
    assert covered(db) == both - {seen}
    db.execute("delete from event_rows")
    assert covered(db) == set()


def test_putting_blocks_in_order_ends_when_it_is_to_stop(db: sqlite3.Connection) -> None:
    for number in range(0, 15, 5):
        store_events(db, [event(n) for n in range(number, number + 5)])
    count = "select count(*) from blocks where field = 2"
    (small,) = db.execute(count).fetchone()
    finish(db, MANY, Patience(), stop=lambda: True)
    assert db.execute(count).fetchone() == (small,)
    finish(db, MANY, Patience())
    assert db.execute(count).fetchone() == (2,) != (small,)
    check_blocks(db)
