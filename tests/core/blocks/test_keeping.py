"""Blocks have what rows have after every write, in whatever order writes come."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.blocks import keeping, writing
from core.blocks.covering import covered
from core.blocks.keeping import Keeper
from core.blocks.packing import Column
from core.errors import BadInput, NotFound
from core.store.imports.undo import undo
from core.store.ingest.importer import (
    Alias,
    Event,
    Identify,
    Progress,
    import_files,
    store_events,
)  # fmt: skip
from core.store.library.event_flags import flag_event
from core.store.rows import blocks
from core.store.upkeep.check import check
from core.store.upkeep.erasing import erase
from core.store.upkeep.forgetting import forget_before
from core.store.workspace import open_writer
from core.timeframe import DAY
from tests.worlds.blocks import check_blocks

FIRST = 20_000
USERS, DEVICES = ("ann", "bob", "cem"), ("phone", "laptop")
VALUES: tuple[Any, ...] = (1, 2, 2.5, 1.0, -0.0, 0.1, "x", "y", "", True, None, [1], 2**60)

moments = st.integers(0, 6 * DAY).map(lambda ms: FIRST * DAY + ms // 1000 * 1000)
events = st.builds(
    lambda name, at, user, device, country, said: Event(
        name, at, user, device, context={"country": country}, properties=said
    ),
    st.sampled_from(("see", "buy", "leave")), moments,
    st.sampled_from((*USERS, None)), st.sampled_from((*DEVICES, None)),
    st.sampled_from(("NL", "US", None)),
    st.dictionaries(st.sampled_from(("a", "b", "c")), st.sampled_from(VALUES), max_size=2),
)  # fmt: skip
links = st.builds(Identify, st.sampled_from(USERS), st.sampled_from(DEVICES), moments, st.just({}))
aliases = st.builds(Alias, st.sampled_from(USERS), st.sampled_from(USERS), moments)
imports = st.tuples(
    st.just("import"),
    st.lists(st.one_of(events, events, events, links, aliases), min_size=1, max_size=25),
    st.sampled_from((1, 4, 100)),
)
others = st.one_of(
    st.tuples(st.just("stopped"), st.lists(events, min_size=3, max_size=9), st.just(2)),
    st.tuples(st.just("undo"), st.integers(1, 4), st.none()),
    st.tuples(st.just("erase"), st.sampled_from((*USERS, *DEVICES)), st.none()),
    st.tuples(st.just("forget"), st.integers(0, 3), st.none()),
    st.tuples(
        st.just("flag"), st.sampled_from(("see", "buy")), st.sampled_from(("inactive", "deleted"))
    ),
)


def write(path: Path, what: str, how: Any, more: Any) -> None:
    """Do one of the above; what cannot be done changes nothing."""
    with suppress(BadInput, NotFound, ConnectionError):
        if what == "erase":
            erase(path, how)
        elif what == "forget":
            forget_before(path, FIRST + how)
        elif what == "flag":
            flag_event(path, how, {more: True})
        else:
            with closing(open_writer(path)) as db:
                if what == "undo":
                    undo(db, how)
                else:
                    rows = how if what == "import" else breaking(how)
                    store_events(db, rows, batch_size=more)


def breaking(rows: list[Event]) -> Iterator[Event]:
    """Events of a source that breaks in the middle."""
    yield from rows[:-1]
    raise ConnectionError


@settings(
    max_examples=25, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    writes=st.lists(st.one_of(imports, imports, others), min_size=2, max_size=7).map(
        lambda some: [("import", [Event("see", FIRST * DAY, "ann")], 1), *some]
    )
)
def test_blocks_are_right_after_any_writes(
    writes: list[Any], tmp_path_factory: pytest.TempPathFactory, small: None
) -> None:
    path = tmp_path_factory.mktemp("kept") / "w.db"
    for each in writes:
        write(path, *each)
        with closing(sqlite3.connect(path)) as db:
            check_blocks(db)
    assert not check(path).wrong


def test_a_file_of_before_gets_its_blocks_with_the_next_import(tmp_path: Path) -> None:
    path, more = tmp_path / "w.db", tmp_path / "more.jsonl"
    with closing(open_writer(path)) as db:
        store_events(db, [Event(n, FIRST * DAY, "u", properties={"x": n}) for n in ("a", "b")])
        for table in ("blocks", "block_events", "block_texts"):
            db.execute(f"delete from {table}")
        db.commit()
    more.write_text('{"event": "a", "time": "2025-01-01", "user": "u", "x": "c"}\n')
    told: list[Progress] = []
    import_files(path, [more], stop=lambda: bool(told), progress=told.append)
    with closing(sqlite3.connect(path)) as db:
        assert not covered(db)  # it was stopped
        check_blocks(db, every=False)
    import_files(path, [more], progress=told.append)
    assert {at.total_bytes for at in told if at.doing == "storing values as columns"} == {2}
    with closing(sqlite3.connect(path)) as db:
        check_blocks(db)


def test_an_event_that_was_stored_otherwise_is_not_taken_for_whole(tmp_path: Path) -> None:
    with closing(open_writer(tmp_path / "w.db")) as db:
        store_events(db, [Event("see", FIRST * DAY, "ann"), Event("buy", FIRST * DAY, "ann")])
        keeper = Keeper(db)
        db.execute("update event_rows set event = 9 where event = 2")
        db.execute("update activity set event = 9 where event = 2")
        one = np.array([1], np.int64)
        columns = {field: Column(one) for field in (0, 1, 2)}
        keeper.add(one * 9, one, columns, keeper.said(), one - 1)
        assert 9 not in covered(db)
        db.rollback()


def test_a_large_import_out_of_order_ends_with_blocks_of_few_days(
    tmp_path: Path, small: None
) -> None:
    days = random.Random(1).sample(range(60), 60)
    rows = [Event("see", (FIRST + day) * DAY + n, "u") for day in days for n in range(3)]
    with closing(open_writer(tmp_path / "w.db")) as db:
        store_events(db, rows, batch_size=20)
        check_blocks(db)
        spans = db.execute("select n, last - day + 1 from blocks where field = 2").fetchall()
    assert spans == [(12, 4)] * 15


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of few events, which are joined often."""
    for module in (writing, keeping):
        monkeypatch.setattr(module, "TARGET", 12)
    monkeypatch.setattr(keeping, "TIERS", (2, 6))
    monkeypatch.setattr(keeping, "MANY", 3)
    monkeypatch.setattr(blocks, "MANY", 10)
