"""Makes the tables of a grammar with lark; only needed by `python -m core.grammars`, as long as the
stored tables match.

Tables, as JSON:
    terminals   [name, pattern, what it can begin with ("" is anything) of ASCII], in the order in
                which they are tried
    ignored     numbers of the terminals that are skipped
    names       of the rules
    rules       [name, how many parts, method, whether one part alone stands for it, parts that it
                keeps: n, or ~n for those of part n in its place; null for all]
    sets        lists of terminals
    states      [terminal or rule, next state, ...], [rule to reduce by, set before which,
                ...]; symbols are numbered: terminals, END, names
    start, end  states
"""

from __future__ import annotations

import re
from typing import Any

import regex
from lark import Lark
from lark.grammar import Rule
from lark.parsers.lalr_analysis import Shift

from core.grammars.machine import END


def made(text: str) -> dict[str, Any]:
    """Return the tables of a grammar, with the same numbering each time."""
    lark = Lark(text, parser="lalr", maybe_placeholders=False)
    found = lark.parser.parser._parse_table
    terminals = _in_order(lark)
    names = list(dict.fromkeys(rule.origin.name for rule in lark.rules))
    symbols = {name: n for n, name in enumerate([*(t.name for t in terminals), END, *names])}
    rules = {rule: n for n, rule in enumerate(lark.rules)}
    states = _numbered(found.states, found.start_states["start"], symbols)
    sets: dict[tuple[int, ...], int] = {}
    rows = [_row(found.states[state], states, symbols, rules, sets) for state in states]
    return {
        "terminals": [[t.name, t.pattern.to_regexp(), _beginnings(t)] for t in terminals],
        "ignored": [symbols[name] for name in lark.ignore_tokens],
        "names": names,
        "rules": [_rule(rule) for rule in rules],
        "sets": list(sets),
        "states": rows,
        "start": states[found.start_states["start"]],
        "end": states[found.end_states["start"]],
    }


def _in_order(lark: Lark) -> list[Any]:
    """Return the terminals in the order in which a lexer tries them."""
    lexer = lark.parser.lexer.root_lexer
    order = list(lexer.scanner.terminals)
    assert len(order) == len(lark.terminals), "a text is of one terminal and of a pattern's too"
    assert not lexer.callback
    return order


def _numbered(found: dict[Any, Any], start: Any, symbols: dict[str, int]) -> dict[Any, int]:
    """Number the states in the order in which they are reached from the start."""
    numbers = {start: 0}
    waiting = [start]
    for state in waiting:
        for name in sorted(found[state], key=symbols.__getitem__):
            action, to = found[state][name]
            if action is Shift and to not in numbers:
                numbers[to] = len(numbers)
                waiting.append(to)
    return numbers


def _row(
    row: dict[str, tuple[Any, Any]],
    states: dict[Any, int],
    symbols: dict[str, int],
    rules: dict[Rule, int],
    sets: dict[tuple[int, ...], int],
) -> list[list[int]]:
    """Return a state's actions: where it goes by symbol, and by which rules it reduces."""
    shifts: list[int] = []
    before: dict[int, list[int]] = {}
    for name in sorted(row, key=symbols.__getitem__):
        action, to = row[name]
        if action is Shift:
            shifts += [symbols[name], states[to]]
        else:
            before.setdefault(rules[to], []).append(symbols[name])
    reduces = [n for rule, among in before.items() for n in (rule, _place(tuple(among), sets))]
    return [shifts, reduces]


def _place(found: tuple[int, ...], sets: dict[tuple[int, ...], int]) -> int:
    return sets.setdefault(found, len(sets))


def _rule(rule: Rule) -> list[Any]:
    """Return a rule, with parts whose name begins with "_" replaced by their own kept parts."""
    options, parts = rule.options, rule.expansion
    kept = [
        ~n if not part.is_term and part.name.startswith("_") else n
        for n, part in enumerate(parts)
        if options.keep_all_tokens or not getattr(part, "filter_out", False)
    ]
    method = rule.alias or options.template_source or rule.origin.name
    single = bool(options.expand1 and not rule.alias)
    everything = kept == list(range(len(parts)))
    return [rule.origin.name, len(parts), method, single, None if everything else kept]


def _beginnings(terminal: Any) -> str:
    """Return the ASCII characters that a terminal's text can begin with.

    `regex` can tell which characters allow a match to continue; `re` counts more characters as
    space.
    """
    text = terminal.pattern.to_regexp()
    whole, partial = re.compile(text), regex.compile(text)
    chars = map(chr, range(128))
    return "".join(c for c in chars if whole.match(c) or partial.match(c, partial=True))
