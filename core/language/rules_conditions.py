"""Rules of conditions: `where`, and the brackets behind a step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from core.filters import MAX_DEPTH, OPERATORS
from core.grammars.machine import Token
from core.text import clean
from core.words.reading import Body, Mistake, Name, at_of, flat, unquoted

SIGNS = {way: op.key for op in OPERATORS.values() for way in op.spellings}
"""Spelling in text -> key of the operator."""


class Node(NamedTuple):
    """A condition and how deep it nests; `loose` is an `and` without parentheses around it."""

    body: Body
    depth: int = 1
    loose: Sequence[Node] = ()


class Conditions:
    """Rules of `where` and of a step's own conditions."""

    def word(self, children: list[Token]) -> Name:
        return Name(str(children[0]), children[0].start_pos, bare=True)

    def quoted(self, children: list[Token]) -> Name:
        return Name(unquoted(children[0]), children[0].start_pos)

    def number(self, children: list[Token]) -> int | float:
        text = str(children[0])
        value = float(text) if re.search(r"[.eE]", text) else int(text)
        if isinstance(value, float) and abs(value) == float("inf"):
            raise Mistake(f"{clean(text, 30)} is too large.", children[0].start_pos)
        return value

    def true(self, _: list[Token]) -> bool:
        return True

    def false(self, _: list[Token]) -> bool:
        return False

    def pattern(self, children: list[Token]) -> str:
        return str(children[0])[1:-1].replace("\\/", "/")

    def no_value(self, children: list[Any]) -> Node:
        return Node({"field": children[0].text, "operator": SIGNS[flat(children[1])]})

    def in_list(self, children: list[Any]) -> Node:
        operator = SIGNS[flat(children[1])]
        values = [scalar_of(child) for child in children[2:]]
        return Node({"field": children[0].text, "operator": operator, "value": values})

    def compared(self, children: list[Any]) -> Node:
        operator = SIGNS[flat(str(children[1]))]
        return Node(
            {"field": children[0].text, "operator": operator, "value": scalar_of(children[2])}
        )

    greater = compared

    def equals(self, children: list[Any]) -> Node:
        return Node({"field": children[0].text, "value": scalar_of(children[1])})

    def negated(self, children: list[Any]) -> Node:
        return _deeper({"not": _plain(children[1])["body"]}, [children[1]], at_of(children))

    def inside(self, children: list[Any]) -> Node:
        plain = _plain(children[0])
        return Node(plain["body"], plain["depth"])

    def any_of(self, children: list[Any]) -> Node:
        return _group("any", children)

    def all_of(self, children: list[Any]) -> Node:
        return _group("all", children)

    def both(self, children: list[Any]) -> Node:
        nodes = [child for child in children if isinstance(child, Node)]
        return nodes[0] if len(nodes) == 1 else Node({}, loose=nodes)

    def either(self, children: list[Any]) -> Node:
        nodes = [child for child in children if isinstance(child, Node)]
        return nodes[0] if len(nodes) == 1 else _group("any", nodes)

    def filters(self, children: list[Any]) -> list[Body]:
        return conditions_of(children[-1])


def scalar_of(value: Any) -> Any:
    return value.text if isinstance(value, Name) else value


def plain_body(node: Node) -> Body:
    """Return the JSON of a condition, one that needs no list around it."""
    return dict(_plain(node)["body"])


def _plain(node: Node) -> dict[str, Any]:
    """Return a node's body and depth, with a loose `and` turned into {"all": ...}."""
    if node.loose:
        node = _group("all", node.loose)
    return {"body": node.body, "depth": node.depth}


def _group(key: str, children: Sequence[Any]) -> Node:
    nodes = [child for child in children if isinstance(child, Node)]
    return _deeper({key: [_plain(node)["body"] for node in nodes]}, nodes, at_of(children))


def _deeper(body: Body, inner: list[Node], at: int) -> Node:
    depth = 1 + max((_plain(node)["depth"] for node in inner), default=0)
    if depth > MAX_DEPTH:
        raise Mistake(f"Conditions nest deeper than {MAX_DEPTH}.", at)
    return Node(body, depth)


def conditions_of(node: Node) -> list[Body]:
    return [_plain(inner)["body"] for inner in node.loose or [node]]
