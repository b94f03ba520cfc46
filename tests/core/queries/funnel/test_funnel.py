"""Funnels (definitions 6.1, 6.3, 6.4, appendix A.3)."""

from __future__ import annotations

import threading

import pytest

from core.answers import Cell
from core.draw import draw as drawn
from core.draw import plain
from core.engines.running import Stop
from core.errors import BadQuestion, Stopped
from core.language.questions import format_cell, format_question, parse
from core.queries import from_json
from core.queries.common.question import Question
from core.queries.funnel import plan as funnel_plan
from core.sql.dialect import Statement
from tests.worlds.compare import ask, both_engines, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.funnels import NOON, SIGN_UP, counts, funnel_of
from tests.worlds.world import DAY, HOUR, Event, World, engine_of

# -- the fixture


def test_a_week_to_convert(engine):
    answer = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP)
    assert counts(answer.groups[0]) == [4, 3, 3]
    assert (answer.first, answer.last) == ("2025-04-07", "2025-04-20")
    assert [step.event for step in answer.groups[0].steps] == ["sign_up", "add_to_cart", "purchase"]
    assert answer.window_seconds == 604_800


def test_filters_of_a_step_are_in_the_title_and_on_its_row(engine):
    dutch = {"filters": [{"field": "country", "value": "NL"}]}
    steps = [SIGN_UP[0], {**SIGN_UP[1], **dutch}]
    answer = ask(engine, "funnel", range=A_RANGE, steps=steps)
    assert answer.title == "sign_up > add_to_cart[country = NL]"
    assert "2 add_to_cart[country = NL]" in plain(drawn(answer, 100, 12))
    question = from_json({"kind": "funnel", "range": A_RANGE, "steps": steps})
    words = format_cell(question, Cell(step=2, outcome="dropped"))
    assert words.startswith("Dropped before step 2, add_to_cart where country is NL,")
    back = ask(engine, "retention", range=A_RANGE, return_filters=dutch["filters"])
    assert back.title == "Retention: any event, then any event[country = NL]"


def test_a_day_to_convert_is_inclusive(engine):
    answer = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP, window_seconds=86_400)
    assert counts(answer.groups[0]) == [4, 3, 2]
    question = from_json(
        {"kind": "funnel", "range": A_RANGE, "steps": SIGN_UP, "window_seconds": 86_400}
    )
    assert people(engine, question, Cell(step=3, outcome="dropped")) == ["b"]
    less = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP, window_seconds=86_399)
    assert counts(less.groups[0]) == [4, 2, 2]


def test_times_between_steps(engine):
    group = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP).groups[0]
    first, second, third = group.steps
    assert (first.avg_seconds, first.median_seconds, first.p90_seconds) == (None, None, None)
    assert (second.avg_seconds, second.median_seconds) == (87_120, 86_400)
    assert second.p90_seconds == pytest.approx(86_400 + 0.8 * (174_600 - 86_400))
    assert (third.avg_seconds, third.median_seconds) == (1_280, 240)
    assert (group.total_avg_seconds, group.total_median_seconds) == (88_400, 90_000)


def test_groups_by_where_people_started(engine):
    answer = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP, breakdown="country")
    assert [(g.group, counts(g)) for g in answer.groups] == [
        ((), [4, 3, 3]),
        (("US",), [2, 1, 1]),
        (("DE",), [1, 1, 1]),
        (("NL",), [1, 1, 1]),
    ]
    assert answer.breakdown == ("country",)
    cut = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP, breakdown="country", limit=1)
    assert [(g.group, counts(g)) for g in cut.groups[1:]] == [
        (("US",), [2, 1, 1]),
        (("(other)",), [2, 2, 2]),
    ]
    assert cut.omitted == 2
    rest = next(cell for cell, _ in cut.cells() if cell.group == ("(other)",))
    fields = {"range": A_RANGE, "steps": SIGN_UP, "breakdown": "country", "limit": 1}
    assert people(engine, from_json({"kind": "funnel", **fields}), rest) == ["a", "e"]


