"""Funnels over time, by when people entered them (definitions 6.1, 6.5, appendix A.3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.draw import draw, navigate, plain
from core.errors import BadQuestion
from core.export import export
from core.language.questions import format_cell
from core.queries import from_json
from core.queries.funnel import over_time as funnel_trend
from tests.oracles.funnel import funnel_trend as oracle_funnel_trend
from tests.oracles.times import time_of
from tests.worlds.compare import ask, both_engines, from_text, people
from tests.worlds.fixture import A_RANGE
from tests.worlds.funnel_orders import ORDERS
from tests.worlds.funnels import NOON, SIGN_UP, crowded, percentile, questions, with_names
from tests.worlds.strategies import worlds
from tests.worlds.world import DAY, HOUR, Event, World, engine_of

KIND = "funnel_trend"
AB = [{"event": "a"}, {"event": "b"}]


def fractions(answer, line: int = 0) -> dict[str, tuple[int, int]]:
    """(converted, entered) of the buckets that somebody entered in."""
    pairs = zip(answer.buckets, answer.lines[line].fractions, strict=True)
    return {bucket.label: pair for bucket, pair in pairs if pair[1]}


def trend_of(events: list[Event], **fields: Any):
    """The answer about a > b for a world that ends a day after noon."""
    with engine_of(World(tuple(events), now=NOON + DAY)) as found:
        return ask(found, KIND, **{"steps": AB, "range": "7d", **fields})


# -- the fixture


def test_conversion_by_day_of_entry(engine):
    answer = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP)
    assert fractions(answer) == {
        "2025-04-07": (2, 2),
        "2025-04-09": (0, 1),
        "2025-04-14": (1, 1),
        "2025-04-16": (1, 1),
    }
    (line,) = answer.lines
    assert line.values[:4] == (1, None, 0, None)
    assert (line.total, line.total_fraction) == (0.75, (3, 4))  # e entered on two days
    assert (answer.unit, answer.granularity, len(answer.buckets)) == ("percent", "daily", 14)


def test_buckets_whose_windows_are_open_are_flagged(engine):
    answer = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP)
    unfinished = [b.label for b in answer.buckets if b.partial]
    assert (len(unfinished), unfinished[0]) == (8, "2025-04-13")  # 7 days from its end to now
    soon = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP, window_seconds=3600)
    assert [b.label for b in soon.buckets if b.partial] == ["2025-04-20"]
    assert answer.notes == ("Windows of those who entered from 2025-04-13 on may still be open.",)
    before = ask(engine, KIND, range="2025-04-01,2025-04-05", steps=SIGN_UP)
    assert before.notes == ()


def test_counts_of_every_step(engine):
    answer = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP, measure="counts", granularity="weekly")
    assert [line.series for line in answer.lines] == ["1 sign_up", "2 add_to_cart", "3 purchase"]
    assert [line.values for line in answer.lines] == [(3, 1), (2, 1), (2, 1)]
    assert [line.total for line in answer.lines] == [4, 3, 3]
    assert answer.unit == "users"


@pytest.mark.parametrize(
    ("measure", "second", "third"),
    [("avg_seconds", 43_380, 1_920), ("median_seconds", 43_380, 1_920)],
)
def test_times_from_each_step_to_the_next(engine, measure, second, third):
    answer = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP, measure=measure)
    assert [line.series for line in answer.lines] == ["2 add_to_cart", "3 purchase"]
    assert [line.values[0] for line in answer.lines] == [43_380, 1_920]
    assert [line.values[1] for line in answer.lines] == [None, None]
    assert answer.unit == "seconds"
    assert answer.lines[0].total == {"avg_seconds": 87_120, "median_seconds": 86_400}[measure]


def test_the_people_of_a_number(engine):
    question = from_json({"kind": KIND, "range": A_RANGE, "steps": SIGN_UP})
    assert people(engine, question, Cell(bucket="2025-04-07")) == ["a", "b"]
    assert people(engine, question, Cell(bucket="2025-04-09")) == []
    assert people(engine, question, Cell(bucket="2025-04-09", outcome="dropped")) == ["c"]
    assert people(engine, question, Cell(bucket="2025-04-09", step=1)) == ["c"]
    assert people(engine, question, Cell()) == ["a", "b", "e"]
    assert people(engine, question, Cell(outcome="dropped")) == ["c"]


def test_groups_by_where_people_started(engine):
    answer = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP, breakdown="country", limit=2)
    assert [(line.group, line.total_fraction) for line in answer.lines] == [
        (("US",), (1, 2)),
        (("DE",), (1, 1)),
    ]
    assert (answer.omitted, answer.breakdown) == (1, ("country",))


def test_the_period_before(engine):
    fields = {"range": A_RANGE, "steps": SIGN_UP, "compare": "previous"}
    answer = ask(engine, KIND, **fields)
    (line,) = answer.lines
    assert (line.previous_total, line.previous[8]) == (0, 0)  # d, on 1 April
    cell = Cell(bucket="2025-04-01", previous=True, outcome="dropped")
    assert people(engine, from_json({"kind": KIND, **fields}), cell) == ["d"]


def test_conversion_between_two_steps(engine):
    fields = {"range": A_RANGE, "steps": SIGN_UP, "granularity": "monthly"}
    assert ask(engine, KIND, **fields, to_step=2).lines[0].fractions == ((3, 4),)
    assert ask(engine, KIND, **fields, from_step=2).lines[0].fractions == ((3, 3),)


# -- rules


def test_the_example_of_entries_on_three_days():
    """Step 1 on days 1, 5 and 20, step 2 on days 2 and 6: the first two convert."""
    start = NOON - 25 * DAY
    events = [Event("a", start + day * DAY, user="u") for day in (1, 5, 20)]
    events += [Event("b", start + day * DAY, user="u") for day in (2, 6)]
    answer = trend_of(events, range="30d")
    assert list(fractions(answer).values()) == [(1, 1), (1, 1), (0, 1)]
    assert answer.lines[0].total_fraction == (1, 1)


def test_totals_count_every_attempt_where_it_began():
    events = [Event(name, NOON + hour * HOUR, user="u") for hour, name in enumerate("ababa")]
    answer = trend_of(events, count_by="totals", measure="counts")
    assert [line.total for line in answer.lines] == [3, 2]
    assert answer.additive


def test_new_people_are_new_in_the_range_not_in_the_bucket():
    events = [Event("x", NOON - DAY, user="u"), Event("a", NOON, user="u"), Event("b", NOON)]
    assert fractions(trend_of(events, users="new")) == {"2025-04-07": (0, 1)}
    assert fractions(trend_of(events, users="new", range="2025-04-07,2025-04-08")) == {}


def test_very_many_buckets_are_asked_together(engine, monkeypatch):
    steps = [SIGN_UP[0], {"event": "add_to_cart", "filters": [{"field": "item", "value": "shirt"}]}]
    for fields in ({"breakdown": "country"}, {"measure": "counts", "order": "unordered"}):
        question = from_json({"kind": KIND, "range": A_RANGE, "steps": steps, **fields})
        apart = engine.run(question, fresh=True).answer
        with monkeypatch.context() as patch:
            patch.setattr(funnel_trend, "MANY_BUCKETS", 0)
            assert engine.run(question, fresh=True).answer == apart


def test_entries_by_the_hour():
    events = [Event("a", NOON + n * HOUR // 2, user=f"u{n}") for n in range(4)]
    answer = trend_of(
        [*events, Event("b", NOON + HOUR, user="u1")], range="48h", granularity="hourly"
    )
    assert list(fractions(answer).values()) == [(1, 2), (0, 2)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"measure": "rate"}, "measure must be"),
        ({"to_step": 4}, "from_step 1 and to_step 4 do not fit"),
        ({"from_step": 3}, "from_step 3 and to_step 3"),
        ({"measure": "counts", "from_step": 2}, "do not apply to the measure counts"),
        ({"granularity": "fortnightly"}, "granularity"),
        ({"window_seconds": -1}, "window_seconds must be at least 0"),
        ({"steps": SIGN_UP[:1]}, "steps needs at least 2"),
    ],
)
def test_bad_questions_are_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, KIND, **{"steps": SIGN_UP, **fields})


@pytest.mark.parametrize(
    "cell",
    [
        Cell(bucket="2020-01-01"),
        Cell(series="2 add_to_cart"),
        Cell(step=4),
        Cell(previous=True),
        Cell(group=("NL",)),
        Cell(outcome="returned"),
    ],
)
def test_a_cell_of_another_answer_is_refused(engine, cell):
    with pytest.raises(BadQuestion, match="cell"):
        people(engine, from_json({"kind": KIND, "steps": SIGN_UP}), cell)


# -- text, drawing, files


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("funnel trend signup > purchase weekly", "trend of signup > purchase weekly"),
        (
            "trend of a > b > c from step 2 to step 3 within 1h by country vs prev last 90d",
            "trend of a > b > c from step 2 to step 3 within 1h last 90d by country vs prev",
        ),
        ("Trend a > b with measure = counts", "trend of a > b with measure = counts"),
    ],
)
def test_text(text, canonical):
    assert from_text(text, canonical).kind == KIND


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ({"bucket": "2025-04-07"}, "Reached step 3, purchase, entering on Apr 7"),
        ({"series": "2 add_to_cart"}, "Reached step 2, add_to_cart, entering in the last 30 days"),
        (
            {"bucket": "2025-04-07", "outcome": "dropped"},
            "Did not reach step 3, purchase, entering on Apr 7",
        ),
    ],
)
def test_who_is_behind_a_number(cell, words):
    assert format_cell(from_json({"kind": KIND, "steps": SIGN_UP}), Cell(**cell)) == words


def test_drawing_and_navigation(engine):
    answer = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP)
    assert "75.0% 3 of 4" in plain(draw(answer, 80, 16))
    assert "2 of 2" in plain(draw(answer, 80, 20, chart="table"))
    shown = plain(draw(answer, 80, 16, cursor=(0, 0)))
    assert "Mon Apr 07" in shown
    assert "100.0% 2 of 2" in shown
    assert navigate(answer)[0][0] == Cell(bucket="2025-04-07")
    by = ask(engine, KIND, range=A_RANGE, steps=SIGN_UP, breakdown="country")
    assert "1 of 2" in plain(draw(by, 80, 20, chart="table"))


def test_files(engine):
    lines = export(ask(engine, KIND, range=A_RANGE, steps=SIGN_UP), "csv").split("\n")
    assert lines[:3] == ["bucket,value,part,whole", "2025-04-07,1,2,2", "2025-04-08,,0,0"]


# -- whole worlds against every possible attempt


def check(world: World, fields: dict[str, Any]) -> None:
    """Every figure is the oracle's, and so are the people behind it."""
    question: Any = from_json(fields)
    now, before = oracle_funnel_trend.trend(world, question)
    time = time_of(world, question)
    with both_engines(world) as (usual, scan):
        answer = usual.answer(question)
        assert scan.answer(question) == answer
        assert [b.partial for b in answer.buckets] == [
            oracle_funnel_trend.is_open(world, question, bucket) for bucket in time.slots
        ]
        ranked = sorted((g for g in now.whole if g), key=lambda g: (-now.whole[g].count(1), g))
        groups = ranked[: question.limit] if question.breakdown else [()]
        assert list(dict.fromkeys(line.group for line in answer.lines)) == groups
        assert answer.omitted == max(len(ranked) - question.limit, 0)
        for line in answer.lines:
            _check_line(question, line, now, line.values, line.total)
            if question.compare:
                shown = len(before.buckets)
                _check_line(question, line, before, line.previous[:shown], line.previous_total)
        _check_people(usual, question, answer, now)


