"""Regenerates the tables of both grammars, of every version of the language: run
`python -m core.grammars` after changing either.
"""

from __future__ import annotations

from pathlib import Path

from core.formulas import parser as formula
from core.grammars.tables import tables
from core.language import parser as language_parse

if __name__ == "__main__":
    for grammar in (*language_parse.grammars(), formula.grammar()):
        Path(str(grammar.file)).write_text(tables(grammar), "utf-8")
