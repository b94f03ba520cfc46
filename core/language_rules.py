"""What the grammar's rules mean: from what was read to the fields of a question."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lark import Token, Transformer

from core.language_words import MAX_DEPTH, SEGMENTS
from core.text import clean
from core.timeframe import ALIASES, GRANULARITIES

Body = dict[str, Any]

_SIGNS = {
    "=": "eq", "==": "eq", "!=": "ne", "<>": "ne", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte",
    "~": "regex", "matches": "regex", "is": "eq", "is not": "ne", "contains": "contains",
    "does not contain": "not_contains", "not contains": "not_contains",
    "starts with": "starts_with", "ends with": "ends_with", "at least": "gte", "at most": "lte",
    "more than": "gt", "less than": "lt", "in": "in", "is in": "in", "is one of": "in",
    "not in": "not_in", "not_in": "not_in", "is not in": "not_in", "is none of": "not_in",
    "is set": "is_set", "exists": "is_set", "is not set": "is_not_set",
    "not_contains": "not_contains",
}  # fmt: skip
_MS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_ORDERS = {"in any order": "unordered", "in order": "ordered", "strictly": "sequential"}
_UNIT_WORDS = frozenset({*ALIASES, *GRANULARITIES}) - {"min", "1m", "1h", "1d", "1w"}


class Mistake(Exception):
    """Something the rules refuse, at a character of the text."""

    def __init__(self, message: str, at: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.at, self.hint = message, at, hint


@dataclass(frozen=True)
class Name:
    """A name in the text; `bare` when it was not quoted."""

    text: str
    at: int
    bare: bool = False


@dataclass(frozen=True)
class Part:
    """What a subject or clause says: fields of the question, and where it says so."""

    fields: Body
    at: int = 0


@dataclass(frozen=True)
class Node:
    """A condition with how deep it nests; `loose` is an `and` without parentheses around it."""

    body: Body
    depth: int = 1
    loose: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Whole:
    """A question's fields, its drawing hint and how deep it nests."""

    body: Body
    chart: str
    depth: int


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def _unquoted(token: str) -> str:
    """Return what a quoted text says: escapes as in JSON; others, as in "\\d+", stay."""

    def plain(match: re.Match[str]) -> str:
        code = match[1]
        if len(code) == 5:
            return chr(int(code[1:], 16))
        return _ESCAPES.get(code, code if code in "\"'\\/" else match[0])

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", plain, token[1:-1], flags=re.S)


def _flat(token: str) -> str:
    return " ".join(token.lower().split())


def _span(token: Token) -> tuple[str, str]:
    """Return count and unit of "30d" or "2 weeks"; a lone m is month or minute to its reader."""
    match = re.fullmatch(r"([\d.]+)\s*([a-z]+)", token.lower())
    assert match is not None
    count, word = match[1], match[2]
    if word in ("ms", "m"):
        return count, word
    for prefix, unit in (("millis", "ms"), ("min", "min"), ("mo", "month")):
        if word.startswith(prefix):
            return count, unit
    return count, word[0]


def _range_of(token: Token) -> str:
    count, unit = _span(token)
    unit = {"month": "m"}.get(unit, unit)
    if unit not in "hdwmy" or "." in count:
        raise Mistake(
            f"{str(token)!r} is not a range.", token.start_pos or 0, "For example 24h, 30d, 12m."
        )
    return f"{count}{unit}"


def _seconds(token: Token) -> int | float:
    count, unit = _span(token)
    unit = {"m": "min"}.get(unit, unit)
    if unit not in _MS:
        raise Mistake(
            f"{str(token)!r} is not a duration.", token.start_pos or 0, "For example 45s, 1h, 14d."
        )
    value = Decimal(count) * _MS[unit] / 1000
    return int(value) if value == value.to_integral_value() else float(value)


def _names(children: list[Any]) -> list[Name]:
    return [child for child in children if isinstance(child, Name)]


def _at(children: list[Any]) -> int:
    for child in children:
        if isinstance(child, Token):
            return child.start_pos or 0
        if isinstance(child, Name | Part):
            return child.at
    return 0


def _last(children: list[Any]) -> str:
    return str(children[-1])


