"""The kept tables of the grammars: those that the grammars give, and never trusted blindly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from core.formulas import parser as formula
from core.grammars import making, tables
from core.grammars.tables import Grammar
from core.language import parser as language_parse

GRAMMARS = [*language_parse.grammars(), formula.grammar()]
TEXTS = {
    "language": "signup > purchase last 30d where country = US",
    "audience": "did purchase in 30d and not country = US",
    "formula": "A / (B + 2)",
}

each_grammar = pytest.mark.parametrize("grammar", GRAMMARS, ids=lambda grammar: grammar.name)


@each_grammar
def test_the_kept_tables_are_those_of_the_grammar(grammar: Grammar) -> None:
    kept, made = grammar.file.read_text("utf-8"), tables.tables(grammar)
    assert json.loads(kept) == json.loads(made), "Make them again: python -m core.grammars"


def test_tables_are_made_alike_by_every_process() -> None:
    code = (
        "from core.formulas.parser import grammar\n"
        "from core.grammars.tables import tables\n"
        "print(tables(grammar()), end='')"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True
        ).stdout
        for seed in ("1", "2")
    }
    assert made == {tables.tables(formula.grammar()).encode()}


@each_grammar
def test_a_start_makes_no_tables(grammar: Grammar, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise AssertionError("made from the grammar")

    monkeypatch.setattr(making, "made", refuse)
    assert tables.parser(grammar).parse(TEXTS[grammar.name.partition("_")[0]])


@each_grammar
@pytest.mark.parametrize(
    "kept",
    [
        None,
        "",
        "{",
        "[]",
        "7",
        "{}",
        "\ud800",
        '{"grammar": "", "form": 1}',
        "no states",
        "no rules",
        "broken rules",
        "another grammar",
        "another form",
    ],
)
def test_tables_that_do_not_fit_are_made_from_the_grammar(
    grammar: Grammar, kept: str | None, tmp_path: Path
) -> None:
    given = grammar._replace(folder=tmp_path)
    good = json.loads(grammar.file.read_text("utf-8"))
    if kept == "no states":
        good["states"] = []
    elif kept == "no rules":
        del good["rules"]
    elif kept == "broken rules":
        good["rules"] = [["start"]]
    elif kept == "another grammar":
        good = json.loads(tables.tables(grammar._replace(text='start: "x"')))
    elif kept == "another form":
        good = {**good, "form": 0, "states": [[[], []]]}
    if kept is not None:
        text = json.dumps(good) if kept[:2] in ("no", "br", "an") else kept
        given.file.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert tables.parser(given).parse(TEXTS[grammar.name.partition("_")[0]])
