"""The keys that change a question, and the line that always says what is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.worlds.tui_pilot import Driver, explorer, workspace


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workspace nobody writes to."""
    return workspace(tmp_path_factory.mktemp("tui") / "small.db")


async def right(ff: Driver, *keys: str) -> str:
    """Press keys and return the question line."""
    await ff.press(*keys)
    return ff.line.rsplit("   ", 1)[-1].strip()


async def test_range_keys(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab")
        assert await right(ff, "r", "7") == "r 7d* | g by day"
        assert await right(ff, "less_than_sign") == "r Apr 28 – May 04 2025* | g by day".replace(
            "–", "-"
        )
        assert await right(ff, "greater_than_sign") == "r 7d* | g by day"
        assert await right(ff, "plus") == "r 14d* | g by day"
        assert await right(ff, "minus", "minus") == "r 24h* | g by day"
        assert await right(ff, "0") == "r 30d | g by day"


async def test_a_range_can_be_typed_and_a_wrong_one_is_explained(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("r", "c")
        await ff.type("lastweek")
        await ff.press("enter")
        assert "last_week" in ff.screen
        await ff.type("last_week")
        await ff.press("enter")
        assert "r last week* | g by day" in ff.line


async def test_granularity_compare_breakdown_and_measure(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab")
        assert await right(ff, "g") == "r 30d | g by week*"
        assert await right(ff, "c") == "r 30d | g by week* | c vs prev*"
        assert await right(ff, "c", "c") == "r 30d | g by week*"
        assert await right(ff, "p", "down", "enter") == "people* | r 30d | g by week*"
        assert await right(ff, "b", "down", "enter") == "people* | r 30d | g by week* | by country*"
        assert await right(ff, "b", "enter") == "people* | r 30d | g by week*"


async def test_filters_are_added_by_field_operator_and_value(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        before = ff.page.main.answer.lines[0].total
        await ff.press("f")
        await ff.type("country")
        await ff.press("enter", "enter")
        await ff.type("NL")
        await ff.press("enter")
        assert "country is NL" in " ".join(ff.screen.split())
        await ff.press("ctrl+j")
        assert "f country is NL*" in ff.line
        assert ff.page.main.answer.lines[0].total < before
        await ff.press("f", "down", "d", "ctrl+j")
        assert "country" not in ff.line


async def test_filters_of_retention_say_which_events_they_are_of(path: Path) -> None:
    async with explorer(path, place="retention") as ff:
        await ff.press("E")
        await ff.type("retention of signup weekly 4 where country = NL")
        await ff.press("enter")
        assert "f country is NL of signup*" in ff.line
        await ff.press("f")
        assert "they are of the start event" in " ".join(ff.screen.split())
        await ff.press("down", "right")
        assert "they are of both events" in " ".join(ff.screen.split())
        await ff.press("ctrl+j")
        assert ff.page.question.filters_on == "both"
        assert "country is NL of signup and return*" in ff.line


async def test_the_question_is_edited_as_text(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab", "E")
        await ff.type("users of sigup")
        await ff.press("enter")
        assert "Did you mean signup?" in ff.screen
        await ff.type("users of signup weekly by country")
        await ff.press("enter")
        assert "people* | r 30d | g by week* | by country*" in ff.line


async def test_a_wrong_text_shows_a_caret(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab", "E")
        await ff.type("users of of of (")
        await ff.press("enter")
        assert "^" in ff.screen
        await ff.press("escape")
        assert "[2 Metrics]" in ff.screen


async def test_a_segment_narrows_the_question(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("s")
        await ff.type("returning")
        await ff.press("enter")
        assert "@returning" in ff.line


async def test_chart_and_table(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("tab", "t")
        assert "[ Table ]" in ff.screen
        await ff.press("t")
        assert "[ Table ]" not in ff.screen
        await ff.press("v")
        assert ff.status.startswith("Shown as bars")


async def test_a_key_that_does_not_fit_says_why(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("E")
        await ff.type("top events")
        await ff.press("enter", "g")
        assert "no granularity" in ff.status
        await ff.press("a", "escape", "b")
        assert "no breakdown" in ff.status


async def test_an_empty_range_says_which_key_helps(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("r", "c")
        await ff.type("2025-01-01,2025-01-07")
        await ff.press("enter")
        text = " ".join(ff.screen.split())
        assert "No events from Jan 01 2025 to Jan 07 2025." in text.replace("| ", "")


async def test_sql_is_asked_on_the_line_and_has_nobody_behind_it(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        await ff.press("E")
        await ff.type("select event_name, count(*) as times from events_v1 group by 1")
        await ff.press("enter")
        assert "event_name" in ff.screen
        assert "times" in ff.screen
        await ff.press("tab", "enter")
        assert "no people behind rows of SQL" in ff.status