def test_rates_and_drop_off(engine):
    steps = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP).groups[0].steps
    assert [s.step_rate for s in steps] == [1, 0.75, 1]
    assert [s.overall_rate for s in steps] == [1, 0.75, 0.75]
    assert [s.drop_off for s in steps] == [0, 1, 0]


def test_rates_over_nobody_are_undefined(engine):
    steps = ask(engine, "funnel", range="today", steps=SIGN_UP).groups[0].steps
    assert [(s.count, s.step_rate, s.overall_rate) for s in steps] == [(0, None, None)] * 3


def test_the_period_before(engine):
    fields = {"range": A_RANGE, "steps": SIGN_UP, "compare": "previous"}
    answer = ask(engine, "funnel", **fields)
    assert counts(answer.previous) == [1, 0, 0]  # d signed up on 1 April, the cart took 13 days
    assert (answer.comparison.first, answer.comparison.last) == ("2025-03-24", "2025-04-06")
    question = from_json({"kind": "funnel", **fields})
    assert people(engine, question, Cell(step=1, outcome="reached", previous=True)) == ["d"]
    assert people(engine, question, Cell(step=2, outcome="dropped", previous=True)) == ["d"]


def test_conditions_hold_for_every_step_and_filters_for_their_own(engine):
    shirt = {"field": "properties.item", "value": "shirt"}
    steps = [{"event": "view_item"}, {"event": "add_to_cart"}, {"event": "purchase"}]
    assert counts(ask(engine, "funnel", range=A_RANGE, steps=steps).groups[0]) == [1, 1, 1]
    own = [
        steps[0],
        {**steps[1], "filters": [{"field": "properties.item", "value": "hat"}]},
        steps[2],
    ]
    assert counts(ask(engine, "funnel", range=A_RANGE, steps=own).groups[0]) == [1, 0, 0]
    answer = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP, conditions=[shirt])
    assert counts(answer.groups[0]) == [0, 0, 0]
    pro = [{"field": "trait:plan", "value": "pro"}]
    answer = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP, conditions=pro)
    assert counts(answer.groups[0]) == [1, 1, 1]


# -- rules


def test_equal_times_count_as_in_order():
    both = [Event("b", NOON, user="ann"), Event("a", NOON, user="ann")]
    assert counts(funnel_of(both, "a b").groups[0]) == [1, 1]


def test_one_event_fills_one_step():
    search = [Event("search", NOON, user="ann"), Event("search", NOON, user="ann")]
    assert counts(funnel_of(search, "search search search").groups[0]) == [1, 1, 0]


def test_equal_times_are_shared_out_among_overlapping_steps():
    events = [
        Event("see", NOON, user="ann", properties={"colour": "red", "size": 1}),
        Event("see", NOON, user="ann", properties={"colour": "red"}),
    ]
    red = {"event": "see", "filters": [{"field": "colour", "value": "red"}]}
    sized = {"event": "see", "filters": [{"field": "size", "operator": "is_set"}]}
    for steps in ([red, sized], [sized, red]):
        assert counts(funnel_of(events, "", steps=steps).groups[0]) == [1, 1]
    assert counts(funnel_of(events, "", steps=[sized, sized]).groups[0]) == [1, 0]


def test_the_window_includes_its_last_millisecond():
    def converts(wait: int) -> list[int]:
        events = [Event("a", NOON, user="ann"), Event("b", NOON + wait, user="ann")]
        return counts(funnel_of(events, "a b", window_seconds=60).groups[0])

    assert converts(60_000) == [1, 1]
    assert converts(60_001) == [1, 0]


def test_the_deepest_attempt_is_reported_then_the_earliest():
    events = [
        Event("a", NOON, user="ann", context={"country": "NL"}),
        Event("a", NOON + HOUR, user="ann", context={"country": "US"}),
        Event("a", NOON + HOUR + 1, user="ann", context={"country": "DE"}),
        Event("b", NOON + 2 * HOUR, user="ann"),
    ]
    answer = funnel_of(events, "a b", window_seconds=3_600, breakdown="country")
    assert [g.group for g in answer.groups] == [(), ("US",)]
    assert answer.groups[0].steps[1].avg_seconds == 3_600


