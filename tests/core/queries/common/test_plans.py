"""How SQLite goes about it: what is looked up for many rows is sought in an index.

Its planner takes the events of a few days for very few, and then does without an index where a
statement gives it the choice.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from core.queries import from_json

PAYING = {"field": "paying", "value": "true"}
OF_A_SEGMENT = {"field": "segment", "value": "returning"}
SESSIONS = {
    "kind": "formula",
    "formula": "EVENTTOTALS(A)",
    "series": [{"metric": "event:purchase"}],
}
VIEWS = {"kind": "trend", "event": "view_item", "range": "30d"}


@pytest.mark.parametrize(
    "asked",
    [
        {**VIEWS, "breakdown": "paying"},
        {**VIEWS, "conditions": [PAYING]},
        {**VIEWS, "conditions": [PAYING, OF_A_SEGMENT]},
        {**VIEWS, "breakdown": "paying", "conditions": [PAYING]},
        {"kind": "composition", "property": "paying"},
        SESSIONS,
        {**SESSIONS, "breakdown": "country"},
        {"kind": "lifecycle", "range": "90d", "breakdown": "user"},
    ],
    ids=str,
)
def test_nothing_is_read_through_for_every_row(engine: Any, asked: dict[str, Any]) -> None:
    for statement in engine.run(from_json(asked), fresh=True).statements:
        rows = engine.read(f"explain query plan {statement.text}", statement.parameters)
        told = {number: step for number, _, _, step in rows}
        loops = defaultdict(list)
        for _, inside, _, step in rows:
            if step.startswith(("SCAN", "SEARCH")) and "json_each" not in step:
                loops[inside].append(step)
        for inside, steps in loops.items():
            again = steps if told.get(inside, "").startswith("CORRELATED") else steps[1:]
            assert all(step.startswith("SEARCH") for step in again), steps
        made = [step for step in told.values() if step.startswith("MATERIALIZE relation")]
        assert len(made) == len(set(made))


LATER = "(select min(ts) from events e where event = 1 and e.actor = s.actor and ts > s.start)"


@pytest.mark.parametrize(
    "statement",
    [
        f"select {LATER} from sessions s",
        "select count(*) from events where event = 1 and actor in (3, 4) and ts > 0",
        "select 1 from sessions s, events e where e.actor = s.actor and s.day = 9 and event = 1",
    ],
)
def test_an_event_of_a_person_is_sought_among_their_events(engine: Any, statement: str) -> None:
    steps = [step for *_, step in engine.read(f"explain query plan {statement}")]
    assert any("PRIMARY KEY (actor=?" in step for step in steps), steps
