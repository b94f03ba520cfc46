"""Options of `footfall import` that say how a file is written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import click
import pytest

from tui.commands import run
from tui.commands.import_ import asked_for, reading_options


def test_options_say_how_text_dates_and_numbers_are_written(tmp_path: Path) -> None:
    source, target = tmp_path / "a.csv", tmp_path / "w.db"
    source.write_bytes("user~time~price\nzoë~2/3/2026 10:00~1,5\n".encode("latin-1"))
    options = [
        "--delimiter", "~", "--encoding", "latin-1", "--decimal", ",", "--dates", "day-first",
        "--times-in", "Europe/Amsterdam", "--event", "Buy",
    ]  # fmt: skip
    assert run(["import", str(source), "--into", str(target), *options]) == 0
    with closing(sqlite3.connect(target)) as db:
        found = db.execute("select event_name, timestamp, user_id from events_v1").fetchall()
        assert found == [("Buy", "2026-03-02 09:00:00.000", "zoë")]
        assert db.execute("select properties from event_properties").fetchone() == (
            '{"price":1.5}',
        )


@pytest.mark.parametrize(
    ("option", "value"),
    [("--encoding", "klingon"), ("--delimiter", "::"), ("--times-in", "Mars/Base")],
)
def test_an_option_that_cannot_be_used_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    source = tmp_path / "a.csv"
    source.write_text("user,event,time\nann,Buy,2026-03-02\n")
    assert run(["import", str(source), "--into", str(tmp_path / "w.db"), option, value]) == 2
    assert value in capsys.readouterr().err


def test_whoever_asks_for_nothing_reads_as_the_command_does_without_options() -> None:
    command = click.command(reading_options(lambda **chosen: asked_for(**chosen)))
    assert command.main([], standalone_mode=False) == asked_for()
