"""SQL as people type it: its tokens, what a word can become, and where a mistake is."""

from __future__ import annotations

import sqlite3
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engines.sqlite.mistakes import place_of
from core.sql.completing import Words, completion
from core.sql.tokens import lines_of, place, tokens

KNOWN = Words(
    {"events_v1": ["event_name", "user_id"], "users_v1": ["user_id", "email"], "meta": ["key"]},
    ["purchase", "page view"],
    ["plan", "amount"],
)


def kinds(text: str) -> list[tuple[str, str]]:
    """Every token with its kind."""
    return [(text[start:end], kind) for start, end, kind in tokens(text)]


def test_words_strings_numbers_and_comments_are_told_apart() -> None:
    text = """Select Count(x1), 'it''s -- no' -- yes "a"
from "t" where y >= 1.5e3 /* {a} */ + {v.b}"""
    assert kinds(text) == [
        ("Select", "keyword"), ("Count", "function"), ("(", "sign"), ("x1", "name"), (")", "sign"),
        (",", "sign"), ("'it''s -- no'", "string"), ('-- yes "a"', "comment"), ("from", "keyword"),
        ('"t"', "name"), ("where", "keyword"), ("y", "name"), (">", "sign"), ("=", "sign"),
        ("1.5e3", "number"), ("/* {a} */", "comment"), ("+", "sign"), ("{v.b}", "variable"),
    ]  # fmt: skip


@given(st.text("select '\"-*/\n{}x1[]`é", max_size=40))
def test_any_text_has_tokens_that_follow_each_other(text: str) -> None:
    found = list(tokens(text))
    assert all(before.end <= after.start for before, after in pairwise(found))
    left = "".join(
        text[before:after]
        for before, after in zip(
            [0, *(t.end for t in found)], [*(t.start for t in found), len(text)], strict=True
        )
    )
    assert not left.strip()
    lines = text.split("\n")
    cut = [
        "".join(lines[row][t.start : t.end] for t in line)
        for row, line in enumerate(lines_of(text))
    ]
    whole = "".join(text[t.start : t.end] for t in found)
    assert "".join(cut) == whole.replace("\n", "")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("sel", "select"),
        ("select * from ev", "events_v1"),
        ("select ev| from events_v1", "event_name"),
        ("select * from users_v1 where em", "email"),
        ("select * from events_v1 where event_name = 'pur", "purchase"),
        ("select json_extract(properties, '$.am", "amount"),
    ],
)
def test_a_word_becomes_what_fits_its_place(text: str, first: str) -> None:
    at = text.find("|") if "|" in text else len(text)
    text = text.replace("|", "")
    found = completion(text, at, KNOWN)
    assert found.words[0] == first
    assert first.startswith(text[found.start : at])


@pytest.mark.parametrize("text", ["", "select 'it is'", "-- sel", "select 12", "select {var"])
def test_nothing_is_offered_where_no_name_is_typed(text: str) -> None:
    assert completion(text, len(text), KNOWN).words == ()


@pytest.mark.parametrize(
    "text",
    [
        "select a,|, b from t",
        "select a, 'where x' from t where a = 1 |wher b = 2",
        "select |foo from sqlite_master",
        "select *\nfrom |evnts",
        "select type from sqlite_master where |nofn(type) = 3",
        "select 1 +|",
        "select type |# 3",
    ],
)
def test_a_mistake_is_found_where_sqlite_found_it(text: str) -> None:
    at = text.index("|")
    query = text.replace("|", "")
    connection = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.Error) as caught:
        connection.execute(query)
    connection.close()
    assert place_of(query, f"SQLite says: {caught.value}.") == at
    assert place(query, at) == (query[:at].count("\n"), len(query[:at].split("\n")[-1]))
