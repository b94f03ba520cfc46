"""Alerts: what is judged, what is not known, and that it is told once."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.alerts.judging import judge
from core.alerts.running import Report, run_alerts
from core.definitions.alert import Alert, read_condition
from core.definitions.saved import Item
from core.engines.sqlite.engine import SqliteEngine
from core.errors import FootfallError
from core.store.library.alert_states import states_of
from core.store.library.saved import Saved
from core.store.upkeep.info import info as read_info
from tests.worlds.world import DAY, HOUR, Event, World, store

MONDAY = 1_743_984_000_000
"""2025-04-07 00:00 UTC."""

WEEKS = 10


def at(day: int, hour: int = 12) -> int:
    return MONDAY + day * DAY + hour * HOUR


def people(counts: dict[int, int], country: str = "NL") -> tuple[Event, ...]:
    """That many signups on each day, the last of them late at night."""
    return tuple(
        Event("signup", at(day) + n, f"u{day}-{n}", context={"country": country})
        for day, count in counts.items()
        for n in range(count)
    )


def usual_days(last: int) -> dict[int, int]:
    """Ten weeks that end with a day: 20 to 22 signups, but 5 or 6 on Sundays."""
    return {
        day: (5 + day // 7 % 2) if day % 7 == 6 else 20 + day % 3
        for day in range(last - 7 * WEEKS, last + 1)
    }


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Day 0 is a Monday with 4 signups, the Sunday before it is a usual one; login on day 1."""
    counts = usual_days(-1) | {0: 4}
    events = (*people(counts), *people({0: 2, -1: 6}, "DE"), Event("login", at(1, 6), "u1"))
    return store(World(events), tmp_path_factory.mktemp("alerts") / "w.db")


def verdicts(path: Path, now: int, question: str, when: str, **more: Any) -> list[tuple[str, str]]:
    """What is judged: the state and what is said of every figure."""
    engine = SqliteEngine(path, clock=lambda: now)
    found = judge(Alert(question=question, when=when, **more), engine)
    engine.close()
    return [("waiting" if v.waiting else v.state, v.said) for v in found.verdicts]


@pytest.mark.parametrize(
    ("question", "when", "state", "said"),
    [
        ("signup", "below 10", "firing", "6 events on 2025-04-07"),
        ("signup last 1d", "above 6", "ok", "6 events on 2025-04-07"),
        ("signup last 2d", "falls by 40%", "firing", "6 events on 2025-04-07, before 12"),
        ("signup", "rises by 1", "ok", "6 events on 2025-04-07, before 12"),
        ("signup", "unusual", "firing", "6 events on 2025-04-07, usual are 18.1 to 23.9"),
        ("signup", "unusually high", "ok", "6 events on 2025-04-07, usual are 18.1 to 23.9"),
        ("signup > login last 1d", "below 20%", "firing", "0.0%"),
        ("top events yesterday", "outside 1 to 5", "firing", "signup: 6"),
        ("login", "below 1", "firing", "0 events on 2025-04-07"),
        ("paths from signup", "above 1", "error", "Paths has no figure that an alert could judge."),
    ],
)
def test_the_last_day_that_is_over_is_judged(
    workspace: Path, question: str, when: str, state: str, said: str
) -> None:
    assert verdicts(workspace, at(1), question, when) == [(state, said)]


def test_every_group_is_judged_and_an_unfinished_day_only_if_asked(workspace: Path) -> None:
    by = "users of signup by country"
    assert verdicts(workspace, at(1), by, "below 3") == [
        ("ok", "NL: 4 users on 2025-04-07"),
        ("firing", "DE: 2 users on 2025-04-07"),
    ]
    today = verdicts(workspace, at(1), "login", "above 0", unfinished=True)
    assert today == [("firing", "1 event on 2025-04-08")]


def test_amounts_of_money_are_told_in_their_currency(tmp_path: Path) -> None:
    def paid(day: int, amount: int) -> Event:
        told = {"amount": amount, "currency": "EUR"}
        return Event("purchase", at(day), f"u{day}", context={"country": "NL"}, properties=told)

    events = (paid(-1, 60), paid(0, 20), Event("login", at(1), "u1"))
    path = store(World(events), tmp_path / "paid.db")
    asked = "sum(purchase.amount)"
    treemap = "group purchase by country size sum(amount) last 3d"
    for question, when, said in (
        (f"{asked} last 2d", "changes by 1%", "€20 on 2025-04-07, before €60"),
        (f"{asked} last 2d by country", "above 1", "NL: €20 on 2025-04-07"),
        (treemap, "above 1", "NL: €80"),
    ):
        assert verdicts(path, at(1), question, when)[0][1] == said


def test_a_day_whose_data_is_not_there_is_no_zero(workspace: Path) -> None:
    late = verdicts(workspace, at(2), "signup", "below 10")
    assert late == [("waiting", "data of 2025-04-08 ends at 2025-04-08 06:00")]
    for question in ("signup", "signup > login last 1d", "logs"):
        ((state, said),) = verdicts(workspace, at(3), question, "below 10")
        assert state == "no data"
        assert said.startswith("no data for 2025-04-09: ")


# -- a run after another


