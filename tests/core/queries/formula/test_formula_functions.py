"""The functions of formulas (definitions 8.3, appendix A)."""

from __future__ import annotations

import math
from typing import Any
from urllib.parse import quote

import pytest

from core.answers import Cell
from core.api import Backend, read, respond
from core.draw.figures import figure, short
from core.errors import BadQuestion
from core.formulas.functions import MEASURING
from core.formulas.parser import Term, parse_formula
from core.queries import from_json
from core.store.library.saved import Saved
from tests.worlds.compare import ask, check_people, people
from tests.worlds.fixture import A_RANGE

PURCHASE = {"metric": "event:purchase", "property": "amount"}
ANY = {"metric": "events"}


def answer(engine: Any, formula: str, *series: dict[str, Any], **fields: Any) -> Any:
    """The answer over series."""
    return ask(engine, "formula", formula=formula, series=series, **{"range": A_RANGE, **fields})


def total(engine: Any, formula: str, *series: dict[str, Any], **fields: Any) -> float | None:
    """The headline of a formula."""
    return answer(engine, formula, *series, **fields).lines[0].total


ITEMS = {"metric": "event:view_item", "property": "item"}


@pytest.mark.parametrize(
    ("formula", "series", "expected"),
    [
        ("ACTIVE(A)", {"metric": "event:purchase"}, 0.8),
        ("ARPAU(A)", PURCHASE, 20),
        ("AVG(A)", {"metric": "event:view_item"}, 3),
        ("FREQPERCENTILE(A, 0.9)", ANY, 5.2),
        ("FREQPERCENTILE(A, 1)", ANY, 6),
        ("PERCENTILE(A, 0.9)", PURCHASE, 41),
        ("PERCENTILE(A, .5)", PURCHASE, 20),
        ("PROPAVG(A)", PURCHASE, 25),
        ("PROPCOUNT(A)", {"metric": "event:purchase", "property": "item"}, 3),
        ("PROPCOUNTAVG(A)", ITEMS, 3),
        ("PROPMAX(A)", PURCHASE, 50),
        ("PROPMIN(A)", PURCHASE, 10),
        ("PROPSUM(A)", PURCHASE, 100),
        ("RevenueTotal(a)", {"metric": "event:purchase"}, 100),
        ("TOTALS(A)", {"metric": "event:purchase"}, 4),
        ("uniques(a)", {"metric": "event:purchase"}, 4),
        ("EVENTTOTALS(A)", {"metric": "event:purchase"}, 13),
        ("SESSIONTOTALS(A)", {"metric": "event:purchase"}, 4),
        ("SESSIONTOTALS(A)", ANY, 9),
        ("SEMANTICTOTALS(A, ALL_VALUES)", ITEMS, 3),
        ("SEMANTICTOTALS(A, unique_array_values)", ITEMS, 3),
        ("CUMSUM(UNIQUES, A)", {"metric": "event:purchase"}, 4),
        ("TRENDLINE(UNIQUES(A))", {"metric": "event:purchase"}, 4),
    ],
)  # fmt: skip
def test_functions_of_the_fixture(engine, formula, series, expected):
    assert total(engine, formula, series) == pytest.approx(expected)


def test_every_function_is_tried_on_the_fixture():
    tried = {
        case[0].partition("(")[0].upper()
        for case in test_functions_of_the_fixture.pytestmark[0].args[1]
    }
    assert set(MEASURING) - tried == {"HIST", "PROPHIST"}


def values(engine: Any, formula: str, *series: dict[str, Any]) -> tuple[float | None, ...]:
    """A formula's points."""
    return answer(engine, formula, *series).lines[0].values


def test_windows_of_the_fixture(engine):
    purchase = {"metric": "event:purchase"}
    rolling = (1, 2, 3, 3, 3, 3, 3, 2, 1, 1, 1, 1, 1, 1)
    assert values(engine, "ROLLWIN(UNIQUES, A, 7)", purchase) == rolling
    assert values(engine, "ROLLWINBEFORE(uniques, a, 7)", purchase) == rolling
    growing = (1, 2, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4)
    assert values(engine, "CUMSUM(UNIQUES, A)", purchase) == growing
    assert values(engine, "ROLLAVG(UNIQUES, A, 7)", ANY)[6] == pytest.approx(5 / 7)
    assert values(engine, "ROLLAVG(UNIQUES, A, 1)", ANY) == values(engine, "UNIQUES(A)", ANY)


