"""From text to the body of a question, with a caret under what cannot be parsed.

Nothing imports this before a text has to be parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.errors import BadQuestion
from core.grammars.machine import END, Machine, Unexpected
from core.grammars.tables import Grammar, parser
from core.language.rules_clauses import Rules
from core.queries.kinds import KINDS
from core.queries.lexicon import COMPARE_SIGNS, KEYWORDS, LANGUAGE, MEANINGS
from core.queries.versions import keywords, may_differ
from core.text import clean
from core.words.kinds import Kind
from core.words.reading import Body, Mistake, Whole

_BOUNDARY = r"(?![\w.:$@%+\-])"
_FIRST = {"OFTEN": 7, "ORDER": 7, "NO_VALUE": 7, "IN_LIST": 6, "FROM_STEP": 6, "TO_STEP": 6}
_FIRST_OF_KINDS = 7
_USUAL = 5
"""Terminals that win over others matching the start of the same text."""

_SUBJECTS = (
    "an event, as in signup or signup > purchase, or dau, sum(purchase.amount), retention, "
    "lifecycle, first time EVENT, per actor avg of EVENT, "
    "segments, top events, user NAME, users matching TEXT"
)
_NAME_BEFORE = re.compile(r"(?:^|[\s(,=<>])([^\W\d][\w.-]*)\s+$")
_NAME_AFTER = re.compile(r"([^\W\d][\w.-]*)\s*")
_SIGNS = ("=", "!", "<")
_ENDED = "The question is not finished."
_SHOWN = 66
_NAMED = 12


def parse_body(text: str, language: int | None = None) -> Whole:
    """Return the question in `text`: its fields, where each is given, and its chart.

    Args:
        language: version of the language that it is written in; None is the current one.

    Raises:
        BadQuestion: with the line, a caret under the place and what was expected there.
    """
    whole = _parsed(_parser(language if may_differ(text, language) else None), text)
    assert isinstance(whole, Whole)
    return whole


def parse_rules(text: str) -> Body:
    """Return the JSON of the definition of an audience whose rules are in `text`.

    Raises:
        BadQuestion: as for `parse_body`.
    """
    from core.language.rules_audiences import MEANINGS as OF_RULES

    meanings = {**MEANINGS, **OF_RULES}
    return dict(_parsed(_rules_parser(), text, "The rules are not finished.", meanings))


def _parsed(
    machine: Machine, text: str, ended: str = _ENDED, meanings: Mapping[str, str] = MEANINGS
) -> Any:
    try:
        return machine.parse(text)
    except Mistake as mistake:
        hint = f"{pointed(text, mistake.at)}\n{mistake.hint}".rstrip()
        raise BadQuestion(mistake.message, "\n" + hint) from None
    except Unexpected as error:
        raise _explained(text, error, ended, meanings) from None


@lru_cache(maxsize=1)
def _rules_parser() -> Machine:
    from core.language.rules_audiences import AudienceRules

    return parser(rules_grammar(), AudienceRules())


def rules_grammar() -> Grammar:
    """Return the grammar of the rules of audiences: audience.lark, conditions.lark and words."""
    from core.language.rules_audiences import FIRST, SHARED, WORDS

    shared = {name: pattern for name, pattern in keywords(None).items() if name in SHARED}
    words = (
        _word(name, pattern, FIRST.get(name) or _FIRST.get(name, _USUAL))
        for name, pattern in {**shared, **WORDS}.items()
    )
    return Grammar("audience", _joined("audience.lark", words))


@lru_cache(maxsize=4)
def _parser(language: int | None) -> Machine:
    return parser(grammar(language), Rules(language))


def grammar(language: int | None = None) -> Grammar:
    """Return the grammar of questions: grammar.lark, the phrases of kinds, and the terminals.

    Args:
        language: its version, in which newer words are names; None is the current one.
    """
    kinds = KINDS.values()
    words = (
        _word(name, pattern, _rank_of(name, pattern, kinds))
        for name, pattern in keywords(language).items()
    )
    older = language is not None and language < LANGUAGE
    text = _joined("grammar.lark", (*_alternatives(kinds), *words))
    return Grammar(f"language_{language}" if older else "language", text)


def grammars() -> list[Grammar]:
    """Return the grammars of all versions of the language, the current one last, and of rules."""
    return [*(grammar(version) for version in range(1, LANGUAGE + 1)), rules_grammar()]


def _joined(file: str, lines: Iterable[str]) -> str:
    """Return a grammar: its file, the one of conditions, and further lines."""
    files = (Path(__file__).with_name(name) for name in (file, "conditions.lark"))
    signs = " | ".join(f'"{sign}"' for sign in COMPARE_SIGNS)
    texts = (each.read_text("utf-8") for each in files)
    return "\n".join([*texts, *lines, f"COMPARE_SIGN: {signs}", ""])


def _word(name: str, pattern: str, rank: int) -> str:
    """Return the terminal of a word."""
    return f"{name}.{rank}: /(?:{pattern}){_BOUNDARY}/i"


def _alternatives(kinds: Iterable[Kind]) -> Iterator[str]:
    """Yield the rules whose alternatives are the phrases of kinds."""
    found: dict[str, list[str]] = {}
    for kind in kinds:
        for rule, alias, phrase in kind.rules():
            found.setdefault(rule, []).append(f"{phrase.grammar} -> {alias}")
    for rule, ways in found.items():
        yield f"?{rule}: " + "\n    | ".join(ways)


def _rank_of(terminal: str, pattern: str, kinds: Iterable[Kind]) -> int:
    """Return the priority of a terminal: several words win over the first of them alone."""
    if terminal in _FIRST:
        return _FIRST[terminal]
    of_a_kind = any(terminal in kind.wording.words for kind in kinds)
    return _FIRST_OF_KINDS if of_a_kind and r"\s+" in pattern else _USUAL


# -- mistakes


def pointed(text: str, at: int) -> str:
    """Return the line of `text` that contains position `at`, with a caret under it."""
    first = text.rfind("\n", 0, at) + 1
    last = text.find("\n", at)
    line = text[first : last if last >= 0 else len(text)]
    column = at - first
    start = max(column - _SHOWN + 12, 0)
    shown = clean(line[start : start + _SHOWN])
    before, after = "… " if start else "", " …" if start + _SHOWN < len(line) else ""
    return f"  {before}{shown}{after}\n  {' ' * (column - start + len(before))}^"


def _explained(
    text: str, error: Unexpected, ended: str, meanings: Mapping[str, str]
) -> BadQuestion:
    at, token = error.at, error.token
    if token is None:
        found = clean(text[at : at + 20].split("\n")[0])
    elif token.type == END:
        at, found = len(text.rstrip()), ""
    else:
        found = clean(str(token), 40)
    sentence = f"{found!r} was not expected here." if found else ended
    hint = f"{pointed(text, at)}\n{_quoting(text, at)}Expected {_listed(error.wanted, meanings)}."
    return BadQuestion(sentence, f"\n{hint}")


def _quoting(text: str, at: int) -> str:
    """Return the advice to quote words that follow one another at a place, "" if they do not."""
    before = _NAME_BEFORE.search(text[:at])
    if before is None or _is_keyword(before[1]):
        return ""
    words = [before[1]]
    for found in _NAME_AFTER.finditer(text, at):
        if found.start() != at or _is_keyword(found[1]):
            break
        words.append(found[1])
        at = found.end()
    if len(words) == 1 or text[at : at + 1] in _SIGNS:  # a sign follows a field, after a clause
        return ""
    return f'A name or value of several words takes quotes: "{clean(" ".join(words), 60)}".\n'


def _is_keyword(word: str) -> bool:
    return any(re.fullmatch(pattern, word, re.IGNORECASE) for pattern in keywords(None).values())


def _listed(terminals: Iterable[str], meanings: Mapping[str, str]) -> str:
    """Return what is allowed here, in words: "a name, where, by or the end"."""

    def meaning(terminal: str) -> str:
        return meanings.get(terminal, KEYWORDS.get(terminal, terminal.lower()))

    found = set(terminals)
    if {"OFTEN", "IN"} <= found:
        found -= {"COMPARE_SIGN", "COMPARE_WORD", "EQUAL", "ARROW"}
    if {"METRIC", "RETENTION", "SEGMENTS"} <= found:
        return _SUBJECTS
    if {"WHERE", "VS", "AS"} <= found:
        clauses = "a clause such as last 30d, where, by, vs prev, for or as"
        rest = sorted(found & {"ARROW", "COMMA", "RPAR", "LSQB", "AND", "OR", "OF"})
        return ", ".join([clauses, *dict.fromkeys(meaning(name) for name in rest)])
    names = list(dict.fromkeys(meaning(name) for name in sorted(found, key=_rank)))[:_NAMED]
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]])) or "something else"


def _rank(terminal: str) -> tuple[bool, str]:
    return terminal not in ("WORD", "STRING"), terminal
