"""Big files are read by another process, with exactly the same result."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput
from core.processes.spare import has_big, text_size
from core.records import Row
from core.sources import Source, open_source
from core.sources.flow.apart import Apart, open_apart
from core.sources.flow.columns import CODED, Columns
from core.sources.places import Place
from core.sources.text.reading import Reading
from core.store.ingest.importer import import_files
from tests import ROOT

DAY = 86_400_000
MOMENTS = ("started_at", "updated_at", "applied_at")
"""Columns that say when something was written."""


def mixed(count: int) -> bytes:
    """Events of many shapes, statements, repeats, and lines that are refused."""
    found: list[Any] = []
    for n in range(count):
        event: dict[str, Any] = {
            "event": ("open", "buy", "läuft")[n % 3],
            "time": 1_750_000_000_000 + n * 7_919_000 % (90 * DAY),
            "user_id": f"u{n * n % 97}" if n % 4 else None,
            "device_id": f"d{n % 53}",
            "country": ("DE", "NL", None)[n % 3],
        }
        if n % 5 == 0:
            event["properties"] = {"plan": "pro" if n % 2 else "free", "n": n % 7, "deep": {"a": n}}
        if n % 11 == 0:
            event["session_id"] = f"s{n // 30}"
        if n % 17 == 0:
            event = {"type": "identify", "user_id": f"u{n % 97}", "time": event["time"],
                     "traits": {"plan": n % 3, "name": f"N{n}"}}  # fmt: skip
        if n % 101 == 0:
            event = {"event": "alias", "previous_id": f"u{n % 97}", "user_id": "u1",
                     "time": event["time"]}  # fmt: skip
        found.append(event)
    lines = [json.dumps(each, ensure_ascii=False).encode() for each in found]
    lines[5:5] = [b"", b"not JSON", b'{"event": "open", "time": "never"}', lines[3], lines[3]]
    return b"\n".join(lines)


def stored(path: Path) -> dict[str, list[Any]]:
    """Everything in a workspace but the moments of writing."""
    with closing(sqlite3.connect(path)) as db:
        names = [
            name for (name,) in db.execute("select name from sqlite_master where type='table'")
        ]
        found = {}
        for name in names:
            columns = [row[1] for row in db.execute(f"pragma table_info({name})")]
            kept = [
                f'"{c}"' for c in columns if c not in ("started_at", "updated_at", "applied_at")
            ]
            where = "where key <> 'created_at'" if name == "meta" else ""
            order = ", ".join(map(str, range(1, len(kept) + 1)))
            found[name] = db.execute(
                f"select {', '.join(kept)} from {name} {where} order by {order}"
            ).fetchall()
    return found


def test_what_another_process_reads_is_stored_as_if_read_here(tmp_path: Path) -> None:
    source = tmp_path / "in.json"
    source.write_bytes(mixed(1_200))
    reports = []
    for name, apart_from in (("here", 1 << 30), ("apart", 1_000)):
        report = import_files(
            tmp_path / f"{name}.db", [source], batch_size=300, apart_from=apart_from
        )
        report.seconds = 0.0
        reports.append(report)
        Path(report.rejects_files.pop()).rename(tmp_path / f"{name}.rejects")
    assert reports[0] == reports[1]
    assert stored(tmp_path / "here.db") == stored(tmp_path / "apart.db")
    rejects = [(tmp_path / f"{name}.rejects").read_bytes() for name in ("here", "apart")]
    assert rejects[0] == rejects[1]
    assert rejects[0].count(b"\n") == 2


def request(path: Path) -> dict[str, Any]:
    return {"place": Place(str(path)), "mapping": {}, "form": None, "reading": Reading(),
            "trusted": False}  # fmt: skip


def opened(path: Path) -> Apart:
    found = open_apart(request(path), bytes)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text", ["\0\1\2\3" * 500, '{"a": 1, "b": 2}\n' * 9, "when,who\n2026-01-01,ann\n"]
)
def test_errors_of_another_process_are_those_of_this_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "in"
    path.write_text(text)
    said = []
    for apart_from in (1 << 30, 1):
        with pytest.raises(BadInput) as raised:
            import_files(tmp_path / "w.db", [path], apart_from=apart_from)
        said.append((type(raised.value), str(raised.value)))
    assert said[0] == said[1]


def rows_of(source: Source | Apart) -> Iterator[Row]:
    for block in source.coded():
        found = block.rows
        if isinstance(found, Columns):
            fields: dict[str, Sequence[Any]] = {
                "ts": found.ts,
                "id": found.ids,
                "properties": found.properties,
                "traits": [found.traits.get(place) for place in range(len(found))],
            }
            for name, column in zip(CODED, found.coded, strict=True):
                fields[name] = [column.table[code] for code in column.codes]
            for values in zip(*fields.values(), strict=True):
                yield Row(**dict(zip(fields, values, strict=True)))


def test_a_source_apart_is_ahead_once_its_next_block_is_here(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_bytes(mixed(50))
    with closing(opened(path)) as apart:
        until = time.monotonic() + 30
        while not apart.is_ahead and time.monotonic() < until:
            time.sleep(0.01)
        assert apart.is_ahead
        assert next(apart.coded()).read > 0


def test_a_source_apart_yields_the_same_columns_and_ends_when_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_bytes(mixed(500))
    apart = opened(path)
    here = open_source(str(path), {}, None)
    rows = list(rows_of(here))
    assert rows
    assert list(rows_of(apart)) == rows
    assert apart.notes == here.notes
    assert apart.maker.understood == here.maker.understood
    here.input.close()
    pid = apart.close() or apart.process_id
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_other_process_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_bytes(b'{"event": "open", "time": 1750000000}\n' * 600_000)
    program = (
        "import os, sys\n"
        "from core.sources.flow.apart import open_apart\n"
        "from core.sources.places import Place\n"
        "from core.sources.text.reading import Reading\n"
        "request = {'place': Place(sys.argv[1]), 'mapping': {}, 'form': None}\n"
        "found = open_apart({**request, 'reading': Reading(), 'trusted': False}, bytes)\n"
        "print(found.process_id, flush=True)\n"
        "os._exit(1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], cwd=ROOT, capture_output=True, text=True
    )
    until = time.monotonic() + 20
    while Path(f"/proc/{int(done.stdout)}").exists() and time.monotonic() < until:
        time.sleep(0.02)
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)


def test_the_other_process_finds_the_packages_where_only_a_hook_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "in.json"
    path.write_bytes(b'{"event": "open", "time": 1750000000}\n')
    monkeypatch.setattr(sys, "path", [each for each in sys.path if Path(each or ".") != ROOT])
    request = {"place": Place(str(path)), "mapping": {}, "form": None, "reading": Reading()}
    apart = open_apart({**request, "trusted": False}, bytes)
    assert apart is not None
    apart.close()


def test_a_process_that_ends_early_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_bytes(b'{"event": "open", "time": 1750000000}\n' * 600_000)
    apart = opened(path)
    os.kill(apart.process_id, 9)
    with pytest.raises(BadInput, match="ended early"):
        list(apart.coded())
    apart.close()


def test_a_compressed_file_counts_as_the_text_that_it_holds(tmp_path: Path) -> None:
    for name in ("plain.jsonl", "packed.jsonl.gz", "PACKED.ZIP"):
        (tmp_path / name).write_bytes(bytes(1_000))
    sizes = [text_size(tmp_path / name) for name in ("plain.jsonl", "packed.jsonl.gz")]
    assert sizes == [1_000, 5_000]
    assert has_big([tmp_path / "nothing", tmp_path / "PACKED.ZIP"], 5_000)
    assert not has_big([tmp_path, tmp_path / "plain.jsonl"], 1_001)
