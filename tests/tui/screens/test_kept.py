"""The lists of saved funnels and retentions, and what is around the answer on a large screen."""

from __future__ import annotations

import shlex
from pathlib import Path

from core.definitions.board import Block, Board
from core.language.questions import parse
from core.store.library.saved import Item, Mark, Saved
from tests.worlds.tui_pilot import NOW, Driver, explorer
from tui.widgets.companion import is_shown

STEPS = {"kind": "funnel", "steps": [{"event": "signup"}, {"event": "activate"}], "range": "30d"}
OTHER = {**STEPS, "steps": [*STEPS["steps"], {"event": "purchase"}]}


def kept(path: Path) -> Saved:
    """Save two funnels and another chart."""
    saved = Saved(path)
    saved.save("charts", Item(title="Activation", body={"question": STEPS}))
    saved.save("charts", Item(title="Buying", body={"question": OTHER}))
    saved.save("charts", Item(title="Active", body={"question": "dau"}))
    return saved


async def test_a_saved_funnel_is_opened_renamed_duplicated_deleted_and_restored(
    path: Path,
) -> None:
    saved = kept(path)
    async with explorer(path, place="funnel", size=(120, 30)) as ff:
        assert "Activation" in ff.screen
        assert "Active" not in ff.screen.replace("Active users", "")
        await ff.press("shift+tab", "down", "enter")
        assert len(ff.page.question.steps) == 3
        assert ff.page.focused is ff.page.first_view
        await ff.press("shift+tab")
        ff.page.perform("rename")
        await ff.settle()
        await ff.type("Paying")
        await ff.press("enter")
        ff.page.perform("duplicate")
        await ff.settle()
        await ff.press("enter")
        titles = [item.title for item in saved.items("charts")]
        assert titles == ["Activation", "Active", "Paying", "Paying 2"]
        await ff.press("d", "y")
        assert len(saved.items("charts")) == 3
        await ff.press("U")
        assert [item.title for item in saved.items("charts")] == titles
        await ff.press("escape", "tab", "w")
        await ff.type("Third")
        await ff.press("enter")
        assert " Third" in [row.text for row in ff.page.listing.rows]


async def test_audiences_and_marks_are_renamed_and_duplicated(path: Path) -> None:
    saved = Saved(path)
    for title in ("Dutch", "German"):
        saved.save_audience(title, {"filters": [{"field": "country", "value": title}]})
    saved.save_mark(Mark(title="release 4.2", timestamp=NOW, category="news", tags=("web",)))

    async def name(ff: Driver, action: str, title: str) -> None:
        ff.page.perform(action)
        await ff.settle()
        await ff.type(title)
        await ff.press("enter")

    async with explorer(path, place="segments") as ff:
        ff.page.perform("rename")
        await ff.settle()
        assert "Built-in segments keep their names." in ff.status
        ff.page.listing.select(("audience", saved.item("audiences", "Dutch").id))
        await name(ff, "rename", "german")
        assert "There is already an audience called 'german'." in ff.screen
        await ff.type("Holland")
        await ff.press("enter")
        assert "Renamed to Holland. U takes it back." in ff.status
        await name(ff, "duplicate", "")
        assert "must be 1 to 200 characters" in ff.screen
        await ff.type("Netherlands")
        await ff.press("enter")
        listed = [item.title for item in saved.audiences()]
        assert listed == ["German", "Holland", "Netherlands"]
        assert [row.text.strip() for row in ff.page.listing.rows][-3:] == listed
        bodies = [saved.item("audiences", title).body for title in listed[1:]]
        assert bodies[0] == bodies[1]
        await ff.press("6")
        await name(ff, "rename", "release 4.3")
        await name(ff, "duplicate", "release 4.4")
        marks = saved.marks()
        assert {mark.title for mark in marks} == {"release 4.3", "release 4.4"}
        apart = {"id": "", "title": "", "created_at": 0}
        assert len({mark.model_copy(update=apart).model_dump_json() for mark in marks}) == 1
        assert "release 4.3" in ff.screen
        assert "release 4.4" in ff.screen


async def test_the_link_and_the_command_of_whatever_is_kept_are_copied(path: Path) -> None:
    saved = kept(path)
    saved.save_board(Board(title="Growth"))
    saved.save_audience("Dutch", {"filters": [{"field": "country", "value": "NL"}]})
    saved.save_mark(Mark(id="mrk_1", title="release 4.2", timestamp=NOW))
    chart = saved.item("charts", "Activation")

    async def copied(ff: Driver) -> tuple[str, str]:
        found = []
        for action in ("copy_link", "copy_command"):
            ff.page.perform(action)
            await ff.settle()
            found.append(ff.app.clipboard)
        return found[0], found[1]

    async with explorer(path, place="funnel", size=(120, 40)) as ff:
        link, _ = await copied(ff)
        assert parse(link) == ff.page.question
        await ff.press("shift+tab")
        ff.page.listing.select(chart)
        link, command = await copied(ff)
        assert link == f"saved:{chart.id}"
        assert command == f"footfall run saved:{chart.id} --db {path}"
        await ff.press("5")
        ff.page.listing.select(("audience", saved.item("audiences", "Dutch").id))
        link, command = await copied(ff)
        assert parse(link).audience == "Dutch"
        assert shlex.split(command)[2] == link
        await ff.press("6")
        assert await copied(ff) == ("marks release 4.2", f"footfall mark show mrk_1 --db {path}")
        await ff.press("1")
        assert (await copied(ff))[0] == "board Growth"
        await ff.press("escape")
        id_ = saved.board("Growth").id
        command = f"footfall board show --print {id_} {path}"
        assert await copied(ff) == ("board Growth", command)


