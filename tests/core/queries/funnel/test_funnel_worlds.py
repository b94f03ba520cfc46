"""Funnels of random people and worlds, against every possible attempt (definitions 6.3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.queries import from_json
from core.sequences.model import Search, Story
from core.sequences.search import attempts
from tests.oracles.funnel import funnel as oracle
from tests.oracles.times import time_of
from tests.worlds.compare import ask, check_people, people
from tests.worlds.funnels import ANYTHING, NOON, counts, crowded, percentile, questions, with_names
from tests.worlds.strategies import EVENTS, worlds
from tests.worlds.world import DAY, HOUR, Event, World, engine_of

# -- one actor's events against every possible attempt


@st.composite
def masks(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, int]]]:
    """A number of steps, and events with few distinct times and many overlaps."""
    steps = draw(st.integers(2, 5))
    times = draw(st.lists(st.integers(0, 6), max_size=7))
    fits = st.integers(0, 2**steps - 1)
    return steps, sorted((ts, number, draw(fits)) for number, ts in enumerate(times))


def every_attempt(steps: int, events: list, begun: list, window: int):
    """Yield an attempt and all that continue it."""
    yield begun
    for event in events if len(begun) < steps else ():
        fits = event[2] >> len(begun) & 1
        timely = begun[-1][0] <= event[0] <= begun[0][0] + window
        if fits and timely and event not in begun:
            yield from every_attempt(steps, events, [*begun, event], window)


@settings(max_examples=400, deadline=None)
@given(masks(), st.integers(0, 6), st.integers(0, 4))
def test_the_reported_attempt_is_the_best_of_all(made, window, start):
    steps, events = made
    firsts = [event for event in events if event[2] & 1 and start <= event[0] < start + 3]
    tries = [a for first in firsts for a in every_attempt(steps, events, [first], window)]
    best = min(tries, key=lambda a: (-len(a), a[0][0], a[0][1], [e[0] for e in a]), default=None)
    expected = [([e[0] for e in best], best[0][1])] if best else []
    search = Search("ordered", steps, window, (start, start + 3))
    found = attempts(search, Story.of(search, events), lambda: None)
    assert [(list(a.times), events[a.first][1]) for a in found] == expected


# -- whole worlds against every possible attempt


def check_group(group, expected: oracle.Funnel) -> None:
    """A group of the answer shows what the oracle's attempts say."""
    assert counts(group) == [len(expected.reached(s.step)) for s in group.steps]
    assert group.in_progress == expected.in_progress
    for step in group.steps[1:]:
        waits = expected.waits(step.step - 1, step.step)
        for shown, share in ((step.median_seconds, 0.5), (step.p90_seconds, 0.9)):
            assert shown == pytest.approx(percentile(waits, share))
        assert step.avg_seconds == pytest.approx(sum(waits) / len(waits) if waits else None)
    total = expected.waits(1, len(group.steps)) if len(group.steps) > 1 else []
    assert group.total_median_seconds == pytest.approx(percentile(total, 0.5))
    assert group.total_avg_seconds == pytest.approx(sum(total) / len(total) if total else None)


def check_funnel(world: World, fields: dict[str, Any]) -> None:
    """Everything an answer shows is what the oracle says, and its people are the oracle's."""
    question: Any = from_json(fields)
    when = time_of(world, question)
    expected = oracle.funnel(world, question, when.span)
    with engine_of(world) as found:
        answer = found.answer(question)
        _check_groups(answer, question, expected)
        if question.compare:
            assert when.compared is not None
            check_group(answer.previous, oracle.funnel(world, question, when.compared)[()])
        check_people(found, question, answer)
        last = len(question.steps)
        entered, finished = expected[()].reached(1), expected[()].reached(last)
        assert people(found, question, Cell(step=last)) == sorted(finished)
        assert people(found, question, Cell(outcome="dropped")) == sorted(entered - finished)


def _check_groups(answer, question: Any, expected: dict) -> None:
    check_group(answer.groups[0], expected[()])
    if not question.breakdown:
        assert len(answer.groups) == 1
        return
    ranked = sorted((g for g in expected if g), key=lambda g: (-len(expected[g].attempts), g))
    shown, rest = ranked[: question.limit], ranked[question.limit :]
    if rest:
        merged = replace(expected[()], attempts={})
        for group in rest:
            merged.attempts |= expected[group].attempts
        expected = {**expected, ("(other)",): merged}
        shown = [*shown, ("(other)",)]
    assert [g.group for g in answer.groups[1:]] == shown
    assert answer.omitted == len(rest)
    for group in answer.groups[1:]:
        check_group(group, expected[group.group])
    for number, step in enumerate(answer.groups[0].steps):
        assert step.count == sum(g.steps[number].count for g in answer.groups[1:])


