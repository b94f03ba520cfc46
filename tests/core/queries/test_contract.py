"""What every kind of question keeps, with the samples of tests/worlds/kinds.py."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from core.answers import Cell, Series
from core.draw import Look, charts, draw, plain
from core.draw.spans import cells as size
from core.engines.sqlite.engine import SqliteEngine
from core.errors import BadQuestion, NotFound
from core.export import FORMATS, export
from core.language.questions import format_question, parse
from core.queries import from_json, kind_class
from core.queries.common.question import Question
from core.queries.schemas import schemas, shapes_of
from tests.worlds.compare import people
from tests.worlds.json_schema import wrong
from tests.worlds.kinds import ALL_KINDS, MORE, about, asked, fields, samples

NOT_NARROWED = {
    "people": "its question has the audience",
    "units": "its question has the audience",
    "differences": "its groups have the audience",
    "against": "an audience is its first group",
    "audience": "it is one",
    "user_activity": "is about one person",
    "sql": "says itself who counts",
    "logs": "log lines have no people",
}
"""Kinds that take no audience, and why."""

UNCOUNTED = {
    "raw_events": "lists events",
    "user_activity": "is about one person",
    "sql": "its rows are no counts of ours",
    "logs": "log lines have no people",
}
"""Kinds with answers that have no number of people, and why."""

BORROWED = {"saved": "that of the chart", "several": "that of its series"}
"""Kinds that may answer in the shape of any question, and in which."""

WRONG = ({"no": "value"}, 7.5)
"""Values of which no field takes both, and none names the parts of one."""

SIZES = ((80, 24), (40, 10))

every_kind = pytest.mark.parametrize("kind", ALL_KINDS)
narrowed = pytest.mark.parametrize("kind", [k for k in ALL_KINDS if k not in NOT_NARROWED])
Numbers = list[tuple[Cell, float | None]]


@pytest.fixture(scope="module")
def engine() -> Iterator[SqliteEngine]:
    with asked() as found:
        yield found


def numbers(question: Question, answer: Any) -> Numbers:
    """The numbers of an answer, shares as how many they are; those of hundreds that are not 0."""
    if answer.shape == "people":
        return [(getattr(question, "cell", Cell()), answer.total)]
    found = list(answer.cells()) if hasattr(answer, "cells") else []
    if isinstance(answer, Series) and any(line.fractions for line in answer.lines):
        found = [(cell, part) for (cell, _), part in zip(found, _parts(answer), strict=True)]
    return [pair for n, pair in enumerate(found) if pair[1] or len(found) < 200 or n % 50 == 0]


def _parts(answer: Series) -> Iterator[float | None]:
    """Of every share the number it is of."""
    for line in answer.lines:
        yield from (part for part, _ in line.fractions)
        yield line.total_fraction[0] if line.total_fraction else None


def of_people(answer: Any) -> bool:
    """Whether the numbers of an answer are people, and not what some people did."""
    if not isinstance(answer, Series):
        return True
    return answer.unit == "users" or any(line.fractions for line in answer.lines)


def test_the_tables_name_kinds() -> None:
    assert {*MORE, *NOT_NARROWED, *UNCOUNTED, *BORROWED} <= set(ALL_KINDS)


# -- how it is written


@every_kind
def test_it_comes_back_from_its_json(kind: str) -> None:
    for question in samples(kind):
        assert from_json(question.model_dump_json(by_alias=True)) == question
        assert from_json(fields(question)) == question


@every_kind
def test_it_comes_back_from_its_text(kind: str) -> None:
    for question in samples(kind):
        text = format_question(question)
        assert parse(text) == question
        assert format_question(parse(text)) == text


@every_kind
def test_an_unknown_field_is_refused_by_its_name(kind: str) -> None:
    for question in samples(kind):
        with pytest.raises(BadQuestion, match="'colour' is not known") as refused:
            from_json({**fields(question), "colour": "red"})
        assert refused.value.parameter == "colour"
        assert refused.value.hint


@every_kind
def test_a_wrong_value_is_refused_by_the_name_of_its_field(kind: str) -> None:
    said = fields(samples(kind)[0])
    for name, info in kind_class(kind).model_fields.items():
        field = info.alias or name
        refused = [error for bad in WRONG if (error := refusal({**said, field: bad}))]
        assert field in {error.parameter.split(".")[0] for error in refused}
        for error in refused:
            assert error.message.endswith(".")
            assert len(str(error)) < 2_000


def refusal(body: dict[str, Any]) -> BadQuestion | None:
    """Why a question cannot be asked; None where it can."""
    try:
        from_json(body)
    except BadQuestion as error:
        return error
    return None


# -- who is counted


@every_kind
def test_as_many_people_stand_behind_a_number_as_it_says(engine: SqliteEngine, kind: str) -> None:
    counted = 0
    for question in samples(kind):
        answer = engine.answer(question)
        for cell, value in numbers(question, answer):
            found = people(engine, question, cell)
            assert len(found) == len(set(found)), cell
            assert len(found) == (value or 0) or not of_people(answer), (cell, value, found)
            counted += len(found)
    assert counted or kind in UNCOUNTED, f"no sample of {kind} counts anybody"


@every_kind
def test_who_came_and_stayed_are_a_total_and_who_went_and_stayed_the_one_before(
    engine: SqliteEngine, kind: str
) -> None:
    for whole in samples(kind):
        if "compare" not in type(whole).model_fields or kind in UNCOUNTED:
            continue
        said = {**fields(whole), "compare": "previous"}
        try:
            answer = engine.answer(from_json(said))
        except BadQuestion as refused:
            assert "compare" in refused.message  # noqa: PT017
            continue
        if not (isinstance(answer, Series) and answer.unit == "users"):
            continue
        for line in answer.lines:
            cell = {"group": line.group, "series": line.series or None}
            of = {"kind": "people", "of": said}
            came, went, stayed = (
                engine.answer(from_json({**of, "cell": {**cell, "change": change}})).total
                for change in ("came", "went", "stayed")
            )
            assert came + stayed == (line.total or 0), cell
            assert went + stayed == (line.previous_total or 0), cell


@every_kind
def test_the_people_behind_a_number_can_be_an_audience(engine: SqliteEngine, kind: str) -> None:
    for question in samples(kind):
        found = [pair for pair in numbers(question, engine.answer(question)) if pair[1]]
        for cell, _ in sorted(found, key=lambda pair: -(pair[1] or 0))[:1]:
            behind = {"kind": "people", "of": fields(question), "cell": cell.model_dump()}
            listed = engine.answer(from_json(behind))
            names = sorted(person.user for person in listed.rows)
            assert names == people(engine, question, cell)
            assert listed.title
            if not names:
                continue
            static = {"kind": "audience", "definition": {"static_ids": names}}
            kept = engine.answer(from_json(static))
            assert sorted(person.user for person in kept.rows) == names


@narrowed
def test_an_audience_narrows_it(engine: SqliteEngine, kind: str) -> None:
    changed = False
    for whole in samples(kind):
        answer = engine.answer(whole)
        everybody = engine.answer(about(whole, "Everybody"))
        assert everybody.model_dump() == answer.model_dump()
        question = about(whole, "Paying")
        of_them = engine.answer(question)
        changed = changed or of_them.model_dump() != answer.model_dump()
        for cell in [cell for cell, _ in numbers(question, of_them)] or [Cell()]:
            assert set(people(engine, question, cell)) <= {"ana"}, cell
        question = about(whole, "Nobody")
        assert not [value for _, value in numbers(question, engine.answer(question)) if value]
    assert changed, f"no sample of {kind} counts anybody else"


@narrowed
def test_a_missing_audience_is_no_unfiltered_number(engine: SqliteEngine, kind: str) -> None:
    for question in samples(kind):
        with pytest.raises(NotFound, match="Audience missing"):
            engine.answer(about(question, "gone"))


# -- what it is shown as


@every_kind
def test_its_samples_meet_every_shape_it_may_answer_in(engine: SqliteEngine, kind: str) -> None:
    known = {shape.model_fields["shape"].default for shape in shapes_of(kind)}
    found = {engine.answer(question).shape for question in samples(kind)}
    assert found <= known
    if kind not in BORROWED:
        assert found == known, f"{kind} needs a sample in tests/worlds/kinds.py: {known - found}"


@every_kind
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_chart_of_it_is_drawn_within_its_box(
    engine: SqliteEngine, kind: str, width: int, height: int
) -> None:
    for question in samples(kind):
        answer = engine.answer(question)
        assert charts(answer)
        for chart in charts(answer):
            for look in (Look(), Look("ascii")):
                lines = draw(answer, width, height, look, chart=chart)
                assert 0 < len(lines) <= height
                assert all(size(line) <= width for line in lines)
                assert plain(lines).strip()


@every_kind
def test_it_can_be_exported(engine: SqliteEngine, kind: str) -> None:
    for question in samples(kind):
        answer = engine.answer(question)
        found = {name: export(answer, name) for name in FORMATS}
        assert json.loads(found["json"]) == answer.model_dump(mode="json")
        for name, between in (("csv", ","), ("tsv", "\t")):
            rows = list(csv.reader(io.StringIO(found[name]), delimiter=between))
            assert rows[0]
            assert {len(row) for row in rows} == {len(rows[0])}
        assert all(text.endswith("\n") for text in found.values())


@every_kind
def test_its_schemas_describe_it_and_its_answer(engine: SqliteEngine, kind: str) -> None:
    found = schemas(kind)
    for question in samples(kind):
        said = fields(question)
        assert wrong(found["question"], said) == []
        assert wrong(found["question"], {**said, "colour": "red"})
        assert wrong(found["question"], question.model_dump(mode="json", by_alias=True)) == []
        answer = engine.answer(question).model_dump(mode="json")
        assert wrong(found["answer"], answer) == []
        assert wrong(found["answer"], {**answer, "title": 7})
