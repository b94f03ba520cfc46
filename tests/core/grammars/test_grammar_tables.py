"""The kept tables of the grammars: those that the grammars give, and never trusted blindly."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lark import Lark

from core.formulas import parser as formula
from core.grammars import tables
from core.grammars.tables import Grammar
from core.language import parser as language_parse

GRAMMARS = [language_parse.grammar(), formula.grammar()]
TEXTS = {"language": "signup > purchase last 30d where country = US", "formula": "A / (B + 2)"}

each_grammar = pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)


class Elsewhere(Grammar):
    """A grammar with its tables in a place of the test."""

    place = Path()

    @property
    def file(self) -> Path:
        return self.place


def described(kept: dict[str, Any]) -> tuple[list[Any], list[Any], dict[str, Any]]:
    """Return the terminals, rules and actions of tables with states numbered from the start."""
    memo, data = kept["memo"], kept["data"]
    table = data["parser"]["parser"]

    def told(found: Any) -> str:
        return json.dumps(memo[str(found["@"])] if "@" in found else found, sort_keys=True)

    numbers = {table["start_states"]["start"]: 0}
    waiting, states = list(numbers), []
    for state in waiting:
        row = {table["tokens"][token]: act for token, act in table["states"][str(state)].items()}
        actions = {}
        for token, (reduces, to) in sorted(row.items()):
            if reduces:
                actions[token] = told(to)
                continue
            if to not in numbers:
                numbers[to] = len(numbers)
                waiting.append(to)
            actions[token] = str(numbers[to])
        states.append(actions)
    terminals = sorted(told(found) for found in data["parser"]["lexer_conf"]["terminals"])
    rules = sorted(told(found) for found in data["rules"])
    return terminals, rules, {"states": states, "end": numbers[table["end_states"]["start"]]}


@each_grammar
def test_the_kept_tables_are_those_of_the_grammar(grammar: Grammar) -> None:
    kept, made = json.loads(grammar.file.read_text("utf-8")), json.loads(tables.tables(grammar))
    again = "Make them again: python -m core.grammars"
    assert (kept["grammar"], kept["lark"]) == (made["grammar"], made["lark"]), again
    assert kept["data"]["options"] == made["data"]["options"], again
    assert described(kept) == described(made), again


@each_grammar
def test_a_start_makes_no_tables(grammar: Grammar, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("made from the grammar")

    monkeypatch.setattr(Lark, "__init__", refuse)
    assert tables.parser(grammar).parse(TEXTS[grammar.name])


@each_grammar
@pytest.mark.parametrize(
    "kept",
    [
        None, "", "{", "[]", "7", "{}", "\ud800", '{"grammar": "", "lark": ""}', "no data",
        "no memo", "another grammar", "another lark",
    ],
)  # fmt: skip
def test_tables_that_do_not_fit_are_made_from_the_grammar(
    grammar: Grammar, kept: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Elsewhere(grammar.name, grammar.text)
    monkeypatch.setattr(Elsewhere, "place", tmp_path / "tables.json")
    good = json.loads(grammar.file.read_text("utf-8"))
    if kept == "no data":
        del good["data"]
    elif kept == "no memo":
        good["memo"] = {}
    elif kept == "another grammar":
        good = json.loads(tables.tables(replace(grammar, text='start: "x"')))
    elif kept == "another lark":
        good["lark"] = "0.1"
        good["data"] = {}
    if kept is not None:
        text = json.dumps(good) if kept[:2] in ("no", "an") else kept
        given.file.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert tables.parser(given).parse(TEXTS[grammar.name])
