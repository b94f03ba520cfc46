"""Bad input is refused line by line, told with its reason, and never hurts the workspace."""

from __future__ import annotations

import gzip
import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadInput, FootfallError
from core.store.ingest.importer import Event, import_files, store_events
from core.store.workspace import open_writer
from tests.worlds import recount

GOOD = b'{"event":"good","user":"ann","time":1743933600000}'


def _deep(levels: int) -> bytes:
    nested = b'{"a":' * levels + b"1" + b"}" * levels
    return b'{"event":"e","user":"u","time":1743933600000,"properties":' + nested + b"}"


def _line(**fields: object) -> bytes:
    return json.dumps({"event": "e", "user": "u", "time": 1743933600000, **fields}).encode()


BAD = {
    b"\xff\xfe{": "not UTF-8",
    GOOD.replace(b"ann", b"\xe9"): "not UTF-8",
    b'{"event": "e", ': "not JSON",
    b"nonsense": "not JSON",
    b"[1, 2]": "not a JSON object",
    b'"text"': "not a JSON object",
    GOOD.replace(b"1743933600000", b"NaN"): "no time",
    GOOD.replace(b"ann", b"\\ud800"): "JSON with a lone surrogate",
    GOOD.replace(b"ann", b"\x00"): "not JSON",
    _line(time="0001-01-01T00:00:00Z"): "time outside 1900 to 2199",
    _line(time="9999-12-31"): "time outside 1900 to 2199",
    _line(time=10**40): "time outside 1900 to 2199",
    _line(time="soon"): "time not understood",
    _line(time=[1]): "time not understood",
    _line(time=None): "no time",
    _line(event=""): "no event name",
    _line(event=None): "no event name",
    _line(event={"a": 1}): "event name is not text",
    _line(user=["ann"]): "user id is not text",
    _line(user=1e30): "user id is a number too large to be exact",
    _line(properties="text"): "properties not a JSON object",
    _line(properties=[1]): "properties not a JSON object",
    b'{"user":"ann"}': "no event name",
    _deep(1000): "nested too deep",
    _deep(300).replace(b"properties", b"country"): "nested too deep",
    _deep(300).replace(b"properties", b"traits"): "nested too deep",
    _deep(300).replace(b"1}", b"1" * 30 + b"}"): "nested too deep",
    _deep(100_000): "nested too deep",
    b'{"event":"' + b"x" * 10_000_000 + b'"}': "line longer than 1 MB",
}


@pytest.mark.parametrize("line", BAD, ids=lambda line: repr(line[:40]))
def test_a_bad_line_between_good_ones(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\n".join([GOOD, line, GOOD]))
    report = import_files(tmp_path / "w.db", [path])
    assert (report.read, report.stored, report.rejected) == (3, 2, 1)
    (reason,) = report.reasons
    assert reason.startswith(BAD[line])
    entries = [json.loads(t) for t in (tmp_path / "in.jsonl.rejects.jsonl").open()]
    assert entries == [{"line": 2, "reason": reason, "text": line.decode(errors="replace")[:2000]}]
    assert report.rejects_files == [f"{path}.rejects.jsonl"]
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        recount.check(db)


CSV = {
    b"a,u,2025-04-06,1,2": "more fields than the header",
    b"a,u": "fewer fields than the header",
    b"a,\xff,2025-04-06,1": "not UTF-8",
    b'a,u,2025-04-06,"x"y': "quotes not closed or misplaced",
    b'a,u,2025-04-06,"x': "quotes not closed or misplaced",
    b",u,2025-04-06,1": "no event name",
    b"a,u,,1": "no time",
    b"a,u," + b"9" * 2_000_000 + b",1": "line longer than 1 MB",
}


@pytest.mark.parametrize("line", CSV, ids=lambda line: repr(line[:40]))
def test_a_bad_row_between_good_ones(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "in.csv"
    good = b'good,"a\nb",2025-04-06,1'
    path.write_bytes(b"\n".join([b"event,user,time,x", good, line, good, good]))
    report = import_files(tmp_path / "w.db", [path])
    assert (report.stored, report.rejected) == (3, 1)
    (entry,) = [json.loads(t) for t in (tmp_path / "in.csv.rejects.jsonl").open()]
    assert entry["line"] == 4
    assert entry["reason"].startswith(CSV[line])


def test_numbers_of_every_kind_as_ids(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    ids = [7, 7.0, "7", "007", 2**53 - 1, 2**63, -1, -2, 1.5, True, "", None]
    path.write_bytes(b"\n".join(_line(user=i, event_id=n) for n, i in enumerate(ids)))
    import_files(tmp_path / "w.db", [path])
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        keys = [row[0] for row in db.execute("select key from identities order by id")]
    assert keys == ["7", "007", "9007199254740991", "9223372036854775808", "-2", "1.5"]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"\x7fELF\x00\x01\x02" * 100, "binary"),
        (b"SQLite format 3\x00" + bytes(100), "binary"),
        (b'[{"event":"a"}]', "it has: event"),
        (b"only\nann\nbob\n", "it has: only"),
        (b'"open\n', "header"),
        (b"PK\x03\x04\x8f\xff\x01\xfe" * 50, "its encoding cannot be told"),
    ],
)
def test_a_file_that_is_no_event_file(tmp_path: Path, content: bytes, match: str) -> None:
    path = tmp_path / "in.bin"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=match):
        import_files(tmp_path / "w.db", [path])


