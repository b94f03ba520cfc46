"""The stored sets say exactly what the stored events say."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.store.ingest.importer import Event, store_events
from core.store.workspace import open_writer
from tests.worlds import recount
from tests.worlds.strategies import worlds
from tests.worlds.world import World, store

NOON = 1_760_000_000_000
HOUR = 3_600_000


@settings(max_examples=120, deadline=None)
@given(world=worlds(max_events=40, days=4))
def test_derived_tables_equal_a_recount_after_every_kind_of_batch(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("world") / "w.db"
    with closing(sqlite3.connect(store(world, path))) as db:
        recount.check(db)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_few_thousand_events_out_of_order_in_small_batches(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = random.Random(seed)
    path = tmp_path_factory.mktemp("many") / "w.db"
    events = [
        Event(
            rng.choice("abc"),
            NOON + rng.randrange(12 * 24 * HOUR),
            user=rng.choice(["ann", "bob", "cem", None]),
            device=rng.choice(["phone", "laptop", None]),
            session=rng.choice([None, None, "s1", "-1"]),
            context={"country": rng.choice(["NL", "US", None])},
        )
        for _ in range(600)
    ]
    with closing(open_writer(path, zone="Europe/Amsterdam")) as db:
        report = store_events(db, events, batch_size=rng.choice([50, 170, 600]))
        assert report.stored == 600
        recount.check(db)
        assert store_events(db, events, batch_size=77).stored == 0
        recount.check(db)


def test_a_dimension_that_appears_late_has_rows_for_the_missing_values_before(
    tmp_path: Path,
) -> None:
    with closing(open_writer(tmp_path / "w.db")) as db:
        store_events(db, [Event("a", NOON, "ann"), Event("a", NOON, None)])
        assert not _dimensions(db)
        store_events(db, [Event("a", NOON + 24 * HOUR, "bob", context={"os": "ios"})])
        recount.check(db)
        assert _dimensions(db) == {7}


def test_a_dimension_with_too_many_values_is_left_to_scans(tmp_path: Path) -> None:
    events = [
        Event("a", NOON + n, "ann", context={"city": f"city {n}", "country": "NL"})
        for n in range(205)
    ]
    with closing(open_writer(tmp_path / "w.db")) as db:
        store_events(db, events[:150])
        assert _dimensions(db) == {1, 3}
        store_events(db, events[150:])
        assert _dimensions(db) == {1}
        state = db.execute("select state from dimensions where field = 'city'").fetchone()
        assert state == ("scan",)
        store_events(db, [Event("b", NOON, "bob", context={"city": "city 1"})])
        recount.check(db)


def test_events_of_nobody_count_in_totals_only(tmp_path: Path) -> None:
    with closing(open_writer(tmp_path / "w.db")) as db:
        report = store_events(db, [Event("a", NOON), Event("a", NOON), Event("a", NOON, "ann")])
        assert (report.stored, report.users) == (3, 1)
        total, actors = recount.stored_activity(db)[0, 0, 0, NOON // (24 * HOUR)]
        assert (total, len(actors)) == (3, 1)
        recount.check(db)


def test_an_earlier_event_that_arrives_later_moves_the_first_time(tmp_path: Path) -> None:
    with closing(open_writer(tmp_path / "w.db")) as db:
        for days in (5, 9, 2, 7):
            store_events(db, [Event("a", NOON + days * 24 * HOUR, "ann")])
        firsts = recount.stored_firsts(db)
        assert {day for _, day in firsts} == {NOON // (24 * HOUR) + 2}
        recount.check(db)


def _dimensions(db: sqlite3.Connection) -> set[int]:
    return {
        row[0] for row in db.execute("select distinct dimension from activity where dimension > 0")
    }
