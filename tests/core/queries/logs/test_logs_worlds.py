"""Logs of random worlds, against the oracle (definitions 4.9)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.log_levels import LEVELS
from core.queries import from_json
from tests.oracles.logs.logs import (
    Written,
    counted_by,
    people_of,
    shown,
    slots_of,
    span_of,
    volume,
    wanted,
    within,
)
from tests.worlds.compare import check_people, people
from tests.worlds.stories.logs import engines_of
from tests.worlds.strategies import EXACT_RANGES, RANGES, ZONES, instants, worlds
from tests.worlds.world import DAY, World

CONDITIONS: tuple[list[dict[str, Any]], ...] = (
    [],
    [],
    [{"field": "level", "operator": "gte", "value": "WARNING"}],
    [{"field": "service", "operator": "ne", "value": "api"}],
    [{"field": "message", "operator": "regex", "value": "^n"}],
    [{"field": "message", "operator": "contains", "value": "N"}],
    [{"field": "message", "operator": "not_contains", "value": "m"}],
    [{"field": "session", "operator": "ne", "value": "s1"}],
    [{"field": "country", "operator": "ne", "value": "NL"}],
    [{"field": "trait:plan", "operator": "is_set"}],
    [{"field": "user", "operator": "in", "value": ["ann", "phone"]},
     {"field": "properties.item", "operator": "is_set"}],
    [{"field": "trait:plan", "operator": "ne", "value": "pro"},
     {"field": "source", "operator": "is_not_set"}],
    [{"any": [{"field": "pattern", "value": "n <*>"}, {"field": "level", "value": "TRACE"}]}],
)  # fmt: skip


@st.composite
def worlds_with_logs(draw: st.DrawFn) -> tuple[World, tuple[Written, ...]]:
    world = draw(worlds())
    middle = next(day for zone, day in ZONES if zone == world.zone)
    logs = st.builds(
        Written,
        instants(world.zone, middle, 10),
        st.sampled_from(LEVELS[2:6] + LEVELS[8:]),
        st.sampled_from(("n 1", "n 2", "m", "")),
        st.sampled_from((None, "api", "web")),
        st.sampled_from((None, "h")),
        st.sampled_from((None, "s1", "s1", "s2", "s3")),
    )
    return world, tuple(draw(st.lists(logs, max_size=20)))


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    metric = draw(st.sampled_from(("volume", "volume", "top", "raw")))
    fields: dict[str, Any] = {
        "kind": "logs",
        "metric": metric,
        "range": draw(st.sampled_from((*RANGES, *EXACT_RANGES, "2025-03-25,2025-04-05"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
        "limit": 1000,
        "level": draw(st.sampled_from((None, None, "ERROR", ["ERROR", "TRACE"]))),
        "service": draw(st.sampled_from((None, None, "api"))),
    }
    groups = st.sampled_from(("level", "service", "source", "pattern"))
    if metric == "volume":
        fields["granularity"] = draw(st.sampled_from(("hourly", "daily", "weekly", "monthly")))
        fields["compare"] = draw(st.sampled_from((None, "previous")))
        fields["breakdown"] = draw(st.lists(groups, max_size=2, unique=True))
    if metric == "top":
        fields["breakdown"] = [draw(groups)]
    return fields


@settings(max_examples=40, deadline=None)
@given(worlds_with_logs(), questions())
def test_logs_match_the_oracle(both, fields):
    world, logs = both
    question: Any = from_json(fields)
    stored = both
    world, logs = counted_by(world, logs, question)
    found, allowed = wanted(world, logs, question)
    span = span_of(world, logs, question)
    with engines_of(*stored) as engines:
        for engine in engines:
            answer = engine.answer(question)
            if question.metric == "volume":
                _check_volume(engine, world, question, answer, found, span, allowed, logs)
                continue
            here = within(found, span.start, span.end)
            if question.metric == "raw":
                expected = sorted(
                    (log.ts, log.level, log.message, log.source, log.service, log.session)
                    for log in map(_plain, here)
                )
                assert sorted(tuple(map(_text, row[:6])) for row in answer.rows) == expected
                assert [row[0] for row in answer.rows] == sorted(
                    (log.ts for log in here), reverse=True
                )
                assert people(engine, question, Cell()) == people_of(world, here, allowed)
                continue
            groups = {shown(log, question.breakdown) for log in here}
            tops = {
                group: [log for log in here if shown(log, question.breakdown) == group]
                for group in groups
            }
            assert {row[0]: row[1:3] for row in answer.rows} == {
                group[0]: (len(own), len(people_of(world, own, allowed)))
                for group, own in tops.items()
            }
            check_people(engine, question, answer)


def _plain(log: Written) -> Any:
    return replace(
        log, source=_text(log.source), service=_text(log.service), session=_text(log.session)
    )


def _text(value: Any) -> Any:
    return "" if value is None else value


def _check_volume(
    engine: Any,
    world: World,
    question: Any,
    answer: Any,
    found: Any,
    span: Any,
    allowed: Any,
    logs: list[Written],
) -> None:
    last = max((log.ts for log in logs), default=world.now)
    over = last if world.now - last > 7 * DAY else None
    now, before = slots_of(world, question, span, answer.granularity, over)
    expected = volume(found, question, now)
    ended = world.now if over is None else over

    def known(values: list[int], slots: list[Any]) -> list[int | None]:
        pairs = zip(values, slots, strict=True)
        return [value if slot.start <= ended else None for value, slot in pairs]

    shown_as = {group: known(values, now) for group, values in expected.items()}
    assert {line.group: list(line.values) for line in answer.lines} == shown_as
    assert {line.group: line.total or 0 for line in answer.lines} == {
        group: sum(values) for group, values in expected.items()
    }
    if before:
        earlier = volume(found, question, before)
        for line in answer.lines:
            values = known(earlier[line.group], before) if line.group in earlier else []
            shown_of = min(len(values), len(line.values))
            assert list(line.previous[:shown_of]) == values[:shown_of]
    for cell, _ in list(answer.cells())[:12]:
        stretch = [slot for slot in now if cell.bucket in (None, slot.label)]
        own = [log for slot in stretch for log in within(found, slot.start, slot.end)]
        if question.breakdown:
            own = [log for log in own if shown(log, question.breakdown) == cell.group]
        assert people(engine, question, cell) == people_of(world, own, allowed), cell