def test_a_goal_line(engine):
    assert values(engine, "UNIQUES(A)*0+90000", ANY) == (90000,) * 14


def maths(text: str, *points: float | None) -> list[float | None]:
    """A formula over a series of points."""
    return parse_formula(text, 1).over({Term("A"): points}, len(points))


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("EXP(A)", 1, math.e), ("EXP(A)", 700, math.exp(700)), ("EXP(A)", 701, None),
        ("LN(A)", math.e, 1), ("LN(A)", 0, None), ("LOG(A, 2)", 8, 3), ("LOG(A, 2)", -1, None),
        ("LOG10(A)", 100, 2), ("LOG10(A)", 0, None), ("POWER(A, 3)", -2, -8),
        ("POWER(A, 0.5)", -2, None), ("POWER(A, -1)", 0, None), ("POWER(A, 2 + 1)", 2, 8),
        ("POWER(A, 999)", 10, None), ("SQRT(A)", 9, 3), ("SQRT(A)", -1, None),
        ("SQRT(A)", None, None),
    ],
)  # fmt: skip
def test_mathematics(text, given, expected):
    (found,) = maths(text, given)
    assert found == (pytest.approx(expected) if expected is not None else None)


def test_trend_lines():
    assert maths("TRENDLINE(A)", 1, 2, 2, 5) == pytest.approx([0.7, 1.9, 3.1, 4.3])
    assert maths("TRENDLINE(A)", 1, None, 3) == pytest.approx([1, 2, 3])
    assert maths("TRENDLINE(A)", None, None) == [None, None]
    assert maths("TRENDLINE(A)", None, 4) == [4, 4]
    assert maths("A - TRENDLINE(A)", 1, 2, 2, 5) == pytest.approx([0.3, 0.1, -1.1, 0.7])


def test_the_first_field_of_a_series_is_what_is_measured(engine):
    series = {"metric": "event:purchase", "breakdown": ["amount", "country"]}
    lines = answer(engine, "PROPSUM(A)", series).lines
    assert [(line.group, line.total) for line in lines] == [
        (("US",), 60),
        (("DE",), 20),
        (("NL",), 20),
    ]
    alone = {"metric": "event:purchase", "breakdown": "properties.amount"}
    assert total(engine, "PROPSUM(A) / UNIQUES(A)", alone) == 25


def test_groups_are_told_apart_exactly(engine):
    series = [{"metric": "event:purchase"}, {"metric": "event:view_item"}]
    found = answer(engine, "AVG(A) + AVG(B)", *series, breakdown="item")
    assert {line.group[0]: line.total for line in found.lines} == {"hat": 2, "jeans": 2, "shirt": 2}


def test_what_has_no_average_in_a_group_has_none(engine):
    series = [{"metric": "event:purchase"}, {"metric": "event:view_item"}]
    found = answer(engine, "AVG(B)", *series, breakdown="country").lines
    assert [(line.group[0], line.total) for line in found] == [("NL", 3)]
    found = answer(engine, "TOTALS(A) + AVG(B)", *series, breakdown="country").lines
    assert [(line.group[0], line.total) for line in found] == [
        ("NL", 4),
        ("DE", None),
        ("US", None),
    ]


# -- several formulas, segments


def test_several_formulas(engine):
    found = answer(engine, "UNIQUES(A); TOTALS(A) * 2", {"metric": "event:view_item"})
    assert [(line.series, line.total) for line in found.lines] == [
        ("UNIQUES(A)", 1),
        ("TOTALS(A) * 2", 6),
    ]
    by = answer(engine, "UNIQUES(A); TOTALS(A)", ANY, breakdown="country", limit=2)
    assert [(line.group[0], line.series) for line in by.lines] == [
        ("NL", "UNIQUES(A)"),
        ("NL", "TOTALS(A)"),
        ("US", "UNIQUES(A)"),
        ("US", "TOTALS(A)"),
    ]
    assert by.omitted == 1


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("%: ACTIVE(A)", "percent"),
        ("$:PROPSUM(A)", "currency"),
        ("REVENUETOTAL(A)", "currency"),
        ("%:ACTIVE(A) ; % : UNIQUES(A)", "percent"),
        ("%:ACTIVE(A); UNIQUES(A)", "number"),
        ("UNIQUES(A)", "number"),
    ],
)
def test_what_is_before_a_formula_is_its_unit(engine, formula, unit):
    found = answer(engine, formula, PURCHASE)
    assert found.unit == unit
    assert bool(found.notes) == (";" in formula and unit == "number")


