"""Formulas of functions as text (definitions 8.3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.answers import Cell
from core.errors import BadQuestion
from core.language.questions import format_cell, format_question, parse
from core.queries import from_json
from tests.worlds.compare import from_text


@pytest.mark.parametrize(
    ("text", "formula", "canonical"),
    [
        (
            "UNIQUES(signup) / uniques(purchase)",
            "UNIQUES(A) / UNIQUES(B)",
            "UNIQUES(signup) / UNIQUES(purchase)",
        ),
        ("users of signup / dau", "UNIQUES(A) / B", "UNIQUES(signup) / dau"),
        (
            "sum(purchase.amount) / users(purchase)",
            "PROPSUM(A) / UNIQUES(B)",
            "PROPSUM(purchase.amount) / UNIQUES(purchase)",
        ),
        (
            "avg(purchase.amount) - AVG(purchase)",
            "PROPAVG(A) - AVG(B)",
            "PROPAVG(purchase.amount) - AVG(purchase)",
        ),
        (
            "p90(purchase.amount) / median(purchase.amount)",
            "PERCENTILE(A, 0.9) / PERCENTILE(A, 0.5)",
            "PERCENTILE(purchase.amount, 0.9) / PERCENTILE(purchase.amount, 0.5)",
        ),
        ("UNIQUES(signup)*0+90000", "UNIQUES(A) * 0 + 90000", "UNIQUES(signup) * 0 + 90000"),
        (
            "UNIQUES(signup[country = NL]) / UNIQUES(signup)",
            "UNIQUES(A) / UNIQUES(B)",
            "UNIQUES(signup[country = NL]) / UNIQUES(signup)",
        ),
        (
            "rollavg(uniques, signup, 7) weekly",
            "ROLLAVG(UNIQUES, A, 7)",
            "ROLLAVG(UNIQUES, signup, 7) weekly",
        ),
        (
            "CUMSUM(PROPSUM, purchase.amount)",
            "CUMSUM(PROPSUM, A)",
            "CUMSUM(PROPSUM, purchase.amount)",
        ),
        ("ACTIVE(signup)", "ACTIVE(A)", "ACTIVE(signup)"),
        ("HIST(signup)", "HIST(A)", "HIST(signup)"),
        ("REVENUETOTAL(purchase)", "REVENUETOTAL(A)", "REVENUETOTAL(purchase)"),
        (
            "SEMANTICTOTALS(cart.items, ALL_VALUES) / 2",
            "SEMANTICTOTALS(A, ALL_VALUES) / 2",
            "SEMANTICTOTALS(cart.items, ALL_VALUES) / 2",
        ),
        (
            'formula "TRENDLINE(UNIQUES(A))" of signup',
            "TRENDLINE(UNIQUES(A))",
            'formula "TRENDLINE(UNIQUES(A))" of signup',
        ),
        (
            'formula "%:UNIQUES(a)/UNIQUES(B)" of signup, purchase[plan = pro]',
            "%:UNIQUES(a)/UNIQUES(B)",
            'formula "%:UNIQUES(a)/UNIQUES(B)" of signup, purchase[plan = pro]',
        ),
    ],
)
def test_text_round_trip(text, formula, canonical):
    question = from_text(text, canonical)
    assert (question.kind, question.formula) == ("formula", formula)


NAMES = (
    "signup",
    "a.b",
    "two words",
    "dau",
    "active",
    "UNIQUES",
    'qu"ote',
    "p90",
    "0+9",
    "-",
    "ü",
    "amount",
    "properties.x",
    "1",
    "A",
    "any",
    "users",
    "; %",
)
FORMS = (
    "UNIQUES({})", "TOTALS({})", "PROPSUM({})", "PERCENTILE({}, 0.25)", "CUMSUM(UNIQUES, {})",
    "ROLLAVG(PROPAVG, {}, 7)", "{}", "SEMANTICTOTALS({}, ALL_VALUES)", "REVENUETOTAL({})",
    "HIST({})", "AVG({})", "SESSIONTOTALS({})", "LN({})",
)  # fmt: skip


@st.composite
def written_formulas(draw: st.DrawFn) -> dict[str, Any]:
    """A question with a formula of one to three parts over awkward names."""
    parts, series = [], []
    for letter in "ABC"[: draw(st.integers(1, 3))]:
        form = draw(st.sampled_from(FORMS))
        one: dict[str, Any] = {
            "metric": draw(st.sampled_from(("events", "dau", *(f"event:{name}" for name in NAMES))))
        }
        if "PROP" in form or "PERC" in form or "SEM" in form or draw(st.integers(0, 5)) == 0:
            one["property"] = draw(st.sampled_from(NAMES))
        if draw(st.integers(0, 3)) == 0:
            one["filters"] = [{"field": "plan", "value": draw(st.sampled_from(NAMES))}]
        parts.append(form.format(letter))
        series.append(one)
    if len(parts) > 1:
        parts = [part.replace("HIST", "UNIQUES") for part in parts]
    sign = draw(st.sampled_from((" + ", " / ", "*", "; ", " - 2 * ")))
    return {
        "kind": "formula",
        "series": series,
        "formula": sign.join(parts),
        "granularity": draw(st.sampled_from(("daily", "weekly"))),
    }


@settings(max_examples=80, deadline=None)
@given(written_formulas())
def test_any_formula_comes_back_from_its_text(body: dict[str, Any]):
    question = from_json(body)
    text = format_question(question)
    assert parse(text) == question, text
    assert format_question(parse(text)) == text
    assert "\n" not in text


def test_measures_on_their_own_stay_trends():
    for text in ("UNIQUES(signup)", "totals(signup)", "avg(purchase.amount)", "users of signup"):
        assert parse(text).kind == "trend"


@pytest.mark.parametrize("text", ["ROLLAVG(UNIQUES)", "FOO(signup) / 2", "UNIQUES(signup) /"])
def test_a_bad_text_is_refused(text):
    with pytest.raises(BadQuestion):
        parse(text)


def test_a_cell_in_words():
    question = parse("UNIQUES(signup) / UNIQUES(purchase)")
    words = "People behind UNIQUES(A) / UNIQUES(B) where A = signup, B = purchase on Apr 8"
    assert format_cell(question, Cell(bucket="2025-04-08")) == words
