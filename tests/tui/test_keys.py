"""The one table of keys: what is bound, what help, key line and palette say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.tui_pilot import explorer, workspace
from tui import keys
from tui.keys import ACTIONS, PLACES, actions_of
from tui.places import ROOTS

FORBIDDEN = frozenset(
    {"ctrl+enter", "ctrl+b", "ctrl+a", "ctrl+s", "ctrl+q", "ctrl+h", "ctrl+i", "ctrl+m",
     "f1", "f11", "f12"}
)  # fmt: skip
"""Keys that terminals, tmux or flow control take (beside alt, shift+ctrl and ctrl+enter)."""

ESCAPE_TAILS = frozenset("[OABCDFHPQRS~")
"""Letters a split arrow or function key arrives as; nothing may be bound to them."""

PAGES = (
    "boards",
    "board",
    "layout",
    "metrics",
    "chart",
    "funnel",
    "retention",
    "segments",
    "marks",
    "people",
    "users",
    "timeline",
    "events",
    "event",
    "sql",
)
CLASSES = {
    "board": "tui.screens.board:BoardPage",
    "layout": "tui.screens.layout:LayoutPage",
    "chart": "tui.screens.chart:ChartPage",
    "people": "tui.screens.people:PeoplePage",
    "timeline": "tui.screens.timeline:TimelinePage",
    "event": "tui.screens.event:EventPage",
    **ROOTS,
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workspace nobody writes to."""
    return workspace(tmp_path_factory.mktemp("tui") / "small.db")


def test_no_key_means_two_things_on_a_page() -> None:
    for page in PAGES:
        bound = [key for action in actions_of(page) for key in action.keys]
        assert len(bound) == len(set(bound)), page


def test_no_forbidden_or_escape_tail_keys() -> None:
    for action in ACTIONS:
        for key in action.keys:
            assert key not in FORBIDDEN, action.id
            assert key not in ESCAPE_TAILS, action.id
            assert not key.startswith(("alt+", "ctrl+shift+", "shift+f")), action.id


def test_every_action_has_a_method_on_its_pages() -> None:
    import importlib

    for page in PAGES:
        module, _, name = CLASSES[page].partition(":")
        cls = getattr(importlib.import_module(module), name)
        for action in actions_of(page):
            assert hasattr(cls, f"action_{action.call.partition('(')[0]}"), (page, action.id)
        bound = {b.key for b in cls.BINDINGS}
        assert bound == {",".join(a.keys) for a in actions_of(page) if a.keys}


def test_pages_of_the_table_exist() -> None:
    named = {page for action in ACTIONS for page in action.pages}
    assert named <= set(PAGES)
    assert {place for place, _, _ in PLACES} == set(ROOTS)


def test_the_markdown_table_names_every_key() -> None:
    table = keys.markdown_table()
    for action in ACTIONS:
        for key in action.keys:
            assert f"`{keys.name_of(key)}`" in table


@pytest.mark.parametrize("size", [(60, 18), (80, 24), (120, 40)])
async def test_the_key_line_starts_with_help_at_any_width(
    path: Path, size: tuple[int, int]
) -> None:
    async with explorer(path, size=size) as ff:
        last = ff.screen.split("\n")[-1]
        assert last.startswith(" ? help  : command")
        assert len(last) <= size[0]


async def test_a_box_names_its_own_keys(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        page = ff.screen.split("\n")[-1]
        await ff.press("r")
        assert ff.screen.split("\n")[-1].startswith(" ENTER or a letter choose")
        assert ff.screen.split("\n")[-1].endswith("ESC close")
        await ff.press("escape")
        assert ff.screen.split("\n")[-1] == page


async def test_the_key_line_says_what_enter_opens(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:

        def said() -> str:
            return ff.screen.split("\n")[-1].partition("ENTER ")[2]

        assert said().startswith("chart signup  ")
        await ff.press("enter")
        assert ff.page.view.number == 0
        assert said() == ""
        await ff.press("left", "left")
        assert said().startswith("people  ")
        await ff.press("3")
        assert said().startswith(f"{int(ff.page.view.number)} people  ")
        await ff.press("8")
        assert said().startswith(f"{ff.page.list_view.user}  ")


async def test_help_begins_with_what_enter_opens_and_ends_with_the_places(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("question_mark")
        rows = [row.text.strip() for row in ff.app.screen.rows]
        assert rows[:2] == ["open and leave", "ENTER          open what is under the cursor"]
        assert rows.index("the question") < rows.index("move") < rows.index("places")
        assert "< ,            one range earlier" in rows


async def test_help_is_typed_into_and_runs(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("question_mark")
        assert "Keys of Metrics" in ff.screen
        await ff.type("shorter")
        assert "-              a shorter range" in ff.screen
        await ff.press("enter")
        assert "r 14d* | g by day" in ff.line


async def test_the_palette_runs_commands_saved_names_and_questions(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("colon")
        await ff.type("go retention")
        await ff.press("enter")
        assert "[4 Retention]" in ff.screen
        await ff.press("colon")
        await ff.type("event purchase")
        await ff.press("enter")
        assert ff.line.startswith("Retention > ")
        assert "> purchase" in ff.line
        await ff.press("colon")
        await ff.type("users of signup weekly by country")
        await ff.press("enter")
        assert "people | r 30d | g by week | by country" in ff.line


async def test_the_palette_says_why_a_command_cannot_run(path: Path) -> None:
    async with explorer(path, place="boards") as ff:
        await ff.press("escape", "colon")
        await ff.type("question: breakdown")
        assert "not on this page" in ff.screen
        await ff.press("enter")
        assert "[ Commands ]" in ff.screen


async def test_a_letter_is_text_while_a_field_has_the_focus(path: Path) -> None:
    async with explorer(path, place="users") as ff:
        await ff.press("slash", "q", "2")
        assert ff.app.focused.value == "q2"
        assert "[8 Users]" in ff.screen
