"""How long people take from one step of a funnel to another (definitions 6.4, appendix A.3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import draw, navigate, plain, text
from core.errors import BadQuestion
from core.export import export
from core.language.questions import format_cell, format_question, parse
from core.queries import from_json
from core.queries.funnel import plan as funnel_plan
from tests.oracles.funnel import time_to_convert as oracle_time_to_convert
from tests.worlds.compare import ask, both_engines, check_people, from_text, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.funnel_orders import ORDERS
from tests.worlds.funnels import NOON, SIGN_UP, crowded, percentile, questions, with_names
from tests.worlds.strategies import worlds
from tests.worlds.world import DAY, Event, World, engine_of

KIND = "time_to_convert"


def bins(part) -> list[tuple[str, int]]:
    """Label and count of each bin."""
    return [(each.label, each.count) for each in part.bins]


def answer_of(waits: list[int], **fields: Any):
    """The answer for people who did a and, so many ms later, b; people are checked."""
    events = []
    for number, wait in enumerate(waits):
        events += [Event("a", NOON, user=f"u{number}"), Event("b", NOON + wait, user=f"u{number}")]
    steps = [{"event": "a"}, {"event": "b"}]
    question = from_json({"kind": KIND, "steps": steps, "range": "7d", **fields})
    with engine_of(World(tuple(events), now=NOON + 3 * DAY)) as found:
        answer = found.answer(question)
        check_people(found, question, answer)
        return answer


# -- the fixture


def test_the_whole_funnel(engine):
    answer = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP)
    assert bins(answer) == [("10m-1d20m", 1), ("1d20m-2d30m incl.", 2)]
    assert [(b.start, b.end) for b in answer.bins] == [(600, 87_600), (87_600, 174_600)]
    assert (answer.mean, answer.median, answer.total) == (88_400, 90_000, 3)
    assert (answer.unit, answer.of, answer.title) == (
        "users",
        "seconds",
        "Time from sign_up to purchase",
    )
    assert [b.share for b in answer.bins] == pytest.approx([1 / 3, 2 / 3])


@pytest.mark.parametrize(
    ("first", "last", "mean", "median"), [(1, 2, 87_120, 86_400), (2, 3, 1_280, 240)]
)
def test_from_one_step_to_the_next(engine, first, last, mean, median):
    answer = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP, from_step=first, to_step=last)
    assert (answer.mean, answer.median) == (mean, median)
    assert sum(b.count for b in answer.bins) == 3


def test_the_people_of_a_bin(engine):
    question = from_json({"kind": KIND, "range": A_RANGE, "steps": SIGN_UP})
    assert people(engine, question, Cell(row="10m-1d20m")) == ["a"]
    assert people(engine, question, Cell(row="1d20m-2d30m incl.")) == ["b", "e"]
    assert people(engine, question, Cell()) == ["a", "b", "e"]


def test_groups_by_where_people_started(engine):
    answer = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP, breakdown="country")
    assert [(g.group, g.total, g.median) for g in answer.groups] == [
        (("DE",), 1, 1_800 + 172_800),
        (("NL",), 1, 600),
        (("US",), 1, 90_000),
    ]
    assert [b.label for b in answer.groups[0].bins] == [b.label for b in answer.bins]
    cut = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP, breakdown="country", limit=1)
    assert ([g.group for g in cut.groups], cut.omitted) == ([("DE",)], 2)


def test_how_often_the_step_before_was_done(engine):
    steps = [{"event": "sign_up"}, {"event": "purchase"}]
    answer = ask(engine, KIND, range=A_RANGE, steps=steps, measure="repeats")
    assert [b.label for b in answer.bins] == ["1", "2", "3", "4", "5", "6-10", "11-20", "21+"]
    assert [b.count for b in answer.bins] == [3, 1, 0, 0, 0, 0, 0, 0]  # e signed up twice
    assert (answer.of, answer.mean) == ("times", 1.25)
    steps = [{"event": "sign_up"}, {"event": "view_item"}, {"event": "view_item"}]
    fields = {
        "range": A_RANGE,
        "steps": [*steps, {"event": "view_item"}],
        "window_seconds": 20 * 86_400,
        "measure": "repeats",
        "from_step": 2,
    }
    third, fourth = (ask(engine, KIND, **fields, to_step=step) for step in (3, 4))
    assert (third.mean, fourth.mean) == (1, 2)  # a looked at a shirt, then jeans, then a hat
    assert people(engine, from_json({"kind": KIND, **fields}), Cell(row="2")) == ["a"]


# -- rules


def test_the_number_of_bins_is_the_cube_root_of_the_times():
    answer = answer_of([n * 1000 for n in range(9)])
    assert bins(answer) == [("0s-3s", 3), ("3s-6s", 3), ("6s-9s incl.", 3)]
    assert len(answer_of([n * 1000 for n in range(8)]).bins) == 2


def test_the_last_bin_includes_its_end():
    assert bins(answer_of([0, 1000, 2000], bins=2)) == [("0s-1s", 1), ("1s-2s incl.", 2)]


def test_equal_times_fill_a_minute():
    answer = answer_of([5000] * 3, bins=2)
    assert bins(answer) == [("5s-1m5s", 3), ("1m5s-2m5s incl.", 0)]


def test_times_between_whole_seconds_lie_in_a_bin():
    answer = answer_of([500, 1001, 2999], bins=3)
    assert bins(answer) == [("0s-1s", 1), ("1s-2s", 1), ("2s-3s incl.", 1)]
    assert answer.mean == 1.5


def test_bins_of_a_width_begin_with_a_multiple_of_it():
    answer = answer_of([90_000, 119_999, 120_000, 250_000], width=60)
    assert bins(answer) == [("1m-2m", 2), ("2m-3m", 1), ("3m-4m", 0), ("4m-5m", 1)]


def test_past_ninety_bins_the_last_has_no_end():
    answer = answer_of([0, 89_000, 90_000, 3_600_000], width=1)
    assert len(answer.bins) == 90
    assert (answer.bins[-1].label, answer.bins[-1].count, answer.bins[-1].end) == (
        "1m29s+",
        3,
        None,
    )


def test_nobody_converted():
    answer = ask_nobody()
    assert (answer.bins, answer.mean, answer.median, answer.total) == ((), None, None, 0)
    assert "There is nothing to count." in plain(draw(answer, 80, 10))


def ask_nobody():
    """The answer where nobody gets to the second step."""
    with engine_of(World((Event("a", NOON, user="u"), Event("b", NOON - 1)), now=NOON)) as found:
        return ask(found, KIND, steps=[{"event": "a"}, {"event": "b"}], range="7d")


def test_repeats_at_the_time_of_the_next_step_count_once():
    events = [Event("a", NOON, user="u"), Event("a", NOON, user="u"), Event("b", NOON, user="u")]
    with engine_of(World(tuple(events), now=NOON + DAY)) as found:
        fields = {"steps": [{"event": "a"}, {"event": "b"}], "range": "7d", "measure": "repeats"}
        answer = ask(found, KIND, **fields)
        assert [b.count for b in answer.bins[:3]] == [1, 0, 0]


def test_many_people_are_asked_in_shares(monkeypatch):
    monkeypatch.setattr(funnel_plan, "MANY", 2)
    answer = answer_of([n * 1000 for n in range(9)])
    assert bins(answer) == [("0s-3s", 3), ("3s-6s", 3), ("6s-9s incl.", 3)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"to_step": 4}, "from_step 1 and to_step 4 do not fit"),
        ({"from_step": 2, "to_step": 2}, "from_step 2 and to_step 2"),
        ({"from_step": 0}, "from_step must be at least 1"),
        ({"bins": 91}, "bins must be at most 90"),
        ({"bins": 0}, "bins must be at least 1"),
        ({"width": 0}, "width must be at least 1"),
        ({"bins": 3, "width": 60}, "bins and width cannot both"),
        ({"compare": "previous"}, "compare does not apply to"),
        ({"measure": "repeats", "bins": 3}, "bins does not apply to the measure repeats"),
        ({"measure": "repeats", "order": "unordered"}, "order does not apply to"),
        ({"measure": "hours"}, "measure must be"),
        ({"steps": [{"event": "sign_up"}]}, "steps needs at least 2"),
        ({"steps": [{"event": "sign_up"}, {"event": "purchse"}]}, "event 'purchse'"),
        ({"breakdown": "contry"}, "'contry' is not a field"),
    ],
)
def test_bad_questions_are_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, KIND, **{"steps": SIGN_UP, **fields})


@pytest.mark.parametrize(
    ("cell", "fields"),
    [
        (Cell(row="soon"), {}),
        (Cell(row="1-2"), {}),
        (Cell(row="7"), {"measure": "repeats"}),
        (Cell(group=("NL",)), {}),
        (Cell(previous=True), {}),
    ],
)
def test_a_cell_of_another_answer_is_refused(engine, cell, fields):
    question = from_json({"kind": KIND, "steps": SIGN_UP, **fields})
    with pytest.raises(BadQuestion, match="cell"):
        people(engine, question, cell)


# -- text, drawing, files


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("time to convert sign_up > purchase", None),
        ("time to convert of sign_up > purchase by country top 3", None),
        ("Time To Convert a > b > c from step 2 to step 3 within 1h", None),
        ("time to convert a > b bins 20 last 90d", None),
        ("time to convert a > b bins of 10min in any order", None),
        ("time to convert a > b with measure = repeats", None),
    ],
)
def test_text(text, canonical):
    assert from_text(text, canonical or "").kind == KIND


def test_the_words_of_text():
    text = "time to convert a > b > c from step 2 to step 3 within 1h bins of 10m"
    question: Any = parse(text)
    assert (question.from_step, question.to_step, question.width) == (2, 3, 600)
    assert "from step 2 to step 3" in format_question(question)
    assert "bins of 10m" in format_question(question)


def test_who_is_behind_a_number():
    question = from_json({"kind": KIND, "steps": SIGN_UP})
    words = format_cell(question, Cell(row="10m-1d20m"))
    assert words == "Users who took 10m-1d20m from sign_up to purchase in the last 30 days"
    again = from_json({"kind": KIND, "steps": SIGN_UP, "measure": "repeats", "from_step": 2})
    words = format_cell(again, Cell(row="6-10"))
    assert words == "Users with 6-10 times of add_to_cart before purchase in the last 30 days"


def test_drawing_and_navigation(engine):
    answer = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP, breakdown="country")
    drawn = plain(draw(answer, 80, 30))
    assert "   10m-1d " in drawn
    assert "median 1d 1h, p75 1d 12h, p90 1d 19h, mean 1d." in drawn
    assert "NL: 1, mean 10m" in drawn
    places = navigate(answer)
    assert places[0] == [Cell(row="10m-1d20m")]
    assert places[2] == [Cell(group=("DE",), row="10m-1d20m")]
    assert len(plain(draw(answer, 80, 30, chart="table")).split("10m-1d ")) == 5


def test_long_bounds_are_drawn_rounded():
    answer = answer_of([1_000, 93_000_000, 187_567_000], bins=2)
    assert bins(answer)[1] == ("1d2h3m4s-2d4h6m7s incl.", 1)
    assert "  1d2h-2d4h incl. " in plain(draw(answer, 80, 10))
    assert len(text(answer_of([n * 1000 for n in range(9)], bins=40), 80).split("\n")) > 40


def test_files(engine):
    answer = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP, breakdown="country")
    lines = export(answer, "csv").split("\n")
    assert lines[0] == "country,bin,start,end,count,share,people"
    assert lines[1].startswith(",10m-1d20m,600,87600,1,")
    assert lines[3].startswith("DE,10m-1d20m,600,87600,0,0,0")
    assert '"mean":88400.0' in export(answer, "json")


# -- whole worlds against every possible attempt


def check(world: World, fields: dict[str, Any]) -> None:
    """Bins, figures and people are the oracle's, whether stored sets help or not."""
    question: Any = from_json(fields)
    expected = oracle_time_to_convert.times(world, question)
    with both_engines(world) as (usual, scan):
        answer = usual.answer(question)
        assert scan.answer(question) == answer
        values = expected[()].ascending
        bounds = oracle_time_to_convert.edges(question, values)
        _check_part(answer, expected[()], bounds)
        ranked = sorted((g for g in expected if g), key=lambda g: (-len(expected[g].figures), g))
        shown = ranked[: question.limit] if question.breakdown else []
        assert [part.group for part in answer.groups] == shown
        assert answer.omitted == (len(ranked) - len(shown) if question.breakdown else 0)
        for part in answer.groups:
            _check_part(part, expected[part.group], bounds)
        check_people(usual, question, answer)
        for part, (low, high, closed) in zip(answer.bins, bounds, strict=True):
            who = expected[()].within(low, high, closed=closed)
            assert people(usual, question, Cell(row=part.label)) == sorted(set(who))


