"""One group of people against another (definitions 11.20)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import draw, plain
from core.errors import BadQuestion
from core.language.questions import format_cell, parse
from core.queries import from_json
from core.queries.composite.means import Did, difference
from tests.oracles.composite.against import groups, means, shares
from tests.worlds.compare import answers, check_people, from_text, people
from tests.worlds.kinds import asked
from tests.worlds.strategies import CONDITIONS, EVENTS, RANGES, worlds
from tests.worlds.world import World


@pytest.fixture(scope="module")
def small():
    with asked() as found:
        yield found


def test_steps_of_those_who_pay_against_everyone(small):
    """Of the five with a visit, signup or purchase in the range ana alone paid in the last week."""
    question = parse("signup > purchase within 30d for Paying against everyone")
    found = small.answer(question)
    assert found.notes[:2] == (
        "first: Paying, 1; second: everyone, 5.", "1 person is in both groups and counts in both.",
    )  # fmt: skip
    assert [row[:4] for row in found.rows] == [
        ("1 signup", 1, 0.8, pytest.approx(0.2)),
        ("2 purchase", 1, 0.75, 0.25),
    ]
    assert found.rows[1][-2:] == (1, 3)
    check_people(small, question, found)


def test_the_interval_of_a_difference_is_newcombes(small):
    """1 of 1 and 3 of 4: Wilson gives 0.2065 to 1, and 0.3006 to 0.9544."""
    found = small.answer(parse("signup > purchase within 30d for Paying against everyone"))
    assert found.rows[1][4:6] == pytest.approx((-0.569296, 0.699402), abs=1e-4)


def test_all_of_it_fits_a_narrow_screen_with_figures_beside_each_other(small):
    found = small.answer(parse("signup > purchase within 30d for Paying against everyone"))
    narrow, wide = (plain(draw(found, size, 20)) for size in (80, 140))
    assert "not shown" not in narrow + wide
    assert "100.0%  1  75.0%  3  25.0% (-56.9 to 69.9%)" in narrow
    assert "at least" in wide
    cut = plain(draw(found, 40, 20))
    assert "25.0% (-56.9 to 69.9%)" in cut or "not shown" in cut


@pytest.mark.parametrize(
    "asked_for",
    [
        "retention of signup return visit weekly 4 for (purchase) against everyone else last 90d",
        "retention of signup return visit daily 3 by country for (purchase) against everyone",
        "users of purchase by plan for (visit) against Paying",
        "top events for (purchase) against segment returning",
        "composition by country for (purchase) against everyone else top 2",
        "paths from signup within 7d for (purchase) against everyone else",
        "paths from signup to purchase within 7d for (visit) against everyone",
        "first time purchase for (signup where country = NL) against (signup where country = US)",
        "new users against Paying last 90d",
    ],
)
def test_as_many_people_stand_behind_each_side_as_it_says(small, asked_for):
    question = from_text(asked_for)
    found = small.answer(question)
    assert found.rows
    check_people(small, question, found)
    for row in found.rows:
        assert all(share is None or 0 <= share <= 1 for share in row[1:3])


def test_means_of_two_groups_have_an_interval_from_resamples(small):
    """ana spent 20 and 30, bob 5 and cem 7; the other three nothing."""
    question = from_text("sum(purchase.amount) for (purchase) against everyone else")
    found = small.answer(question)
    name, first, second, apart, low, high, chance, *people = found.rows[0]
    assert (name, first, second) == ("sum of purchase amount", pytest.approx(62 / 3), 0)
    assert (apart, low, chance, people) == (first, 5, 1, [3, 0])
    assert 35 <= high <= 50
    assert small.answer(question) == found, "the same resamples every time"
    check_people(small, question, found)


def test_resamples_agree_with_the_standard_error():
    """Of 400 people a tenth did it 5 times; of the others every second one did it once."""
    one, other = [Did(0, 1, 360), Did(5, 1, 40)], [Did(0, 1, 200), Did(1, 1, 200)]
    low, high, _ = difference(one, other)
    reach = 1.96 * (25 * 0.09 / 400 + 0.25 / 400) ** 0.5
    assert (low, high) == pytest.approx((-reach, reach), abs=0.02)
    many = [Did(n, 1, 1) for n in range(3000)]
    low, high, chance = difference(many, many)
    reach = 1.96 * (2 * 3000**2 / 12 / 3000) ** 0.5
    assert (low, high) == pytest.approx((-reach, reach), rel=0.1)
    assert chance == pytest.approx(0.5, abs=0.05)


def test_a_group_without_people_is_nothing_to_compare(small):
    found = small.answer(parse("users of visit for Nobody against everyone"))
    assert "There is nothing to compare unless both groups have people." in found.notes
    assert found.rows[0][1:3] == (None, 0.8)


def test_nobody_at_a_step_is_a_share_of_0(small):
    """ana and bob bought something after signing up; dee did not, and began a project."""
    text = "paths from signup within 30d for (purchase) against everyone else"
    found = small.answer(parse(text))
    rows = {row[0]: row[1:] for row in found.rows}
    name = next(name for name in rows if name.startswith("2 ") and not rows[name][-2])
    assert rows[name][0] == 0
    assert rows[name][2] == -rows[name][1]


def test_a_text_names_its_groups_in_any_order():
    said = "signup > purchase in any order within 14d by plan for {} against {} last 90d"
    for one, other in (
        ("Paying", "everyone"),
        ("(purchase last 7d)", "(signup where plan = pro)"),
        ("power_user", "dormant"),
        ("segment vip", "segment old"),
        ('"everyone"', '"else"'),
    ):
        canonical = said.format(one, other)
        from_text(canonical, canonical)
    question = from_text("signup > purchase against everybody else last 7d for Paying")
    assert (question.range, question.of.audience, question.against.others) == ("7d", "Paying", True)


def test_an_audience_given_to_the_whole_is_the_first_group():
    body = {"kind": "against", "of": {"kind": "funnel", "steps": [{"event": "a"}], "segment": "new",
            "range": "7d"}, "against": {}, "audience": "Paying"}  # fmt: skip
    question = from_json(body)
    assert (question.of.audience, question.of.segment, question.audience) == ("Paying", None, None)
    assert question.range == "7d"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dau for A against B", "against cannot compare active_users"),
        ("sessions for A against B", "against cannot compare sessions"),
        ("signup by country for A against B", "Leave out by"),
        ("signup > purchase counting totals for A against B", "shares of people"),
        ("users of signup vs prev for A against B", "two groups, not two periods"),
    ],
)
def test_what_has_no_shares_of_people_is_refused(text, message):
    with pytest.raises(BadQuestion, match=message):
        parse(text)


def test_the_people_of_a_side_have_words(small):
    question = parse("signup > purchase by country for Paying against everyone else last 7d")
    row = Cell(step=2, outcome="reached", group=("NL",)).model_dump_json(exclude_defaults=True)
    assert format_cell(question, Cell(row=row)) == (
        "Reached step 2, purchase, NL, of Paying in the last 7 days"
    )
    words = format_cell(question, Cell(row=row, outcome="dropped"))
    assert words.endswith("of everyone else in the last 7 days")
    with pytest.raises(BadQuestion, match="does not exist"):
        people(small, question, Cell(row="[]"))


QUESTIONS: tuple[dict[str, Any], ...] = (
    {"kind": "trend", "event": "view", "measure": "users", "breakdown": ["country"]},
    {"kind": "funnel", "steps": [{"event": "view"}, {"event": "pay"}], "window_seconds": 400_000},
    {"kind": "trend", "event": "view"},
    {"kind": "trend", "event": "view", "measure": "average"},
    {"kind": "trend", "event": "pay", "measure": "sum", "property": "amount"},
    {"kind": "trend", "event": "pay", "measure": "avg", "property": "amount"},
)


@settings(max_examples=30, deadline=None)
@given(
    worlds(),
    st.sampled_from(QUESTIONS),
    st.sampled_from(EVENTS),
    st.sampled_from(["", "else", *EVENTS]),
    st.sampled_from(RANGES),
    st.sampled_from(CONDITIONS),
)
def test_every_share_is_what_a_plain_loop_counts(
    world: World, of: Any, first: str, second: str, wanted: str, conditions: Any
) -> None:
    def did(event: str) -> dict[str, Any]:
        return {"kind": "trend", "event": event, "measure": "users", "range": wanted}

    other = {"among": did(second)} if second in EVENTS else {"others": bool(second)}
    question = from_json({
        "kind": "against", "range": wanted, "conditions": conditions,
        "of": {**of, "among": did(first)}, "against": other,
    })  # fmt: skip
    for engine, found in answers(world, question):
        one, rest = groups(world, question, first, second)
        assert found.notes[0].endswith(f"{len(rest):,}.")
        check_people(engine, question, found)
        if getattr(question.of, "measure", "users") != "users":
            expected = means(world, question, one, rest)
            assert list(found.rows[0][1:3]) == pytest.approx(expected)
            continue
        counted = shares(world, question, one, rest)
        expected = {
            name: (*(part / of if of else None for part, of in both), *(n for n, _ in both))
            for name, both in counted.items()
        }
        assert {row[0]: (*row[1:3], *row[-2:]) for row in found.rows} == expected
