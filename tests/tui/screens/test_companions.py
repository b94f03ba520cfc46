"""Pages on a large screen: companions that follow their page, and no half of a page blank."""

from __future__ import annotations

from pathlib import Path

from core.queries import from_json
from core.store.ingest.importer import Event
from core.store.library.saved import Mark, Saved
from tests.worlds.tui_pilot import DAY, NOW, explorer, workspace
from tui.actions import edits


async def test_a_metric_has_its_values_and_what_changed_below_it(path: Path) -> None:
    async with explorer(path, place="metrics", size=(120, 40)) as ff:
        values, changed = ff.page.query_one("#values"), ff.page.query_one("#changed")
        assert values.question.breakdown == ("country",)
        assert values.question.compare == "previous"
        assert changed.question.kind == "explain"
        await ff.press("r", "7")
        assert {view.question.range for view in (ff.page.main, values, changed)} == {"7d"}
        await ff.press("tab", "tab", "enter")
        assert ff.page.page_id == "people"
        await ff.press("escape", "E")
        await ff.type("top events")
        await ff.press("enter")
        assert ff.page.question.kind == "top_events"
        assert values.question.among.cell == ff.page.main.cell  # it cannot be broken down
        assert "What they do most" in ff.screen
        await ff.press("E")
        await ff.type("paths from signup")
        await ff.press("enter")
        assert values.question.among.of.kind == "paths"
        assert values.error is None


async def test_companions_are_not_asked_where_there_is_no_room(path: Path) -> None:
    async with explorer(path, place="metrics") as ff:
        values = ff.page.query_one("#values")
        assert values.question is None
        await ff.press("tab")
        assert "=[ signup ]" in ff.screen
        await ff.press("tab")
        assert values.answer is not None
        assert "By country" in ff.screen
        await ff.press("escape", "r", "7")
        assert "By country" not in ff.screen


async def test_a_person_is_told_beside_the_list_and_around_their_events(path: Path) -> None:
    async with explorer(path, place="users", size=(120, 40)) as ff:
        who = ff.page.query_one("#who")
        await ff.press("down")
        ff.page.accompany()
        await ff.settle()
        assert who.answer.user == ff.page.first_view.cell.row
        shown = await ff.press("enter")
        timeline = ff.page.timeline
        assert f"{len(timeline.days)} active day" in shown
        assert "first seen" in shown
        most = ff.page.query_one("#most")
        assert [row.value for row in most.rows] == [name for name, _ in timeline.top_events]
        await ff.press("shift+tab", "enter")
        assert {event.event for event in ff.page.timeline.events} == {most.value}
        assert ff.page.focused is ff.page._timeline
        before = ff.page.user
        await ff.press("full_stop")
        assert ff.page.user != before
        assert ff.page.query_one("#card").facts


async def test_a_mark_compares_the_days_around_it(path: Path) -> None:
    saved = Saved(path)
    saved.save_mark(Mark(title="release 4.2", timestamp=NOW - 14 * DAY))
    saved.save_mark(Mark(title="today", timestamp=NOW - DAY))
    async with explorer(path, place="marks", size=(120, 40)) as ff:
        shown = await ff.press("home")
        after = ff.page.query_one("#after")
        assert "Needs 6 more days." in shown
        await ff.press("down")
        ff.page.accompany()
        await ff.settle()
        assert after.question.range == "2025-04-27,2025-05-03"
        comparison = after.answer.comparison
        assert (comparison.first, comparison.last) == ("2025-04-20", "2025-04-26")
        figures = [ff.page.query_one(f"#figure{n}").question for n in range(2)]
        assert after.question not in figures
        assert {figure.range for figure in figures} == {after.question.range}
        others = ff.page.query_one("#others").answer
        assert {line.group[0] for line in others.lines} <= {
            "signup",
            "activate",
            "purchase",
            "visit",
        }
        await ff.press("tab", "tab", "enter")
        assert ff.page.page_id == "people"


async def test_a_segment_has_its_activity_what_it_did_and_where_else_it_is(path: Path) -> None:
    async with explorer(path, place="segments", size=(120, 40)) as ff:
        for name in ("new", "returning"):
            ff.page.listing.select(("segment", name))
            ff.page.accompany()
            await ff.settle()
            asked = [ff.page.query_one(f"#{id_}").question for id_ in ("size", "did", "overlap")]
            assert {question.segment for question in asked} == {name}
            assert {question.range for question in asked} == {ff.page.question.range}
        sizes = ff.page.weeks["returning"]
        assert len(sizes) == 12
        assert sizes[-1] == ff.page.counts["returning"]
        assert "size over 12 weeks" in ff.screen
        await ff.press("tab", "tab", "enter")
        assert ff.page.page_id == "people"


