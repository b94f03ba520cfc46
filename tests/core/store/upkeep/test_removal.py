"""Events are taken out with everything that was derived from them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap64

from core.blocks.keeping import keep
from core.store.ingest.importer import Event, Log, store_events, store_logs
from core.store.library.event_flags import flag_event
from core.store.upkeep import removal
from core.store.upkeep.check import check
from core.store.upkeep.removal import remove_events, remove_logs
from core.store.workspace import open_writer
from tests.worlds import recount
from tests.worlds.strategies import worlds
from tests.worlds.world import World, store

NOON = 1_760_000_000_000
DAY = 24 * 3_600_000


def take_out(db: sqlite3.Connection, seqs: Iterable[int]) -> removal.Removed:
    db.execute("begin immediate")
    removed = remove_events(db, BitMap64(seqs))
    keep(db, clear=True)
    db.execute("commit")
    return removed


def without(said: dict[str, Any], properties: set[str]) -> dict[str, Any]:
    """The same without some properties."""
    sets = {key: value for key, value in said["sets"].items() if key[1] not in properties}
    return {**said, "sets": sets, "values": {v for v in said["values"] if v[0] not in properties}}


def scanned(db: sqlite3.Connection) -> set[str]:
    """The properties that have no sets for good, which they may owe to events taken out."""
    return {name for (name,) in db.execute("select name from property_keys where state = 'scan'")}


@pytest.mark.parametrize("few", [10_000, 0])
@settings(max_examples=12)
@given(world=worlds(max_events=30, days=4, flagged=True), data=st.data())
def test_what_is_left_is_what_an_import_of_the_rest_makes(
    few: int, world: World, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("world")
    # an event with both ids would also state a link, which stays
    alone = tuple(replace(e, device=None) if e.user else e for e in world.events)
    world = replace(world, events=alone, batches=1, custom=(), flags=(), traits=())
    gone = data.draw(st.sets(st.integers(1, max(len(alone), 1))))
    kept = tuple(event for place, event in enumerate(alone, 1) if place not in gone)
    flags = {
        name: data.draw(st.sampled_from(("inactive", "deleted", "")))
        for name in sorted({event.event for event in kept})
    }
    whole = stored(replace(world, events=alone), folder / "whole.db", flags)
    with closing(open_writer(whole)) as db, pytest.MonkeyPatch.context() as patch:
        patch.setattr(removal, "FEW", few)
        patch.setattr(removal, "MANY", few)
        assert take_out(db, gone).events == len(alone) - len(kept)
        recount.check(db)
        hidden, found = scanned(db), recount.in_words(db)
    assert not check(whole).wrong
    rest = stored(replace(world, events=kept), folder / "rest.db", flags)
    with closing(open_writer(rest)) as db:
        assert without(found, hidden) == without(recount.in_words(db), hidden)


def stored(world: World, path: Path, flags: dict[str, str]) -> Path:
    store(world, path)
    for event, flag in flags.items():
        if flag:
            flag_event(path, event, {flag: True})
    return path


def test_logs_go_with_their_texts_and_totals(tmp_path: Path) -> None:
    kept = [Log(NOON, "paid", service="shop", session="s1"), Log(NOON, "lost 7", service="shop")]
    gone = [Log(NOON, "lost 8", service="post"), Log(NOON + DAY, "sunk", session="s2")]
    seen = (
        "select * from logs_v1 order by timestamp, message",
        "select text from log_messages order by id",
        "select value from log_texts order by value",
        "select day, total from log_days order by 1, 2",
        "select key from session_keys",
        "select length(messages) from import_logs",
    )
    said = []
    for name, logs in (("whole", kept + gone), ("rest", kept)):
        with closing(open_writer(tmp_path / name)) as db:
            store_logs(db, logs)
            if logs != kept:
                db.execute("begin immediate")
                messages = db.execute("select id from log_messages where text in ('lost 8','sunk')")
                assert remove_logs(db, BitMap64(id_ for (id_,) in messages)) == 2
                db.execute("commit")
            said.append([db.execute(query).fetchall() for query in seen])
        assert not check(tmp_path / name).wrong
    assert said[0] == said[1]


def test_a_value_that_comes_after_others_went_has_a_number_of_its_own(tmp_path: Path) -> None:
    def said(number: int, plan: str) -> Event:
        return Event("a", NOON + number, "ann", properties={"plan": plan})

    with closing(open_writer(tmp_path / "w.db")) as db:
        store_events(db, [said(number, plan) for number, plan in enumerate(("x", "y", "z"))])
        take_out(db, [1])
        store_events(db, [said(9, "new"), said(10, "z")])
        recount.check(db)
        found = {plan for (plan,) in db.execute("select value from property_values")}
        assert found == {"y", "z", "new"}