def test_money_is_shown_as_such():
    assert figure(1234.5, "currency") == "$1,234.50"
    assert figure(-3, "currency") == "-$3.00"
    assert short(12_500, "currency") == "$12.5K"


SEGMENTS = [
    [{"field": "country", "value": "NL"}],
    {"name": "payers", "conditions": [{"field": "trait:plan", "value": "free"}]},
]


def test_a_letter_with_a_number_is_of_a_segment(engine):
    found = answer(engine, "UNIQUES(A1) / uniques(a2)", ANY, segments=SEGMENTS)
    assert [(line.series, line.total) for line in found.lines] == [("", 1)]
    assert answer(engine, "A1 + A2", ANY, segments=SEGMENTS).lines[0].total == 7 + 7


def test_a_letter_without_a_number_is_of_each_segment(engine):
    found = answer(engine, "TOTALS(A)", {"metric": "event:purchase"}, segments=SEGMENTS)
    assert [(line.series, line.total) for line in found.lines] == [("segment 1", 1), ("payers", 2)]
    both = answer(engine, "TOTALS(A); UNIQUES(A1)", {"metric": "event:purchase"}, segments=SEGMENTS)
    assert [line.series for line in both.lines] == [
        "TOTALS(A) / segment 1",
        "TOTALS(A) / payers",
        "UNIQUES(A1)",
    ]


def test_people_of_a_line_of_a_segment(engine):
    fields = {
        "kind": "formula",
        "formula": "UNIQUES(A)",
        "series": [{"metric": "event:purchase"}],
        "segments": SEGMENTS,
        "range": A_RANGE,
    }
    question = from_json(fields)
    check_people(engine, question, engine.answer(question))
    assert people(engine, question, Cell(series="payers")) == ["b", "c"]
    with pytest.raises(BadQuestion, match="no line"):
        people(engine, question, Cell(series="nobody"))


def test_revenue_per_active_user_is_over_everybody_of_the_segment(engine):
    free = [{"field": "trait:plan", "value": "free"}]
    assert total(engine, "ARPAU(A)", PURCHASE, conditions=free) == 30
    in_us = [{"field": "country", "value": "US"}]
    assert total(engine, "ARPAU(A)", PURCHASE, conditions=in_us) == 60 / 5
    groups = answer(engine, "ARPAU(A)", PURCHASE, breakdown="country").lines
    assert [(line.group[0], line.total) for line in groups] == [("US", 12), ("DE", 4), ("NL", 4)]


# -- histograms


def test_functions_that_answer_as_a_histogram(engine):
    found = answer(engine, "HIST(A)", ANY)
    assert found.shape == "histogram"
    assert [part.count for part in found.bins] == [1, 0, 1, 2, 0, 1]
    found = answer(engine, "prophist(A)", PURCHASE)
    assert [(part.label, part.count) for part in found.bins] == [("10", 1), ("20", 2), ("50", 1)]
    assert found.title == "prophist(A) where A = purchase"
    fields = {"kind": "formula", "formula": "HIST(A1)", "series": [ANY], "segments": SEGMENTS}
    question = from_json({**fields, "range": A_RANGE})
    answered = engine.answer(question)
    check_people(engine, question, answered)
    assert people(engine, question, Cell(row="6 times")) == ["a"]