async def test_an_audience_is_told_in_words_and_by_whom_it_shares(path: Path) -> None:
    rules = [{"event": "purchase", "days": 30}, {"event": "visit", "op": "eq", "count": 0}]
    saved = Saved(path)
    saved.save_audience("Payers", {"events": rules})
    saved.save_audience("Everybody", {})
    async with explorer(path, place="segments", size=(120, 40)) as ff:
        payers = next(item for item in ff.app.library.audiences() if item.title == "Payers")
        ff.page.listing.select(("audience", payers.id))
        ff.page.accompany()
        await ff.settle()
        assert "did purchase, at least 1 time, in the last 30 days" in ff.screen
        assert "did not visit, ever" in ff.screen
        members = from_json({"kind": "audience", "definition": {"events": rules}})
        total = ff.app.engine.answer(members).total
        assert total
        assert f"also in Everybody {total}" in ff.screen


async def test_what_was_not_answered_when_a_page_was_left_is_asked_again(path: Path) -> None:
    async with explorer(path, place="metrics", size=(120, 40)) as ff:
        page, values = ff.page, ff.page.query_one("#values")
        await ff.press("tab")
        asked = edits.revise(values.question, range="7d")
        page.ask(values, asked)
        assert values.run is not None
        await ff.press("enter", "escape")
        assert ff.page is page
        assert values.question.range == page.question.range
        assert values.answer.first == page.main.answer.first


async def test_a_step_names_its_best_and_its_worst_value(path: Path) -> None:
    steps = [{"event": "signup"}, {"event": "activate"}]
    question = from_json({"kind": "funnel", "steps": steps})
    async with explorer(path, place="funnel", size=(120, 40)) as ff:
        ff.page.put(question)
        await ff.settle()
        assert "best" not in ff.screen  # of step 1 there is none
        shown = await ff.press("down")
        rates = {g.group: g.steps[1].overall_rate for g in ff.page.query_one("#by").answer.groups}
        best = max((rate, group) for group, rate in rates.items() if group)[1]
        assert f"by country  best {best[0]} " in shown
        assert "worst" in shown


async def test_a_vast_screen_has_a_third_column(path: Path) -> None:
    async with explorer(path, place="metrics", size=(170, 40)) as ff:
        hours, often = ff.page.query_one("#hours"), ff.page.query_one("#often")
        assert hours.answer.shape == "grid"
        assert often.answer.shape == "histogram"
        assert "By weekday and hour" in ff.screen
        await ff.press("r", "7")
        assert {hours.question.range, often.question.range} == {"7d"}
        await ff.press("shift+tab", "shift+tab", "enter")
        assert ff.page.page_id == "people"
        await ff.press("3", "n", "enter", "down", "enter", "escape", "ctrl+j")
        did, entered = ff.page.query_one("#did").answer, ff.page.main.answer.groups[0].steps[0]
        assert max(row[2] for row in did.rows) == entered.count
    async with explorer(path, place="metrics", size=(120, 40)) as ff:
        assert ff.page.query_one("#hours").question is None


async def test_an_event_is_broken_down_by_what_it_has_itself(tmp_path: Path) -> None:
    plans = ("free", "free", "team", "team")
    events = [
        Event("ordered", NOW - n * 1000, user=f"u{n}", properties={"plan": plan, "total": n})
        for n, plan in enumerate(plans)
    ]
    events += [Event("opened", NOW - n * 1000, user="u1") for n in range(9)]
    path = workspace(tmp_path / "plain.db", events)
    async with explorer(path, place="metrics", size=(120, 40)) as ff:
        values, changed = ff.page.query_one("#values"), ff.page.query_one("#changed")
        assert ff.page.main.question.event == "opened"
        assert values.question is None
        await ff.press("down", "enter")
        assert ff.page.main.question.event == "ordered"
        assert values.question.breakdown == ("plan",)
        assert changed.question.breakdown == ("plan",)


async def test_what_changed_a_number_has_the_number_below_it(path: Path) -> None:
    question = from_json({"kind": "explain", "of": {"kind": "trend", "event": "signup"}})
    async with explorer(path, place="metrics", size=(120, 40)) as ff:
        ff.page.open_question(question)
        await ff.settle()
        found = ff.page.query_one("#changed").question
        assert (found.kind, found.event, found.compare) == ("trend", "signup", "previous")


async def test_data_that_ended_is_shown_over_a_time_with_enough_of_it(tmp_path: Path) -> None:
    country = [{"country": name} for name in ("NL", "DE")]
    long_ago = [
        Event("signup", NOW - (900 + n % 60) * DAY, f"u{n}", context=country[n % 2])
        for n in range(150)
    ]
    late = Event("visit", NOW - 400 * DAY, "u1")
    path = workspace(tmp_path / "ended.db", [*long_ago, late])
    async with explorer(path, place="metrics", size=(120, 40)) as ff:
        assert ff.page.main.answer.lines[0].total == 150
        assert "newest 400 days ago" in ff.status
        await ff.press("r", "7")
        changed = ff.page.query_one("#changed")
        assert "May 05 2025 to May 11 2025" in ff.page.main.empty
        assert changed.empty == ff.page.main.empty
