"""What funnels count: held values, sessions, every attempt, new users (definitions 6.3, A.3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import draw, plain
from core.errors import BadQuestion
from core.export import export
from core.queries import from_json
from tests.worlds.compare import ScanEngine, ask, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.funnel_orders import check_funnel, excluding
from tests.worlds.funnels import NOON, SIGN_UP, counts, crowded, funnel_of, questions, with_names
from tests.worlds.strategies import CONDITIONS, worlds
from tests.worlds.world import Event, engine_of

VIEWED = [{"event": "view_item"}, {"event": "add_to_cart"}, {"event": "purchase"}]
SUPPORT = [{"event": "contact_support"}]


def figures(engine, **fields: Any) -> tuple[str, list[int], list[int]]:
    """The unit, the counts and the people of the fixture's funnel."""
    answer = ask(engine, "funnel", **{"range": A_RANGE, "steps": SIGN_UP, **fields})
    whole = answer.groups[0]
    return answer.unit, counts(whole), [step.who_reached for step in whole.steps]


# -- the fixture


def test_holding_a_property(engine):
    fields = {"steps": VIEWED, "hold": "item"}
    assert figures(engine, **fields) == ("pairs", [3, 1, 1], [1, 1, 1])
    answer = ask(engine, "funnel", range=A_RANGE, **fields)
    assert [step.who_dropped for step in answer.groups[0].steps[1:]] == [1, 0]
    drawn = plain(draw(answer, 80, 20))
    assert "Counts are pairs of a user and a value, item staying the same" in drawn
    question = from_json({"kind": "funnel", "range": A_RANGE, **fields})
    assert people(engine, question, Cell(step=2, outcome="dropped")) == ["a"]
    assert people(engine, question, Cell(step=3, outcome="reached")) == ["a"]


def test_the_person_is_left_out(engine):
    assert figures(engine, exclusions=SUPPORT) == ("users", [4, 3, 2], [4, 3, 2])
    fields = {"exclusions": SUPPORT, "exclude": "person"}
    assert figures(engine, **fields) == ("users", [3, 2, 2], [3, 2, 2])
    assert ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP, **fields).notes == (
        "People with these events in between are left out: contact_support.",
    )


def test_every_attempt(engine):
    assert figures(engine, count_by="totals") == ("attempts", [4, 3, 3], [4, 3, 3])
    fields = {"count_by": "totals", "window_seconds": 86_400}
    assert figures(engine, **fields) == ("attempts", [5, 3, 2], [4, 3, 2])
    fields = {"count_by": "totals", "order": "sequential"}
    assert figures(engine, **fields) == ("attempts", [5, 2, 1], [4, 2, 1])


def test_sessions(engine):
    assert figures(engine, count_by="sessions") == ("sessions", [5, 2, 2], [4, 2, 2])
    assert figures(engine, hold="session") == figures(engine, count_by="sessions")


def test_new_users(engine):
    fields: dict[str, Any] = {"steps": [{"event": "view_item"}, {"event": "add_to_cart"}]}
    assert figures(engine, **fields, range="2025-04-15,2025-04-20")[1] == [1, 0]
    assert figures(engine, **fields, range="2025-04-15,2025-04-20", users="new")[1] == [0, 0]
    assert figures(engine, users="new")[1] == [4, 3, 3]
    assert figures(engine, users="new", range="2025-03-24,2025-04-06")[1] == [1, 0, 0]


def test_new_users_on_their_first_day(engine):
    late = [{"event": "contact_support"}, {"event": "purchase"}]
    assert figures(engine, steps=late, users="new")[1] == [1, 1]
    assert figures(engine, steps=late, users="new", first_day=True)[1] == [0, 0]
    assert figures(engine, users="new", first_day=True)[1] == [4, 3, 3]


def test_only_complete_windows(engine):
    whole = ask(engine, "funnel", range="30d", steps=SIGN_UP, window_seconds=10 * 86_400)
    assert (counts(whole.groups[0]), whole.groups[0].in_progress) == ([5, 3, 3], 0)
    answer = ask(
        engine, "funnel", range="30d", steps=SIGN_UP, window_seconds=10 * 86_400, complete=True
    )
    assert counts(answer.groups[0]) == [4, 2, 2]
    assert answer.notes == ("Only those whose window has ended are counted.",)


