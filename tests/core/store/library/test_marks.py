"""Marks: their fields and limits, who sees them, and where they stand on charts."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from pydantic import ValidationError

from core.draw import Look, draw, plain
from core.draw.series.marks import marked
from core.errors import BadInput, NotFound
from core.store.library.saved import Mark, Saved
from core.store.workspace import open_writer
from core.timeframe import DAY
from tests.worlds import drawings

NOW = 1_700_000_000_000


@pytest.fixture
def saved(tmp_path) -> Saved:
    path = tmp_path / "work.db"
    open_writer(path).close()
    return Saved(path, clock=lambda: NOW)


def become(saved: Saved, name: str) -> None:
    """Use the workspace as somebody."""
    with closing(sqlite3.connect(saved.path)) as connection, connection:
        connection.execute(
            "insert or replace into meta (key, value) values ('profile', ?)", (name,)
        )


def test_every_field_comes_back(saved):
    mark = Mark(
        title="release 4.2", description="d", timestamp=NOW - 5, end_at=NOW + 5,
        category="incident", source="manual", source_ref="abc123", scope="private",
        metadata='{"a": 1}', board_id="brd_1", chart_id="cht_1", tags=("web", "größer"),
    )  # fmt: skip
    stored = saved.save_mark(mark)
    made = {"created_by": saved.profile.user, "created_at": NOW}
    assert stored == mark.model_copy(update=made)
    assert saved.mark(mark.id) == stored


def test_a_mark_is_a_public_release_of_now_unless_said_otherwise(saved):
    stored = saved.save_mark(Mark(title="x"))
    assert (stored.category, stored.scope, stored.source) == ("release", "public", "manual")
    assert stored.timestamp > NOW


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"title": "x" * 201},
        {"description": "x" * 2001},
        {"category": "party"},
        {"scope": "secret"},
        {"metadata": "{"},
        {"metadata": '"' + "é" * 5_200 + '"'},
        {"end_at": 4},
        {"tags": ("",)},
        {"tags": tuple("abcdefghijklmnopqrstu")},
    ],
)
def test_limits(fields):
    with pytest.raises(ValidationError):
        Mark(**{"title": "x", "timestamp": 5, **fields})


def test_metadata_may_be_ten_kilobytes():
    assert Mark(title="x", metadata='"' + "a" * 10_238 + '"')


def test_marks_of_a_time_newest_first_ends_included(saved):
    for ms in (10, 20, 30, 40):
        saved.save_mark(Mark(title=str(ms), timestamp=ms))
    assert [m.title for m in saved.marks(20, 30)] == ["30", "20"]
    assert [m.title for m in saved.marks(limit=1)] == ["40"]


def test_marks_of_a_category_and_of_a_board(saved):
    saved.save_mark(Mark(title="everywhere", timestamp=2, category="news"))
    saved.save_mark(Mark(title="here", timestamp=1, board_id="brd_1"))
    saved.save_mark(Mark(title="there", timestamp=0, board_id="brd_2"))
    assert [m.title for m in saved.marks(category="news")] == ["everywhere"]
    assert [m.title for m in saved.marks(board_id="brd_1")] == ["everywhere", "here"]


def test_private_marks_are_their_creators_alone(saved):
    become(saved, "ana")
    mine = saved.save_mark(Mark(title="mine", timestamp=1, scope="private"))
    become(saved, "ben")
    assert saved.marks() == []
    for act in (saved.mark, saved.delete_mark):
        with pytest.raises(NotFound):
            act(mine.id)
    with pytest.raises(NotFound):
        saved.save_mark(mine.model_copy(update={"title": "taken over"}))
    become(saved, "ana")
    assert [m.title for m in saved.marks()] == ["mine"]


def test_editing_keeps_who_made_it(saved):
    become(saved, "ana")
    first = saved.save_mark(Mark(title="x", timestamp=1))
    again = Saved(saved.path, profile="ben:admin").save_mark(
        first.model_copy(update={"title": "y", "created_by": "ben", "source": "api"})
    )
    assert (again.title, again.created_by, again.source) == ("y", "ana", "manual")


def test_the_route_says_where_a_mark_comes_from(saved):
    through_api = Saved(saved.path, source="api")
    stored = through_api.save_mark(Mark(title="x", source="plugin"))
    assert stored.source == "api"
    assert saved.save_mark(stored.model_copy(update={"title": "y"})).source == "api"
    assert [m.title for m in saved.marks(source="api")] == ["y"]
    assert saved.marks(source="manual") == []


def test_marks_of_a_tag_and_of_a_chart(saved):
    saved.save_mark(Mark(title="web", timestamp=3, tags=("web", "big")))
    saved.save_mark(Mark(title="one", timestamp=2, chart_id="cht_1"))
    saved.save_mark(Mark(title="two", timestamp=1, chart_id="cht_2"))
    assert [m.title for m in saved.marks(tag="big")] == ["web"]
    assert [m.title for m in saved.marks(chart_id="cht_1")] == ["web", "one"]


@pytest.mark.parametrize(
    ("only", "named"),
    [
        ({"limit": 0}, "limit.*500"), ({"limit": 501}, "limit.*500"),
        ({"category": "party"}, "category.*release, news, incident, post"),
        ({"source": "guess"}, "source.*manual, api, plugin"),
    ],
)  # fmt: skip
def test_what_a_list_cannot_be_narrowed_to_is_named(saved, only, named):
    with pytest.raises(BadInput, match=named) as found:
        saved.marks(**only)
    assert found.value.parameter == next(iter(only))


def test_some_fields_can_be_changed_alone(saved):
    mark = saved.save_mark(Mark(title="x", description="d", timestamp=1))
    changed = saved.moments.change(mark.id, title="y", category="news")
    assert changed == mark.model_copy(update={"title": "y", "category": "news"})
    with pytest.raises(BadInput, match="title") as found:
        saved.moments.change(mark.id, title="")
    assert found.value.parameter == "title"


def test_marks_of_a_file_without_tags_are_read_and_written(saved):
    mark = saved.save_mark(Mark(title="x", timestamp=1))
    with closing(sqlite3.connect(saved.path)) as connection, connection:
        connection.execute("alter table marks drop column tags")
        connection.execute("alter table marks drop column chart_id")
        connection.execute("drop table versions")
        connection.execute("delete from _sqlite_migrations where name = 'm006_versions'")
    assert saved.marks() == [mark]
    tagged = saved.moments.change(mark.id, tags=("web",))
    assert saved.marks(tag="web") == [tagged]


def test_deleting_and_restoring(saved):
    mark = saved.save_mark(Mark(title="x", timestamp=1))
    saved.delete_mark(mark.id)
    assert saved.marks() == []
    assert [title for _, title, _ in saved.deleted("marks")] == ["x"]
    saved.restore("marks", mark.id)
    assert [m.title for m in saved.marks()] == ["x"]


def test_somebody_elses_private_mark_cannot_be_restored(saved):
    become(saved, "ana")
    mark = saved.save_mark(Mark(title="x", timestamp=1, scope="private"))
    saved.delete_mark(mark.id)
    become(saved, "ben")
    assert saved.deleted("marks") == []
    with pytest.raises(NotFound):
        saved.restore("marks", mark.id)


def at(day: int, category: str = "release", ms: int = 0) -> Mark:
    """A mark on a day of the sample series."""
    return Mark(title="m", timestamp=drawings.START + day * DAY + ms, category=category)


def test_letters_by_category_and_digits_where_several_share_a_bucket():
    marks = [at(0), at(1, "news"), at(2, "incident"), at(3, "post"), at(5), at(5, "news", DAY - 1)]
    found = marked([*marks, at(-1), at(30)], drawings.signups().buckets)
    assert {place: here.letter for place, here in found.items()} == {
        0: "R",
        1: "N",
        2: "I",
        3: "P",
        5: "2",
    }


def test_marks_stand_in_a_row_under_the_chart():
    lines = draw(drawings.signups(), 78, 12, Look("ascii"), marks=[at(18), at(21, "incident")])
    row = next(line for line in lines if plain([line]).strip().replace(" ", "") == "RI")
    assert [span.text for span in row if span.style.startswith("mark")] == ["R", "I"]
    column = plain([row]).index("R")
    assert all(plain([line])[column] in ":.*" for line in lines[: lines.index(row)])
