"""Any question comes back from its text, and any text is a question or a sentence."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadQuestion
from core.language.questions import format_question, parse, parse_any
from core.queries import from_json
from core.text import is_unsafe
from core.words.names import MAX_LENGTH
from tests.worlds.questions import PEOPLE, QUESTIONS


@settings(max_examples=400, deadline=None)
@given(st.one_of(QUESTIONS, PEOPLE))
def test_any_question_comes_back_from_its_text(body: dict[str, Any]) -> None:
    question = from_json(body)
    text = format_question(question)
    assert not any(is_unsafe(char) for char in text)
    if len(text) > MAX_LENGTH:
        return
    assert parse(text) == question
    assert format_question(parse(text)) == text


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40) | st.from_regex(r"[a-z >().\"=,0-9\[\]~/]{0,40}", fullmatch=True))
def test_any_text_is_a_question_or_a_sentence(text: str) -> None:
    try:
        question = parse_any(text)
    except BadQuestion as error:
        said = str(error)
    else:
        said = "understood"
        assert parse(format_question(question)) == question
    assert said
    assert not any(is_unsafe(char) for char in said.replace("\n", ""))