def test_groups_of_two_fields(engine):
    answer = ask(
        engine, "funnel", range=A_RANGE, steps=SIGN_UP, breakdown=["country", "trait:plan"]
    )
    assert [(g.group, counts(g)) for g in answer.groups[1:]] == [
        (("US", "free"), [2, 1, 1]),
        (("DE", "(none)"), [1, 1, 1]),
        (("NL", "pro"), [1, 1, 1]),
    ]
    assert "country / trait:plan" in plain(draw(answer, 80, 20))


@pytest.mark.parametrize(
    ("attribution", "groups"),
    [
        ("entry", {"(none)": [4, 3, 3]}),
        ("first", {"shirt": [2, 2, 2], "(none)": [1, 0, 0], "jeans": [1, 1, 1]}),
        ("last", {"shirt": [2, 2, 2], "(none)": [1, 0, 0], "jeans": [1, 1, 1]}),
        ("all", {"(several values)": [3, 3, 3], "(none)": [1, 0, 0]}),
        (2, {"shirt": [2, 2, 2], "(did not reach step)": [1, 0, 0], "jeans": [1, 1, 1]}),
        (1, {"(none)": [4, 3, 3]}),
    ],
)
def test_groups_by_the_value_of_another_event(engine, attribution, groups):
    answer = ask(
        engine,
        "funnel",
        range=A_RANGE,
        steps=SIGN_UP,
        breakdown="properties.item",
        attribution=attribution,
    )
    assert {g.group[0]: counts(g) for g in answer.groups[1:]} == groups


@pytest.mark.parametrize(("attribution", "group"), [("first", "NL hat"), ("last", "DE tie")])
def test_two_values_are_of_one_event(attribution, group):
    events = [
        Event("a", NOON, "ann", context={"country": "US"}),
        Event("b", NOON + 1, "ann", context={"country": "NL"}, properties={"item": "hat"}),
        Event("c", NOON + 2, "ann", context={"country": "DE"}, properties={"item": "tie"}),
        Event("d", NOON + 3, "ann", properties={"item": "pin"}),
    ]
    by = {"breakdown": ["country", "properties.item"], "attribution": attribution}
    answer = funnel_of(events, "a b c d", **by)
    assert [g.group for g in answer.groups[1:]] == [tuple(group.split())]
    answer = funnel_of([events[0], events[3]], "a d", **by)
    lone = ("US", "(none)") if attribution == "first" else ("(none)", "pin")
    assert [g.group for g in answer.groups[1:]] == [lone]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"hold": ["item", "country", "session", "user"]}, "hold"),
        ({"hold": ["item", "item"]}, "hold names a field twice"),
        ({"hold": "itm"}, "hold 'itm' is not a field"),
        ({"count_by": "people"}, "count_by must be 'uniques', 'totals' or 'sessions'"),
        ({"users": "old"}, "users must be 'active' or 'new'"),
        ({"first_day": True}, "first_day applies to new users"),
        ({"attribution": 4}, "attribution names step 4 of 3"),
        ({"attribution": "middle"}, "attribution"),
        ({"exclude": "step"}, "exclude must be 'attempt' or 'person'"),
        ({"resolution": "1m"}, "resolution must be 'ms' or '1s'"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "funnel", **{"steps": SIGN_UP, **fields})


# -- rules


def bought(*story: tuple[str, int, Any]) -> list[Event]:
    """Events of ann with an item, each so many ms after noon."""
    return [
        Event(name, NOON + tick, user="ann", properties={} if item is None else {"item": item})
        for name, tick, item in story
    ]


def found(events: list[Event], names: str, **fields: Any) -> list[int]:
    """How many reached each step."""
    return counts(funnel_of(events, names, **fields).groups[0])


def test_every_element_of_a_list_is_held():
    events = bought(("a", 0, [1, 2, 3, 3]), ("b", 1, "3"), ("b", 2, None))
    assert found(events, "a b", hold="item") == [3, 1]


