"""Marks from git tags, CSV and calendars: each once, however often they are taken over."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from core.errors import BadInput
from core.folders.marks import Found, Taken, from_csv, from_git, from_ics, take_over
from core.store.library.saved import Saved
from core.store.workspace import open_writer
from core.timeframe import HOUR, Calendar

AMSTERDAM = Calendar("Europe/Amsterdam")
NOON = 1_743_508_800_000
"""2025-04-01 12:00 UTC."""

CALENDAR = """BEGIN:VCALENDAR\r
BEGIN:VTIMEZONE\r
TZID:Europe/Berlin\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:1\r
DTSTART;VALUE=DATE:20250401\r
DTEND;VALUE=DATE:20250402\r
SUMMARY:A day\\, and a very l\r
 ong name\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
DTSTART;TZID="Europe/London":20250401T130000\r
DTEND;TZID="Europe/London":20250401T140000\r
SUMMARY:Launch\r
CATEGORIES:web,shop\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART:20250401T120000Z\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    open_writer(tmp_path / "w.db").close()
    return Saved(tmp_path / "w.db", clock=lambda: NOON, profile="ana:admin")


def test_a_calendar() -> None:
    day, launch, nameless = from_ics(CALENDAR, AMSTERDAM)
    assert (day.title, day.at, day.until) == ("A day, and a very long name", NOON - 14 * HOUR, None)
    assert (launch.at, launch.until, launch.tags) == (NOON, NOON + HOUR, ("web", "shop"))
    assert (nameless.title, nameless.at) == ("(no title)", NOON)
    with pytest.raises(BadInput, match="no calendar"):
        from_ics("a,b", AMSTERDAM)


def test_a_table() -> None:
    text = 'Date;Name;Type;Labels\n1;"Post; on HN";post;a, b\n\n2;Down;what;\n'
    one, two = from_csv(text, int)
    assert one == Found("csv 1 Post; on HN", "Post; on HN", 1, category="post", tags=("a", "b"))
    assert (two.title, two.at) == ("Down", 2)
    with pytest.raises(BadInput, match="No column is the at"):
        from_csv("title,x\n", int)


def test_tags(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        who = {f"GIT_{w}_{n}": "a@b" for w in ("AUTHOR", "COMMITTER") for n in ("NAME", "EMAIL")}
        at = {"GIT_COMMITTER_DATE": f"{NOON // 1000} +0200", "GIT_CONFIG_GLOBAL": os.devnull}
        command = ["git", "-C", str(tmp_path), *words]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | who | at)

    with pytest.raises(BadInput, match="not a git repository"):
        from_git(tmp_path / "..")
    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "first")
    git("tag", "v1")
    git("tag", "-a", "v2", "-m", "second one")
    git("tag", "other")
    found = from_git(tmp_path, "v*")
    assert [(f.title, f.at, f.description) for f in found] == [
        ("v1", NOON, "first"), ("v2", NOON, "second one"),
    ]  # fmt: skip
    assert found[0].ref == found[1].ref


def test_taking_over_again_adds_nothing_follows_a_move_and_brings_nothing_back(
    saved: Saved,
) -> None:
    found = from_ics(CALENDAR, AMSTERDAM)
    assert take_over(saved, found, {"category": "news"}) == Taken(3, 0, 0)
    assert take_over(saved, found, {}) == Taken(0, 0, 3)
    moved = [found[0]._replace(at=NOON), *found[1:]]
    assert take_over(saved, moved, {}) == Taken(0, 1, 2)
    (mark,) = [mark for mark in saved.marks() if mark.title.startswith("A day")]
    assert (mark.timestamp, mark.category) == (NOON, "news")
    saved.delete_mark(mark.id)
    assert take_over(saved, moved, {}) == Taken(0, 0, 3)
    assert len(saved.marks()) == 2
