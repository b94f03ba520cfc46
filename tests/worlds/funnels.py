"""Funnels and worlds for them, shared by the tests of all that counts attempts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from core.queries import from_json
from tests.worlds.compare import check_people
from tests.worlds.strategies import CONDITIONS, EVENTS, EXACT_RANGES, RANGES
from tests.worlds.world import DAY, HOUR, Event, World, engine_of

SIGN_UP = [{"event": "sign_up"}, {"event": "add_to_cart"}, {"event": "purchase"}]
NOON = 1_744_027_200_000  # 7 April 2025, 12:00 UTC
ANYTHING = {
    "any": [
        {"field": "properties.item", "operator": "is_set"},
        {"field": "properties.item", "operator": "is_not_set"},
    ]
}


def counts(group) -> list[int]:
    """How many reached each step."""
    return [step.count for step in group.steps]


def funnel_of(events: list[Event], names: str, **fields: Any):
    """The answer for a world that ends a day after noon; everybody behind it was counted."""
    steps = [{"event": name} for name in names.split()]
    question = from_json({"kind": "funnel", "steps": steps, "range": "7d", **fields})
    with engine_of(World(tuple(events), now=NOON + DAY)) as found:
        answer = found.answer(question)
        check_people(found, question, answer)
        return answer


FILTERS: tuple[list[dict[str, Any]], ...] = (
    [], [], [], [ANYTHING], [{"field": "properties.item", "operator": "is_set"}],
    [{"field": "country", "operator": "ne", "value": "NL"}],
    [{"field": "trait:plan", "value": "pro"}],
)  # fmt: skip
WINDOWS = (0, 1, 1800, 3600, 86_400, 3 * 86_400, 7 * 86_400, 366 * 86_400, None)


@st.composite
def questions(draw: st.DrawFn, fewest: int = 1) -> dict[str, Any]:
    """A funnel of up to four steps; often all different and without filters."""
    if draw(st.booleans()):
        names = draw(st.permutations(EVENTS))[: draw(st.integers(fewest, 4))]
        steps: list[dict[str, Any]] = [{"event": name} for name in names]
    else:
        step = st.fixed_dictionaries(
            {"event": st.sampled_from(EVENTS[:3]), "filters": st.sampled_from(FILTERS)}
        )
        steps = draw(st.lists(step, min_size=fewest, max_size=4))
    return {
        "kind": "funnel",
        "steps": steps,
        "range": draw(st.sampled_from((*RANGES, "30d", "all_time", *EXACT_RANGES))),
        "window_seconds": draw(st.sampled_from(WINDOWS)),
        "breakdown": draw(st.sampled_from(
            ([], "country", "properties.item", "trait:plan", "user", "event")
        )),
        "limit": draw(st.sampled_from((1, 2, 10))),
        "compare": draw(st.sampled_from((None, "previous", "yoy"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
    }  # fmt: skip


@st.composite
def crowded(draw: st.DrawFn) -> World:
    """Two people who do much within two days, often at the same instant."""
    ticks = st.sampled_from((0, 0, 1, HOUR, HOUR, 2 * HOUR, DAY, DAY + 1, 2 * DAY))
    event = st.builds(
        lambda name, tick, user, country, item: Event(
            name, NOON - 2 * DAY + tick, user=user, context={"country": country} if country else {},
            properties={"item": item} if item else {},
        ),
        st.sampled_from(EVENTS), ticks, st.sampled_from(("ann", "ann", "bob", None)),
        st.sampled_from(("NL", "US", None)), st.sampled_from(("hat", None)),
    )  # fmt: skip
    events = tuple(draw(st.lists(event, max_size=16)))
    return World(events, now=NOON, batches=draw(st.integers(1, 2)))


def with_names(world: World) -> World:
    """The world with every event name known, by events of nobody in the middle of things."""
    when = world.now - DAY
    return replace(world, events=(*world.events, *(Event(name, when) for name in EVENTS)))


def percentile(waits: list[float], share: float) -> float | None:
    """Type 7 of ascending numbers."""
    if not waits:
        return None
    place = (len(waits) - 1) * share
    below, above = waits[int(place)], waits[min(int(place) + 1, len(waits) - 1)]
    return below + (place - int(place)) * (above - below)
