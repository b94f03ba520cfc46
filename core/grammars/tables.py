"""The tables of a grammar: made once by `python -m core.grammars`, read at every start.

They are JSON beside this file and hold the grammar that they were made from. Tables that are
missing, damaged, of another grammar or of another lark are not used: the parser is then made from
the grammar, which takes a tenth of a second more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

import lark
from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

_OF_A_START: Final = ("transformer", "tree_class", "lexer_callbacks", "postlex", "_plugins")
"""Options that are objects of a program and no part of the tables."""


@dataclass(frozen=True)
class Grammar:
    """A grammar.

    Attributes:
        name: of the file that holds its tables, without ".json".
        text: its rules and terminals, as lark reads them.
    """

    name: str
    text: str

    @property
    def file(self) -> Any:
        """Where its tables are kept."""
        return resources.files("core.grammars").joinpath(f"{self.name}.json")


def parser(grammar: Grammar, transformer: Any = None) -> Lark:
    """Return the LALR parser of a grammar, from its kept tables where they fit."""
    try:
        kept = json.loads(grammar.file.read_text("utf-8"))
        if (kept["grammar"], kept["lark"]) == (grammar.text, _version()):
            return _read(kept, transformer)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, AssertionError):
        pass
    return _made(grammar, transformer)


def tables(grammar: Grammar) -> str:
    """Return the tables of a grammar as JSON, made from the grammar; states are numbered freely."""
    data, memo = _made(grammar).memo_serialize([TerminalDef, Rule])
    options = {name: value for name, value in data["options"].items() if name not in _OF_A_START}
    kept = {
        "lark": _version(),
        "grammar": grammar.text,
        "data": {**data, "options": options},
        "memo": memo,
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) + "\n"


def _made(grammar: Grammar, transformer: Any = None) -> Lark:
    return Lark(grammar.text, parser="lalr", transformer=transformer, maybe_placeholders=False)


def _read(kept: dict[str, Any], transformer: Any) -> Lark:
    table = kept["data"]["parser"]["parser"]
    table["tokens"] = _numbered(table["tokens"])
    table["states"] = {int(state): _numbered(row) for state, row in table["states"].items()}
    memo = _numbered(kept["memo"])
    found: Lark = Lark._load_from_dict(  # type: ignore[no-untyped-call]
        kept["data"], memo, transformer=transformer
    )
    return found


def _numbered(found: dict[str, Any]) -> dict[int, Any]:
    return {int(key): value for key, value in found.items()}


def _version() -> str:
    """Tables are read by every lark that writes them alike: the first two numbers."""
    return ".".join(lark.__version__.split(".")[:2])