def _check_line(question: Any, line, period, values, total) -> None:
    told = [funnels.get(line.group) for funnels in period.buckets][: len(values)]
    assert list(values) == pytest.approx([_figure(question, line, each) for each in told])
    assert total == pytest.approx(_figure(question, line, period.whole.get(line.group)))


def _figure(question: Any, line, told) -> float | None:
    last = question.to_step or len(question.steps)
    if question.measure == "conversion":
        whole = told.count(question.from_step) if told else 0
        return told.count(last) / whole if whole else None
    step = int(line.series.split()[0])
    if question.measure == "counts":
        return told.count(step) if told else 0
    waits = told.waits(step - 1, step) if told else []
    if question.measure == "median_seconds":
        return percentile(waits, 0.5)
    return sum(waits) / len(waits) if waits else None


def _check_people(engine, question: Any, answer, now) -> None:
    labels = [bucket.label for bucket in answer.buckets]
    cells = [cell for cell, _ in answer.cells()]
    for cell in cells[:: len(cells) // 12 + 1]:
        step = int(cell.series.split()[0]) if cell.series else question.to_step
        place = labels.index(cell.bucket) if cell.bucket else None
        told = (now.whole if place is None else now.buckets[place]).get(cell.group)
        who = told.reached(step or len(question.steps)) if told else set()
        assert people(engine, question, cell) == sorted(who), cell


@st.composite
def asked(draw: st.DrawFn) -> dict[str, Any]:
    """A question about a random funnel over time."""
    fields = draw(questions(2))
    fields["kind"] = KIND
    fields["measure"] = draw(
        st.sampled_from(("conversion", "conversion", "counts", "avg_seconds", "median_seconds"))
    )
    if fields["measure"] == "conversion":
        fields["to_step"] = draw(st.none() | st.just(2))
    fields["granularity"] = draw(st.sampled_from(("hourly", "daily", "daily", "weekly", "monthly")))
    if fields["range"] in ("30d", "all_time", "3m", "3w"):
        fields["granularity"] = draw(st.sampled_from(("weekly", "monthly")))
    if fields["range"] in ("7d", "mtd", "wtd", "last_week") and fields["granularity"] == "hourly":
        fields["granularity"] = "daily"
    fields["order"] = draw(st.sampled_from(ORDERS))
    fields["count_by"] = draw(st.sampled_from(("uniques", "uniques", "totals", "sessions")))
    fields["users"] = draw(st.sampled_from(("active", "active", "new")))
    complete = st.sampled_from((False, False, True))
    fields["complete"] = fields["window_seconds"] is not None and draw(complete)
    fields["hold"] = draw(st.sampled_from(([], [], "properties.item")))
    fields["attribution"] = draw(st.sampled_from(("entry", "entry", "last", "all", 2)))
    fields["breakdown"] = draw(st.sampled_from((fields["breakdown"], ["country", "event"])))
    fields["resolution"] = draw(st.sampled_from(("ms", "ms", "1s")))
    return fields


@settings(max_examples=20, deadline=None)
@given(crowded(), asked())
def test_crowded_worlds_match_every_possible_attempt(world, fields):
    check(with_names(world), fields)


@settings(max_examples=20, deadline=None)
@given(worlds(), asked())
def test_worlds_match_every_possible_attempt(world, fields):
    check(with_names(world), fields)