class Runs:
    """Runs of one alert over a workspace at different times."""

    def __init__(self, path: Path, **alert: Any) -> None:
        self.saved = Saved(path, clock=lambda: self.now, profile="ana:admin")
        self.path, self.now = path, 0
        count = len(self.saved.items("alerts"))
        body = {"question": "signup", "when": "below 10", **alert}
        self.item = self.saved.save("alerts", Item(title=f"Few {count}", body=body))

    def at(self, now: int) -> Report:
        self.now = now
        engine = SqliteEngine(self.path, clock=lambda: now)
        (report,) = run_alerts(self.saved, engine, [self.item])
        engine.close()
        return report


def said(report: Report) -> list[str]:
    told = report.told
    return [v.said for v in told.fresh] + [f"recovered: {v.said}" for v in told.recovered]


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """4 signups on day 0 and 1, 20 on day 2, nothing on day 3, 4 on day 4; data up to day 5."""
    late = tuple(Event("beat", at(day, 23), "u") for day in range(-1, 6))
    events = (*people({-1: 20, 0: 4, 1: 4, 2: 20, 4: 4, 5: 1}), *late)
    return store(World(events), tmp_path_factory.mktemp("alerts") / "w.db")


def test_what_fires_is_told_once_until_it_recovers(week: Path) -> None:
    runs = Runs(week)
    low = "4 events on 2025-04-"
    assert said(runs.at(at(1))) == [f"{low}07"]
    assert said(runs.at(at(1, 13))) == []
    assert said(runs.at(at(2))) == []
    assert said(runs.at(at(3, 0))) == ["recovered: 20 events on 2025-04-09"]
    assert said(runs.at(at(5, 13))) == [f"{low}11"]
    ((found,),) = (states.values() for states in states_of(runs.saved.access).values())
    assert (found.state, found.told, found.since) == ("firing", "firing", at(5, 13))


def test_data_that_stops_is_said_once_and_nothing_that_fires_recovers_by_it(week: Path) -> None:
    runs = Runs(week, unfinished=False)
    assert said(runs.at(at(1))) == ["4 events on 2025-04-07"]
    assert said(runs.at(at(8))) == []
    assert said(runs.at(at(1, 14))) == []
    calm = Runs(week, when="above 100", paused=False)
    assert said(calm.at(at(8))) == ["no data for 2025-04-14: the newest is from 2025-04-12 23:00"]
    assert said(calm.at(at(8, 13))) == []


def test_quiet_hours_put_it_off(week: Path) -> None:
    runs = Runs(week, quiet="22:00-07:00", when="below 11")
    assert said(runs.at(at(1, 23))) == []
    assert said(runs.at(at(2, 6))) == []
    assert said(runs.at(at(2, 7))) == ["4 events on 2025-04-08"]


def test_a_command_gets_the_answer_and_is_run_again_if_it_failed(
    week: Path, tmp_path: Path
) -> None:
    got = tmp_path / "got.json"
    runs = Runs(week, command=f"cat > '{got}'; test -e '{tmp_path}/up'", recovery=True)
    assert "exit code 1" in runs.at(at(1)).failed
    (tmp_path / "up").touch()
    assert said(runs.at(at(1, 13))) == ["4 events on 2025-04-07"]
    told = json.loads(got.read_text())
    assert (told["alert"]["title"], told["state"], told["when"]) == (
        runs.item.title,
        "firing",
        "below 10",
    )
    assert told["figures"][0]["value"] == 4
    assert told["answer"]["lines"][0]["values"][-2] == 4
    runs.at(at(3, 0))
    assert json.loads(got.read_text())["state"] == "recovered"


def test_another_condition_starts_anew(week: Path) -> None:
    runs = Runs(week, when="below 12")
    assert len(said(runs.at(at(1)))) == 1
    body = runs.item.body | {"when": "below 13"}
    runs.item = runs.saved.save("alerts", replace_body(runs.item, body))
    assert len(said(runs.at(at(1)))) == 1


def replace_body(item: Item, body: dict[str, Any]) -> Item:
    return item.model_copy(update={"body": body})


# -- conditions as text


@pytest.mark.parametrize(
    "text",
    [
        "above 100", "below 20%", "below -1.5", "outside 10 to 20", "rises by 50%", "falls by 100",
        "changes by 2.5%", "unusual", "unusually high", "unusually low 99%",
    ],
)  # fmt: skip
def test_a_condition_is_written_as_it_is_read(text: str) -> None:
    assert str(read_condition(text)) == text


@pytest.mark.parametrize(
    "text", ["", "signup", "above", "outside 20 to 10", "falls by 0", "unusual 90", "below 1 to 2"]
)
def test_what_is_no_condition_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(FootfallError) as caught:
        read_condition(text)
    assert caught.value.hint


def test_any_rise_from_nothing_is_large_enough_in_percent() -> None:
    rises = read_condition("rises by 50%")
    assert [rises.holds(x, 0, None) for x in (0, 1)] == [False, True]
    assert [rises.holds(x, 10, None) for x in (14.9, 15)] == [False, True]
    assert not replace(rises, test="falls").holds(15, 10, None)


def test_a_file_from_before_there_were_alerts_has_none(week: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    old.write_bytes(week.read_bytes())
    with closing(sqlite3.connect(old)) as db:
        db.executescript("drop table alerts; drop table alert_states")
        db.execute("delete from _sqlite_migrations where name like '%_alerts'")
        db.commit()
    saved = Saved(old, profile="ana:admin")
    assert saved.items("alerts") == saved.deleted("alerts") == []
    assert states_of(saved.access) == {}
    assert read_info(old).saved["alerts"] == 0
    saved.save("alerts", Item(title="First", body={"question": "dau", "when": "below 1"}))
    assert len(saved.items("alerts")) == 1
