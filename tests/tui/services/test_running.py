"""Questions that take long, fail, or are overtaken by others."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Literal

import pytest

from core.answers import Number
from core.definitions.board import Block, Board
from core.draw.spans import plain
from core.engines.opening import open_engine
from core.errors import Stopped
from core.language.questions import parse
from core.queries import KINDS
from core.queries.common.context import Context
from core.queries.common.question import Ask, Question
from core.store.library.saved import Mark, Saved
from core.words.kinds import Wording, nothing
from tests.worlds.tui_pilot import explorer, workspace
from tui.screens.chart import ChartPage
from tui.services.runner import Answered, Beside

HEAVY = """
with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 400000000000)
select count(*) from numbers
"""


class Heavy(Question):
    """A question that takes hours."""

    kind: Literal["heavy"] = "heavy"

    def ask(self, ctx: Context) -> Ask:
        """See Question."""
        rows = yield ctx.binder().statement(HEAVY, "heavy")
        return Number(value=rows[0][0])


class Broken(Question):
    """A question with a mistake in its code."""

    kind: Literal["broken"] = "broken"

    def ask(self, ctx: Context) -> Any:
        """See Question."""
        raise RuntimeError("[/x] a mistake")


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are kinds like others."""
    for name in ("heavy", "broken"):
        unwritten = Wording((), lambda _: "heavy")
        row = KINDS["engagement"]._replace(name=name, wording=unwritten, openings=nothing)
        monkeypatch.setitem(KINDS, name, row)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workspace nobody writes to."""
    return workspace(tmp_path_factory.mktemp("tui") / "small.db")


async def test_ctrl_c_stops_a_heavy_question_at_once_and_the_next_works(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        ff.app.push_screen(ChartPage("metrics", Heavy()))
        await ff.shows("s, ctrl+c stops")
        await ff.pilot.press("ctrl+c")
        await ff.shows("Stopped after")
        assert "F5 runs it again." in ff.screen
        await ff.press("colon")
        await ff.type("users of signup weekly")
        await ff.press("enter")
        assert ff.page.main.answer.title == "Users of signup"


async def test_the_screen_does_not_wait_for_a_stopped_question_to_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with explorer(path, place="metrics") as ff:
        run, let_go = ff.app.engine.run, threading.Event()

        def deaf(question: Question, **_: Any) -> Any:
            let_go.wait(60)
            return run(question)

        monkeypatch.setattr(ff.app.engine, "run", deaf)
        page = ChartPage("metrics", ff.page.question)
        ff.app.push_screen(page)
        await ff.pilot.pause(0.3)
        await ff.pilot.press("ctrl+c")
        await ff.shows("Stopped after ")
        assert "Nothing is running" in await ff.press("ctrl+c")
        let_go.set()
        await ff.pilot.pause(0.2)
        assert "Stopped after 0." in ff.screen
        await ff.press("f5")
        assert page.main.answer.title == "signup"


async def test_after_a_stop_enter_is_about_the_picture_that_is_still_shown(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        asked, main = ff.page.question, ff.page.main
        ff.page.ask(main, Heavy())
        await ff.pilot.press("tab", "ctrl+c")
        await ff.settle()
        assert main.stopped
        await ff.press("enter")
        assert ff.page.page_id == "people"
        assert ff.page.first_question.of == asked


async def test_stopping_a_board_stops_all_its_tiles_and_the_next_question_works(
    path: Path,
) -> None:
    async with explorer(path) as ff:
        tiles = ff.page.tiles
        largest = max(tiles, key=lambda tile: tile.size.height)
        before = [plain([line]) for line in largest.content(*largest.inner())]
        for tile in tiles:
            ff.page.ask(tile, Heavy())
        await ff.pilot.pause(0.2)
        asked = ff.page.questions.busy
        assert len(asked) == len(tiles) > 2
        await ff.pilot.press("ctrl+c")
        await ff.shows("Stopped after")
        assert all("Stopped after" in str(tile.error) for tile in tiles)
        assert not ff.page.questions.busy
        assert largest.heading.endswith(" (stopped)")
        drawn = [plain([line]) for line in largest.content(*largest.inner())]
        assert sum("*" in line for line in drawn) >= sum("*" in line for line in before) - 1
        assert drawn[-1].startswith("Stopped after")
        ff.page.ask(tiles[0], Heavy())
        await ff.until(lambda: tiles[0].error is None, "a question that runs")
        ff.page.questions.cancel_all()
        await ff.press("0")
        assert all(tile.answer is not None and tile.error is None for tile in tiles)


async def test_leaving_a_page_stops_what_it_asked(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        page = ChartPage("metrics", Heavy())
        ff.app.push_screen(page)
        await ff.pilot.pause(0.1)
        running = page.questions.busy
        assert running
        await ff.pilot.press("1")
        await ff.until(lambda: all(run.stop.stopped for run in running), "an end of both")


async def test_another_board_under_the_cursor_ends_what_the_one_before_asked(path: Path) -> None:
    for title in ("One", "Two"):
        blocks = tuple(Block(id=f"{title}{n}", question="signup") for n in range(3))
        Saved(path).save_board(Board(title=title, blocks=blocks))
    async with explorer(path, place="boards", size=(120, 40)) as ff:
        await ff.press("escape")
        page = ff.page
        page._ask_tiles()
        before = page.questions.busy
        page.listing.move(1 if page.listing.at == 0 else -1, 0)
        page._outline()
        page._ask_tiles()
        assert len(before) == len(page.questions.busy) == 3
        assert not {*before} & {*page.questions.busy}


async def test_a_funnel_over_a_field_that_is_not_there_has_its_line_as_on_paper(path: Path) -> None:
    question = "signup > purchase where nosuchfield = x last 30d"
    Saved(path).save_board(Board(title="A", blocks=(Block(id="a", question=question),)))
    async with explorer(path, place="boards", size=(180, 40)) as ff:
        tile = ff.page.tiles[0]
        assert tile.answer.missed
        await ff.until(lambda: tile.answer.trend is not None, "the conversion over time")


async def test_a_question_that_takes_too_long_says_what_to_do(path: Path) -> None:
    async with explorer(path, place="metrics", time_limit=0.2) as ff:
        ff.app.push_screen(ChartPage("metrics", Heavy()))
        await ff.shows("Took longer than 0.2 s for 30d.")
        assert "Run without limit" in ff.screen


async def test_a_mistake_stays_in_its_panel(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        ff.app.push_screen(ChartPage("metrics", Broken()))
        await ff.shows("Something broke in this panel.")
        await ff.press("1")
        assert "[1 Boards]" in ff.screen


async def test_leaving_the_program_does_not_wait_for_a_question(path: Path) -> None:
    async with explorer(path, place="metrics", time_limit=None) as ff:
        ff.app.push_screen(ChartPage("metrics", Heavy()))
        await ff.pilot.pause(0.1)
        await ff.pilot.press("q")
    assert not ff.app.is_running


async def test_a_question_can_run_without_its_limit(path: Path) -> None:
    async with explorer(path, place="metrics", time_limit=0.2) as ff:
        ff.app.push_screen(ChartPage("metrics", Heavy()))
        await ff.shows("Took longer")
        await ff.press("colon")
        await ff.type("run without limit")
        await ff.pilot.press("enter")
        await ff.pilot.pause(0.6)
        assert ff.page.questions.busy
        await ff.pilot.press("ctrl+c")
        await ff.shows("Stopped after")


async def test_only_the_last_question_of_a_view_is_shown(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        view = ff.page.main
        first = view.question
        ff.page.ask(view, Heavy())
        overtaken = view.run
        ff.page.ask(view, first)
        await ff.settle()
        ff.page.post_message(Answered(overtaken, None, Stopped("too late")))
        await ff.settle()
        assert view.question == first
        assert view.error is None
        assert view.answer.title == "signup"


async def test_nothing_is_painted_while_nothing_happens(path: Path) -> None:
    async with explorer(path) as ff:
        painted: list[Any] = []
        compositor = ff.app.screen._compositor
        update = compositor.render_update
        compositor.render_update = lambda *a, **k: (painted.append(1), update(*a, **k))[1]
        await ff.pilot.pause(0.5)
        assert painted == []


async def test_new_data_is_told_and_read_on_f5(tmp_path: Path) -> None:
    from core.store.ingest.importer import Event, store_events
    from core.store.workspace import open_writer
    from tests.worlds.tui_pilot import NOW

    path = workspace(tmp_path / "grows.db")
    async with explorer(path, place="metrics") as ff:
        before = ff.page.main.answer.lines[0].total
        connection = open_writer(path)
        store_events(connection, [Event(event="signup", ts_ms=NOW - 1000, user="late")])
        connection.close()
        ff.app._poll()
        await ff.settle()
        assert "new data, F5" in ff.status
        await ff.press("f5")
        assert ff.page.main.answer.lines[0].total == before + 1
        assert "new data" not in ff.status


async def test_nothing_running_says_how_to_leave(path: Path) -> None:
    async with explorer(path) as ff:
        await ff.press("ctrl+c")
        assert "q quits" in ff.status


async def test_an_action_that_fails_says_so_and_the_screen_stays(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with explorer(path, place="metrics") as ff:

        def broken() -> None:
            raise RuntimeError("[/x]")

        monkeypatch.setattr(ff.page, "action_save", broken)
        await ff.press("w")
        assert "Something broke. It is logged in" in ff.status
        ff.app.push_screen(ChartPage("metrics", ff.page.question), lambda _: broken())
        await ff.press("escape", "tab")
        assert "[2 Metrics]" in ff.screen


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_drawing_that_fails_keeps_the_page(
    path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr("tui.widgets.answer.draw", broken)
    async with explorer(path, place="metrics", size=size) as ff:
        assert "cannot be drawn here" in " ".join(ff.screen.split())


async def test_a_vanished_workspace_is_told(tmp_path: Path) -> None:
    path = workspace(tmp_path / "gone.db")
    async with explorer(path, place="metrics") as ff:
        for file in tmp_path.glob("gone.db*"):
            file.unlink()
        await ff.press("tab", "w", "enter", "escape", "f5", "5", "6", "1")
        assert "[1 Boards]" in ff.screen
        assert "There is no workspace at" in ff.screen


def test_tiles_over_the_same_days_read_marks_once_until_the_file_changes(tmp_path: Path) -> None:
    file = workspace(tmp_path / "marked.db")
    engine, saved = open_engine(file), Saved(file)
    read: list[Any] = []
    beside = Beside(engine, Counted(saved, read))
    days = engine.run(parse("signup last 7d")).answer
    longer = engine.run(parse("signup last 30d")).answer
    assert [beside.marks(each) for each in (days, longer, days)] == [(), (), ()]
    assert len(read) == 2
    stored = saved.save_mark(Mark(title="release", timestamp=days.buckets[3].start))
    assert [beside.marks(each) for each in (days, days)] == [(stored,), (stored,)]
    assert len(read) == 3


class Counted(Saved):
    """What is saved, with a note of every time that marks are read."""

    def __init__(self, saved: Saved, read: list[Any]) -> None:
        super().__init__(saved.access.path)
        self.read = read

    def marks(self, *args: Any, **only: Any) -> list[Mark]:
        """See Saved."""
        self.read.append(args)
        return super().marks(*args, **only)
