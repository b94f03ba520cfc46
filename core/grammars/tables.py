"""The tables of a grammar: made once by `python -m core.grammars`, read at every start.

They are JSON beside this file and hold the grammar that they were made from. Tables that are
missing, damaged or of another grammar are not used: they are then made from the grammar by lark,
which takes some tenths of a second.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.grammars.machine import Machine

FORM: Final = 1
"""Number of the form that tables have; see core.grammars.making."""


@dataclass(frozen=True)
class Grammar:
    """A grammar.

    Attributes:
        name: of the file that holds its tables, without ".json".
        text: its rules and terminals, as lark reads them.
        folder: where that file is.
    """

    name: str
    text: str
    folder: Path = Path(__file__).parent

    @property
    def file(self) -> Path:
        """Where its tables are kept."""
        return self.folder / f"{self.name}.json"


def parser(grammar: Grammar, rules: Any = None) -> Machine:
    """Return the parser of a grammar, from its kept tables where they fit."""
    try:
        kept = json.loads(grammar.file.read_text("utf-8"))
        if (kept["grammar"], kept["form"]) == (grammar.text, FORM):
            return Machine(kept, rules)
    except (OSError, ValueError, LookupError, TypeError):
        pass
    return Machine(_made(grammar), rules)


def tables(grammar: Grammar) -> str:
    """Return the tables of a grammar as JSON, made from the grammar."""
    kept = {"form": FORM, "grammar": grammar.text, **_made(grammar)}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) + "\n"


def _made(grammar: Grammar) -> dict[str, Any]:
    from core.grammars.making import made

    return made(grammar.text)
