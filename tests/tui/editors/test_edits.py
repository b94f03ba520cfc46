"""Whatever a form does to a question, the text of the result is read back as the same question."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import FootfallError
from core.language.questions import format_question, parse_any
from core.queries import KINDS, from_json
from core.queries.common.question import Question
from tests.worlds.questions import KINDS as RANDOM
from tests.worlds.questions import SOME, varied
from tui.editors.entries import (
    NEW,
    Choice,
    Edit,
    Entry,
    EventPick,
    FieldPick,
    Picker,
    QuestionPick,
    RangePick,
    SavedPick,
    TextPick,
    ValuePick,
)
from tui.editors.kinds.asked import rules_of
from tui.editors.kinds.audience import RULES, with_rule
from tui.editors.kinds.table import added, rows_of

TYPED = ("7", "2h", "p75", "0, 1-6", "A / B", "1, 7", "", "x y", '{"min": 1, "max": 9}')


def picked(picker: Picker, draw: Any) -> Any:
    """What somebody could pick."""
    if isinstance(picker, Choice):
        return draw(st.sampled_from([value for value, _ in picker.values]))
    if isinstance(picker, EventPick):
        return draw(st.one_of(SOME, st.none()) if picker.absent else SOME)
    if isinstance(picker, FieldPick):
        return draw(st.one_of(SOME, st.none()) if picker.absent else SOME)
    if isinstance(picker, ValuePick):
        return tuple(draw(st.lists(st.sampled_from(["NL", 5, "a b", ""]), min_size=1, max_size=2)))
    if isinstance(picker, TextPick):
        return picker.read(draw(st.sampled_from(TYPED)))
    if isinstance(picker, SavedPick):
        return ("segment", "new") if picker.kind == "who" else "Paying"
    if isinstance(picker, RangePick):
        return draw(
            st.sampled_from(["7d", None] if picker.absent else ["7d", "2025-01-01,2025-01-31"])
        )
    if isinstance(picker, QuestionPick):
        return picker.question
    found: tuple[Any, ...] = ()
    for step in picker.steps:
        inner = step(found)
        found = (*found, None if inner is None else picked(inner, draw))
    return found


def edits_of(entry: Entry) -> list[tuple[Edit, Any]]:
    """Every edit of a row; those of left and right with their step."""
    turned = [(entry.turn, 1), (entry.turn, -1)] if entry.turn else []
    asked = [edit for edit in (entry.enter, *entry.keys.values()) if edit is not None]
    return [*turned, *((edit, None) for edit in asked)]


def random_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    return RANDOM[kind] if kind in RANDOM else varied(kind)


@pytest.mark.hypothesis
@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=3, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_an_edit_gives_a_question_whose_text_means_the_same(kind: str, data: Any) -> None:
    try:
        question = from_json(data.draw(random_of(kind)))
    except FootfallError:
        return
    for _ in range(4):
        rows = rows_of(question)
        named = [row.key for row in rows if row.key]
        assert len(named) == len(set(named))
        edits = [each for row in rows for each in edits_of(row)]
        edit, value = data.draw(
            st.sampled_from([*edits, *((e, None) for e in added(question).values())])
        )
        try:
            value = picked(edit.picker, data.draw) if edit.picker is not None else value
            question = edit.put(question, value)
        except FootfallError:
            continue
        assert isinstance(question, Question)
        assert parse_any(format_question(question)) == question
        assert edit.to in ("", NEW, *(row.key for row in rows_of(question)))


@pytest.mark.parametrize(
    ("picked", "rule"),
    [
        (("did", "buy", ("gte", 2), 30), {"event": "buy", "days": 30, "op": "gte", "count": 2}),
        (("gone", None, None, 14), {"event": None, "days": 14, "op": "eq", "count": 0}),
        (("seen", None, None, 7), {"event": None, "days": 7}),
        (("came", None, None, 7), {"event": None, "days": 7, "first": True}),
        (
            ("long", None, None, 7),
            {"event": None, "days": 7, "first": True, "op": "eq", "count": 0},
        ),
        (("begun", "buy", None, None), {"event": "buy", "days": None, "first": True}),
        (
            ("then", "buy", ("refund", 3_600), None),
            {"event": "buy", "days": None, "then_within": {"event": "refund", "seconds": 3_600}},
        ),
    ],
)
def test_rules_of_audiences_are_what_was_picked(picked: Any, rule: dict[str, Any]) -> None:
    nobody = from_json({"kind": "audience", "definition": {}})
    found = with_rule(nobody, RULES, picked)
    assert found == from_json({"kind": "audience", "definition": {"events": [rule]}})


def test_any_and_all_switch_where_they_stand() -> None:
    asked = parse_any("dau where a = 1 and (b = 2 or c = 3)")
    inner = next(row for row in rows_of(asked) if row.label == "b")
    switched = inner.keys["a"].put(asked, None)
    assert format_question(switched) == "dau where a = 1 and (b = 2 and c = 3)"
    again = next(row for row in rows_of(switched) if row.label == "b").keys["a"]
    assert again.put(switched, None) == asked


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (
            "users of buy where plan = pro last 7d for segment new",
            {
                "filters": [{"field": "segment", "value": "new"}],
                "events": [
                    {"event": "buy", "days": 7, "filters": [{"field": "plan", "value": "pro"}]}
                ],
            },
        ),
        ("retention of buy last 12w", {"events": [{"event": "buy", "days": 84}]}),
        (
            "dau mtd for (buy last 2w)",
            {
                "events": [{"event": None, "days": None}],
                "groups": [{"events": [{"event": "buy", "days": 14}]}],
            },
        ),
        ("funnel buy", {"events": [{"event": "buy", "days": 30}]}),
        ("segments", None),
    ],
)
def test_an_audience_begins_with_the_rules_of_a_question(text: str, rules: Any) -> None:
    found = rules_of(parse_any(text))
    if found is None or rules is None:
        assert found == rules
        return
    first, second = (from_json({"kind": "audience", "definition": d}) for d in (found, rules))
    assert first == second
