"""Events are found wherever they lie: in folders, patterns, archives and compressed files."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import sqlite3
import sys
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput
from core.sources.places import Place, find
from core.store.ingest.importer import ImportReport, import_files
from tests.worlds import recount

DAY = "2026-03-02"


def lines(*people: str, event: str = "Buy") -> bytes:
    """Return one event of each person."""
    told = [{"user_id": who, "event": event, "time": f"{DAY} 10:00:00"} for who in people]
    return "".join(json.dumps(line) + "\n" for line in told).encode()


def load(folder: Path, *sources: str | Path) -> tuple[ImportReport, list[str]]:
    """Import sources into w.db of a folder; return the report and whose events are stored."""
    target = folder / "w.db"
    report = import_files(target, sources)
    with closing(sqlite3.connect(target)) as db:
        recount.check(db)
        rows = db.execute(
            "select i.key from events e join identities i on i.id = e.user order by i.key"
        ).fetchall()
    return report, [who for (who,) in rows]


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_folder_is_read_with_all_below_it_that_can_be_events(tmp_path: Path) -> None:
    export = tmp_path / "export"
    write(export / "day 1" / "a#0.json.gz", gzip.compress(lines("ana")))
    write(export / "day 2" / "deeper" / "b.jsonl", lines("bob"))
    write(export / "access.log.1", lines("cis"))
    write(export / "part-00000", lines("dan"))
    write(export / "empty.jsonl", b"")
    write(export / "_SUCCESS", b"done")
    write(export / "notes.md", b"# about")
    write(export / ".hidden.jsonl", lines("eve"))
    write(export / "__MACOSX" / "f.jsonl", lines("fay"))
    report, who = load(tmp_path, export)
    assert who == ["ana", "bob", "cis", "dan"]
    assert report.refused == []
    assert sorted(said.split(" is left out")[0] for said in report.passed_over) == [
        str(export / "_SUCCESS"), str(export / "notes.md"),
    ]  # fmt: skip


def test_files_of_a_folder_come_in_the_same_order_everywhere(tmp_path: Path) -> None:
    for name in ("b/2.csv", "b/1.csv", "a/9.csv", "c.csv"):
        write(tmp_path / name, b"x")
    names = [place.path.removeprefix(f"{tmp_path}/") for place in find([tmp_path]).places]
    assert names == ["c.csv", "a/9.csv", "b/1.csv", "b/2.csv"]


def test_a_pattern_that_the_shell_left_is_matched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "2026" / "a.jsonl", lines("ana"))
    write(tmp_path / "2026" / "more" / "b.jsonl", lines("bob"))
    write(tmp_path / "2026" / "c.csv", b"nothing")
    report, who = load(tmp_path, "2026/**/*.jsonl", "2026/*.jsonl")
    assert who == ["ana", "bob"]
    assert report.repeated == 0


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    odd = write(tmp_path / "a[1].jsonl", lines("ana"))
    assert load(tmp_path, odd)[1] == ["ana"]


def test_a_pattern_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"No file matches .*\*\.nothing"):
        load(tmp_path, tmp_path / "*.nothing")


@pytest.mark.parametrize("source", ["none.csv", "*.none", "folder"])
def test_what_is_not_there_leaves_no_workspace_behind(tmp_path: Path, source: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadInput):
        load(tmp_path, tmp_path / source)
    assert [file.name for file in tmp_path.iterdir()] == ["folder"]


def test_a_zip_archive_on_standard_input_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.jsonl", lines("ana"))
    stdin = io.TextIOWrapper(io.BytesIO(packed.getvalue()))
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(BadInput, match="stdin is a zip archive"):
        load(tmp_path, "-")


def test_a_folder_without_events_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "export" / "readme.md", b"# about")
    with pytest.raises(BadInput, match="contains no file of events"):
        load(tmp_path, tmp_path / "export")


def test_all_files_of_a_zip_archive_are_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("4711/a#0.json.gz", gzip.compress(lines("ana")))
        archive.writestr("4711/b.csv", f"user_id,event,time\nbob,Buy,{DAY}\n".encode())
        archive.writestr("4711/readme.md", "about")
        archive.writestr("4711/README.txt", "This export has two files.")
        archive.writestr("__MACOSX/4711/._a", "junk")
        archive.writestr("b.jsonl.rejects.jsonl", b'{"line":1}')
    report, who = load(tmp_path, tmp_path / "export.zip")
    assert who == ["ana", "bob"]
    assert len(report.passed_over) == 3


def test_each_file_of_an_archive_has_its_own_file_of_rejects(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for name in ("x/a.jsonl", "x/b.jsonl"):
            archive.writestr(name, lines("ana") + b"broken\n")
    report, _ = load(tmp_path, tmp_path / "export.zip")
    assert report.rejects_files == [
        str(tmp_path / f"export.zip.x.{name}.jsonl.rejects.jsonl") for name in "ab"
    ]


def test_a_damaged_file_in_an_archive_keeps_the_others(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.jsonl", lines("ana"))
        archive.writestr("b.jsonl", lines("bob"))
    broken = packed.getvalue().replace(b'"ana"', b'"anX"', 1)
    report, who = load(tmp_path, write(tmp_path / "export.zip", broken))
    assert "bob" in who
    assert report.reasons == {"compressed data is damaged": 1}


def test_what_looks_like_an_archive_and_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    broken = write(tmp_path / "broken.zip", b"PK\x03\x04 and no more")
    with pytest.raises(BadInput, match="is a zip archive that could not be read"):
        load(tmp_path, broken)


def test_a_workbook_and_a_tar_archive_with_another_name_are_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "sheet.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<xml/>")
    with pytest.raises(BadInput, match="is a spreadsheet"):
        load(tmp_path, tmp_path / "sheet.xlsx")
    inside = write(tmp_path / "a.jsonl", lines("ana"))
    with tarfile.open(tmp_path / "all.gz", "w:gz") as archive:
        archive.add(inside)
    with pytest.raises(BadInput, match="is a tar archive"):
        load(tmp_path, tmp_path / "all.gz")


def packed_as_tar(path: Path, mode: Any, files: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        link = tarfile.TarInfo("link.jsonl")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return path


@pytest.mark.parametrize("name", ["a.tar", "a.tgz", "a.tar.bz2", "a.tar.xz"])
def test_all_files_of_a_tar_archive_are_read(tmp_path: Path, name: str) -> None:
    files = {
        "./x/b.json.gz": gzip.compress(lines("bob")), "./x/a.jsonl": lines("ana"),
        "./x/notes.md": b"about",
    }  # fmt: skip
    modes = {"tar": "w", "tgz": "w:gz", "bz2": "w:bz2", "xz": "w:xz"}
    (tmp_path / "in").mkdir()
    packed_as_tar(tmp_path / "in" / name, modes[name.rpartition(".")[2]], files)
    report, who = load(tmp_path, tmp_path / "in")
    assert who == ["ana", "bob"]
    assert len(report.passed_over) == 1
    path = str(tmp_path / "in" / name)
    names = [place.name for place in find([path]).places]
    assert names == [f"{path}/x/b.json.gz", f"{path}/x/a.jsonl"]


def test_a_tar_archive_with_a_name_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tgz"
    with tarfile.open(path, "w:gz", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("x" * (2 << 20)))
    with pytest.raises(BadInput, match="is a tar archive that could not be read"):
        load(tmp_path, path)


def test_a_tar_archive_that_ends_early_is_refused(tmp_path: Path) -> None:
    many = b"".join(lines("ana") for _ in range(2_000))
    path = packed_as_tar(tmp_path / "a.tar", "w", {"a.jsonl": many, "b.jsonl": lines("bob")})
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(BadInput, match="is a tar archive that could not be read"):
        load(tmp_path, path)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_files_are_known_by_what_they_contain(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    two_members = pack(lines("ana")) + pack(lines("bob"))
    report, who = load(tmp_path, write(tmp_path / "events", two_members))
    assert who == ["ana", "bob"]
    assert report.rejected == 0


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_compressed_file_that_ends_early_keeps_what_came_before(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    whole = pack(lines("ana")) + pack(lines(*(f"p{n}" for n in range(5000))))
    report, who = load(tmp_path, write(tmp_path / "e.jsonl", whole[:-40]))
    assert "ana" in who
    assert sum(n for why, n in report.reasons.items() if why.startswith("compressed data")) == 1


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_small_file_that_unpacks_to_a_lot_is_read_in_little_memory(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    bomb = write(tmp_path / "bomb", pack(lines("ana") + b" " * (64 << 20)))
    report, who = load(tmp_path, bomb)
    assert who == ["ana"]
    assert report.reasons == {"line longer than 1 MB": 1}


def test_zstd_is_read_with_its_library(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    packed = b"".join(zstandard.compress(lines(who)) for who in ("ana", "bob"))
    assert load(tmp_path, write(tmp_path / "e.jsonl.zst", packed))[1] == ["ana", "bob"]
    report, _ = load(tmp_path, write(tmp_path / "f.jsonl.zst", packed[:-5]))
    assert list(report.reasons) == ["compressed data ends early"]


def test_zstd_without_its_library_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(BadInput, match="requires the library zstandard") as refused:
        load(tmp_path, write(tmp_path / "e.jsonl.zst", b"\x28\xb5\x2f\xfd" + b"x" * 20))
    assert "zstd -d" in refused.value.hint


def test_rejects_of_an_earlier_run_are_never_read(tmp_path: Path) -> None:
    bad = write(tmp_path / "b.jsonl", lines("bob") + b'{"user_id": "bob", "event": "Buy"}\n')
    good = write(tmp_path / "z.jsonl", lines("cis"))
    load(tmp_path, bad, good)
    report, who = load(tmp_path, bad, tmp_path / "b.jsonl.rejects.jsonl", good)
    assert (report.repeated, report.rejected, who) == (2, 1, ["bob", "cis"])
    assert "b.jsonl.rejects.jsonl is left out" in report.passed_over[0]
    assert report.refused == []
    again, _ = load(tmp_path, tmp_path / "*.jsonl")
    assert (again.repeated, again.rejected) == (2, 1)
    with pytest.raises(BadInput, match="nothing to import"):
        load(tmp_path, tmp_path / "b.jsonl.rejects.jsonl")


def test_a_folder_that_holds_the_workspace_leaves_it_out(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", lines("ana"))
    report, who = load(tmp_path, tmp_path)
    assert who == ["ana"]
    assert any("it is the workspace itself" in said for said in report.passed_over)


def test_a_bad_file_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    good = write(tmp_path / "good.jsonl", lines("ana"))
    nameless = write(tmp_path / "nameless.csv", b"colour,size\nred,1\n")
    hopeless = write(tmp_path / "hopeless.jsonl", b'{"colour":"red"}\n')
    picture = write(tmp_path / "p.png", b"\x89PNG\0\0\0\0\0\0")
    report, who = load(tmp_path, nameless, good, tmp_path / "none.csv", picture, hopeless)
    assert who == ["ana"]
    assert (report.read, report.stored, report.rejected) == (1, 1, 0)
    assert [said.split(" ")[0].rsplit("/", 1)[1] for said in report.refused] == [
        "nameless.csv", "none.csv", "p.png", "hopeless.jsonl",
    ]  # fmt: skip
    assert report.refused[0].count("--map") == 1


def test_places_are_named_in_messages_and_their_rejects_lie_beside_them() -> None:
    assert (Place("-").name, Place("-").rejects) == ("stdin", "-")
    assert (Place("a.zip", "x/y.csv").name, Place("a.zip", "x/y.csv").rejects) == (
        "a.zip/x/y.csv", "a.zip.x.y.csv",
    )  # fmt: skip


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_reported(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", lines("ana")).chmod(0)
    good = write(tmp_path / "b.jsonl", lines("bob"))
    report, who = load(tmp_path, tmp_path / "a.jsonl", good)
    assert who == ["bob"]
    assert "Permission denied" in report.refused[0]