class _Conditions(Transformer[Token, Any]):
    """Rules of `where` and of a step's own conditions."""

    def word(self, children: list[Token]) -> Name:
        return Name(str(children[0]), children[0].start_pos or 0, bare=True)

    def quoted(self, children: list[Token]) -> Name:
        return Name(_unquoted(children[0]), children[0].start_pos or 0)

    def number(self, children: list[Token]) -> int | float:
        text = str(children[0])
        value = float(text) if re.search(r"[.eE]", text) else int(text)
        if isinstance(value, float) and abs(value) == float("inf"):
            raise Mistake(f"{clean(text, 30)} is too large.", children[0].start_pos or 0)
        return value

    def true(self, _: list[Token]) -> bool:
        return True

    def false(self, _: list[Token]) -> bool:
        return False

    def pattern(self, children: list[Token]) -> str:
        return str(children[0])[1:-1].replace("\\/", "/")

    def no_value(self, children: list[Any]) -> Node:
        return Node({"field": children[0].text, "operator": _SIGNS[_flat(children[1])]})

    def in_list(self, children: list[Any]) -> Node:
        operator = _SIGNS[_flat(children[1])]
        values = [_scalar(child) for child in children[2:]]
        return Node({"field": children[0].text, "operator": operator, "value": values})

    def compared(self, children: list[Any]) -> Node:
        operator = _SIGNS[_flat(str(children[1]))]
        return Node(
            {"field": children[0].text, "operator": operator, "value": _scalar(children[2])}
        )

    greater = compared

    def equals(self, children: list[Any]) -> Node:
        return Node({"field": children[0].text, "value": _scalar(children[1])})

    def negated(self, children: list[Any]) -> Node:
        return _deeper({"not": _plain(children[1])["body"]}, [children[1]], _at(children))

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
        return _conditions(children[-1])


def _scalar(value: Any) -> Any:
    return value.text if isinstance(value, Name) else value


def _plain(node: Node) -> dict[str, Any]:
    """Return a node's body and depth, a loose `and` become an {"all": ...}."""
    if node.loose:
        node = _group("all", node.loose)
    return {"body": node.body, "depth": node.depth}


def _group(key: str, children: list[Any]) -> Node:
    nodes = [child for child in children if isinstance(child, Node)]
    return _deeper({key: [_plain(node)["body"] for node in nodes]}, nodes, _at(children))


def _deeper(body: Body, inner: list[Node], at: int) -> Node:
    depth = 1 + max((_plain(node)["depth"] for node in inner), default=0)
    if depth > MAX_DEPTH:
        raise Mistake(f"Conditions nest deeper than {MAX_DEPTH}.", at)
    return Node(body, depth)


def _conditions(node: Node) -> list[Body]:
    return [_plain(inner)["body"] for inner in node.loose or [node]]


class _Subjects(_Conditions):
    """Rules of what is asked for."""

    def active(self, children: list[Token]) -> Part:
        return Part({"kind": "active_users", "metric": str(children[0]).lower()})

    def active_plain(self, _: list[Token]) -> Part:
        return Part({"kind": "active_users"})

    def top_events(self, children: list[Token]) -> Part:
        limit = {"limit": int(children[1])} if len(children) == 3 else {}
        return Part({"kind": "top_events", **limit})

    def any_event(self, _: list[Token]) -> Part:
        return Part({"kind": "trend"})

    def step(self, children: list[Any]) -> Body:
        filters = {"filters": children[1]} if len(children) > 1 else {}
        return {"event": children[0].text, **filters}

    def funnel(self, children: list[Any]) -> Part:
        steps = [child for child in children if isinstance(child, dict)]
        return Part({"kind": "funnel", "steps": steps})

    def chain(self, children: list[Any]) -> Part:
        if len(children) > 1:
            return self.funnel(children)
        step = children[0]
        conditions = {"conditions": step["filters"]} if "filters" in step else {}
        return Part({"kind": "trend", "event": step["event"], **conditions})

    def measure(self, children: list[Token]) -> str:
        return str(children[0]).lower()

    def target(self, children: list[Name]) -> tuple[str | None, str | None, bool]:
        """Event, property, and whether the first may be either."""
        name = children[0]
        event, dot, found = name.text.partition(".")
        if name.bare and dot:
            return event, found, False
        return name.text, None, True

    def pair(self, children: list[Any]) -> tuple[str | None, str | None, bool]:
        return _unquoted(children[0]), children[1].text, False

    def dotted(self, children: list[Any]) -> tuple[str | None, str | None, bool]:
        event, found = str(children[0]), _unquoted(children[1])
        if not event.endswith("."):
            at = children[1].start_pos or 0
            raise Mistake("An event and its property are joined by a dot.", at)
        return event[:-1], found, False

    def anything(self, _: list[Token]) -> tuple[str | None, str | None, bool]:
        return None, None, False

    def measured(self, children: list[Any]) -> Part:
        measure, (event, found, lone) = children[0], children[-1]
        counts = measure in ("count", "users", "sessions", "uniques", "totals")
        if counts and found is not None:
            event, found = f"{event}.{found}", None
        elif lone and not counts:
            event, found = None, event
        body: Body = {"kind": "trend", "measure": measure}
        if event is not None:
            body["event"] = event
        if found is not None:
            body["property"] = found
        return Part(body)

    def selected(self, children: list[Name]) -> str:
        return children[0].text

    def retention(self, children: list[Any]) -> Part:
        return Part({"kind": "retention", **_selected("start_event", children)})

    def lifecycle(self, children: list[Any]) -> Part:
        return Part({"kind": "lifecycle", **_selected("event", children)})

    def segments(self, _: list[Token]) -> Part:
        return Part({"kind": "segments"})

    def segment(self, children: list[Any]) -> Part:
        return Part({"kind": "segment", "segment": children[-1].text}, children[-1].at)

    def user(self, children: list[Any]) -> Part:
        return Part({"kind": "user_activity", "user": children[-1].text})

    def search(self, children: list[Any]) -> Part:
        return Part({"kind": "user_search", "user": children[-1].text})

    def people(self, children: list[Any]) -> Part:
        of = next(child for child in children if isinstance(child, Whole))
        if of.chart:
            raise Mistake("A drawing hint goes outside the parentheses.", _at(children))
        if of.depth >= MAX_DEPTH:
            raise Mistake(f"Questions nest deeper than {MAX_DEPTH}.", _at(children))
        cell = _merged(child for child in children if isinstance(child, Part))
        body = {"kind": "people", "of": of.body, **({"cell": cell} if cell else {})}
        return Part({**body, "\0depth": of.depth + 1})


