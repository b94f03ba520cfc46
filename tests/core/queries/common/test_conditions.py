"""Conditions: the operators on context columns, properties, traits and people (definitions 3.1)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion, NotFound
from core.filters import OPERATORS, Condition, untyped
from core.language.questions import format_question, parse
from core.queries import from_json
from core.store.library.saved import Saved
from tests.oracles.conditions import holds
from tests.oracles.trend import trend as oracle
from tests.worlds.compare import ask, both_engines, check_people, check_series, people
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.strategies import worlds
from tests.worlds.world import Event, World, engine_of

NOON = 1_744_027_200_000
VALUES: tuple[Any, ...] = (
    None, "", "9", 9, 9.0, 10, "10", "-1", "NL", "nl", "100%", "a_b", "axb", True, False,
    "2025-01-02", "2025-01-02T00:00:00Z", ["hat", "9"], [], {"x": 1}, "007",
)  # fmt: skip


def world() -> World:
    """One event per value of property v; context and traits hold those that are texts."""
    events, traits = [], []
    for number, value in enumerate(VALUES):
        user = f"u{number:02}"
        text = value if isinstance(value, str) else None
        events.append(
            Event(
                "e",
                NOON,
                user,
                context={} if text is None else {"country": text},
                properties={} if value is None else {"v": value},
            )
        )
        if text is not None:
            traits.append((user, "t", text, NOON))
    return World(tuple(events), traits=tuple(traits), now=NOON)


@pytest.fixture(scope="module")
def engines():
    with both_engines(world()) as found:
        yield found


def matches(engine, condition: dict[str, Any]) -> set[str]:
    """The users whose event satisfies a condition."""
    answer = ask(engine, "trend", range="1d", breakdown="user", limit=100, conditions=[condition])
    return {line.group[0] for line in answer.lines if line.total}


def indexes(engine, condition: dict[str, Any]) -> list[Any]:
    """The values of property v whose event satisfies a condition."""
    return [VALUES[int(user[1:])] for user in sorted(matches(engine, condition))]


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("eq", 9, ["9", 9, 9.0, ["hat", "9"]]),
        ("eq", "NL", ["NL"]),
        ("eq", "007", ["007"]),
        ("eq", "2025-01-02T00:00", ["2025-01-02", "2025-01-02T00:00:00Z"]),
        ("eq", True, [True]),
        ("eq", "true", [True]),
        ("eq", "9", ["9", 9, ["hat", "9"]]),
        ("eq", 7, ["007"]),
        ("ne", 7, [v for v in VALUES if v != "007"]),
        ("gt", 9, [10, "10"]),
        ("lt", 0, ["-1"]),
        ("lt", "9", ["", "10", "-1", "100%", "2025-01-02", "2025-01-02T00:00:00Z", "007"]),
        ("gte", "nl", ["nl", True, {"x": 1}]),
        ("in", ["NL", "nl", 10], [10, "10", "NL", "nl"]),
        ("in", [], []),
        ("contains", "n", ["NL", "nl"]),
        ("contains", "%", ["100%"]),
        ("contains", "a_b", ["a_b"]),
        ("starts_with", "HA", [["hat", "9"]]),
        ("ends_with", "l", ["NL", "nl"]),
        ("not_starts_with", "HA", [v for v in VALUES if v != ["hat", "9"]]),
        ("not_ends_with", "l", [v for v in VALUES if v not in ("NL", "nl")]),
        ("regex", "^n", ["nl"]),
        ("regex", "(?i)^n", ["NL", "nl"]),
        ("is_not_set", None, [None]),
        ("set_is", ["9", "hat"], [["hat", "9"]]),
        ("set_is", ["hat"], []),
        ("set_is", [], [[]]),
        ("set_contains", ["9"], ["9", 9, ["hat", "9"]]),
        ("set_contains", [9], ["9", 9, 9.0, ["hat", "9"]]),
    ],
)
def test_what_operators_match(engines, operator, value, expected):
    for engine in engines:
        found = indexes(engine, {"field": "v", "operator": operator, "value": value})
        assert [repr(v) for v in found] == [repr(v) for v in expected]


LONG = 401501121320267725
IDS = (str(LONG), str(LONG - 1), LONG, LONG - 1, "5", 10**19 + 1, str(10**40), f"{LONG}.5")


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("eq", str(LONG), [str(LONG), LONG]),
        ("eq", LONG, [str(LONG), LONG]),
        ("ne", LONG, [str(LONG - 1), LONG - 1, "5", 10**19 + 1, str(10**40), f"{LONG}.5"]),
        ("gt", LONG, [10**19 + 1, str(10**40), f"{LONG}.5"]),
        ("gt", LONG - 1, [str(LONG), LONG, 10**19 + 1, str(10**40), f"{LONG}.5"]),
        ("eq", 10**19, []),
        ("in", [10**19 + 1, 10**40], [10**19 + 1, str(10**40)]),
        ("gte", 10**40, [str(10**40)]),
        ("lt", 10**400, list(IDS)),
    ],
)
def test_whole_numbers_of_any_length_are_compared_exactly(operator, value, expected):
    events = tuple(Event("e", NOON, f"u{n:02}", properties={"v": v}) for n, v in enumerate(IDS))
    condition = {"field": "v", "operator": operator, "value": value}
    with both_engines(World(events, now=NOON)) as engines:
        for engine in engines:
            assert [IDS[int(user[1:])] for user in sorted(matches(engine, condition))] == expected


CODES = ("007", "7", "7.0", 7, "1e3", "1000", "1.10", "1.1", "$7", "", "NaN")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('v = "007"', ["007"]),
        ('v = "1.10"', ["1.10"]),
        ('v = "1e3"', ["1e3"]),
        ("v = 7", ["007", "7", "7.0", 7]),
        ("v > 6.5", ["007", "7", "7.0", 7, "1e3", "1000"]),
        ("v <= 1.1", ["1.10", "1.1"]),
        ('v in ("7", "1e3")', ["7", 7, "1e3"]),
    ],
)
def test_quotes_make_a_value_text_and_their_absence_a_number(text, expected):
    events = tuple(Event("e", NOON, f"u{n:02}", properties={"v": v}) for n, v in enumerate(CODES))
    question = parse(f"users of e where {text} by user today limit 100")
    assert parse(format_question(question)) == question
    with both_engines(World(events, now=NOON)) as engines:
        for engine in engines:
            lines = [line for line in engine.answer(question).lines if line.total]
            assert [CODES[int(g[1:])] for g in sorted(x.group[0] for x in lines)] == expected


@pytest.mark.parametrize(
    ("text", "operator", "value"),
    [
        ("7", "eq", 7), ("-1.5", "in", -1.5), ("007", "eq", "007"), ("007", "gt", 7),
        ("1.10", "ne", "1.10"), ("1.10", "gte", 1.1), ('"7"', "eq", "7"), ('"7"', "lt", "7"),
        ("1e3", "eq", "1e3"), ("NaN", "gt", "NaN"), ("", "eq", ""), ("NL", "eq", "NL"),
    ],
)  # fmt: skip
def test_what_a_value_means_that_comes_without_its_type(text, operator, value):
    assert repr(untyped(text, operator)) == repr(value)


@pytest.mark.parametrize(
    ("positive", "negative", "value"),
    [("eq", "ne", "NL"), ("in", "not_in", ["NL", "9"]), ("contains", "not_contains", "n"),
     ("is_set", "is_not_set", None), ("in", "not_in", []),
     ("starts_with", "not_starts_with", "n"), ("ends_with", "not_ends_with", "L")],
)  # fmt: skip
@pytest.mark.parametrize("field", ["v", "country", "trait:t", "user"])
def test_negations_match_everything_else_missing_included(
    engines, field, positive, negative, value
):
    everyone = {f"u{number:02}" for number in range(len(VALUES))}
    for engine in engines:
        yes = matches(engine, {"field": field, "operator": positive, "value": value})
        no = matches(engine, {"field": field, "operator": negative, "value": value})
        assert yes | no == everyone
        assert not yes & no


def test_an_empty_text_is_set(engines):
    for engine in engines:
        for field in ("v", "country", "trait:t"):
            assert "u01" in matches(engine, {"field": field, "operator": "is_set"})


def test_people_by_name(engines):
    for engine in engines:
        assert matches(engine, {"field": "user", "operator": "in", "value": ["u01", "zz"]}) == {
            "u01"
        }
        assert matches(engine, {"field": "user_id", "operator": "starts_with", "value": "U0"}) == {
            f"u0{n}" for n in range(10)
        }


def test_a_merged_user_id_means_the_person_it_was_merged_into():
    merged = World(
        (Event("e", NOON, "old"), Event("e", NOON, "new"), Event("e", NOON, "other")),
        aliases=(("older", "old", 0), ("old", "new", 0)),
        now=NOON,
    )
    with both_engines(merged) as engines:
        for engine in engines:
            for name in ("older", "old", "new"):
                assert matches(engine, {"field": "user", "value": name}) == {"new"}
                negated = {"field": "user", "operator": "ne", "value": name}
                assert matches(engine, negated) == {"other"}
            starts = {"field": "user", "operator": "starts_with", "value": "old"}
            assert matches(engine, starts) == {"new"}


def test_nests_of_conditions(engines):
    nl, ten = {"field": "v", "value": "NL"}, {"field": "v", "value": 10}
    for engine in engines:
        assert indexes(engine, {"any": [nl, ten]}) == [10, "10", "NL"]
        assert indexes(engine, {"all": [nl, ten]}) == []
        assert None in indexes(engine, {"not": {"any": [nl, ten]}})
        assert indexes(engine, {"any": []}) == []


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"field": "v", "operator": "equals", "value": 1}, "equals"),
        ({"field": "v", "operator": "eq"}, "needs one value"),
        ({"field": "v", "operator": "in", "value": 1}, "needs a list"),
        ({"field": "v", "operator": "is_set", "value": 1}, "takes no value"),
        ({"field": "v", "operator": "regex", "value": "("}, "regular expression"),
        ({"field": "contry", "operator": "eq", "value": 1}, "country"),
    ],
)
def test_a_bad_condition_is_answered_with_a_sentence(engines, condition, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engines[0], "trend", conditions=[condition])


def test_conditions_nest_20_deep_and_no_deeper(engines):
    condition: dict[str, Any] = {"field": "v", "operator": "is_set"}
    for _ in range(10):
        condition = {"not": {"any": [condition, {"field": "v", "operator": "is_not_set"}]}}
    engines[0].answer(
        from_json(
            {
                "kind": "trend",
                "range": "1d",
                "conditions": [{"not": {"any": [condition["not"]["any"][0]]}}],
            }
        )
    )
    with pytest.raises(BadQuestion, match="deeper than 20"):
        from_json({"kind": "trend", "conditions": [{"not": condition}]})


def test_a_runaway_pattern_is_stopped():
    slow = World((Event("e", NOON, "u", properties={"v": "a" * 60 + "!"}),), now=NOON)
    condition = {"field": "v", "operator": "regex", "value": "(a|a|aa)+$"}
    with engine_of(slow) as engine, pytest.raises(BadQuestion, match="pattern"):
        ask(engine, "trend", range="1d", conditions=[condition])


WANTED = st.sampled_from(
    ("NL", "", "hat", "9", 9, 9.5, 10, "10", 1, "1", True, "pro", "ann", "2025-01-02")
)


@st.composite
def conditions(draw: st.DrawFn, deep: int = 3) -> dict[str, Any]:
    """Any operator on any kind of field, or a nest of two."""
    if deep and draw(st.integers(0, 5)) == 0:
        kind = draw(st.sampled_from(("any", "all")))
        both = {kind: [draw(conditions(deep - 1)), draw(conditions(deep - 1))]}
        return {"not": both} if draw(st.booleans()) else both
    operator = draw(st.sampled_from(sorted(OPERATORS)))
    takes = OPERATORS[operator].takes
    found: dict[str, Any] = {
        "field": draw(st.sampled_from(("country", "properties.item", "properties.amount",
                                       "properties.item.x", "trait:plan", "trait:seats", "user"))),
        "operator": operator,
    }  # fmt: skip
    if takes == "one":
        found["value"] = draw(WANTED)
    elif takes == "list":
        found["value"] = draw(st.lists(WANTED, max_size=3))
    return found


@settings(max_examples=60, deadline=None)
@given(
    worlds(), st.lists(conditions(), min_size=1, max_size=2), st.sampled_from(("count", "users"))
)
def test_conditions_match_the_oracle(world, listed, measure):
    question = from_json(
        {"kind": "trend", "range": "3m", "granularity": "monthly", "measure": measure,
         "breakdown": "country", "conditions": listed, "limit": 100}
    )  # fmt: skip
    expected = oracle.trend(world, question)
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            check_series(answer, *expected)
            if measure == "users":
                check_people(engine, question, answer)


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=lambda operator: operator.key)
def test_json_takes_the_key_the_sign_and_the_aliases_of_an_operator(operator):
    value = {"one": "a", "list": ("a",), "none": None}[operator.takes]
    for name in (operator.key, operator.sign, operator.sign.upper(), *operator.aliases):
        assert Condition(field="x", operator=name, value=value).operator == operator.key


def test_every_operator_has_an_oracle():
    for operator, about in OPERATORS.items():
        value = {"one": "a", "list": ("a",), "none": None}[about.takes]
        condition = Condition(field="x", operator=operator, value=value)
        assert holds(condition, "a") == condition.holds(("a",))
        assert holds(condition, None) == condition.holds(None)


@pytest.mark.parametrize("segment", ["new", "returning", "casual", "one_timer"])
def test_a_segment_is_a_condition_too(segment):
    with both_engines(appendix_a()) as engines:
        for engine in engines:
            whole = ask(engine, "active_users", range=A_RANGE, segment=segment)
            condition = {"field": "segment", "operator": "eq", "value": segment}
            assert ask(engine, "active_users", range=A_RANGE, conditions=[condition]) == whole


def test_audiences_as_conditions_can_be_one_of_several_or_none_of_them():
    with engine_of(appendix_a()) as engine:
        saved = Saved(engine.path)
        saved.save_audience("Buyers", {"events": [{"event": "purchase", "days": 30}]})
        saved.save_audience("Pro", {"filters": [{"field": "trait:plan", "value": "pro"}]})

        def users(operator: str, value: Any) -> list[str]:
            condition = {"field": "audience", "operator": operator, "value": value}
            fields = {"kind": "active_users", "range": A_RANGE, "conditions": [condition]}
            return people(engine, from_json(fields), Cell())

        assert users("eq", "Buyers") == ["a", "b", "c", "e"]
        assert users("in", ["Buyers", "Pro"]) == ["a", "b", "c", "d", "e"]
        assert users("ne", "Buyers") == ["d"]
        assert users("not_in", ["Buyers", "Pro"]) == []
        with pytest.raises(NotFound, match="Buyer"):
            users("eq", "Buyer")
        with pytest.raises(BadQuestion, match="operator contains"):
            users("contains", "Buy")
        with pytest.raises(BadQuestion, match="several"):
            ask(engine, "active_users", breakdown="audience")


def test_values_are_told_apart_as_they_are_written():
    written = (20, 20.0, "20", "20.0")
    world = World(
        tuple(Event("a", NOON - n, "u", properties={"n": v}) for n, v in enumerate(written)),
        now=NOON,
    )
    with both_engines(world) as engines:
        for engine in engines:
            groups = engine.answer(parse("a by n all_time")).lines
            assert {line.group: line.total for line in groups} == {("20",): 2, ("20.0",): 2}
            assert engine.answer(parse("distinct(a.n) all_time")).lines[0].total == 2
            assert engine.answer(parse("a where n = 20 all_time")).lines[0].total == 4
