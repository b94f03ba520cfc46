"""Numbers that the sources print, reproduced (definitions appendix B).

Where a source prints thousands of people, as many are made here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from core.api import Backend, read, respond
from core.api.tell.shapes import change
from core.draw import Look, text
from core.export import export
from core.language.questions import parse_full
from core.store.library.saved import Saved
from core.text import percent
from tests.worlds.compare import ask
from tests.worlds.world import DAY, Event, World, engine_of


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_points_have_a_total_a_least_a_most_and_a_mean() -> None:
    events = tuple(
        Event("e", at("2025-04-01T10:00") + day * DAY, f"u{n}")
        for day, count in enumerate((10, 20, 30))
        for n in range(count)
    )
    with engine_of(World(events, now=at("2025-04-10"))) as engine:
        request = read("GET /api/v1/metrics/events?range=2025-04-01,2025-04-03")
        data = respond(request, Backend(engine, Saved(engine.path))).body["data"]
    assert [point["value"] for point in data["points"]] == [10, 20, 30]
    assert (data["total"], data["min"], data["max"], data["avg"]) == (60, 10, 30, 20)


@pytest.mark.parametrize(
    ("now", "before", "expected"), [(150, 100, 50), (80, 100, -20), (100, 80, 25)]
)
def test_changes_in_percent(now: float, before: float, expected: float) -> None:
    assert change(now, before)["percent_change"] == expected


def steps_of(counts: tuple[int, ...], start: int, prefix: str = "u") -> Iterator[Event]:
    """People of whom so many do step 1, 2, ... one second after the other."""
    for step, count in enumerate(counts):
        for n in range(count):
            yield Event(f"step {step + 1}", start + step * 1000, f"{prefix}{n}")


def funnel(counts: tuple[int, ...]) -> World:
    return World(tuple(steps_of(counts, at("2025-04-01T10:00"))), now=at("2025-04-20"))


def test_the_funnel_of_1200_people() -> None:
    with engine_of(funnel((1200, 480, 192))) as engine:
        names = [{"event": f"step {n}"} for n in (1, 2, 3)]
        steps = ask(engine, "funnel", steps=names, range="30d").groups[0].steps
    assert [step.count for step in steps] == [1200, 480, 192]
    assert [step.overall_rate for step in steps] == [1, 0.4, 0.16]
    assert [step.step_rate for step in steps] == [1, 0.4, 0.4]
    assert [step.drop_off for step in steps] == [0, 720, 288]


def test_rates_of_the_sample_funnel() -> None:
    """163,054 entered, 161,670 went on, 157,485 finished: a thousandth of them here."""
    raw = (163_054, 161_670, 157_485)
    assert [round(count / raw[0], 6) for count in raw] == [1, 0.991512, 0.965846]
    assert [round(b / a, 6) for a, b in pairwise(raw)] == [0.991512, 0.974114]
    counts = tuple(round(count / 100) for count in raw)
    with engine_of(funnel(counts)) as engine:
        names = [{"event": f"step {n}"} for n in (1, 2, 3)]
        steps = ask(engine, "funnel", steps=names, range="30d").groups[0].steps
    assert [step.overall_rate for step in steps] == pytest.approx([1, 0.991512, 0.965846], abs=3e-4)
    assert [step.step_rate for step in steps] == pytest.approx([1, 0.991512, 0.974114], abs=3e-4)


def test_entries_by_day_exceed_those_of_the_range() -> None:
    first = tuple(steps_of((4, 3), at("2025-04-01T10:00")))
    second = tuple(steps_of((3, 2), at("2025-04-02T10:00")))
    with engine_of(World(first + second, now=at("2025-04-20"))) as engine:
        names = [{"event": "step 1"}, {"event": "step 2"}]
        fields = {"steps": names, "range": "2025-04-01,2025-04-02"}
        whole = ask(engine, "funnel", **fields).groups[0].steps[0].count
        by_day = ask(engine, "funnel_trend", measure="counts", **fields).lines[0].values
    assert (whole, by_day) == (4, (4, 3))


def test_the_combined_row_of_two_cohorts() -> None:
    """12,864 and 14,720 people of whom 9,061 and 10,249 came back: every tenth of them here."""
    assert (12_864 + 14_720, 9_061 + 10_249) == (27_584, 19_310)
    days = (
        (at("2017-08-14T00:05"), "a", 1286, 906, 156),
        (at("2017-08-15T00:05"), "b", 1472, 1025, 0),
    )
    events = [
        Event("e", start + offset * DAY, f"{prefix}{n}")
        for start, prefix, size, back, late in days
        for offset, count in ((0, size), (1, back), (4, late))
        for n in range(count)
    ]
    with engine_of(World(tuple(events), now=at("2017-08-18T00:30"))) as engine:
        answer = ask(
            engine,
            "retention",
            range="2017-08-14,2017-08-15",
            granularity="daily",
            periods=5,
            start_event="_new",
            basis="24h",
        )
    first, second = (cohort.counts for cohort in answer.cohorts[:2])
    assert (first[:2], second[:2]) == ((1286, 906), (1472, 1025))
    combined = answer.combined
    assert (combined.counts[:2], combined.sizes[:2]) == ((1286 + 1472, 906 + 1025), (2758, 2758))
    assert (combined.counts[4], combined.sizes[4], combined.incomplete[4]) == (156, 1286, True)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(6633, 9644, "68.8"), (6594, 9644, "68.4"), (168, 254, "66.1"), (72, 254, "28.3")],
)
def test_rates_are_rounded_to_a_tenth_of_a_percent(part: int, whole: int, expected: str) -> None:
    assert percent(part / whole).startswith(expected)


def windows(start: str, back: str, unit: str) -> list[int]:
    """In which 24-hour based windows somebody is retained who starts and comes back once."""
    events = (Event("start", at(start), "u"), Event("back", at(back), "u"))
    with engine_of(World(events, now=at("2026-03-01"))) as engine:
        answer = ask(
            engine,
            "retention",
            range="2025-12-01,2025-12-31",
            granularity=unit,
            periods=4,
            start_event="start",
            return_event="back",
            basis="24h",
            cohort="every",
        )
    return [n for n, count in enumerate(answer.cohorts[0].counts) if count]


@pytest.mark.parametrize(
    ("start", "back", "unit", "expected"),
    [
        ("2025-12-01T17:59", "2025-12-02T17:00", "daily", 1),
        ("2025-12-01T10:00", "2025-12-06T10:00", "weekly", 0),
        ("2025-12-06T10:00", "2025-12-12T10:00", "monthly", 0),
    ],
)
def test_the_windows_of_returns(start: str, back: str, unit: str, expected: int) -> None:
    assert windows(start, back, unit) == [expected]


def test_each_element_of_a_held_array_is_held() -> None:
    items = ([1, 2, 3], 3)
    events = tuple(
        Event(f"step {n}", at(f"2025-04-01T1{n}:00"), "u", properties={"item_id": value})
        for n, value in enumerate(items, 1)
    )
    with engine_of(World(events, now=at("2025-04-20"))) as engine:
        names = [{"event": "step 1"}, {"event": "step 2"}]
        steps = ask(engine, "funnel", steps=names, hold="properties.item_id", range="30d")
    assert [step.count for step in steps.groups[0].steps] == [3, 1]


def landing(first: str, second: str) -> dict[str, list[int]]:
    """A funnel by landing page that holds the session, of somebody who lands on A, then on B."""
    pages = (("A", 10, first), ("B", 11, second))
    events = [
        Event("land", at(f"2025-04-01T{hour}:00"), "u", session=session, properties={"page": page})
        for page, hour, session in pages
    ]
    events.append(Event("buy", at("2025-04-01T12:00"), "u", session=second))
    with engine_of(World(tuple(events), now=at("2025-04-20"))) as engine:
        answer = ask(
            engine,
            "funnel",
            steps=[{"event": "land"}, {"event": "buy"}],
            hold="session",
            breakdown="page",
            range="30d",
        )
    return {group.group[0]: [step.count for step in group.steps] for group in answer.groups[1:]}


def test_landing_on_two_pages_in_one_session_and_in_two() -> None:
    assert landing("one", "one") == {"A": [1, 1]}
    assert landing("one", "two") == {"A": [1, 0], "B": [1, 1]}


def test_one_lost_of_two_thousand_is_not_everybody() -> None:
    began = at("2025-04-01T10:00")
    events = [Event("s", began, f"u{n}") for n in range(2000)]
    events += [Event("t", began + 1000, f"u{n}") for n in range(1999)]
    events.append(Event("rare", began, "u7"))
    with engine_of(World(tuple(events), now=at("2025-05-01"))) as engine:
        days = "2025-04-01..2025-04-01"
        funnel = parse_full(f"s > t {days}")
        drawn = text(engine.answer(funnel.question), 80, Look("ascii"))
        assert (drawn.count("100.0%"), drawn.count(">99.9%")) == (1, 3)
        asked = parse_full(f"rare / s {days} as number")
        ratio = engine.answer(asked.question)
        assert "\n0.0005\n" in text(ratio, 80, Look("ascii"), chart=asked.chart)
        assert export(ratio, "csv").endswith(",0.0005\n")