def _selected(key: str, children: list[Any]) -> Body:
    found = children[-1]
    return {key: found} if isinstance(found, str) and not isinstance(found, Token) else {}


class _Cells(_Subjects):
    """Rules of the address of one number."""

    def bucket(self, children: list[Any]) -> Part:
        return Part({"bucket": children[-1].text}, _at(children))

    def group_one(self, children: list[Name]) -> list[str]:
        return [children[0].text]

    def group_many(self, children: list[Name]) -> list[str]:
        return [name.text for name in children]

    def group(self, children: list[Any]) -> Part:
        return Part({"group": children[-1]}, _at(children))

    def besides(self, children: list[Any]) -> Part:
        return Part({"besides": children[1:]}, _at(children))

    def series(self, children: list[Any]) -> Part:
        return Part({"series": children[-1].text}, _at(children))

    def previous(self, children: list[Any]) -> Part:
        return Part({"previous": True}, _at(children))

    def step_number(self, children: list[Any]) -> Part:
        return Part({"step": int(children[-1])}, _at(children))

    def outcome(self, children: list[Any]) -> Part:
        return Part({"outcome": re.sub(r"\s+", "_", str(children[0]).lower())}, _at(children))

    def cohort(self, children: list[Any]) -> Part:
        return Part({"cohort": children[-1].text}, _at(children))

    def period(self, children: list[Any]) -> Part:
        return Part({"period": int(children[-1])}, _at(children))

    def row(self, children: list[Any]) -> Part:
        return Part({"row": children[-1].text}, _at(children))


def _merged(parts: Iterable[Part]) -> Body:
    body: Body = {}
    for part in parts:
        for key, value in part.fields.items():
            if key in ("conditions", "exclusions") and key in body:
                body[key] = [*body[key], *value]
            elif key in body:
                raise Mistake(f"The {key.replace('_', ' ')} is given twice.", part.at)
            else:
                body[key] = value
    return body