def _check_part(part, expected: oracle_time_to_convert.Times, bounds) -> None:
    values = expected.ascending
    assert part.total == len(values)
    assert part.mean == pytest.approx(sum(values) / len(values) if values else None)
    assert part.median == pytest.approx(percentile(values, 0.5))
    assert part.p90 == pytest.approx(percentile(values, 0.9))
    shares = (0.1, 0.25, 0.5, 0.75, 0.9) if values else ()
    assert part.box == pytest.approx(tuple(percentile(values, share) for share in shares))
    assert [(b.start, b.end) for b in part.bins] == [(low, high) for low, high, _ in bounds]
    for each, (low, high, closed) in zip(part.bins, bounds, strict=True):
        inside = expected.within(low, high, closed=closed)
        assert (each.count, each.people) == (len(inside), len(set(inside)))


@st.composite
def asked(draw: st.DrawFn) -> dict[str, Any]:
    """A question about the times of a random funnel."""
    fields = draw(questions(2))
    last = len(fields["steps"])
    fields["kind"], fields["compare"] = KIND, None
    fields["measure"] = draw(st.sampled_from(("seconds", "seconds", "repeats")))
    fields["from_step"] = draw(st.integers(1, last - 1))
    fields["to_step"] = draw(st.none() | st.integers(fields["from_step"] + 1, last))
    fields["filters_on"] = draw(st.sampled_from(("every", "first")))
    if fields["measure"] == "seconds":
        fields["order"] = draw(st.sampled_from(ORDERS))
        fields["hold"] = draw(st.sampled_from(([], [], "properties.item")))
        fields["count_by"] = draw(st.sampled_from(("uniques", "uniques", "totals", "sessions")))
        fields["resolution"] = draw(st.sampled_from(("ms", "ms", "1s")))
        size = draw(st.sampled_from((None, None, "bins", "width")))
        if size:
            fields[size] = draw(st.sampled_from((1, 2, 7, 60, 90)))
    fields["attribution"] = draw(st.sampled_from(("entry", "entry", "last", "all", 2)))
    fields["breakdown"] = draw(st.sampled_from((fields["breakdown"], ["country", "event"])))
    complete = st.sampled_from((False, False, True))
    fields["complete"] = fields["window_seconds"] is not None and draw(complete)
    return fields


@settings(max_examples=40, deadline=None)
@given(crowded(), asked())
def test_crowded_worlds_match_every_possible_attempt(world, fields):
    check(with_names(world), fields)


@settings(max_examples=30, deadline=None)
@given(worlds(), asked())
def test_worlds_match_every_possible_attempt(world, fields):
    check(with_names(world), fields)
