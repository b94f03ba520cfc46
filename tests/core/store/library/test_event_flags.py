"""Flags of events: what follows from them is stored at once, and exactly (definitions 2.4)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from core.catalog.selectors import check_custom
from core.engines.sqlite.engine import SqliteEngine
from core.errors import BadInput, BadQuestion, Forbidden, NotFound
from core.health import checks
from core.language.custom_events import format_custom, parse_custom
from core.queries import from_json
from core.store.ingest.importer import Event, store_events
from core.store.library.event_flags import flag_event
from core.store.library.saved import Saved
from core.store.workspace import open_writer
from tests.worlds import recount
from tests.worlds.fixture import appendix_a
from tests.worlds.strategies import EVENTS, worlds
from tests.worlds.world import store
from tui.commands.group import footfall

DAY = 86_400_000


def recounted(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        recount.check(db)


@settings(max_examples=40, deadline=None)
@given(world=worlds(flagged=True, max_events=30))
def test_sets_and_sessions_follow_flags_that_are_set_between_imports(world, tmp_path_factory):
    recounted(store(world, tmp_path_factory.mktemp("world") / "w.db"))


changes = st.lists(
    st.tuples(
        st.sampled_from(EVENTS), st.sampled_from(("inactive", "deleted", "hidden")), st.booleans()
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=30, deadline=None)
@given(world=worlds(max_events=20), asked=changes)
def test_flags_set_and_taken_back_leave_what_a_recount_says(world, asked, tmp_path_factory):
    path = store(world, tmp_path_factory.mktemp("world") / "w.db")
    with closing(sqlite3.connect(path)) as db:
        before = recount.dump(db)
    names = {event.event for event in world.events}
    for event, flag, on in asked:
        if event in names:
            flag_event(path, event, {flag: on})
            recounted(path)
    for event in names:
        flag_event(path, event, {"inactive": False, "deleted": False, "hidden": False})
    with closing(sqlite3.connect(path)) as db:
        assert recount.dump(db) == before


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return store(appendix_a(), tmp_path / "a.db")


def test_answers_follow_a_flag_at_once_though_they_were_kept(path):
    engine = SqliteEngine(path, clock=lambda: appendix_a().now)
    question = from_json({"kind": "active_users", "range": "2025-04-07,2025-04-20"})

    def users() -> float | None:
        return engine.answer(question).lines[0].total

    assert users() == 5
    flag_event(path, "sign_up", {"inactive": True})
    flag_event(path, "add_to_cart", {"inactive": True})
    assert users() == 4  # d did nothing else in the range
    flag_event(path, "add_to_cart", {"inactive": False})
    assert users() == 5
    engine.close()


def test_events_that_come_later_are_counted_by_the_flags_in_force(path):
    flag_event(path, "sign_up", {"inactive": True})
    flag_event(path, "view_item", {"deleted": True})
    now = appendix_a().now
    with closing(open_writer(path)) as db:
        store_events(db, [
            Event("sign_up", now, "zoe"), Event("view_item", now + 1, "yan"),
            Event("view_item", now + 9 * DAY, "yan"), Event("fresh", now + 2, "xu"),
            Event("sign_up", now - 60 * DAY, "zoe"),
        ])  # fmt: skip
    recounted(path)
    assert all(check.ok for check in checks(path, whole=False))


def test_the_doctor_sees_sets_that_do_not_agree_with_the_flags(path):
    flag_event(path, "sign_up", {"inactive": True})
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update event_names set inactive = 1 where name = 'purchase'")
    found = {check.name: check for check in checks(path, whole=False)}
    assert not found["sets"].ok
    assert "days of active" in found["sets"].detail


def test_a_flag_tells_how_it_was_and_how_it_is(path):
    before, after = flag_event(path, "sign_up", {"hidden": True, "display": "Sign-up"})
    assert (before.hidden, before.display) == (False, "")
    assert (after.hidden, after.display) == (True, "Sign-up")
    catalog = SqliteEngine(path).context().catalog
    assert "sign_up" not in catalog.events.pickable
    assert "sign_up" in catalog.events.ids
    assert catalog.events.display("sign_up") == "Sign-up"


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ({"kind": "trend", "event": "sign_up", "measure": "users"}, "Users of Sign-up"),
        ({"kind": "trend", "event": "_active"}, "Any active event"),
        ({"kind": "funnel", "steps": [{"event": "sign_up"}, {"event": "purchase"}]},
         "Sign-up > purchase"),
        ({"kind": "funnel", "steps": [{"event": "event:sign_up"}, {"event": "event:purchase"}]},
         "Sign-up > purchase"),
        ({"kind": "funnel_trend", "steps": [{"event": "sign_up"}, {"event": "event:purchase"}]},
         "Conversion of Sign-up > purchase"),
        ({"kind": "time_to_convert", "steps": [{"event": "event:sign_up"}, {"event": "purchase"}]},
         "Time from Sign-up to purchase"),
        ({"kind": "correlation", "steps": [{"event": "sign_up"}, {"event": "purchase"}]},
         "What correlates with Sign-up > purchase"),
        ({"kind": "first_time", "event": "sign_up"}, "First time Sign-up"),
        ({"kind": "lifecycle", "event": "sign_up"}, "Lifecycle of Sign-up"),
        ({"kind": "retention", "start_event": "sign_up"}, "Retention: Sign-up, then any event"),
    ],
)  # fmt: skip
def test_titles_show_the_display_name(path, question, title):
    flag_event(path, "sign_up", {"display": "Sign-up"})
    assert SqliteEngine(path).answer(from_json(question)).title == title


def test_the_events_list_shows_display_names_and_flags(path):
    flag_event(path, "sign_up", {"display": "Sign-up", "inactive": True, "hidden": True})
    flag_event(path, "view_item", {"deleted": True})
    answer = SqliteEngine(path).answer(from_json({"kind": "events_list"}))
    rows = {row[0]: row[4:] for row in answer.rows}
    assert rows["sign_up"] == ("Sign-up", "hidden, non active")
    assert "view_item" not in rows


def test_what_cannot_be_flagged_is_refused(path):
    with pytest.raises(NotFound, match="no event 'sign_upp'") as caught:
        flag_event(path, "sign_upp", {"hidden": True})
    assert caught.value.hint == "Did you mean sign_up?"
    with pytest.raises(BadInput, match="no flag 'lost'"):
        flag_event(path, "sign_up", {"lost": True})
    with pytest.raises(BadInput, match="at most 200"):
        flag_event(path, "sign_up", {"display": "x" * 201})
    with pytest.raises(Forbidden):
        flag_event(path, "sign_up", {"hidden": True}, profile="ana:viewer")


def test_the_sql_views_are_without_deleted_events(path):
    flag_event(path, "view_item", {"deleted": True})
    rows = SqliteEngine(path).read("select count(*) from events_v1")
    assert rows == [(16,)]


def test_an_old_file_gets_its_table_when_something_is_kept(path):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("drop table custom_events")
        db.execute("delete from _sqlite_migrations where name = 'm007_custom_events'")
        for view in ("events_v1", "context_v1"):
            (sql,) = db.execute("select sql from sqlite_master where name = ?", (view,)).fetchone()
            db.execute(f"drop view {view}")
            db.execute(sql.split(" where e.event not in")[0])
    saved = Saved(path)
    assert saved.custom_events() == []
    with pytest.raises(BadQuestion, match="no custom event"):
        SqliteEngine(path).answer(from_json({"kind": "trend", "event": "ce:a"}))
    saved.save_custom_event("a", {"events": [{"event": "sign_up"}]})
    assert [item.title for item in saved.custom_events()] == ["a"]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("signup", "signup"),
        ("signup | purchase[amount > 5]", "signup or purchase[amount > 5]"),
        ("a, b OR c", "a or b or c"),
        (
            '"or" or "a | b"[x = "c or d" or y in (1, 2)]',
            '"or" or "a | b"[(x = "c or d" or y in (1, 2))]',
        ),
        ('{"events": [{"event": "a"}]}', "a"),
    ],
)
def test_custom_events_are_written_as_they_are_read(text, canonical):
    body = parse_custom(text)
    assert format_custom(check_custom(body)) == canonical
    assert parse_custom(canonical) == body


@pytest.mark.parametrize("text", ["", "a or", "users of a", "a last 7d", "dau", "{", "a > b"])
def test_what_is_no_custom_event_is_refused(text):
    with pytest.raises(BadQuestion):
        parse_custom(text)


# -- the command line


def run(path: Path, *words: str) -> str:
    """What the command prints, both streams; it must succeed."""
    done = CliRunner().invoke(footfall, [*words, "--db", str(path)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_custom_event_is_made_used_renamed_deleted_and_restored(path):
    assert "ce:Keen" in run(path, "event", "create", "Keen", "sign_up or purchase[amount > 15]")
    found = run(path, "run", "ce:Keen 2025-04-07..2025-04-16", "--csv").split()[1:]
    assert sum(int(line.split(",")[1]) for line in found) == 8
    assert "undo: footfall event rename Fond Keen" in run(path, "event", "rename", "Keen", "Fond")
    assert "restore Fond" in run(path, "event", "delete", "ce:Fond")
    assert Saved(path).custom_events() == []
    run(path, "event", "restore", "Fond")
    run(path, "event", "edit", "Fond", "purchase")
    assert "purchase" in run(path, "event", "list", "--csv").splitlines()[-1]


def test_a_flag_is_set_and_the_way_back_is_shown(path):
    said = run(path, "event", "flag", "sign_up", "--inactive", "--display", "It's me")
    assert "inactive, shown as It's me" in said
    assert "footfall event flag sign_up --active --display ''" in said
    assert "It's me" in run(path, "event", "list")
    assert "nothing changed" in run(path, "event", "flag", "sign_up", "--inactive")


def test_an_event_that_is_not_there_yet_is_said(path):
    assert "no event 'buy' here yet" in run(path, "event", "create", "X", "buy or purchase")


def test_two_custom_events_cannot_share_a_name(path):
    Saved(path).save_custom_event("A", {"events": [{"event": "sign_up"}]})
    with pytest.raises(BadInput, match="already a custom event called 'a'"):
        Saved(path).save_custom_event("a", {"events": [{"event": "purchase"}]})
