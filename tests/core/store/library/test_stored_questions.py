"""Charts and boards of an older footfall are read as they were meant, and saved so that they stay.

The workspace is as version 1 of the language left it, in which lifecycle was a name.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.boards.answering import answer_board, block_chart, block_question
from core.boards.files import board_data, board_from_json, board_to_json
from core.definitions.board import Block, Board
from core.engines.sqlite.engine import SqliteEngine
from core.errors import BadQuestion
from core.language.questions import format_question
from core.queries import from_json
from core.queries.composite.saved_chart import SavedChart, chart_question
from core.store.library.saved import Item, Saved
from tests.worlds.languages import second_language
from tests.worlds.world import DAY, Event, World, engine_of
from tui.commands import run

NOW = 20_000 * DAY
WORLD = World(
    (
        Event("signup", NOW - DAY, "ana"),
        Event("lifecycle", NOW - DAY, "ana"),
        Event("lifecycle", NOW - DAY, "ben"),
    ),
    now=NOW,
)
BLOCKS: list[dict[str, Any]] = [
    {"id": "old", "title": "Old", "question": "lifecycle as bars"},
    {"id": "series", "series": [{"id": "s1", "query": "lifecycle"}, {"id": "s2", "query": "dau"}]},
    {"id": "plain", "question": "signup"},
    {"id": "torn", "question": "lifecycle >"},
    {"id": "later", "question": "dau", "language": 3},
    {"id": "later_json", "series": [{"query": {"kind": "active_users"}}], "language": 3},
]
MEANT = from_json({"kind": "trend", "event": "lifecycle"})
LATER = (
    "This question needs version 3 of the question language; this footfall reads up to version 2."
)


@pytest.fixture(scope="module", autouse=True)
def second() -> Iterator[None]:
    """Version 2, in which lifecycle is a word."""
    with second_language():
        yield


@pytest.fixture
def engine() -> Iterator[SqliteEngine]:
    with engine_of(WORLD) as found:
        with closing(sqlite3.connect(found.path)) as connection:
            _put(connection, "charts", "cht_old", "Old", {"question": "lifecycle", "chart": "line"})
            _put(connection, "charts", "cht_new", "New", {"question": "lifecycle", "language": 2})
            _put(connection, "charts", "cht_later", "Later", {"question": "dau", "language": 3})
            _put(connection, "boards", "brd_old", "Growth", {"blocks": BLOCKS})
            connection.commit()
        yield found


@pytest.fixture
def saved(engine) -> Saved:
    return Saved(engine.path)


def _put(
    connection: sqlite3.Connection, table: str, id_: str, title: str, body: dict[str, Any]
) -> None:
    text = json.dumps(body)
    connection.execute(
        f"insert into {table} (id, title, body, created_at, updated_at) values (?, ?, ?, 0, 0)",
        (id_, title, text),
    )
    connection.execute(
        "insert into versions values (?, ?, 1, ?, '', ?, '', 0)", (table, id_, title, text)
    )


def stored(saved: Saved, kind: str, id_: str) -> list[dict[str, Any]]:
    """The bodies of a thing as the file has them: the present one, then its versions."""
    with closing(sqlite3.connect(saved.path)) as connection:
        rows = connection.execute(f"select body from {kind} where id = ?", (id_,)).fetchall()
        rows += connection.execute(
            "select body from versions where kind = ? and id = ? order by version", (kind, id_)
        ).fetchall()
    return [json.loads(body) for (body,) in rows]


# -- charts


def test_a_chart_means_what_it_meant_and_is_shown_in_quotes(engine, saved):
    item = saved.item("charts", "Old")
    assert item.body == {"question": '"lifecycle"', "chart": "line"}
    assert chart_question(item.body) == MEANT
    assert engine.answer(SavedChart(chart="Old")).lines[0].total == 2
    assert engine.answer(SavedChart(chart="New")).title == "Lifecycle of any event"


def test_a_chart_is_saved_with_the_version_that_its_text_needs(saved):
    saved.save("charts", saved.item("charts", "Old").model_copy(update={"title": "Renamed"}))
    now = {"question": '"lifecycle"', "chart": "line", "language": 2}
    before = {"question": "lifecycle", "chart": "line"}
    assert stored(saved, "charts", "cht_old") == [now, before, now]
    assert chart_question(saved.item("charts", "Renamed").body) == MEANT
    plain = saved.save("charts", Item(title="Plain", body={"question": "dau"}))
    assert stored(saved, "charts", plain.id)[0] == {"question": "dau"}


def test_an_earlier_version_comes_back_with_its_meaning(saved):
    lifecycle = {"question": "lifecycle", "chart": ""}
    saved.save("charts", saved.item("charts", "Old").model_copy(update={"body": lifecycle}))
    assert chart_question(saved.item("charts", "Old").body).kind == "lifecycle"
    found = saved.kept.versions("charts", "Old")
    assert [version.body["question"] for version in found] == ["lifecycle", '"lifecycle"']
    saved.kept.revert("charts", "Old", 1)
    assert chart_question(saved.item("charts", "Old").body) == MEANT


def test_a_deleted_chart_comes_back_with_its_meaning(saved):
    saved.delete("charts", "cht_old")
    saved.restore("charts", "cht_old")
    assert chart_question(saved.item("charts", "Old").body) == MEANT


def test_a_chart_of_a_later_version_says_which_and_stays_as_it_is(engine, saved):
    with pytest.raises(BadQuestion) as error:
        engine.answer(SavedChart(chart="Later"))
    assert (error.value.message, error.value.hint) == (LATER, "Update footfall.")
    assert {item.title for item in saved.items("charts")} == {"Old", "New", "Later"}
    saved.save("charts", saved.item("charts", "Later").model_copy(update={"title": "Named"}))
    assert stored(saved, "charts", "cht_later")[0] == {"question": "dau", "language": 3}


# -- boards


def test_the_tiles_of_a_board_mean_what_they_meant(engine, saved):
    board = saved.board("Growth")
    old, series = board.block("old"), board.block("series")
    assert old.question == '"lifecycle" as bars'
    assert block_chart(old) == "bars"
    assert block_question(board, old).event == "lifecycle"
    assert [part.question.kind for part in block_question(board, series).series] == [
        "trend", "active_users",
    ]  # fmt: skip
    found = answer_board(board, engine)
    assert found["old"].lines[0].total == 2
    assert found["plain"].lines[0].total == 1
    assert found["torn"].message == "The question is not finished."
    assert found["later"].message == found["later_json"].message == LATER


@pytest.mark.parametrize("copy", [False, True])
def test_a_board_and_its_copy_keep_the_meaning_of_every_tile(saved, copy):
    board = saved.board("Growth")
    fresh = board.model_copy(update={"id": "brd_copy", "title": "Copy"}) if copy else board
    again = saved.save_board(fresh)
    assert again.blocks == board.blocks == saved.board(fresh.id).blocks
    kept = {block["id"]: block for block in stored(saved, "boards", fresh.id)[0]["blocks"]}
    assert {id_: block.get("language") for id_, block in kept.items()} == {
        "old": 2, "series": 2, "plain": None, "torn": None, "later": 3, "later_json": 3,
    }  # fmt: skip
    assert kept["torn"]["question"] == "lifecycle >", "it stays as it was stored"


def test_a_removed_tile_comes_back_with_its_meaning(saved):
    before = saved.board("Growth")
    saved.save_board(before.without("old").without("later"))
    saved.save_board(before)
    assert saved.board("Growth").blocks == before.blocks
    assert block_question(before, saved.board("Growth").block("old")).event == "lifecycle"
    saved.kept.revert("boards", "Growth", 1)
    assert saved.board("Growth").blocks == before.blocks


def test_a_tile_that_is_added_is_of_today(saved):
    board = saved.board("Growth").with_block(Block(id="new", question="lifecycle"))
    assert block_question(board, board.block("new")).kind == "lifecycle"
    board = saved.save_board(board)
    assert block_question(board, board.block("new")).kind == "lifecycle"
    assert block_question(board, board.block("old")).event == "lifecycle"


# -- files of boards


def test_a_board_file_without_versions_is_of_today_where_that_can_be_asked(saved):
    blocks = [{"id": "now", "question": "lifecycle weekly"},
              {"id": "then", "question": "lifecycle > signup"}]  # fmt: skip
    board = board_from_json(json.dumps({"title": "From a file", "blocks": blocks}))
    assert [block.question for block in board.blocks] == [
        "lifecycle weekly", '"lifecycle" > signup',
    ]  # fmt: skip
    assert block_question(board, board.block("now")).kind == "lifecycle"
    assert board_from_json(board_to_json(board)) == board
    assert saved.save_board(board).blocks == board.blocks


def test_a_board_file_says_the_version_only_where_it_matters():
    blocks = (Block(id="a", question="dau"), Block(id="b", question="lifecycle"))
    found = board_data(Board(title="t", blocks=blocks))["blocks"]
    assert [block.get("language") for block in found] == [None, 2]


def test_boards_go_out_and_come_back_on_the_command_line(engine, tmp_path, capsys):
    db, file = ["--db", str(engine.path)], str(tmp_path / "board.json")
    assert run(["board", "export", "Growth", file, *db]) == 0
    written = {b["id"]: b for b in json.loads(Path(file).read_text("utf-8"))["blocks"]}
    assert written["old"]["question"] == '"lifecycle" as bars'
    assert (written["old"]["language"], written["later"]["language"]) == (2, 3)
    assert run(["board", "import", file, "--title", "Back", *db]) == 0
    assert run(["board", "Back", str(engine.path), "--json", "-r", "7d"]) == 0
    found = json.loads(capsys.readouterr().out.split("\n", 1)[1])
    assert found["answers"]["later"] == {"error": f"{LATER} Update footfall."}
    assert found["answers"]["old"]["title"] == "lifecycle"


def test_charts_are_shown_in_todays_language_on_the_command_line(engine, capsys):
    db = ["--db", str(engine.path)]
    assert run(["chart", "show", "Old", *db]) == 0
    assert json.loads(capsys.readouterr().out)["body"]["question"] == '"lifecycle"'
    assert run(["chart", "versions", "Old", *db]) == 0
    assert '"lifecycle"' in capsys.readouterr().out
    assert run(["chart", "run", "Later", *db]) == 2
    assert LATER in capsys.readouterr().err


def test_what_is_written_today_is_read_today(saved):
    for text in ("lifecycle", "dau for casual", "signup by hour"):
        item = saved.save("charts", Item(title=text, body={"question": text}))
        asked = chart_question(saved.item("charts", item.id).body)
        assert asked == chart_question({"question": text})
        assert format_question(asked)