def test_later_steps_may_lie_after_the_range_and_the_first_may_not():
    midnight = NOON + 12 * HOUR
    events = [
        Event("a", midnight - 1, user="ann"),
        Event("b", midnight + 1, user="ann"),
        Event("a", midnight, user="bob"),
        Event("b", midnight, user="bob"),
    ]
    assert counts(funnel_of(events, "a b", range="2025-04-07,2025-04-07").groups[0]) == [1, 1]


def test_later_steps_may_lie_after_the_range_when_steps_overlap_too():
    midnight = NOON + 12 * HOUR
    events = [Event("a", midnight - 1, user="ann"), Event("a", midnight + 1, user="ann")]
    assert counts(funnel_of(events, "a a", range="2025-04-07,2025-04-07").groups[0]) == [1, 1]


@pytest.mark.parametrize("names", ["a b", "a a"])
def test_of_two_starts_at_one_time_the_lower_id_is_reported(names):
    events = [Event("a", NOON, user="ann", context={"country": c}) for c in ("NL", "US")]
    events += [Event("b", NOON, user="bob")]
    answer = funnel_of(events, names, breakdown="country")
    assert [g.group for g in answer.groups[1:]] == [("NL",)]


def test_who_can_still_convert():
    week = 7 * 24 * HOUR
    events = [
        Event("a", NOON + DAY - week, user="over"),
        Event("a", NOON, user="ann"),
        Event("a", NOON + DAY - week + 1, user="last"),
        Event("a", NOON, user="bob"),
        Event("b", NOON, user="bob"),
    ]
    answer = funnel_of(events, "a b", range="30d")
    assert counts(answer.groups[0]) == [4, 1]
    assert answer.groups[0].in_progress == 2
    first, second = answer.groups[0].steps
    assert (first.in_progress, second.in_progress, second.lost) == (0, 2, 1)


def test_nobody_is_not_a_person():
    events = [Event("a", NOON), Event("b", NOON + 1), Event("a", NOON, user="ann")]
    assert counts(funnel_of(events, "a b").groups[0]) == [1, 0]
    assert counts(funnel_of(events, "a a").groups[0]) == [1, 0]


def test_a_value_called_other_joins_the_rest():
    events = [
        Event("a", NOON, user=user, context={"country": country})
        for user, country in (("x", "(other)"), ("y", "(other)"), ("z", "NL"), ("w", "US"))
    ] + [Event("b", NOON, user="z")]
    answer = funnel_of(events, "a b", breakdown="country", limit=1)
    assert [(g.group, counts(g)) for g in answer.groups] == [
        ((), [4, 1]),
        (("NL",), [1, 1]),
        (("(other)",), [3, 0]),
    ]


def test_a_device_of_before_belongs_to_the_person():
    events = [Event("a", NOON, device="phone"), Event("b", NOON + 1, user="ann", device="phone")]
    assert counts(funnel_of(events, "a b").groups[0]) == [1, 1]


def test_a_funnel_of_one_step_counts_who_did_it(engine):
    one = ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP[:1], breakdown="country")
    assert [(g.group, counts(g)) for g in one.groups] == [
        ((), [4]),
        (("US",), [2]),
        (("DE",), [1]),
        (("NL",), [1]),
    ]
    assert (one.groups[0].steps[0].overall_rate, one.groups[0].in_progress) == (1.0, 0)
    assert one.groups[0].total_avg_seconds is None
    question = parse(f"funnel sign_up {A_RANGE.replace(',', '..')}")
    assert parse(format_question(question)) == question
    assert people(engine, question, Cell(step=1)) == ["a", "b", "c", "e"]
    assert "100.0%" in plain(drawn(engine.answer(question), 80, 20))