def test_what_has_no_value_takes_no_part():
    events = bought(("a", 0, None), ("a", 1, []), ("b", 2, "hat"))
    assert found(events, "a b", hold="item") == [0, 0]
    events = bought(("a", 0, "hat"), ("b", 1, None), ("c", 2, "hat"))
    assert found(events, "a c", hold="item", order="sequential") == [1, 1]


def test_excluded_events_spoil_their_own_value():
    events = bought(("a", 0, "hat"), ("a", 0, "coat"), ("x", 1, "hat"), ("b", 2, ["hat", "coat"]))
    assert found(events, "a b", hold="item", exclusions=[{"event": "x"}]) == [2, 1]


def test_up_to_three_fields_are_held():
    events = [
        Event(name, NOON + tick, user="ann", session="s", context={"country": country},
              properties={"item": item})
        for tick, (name, country, item) in enumerate(
            [("a", "NL", "hat"), ("a", "US", "hat"), ("b", "US", "hat"), ("b", "NL", "coat")])
    ]  # fmt: skip
    assert found(events, "a b", hold=["item", "country", "session"]) == [2, 1]


def test_one_attempt_after_another():
    def attempts(names: str, *ticks: int, **fields: Any) -> list[int]:
        story = [(name, tick * 1000, None) for name, tick in zip(names, ticks, strict=True)]
        fields = {"window_seconds": 60, **fields}
        return found(bought(*story), "a b", count_by="totals", **fields)

    assert attempts("aaab", 0, 1, 2, 3) == [1, 1]
    assert attempts("abab", 0, 1, 2, 3) == [2, 2]
    assert attempts("aab", 0, 60, 61) == [1, 0]
    assert attempts("aab", 0, 61, 62) == [2, 1]
    assert attempts("axab", 0, 1, 2, 3) == [1, 1]
    assert attempts("axab", 0, 1, 2, 3, exclusions=[{"event": "x"}]) == [2, 1]
    assert attempts("axab", 0, 1, 1, 3, exclusions=[{"event": "x"}]) == [2, 1]
    assert attempts("aab", 0, 1, 2, order="sequential") == [2, 1]
    assert attempts("bab", 0, 1, 2, order="unordered") == [1, 1]
    assert attempts("babab", 0, 1, 2, 3, 4, order="unordered") == [2, 2]
    spoiled = {"order": "unordered", "exclusions": [{"event": "x"}]}
    assert attempts("axab", 0, 1, 2, 3, **spoiled) == [2, 1]


def test_somebody_may_be_behind_reached_and_dropped():
    events = bought(("a", 0, "hat"), ("a", 1, "coat"), ("b", 2, "hat"))
    step = funnel_of(events, "a b", hold="item").groups[0].steps[1]
    assert (step.count, step.drop_off, step.who_reached, step.who_dropped) == (1, 1, 1, 1)


def test_times_in_one_second_are_equal():
    events = bought(("b", 100, None), ("a", 900, None), ("b", 2100, None))
    assert found(events, "a b", window_seconds=1) == [1, 0]
    assert found(events, "a b", window_seconds=1, resolution="1s") == [1, 1]
    answer = funnel_of(events[1:], "a b", window_seconds=2, resolution="1s")
    assert counts(answer.groups[0]) == [1, 1]
    assert answer.groups[0].steps[1].avg_seconds == 2


def test_a_person_is_left_out_when_the_window_may_still_hold_a_step():
    person = {"exclude": "person", "exclusions": [{"event": "x", "from_step": 2}]}
    nobody = [Event("c", NOON)]
    story = [*nobody, *bought(("a", 0, None), ("b", 1, None), ("x", 2, None))]
    assert found(story, "a b c", **person) == [0, 0, 0]
    assert found(story, "a c b", **person) == [1, 0, 0]
    story = [*nobody, *bought(("a", 0, None), ("x", 1, None), ("b", 2, None))]
    assert found(story, "a b c", **person) == [1, 1, 0]