async def test_on_a_small_screen_the_list_is_a_page_of_its_own(path: Path) -> None:
    kept(path)
    async with explorer(path, place="funnel") as ff:
        assert "Buying" not in ff.screen
        shown = await ff.press("shift+tab")
        assert "Buying" in shown
        assert not is_shown(ff.page.first_view)
        await ff.press("down", "enter")
        assert is_shown(ff.page.first_view)
        assert len(ff.page.question.steps) == 3
        await ff.press("shift+tab", "d")
        assert "Delete" in ff.screen


async def test_what_is_around_a_funnel_follows_its_question_and_is_asked_once(path: Path) -> None:
    kept(path)
    async with explorer(path, place="funnel", size=(120, 40)) as ff:
        trend, times, by = (ff.page.query_one(f"#{name}") for name in ("trend", "times", "by"))
        assert trend.question.kind == "funnel_trend"
        assert times.answer.shape == "histogram"
        assert by.question.breakdown == ("country",)
        results = [view.result for view in (trend, times, by)]
        await ff.press("down", "up")
        ff.page.accompany()
        await ff.settle()
        assert [view.result for view in (trend, times, by)] == results
        await ff.press("r", "7")
        assert {view.question.range for view in ff.page.views if view.display} == {"7d"}
        await ff.press("tab", "tab", "enter")
        assert ff.page.page_id == "people"
        await ff.press("escape", "z")
        assert "Time to convert" in ff.screen
        assert "Conversion over time" not in ff.screen
        await ff.press("escape")
        assert "Conversion over time" in ff.screen


async def test_the_curve_follows_the_cohort_under_the_cursor(path: Path) -> None:
    async with explorer(path, place="retention", size=(120, 40)) as ff:
        curve = ff.page.query_one("#curve")
        await ff.press("down", "down")
        assert curve.shown_cursor == ff.page.main.cursor
        assert "There are no earlier" in ff.screen
        assert "all cohorts" in ff.screen
        await ff.press("r", "7")
        assert curve.question.range == "2025-04-28,2025-05-04"


async def test_who_dropped_at_step_two_is_three_keys_away(path: Path) -> None:
    kept(path)
    async with explorer(path, size=(120, 40)) as ff:
        await ff.press("3", "down", "u")
        assert ff.page.page_id == "people"
        assert ff.page.question.cell.outcome == "dropped"
        assert ff.page.question.cell.step == 2
        assert ff.page.query_one("#who").answer is not None


async def test_what_names_a_kept_thing_follows_its_new_name_and_undo_brings_the_old_one(
    path: Path,
) -> None:
    saved = Saved(path)
    saved.save_custom_event("Bought", {"events": [{"event": "purchase"}]})
    saved.save("charts", Item(title="Weekly", body={"question": "ce:bought weekly as bars"}))
    saved.save("charts", Item(title="Two", body={"question": "saved Weekly last 7d"}))
    saved.save(
        "charts", Item(title="Rows", body={"question": {"kind": "sql", "query": "select 1"}})
    )
    saved.save_audience("Buyers", {"events": [{"event": "ce:Bought", "op": "gte", "count": 2}]})
    text = 'signup > "ce:Bought" for "Buyers" last 60d'
    tiles = (
        Block(id="text", question=text),
        Block(id="json", question='{"kind": "trend", "event": "ce:Bought", "audience": "Buyers"}'),
        Block(id="word", question="signup where plan = Buyers"),
    )
    saved.save_board(Board(title="All", blocks=tiles))

    async def name(ff: Driver, row: object, title: str) -> None:
        await ff.press("tab")
        ff.page.listing.focus()
        ff.page.listing.select(row)
        ff.page.perform("rename")
        await ff.settle()
        await ff.type(title)
        await ff.press("enter")

    def asked() -> list[str]:
        return [block.question for block in saved.board("All").blocks]

    before = asked()
    async with explorer(path, place="metrics", size=(120, 40)) as ff:
        rows = {row.text.strip(): row.value for row in ff.page.listing.rows}
        await name(ff, rows["Bought"], "Paid twice")
        assert "3 things that named it follow. U takes it back." in ff.status
        assert saved.item("charts", "Weekly").body["question"] == '"ce:Paid twice" weekly as bars'
        assert saved.item("audiences", "Buyers").body["events"][0]["event"] == "ce:Paid twice"
        await name(ff, saved.item("charts", "Weekly"), "By week")
        assert saved.item("charts", "Two").body["question"] == 'saved "By week" last 7d'
        saved.rename("audiences", saved.item("audiences", "Buyers").id, "Payers")
        assert asked() == [
            'signup > "ce:Paid twice" last 60d for Payers',
            '{"kind": "trend", "event": "ce:Paid twice", "audience": "Payers"}',
            "signup where plan = Buyers",
        ]
        saved.rename("audiences", saved.item("audiences", "Payers").id, "Buyers")
        await ff.press("U", "U")
        assert "It is called Bought again." in ff.status
        assert [saved.item("charts", title).title for title in ("Weekly", "Two")]
        assert asked()[1:] == before[1:]
        ff.page.listing.select(rows["Bought"])
        ff.page.perform("copy_link")
        await ff.settle()
        assert parse(ff.app.clipboard).event == "ce:Bought"
        await ff.press("9")
        ff.page.listing.focus()
        loads = [row.value for row in ff.page.listing.rows if row.text.strip() == "Rows"]
        await name(ff, loads[0], "Every row")
        assert "Every row" in ff.screen
        ff.page.perform("copy_link")
        await ff.settle()
        assert ff.app.clipboard == f"saved:{saved.item('charts', 'Every row').id}"
