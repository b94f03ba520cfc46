"""Several series as one chart, and saved charts asked by name (definitions 10.1, 10.2)."""

from __future__ import annotations

from typing import Any

import pytest

from core.answers import Cell
from core.errors import BadQuestion, NotFound
from core.language.questions import parse
from core.queries import from_json
from core.store.library.saved import Item, Saved
from tests.worlds.compare import ask, both_engines, from_text, people
from tests.worlds.fixture import A_RANGE, appendix_a
from tests.worlds.world import engine_of


def part(question: str | dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"question": question, **fields}


SIGN_UPS = part({"kind": "trend", "event": "sign_up"}, name="Sign-ups")
ACTIVE = part("dau", name="Active")


def test_the_lines_of_each_are_those_of_its_own_answer():
    with both_engines(appendix_a()) as engines:
        for engine in engines:
            answer = ask(engine, "several", series=[SIGN_UPS, ACTIVE], range=A_RANGE)
            own = [
                ask(engine, "trend", event="sign_up", range=A_RANGE).lines[0],
                ask(engine, "active_users", range=A_RANGE).lines[0],
            ]
            assert [(n.series, n.values, n.total) for n in answer.lines] == [
                ("Sign-ups", own[0].values, own[0].total),
                ("Active", own[1].values, own[1].total),
            ]
            assert (answer.unit, answer.additive) == ("number", False)
            assert answer.title == "Sign-ups, Active"


def test_the_people_behind_each_line(engine):
    question = from_json({"kind": "several", "series": [SIGN_UPS, ACTIVE], "range": A_RANGE})
    assert people(engine, question, Cell(series="Active")) == list("abcde")
    assert people(engine, question, Cell(series="Sign-ups", bucket="2025-04-07")) == list("ab")
    with pytest.raises(BadQuestion, match="series 'none'"):
        people(engine, question, Cell(series="none"))


def test_lines_by_a_field_and_lines_of_several_names(engine):
    question = from_json(
        {
            "kind": "several",
            "range": A_RANGE,
            "series": [part("lifecycle daily", name="Life"), part("dau by country", name="By")],
        }
    )
    answer = engine.answer(question)
    for line in answer.lines:
        cell = Cell(group=line.group, series=line.series)
        if line.total is not None and line.group:
            assert len(people(engine, question, cell)) == line.total
    assert {line.series for line in answer.lines if not line.group} >= {"Life / new"}
    new = Cell(series="Life / new", bucket="2025-04-07")
    assert people(engine, question, new) == list("ab")


def test_ranges_of_their_own_meet_on_one_axis(engine):
    short = {**SIGN_UPS, "range": "2025-04-14,2025-04-16"}
    answer = ask(engine, "several", series=[short, ACTIVE], range=A_RANGE)
    first, second = answer.lines
    assert len(first.values) == len(second.values) == len(answer.buckets) == 14
    assert first.values[7:10] == (1.0, 0.0, 1.0)
    assert [v for i, v in enumerate(first.values) if not 7 <= i < 10] == [None] * 11
    assert (answer.first, answer.last) == ("2025-04-07", "2025-04-20")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (part("nosuchevent", name="X"), "X is not shown: event 'nosuchevent' is not in this"),
        (part("dau weekly", name="X"), "X is not shown: it is weekly, the others are daily."),
        (part("top events", name="X"), "X is not shown: it is not over time."),
    ],
)
def test_a_series_that_does_not_fit_is_said(engine, other, said):
    answer = ask(engine, "several", series=[ACTIVE, other], range=A_RANGE)
    assert [line.series for line in answer.lines] == ["Active"]
    assert any(note.startswith(said) for note in answer.notes)


def test_a_granularity_for_all_makes_them_fit(engine):
    series = [ACTIVE, part("dau weekly", name="W")]
    answer = ask(engine, "several", series=series, range=A_RANGE, granularity="weekly")
    assert [line.series for line in answer.lines] == ["Active", "W"]


def test_nothing_that_can_be_shown_is_an_error(engine):
    with pytest.raises(BadQuestion, match="nosuchevent"):
        ask(engine, "several", series=[part("nosuchevent"), part("top events")])


def test_one_alone_may_be_of_any_shape(engine):
    answer = ask(engine, "several", series=[part("top events", name="Top")], range=A_RANGE)
    assert (answer.shape, answer.title) == ("table", "Top")


def test_no_comparison_where_it_is_not_shown(engine):
    hidden = {**ACTIVE, "display": {"show_comparison": False}}
    answer = ask(engine, "several", series=[hidden, SIGN_UPS], range=A_RANGE, compare="previous")
    assert [line.previous is None for line in answer.lines] == [True, False]
    alone = ask(engine, "several", series=[hidden], range=A_RANGE, compare="previous")
    assert alone.comparison is None


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"series": []}, "series needs at least 1"),
        ({"series": [ACTIVE] * 2}, "same name"),
        ({"series": [part("dau")] * 21}, "series holds at most 20"),
        ({"series": [{**ACTIVE, "display": {"decimals": 7}}]}, "decimals must be at most 6"),
        ({"series": [ACTIVE], "axes": {"left_y": {"scale": "log"}}}, "linear' or 'logarithmic"),
    ],
)
def test_limits(engine, fields, named):
    with pytest.raises(BadQuestion, match=named):
        ask(engine, "several", **fields)


# -- saved charts


@pytest.fixture
def shelf():
    with engine_of(appendix_a()) as engine:
        saved = Saved(engine.path)
        item = saved.save(
            "charts",
            Item(title="Weekly sign-ups", body={"question": f"users of sign_up range '{A_RANGE}'"}),
        )
        yield engine, saved, item


def test_by_title_and_by_id(shelf):
    engine, _, item = shelf
    own = ask(engine, "trend", event="sign_up", measure="users", range=A_RANGE)
    for text in ('saved "weekly sign-ups"', f"saved {item.id}"):
        assert engine.answer(parse(text)).model_dump() == own.model_dump()
    assert people(engine, parse('saved "Weekly sign-ups"'), Cell()) == list("abce")


def test_what_is_given_replaces_and_adds(shelf):
    engine, _, _ = shelf
    answer = engine.answer(parse('saved "Weekly sign-ups" last 7d where country = DE'))
    assert (answer.first, answer.lines[0].total) == ("2025-04-14", 1)


def test_a_chart_of_json_and_one_of_another(shelf):
    engine, saved, item = shelf
    body = {"question": {"kind": "trend", "event": "sign_up", "range": "7d"}}
    saved.save("charts", Item(title="json", body=body))
    saved.save("charts", Item(title="outer", body={"question": f"saved {item.id}"}))
    assert engine.answer(parse("saved json")).lines[0].total == 2
    assert engine.answer(parse("saved outer")).lines[0].total == 4
    saved.save("charts", Item(title="self", body={"question": "saved self"}))
    with pytest.raises(BadQuestion, match="refers to itself"):
        engine.answer(parse("saved self"))
    with pytest.raises(NotFound, match="no chart 'gone'"):
        engine.answer(parse("saved gone"))


def test_it_is_told_when_a_chart_changes(shelf):
    engine, saved, item = shelf
    assert engine.answer(parse("saved 'Weekly sign-ups'")).title == "Users of sign_up"
    saved.save("charts", item.model_copy(update={"body": {"question": "dau"}}))
    assert engine.answer(parse("saved 'Weekly sign-ups'")).title != "Users of sign_up"


def test_text_comes_back():
    for text in ('saved "Weekly sign-ups" last 7d', "saved cht_1 where country = NL"):
        from_text(text, text)