def test_values_that_are_called_like_the_labels():
    events = [
        Event("a", NOON, user="ann", context={"country": "(did not reach step)"}),
        Event("b", NOON + 1, user="ann", context={"country": "(did not reach step)"}),
        Event("a", NOON, user="bob", context={"country": "NL"}),
    ]
    answer = funnel_of(events, "a b", breakdown="country", attribution=2)
    assert [(g.group, counts(g)) for g in answer.groups[1:]] == [
        (("(did not reach step)",), [2, 1])
    ]


# -- whole worlds against every possible attempt

HELD = ([], [], ["properties.item"], ["session"], ["country", "properties.item"], ["trait:plan"])


@st.composite
def units(draw: st.DrawFn) -> dict[str, Any]:
    """A funnel that counts something else than people, in any way."""
    fields = draw(st.one_of(questions(), excluding(), excluding()))
    if "order" not in fields:
        fields["order"] = draw(st.sampled_from(("ordered", "unordered", "sequential")))
    fields["hold"] = draw(st.sampled_from(HELD))
    fields["count_by"] = draw(st.sampled_from(("uniques", "totals", "totals", "sessions")))
    fields["exclude"] = draw(st.sampled_from(("attempt", "person")))
    fields["users"] = draw(st.sampled_from(("active", "active", "new")))
    fields["first_day"] = fields["users"] == "new" and draw(st.booleans())
    fields["resolution"] = draw(st.sampled_from(("ms", "ms", "1s")))
    complete = st.sampled_from((False, False, True))
    fields["complete"] = fields["window_seconds"] is not None and draw(complete)
    fields["filters_on"] = draw(st.sampled_from(("every", "every", "first")))
    fields["conditions"] = draw(st.sampled_from(CONDITIONS))
    return {**fields, "compare": draw(st.sampled_from((None, None, "previous")))}


@st.composite
def attributed(draw: st.DrawFn) -> dict[str, Any]:
    """A funnel broken down by the value of any of its events."""
    fields = draw(units())
    some = st.sampled_from(("country", "properties.item", "trait:plan", "event"))
    fields["breakdown"] = draw(st.lists(some, min_size=1, max_size=2, unique=True))
    last = len(fields["steps"])
    fields["attribution"] = draw(
        st.sampled_from(("entry", "first", "last", "all", *range(1, last + 1)))
    )
    return fields


@settings(max_examples=60, deadline=None)
@given(crowded(), units())
def test_units_match_every_possible_attempt(world, fields):
    check_funnel(with_names(world), fields)


@settings(max_examples=30, deadline=None)
@given(worlds(), units())
def test_units_of_nasty_worlds_match_every_possible_attempt(world, fields):
    check_funnel(with_names(world), fields)


@settings(max_examples=60, deadline=None)
@given(crowded(), attributed())
def test_values_match_every_possible_attempt(world, fields):
    check_funnel(with_names(world), fields)


@settings(max_examples=15, deadline=None)
@given(worlds(), units())
def test_both_engines_agree(world, fields):
    with engine_of(with_names(world)) as usual:
        scan = ScanEngine(usual.path, clock=usual.clock)
        try:
            question = from_json(fields)
            assert usual.answer(question) == scan.answer(question)
        finally:
            scan.close()


def test_the_file_of_an_answer_tells_people_from_what_is_counted(engine):
    answer = ask(engine, "funnel", range=A_RANGE, steps=VIEWED, hold="item")
    header, first, *_ = export(answer, "csv").splitlines()
    assert header.split(",")[-1] == "people"
    assert (first.split(",")[2], first.split(",")[-1]) == ("3", "1")
    assert "people" not in export(ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP), "csv")


@pytest.mark.parametrize(("width", "shown"), [(80, True), (120, True), (70, False)])
def test_the_drawing_tells_people_from_what_is_counted(engine, width, shown):
    answer = ask(engine, "funnel", range=A_RANGE, steps=VIEWED, hold="item")
    lines = plain(draw(answer, width, 4)).splitlines()
    heading = next(line for line in lines if "of first" in line)
    assert ("users" in heading) == shown
    assert "pairs" in heading
