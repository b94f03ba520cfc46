"""Grouped metrics (definitions 4.14, appendix A.8)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import Look, draw, navigate, plain, text
from core.errors import BadQuestion
from core.export import export
from core.language.questions import format_cell
from core.queries import from_json
from tests.oracles.events import grouped as oracle_grouped
from tests.worlds.compare import ask, both_engines, check_people, from_text, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.golden import boxed, check
from tests.worlds.strategies import CONDITIONS, EVENTS, worlds
from tests.worlds.world import DAY, SELECTORS, Event, World, engine_of


def by_item(engine: Any, **fields: Any) -> Any:
    """Events of the fixture by item."""
    return ask(engine, "grouped", group_by="item", range=A_RANGE, **fields)


def figures(answer: Any) -> list[tuple[str, float, int, Any]]:
    """Label, size, people and intensity of every group, in their order."""
    return [(t.label, t.size, t.people, t.intensity) for t in answer.tiles]


def test_events_per_person_of_the_fixture(engine):
    assert figures(by_item(engine)) == [
        ("(none)", 6, 4, 1.5), ("shirt", 5, 2, 2.5), ("hat", 4, 3, pytest.approx(4 / 3)),
        ("jeans", 3, 2, 1.5),
    ]  # fmt: skip


def test_percentiles_per_person_of_the_fixture(engine):
    found = by_item(engine, intensity={"type": "percentile_per_actor", "percentile": 0.9})
    assert [t.intensity for t in found.tiles] == pytest.approx([2.0, 2.9, 1.8, 1.9])


def test_sums_and_means_of_a_property(engine):
    found = by_item(engine, size="sum(amount)", intensity="avg(properties.amount)")
    assert figures(found) == [
        ("jeans", 50, 2, 50),
        ("shirt", 40, 2, 20),
        ("hat", 10, 3, 10),
        ("(none)", 0, 4, None),
    ]


def test_what_is_left_out_is_told(engine):
    found = by_item(engine, max_groups=1)
    assert (found.omitted_groups, found.omitted_size, found.total_size) == (3, 12, 18)
    assert found.tiles[0].share == pytest.approx(6 / 18)
    assert "3 more groups hold 12 of 18." in text(found, 80)


def test_amounts_are_written_with_their_currency():
    rows = (("NL", 5, "EUR"), ("NL", 10, "EUR"), ("FR", 2, "EUR"), ("US", 9, "USD"))
    events = tuple(
        Event("buy", n, user=f"u{n}", context={"country": country},
              properties={"amount": amount, "rank": amount, "currency": currency})
        for n, (country, amount, currency) in enumerate(rows)
    )  # fmt: skip
    with engine_of(World(events[:3], now=DAY)) as engine:
        one = ask(engine, "grouped", group_by="country", size="sum(amount)", intensity="avg(rank)",
                  range="all_time", max_groups=1)  # fmt: skip
        drawn = plain(draw(one, 60, 8, Look()))
        for part in ("€15 88.2%", "avg of rank 7.5", "1 more group holds €2 of €17."):
            assert part in drawn
        assert "15 EUR" in plain(draw(one, 60, 8, Look("ascii"), chart="table"))
    with engine_of(World(events, now=DAY)) as engine:
        kept = {"size": "sum(amount)", "intensity": "avg(amount)", "range": "all_time"}
        mixed = ask(engine, "grouped", group_by="country", **kept)
        each = ask(engine, "grouped", group_by="currency", **kept, max_groups=1)
        assert "2 currencies" in mixed.notes[0]
        assert not {"€", "$"} & set(text(mixed, 60))
        assert ("€17" in text(each, 60), "€5.67" in text(each, 60)) == (True, True)
        assert "1 more group holds 9 of 26." in text(each, 60)


def test_people_of_a_group_and_of_all(engine):
    question = from_json({"kind": "grouped", "group_by": "item", "range": A_RANGE})
    assert people(engine, question, Cell(row="hat")) == ["a", "c", "d"]
    assert people(engine, question, Cell()) == ["a", "b", "c", "d", "e"]
    assert navigate(engine.answer(question))[1] == [Cell(row="shirt")]
    words = "Users with any event, item hat, from Apr 7, 2025 to Apr 20, 2025"
    assert format_cell(question, Cell(row="hat")) == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"size": "sum"}, "size sum needs a property"),
        ({"size": "count(amount)"}, "size count takes no property"),
        ({"size": "volume"}, "size"),
        ({"intensity": "percentile_per_actor"}, "needs a percentile"),
        ({"intensity": "percentile_per_actor(2)"}, "percentile"),
        ({"intensity": {"type": "avg_per_actor", "percentile": 0.5}}, "takes no percentile"),
        ({"intensity": "avg(amuont)"}, "amuont"),
        ({"group_by": "itme"}, "itme"),
        ({"event": "purchse"}, "purchse"),
        ({"max_groups": 0}, "max_groups"),
    ],
)
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "grouped", **{"group_by": "item", **fields})


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("group events by country size count shade avg per actor", "group events by country"),
        (
            "group purchase by item size sum(amount) shade avg(amount) top 5 last 7d",
            "group purchase by item size sum(amount) shade avg(amount) top 5 last 7d",
        ),
        (
            "group events by country size users shade p99.9 per user",
            "group events by country size users shade p99.9 per actor",
        ),
    ],
)
def test_text_round_trip(written, canonical):
    from_text(written, canonical)


def test_exports(engine):
    lines = export(by_item(engine), "csv").split()
    assert lines[:2] == [
        "properties.item,size,share,intensity,events,people",
        "(none),6,0.3333333333333333,1.5,6,4",
    ]
    assert '"shape": "treemap"' in export(by_item(engine), "json").replace('":"', '": "')
    assert "| shirt |" in export(by_item(engine), "markdown")


def test_drawings(engine):
    answer, none = (
        by_item(engine, max_groups=3),
        ask(engine, "grouped", group_by="item", range="1h"),
    )
    shown = [
        (
            f"{glyphs}, {chart or 'map'}",
            draw(answer, 60, 8, Look(glyphs), chart=chart, cursor=(1, 0)),
        )
        for glyphs in ("braille", "ascii")
        for chart in ("", "table")
    ]
    shown += [("small", draw(answer, 20, 3, Look())), ("nothing", draw(none, 40, 4, Look()))]
    check("treemap_60", "\n".join(boxed(title, lines, 60) for title, lines in shown))


@pytest.mark.parametrize("size", [(1, 1), (7, 2), (30, 3), (200, 50)])
def test_drawings_keep_to_their_box(engine, size):
    for chart in ("map", "table"):
        lines = draw(by_item(engine), *size, Look(), chart=chart)
        assert len(lines) <= size[1]
        assert all(len(row) <= size[0] for row in plain(lines).split("\n"))


SIZES = ("count", "unique_actors", "sum(amount)")
INTENSITIES = (
    "avg_per_actor",
    "unique_actors",
    "avg(amount)",
    "percentile_per_actor(0.9)",
    "percentile_per_actor(0)",
)


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question about groups."""
    return {
        "kind": "grouped",
        "group_by": draw(st.sampled_from(("country", "item", "trait:plan", "event"))),
        "size": draw(st.sampled_from(SIZES)),
        "intensity": draw(st.sampled_from(INTENSITIES)),
        "event": draw(st.sampled_from((None, None, *EVENTS[:2], *SELECTORS))),
        "range": draw(st.sampled_from(("7d", "30d", "24h", "last_week", "all_time"))),
        "conditions": draw(st.sampled_from(CONDITIONS)),
    }


@settings(max_examples=80, deadline=None)
@given(worlds(flagged=True), questions())
def test_groups_match_the_oracle(world: World, fields: dict[str, Any]):
    question = from_json(fields)
    if question.event not in world.names:
        return
    expected = oracle_grouped.grouped(world, question)
    order = sorted(expected, key=lambda group: (-expected[group][0], group))
    with both_engines(world) as engines:
        for engine in engines:
            found = engine.answer(question)
            assert [tile.label for tile in found.tiles] == order
            for tile in found.tiles:
                size, intensity, who = expected[tile.label]
                assert (tile.size, tile.people) == (pytest.approx(size), len(who))
                assert tile.intensity == pytest.approx(intensity)
            check_people(engine, question, found)