@settings(max_examples=150, deadline=None)
@given(worlds(), questions())
def test_funnels_match_every_possible_attempt(world, fields):
    check_funnel(with_names(world), fields)


@settings(max_examples=150, deadline=None)
@given(crowded(), questions())
def test_crowded_funnels_match_every_possible_attempt(world, fields):
    check_funnel(with_names(world), fields)


OF_STEPS = {"steps": {"__all__": {"filters"}}}
NAMES = {"title": True, "groups": {"__all__": OF_STEPS}, "previous": OF_STEPS}
"""Where an answer names the filters of its steps."""


@settings(max_examples=40, deadline=None)
@given(crowded(), questions())
def test_both_ways_to_find_attempts_agree(world, fields):
    names = [{"event": name} for name in EVENTS]
    always = [{**step, "filters": [ANYTHING]} for step in names]
    fields = {**fields, "conditions": []}
    with engine_of(with_names(world)) as found:
        plain, any_ = from_json({**fields, "steps": names}), from_json({**fields, "steps": always})
        figures, same = (found.answer(asked).model_dump(exclude=NAMES) for asked in (plain, any_))
        assert figures == same


@pytest.mark.parametrize("steps", range(2, 11))
def test_two_to_ten_steps_and_their_people(steps):
    names = "abcdefghij"[:steps]
    events = [
        Event(name, NOON + place, user="ann", context={"country": "NL"})
        for place, name in enumerate(names)
    ]
    events.append(Event("a", NOON, user="bob"))
    fields = {
        "kind": "funnel",
        "range": "7d",
        "breakdown": "country",
        "steps": [{"event": name} for name in names],
    }
    with engine_of(World(tuple(events), now=NOON + DAY)) as found:
        question = from_json(fields)
        answer = found.answer(question)
        assert [counts(g) for g in answer.groups] == [
            [2] + [1] * (steps - 1),
            [1] + [0] * (steps - 1),
            [1] * steps,
        ]
        check_people(found, question, answer)
        cell = {"step": steps, "group": ["NL"]}
        listed = ask(found, "people", of={**fields, "audience": None}, cell=cell)
        assert [person.user for person in listed.rows] == ["ann"]


def tries(user: str, names: str, depths: tuple[int, ...]) -> list[Event]:
    """A person's attempts, of so many steps each; the step after follows just too late."""
    events = []
    for number, depth in enumerate(depths):
        begun = NOON + number * 3 * HOUR
        events += [Event(name, begun + step, user=user) for step, name in enumerate(names[:depth])]
        events += [Event(name, begun + HOUR + 1, user=user) for name in names[depth : depth + 1]]
    return events


@pytest.mark.parametrize("steps", range(2, 9))
def test_the_people_of_every_number_however_often_they_tried(steps):
    names = "abcdefgh"[:steps]
    events = [Event(name, NOON, user="all at once") for name in names]
    for depth in range(1, steps + 1):
        events += tries(f"once {depth}", names, (depth,))
        events += tries(f"twice {depth}", names, (1, depth))
        events += tries(f"up {depth}", names, tuple(range(1, depth + 1)))
        events += tries(f"down {depth}", names, tuple(range(depth, 0, -1)))
    fields = {
        "kind": "funnel",
        "range": "7d",
        "window_seconds": 3_600,
        "compare": "previous",
        "steps": [{"event": name} for name in names],
    }
    check_funnel(World(tuple(events), now=NOON + 2 * DAY), fields)


@pytest.mark.parametrize(("ends", "reached"), [(45, 4), (35, 3), (25, 2), (15, 1)])
def test_starts_each_just_in_time_for_what_stopped_the_one_before(ends, reached):
    """Starts are at 10, 20, 30 and 40; b, c and d each come a minute after the next start."""
    begun = NOON + 12 * HOUR - ends  # so that the day ends at this ms of the story
    story = [("a", tick) for tick in (10, 20, 30, 40)]
    story += [("b", 60_020), ("c", 60_030), ("d", 60_040)]
    events = [Event(name, begun + tick, user="ann") for name, tick in story]
    fields = {
        "kind": "funnel",
        "range": "2025-04-07,2025-04-07",
        "window_seconds": 60,
        "steps": [{"event": name} for name in "abcd"],
    }
    world = World(tuple(events), now=NOON + 2 * DAY)
    check_funnel(world, fields)
    with engine_of(world) as found:
        answer = found.answer(from_json(fields))
        assert counts(answer.groups[0]) == [1] * reached + [0] * (4 - reached)
