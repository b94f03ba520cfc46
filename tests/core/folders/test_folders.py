"""What is kept as files: written once, applied without a change, renamed, and taken back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.definitions.board import Block, Board, Position
from core.definitions.saved import Item, Mark
from core.errors import BadInput, Forbidden, NotFound
from core.folders.applying import apply, changes, stale_names, take_back
from core.folders.reading import Written, files_in, write_folder
from core.folders.workspace import FILE, settings_in
from core.store.ingest.importer import Event, store_events
from core.store.ingest.sessions import GAP
from core.store.library.saved import Saved
from core.store.upkeep.session_gap import session_gap, set_session_gap
from core.store.workspace import open_writer

NOW = 1_744_000_000_000


def kept_in(path: Path) -> Saved:
    open_writer(path).close()
    saved = Saved(path, clock=lambda: NOW, profile="ana:admin")
    saved.save_custom_event("Busy", {"events": [{"event": "view"}, {"event": "buy"}]})
    saved.save_audience("Paying", {"events": [{"event": "buy", "days": 30}]})
    chart = saved.save("charts", Item(title="Busy by country", body={
        "question": "ce:Busy by country", "chart": "bars"}))  # fmt: skip
    as_json = {"kind": "trend", "event": "buy", "compare": None}
    saved.save("charts", Item(title="As JSON", body={"question": as_json}))
    saved.save("alerts", Item(title="Few", body={"question": "buy", "when": "below 3"}))
    saved.save_board(Board(title="Growth: now", is_pinned=True, blocks=(
        Block(id="one", question='dau for "Paying"', title="Who"),
        Block(id="two", chart_id=chart.id, position=Position(x=6)),
        Block(id="three", type="note", content="# Here\nand \\there", position=Position(y=4)),
    )))  # fmt: skip
    saved.save_mark(Mark(title="v1", timestamp=NOW - 500, end_at=NOW, tags=("web",)))
    saved.save_mark(Mark(title="mine", scope="private"))
    return saved


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    return kept_in(tmp_path / "w.db")


@pytest.fixture
def folder(saved: Saved, tmp_path: Path) -> Path:
    written = write_folder(saved, tmp_path / "kept")
    assert (len(written.new), written.changed, written.left) == (7, (), ())
    return tmp_path / "kept"


def applied(saved: Saved, folder: Path) -> list[tuple[str, str]]:
    found = changes(saved, files_in(folder))
    apply(saved, found)
    return [(change.word, change.name) for change in found]


def edit(folder: Path, name: str, old: str, new: str) -> None:
    file = folder / name
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def question(saved: Saved, title: str) -> Any:
    return saved.item("charts", title).body["question"]


def test_what_was_written_is_what_is_kept_and_a_new_workspace_gets_all_of_it(
    saved: Saved, folder: Path, tmp_path: Path
) -> None:
    assert write_folder(saved, folder) == Written((), (), ())
    assert applied(saved, folder) == []
    open_writer(tmp_path / "other.db").close()
    other = Saved(tmp_path / "other.db", clock=lambda: NOW, profile="bo:admin")
    assert len(applied(other, folder)) == 7
    assert applied(other, folder) == []
    assert write_folder(other, folder) == Written((), (), ())
    assert other.board("Growth: now").blocks == saved.board("Growth: now").blocks
    assert [mark.title for mark in other.marks()] == ["v1"]
    assert other.board("Growth: now").owner == "bo"


def test_a_change_is_shown_stored_and_taken_back_and_all_else_is_left_alone(
    saved: Saved, folder: Path
) -> None:
    beside = saved.save("charts", Item(title="Beside", body={"question": "dau"}))
    edit(folder, "alerts/few.toml", "below 3", "below 5")
    (folder / "charts" / "new.toml").write_text('title = "New"\nquestion = "wau"\n', "utf-8")
    found = changes(saved, files_in(folder))
    diff = [line for change in found for line in change.diff()]
    assert '-when = "below 3"' in diff
    assert '+when = "below 5"' in diff
    assert applied(saved, folder) == [("new", "charts/new.toml"), ("changed", "alerts/few.toml")]
    assert applied(saved, folder) == []
    assert saved.item("charts", "Beside") == beside
    apply(saved, take_back(saved))
    assert saved.item("alerts", "Few").body["when"] == "below 3"
    with pytest.raises(NotFound):
        saved.item("charts", "New")
    apply(saved, take_back(saved))
    assert question(saved, "New") == "wau"


def test_what_was_changed_since_is_not_taken_back(saved: Saved, folder: Path) -> None:
    with pytest.raises(NotFound):
        take_back(saved)
    edit(folder, "alerts/few.toml", "below 3", "below 5")
    applied(saved, folder)
    item = saved.item("alerts", "Few")
    saved.save("alerts", item.model_copy(update={"body": item.body | {"when": "below 6"}}))
    with pytest.raises(BadInput, match="changed since"):
        take_back(saved)


def test_a_new_title_renames_the_thing_and_what_names_it_follows(
    saved: Saved, folder: Path
) -> None:
    edit(folder, "events/busy.toml", "Busy", "Lively")
    assert len(stale_names(saved, files_in(folder))) == 1
    assert applied(saved, folder) == [
        ("renamed", "events/busy.toml"), ("changed", "charts/busy-by-country.toml"),
    ]  # fmt: skip
    assert question(saved, "Busy by country") == "ce:Lively by country"
    assert applied(saved, folder) == []
    assert write_folder(saved, folder).changed == ("charts/busy-by-country.toml",)
    apply(saved, take_back(saved))
    assert question(saved, "Busy by country") == "ce:Busy by country"


def test_a_file_without_an_id_is_the_thing_with_its_title(saved: Saved, folder: Path) -> None:
    file = folder / "charts" / "busy-by-country.toml"
    file.write_text('title = "busy by country"\nquestion = "dau"\n', "utf-8")
    id_ = saved.item("charts", "Busy by country").id
    applied(saved, folder)
    assert saved.item("charts", "busy by country").id == id_
    assert applied(saved, folder) == []


def test_the_rules_of_an_audience_are_text_and_tables_are_read_too(
    saved: Saved, folder: Path
) -> None:
    tables = 'title = "T"\n[[events]]\nevent = "buy"\ndays = 7\n'
    (folder / "audiences" / "t.toml").write_text(tables, "utf-8")
    text = "did buy in 7d and not country = NL"
    (folder / "audiences" / "u.toml").write_text(f'title = "U"\nrules = "{text}"\n', "utf-8")
    applied(saved, folder)
    assert saved.item("audiences", "T").body == {"events": [{"event": "buy", "days": 7}]}
    write_folder(saved, folder)
    written = [(folder / "audiences" / name).read_text("utf-8") for name in ("t.toml", "u.toml")]
    assert 'rules = "did buy in 7d"' in written[0]
    assert f'rules = "{text}"' in written[1]
    assert applied(saved, folder) == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("audiences/x.toml", 'title = "x"\nrules = "did"', "x.toml: The rules are not finished"),
        ("audiences/x.toml", 'title = "x"\nrules = "did a"\nmatch = "any"', "match beside them"),
        ("charts/x.toml", 'title = "x"', "charts/x.toml: A chart needs a question"),
        ("boards/x.toml", 'title = "x"\nblock = 1', "boards/x.toml: Board block"),
        ("alerts/x.toml", 'title = "x"\nquestion = "dau"\nwhen = "soon"', "not a condition"),
        ("marks/x.toml", 'title = "x"\nat = 2025-01-01', "a time with its offset"),
        ("charts/x.toml", "title = x", "charts/x.toml is not TOML"),
        ("alerts/x.toml", 'id = "y"\ntitle = "few"\nquestion = "dau"\nwhen = "below 1"', "called"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_nothing_is_stored(
    saved: Saved, folder: Path, name: str, text: str, words: str
) -> None:
    edit(folder, "alerts/few.toml", "below 3", "below 5")
    (folder / name).write_text(text + "\n", "utf-8")
    with pytest.raises(BadInput, match=words):
        applied(saved, folder)
    assert saved.item("alerts", "Few").body["when"] == "below 3"


def test_an_error_in_the_middle_stores_nothing(saved: Saved, folder: Path) -> None:
    edit(folder, "events/busy.toml", '"view or buy"', '"view"')
    edit(folder, "alerts/few.toml", "below 3", "below 5")
    viewer = Saved(saved.path, clock=lambda: NOW, profile="cy:editor")
    with pytest.raises(Forbidden):
        applied(viewer, folder)
    assert len(saved.custom_events()[0].body["events"]) == 2


def test_the_session_gap_goes_along_and_is_taken_back(
    saved: Saved, folder: Path, tmp_path: Path
) -> None:
    minute = 60_000
    with closing(open_writer(saved.access.path)) as connection:
        store_events(connection, [Event("view", NOW + n * 20 * minute, "u") for n in range(3)])
    assert sessions(saved) == 1
    set_session_gap(saved.access.path, 15 * minute)
    assert sessions(saved) == 3
    assert write_folder(saved, folder) == Written((FILE,), (), ())
    assert (folder / FILE).read_text("utf-8") == 'session_gap = "15m"\n'
    set_session_gap(saved.access.path, GAP)
    (change,) = changes(saved, files_in(folder), settings_in(folder))
    assert change.diff()[-2:] == ['-session_gap = "30m"', '+session_gap = "15m"']
    apply(saved, [change])
    assert sessions(saved) == 3
    assert changes(saved, files_in(folder), settings_in(folder)) == []
    apply(saved, take_back(saved))
    assert (sessions(saved), session_gap(saved.access.path)) == (1, GAP)
    assert write_folder(saved, folder) == Written((), (FILE,), ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("session_gap = 15", "'15' is not a session gap"),
        ('session_gap = "30h"', "session gap"),
        ('gap = "1h"', "'gap' is not known"),
        ("session_gap", "not TOML"),
    ],
)
def test_a_session_gap_that_cannot_be_is_refused(folder: Path, text: str, words: str) -> None:
    (folder / FILE).write_text(text, "utf-8")
    with pytest.raises(BadInput, match=rf"workspace.toml.*{words}"):
        settings_in(folder)


def test_a_folder_that_cannot_be_read_is_said_so_and_one_without_settings_has_none(
    folder: Path,
) -> None:
    assert settings_in(folder / "empty") is None
    with pytest.raises(BadInput, match=rf"{FILE} could not be read: File name too long"):
        settings_in(folder / ("n" * 300))


def test_only_admins_cut_sessions_anew(saved: Saved, folder: Path) -> None:
    (folder / FILE).write_text('session_gap = "1h"', "utf-8")
    editor = Saved(saved.access.path, clock=lambda: NOW, profile="bo:editor")
    found = changes(editor, files_in(folder), settings_in(folder))
    with pytest.raises(Forbidden):
        apply(editor, found)
    assert session_gap(saved.access.path) == GAP


def sessions(saved: Saved) -> int:
    """How many there are."""
    with saved.access.reading() as connection:
        return int(connection.execute("select count(*) from sessions").fetchone()[0])
