"""Whatever stands in a file, each line of it is stored, or rejected with its reason.

FOOTFALL_FUZZ=5000 looks at so many files instead of a few.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.engines.sqlite.engine import SqliteEngine
from core.errors import FootfallError
from core.health import checks
from core.queries import from_json
from core.store.ingest.importer import ImportReport, import_files
from tests.worlds import recount
from tests.worlds.sources.fuzz_files import Fuzzed, fuzzed

FILES = int(os.environ.get("FOOTFALL_FUZZ", "25"))

STORED = (
    """
    select n.name, e.ts, e.id, e.seq, e.day, a.kind, a.key, u.key, d.key, s.key, p.properties
    from events e join event_names n on n.id = e.event
    left join identities a on a.id = e.actor
    left join identities u on u.id = e.user left join identities d on d.id = e.device
    left join session_keys s on s.id = e.session
    left join event_properties p on p.seq = e.seq
    """,
    """
    select l.timestamp, l.id, l.day, l.level, v.value, o.value, p.value, s.key, m.text, m.fields
    from logs l join log_messages m on m.id = l.message
    left join log_texts v on v.id = l.service
    left join log_texts o on o.id = l.source
    left join log_texts p on p.id = l.pattern
    left join session_keys s on s.id = l.session
    """,
    """
    select d.key, u.key, linked_at from links l
    join identities d on d.id = l.device join identities u on u.id = l.user
    """,
    """
    select o.key, n.key, at from aliases
    join identities o on o.id = old join identities n on n.id = new
    """,
    "select i.kind, i.key, t.key, value, updated_at from traits t join identities i on i.id = user",
)
QUESTIONS = (
    {"kind": "raw_events", "range": "all_time"},
    {"kind": "top_events", "range": "1900-01-01,2199-12-31"},
    {"kind": "users", "range": "1y"},
)


def stored(path: Path, *, seq: bool = True) -> list[list[tuple[Any, ...]]]:
    """Everything in a workspace that came from files, in texts; without `seq` but its order."""
    with closing(sqlite3.connect(path)) as db:
        recount.check(db)
        events, *rest = (db.execute(query).fetchall() for query in STORED)
    events.sort(key=lambda row: row[3])
    if not seq:
        events = [(*row[:3], *row[4:]) for row in events]
    return [events, *(sorted(rows, key=repr) for rows in rest)]


def imported(file: Fuzzed, source: Path, target: Path, **options: Any) -> ImportReport | None:
    """The report of an import; None where the file as a whole was refused with a sentence."""
    try:
        return import_files(target, [source], **{**file.options, **options})
    except FootfallError:
        return None


def counted(report: ImportReport, file: Fuzzed, source: Path) -> None:
    """Fail unless every line is accounted for, and every rejected one is told with its reason."""
    left_out = sum(report.left_out.values())
    told = report.stored + report.repeated + report.rejected + report.identified + left_out
    assert told == report.read
    if file.lines is not None and report.finished:
        assert report.read == file.lines
    rejects = Path(f"{source}.rejects.jsonl")
    lines = rejects.read_text().splitlines() if rejects.exists() else []
    assert len(lines) == report.rejected
    assert all(json.loads(line)["reason"] and json.loads(line)["line"] > 0 for line in lines)


@settings(max_examples=FILES, deadline=None)
@given(seed=st.integers(0, 2**62), batch=st.integers(1, 9))
def test_every_line_of_any_file_is_stored_or_rejected_with_its_reason(
    seed: int, batch: int
) -> None:
    file = fuzzed(Random(seed))
    with tempfile.TemporaryDirectory() as folder:
        source, whole, pieces = (Path(folder) / name for name in (file.name, "w.db", "p.db"))
        source.write_bytes(file.content)
        report = imported(file, source, whole)
        if report is None:
            return
        counted(report, file, source)
        first = stored(whole)
        bad = [check for check in checks(whole) if not check.ok]
        assert not bad
        again = imported(file, source, whole)
        assert again is not None
        assert (again.stored, again.rejected) == (0, report.rejected)
        assert stored(whole) == first
        if imported(file, source, pieces, batch_size=batch) is None:
            assert "mapping" in file.options  # a name that no line of the first batch has
            return
        assert stored(pieces, seq=False) == stored(whole, seq=False)
        asked(whole)


def asked(path: Path) -> None:
    """Fail where a question about what is stored ends in anything but an answer or a sentence."""
    with closing(SqliteEngine(path)) as engine:
        for question in QUESTIONS:
            with suppress(FootfallError):
                engine.answer(from_json(question))