def test_a_file_that_is_not_there_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.csv", tmp_path):
        with pytest.raises(BadInput, match="could not be read"):
            import_files(tmp_path / "w.db", [path])


@pytest.mark.parametrize("content", [b"", b"\n\n \n", b"event,time\n", gzip.compress(b"", mtime=0)])
def test_an_empty_file_is_an_import_of_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "in"
    path.write_bytes(content)
    report = import_files(tmp_path / "w.db", [path])
    assert (report.read, report.stored, report.users, report.first_ts) == (0, 0, 0, None)


@pytest.mark.parametrize("cut", [0.3, 0.99])
def test_a_truncated_gzip_keeps_what_is_whole(tmp_path: Path, cut: float) -> None:
    rng = random.Random(1)
    lines = [
        b'{"event":"e","user":"%d","time":%d}' % (rng.randrange(10**9), 1743933600000 + n)
        for n in range(2000)
    ]
    packed = gzip.compress(b"\n".join(lines))
    path = tmp_path / "in.jsonl.gz"
    path.write_bytes(packed[: int(len(packed) * cut)])
    report = import_files(tmp_path / "w.db", [path])
    assert 0 < report.stored < 2000
    assert report.reasons == {"compressed data ends early": 1}


def test_damaged_gzip_is_told(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl.gz"
    path.write_bytes(b"\x1f\x8b\x08\x00" + b"rubbish" * 50)
    assert import_files(tmp_path / "w.db", [path]).reasons == {"compressed data is damaged": 1}


def test_duplicate_headers_keep_both_columns(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text("event,time,x,x,\na,2025-04-06,1,2,3\n")
    import_files(tmp_path / "w.db", [path])
    with closing(sqlite3.connect(tmp_path / "w.db")) as db:
        stored = db.execute("select properties from event_properties").fetchone()[0]
    assert json.loads(stored) == {"x": 1, "x_2": 2, "column": 3}


def test_an_open_quote_does_not_swallow_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    rows = [f"a,u,2025-04-06,{n}" for n in range(5000)]
    path.write_text("\n".join(["event,user,time,x", 'a,u,2025-04-06,"oops', *rows]))
    report = import_files(tmp_path / "w.db", [path])
    assert (report.stored, report.rejected) == (5000, 1)


def test_rejects_of_an_earlier_run_go_away(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    rejects = tmp_path / "in.jsonl.rejects.jsonl"
    path.write_bytes(b"bad\n" + GOOD)
    import_files(tmp_path / "w.db", [path])
    assert len(rejects.read_text().splitlines()) == 1
    path.write_bytes(GOOD)
    assert import_files(tmp_path / "w.db", [path]).rejects_files == []
    assert sorted(p.name for p in tmp_path.iterdir() if "rejects" in p.name) == []


def test_hostile_events_from_a_program(tmp_path: Path) -> None:
    with closing(open_writer(tmp_path / "w.db")) as db:
        report = store_events(
            db,
            [
                Event("\ud800", 0, "u"),
                Event("e", 0, "\ud800"),
                Event("", 0, "u"),
                Event("e", 10**18, "u"),
                Event("e\x00\x1b[31m", 0, "u\x00"),
            ],
        )
        assert (report.stored, report.rejected) == (1, 4)
        recount.check(db)


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(st.one_of(st.binary(max_size=80), st.sampled_from([*BAD][:20] + [GOOD] * 20)))
)
def test_no_bytes_crash_an_import(
    lines: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    path = folder / "in"
    path.write_bytes(b"\n".join(lines))
    for form in (None, "jsonl", "csv"):
        try:
            report = import_files(folder / "w.db", [path], format=form)
        except FootfallError:
            continue
        total = report.stored + report.repeated + report.rejected + report.identified
        total += sum(report.left_out.values())
        assert report.read == total
    if not (folder / "w.db").exists():
        return  # a source that is refused leaves no workspace behind
    with closing(sqlite3.connect(folder / "w.db")) as db:
        recount.check(db)