# -- bad input


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("UNIQUES(C)", "'C' at column 9"),
        ("UNIQUES(A, B)", "UNIQUES takes 1 value at column 1"),
        ("1 + UNIQUES()", "UNIQUES takes 1 value at column 5"),
        ("PERCENTILE(A)", "PERCENTILE takes 2 values"),
        ("PERCENTILE(A, 90)", "a share from 0 to 1 at column 1"),
        ("PERCENTILE(A, B)", "takes a number there"),
        ("UNIQUES(A + B)", "UNIQUES takes a letter at column 1"),
        ("UNIQUES(UNIQUES(A))", "UNIQUES takes a letter"),
        ("UNIQUES(A1)", "'A1' at column 9, which is not a series of a segment"),
        ("A / 2; B3", "'B3' at column 8"),
        ("UNIQUES(A); FOO(A)", "'FOO' at column 13"),
        ("UNIQUES(A);", "not finished at column 12"),
        ("%: ", "not finished"),
        (";".join(["A"] * 11), "11 formulas; 10 are allowed"),
        ("HIST(A) / 2", "HIST is a formula on its own at column 1"),
        ("UNIQUES(A); HIST(A)", "HIST is a formula on its own at column 13"),
        ("SEMANTICTOTALS(A, SOME)", "does not take that at column 19"),
        ("SEMANTICTOTALS(A, 3)", "does not take that"),
        ("CUMSUM(A)", "CUMSUM takes 2 values"),
        ("CUMSUM(ARPAU, A)", "CUMSUM does not take that at column 8"),
        ("ROLLAVG(UNIQUES, A, 2.5)", "a whole number of buckets"),
        ("ROLLAVG(UNIQUES, A, 0)", "a whole number of buckets"),
        ("1 + ROLLWIN(UNIQUES, A, 91)", "ROLLWIN must be at most 90 when daily, not 91 at colu"),
        ("ROLLAVG(UNIQUES, A, 91)", "ROLLAVG must be at most 90"),
        ("POWER(A, B)", "POWER takes a number there"),
        ("POWER(A, UNIQUES(A))", "POWER takes a number there"),
        ("LOG(A, 1)", "base above 0"),
        ("EXP(1)", "names no series"),
        ("PROPSUM(A)", "PROPSUM needs a property at column 1"),
        ("UNIQUES(B)", "UNIQUES takes events at column 1"),
    ],
)
def test_a_bad_formula_is_answered_with_its_column(engine, formula, words):
    with pytest.raises(BadQuestion, match=words) as caught:
        answer(engine, formula, {"metric": "event:purchase"}, {"metric": "mau"})
    assert caught.value.parameter == "formula"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"formula": "HIST(A)", "breakdown": "country"}, "takes no breakdown"),
        ({"formula": "HIST(A)", "segments": SEGMENTS}, "HIST takes one segment at column 1"),
        ({"segments": [[]] * 11}, "segments holds at most 10"),
        ({"segments": [{"nmae": "x"}]}, "nmae"),
        ({"formula": "PROPSUM(A)", "series": [{"metric": "events", "property": "amuont"}]},
         "amuont"),
        ({"series": [{"metric": "event:nope"}]}, "nope"),
    ],
)  # fmt: skip
def test_a_bad_question_is_answered_with_a_sentence(engine, fields, words):
    with pytest.raises(BadQuestion, match=words):
        ask(engine, "formula", **{"formula": "UNIQUES(A)", "series": [ANY], **fields})


# -- as the documented requests


def requested(engine: Any, formula: str, segments: str = "") -> Any:
    """What the documented request for a formula over purchases answers."""
    event = '{"event_type":"purchase","group_by":[{"type":"event","value":"amount"}]}'
    query = f"e={quote(event)}&m=formula&formula={quote(formula)}&start=20250407&end=20250420"
    request = read(f"GET /api/2/events/segmentation?{query}{segments}")
    reply = respond(request, Backend(engine, Saved(engine.path, clock=engine.clock)))
    assert reply.status == 200, reply.body
    return reply.body["data"]


def test_a_formula_by_segments_as_a_request(engine):
    country = '[{"prop":"country","op":"is","values":["%s"]}]'
    both = "".join(f"&s={quote(country % code)}" for code in ("NL", "US"))
    data = requested(engine, "PROPSUM(A)", both)
    assert data["seriesCollapsed"] == [[{"value": 20}], [{"value": 60}]]
    assert data["seriesLabels"] == ["segment 1", "segment 2"]
    assert requested(engine, "PROPSUM(A2)", both)["seriesCollapsed"] == [[{"value": 60}]]


def test_a_histogram_as_a_request(engine):
    data = requested(engine, "PROPHIST(A)")
    assert (data["series"], data["xValues"]) == ([[1, 2, 1]], ["10", "20", "50"])
