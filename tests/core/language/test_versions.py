"""Text of an older version of the language keeps its meaning when the language gets a word."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from core.errors import BadQuestion
from core.language import parser
from core.language.kept import read_kept, read_tiles, write_kept, write_tiles
from core.language.questions import format_question, parse, parse_any, parse_kept, today
from core.queries import from_json
from core.queries.common.any_question import said_by
from core.queries.people.people import PeopleBehind
from core.queries.versions import needed_language
from tests.worlds.languages import second_language


@pytest.fixture(scope="module", autouse=True)
def second() -> Iterator[None]:
    """Version 2, in which lifecycle, casual and hour are words."""
    with second_language():
        yield


@pytest.mark.parametrize(
    ("text", "body", "canonical"),
    [
        ("lifecycle", {"kind": "trend", "event": "lifecycle"}, '"lifecycle"'),
        (
            "Lifecycle weekly by hour",
            {"kind": "trend", "event": "Lifecycle", "granularity": "weekly", "breakdown": ["hour"]},
            '"Lifecycle" weekly by "hour"',
        ),
        ("signup for casual", {"kind": "trend", "event": "signup", "audience": "casual"},
         'signup for "casual"'),
        ("sum(lifecycle.hour)",
         {"kind": "trend", "event": "lifecycle", "measure": "sum", "property": "hour"}, None),
        ("signup > lifecycle[hour = 3] within 2d",
         {"kind": "funnel", "window_seconds": 172_800,
          "steps": [{"event": "signup"},
                    {"event": "lifecycle", "filters": [{"field": "hour", "value": 3}]}]},
         'signup > "lifecycle"["hour" = 3] within 2d'),
        ("dau weekly for dormant", {"kind": "active_users", "granularity": "weekly",
                                    "segment": "dormant"}, "dau weekly for dormant"),
    ],
)  # fmt: skip
def test_text_means_what_it_meant_in_its_version(text, body, canonical):
    question = from_json(body)
    assert parse_kept(text, 1).question == question
    written = today(text, 1)
    assert parse(written) == question
    assert written == (canonical or written)


def test_without_an_older_version_the_new_words_are_read():
    assert parse("lifecycle").kind == parse_kept("lifecycle", 2).question.kind == "lifecycle"
    assert parse("signup for casual").segment == "casual"
    assert parse("signup by hour").granularity == "hourly"
    assert today("lifecycle", 2) == "lifecycle"


def test_text_without_newer_words_stays_and_needs_no_older_grammar(monkeypatch):
    monkeypatch.setattr(parser, "grammar", lambda language=None: pytest.fail("made a grammar"))
    text = "signup   last 30 days  WHERE country = NL as bars"
    assert today(text, 1) == text
    monkeypatch.undo()
    assert parse_kept(text, 1) == parse_kept(text)


def test_a_drawing_hint_stays():
    assert today("lifecycle as bars", 1) == '"lifecycle" as bars'


def test_questions_inside_json_are_texts_too():
    parts = [{"name": "A", "question": "lifecycle"}, {"question": {"kind": "lifecycle"}}]
    body = {"kind": "several", "series": parts}
    for asked in (
        body,
        json.dumps(body),
        f"several with series = json {json.dumps(json.dumps(parts))}",
    ):
        found = today(asked, 1)
        question = from_json(found) if isinstance(found, dict) else parse_any(found)
        assert [part.question.kind for part in question.series] == ["trend", "lifecycle"]
    escaped = json.dumps(body).replace("lifecycle", "l\\u0069fecycle", 1)
    assert parse_any(escaped, 1).series[0].question.kind == "trend"


def test_questions_inside_others_are_written_with_what_was_given():
    text = 'several with series = json \'[{"question": {"kind": "trend", "event": "buy"}}]\''
    assert format_question(parse(text)) == text
    quoted = parse(text.replace("buy", "o\\u0027k"))
    assert quoted.series[0].question.event == "o'k"
    assert parse(format_question(quoted)) == quoted


def test_questions_made_by_their_class_say_their_kind_inside_others_too():
    behind = PeopleBehind(of=PeopleBehind(of=parse("buy"), limit=5))
    asked = parse("dau").model_copy(update={"among": behind})
    assert from_json(said_by(asked)) == asked


def test_the_version_that_is_stored_is_that_of_the_newest_word():
    assert needed_language("dau weekly") == 1
    assert needed_language("lifecycle") == needed_language('"lifecycle"') == 2
    assert needed_language("usage  interval of signup") == 2
    assert write_kept({"question": "dau", "chart": ""}) == {"question": "dau", "chart": ""}
    assert write_kept({"question": "lifecycle"}) == {"question": "lifecycle", "language": 2}
    series = [{"query": "dau"}, {"query": {"kind": "trend", "event": "hour"}}]
    assert write_kept({"series": series}) == {"series": series, "language": 2}


@pytest.mark.parametrize("language", [3, 10**30])
def test_a_later_version_is_refused_in_a_sentence(language):
    with pytest.raises(BadQuestion) as error:
        parse_kept("dau", language)
    assert error.value.message == (
        f"This question needs version {language} of the question language; "
        "this footfall reads up to version 2."
    )
    assert read_kept({"question": "dau", "language": language})["language"] == language


@pytest.mark.parametrize("language", [0, -1, "2", 1.5, [], {}])
def test_what_is_no_version_is_refused(language):
    with pytest.raises(BadQuestion, match="is not a version of the question language"):
        today("dau", language)


@pytest.mark.parametrize(
    "kept",
    [
        {"question": "lifecycle >", "chart": ""},
        {"question": '{"kind": "several", "series": [{"question": "lifecycle >"}]}'},
        {"question": '{"lifecycle'},
        {"series": [{"query": "hour"}, {"query": "by hour"}]},
    ],
)
def test_what_cannot_be_read_stays_as_it_is_stored(kept):
    found = read_kept(kept)
    assert found == {**kept, "language": 1}
    assert write_kept(found) == kept, "version 1 is not written"


def test_reading_changes_nothing_but_the_questions():
    board = {
        "title": "lifecycle",
        "blocks": [
            {"id": "a", "title": "lifecycle", "question": "lifecycle"},
            {"id": "b", "question": "lifecycle", "language": 2},
            {"id": "c", "type": "note", "content": "lifecycle"},
            {"id": "d", "series": [{"name": "hour", "query": "signup by hour"}, {"query": 5}, 6]},
            7,
        ],
    }  # fmt: skip
    before = json.dumps(board)
    found = read_tiles(board)
    assert json.dumps(board) == before
    assert found["blocks"] == [
        {"id": "a", "title": "lifecycle", "question": '"lifecycle"'},
        {"id": "b", "question": "lifecycle"},
        {"id": "c", "type": "note", "content": "lifecycle"},
        {"id": "d", "series": [{"name": "hour", "query": 'signup by "hour"'}, {"query": 5}, 6]},
        7,
    ]  # fmt: skip
    assert read_tiles(write_tiles(found)) == found
    for odd in ({"blocks": 5}, {"blocks": None}, {}):
        assert read_tiles(odd) == write_tiles(odd) == odd


def test_canonical_text_of_the_present_is_read_by_every_version_that_it_says():
    for text in ("lifecycle", '"lifecycle" by "hour"', "dau", "usage interval for casual"):
        question = parse(text)
        written = format_question(question)
        assert parse_kept(written, needed_language(written)).question == question
