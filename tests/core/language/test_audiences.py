"""The rules of audiences as text: any come back from theirs, and read as people say them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.definitions.audience import Definition, read_definition
from core.errors import BadQuestion
from core.language.audiences import format_rules, parse_rules
from core.text import is_unsafe
from tests.worlds.questions import CLAUSES, NASTY, SOME

NAMES = NASTY | st.sampled_from(["did", "has", "listed", "everybody", "in", "first seen", "not"])
CLAUSE = CLAUSES | st.builds(lambda field: {"field": field, "value": 1}, NAMES.filter(bool))
EVENT: dict[str, Any] = {
    "event": st.none() | NAMES, "filters": st.lists(CLAUSE, max_size=2),
}  # fmt: skip
DAYS = st.none() | st.integers(1, 36_500)
OPS = st.sampled_from(["gte", "lte", "eq", "gt", "lt"])
COUNTED = {"op": OPS, "count": st.integers(0, 4) | st.integers(0, 999_999_999)}
THEN = st.fixed_dictionaries(
    {**EVENT, "seconds": st.floats(0, 3e9, exclude_min=True) | st.sampled_from([0.001, 60, 7200])}
)
EVENTS = st.one_of(
    st.fixed_dictionaries(
        {**EVENT, "days": DAYS},
        optional={**COUNTED, "distinct_days": st.booleans(), "then_within": THEN},
    ),
    st.fixed_dictionaries({**EVENT, "days": DAYS, "first": st.just(True)}, optional=COUNTED),
    st.fixed_dictionaries(
        {**EVENT, "sum": SOME, "value": st.floats(allow_nan=False, allow_infinity=False)},
        optional={"op": OPS, "days": DAYS},
    ),
)
COMBINED: dict[str, Any] = {
    "match": st.sampled_from(["all", "any"]),
    "filters": st.lists(CLAUSE, max_size=2),
    "events": st.lists(EVENTS, max_size=2),
}
GROUPS = st.recursive(
    st.fixed_dictionaries({**COMBINED, "not": st.booleans()}),
    lambda inner: st.fixed_dictionaries(
        {**COMBINED, "not": st.booleans(), "groups": st.lists(inner, max_size=2)}
    ),
    max_leaves=5,
)
DEFINITIONS = st.fixed_dictionaries(
    {**COMBINED, "groups": st.lists(GROUPS, max_size=2), "lookback_days": DAYS},
    optional={"static_ids": st.lists(NASTY | st.sampled_from(["007", "1.5", "did"]), max_size=3)},
)


@settings(max_examples=300, deadline=None)
@given(DEFINITIONS)
def test_any_rules_come_back_from_their_text(body: dict[str, Any]) -> None:
    definition = read_definition(body)
    text = format_rules(definition)
    assert not any(is_unsafe(char) for char in text)
    assert parse_rules(text) == definition, text
    assert parse_rules(definition.model_dump_json(by_alias=True)) == definition


def rules(**body: Any) -> Definition:
    return read_definition(body)


@pytest.mark.parametrize(
    ("text", "definition"),
    [
        ("everybody", rules()),
        ("did purchase", rules(events=[{"event": "purchase"}])),
        (
            "did purchase at least twice in 30d and country != NL",
            rules(
                events=[{"event": "purchase", "count": 2, "days": 30}],
                filters=[{"field": "country", "operator": "ne", "value": "NL"}],
            ),
        ),
        (
            "did purchase and not country = NL",
            rules(
                events=[{"event": "purchase"}],
                groups=[{"not": True, "filters": [{"field": "country", "value": "NL"}]}],
            ),
        ),
        ("did not buy in 7d", rules(events=[{"event": "buy", "op": "eq", "count": 0, "days": 7}])),
        ("first seen in 7d", rules(events=[{"days": 7, "first": True}])),
        ("last seen over 14d ago", rules(events=[{"days": 14, "op": "eq", "count": 0}])),
        (
            "did buy on at most 3 days",
            rules(events=[{"event": "buy", "op": "lte", "count": 3, "distinct_days": True}]),
        ),
        (
            "did purchase[plan = pro] with sum of amount more than 99.5 in 30d",
            rules(events=[{
                "event": "purchase", "filters": [{"field": "plan", "value": "pro"}],
                "sum": "amount", "op": "gt", "value": 99.5, "days": 30,
            }]),
        ),
        (
            "did view then purchase[amount > 5] within 7d",
            rules(events=[{"event": "view", "then_within": {
                "event": "purchase", "seconds": 604_800,
                "filters": [{"field": "amount", "operator": "gt", "value": 5}],
            }}]),
        ),
        (
            "did a or (did b and not (did c or in audience Paying))",
            rules(match="any", events=[{"event": "a"}], groups=[{
                "events": [{"event": "b"}],
                "groups": [{
                    "match": "any", "not": True, "events": [{"event": "c"}],
                    "filters": [{"field": "audience", "value": "Paying"}],
                }],
            }]),
        ),
        (
            "has [country = NL and plan = pro] and listed (u_1, u_2) looking back 90d",
            rules(
                filters=[{"all": [
                    {"field": "country", "value": "NL"}, {"field": "plan", "value": "pro"},
                ]}],
                static_ids=["u_1", "u_2"], lookback_days=90,
            ),
        ),
    ],
)  # fmt: skip
def test_rules_are_written_as_people_say_them(text: str, definition: Definition) -> None:
    assert parse_rules(text) == definition
    assert format_rules(definition) == text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("DID purchase At Least 2 times in the last 30 days", "did purchase at least twice in 30d"),
        ("didn't purchase in last 2w", "did not purchase in 14d"),
        ("did purchase in 30d at least once", "did purchase in 30d"),
        ("did any event ever", "did any event"),
        ("first seen more than 2 weeks ago", "first seen over 14d ago"),
        ("audience = Paying or segment = new", "in audience Paying or in segment new"),
        ('in audience "Regular"', "in audience Regular"),
        ("everyone", "everybody"),
        ("did a or did b and did c", "did a or (did b and did c)"),
        ("((did a))", "did a"),
        ("country = NL and did a", "did a and country = NL"),
    ],
)
def test_other_ways_of_writing_mean_the_same(text: str, same: str) -> None:
    assert format_rules(parse_rules(text)) == same


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There are no rules."),
        ("did", "The rules are not finished."),
        ("purchase", "The rules are not finished."),
        ("did purchase 2 times", "'2' was not expected here."),
        ("did purchase in 30d in 7d", "When is said twice."),
        ("did not purchase at least twice", "How often is said twice."),
        ("did purchase in 5h", "'5h' is not whole days."),
        ("did purchase in 99999d", "audience: events.0.days"),
        pytest.param(f"did a at least {10**30} times", "audience: events.0.count", id="too often"),
        pytest.param(f"did purchase in {'9' * 400}d", "audience: events.0.days", id="endless"),
        ("did a and (did b or listed (u_1))", "People can only be listed beside all other rules."),
        ("listed (a) or listed (b)", "People are listed twice."),
        ("did a for the first time on at least 2 days", "For the first time goes with no sum"),
        ("country ~ /(/", "value '(' is not a valid regular expression"),
        ("{", "This is not JSON"),
        ("not " * 40 + "did a", "Rules nest deeper than 30."),
    ],
)
def test_what_cannot_be_read_is_named(text: str, said: str) -> None:
    with pytest.raises(BadQuestion, match=said.replace("(", r"\(")):
        parse_rules(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30) | st.from_regex(r"[a-z >().\"=,0-9\[\]~/]{0,30}", fullmatch=True))
def test_any_text_is_rules_or_a_sentence(text: str) -> None:
    try:
        found = parse_rules(text)
    except BadQuestion as error:
        said = str(error)
    else:
        said = format_rules(found)
        assert parse_rules(said) == found
    assert said
