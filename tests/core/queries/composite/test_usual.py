"""What is usual for the points of a question, and the forecast of the running one (11.6, 11.22)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.draw import Look, draw, plain
from core.errors import BadQuestion
from core.export import export
from core.queries import from_json
from tests.oracles.composite.usual import usual_days
from tests.worlds.compare import answers, check_people, from_text
from tests.worlds.strategies import CONDITIONS, EVENTS, worlds
from tests.worlds.world import DAY, HOUR, Event, World, engine_of

NOON = 1_744_804_800_000
"""2025-04-16 12:00 UTC, a Wednesday."""


@pytest.fixture(scope="module")
def engine():
    """For 100 days two visits at 8 and two at 20; of today three at 8, of a day ago nine at 9."""
    events = [
        Event("visit", NOON - day * DAY + hour * HOUR, f"u{n}")
        for day in range(1, 101)
        for hour in (-4, 8)
        for n in range(2)
    ]
    events += [Event("visit", NOON - 4 * HOUR, f"u{n}") for n in range(3)]
    events += [Event("visit", NOON - DAY - 3 * HOUR, "u0") for _ in range(9)]
    with engine_of(World(tuple(events), now=NOON)) as found:
        yield found


def test_days_have_a_band_and_today_a_forecast(engine) -> None:
    found = engine.answer(from_text("visit vs usual last 7d"))
    line = found.lines[0]
    assert line.values == (4, 4, 4, 4, 4, 13, 3)
    assert line.usual == ((4, 4),) * 7
    assert line.forecast == 6, "half of a day is usually done by noon"
    assert found.notes == (
        "The band holds 95 of 100 usual figures.",
        "Outside what is usual: Apr 15.",
        "Forecast of Apr 16: 6, by the share usually done by now.",
    )
    lines = export(found, "csv").split()
    assert lines[0] == "bucket,value,usual_low,usual_high,forecast"
    assert (lines[1], lines[-1]) == ("2025-04-10,4,4,4,", "2025-04-16,3,4,4,6")
    assert '"forecast": 6.0' in found.model_dump_json(indent=1)
    plain_answer = engine.answer(from_text("visit last 7d"))
    assert "usual" not in plain_answer.model_dump()["lines"][0], "only answers that say it have it"
    check_people(engine, from_text("users of visit vs usual last 7d"),
                 engine.answer(from_text("users of visit vs usual last 7d")))  # fmt: skip


def test_units_in_place_of_people_have_a_forecast_too() -> None:
    events = [
        Event("visit", NOON - day * DAY + hour * HOUR, "u", properties={"account": str(hour)})
        for day in range(101)
        for hour in ((-4, 8) if day else (-4,))
    ]
    with engine_of(World(tuple(events), now=NOON)) as engine:
        found = engine.answer(from_text("users of visit counting account vs usual last 7d"))
        behind = from_text("units of (users of visit counting account vs usual last 7d)")
        assert [row[:2] for row in engine.answer(behind).rows] == [("-4", 1), ("8", 1)]
    assert (found.unit, found.lines[0].values[-2:]) == ("accounts", (2, 1))
    assert found.lines[0].forecast == 2


def test_a_running_week_and_its_people_have_a_forecast_too(engine) -> None:
    """Of 28 visits a week 10 are there by Wednesday noon; people were all seen on Monday."""
    found = engine.answer(from_text("visit weekly vs usual last 60d"))
    assert found.lines[0].values[-1] == 20
    assert found.lines[0].forecast == pytest.approx(20 * 28 / 10)
    of_people = engine.answer(from_text("users of visit weekly vs usual last 60d"))
    assert of_people.lines[0].forecast == of_people.lines[0].values[-1] == 3


def test_every_line_has_its_own(engine) -> None:
    found = engine.answer(from_text("visit by user vs usual last 7d"))
    usual = {line.group: (line.usual[0], line.forecast) for line in found.lines}
    assert usual[("u0",)] == ((2, 2), 2)
    assert usual[("u2",)][1] is None
    assert "Outside what is usual: u0 1 time, last on Apr 15." in found.notes


def test_beside_other_series_every_band_stays_with_its_day(engine) -> None:
    series = [
        {"name": "long", "question": {"kind": "trend", "event": "visit"}, "range": "14d"},
        {"name": "usual", "question": {"kind": "usual", "of": {"kind": "trend", "event": "visit"}},
         "range": "7d"},
    ]  # fmt: skip
    found = engine.answer(from_json({"kind": "several", "series": series}))
    line = found.lines[1]
    assert line.usual == ((None,) * 7) + ((4, 4),) * 7
    assert line.forecast == 6
    assert draw(found, 80, 16, Look())


def test_too_little_history_is_told() -> None:
    events = [Event("visit", NOON - day * DAY, "ann") for day in range(4)]
    with engine_of(World(tuple(events), now=NOON)) as engine:
        found = engine.answer(from_text("visit vs usual last 7d"))
    assert found.notes[-2:] == (
        "Too little is known before to say what is usual: 6 points are needed.",
        "Too little is known for a forecast of Apr 16.",
    )
    assert found.lines[0].usual == (None,) * 7


def test_shares_and_averages_are_not_forecast(engine) -> None:
    found = engine.answer(from_text("average of visit vs usual last 7d"))
    assert found.lines[0].forecast is None
    assert found.lines[0].usual[0] is not None


@pytest.mark.parametrize("text", ["visit > buy vs usual", "frequency of visit vs usual"])
def test_what_has_no_points_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion, match="no points over time"):
        from_text(text)


def test_text_and_json_say_the_same() -> None:
    said = "users of signup vs usual last 90d weekly where plan = pro by country vs prev for Paying"
    question = from_text("users of signup weekly by country vs prev vs usual for Paying last 90d "
                         "where plan = pro", said)  # fmt: skip
    assert (question.range, question.audience, question.compare) == ("90d", "Paying", "previous")
    from_text("users of signup vs usual for (purchase last 7d)")
    assert from_text("lifecycle vs usual").granularity == "weekly"
    assert from_text("visit vs usual 99 last 7d", "visit vs usual 99 last 7d").level == 99
    with pytest.raises(BadQuestion, match="cannot be combined"):
        from_text("users of signup vs usual for A against B")


@pytest.mark.parametrize(("look", "ring"), [(Look(), "○"), (Look("ascii"), "o")])
def test_the_band_and_the_forecast_are_drawn(engine, look: Look, ring: str) -> None:
    found = engine.answer(from_text("visit vs usual last 30d"))
    lines = draw(found, 80, 16, look)
    assert ring in plain(lines)
    assert any("tint0" in span.style for line in lines for span in line) or look.letters
    boxed = plain(draw(found, 80, 16, look, cursor=(0, 29)))
    assert "usual 4 to 4" in boxed
    assert "forecast 6" in boxed


def test_a_few_lines_have_a_band_each_and_many_that_of_the_cursor(engine) -> None:
    found = engine.answer(from_text("visit vs usual last 30d"))

    def tinted(count: int, cursor: tuple[int, int] | None = None) -> set[str]:
        lines = tuple(found.lines[0].model_copy(update={"name": f"l{n}"}) for n in range(count))
        several = found.model_copy(update={"lines": lines, "breakdown": ("plan",)})
        drawn = draw(several, 80, 16, Look(), cursor=cursor)
        return {word for line in drawn for s in line for word in s.style.split() if "tint" in word}

    assert tinted(2)
    assert not tinted(4)
    assert tinted(4, cursor=(2, 5)) == {"tint2"}


@settings(max_examples=15, deadline=None)
@given(worlds(days=40), st.sampled_from(EVENTS), st.sampled_from(CONDITIONS))
def test_every_band_is_that_of_a_plain_loop(world: World, event: str, conditions: Any) -> None:
    question = from_json({
        "kind": "usual", "of": {"kind": "trend", "event": event, "range": "20d"},
        "conditions": conditions,
    })  # fmt: skip
    for _, found in answers(world, question):
        expected = usual_days(world, question)
        for line in found.lines:
            assert len(line.usual) == len(expected)
            for band, wanted in zip(line.usual, expected, strict=True):
                assert band == (wanted and pytest.approx(wanted))
