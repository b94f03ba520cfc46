"""Experiments: variants, goals, lift and the people of every number (definitions 11.21)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.engines.sqlite.engine import SqliteEngine
from core.errors import BadQuestion
from core.language.questions import format_cell
from core.queries import from_json
from core.queries.funnel.statistics import chance_of_more, chi_square_above, uneven
from tests.oracles.composite.experiment import SEVERAL, experiment
from tests.worlds.compare import answers, check_people, from_text, people
from tests.worlds.strategies import CONDITIONS, EVENTS, RANGES, worlds
from tests.worlds.world import DAY, Event, World, engine_of

NOW = 1_744_800_000_000


def shown(who: str, variant: str, bought: bool = False, days: int = 5) -> list[Event]:
    seen = Event("shown", NOW - days * DAY, who, properties={"variant": variant})
    return [seen, *([Event("buy", NOW - (days - 1) * DAY, who)] if bought else [])]


def some(variant: str, people: int, buyers: int) -> list[Event]:
    return [
        event for n in range(people) for event in shown(f"{variant}{n}", variant, n < buyers)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    mixed = [*shown("both", "control"), *shown("both", "green", bought=True, days=4)]
    late = [*shown("late", "green", days=20), Event("buy", NOW - DAY, "late")]
    events = [*some("control", 20, 4), *some("green", 19, 8), *mixed, *late]
    with engine_of(World(tuple(events), now=NOW)) as found:
        yield found


def test_a_variant_is_compared_with_the_control(engine: SqliteEngine) -> None:
    question = from_text("experiment of shown > buy by variant within 14d")
    found = engine.answer(question)
    names = [column.name for column in found.columns]
    rows = {row[0]: dict(zip(names, row, strict=True)) for row in found.rows}
    assert list(rows) == ["control", "green", SEVERAL]
    assert rows["control"] == {
        "variant": "control", "exposed": 20, "converted": 4, "rate": 0.2, "lift": None,
        "better": None, "difference": None, "at least": None, "at most": None,
    }  # fmt: skip
    green = rows["green"]
    assert (green["exposed"], green["converted"], green["rate"]) == (20, 8, 0.4)
    assert (green["lift"], green["difference"]) == (pytest.approx(1), pytest.approx(0.2))
    assert green["better"] == pytest.approx(0.90953, abs=1e-4)
    assert (green["at least"], green["at most"]) == pytest.approx((-0.08195, 0.44452), abs=1e-4)
    assert (rows[SEVERAL]["exposed"], rows[SEVERAL]["converted"]) == (1, 1)
    assert found.notes == (
        "Compared with control.",
        "1 person had several variants and counts in none of them.",
        "People are divided as expected (p = 1.000).",
    )
    check_people(engine, question, found)


def test_without_a_window_a_goal_counts_however_late(engine: SqliteEngine) -> None:
    found = engine.answer(from_text("experiment of shown > buy by variant last 90d"))
    assert found.rows[1][:3] == ("green", 20, 9)


def test_a_named_control_comes_first_and_goals_have_rows_of_their_own(engine) -> None:
    text = "experiment of shown > buy, shown by variant with control = green"
    question = from_text(text)
    found = engine.answer(question)
    assert [row[:2] for row in found.rows] == [
        (variant, goal) for goal in ("buy", "shown") for variant in ("green", "control", SEVERAL)
    ]
    check_people(engine, question, found)


def test_groups_of_unexpected_sizes_are_told(engine: SqliteEngine) -> None:
    text = "experiment of shown > buy by variant with split = (90, 10)"
    assert engine.answer(from_text(text)).notes[-1] == (
        "People are not divided as expected (p < 0.001): the rates may not be comparable."
    )


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("control = blue", "Nobody was exposed to the control 'blue'"),
        ("split = (1, 1, 1)", "split has 3 shares, and there are 2 variants"),
        ("split = (1, 0)", "above 0"),
    ],
)
def test_a_control_or_split_that_does_not_fit_is_refused(engine, setting, message) -> None:
    with pytest.raises(BadQuestion, match=message):
        engine.answer(from_text(f"experiment of shown > buy by variant with {setting}"))


def test_the_variant_must_be_named() -> None:
    with pytest.raises(BadQuestion, match="variant is missing"):
        from_text("experiment of shown > buy")


def test_the_people_of_a_row_have_words(engine: SqliteEngine) -> None:
    question = from_text("experiment of shown > buy by variant")
    said = format_cell(question, Cell(row='["green", 0]', outcome="reached"))
    assert said == "Exposed to green, reached buy, in the last 30 days"
    assert format_cell(question, Cell(row=SEVERAL)).startswith("Exposed to several variants")
    with pytest.raises(BadQuestion, match="does not exist"):
        people(engine, question, Cell(row='["green", 7]'))


def test_the_chance_to_be_better_is_that_of_two_beta_distributions() -> None:
    """With uniform priors, 0 of 0 against anything is a coin; 1 of 1 against 0 of 1 is 5/6."""
    assert chance_of_more(0, 0, 0, 0) == pytest.approx(0.5)
    assert chance_of_more(1, 1, 0, 1) == pytest.approx(5 / 6)
    assert chance_of_more(30, 100, 20, 100) + chance_of_more(20, 100, 30, 100) == pytest.approx(1)
    exact, normal = chance_of_more(9_999, 40_000, 9_900, 40_000), chance_of_more(
        10_000, 40_000, 9_901, 40_000
    )  # fmt: skip
    assert exact == pytest.approx(normal, abs=1e-3)


def test_uneven_groups_have_the_probability_of_chi_square() -> None:
    """From tables: 3.841 with 1 degree and 5.991 with 2 are 5 %, 11.345 with 3 is 1 %."""
    for square, degrees, chance in ((3.841, 1, 0.05), (5.991, 2, 0.05), (11.345, 3, 0.01)):
        assert chi_square_above(square, degrees) == pytest.approx(chance, abs=1e-4)
    assert uneven([500, 620], [1, 1]) == pytest.approx(0.000337, abs=1e-5)
    assert uneven([90, 10], [9, 1]) == 1


@settings(max_examples=20, deadline=None)
@given(
    worlds(),
    st.sampled_from(EVENTS),
    st.lists(st.sampled_from(EVENTS), min_size=1, max_size=2),
    st.sampled_from(("country", "properties.item", "trait:plan")),
    st.sampled_from((None, 3600, 400_000)),
    st.sampled_from(RANGES),
    st.sampled_from(CONDITIONS),
)
def test_every_count_is_what_a_plain_loop_counts(
    world: World,
    exposure: str,
    goals: list[str],
    variant: str,
    window: int | None,
    wanted: str,
    conditions: Any,
) -> None:
    question = from_json({
        "kind": "experiment", "range": wanted, "conditions": conditions, "variant": variant,
        "exposure": {"event": exposure}, "goals": [{"event": goal} for goal in goals],
        "window_seconds": window,
    })  # fmt: skip
    for engine, found in answers(world, question):
        counted = experiment(world, question)
        expected = {
            (name, at): (len(exposed), len(converted))
            for (name, at), (exposed, converted) in counted.items()
        }
        first = next(n for n, column in enumerate(found.columns) if column.name == "exposed")
        rows = {
            question.named(Cell(row=key)): row[first : first + 2]
            for key, row in zip(found.keys, found.rows, strict=True)
        }
        assert {(name or SEVERAL, at): row for (name, at), row in rows.items()} == expected
        check_people(engine, question, found)
