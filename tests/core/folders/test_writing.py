"""Files that others read while they are written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.folders.writing import write_whole


def test_a_file_keeps_what_it_has_until_the_new_text_is_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, link = tmp_path / "page.html", tmp_path / "link.html"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_whole(link, "new")
    assert (file.read_text(), link.is_symlink(), file.stat().st_mode & 0o777) == (
        "new",
        True,
        0o640,
    )

    def stopped(*_: object) -> None:
        assert file.read_text() == "new"
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_whole(file, "newer")
    assert file.read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.html", "page.html"]


def test_what_is_no_ordinary_file_is_written_in_its_place(tmp_path: Path) -> None:
    write_whole(Path("/dev/null"), "gone")
    assert not Path("/dev/null").is_file()
    with pytest.raises(OSError, match="nowhere"):
        write_whole(tmp_path / "nowhere" / "page.html", "text")
