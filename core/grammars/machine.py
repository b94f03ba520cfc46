"""Runs the tables of a grammar: text -> tokens -> the results of its rules.

The tables are those of an LALR(1) parser in which every state tries only the terminals that are
allowed there (core.grammars.making). Everything is done lazily: a question visits few states and
needs few of the patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

END: Final = "$END"
"""The terminal at the end of the text."""

WORDS: Final = "(?i:(?:"
"""What the patterns of words begin with, whose letters may be large or small."""


class Token(str):
    """A piece of the text.

    Attributes:
        type: its terminal.
        start_pos: its position in the text.
    """

    __slots__ = ("start_pos", "type")
    type: str
    start_pos: int

    def __new__(cls, type_: str, value: str, at: int) -> Token:
        token = super().__new__(cls, value)
        token.type, token.start_pos = type_, at
        return token


class Tree:
    """The result of a rule without a method.

    Attributes:
        data: the name of the rule.
        children: the results of its parts.
    """

    __slots__ = ("children", "data")

    def __init__(self, data: str, children: list[Any]) -> None:
        self.data, self.children = data, children

    def find_data(self, name: str) -> Iterator[Tree]:
        """Yield the trees of a rule: this one and those below it."""
        if self.data == name:
            yield self
        for child in self.children:
            if isinstance(child, Tree):
                yield from child.find_data(name)


class Unexpected(Exception):
    """A text that the grammar does not accept.

    Attributes:
        at: the position of the error; at the end of the text, the start of its last token.
        token: the token there, with type END and no text at the end; None if it is not a token.
        wanted: the terminals allowed there.
    """

    def __init__(self, at: int, token: Token | None, wanted: frozenset[str]) -> None:
        super().__init__(f"not expected at {at}")
        self.at, self.token, self.wanted = at, token, wanted


class Machine:
    """A parser.

    Args:
        tables: as made by core.grammars.making.
        rules: has methods named after rules, which take the results of the parts; other rules
            become a Tree.

    Raises:
        LookupError, TypeError, ValueError: the tables are invalid.
    """

    def __init__(self, tables: dict[str, Any], rules: Any = None) -> None:
        self._terminals: list[tuple[str, str, str]] = [(n, p, f) for n, p, f in tables["terminals"]]
        self._ignored: frozenset[int] = frozenset(tables["ignored"])
        self._rules: list[tuple[str, int, str, bool, Any]] = [
            (origin, size, name, single, kept)
            for origin, size, name, single, kept in tables["rules"]
        ]
        self._symbols: list[str] = [*(row[0] for row in self._terminals), END, *tables["names"]]
        self._sets: list[list[int]] = list(tables["sets"])
        self._states: list[Any] = list(tables["states"])
        self._start, self._end = int(tables["start"]), int(tables["end"])
        self._states[self._start]
        self._makers = [self._maker(rule, rules) for rule in self._rules]
        self._patterns: dict[int, re.Pattern[str]] = {}
        self._rows: dict[int, dict[str, int]] = {}
        self._tried: dict[int, list[int]] = {}

    def parse(self, text: str) -> Any:
        """Return the result of the rules for a text.

        Raises:
            Unexpected: the grammar does not accept it. Errors raised by rules pass through.
        """
        states: list[int] = [self._start]
        values: list[Any] = []
        token: Token | None = None
        while True:
            last, token = token, self._next(text, token, states)
            if token is None:
                token = Token(END, "", last.start_pos if last is not None else 0)
            while (action := self._row(states[-1]).get(token.type)) is not None and action < 0:
                self._reduce(~action, states, values)
                if token.type == END and states[-1] == self._end:
                    return values[-1]
            if action is None:
                expected = frozenset(self._expected(states[-1]))
                raise Unexpected(token.start_pos, token, self._accepted(states) or expected)
            states.append(action)
            values.append(token)

    def _reduce(self, rule: int, states: list[int], values: list[Any]) -> None:
        origin, size = self._rules[rule][:2]
        parts = values[len(values) - size :]
        del states[len(states) - size :], values[len(values) - size :]
        values.append(self._makers[rule](parts))
        states.append(self._row(states[-1])[origin])

    def _maker(self, rule: tuple[str, int, str, bool, Any], rules: Any) -> Any:
        """Return a function from a rule's parts to its value, which passes the kept ones to its
        method.
        """
        _, _, name, single, kept = rule
        method = getattr(rules, name, None)

        def made(parts: list[Any]) -> Any:
            children = parts if kept is None else _children(parts, kept)
            if single and len(children) == 1:
                return children[0]
            return Tree(name, children) if method is None else method(children)

        return made

    # -- tables

    def _row(self, state: int) -> dict[str, int]:
        """Return a state's actions by symbol: go to a state, or reduce by ~rule."""
        row = self._rows.get(state)
        if row is None:
            shifts, reduces = self._states[state]
            row = {self._symbols[n]: to for n, to in _pairs(shifts)}
            for rule, among in _pairs(reduces):
                row.update((self._symbols[n], ~rule) for n in self._sets[among])
            self._rows[state] = row
        return row

    def _expected(self, state: int) -> Iterator[str]:
        """Yield the terminals in a state's row."""
        row = self._row(state)
        return (name for name in self._symbols[: len(self._terminals) + 1] if name in row)

    def _accepted(self, states: list[int]) -> frozenset[str]:
        """Return the terminals that can actually follow what was parsed."""
        return frozenset(name for name in self._expected(states[-1]) if self._takes(states, name))

    def _takes(self, states: list[int], terminal: str) -> bool:
        states = list(states)
        while (action := self._row(states[-1]).get(terminal)) is not None and action < 0:
            origin, size = self._rules[~action][:2]
            del states[len(states) - size :]
            states.append(self._row(states[-1])[origin])
            if terminal == END and states[-1] == self._end:
                return True
        return action is not None

    # -- tokens

    def _next(self, text: str, last: Token | None, states: list[int]) -> Token | None:
        """Return the token after the last one, or None at the end of the text."""
        at = 0 if last is None else last.start_pos + len(last)
        while at < len(text):
            found = self._match(text, at, self._of(states[-1]))
            if found is None:
                raise self._no_token(text, at, states)
            terminal, value = found
            if terminal not in self._ignored:
                return Token(self._symbols[terminal], value, at)
            at += len(value)
        return None

    def _of(self, state: int) -> list[int]:
        """Return the terminals that a state tries, in the order of the grammar."""
        tried = self._tried.get(state)
        if tried is None:
            row = self._row(state)
            tried = [
                n
                for n in range(len(self._terminals))
                if n in self._ignored or self._symbols[n] in row
            ]
            self._tried[state] = tried
        return tried

    def _match(self, text: str, at: int, terminals: Any) -> tuple[int, str] | None:
        """Return the first of some terminals that matches the text, and the matched text."""
        char = text[at]
        for n in terminals:
            first = self._terminals[n][2]
            if first and char not in first and char.isascii():
                continue
            pattern = self._patterns.get(n)
            if pattern is None:
                word = _word(self._terminals[n][1])
                piece = text[at : at + len(word)]
                if piece.isascii() and piece.lower() != word:
                    continue  # compiling it would take a thousand times as long
                pattern = self._patterns[n] = re.compile(self._terminals[n][1])
            match = pattern.match(text, at)
            if match:
                return n, match[0]
        return None

    def _no_token(self, text: str, at: int, states: list[int]) -> Unexpected:
        """Return the error for text that no terminal of a state matches, though others may."""
        tried = self._of(states[-1])
        allowed = frozenset(self._symbols[n] for n in tried if n not in self._ignored)
        found = self._match(text, at, range(len(self._terminals)))
        if found is None:
            return Unexpected(at, None, allowed)
        token = Token(self._symbols[found[0]], found[1], at)
        return Unexpected(at, token, self._accepted(states) or allowed)


def _word(pattern: str) -> str:
    """Return the word that a text must begin with to match a pattern, in small letters; "" if
    there are several.
    """
    if not pattern.startswith(WORDS) or "|" in pattern:
        return ""
    rest = pattern[len(WORDS) :]
    size = next((n for n, char in enumerate(rest) if not char.isalpha()), len(rest))
    return rest[:size].lower() if rest[size : size + 1] in (")", "\\") else ""


def _pairs(flat: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of a flat list."""
    return zip(flat[::2], flat[1::2], strict=True)


def _children(parts: list[Any], kept: list[int]) -> list[Any]:
    """Return the parts that a rule keeps: n as it is, ~n as its children."""
    found: list[Any] = []
    for n in kept:
        if n < 0:
            found += parts[~n].children
        else:
            found.append(parts[n])
    return found
