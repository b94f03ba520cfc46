"""`footfall SOURCE...`: from a file to a board in one command."""

from __future__ import annotations

import gzip
import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tui.commands import run

ORDERS = "user_id,event,time\nana,buy,2026-03-02 10:00:00\nbob,buy,2026-03-03 10:00:00\n"
Opened = Callable[..., tuple[int, str, str]]


@pytest.fixture
def footfall(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Opened:
    """Call the command line in a folder of its own; returns code, output and messages."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def call(*arguments: str) -> tuple[int, str, str]:
        code, said = run(arguments), capsys.readouterr()
        return code, said.out, said.err

    return call


def test_a_file_is_imported_beside_itself_and_its_board_printed(
    footfall: Opened, tmp_path: Path
) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS)
    code, board, said = footfall("orders.csv")
    assert code == 0, said
    assert "orders.db: 2 events of 2 people, 2026-03-02 to 2026-03-03" in said
    assert "orders.csv: event, time, user = user_id" in said
    assert "Overview" in board
    assert "2 events" in board
    (tmp_path / "orders.csv").write_text(f"{ORDERS}cis,buy,2026-03-04 10:00:00\n")
    code, board, said = footfall("orders.csv")
    assert "orders.db: 1 new event (2 more were there)" in said
    assert "3 events" in board
    assert "orders.db: nothing new" in footfall("orders.csv")[2]


AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def _web_log(folder: Path) -> str:
    hour = f"{datetime.now(UTC) - timedelta(hours=1):%d/%b/%Y:%H:%M:%S +0000}"
    (folder / "access.log.1").write_text(
        "".join(
            f'192.0.2.{n % 5} - - [{hour}] "GET {page} HTTP/1.1" 200 99 "-" "{AGENT}"\n'
            for n, page in enumerate(("/", "/", "/prices", "/style.css"))
        )
    )
    return "access.log.1"


def _logs(folder: Path) -> str:
    line = '{"time": "2024-05-0%d 10:00:00", "level": "%s", "message": "took %d ms"}\n'
    packed = (line % (n, ("error", "info")[n % 2], n) for n in range(1, 5))
    (folder / "app.jsonl.gz").write_bytes(gzip.compress("".join(packed).encode()))
    return "app.jsonl.gz"


def _export(folder: Path) -> str:
    day = int((datetime.now(UTC) - timedelta(days=380)).timestamp())
    events = [("View", 0), ("Buy", 3600), ("View", 86_400 * 40)]
    lines = "".join(
        f'{{"event": "{event}", "properties": {{"time": {day + after}, "distinct_id": "u{n}"}}}}\n'
        for n in range(3)
        for event, after in events
    )
    (folder / "export").mkdir()
    (folder / "export" / "part-0.json").write_text(lines)
    (folder / "export" / "readme.md").write_text("An export.")
    return "./export"


def _segment_array(folder: Path) -> str:
    (folder / "calls.json").write_text(
        """
        [{"type": "identify", "userId": "ana", "anonymousId": "d1", "messageId": "1",
          "timestamp": "2026-03-02T10:00:00Z", "traits": {"plan": "pro"}},
         {"type": "track", "event": "Order Completed", "anonymousId": "d1", "messageId": "2",
          "timestamp": "2026-03-02T11:00:00Z", "properties": {"revenue": 12.5}}]
        """
    )
    return "calls.json"


def _table_of_europe(folder: Path) -> str:
    rows = "Kunde;Datum;Ereignis;Betrag\r\nanna;14.03.2026 10:00;Kauf;12,50\r\n"
    (folder / "export.csv").write_bytes(rows.encode("utf-16"))
    return "export.csv"


@pytest.mark.parametrize(
    ("write", "says", "shows"),
    [
        (_web_log, "access.db: 3 events of 3 people", "page view by path"),
        (_logs, "app.db: 4 logs, 2024-05-01 to 2024-05-04", "Logs by day"),
        (_export, "export.db: 9 events of 3 people", "Weekly retention"),
        (_segment_array, "calls.db: 1 event of 1 person", "revenue of Order Completed by hour"),
        (_table_of_europe, "export.db: 1 event of", "Betrag of Kauf"),
    ],
)
def test_any_file_is_a_board(
    footfall: Opened, tmp_path: Path, write: Callable[[Path], str], says: str, shows: str
) -> None:
    code, board, said = footfall(write(tmp_path))
    assert code == 0, said
    assert says in said
    assert shows in board
    assert "Nothing counted" not in board


def test_sources_name_their_workspace(footfall: Opened, tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    for name in ("shop/a.csv", "web.log.2.csv", "b.jsonl.txt"):
        (tmp_path / name).write_text(ORDERS)
    assert "shop.db: 2 events" in footfall("shop")[2]
    assert "shop/a.db: 2 events" in footfall("shop/*.csv")[2]
    assert "web.log.2.db: 2 events" in footfall("web.log.2.csv", "b.jsonl.txt")[2]
    assert "mine.db: 2 events" in footfall("shop", "--into", "mine.db", "--zone", "Asia/Tokyo")[2]


def test_a_database_of_another_program_is_a_source_and_is_left_alone(
    footfall: Opened, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "app.db")) as app:
        app.execute("create table actions (user_id, action, created_at)")
        app.execute("insert into actions values ('ana', 'order', '2026-03-02 10:00:00')")
        app.commit()
    before = (tmp_path / "app.db").read_bytes()
    code, board, said = footfall("app.db")
    assert (code, "app.footfall.db: 1 event of 1 person" in said) == (0, True)
    assert (tmp_path / "app.db").read_bytes() == before
    code, again, said = footfall("app.footfall.db")
    assert (code, said) == (0, "")
    assert again == board


def test_what_cannot_be_read_is_a_sentence_and_leaves_nothing(
    footfall: Opened, tmp_path: Path
) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "damaged.db").write_text("nonsense")
    (tmp_path / "totals.csv").write_text("date,visitors,pageviews\n2026-03-02,5,9\n")
    for name, code, says in (
        ("missing.csv", 2, "missing.csv could not be read: No such file"),
        ("missing.db", 3, "There is no workspace at missing.db"),
        ("damaged.db", 3, "damaged.db is not a SQLite file"),
        ("totals.csv", 2, "daily totals"),
        ("empty.csv", 2, "empty.csv: there is nothing in it"),
    ):
        done = footfall(name)
        assert (done[0], done[1]) == (code, "")
        assert says in done[2]
    assert [file.name for file in tmp_path.glob("*.db")] == ["damaged.db"]
    assert "There is no command 'shop.db'" in footfall("shop.db", "x")[2]
    assert "damaged.db is a workspace, which is opened alone" in footfall("damaged.db", "x")[2]


SALES = "order_id,customer_id,order_date,amount,status\n" + "".join(
    f"{n},c{n % 3},{n}/2/2026 10:00,{n}.5,{('paid', 'void')[n % 2]}\n" for n in range(1, 9)
)


def test_what_a_file_leaves_open_is_a_sentence_with_the_command(
    footfall: Opened, tmp_path: Path
) -> None:
    (tmp_path / "sales.csv").write_text(SALES)
    code, _, said = footfall("sales.csv")
    assert code == 2
    assert "sales.csv has no column for the event" in said
    assert "Run footfall sales.csv --map event=status, or" in said
    assert "footfall sales.csv --event sale for all lines." in said
    assert footfall("sales.csv", "--event", "sale")[0] == 0
    (tmp_path / "abc.csv").write_text("a,b\n1,2\n")
    assert "Name it with --map event=COLUMN,time=COLUMN." in footfall("abc.csv")[2]
    assert not (tmp_path / "abc.db").exists()


def typed(text: str) -> io.TextIOWrapper:
    """Return a standard input with what somebody types."""
    return io.TextIOWrapper(io.BytesIO(text.encode()))


def test_on_a_terminal_it_is_asked_and_the_answer_remembered(
    footfall: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.commands.asking.can_ask", lambda: True)
    monkeypatch.setattr("sys.stdin", typed("2\norder\n1\n2\n"))
    (tmp_path / "sales.csv").write_text(SALES)
    code, board, said = footfall("sales.csv")
    assert code == 0, said
    for line in (
        "sales.csv: No column names the event of a line for certain. Which does?",
        "  1  status                    void, paid",
        "  2  none: all lines are the same event",
        "  1  customer_id               c1, c2, c0",
        "sales.csv: In dates such as 2/3/2026, what is first?",
        "sales.db: 8 events of 3 people, 2026-02-01 to 2026-02-08",
    ):
        assert line in said.splitlines() or line in said
    assert "amount of order" in board
    monkeypatch.setattr("sys.stdin", typed(""))
    assert "sales.db: nothing new" in footfall("sales.csv")[2]
