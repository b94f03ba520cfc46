"""Tables run as lark runs its own: the same trees of every text, and the same refusals."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from core.formulas import parser as formula
from core.grammars.machine import END, Machine, Unexpected
from core.grammars.tables import Grammar, parser
from core.language import parser as language_parse

ROOT = Path(__file__).parent.parent.parent.parent
GRAMMARS = {
    "language": language_parse.grammar(),
    "audience": language_parse.rules_grammar(),
    "formula": formula.grammar(),
}
FOLDERS = {
    "language": "tests/core/language",
    "audience": "tests/core/language",
    "formula": "tests/core/queries/formula",
}

each_grammar = pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)


@lru_cache
def both(name: str) -> tuple[Lark, Machine]:
    """Return the parser of a grammar by lark, and by its kept tables."""
    grammar = GRAMMARS[name]
    return Lark(grammar.text, parser="lalr", maybe_placeholders=False), parser(grammar)


def told(found: Any) -> Any:
    """Return a tree with its names, tokens and places as plain values."""
    if hasattr(found, "children"):
        return str(found.data), [told(child) for child in found.children]
    return found.type, str(found), found.start_pos


def by_lark(lark: Lark, text: str) -> Any:
    try:
        return told(lark.parse(text))
    except UnexpectedToken as error:
        token = error.token
        return token.start_pos, (token.type, str(token)), error.accepts or error.expected
    except UnexpectedCharacters as error:
        return error.pos_in_stream, None, error.allowed


def by_machine(machine: Machine, text: str) -> Any:
    try:
        return told(machine.parse(text))
    except Unexpected as error:
        token = error.token
        return error.at, None if token is None else (token.type, str(token)), error.wanted


def texts(name: str) -> list[str]:
    """Return the texts that the tests of a grammar and the documents hold, whatever they are."""
    found: set[str] = set()
    for file in (ROOT / FOLDERS[name]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    for file in (ROOT / "docs").glob("*.md"):
        found |= set(re.findall(r"`([^`\n]+)`", file.read_text("utf-8")))
    return sorted(text for text in found if len(text) < 300)


@each_grammar
def test_texts_are_read_as_by_lark(grammar: Grammar) -> None:
    lark, machine = both(grammar.name)
    read = 0
    for text in texts(grammar.name):
        found = by_machine(machine, text)
        assert found == by_lark(lark, text), text
        read += isinstance(found[0], str)
    assert read > 50


WORDS = {name: sorted({w for t in texts(name) for w in t.split()}) for name in GRAMMARS}
NEAR_LETTERS = ("ſ", "K", "İ", "ı", "É", "\x1f", "\xa0", "\n", "😀", "\0")
"""Signs that a pattern takes for a letter or a space, though they are no ASCII, and others."""


@pytest.mark.parametrize("name", GRAMMARS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_text_is_read_or_refused_as_by_lark(name: str, data: st.DataObject) -> None:
    piece = st.sampled_from(WORDS[name]) | st.sampled_from(NEAR_LETTERS) | st.text(max_size=3)
    text = data.draw(st.sampled_from([" ", ""])).join(data.draw(st.lists(piece, max_size=9)))
    lark, machine = both(name)
    assert by_machine(machine, text) == by_lark(lark, text)


def test_the_end_is_where_the_last_token_begins() -> None:
    with pytest.raises(Unexpected) as caught:
        both("formula")[1].parse("A + (B  ")
    token = caught.value.token
    assert token is not None
    assert (caught.value.at, token.type, str(token)) == (5, END, "")
