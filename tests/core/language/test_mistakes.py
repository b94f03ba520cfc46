"""How a mistake in a text is answered: the line, a caret, and what was expected."""

from __future__ import annotations

import pytest

from core.errors import BadQuestion
from core.language.questions import MAX_JSON, format_question, parse, parse_any
from core.queries import from_json
from tests.worlds.effort import effort


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("signup foo", "foo", "a clause such as last 30d, where, by"),
        ("signup by country whree plan = pro", "whree", "a clause"),
        ("signup where plan pro", "pro", "a sign such as ="),
        ("signup last 7d mtd", "mtd", ""),
        ("signup within 7 purple", "7", "a length such as 30d"),
        ("people of signup", "signup", "("),
        ("a > b within 7y", "7y", "45s, 1h, 14d"),
    ],
)
def test_a_mistake_shows_the_line_a_caret_and_what_was_expected(
    text: str, place: str, expected: str
) -> None:
    with pytest.raises(BadQuestion) as caught:
        parse(text)
    line, caret, *rest = caught.value.hint.strip("\n").splitlines()
    assert line == f"  {text}"
    assert caret.index("^") == line.index(place)
    assert expected in " ".join(rest)
    assert not any(word in caught.value.hint for word in ("WORD", "STRING", "LPAR", "__ANON"))


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("signup where source = google ads", "google ads"),
        ("signup where source is google ads words and plan = pro", "google ads words"),
        ("signup where source in (bing, google ads)", "google ads"),
        ("new trial > purchase", "new trial"),
        ("signup last 7d mtd", ""),
        ("signup where where pro", ""),
        ("signup wehre country = NL", ""),
    ],
)
def test_words_that_follow_one_another_may_need_quotes(text: str, quoted: str) -> None:
    with pytest.raises(BadQuestion) as caught:
        parse(text)
    assert ("takes quotes" in caught.value.hint) == bool(quoted)
    assert f'"{quoted}"' in caught.value.hint or not quoted


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("signup by country within 7d", "within", "'within' does not apply to trend."),
        ("dau holding session", "holding", "'holding' does not apply to active users."),
        ("signup by a, b, c", "by", "breakdown"),
        ("signup top 0", "top", "limit"),
        ("realtime by country", "by", "'by' does not apply to realtime."),
    ],
)
def test_a_clause_that_does_not_suit_is_pointed_at(text: str, place: str, said: str) -> None:
    with pytest.raises(BadQuestion, match=said) as caught:
        parse(text)
    line, caret, *_ = caught.value.hint.strip("\n").splitlines()
    assert caret.index("^") == line.index(place)


def test_the_caret_finds_the_place_in_a_long_line_of_many() -> None:
    text = "signup\nwhere " + " and ".join(f"f{i} = {i}" for i in range(60)) + " foo\nby country"
    with pytest.raises(BadQuestion) as caught:
        parse(text)
    line, caret, *_ = caught.value.hint.strip("\n").splitlines()
    assert line[caret.index("^") :].startswith("foo")
    assert len(line) < 100


def test_an_unfinished_question_is_pointed_at_its_end() -> None:
    with pytest.raises(BadQuestion, match="not finished"):
        parse("signup where plan =")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000_000,
        "signup where " + "(" * 9_000,
        "signup where " + "not " * 4_000 + "a = 1",
        "signup where " + "(" * 200 + "a = 1" + ")" * 200 + " foo",
        "people of (" * 500 + "dau" + ")" * 500,
        '{"a":' * 100_000,
        '{"kind": "people", "of": ' * 90 + "1" + "}" * 90,
        '{"kind": "trend", "conditions": [' + '{"not":' * 95 + "1" + "}" * 95 + "]}",
        '{"kind": "trend", "event": "' + "x" * 10_000_000 + '"}',
        "[" * 1000,
        "signup where a = 1e9999",
        "signup where a in (" + ", ".join(["1"] * 6_000) + ", )",
        '"' + "\\" * 9_999,
        "\0",
        "\ud800",
        '"\udcff"',
        '{"kind": "trend", "event": "\\ud800"}',
        "",
        "   ",
    ],
    ids=lambda text: repr(text[:24]),
)
def test_hostile_input_is_refused_with_little_work_and_a_sentence(text: str) -> None:
    with effort() as work, pytest.raises(BadQuestion) as caught:
        parse_any(text)
    assert work.calls < 1_500_000
    assert 0 < len(str(caught.value)) < 1_500


def test_deep_but_reasonable_nesting_is_understood() -> None:
    text = "signup where " + "(not (" * 10 + "a = 1 or b = 2" + "))" * 10
    assert format_question(parse(text)) == format_question(parse(format_question(parse(text))))


def test_a_bare_statement_is_sql() -> None:
    text = "select country, count(*) from events_v1 group by 1"
    assert parse(text) == from_json({"kind": "sql", "query": text})
    assert format_question(parse(text)) == text
    assert parse("select > signup").kind == "funnel"


def test_json_has_a_limit() -> None:
    with pytest.raises(BadQuestion, match="long"):
        parse_any("{" + " " * MAX_JSON)
