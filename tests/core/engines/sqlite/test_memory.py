"""What an answer leaves in memory: nothing that only the garbage collector finds."""

from __future__ import annotations

import gc
from contextlib import closing
from pathlib import Path

import pytest

from core.engines.sqlite.engine import SqliteEngine
from core.queries import from_json
from core.store.ingest.importer import Event, store_events
from core.store.workspace import open_writer

START = 1_760_000_000_000
ASKED = (
    {"kind": "segments"},
    {"kind": "trend", "event": "buy", "measure": "sum", "property": "amount"},
    {"kind": "funnel", "steps": [{"event": "visit"}, {"event": "buy"}]},
)


@pytest.mark.parametrize("body", ASKED, ids=[body["kind"] for body in ASKED])
def test_an_answer_is_given_back_without_the_collector(
    tmp_path: Path, body: dict[str, object]
) -> None:
    with closing(open_writer(tmp_path / "w.db")) as connection:
        names = ("visit", "buy") * 20
        store_events(
            connection,
            [
                Event(name, START + at * 1_000, f"u{at % 7}", properties={"amount": at})
                for at, name in enumerate(names)
            ],
        )
    with closing(SqliteEngine(tmp_path / "w.db", clock=lambda: START + 3_600_000)) as engine:
        question = from_json(body)
        engine.run(question, fresh=True)
        gc.collect()
        gc.disable()
        try:
            gc.set_debug(gc.DEBUG_SAVEALL)
            engine.run(question, fresh=True)
            gc.collect()
            left = [type(found).__name__ for found in gc.garbage]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
    assert not {"Guarded", "Late", "Union", "Build", "Part"} & set(left)