class Rules(_Cells):
    """Rules of the clauses, and of the question they make up."""

    def question(self, parts: list[Part]) -> Whole:
        subject, *clauses = (self._ranked(parts[0], part) for part in parts)
        body = _merged([subject, *clauses])
        depth = body.pop("\0depth", 1)
        return Whole(body, body.pop("\0chart", ""), depth)

    def _ranked(self, subject: Part, part: Part) -> Part:
        """`by users` ranks the top events; elsewhere it is a field."""
        by = part.fields.get("breakdown")
        if by in (["users"], ["count"]) and subject.fields["kind"] == "top_events":
            return Part({"order_by": by[0]}, part.at)
        return part

    def start(self, children: list[Whole]) -> Whole:
        return children[0]

    def range_span(self, children: list[Token]) -> Part:
        return Part({"range": _range_of(children[-1])}, _at(children))

    def range_last(self, children: list[Token]) -> Part:
        return Part({"range": f"last_{_last(children).lower()}"}, _at(children))

    def range_this(self, children: list[Token]) -> Part:
        return Part({"range": f"{_last(children)[0].lower()}td"}, _at(children))

    def range_named(self, children: list[Token]) -> Part:
        return Part({"range": _flat(children[0]).replace(" ", "_")}, _at(children))

    def range_dates(self, children: list[Token]) -> Part:
        first, last = re.findall(r"\d{4}-\d\d-\d\d", children[0])
        return Part({"range": f"{first},{last}"}, _at(children))

    def range_text(self, children: list[Any]) -> Part:
        return Part({"range": children[-1].text}, _at(children))

    def granularity(self, children: list[Token]) -> Part:
        periods = {"periods": int(children[1])} if len(children) > 1 else {}
        return Part({"granularity": str(children[0]).lower(), **periods}, _at(children))

    def periods(self, children: list[Token]) -> Part:
        return Part({"periods": int(children[-1])}, _at(children))

    def where(self, children: list[Any]) -> Part:
        return Part({"conditions": _conditions(children[-1])}, _at(children))

    def breakdown(self, children: list[Any]) -> Part:
        names = _names(children)
        first = names[0].text.lower()
        if len(names) == 1 and names[0].bare and first in _UNIT_WORDS:
            return Part({"granularity": first}, _at(children))
        return Part({"breakdown": [name.text for name in names]}, _at(children))

    def limit(self, children: list[Token]) -> Part:
        return Part({"limit": int(children[-1])}, _at(children))

    def offset(self, children: list[Token]) -> Part:
        return Part({"offset": int(children[-1])}, _at(children))

    def compare(self, children: list[Token]) -> Part:
        year = _last(children).lower().endswith(("yoy", "year"))
        return Part({"compare": "yoy" if year else "previous"}, _at(children))

    def members(self, children: list[Any]) -> Part:
        name = children[-1]
        word = re.sub(r"[\s-]+", "_", name.text.lower())
        known = name.bare and word in SEGMENTS
        return Part({"segment": word} if known else {"audience": name.text}, _at(children))

    def members_segment(self, children: list[Any]) -> Part:
        return Part({"segment": children[-1].text}, _at(children))

    def members_audience(self, children: list[Any]) -> Part:
        return Part({"audience": children[-1].text}, _at(children))

    def window(self, children: list[Token]) -> Part:
        return Part({"window_seconds": _seconds(children[-1])}, _at(children))

    def order(self, children: list[Token]) -> Part:
        return Part({"order": _ORDERS[_flat(children[0])]}, _at(children))

    def hold(self, children: list[Any]) -> Part:
        return Part({"hold": children[-1].text}, _at(children))

    def exclusions(self, children: list[Any]) -> Part:
        steps = [child for child in children if isinstance(child, dict)]
        return Part({"exclusions": steps}, _at(children))

    def returning(self, children: list[Any]) -> Part:
        return Part(_selected("return_event", children), _at(children))

    def mode(self, children: list[Token]) -> Part:
        after = _last(children).lower().endswith("after")
        return Part({"mode": "unbounded" if after else "on_or_before"}, _at(children))

    def cohorts(self, children: list[Token]) -> Part:
        return Part({"cohort": _flat(children[-1]).replace(" ", "_")}, _at(children))

    def direction(self, children: list[Token]) -> Part:
        return Part({"direction": str(children[0]).lower()}, _at(children))

    def sorting(self, children: list[Any]) -> Part:
        return Part({"order": children[-1].text}, _at(children))

    def chart(self, children: list[Token]) -> Part:
        return Part({"\0chart": _last(children).lower()}, _at(children))

    def settings(self, children: list[Any]) -> Part:
        parts = [child for child in children if isinstance(child, Part)]
        return Part(_merged(parts), _at(children))

    def setting(self, children: list[Any]) -> Part:
        return Part({str(children[0]): _scalar(children[-1])}, _at(children))

    def setting_list(self, children: list[Any]) -> Part:
        values = [_scalar(child) for child in children[1:]]
        return Part({str(children[0]): values}, _at(children))

    def setting_json(self, children: list[Any]) -> Part:
        try:
            value = json.loads(_unquoted(children[-1]))
        except (ValueError, RecursionError):
            raise Mistake("This is not JSON.", children[-1].start_pos or 0) from None
        return Part({str(children[0]): value}, _at(children))

    def setting_null(self, children: list[Any]) -> Part:
        return Part({str(children[0]): None}, _at(children))
