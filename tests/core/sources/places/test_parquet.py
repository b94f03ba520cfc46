"""Parquet files are read with pyarrow, and named in a sentence without it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import BadInput
from tests.core.sources.small import seen


def test_rows_are_events_with_their_types(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    at = datetime(2026, 5, 4, 8, tzinfo=UTC)
    table = arrow.table(
        {
            "event": ["Buy", "Look", None],
            "user_id": [7, 8, 9],
            "time": [at, at, at],
            "properties": [{"price": 2.5}, None, None],
        }
    )
    parquet.write_table(table, tmp_path / "e.parquet")
    report, rows = seen(tmp_path / "e.parquet")
    assert [(row["event_name"], row["user_id"], row["properties"]) for row in rows] == [
        ("Buy", "7", '{"price":2.5}'), ("Look", "8", None),
    ]  # fmt: skip
    assert rows[0]["timestamp"] == "2026-05-04 08:00:00.000"
    assert report.reasons == {"no event name": 1}


def test_a_damaged_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "e.parquet").write_bytes(b"PAR1" + b"\0" * 100)
    with pytest.raises(BadInput, match="is a Parquet file that could not be read"):
        seen(tmp_path / "e.parquet")


def test_without_the_library_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (tmp_path / "e.parquet").write_bytes(b"PAR1" + b"\0" * 100)
    with pytest.raises(BadInput, match="requires the library pyarrow"):
        seen(tmp_path / "e.parquet")
