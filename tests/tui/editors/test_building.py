"""Questions built in forms, by keys alone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from core.language.questions import format_question
from core.queries import KINDS, from_json
from core.store.ingest.importer import Log, store_logs
from core.store.workspace import open_writer
from tests.worlds.tui_pilot import HOUR, NOW, Driver, explorer
from tui.actions.beginning import begin
from tui.editors.form import Form
from tui.navigation import page_for

FUNNEL = {"kind": "funnel", "steps": [{"event": "signup"}, {"event": "activate"}]}
TREND = {"kind": "trend", "event": "signup"}


def page_of(body: dict[str, Any]) -> Any:
    return page_for("metrics", from_json(body))


async def until(ff: Driver, words: str) -> None:
    """Wait for the answer beside the form, which comes a moment after the last edit."""
    await ff.until(lambda: words in " ".join(ff.screen.split()), words)


async def test_the_answer_and_the_text_change_as_a_form_does(path: Path) -> None:
    async with explorer(path, size=(120, 40), first=page_of(FUNNEL)) as ff:
        await ff.press("e")
        assert "signup > activate" in ff.screen
        before = ff.page.question
        await ff.press("down", "n", *"vis", "enter")
        await until(ff, "signup > activate > visit |")
        await until(ff, "2 activate")
        await ff.press("K")
        await until(ff, "signup > visit > activate |")
        await ff.press("U", "U")
        await until(ff, "signup > activate |")
        assert ff.page.question is before
        await ff.press("n", "enter", "escape")
        assert ff.page.question is before
        await ff.says("U bring back")
        await ff.press("e", "U", "r", *"Came", "enter", "ctrl+j")
        assert len(ff.page.question.steps) == 3
        assert format_question(ff.page.question).startswith('signup as "Came" > activate > ')
        assert "Came" in ff.screen


async def test_text_and_form_are_two_views_of_one_question(path: Path) -> None:
    async with explorer(path, size=(120, 40), first=page_of(TREND)) as ff:
        await ff.press("e", "ctrl+t")
        assert ff.app.focused.value == "signup"
        await ff.type("users of purchase weekly")
        await ff.press("ctrl+t")
        shown = " ".join(ff.screen.split())
        assert "event purchase" in shown
        assert "measure people" in shown
        await ff.press("down", "left")
        assert ">measure" in ff.screen
        await ff.press("ctrl+t")
        assert ff.app.focused.value == "purchase weekly"
        await ff.press("enter")
        assert format_question(ff.page.question) == "purchase weekly"


async def test_what_cannot_be_is_refused_where_it_was_done(path: Path) -> None:
    async with explorer(path, first=page_of(FUNNEL)) as ff:
        await ff.press("e", "d", "d")
        assert "steps needs at least 1 and has 0." in ff.screen


async def test_values_come_with_counts_and_contains_keeps_what_was_typed(path: Path) -> None:
    async with explorer(path, first=page_of(TREND)) as ff:
        await ff.press("f", *"cou", "enter", "enter")
        assert "NL" in ff.screen
        assert "14" in ff.screen
        assert "counts of 30d" in ff.screen
        await ff.press("escape", *"cont", "enter", *"N", "enter")
        await until(ff, "country contains N")
        await ff.press("ctrl+j")
        assert format_question(ff.page.question) == "signup last 30d where country contains N"


async def test_tab_picks_several_values(path: Path) -> None:
    async with explorer(path, first=page_of(TREND)) as ff:
        await ff.press("f", "enter", "enter", "tab", "down", "tab", "enter", "ctrl+j")
        (condition,) = ff.page.question.conditions
        assert condition.operator == "in"
        assert len(condition.value) == 2


async def test_conditions_nest(path: Path) -> None:
    async with explorer(path, size=(120, 40), first=page_of(TREND)) as ff:
        await ff.press("f", *"cou", "enter", "enter", *"NL", "enter")
        await ff.press("g", *"plan", "enter", "enter", *"pro", "enter", "home", "!", "ctrl+j")
        text = format_question(ff.page.question)
        assert text == "signup last 30d where not (country = NL or plan = pro)"


async def test_a_question_inside_another_has_a_form_of_its_own(path: Path) -> None:
    async with explorer(path, first=page_of(TREND)) as ff:
        await ff.press("e", "n", *"pur", "enter")  # another line
        assert "Chart of several lines" in ff.screen
        await ff.press("enter", "down", "right", "ctrl+j")  # the measure of that line
        await ff.press("down", "right", "ctrl+j")  # on the right axis
        asked = ff.page.question
        assert [part.question.event for part in asked.series] == ["signup", "purchase"]
        assert [part.question.measure for part in asked.series] == ["count", "users"]
        assert asked.series[1].display.axis_assignment == "right"


async def test_logs_are_split_and_filtered_by_their_own_fields(path: Path) -> None:
    logs = [Log(NOW - HOUR * n, f"m {n}", ("INFO", "ERROR")[n % 2], "web") for n in range(6)]
    with closing(open_writer(path)) as connection:
        store_logs(connection, logs)
    async with explorer(path, first=page_of({"kind": "logs"})) as ff:
        await ff.press("b")
        assert [row.text for row in ff.app.screen.listing.rows[1:]] == [
            "level", "service", "source", "pattern",
        ]  # fmt: skip
        await ff.press("down", "enter", "f", "enter", "enter")
        assert "ERROR" in ff.screen
        await ff.press(*"err", "enter", "ctrl+j")
        text = format_question(ff.page.question)
        assert text == "logs last 30d where level = ERROR by level"


async def test_a_range_that_is_none_is_refused_while_it_is_typed(path: Path) -> None:
    async with explorer(path, first=page_of(TREND)) as ff:
        await ff.press("e", "slash", *"range", "enter", "enter", *"yestr")
        assert "range 'yestr' is not known." in ff.screen
        await ff.press("enter")
        assert "not known" in ff.screen
        await ff.press(*["backspace"] * 5, *"3m", "enter", "ctrl+j")
        assert ff.page.question.range == "3m"


async def test_only_the_people_of_another_question_count_and_are_compared(path: Path) -> None:
    async with explorer(path, first=page_of(TREND)) as ff:
        await ff.press("e", "slash", *"people", "enter", "enter", *"those", "enter")  # a question
        await ff.press("enter", *"pur", "enter", "ctrl+j", "ctrl+j")
        assert format_question(ff.page.question) == "signup for (purchase)"
        begin(ff.page, "differences")
        await ff.settle()
        keys = {entry.label for entry in ff.app.screen.entries.values()}
        assert keys == {"of", "compared with", "people at least", "range", "looking at"}
        await ff.press("ctrl+j")
        text = format_question(ff.page.question)
        assert text == "differences of (signup for (purchase)) last 30d"


async def test_an_audience_shows_its_size_and_its_people_as_it_is_built(path: Path) -> None:
    async with explorer(path, size=(120, 40), place="segments") as ff:
        await ff.press("n", "enter", *"pur", "enter", "enter", "enter")
        await until(ff, "did purchase")
        await until(ff, "of 10 |")
        await ff.press("!")
        await until(ff, "did not purchase")
        await until(ff, "of 30 |")
        await ff.press("escape")
        assert ff.app.library.audiences() == []


async def test_the_rules_of_an_audience_are_text_too(path: Path) -> None:
    async with explorer(path, size=(120, 40), place="segments") as ff:
        await ff.press("n", "enter", *"pur", "enter", "enter", "enter")
        await until(ff, "did purchase in 30d")
        await ff.press("ctrl+t")
        assert ff.app.focused.value == "did purchase in 30d"
        await ff.type("did not purchase or country = NL and")
        await ff.press("enter")
        assert "The rules are not finished." in ff.screen
        await ff.press("ctrl+t")
        assert ff.app.focused.value.endswith("= NL and")
        await ff.type("did not purchase or country = NL")
        await until(ff, "of 33 |")
        await ff.press("ctrl+t")
        shown = " ".join(ff.screen.split())
        assert "any of" in shown
        assert "did not purchase" in shown
        await ff.press("ctrl+j", *"Others", "enter")
        (item,) = ff.app.library.audiences()
        assert item.body["match"] == "any"


async def test_an_audience_begins_as_the_people_on_show(path: Path) -> None:
    did = [
        {"event": "signup", "days": 30, "then_within": {"event": "activate", "seconds": 604_800}}
    ]
    async with explorer(path, first=page_of(FUNNEL), place="metrics") as ff:
        await ff.press("5", "n", *"as in", "enter", "ctrl+j", *"Active", "enter")
        assert ff.app.library.audiences()[0].body == {"events": did}
        await ff.press("2", "down", "u", "colon", *"an audience by rules", "enter")
        await ff.press("ctrl+j", *"Stuck", "enter")
        (stuck,) = [item for item in ff.app.library.audiences() if item.title == "Stuck"]
        missed = {"event": "activate", "days": 30, "op": "eq", "count": 0}
        assert stuck.body == {"events": [{"event": "signup", "days": 30}, missed]}


TYPED = {"user_activity": "u01", "user_search": "u01"}
"""What has to be typed while a kind is begun; of everything else the first is taken."""


async def test_every_kind_is_reached_by_keys_alone_and_answered_in_its_shape(path: Path) -> None:
    async with explorer(path) as ff:
        await ff.press("2", "enter", "w", *"Signups", "enter", "escape")
        for kind in KINDS.values():
            await ff.press("2", "n")
            await ff.type(f"{kind.title}: {kind.about.replace('`', '')}")
            await ff.press("enter")
            while not isinstance(ff.app.screen, Form):
                await ff.press(*TYPED.get(kind.name, ""), "enter")
            assert ff.app.screen.question.kind == kind.name
            assert ff.app.screen.entries
            await ff.press("end", "up", "home", "ctrl+j")
            view = ff.page.first_view
            assert view.error is None, (kind.name, ff.screen)
            assert view.answer.shape in kind.shapes, (kind.name, ff.screen)
            assert "Something broke" not in ff.screen
            while len(ff.app.screen_stack) > 1 and ff.page.page_id != "metrics":
                await ff.press("escape")


async def test_the_keys_of_a_page_are_not_named_over_a_form_that_has_its_own(path: Path) -> None:
    async with explorer(path, place="funnel") as ff:
        assert " r 30d " in f"{ff.line} "
        await ff.press("e")
        assert " 30d " in f"{ff.line} "
        assert " r 30d " not in f"{ff.line} "
        await ff.press("escape")
        assert " r 30d " in f"{ff.line} "