def test_a_funnel_without_a_window_waits_for_ever():
    events = [Event("a", NOON, "ann"), Event("b", NOON + 900 * DAY, "ann"), Event("a", NOON, "bob")]
    world = World(tuple(events), now=NOON + 901 * DAY)
    question = parse("a > b without window 2025-04-07..2025-04-07")
    assert format_question(question) == "a > b without window 2025-04-07..2025-04-07"
    assert parse(format_question(question)) == question
    with both_engines(world) as engines:
        for engine in engines:
            answer = engine.answer(question)
            assert counts(answer.groups[0]) == [2, 1]
            assert (answer.window_seconds, answer.groups[0].in_progress) == (None, 1)
            assert "no window, ordered, 2 entered" in plain(drawn(answer, 80, 20))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"steps": []}, "steps"),
        ({"window_seconds": None, "complete": True}, "complete requires a window"),
        ({"steps": [{"event": "sign_up"}] * 11}, "steps"),
        ({"steps": [{"event": "sign_up"}, {"event": "purchas"}]}, "event 'purchas'"),
        ({"window_seconds": -1}, "window_seconds"),
        ({"window_seconds": 366 * 86_400 + 1}, "window_seconds"),
        ({"order": "sideways"}, "order"),
        ({"breakdown": ["country", "event", "user"]}, "breakdown"),
        ({"breakdown": "contry"}, "'contry'"),
        ({"hodl": "item"}, "hodl"),
    ],
)
def test_a_bad_funnel_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "funnel", **{"steps": SIGN_UP, **fields})


@pytest.mark.parametrize(
    "cell",
    [Cell(step=4), Cell(step=0, outcome="reached"), Cell(step=1, outcome="returned"),
     Cell(step=1, group=("NL",)), Cell(step=1, previous=True)],
)  # fmt: skip
def test_a_cell_of_another_answer_is_refused(engine, cell):
    question = from_json({"kind": "funnel", "range": A_RANGE, "steps": SIGN_UP})
    with pytest.raises(BadQuestion, match="cell"):
        people(engine, question, cell)


# -- side by side


def test_shares_make_the_whole(monkeypatch):
    events = [
        Event(name, NOON + 60_000 * place, user=f"user {person}")
        for person in range(40)
        for place, name in enumerate("abc"[: person % 4])
    ]
    steps = [{"event": name} for name in "abc"]
    question = from_json({"kind": "funnel", "steps": steps, "range": "7d", "breakdown": "user"})
    with engine_of(World(tuple(events), now=NOON + DAY)) as found:
        whole = found.answer(question)
        monkeypatch.setattr(funnel_plan, "MANY", 31)
        assert len(found.run(question, fresh=True).statements) == 2
        for many in (1, 30):
            monkeypatch.setattr(funnel_plan, "MANY", many)
            result = found.run(question, fresh=True)
            assert result.answer == whole
            assert len(result.statements) == 1 + funnel_plan.SHARES
    assert counts(whole.groups[0]) == [30, 20, 10]


@pytest.mark.parametrize("persons", [1, 2, 9])
def test_fewer_people_than_shares(monkeypatch, persons):
    monkeypatch.setattr(funnel_plan, "MANY", 1)
    events = [Event("a", NOON, user=f"user {person}") for person in range(persons)]
    events += [Event("b", NOON, user="user 0")]
    assert counts(funnel_of(events, "a b").groups[0]) == [persons, 1]


class Endless(Question):
    """A question of two statements that never end."""

    kind: str = "endless"

    def ask(self, ctx):
        """Yield both at once."""
        text = (
            "with recursive n(i) as (select 1 union all select i + 1 from n) select sum(i) from n"
        )
        yield Statement(text, {}, also=(Statement(text, {}),))


def test_statements_side_by_side_stop_together(engine):
    stop = Stop()
    threading.Timer(0.2, stop.stop).start()
    with pytest.raises(Stopped):
        engine.run(Endless(), stop=stop)
    assert counts(ask(engine, "funnel", range=A_RANGE, steps=SIGN_UP).groups[0]) == [4, 3, 3]
