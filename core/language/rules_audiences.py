"""Rules of the text of an audience (core/language/audience.lark), which make its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from core.definitions.audience import OPERATORS
from core.grammars.machine import Token
from core.language.rules_clauses import seconds_of, span_of
from core.language.rules_conditions import SIGNS, Node, plain_body
from core.language.rules_subjects import Subjects
from core.words.names import MAX_DEPTH
from core.words.reading import Body, Mistake, Name, at_of, flat

WORDS: Final[Mapping[str, str]] = {
    "EVERYBODY": "everybody|everyone",
    "LOOKING_BACK": r"looking\s+back",
    "DID": "did",
    "DID_NOT": r"did\s+not|didn't",
    "FIRST_SEEN": r"first\s+seen",
    "LAST_SEEN": r"last\s+seen",
    "HAS": "has",
    "IN_AUDIENCE": r"in\s+audience",
    "IN_SEGMENT": r"in\s+segment",
    "LISTED": "listed",
    "FIRST_TIME": r"for\s+the\s+first\s+time",
    "OFTEN": r"at\s+least|at\s+most|exactly|(?:more|less|fewer)\s+than",
    "TIMES": "times?",
    "ONCE": "once|twice",
    "ON": "on",
    "DAYS": "days?",
    "SUM_OF": r"with\s+(?:a\s+)?sum\s+of",
    "THEN": "then",
    "IN": r"in(?:\s+(?:the\s+)?last)?(?=\s*\d)",
    "EVER": "ever",
    "OVER": r"over|more\s+than|longer\s+than",
    "AGO": "ago",
}
"""Terminal -> its pattern, for the words that only the rules of audiences have."""

FIRST: Final[Mapping[str, int]] = {
    "IN": 8,
    **{name: 7 for name, pattern in WORDS.items() if r"\s+" in pattern and name != "IN"},
}
"""Priorities of terminals that win over others that match the start of the same text: several words
over the first of them alone, and `in 30d` over `in` before a list.
"""

SHARED: Final = (
    "AND", "OR", "NOT", "ANY", "ALL", "EVENT", "EVENTS", "TRUE", "FALSE", "WHERE", "WITHIN",
    "NO_VALUE", "IN_LIST", "COMPARE_WORD",
)  # fmt: skip
"""The words that they share with questions."""

MEANINGS: Final = {
    "DID": "did and an event", "DID_NOT": "did not and an event", "HAS": "has [a condition]",
    "LISTED": "listed (ids)", "OFTEN": "at least, at most, exactly, more than or less than",
    "IN": "in 30d", "SUM_OF": "with sum of", "ONCE": "once", "TIMES": "times", "DAYS": "days",
    "OVER": "over 30d ago", "FIRST_TIME": "for the first time", "LOOKING_BACK": "looking back",
    "FIRST_SEEN": "first seen", "LAST_SEEN": "last seen", "IN_AUDIENCE": "in audience",
    "IN_SEGMENT": "in segment",
    "EVERYBODY": "everybody",
}  # fmt: skip
"""Terminal -> its description in messages, where it is not the one that questions have."""

OTHER_SIGNS: Final = {"exactly": "eq", "fewer than": "lt"}
"""How often, in words that compare no values -> the operator of a rule."""

_NEVER: Final[Body] = {"op": "eq", "count": 0}


class Found(NamedTuple):
    """A rule, or several that are combined.

    Attributes:
        key: the list of a group that it belongs to.
        value: its JSON.
        at: where it begins in the text.
        depth: how many groups it nests.
        bare: whether it is several without parentheses around, which may be the whole definition.
    """

    key: str
    value: Any
    at: int
    depth: int = 0
    bare: bool = False


class AudienceRules(Subjects):
    """Rules of the text of an audience; `audience` returns the JSON of a Definition."""

    def start(self, children: list[Body]) -> Body:
        return children[0]

    def audience(self, children: list[Any]) -> Body:
        body: Body = {}
        for child in children:
            body |= _whole(child) if isinstance(child, Found) else child
        return body

    def everybody(self, _: list[Token]) -> Body:
        return {}

    def looking_back(self, children: list[Token]) -> Body:
        return {"lookback_days": _days(children[-1])}

    # -- combined

    def rules_either(self, children: list[Any]) -> Found:
        return _joined("any", children)

    def rules_both(self, children: list[Any]) -> Found:
        return _joined("all", children)

    def rules_inside(self, children: list[Any]) -> Found:
        return _found(children)[0]._replace(bare=False)

    def rules_any(self, children: list[Any]) -> Found:
        return _group("any", _found(children), at_of(children))

    def rules_all(self, children: list[Any]) -> Found:
        return _group("all", _found(children), at_of(children))

    def rule_not(self, children: list[Any]) -> Found:
        at, inner = at_of(children), _found(children)[0]
        if inner.key != "groups" or "not" in inner.value:
            inner = _group("all", [inner], at)
        _nobody_listed(inner)
        return inner._replace(value={**inner.value, "not": True}, bare=False)

    # -- who somebody is

    def rule_plain(self, children: list[Node]) -> Found:
        return Found("filters", children[0].body, at_of(children))

    def has(self, children: list[Any]) -> Found:
        return Found("filters", plain_body(children[-1]), at_of(children))

    def in_audience(self, children: list[Any]) -> Found:
        return _member("audience", children)

    def in_segment(self, children: list[Any]) -> Found:
        return _member("segment", children)

    def listed(self, children: list[Any]) -> Found:
        ids = [child.text for child in children if isinstance(child, Name)]
        return Found("static_ids", ids, at_of(children))

    # -- what somebody did

    def did(self, children: list[Any]) -> Found:
        return _event(children, {})

    def did_not(self, children: list[Any]) -> Found:
        return _event(children, _NEVER)

    def first_seen(self, children: list[Any]) -> Found:
        return _seen(children, {"first": True})

    def last_seen(self, children: list[Any]) -> Found:
        return _seen(children, {})

    def often(self, children: list[Token]) -> str:
        said = children[0]
        found = OTHER_SIGNS.get(flat(said)) or SIGNS[flat(said)]
        if found not in OPERATORS:
            raise Mistake(
                f"{str(said)!r} compares no numbers.", said.start_pos, "For example at least 2."
            )
        return found

    def often_exactly(self, _: list[Token]) -> str:
        return "eq"

    def part_first(self, children: list[Token]) -> Body:
        return {"first": True}

    def part_times(self, children: list[Token]) -> Body:
        count = {"once": 1, "twice": 2}.get(flat(children[1]))
        return {"op": children[0], "count": _count(children[1]) if count is None else count}

    def part_days(self, children: list[Token]) -> Body:
        return {"op": children[1], "count": _count(children[2]), "distinct_days": True}

    def part_sum(self, children: list[Any]) -> Body:
        value = self.number([children[3]])
        return {"sum": children[1].text, "op": children[2], "value": value}

    def part_then(self, children: list[Any]) -> Body:
        return {"then_within": {**children[1], "seconds": seconds_of(children[-1])}}

    def part_in(self, children: list[Token]) -> Body:
        return {"days": _days(children[-1])}

    def part_ever(self, _: list[Token]) -> Body:
        return {"days": None}

    def part_ago(self, children: list[Token]) -> Body:
        return {"days": _days(children[1]), **_NEVER}


def _found(children: list[Any]) -> list[Found]:
    return [child for child in children if isinstance(child, Found)]


def _whole(found: Found) -> Body:
    """Return a definition with what the whole text says."""
    return dict(found.value) if found.bare else {found.key: _entries(found)}


def _entries(found: Found) -> list[Any]:
    return list(found.value) if found.key == "static_ids" else [found.value]


def _joined(match: str, children: list[Any]) -> Found:
    rules = _found(children)
    return rules[0] if len(rules) == 1 else _group(match, rules, rules[0].at)


def _group(match: str, rules: list[Found], at: int) -> Found:
    """Return combined rules; those of one kind stay in order."""
    body: Body = {"match": match}
    for rule in rules:
        if rule.key == "groups":
            _nobody_listed(rule)
        if rule.key == "static_ids" and rule.key in body:
            raise Mistake("People are listed twice.", rule.at, "One list names all of them.")
        body[rule.key] = [*body.get(rule.key, ()), *_entries(rule)]
    depth = 1 + max((rule.depth for rule in rules), default=0)
    if depth > MAX_DEPTH:
        raise Mistake(f"Rules nest deeper than {MAX_DEPTH}.", at)
    return Found("groups", body, at, depth, bare=True)


def _nobody_listed(group: Found) -> None:
    """Refuse people by id inside other rules, where a definition has no place for them."""
    if "static_ids" in group.value:
        raise Mistake(
            "People can only be listed beside all other rules.",
            group.at,
            "As in did purchase or listed (u_1, u_2), without parentheses around.",
        )


def _member(field: str, children: list[Any]) -> Found:
    return Found("filters", {"field": field, "value": children[-1].text}, at_of(children))


def _event(children: list[Any], told: Body) -> Found:
    _, selected, *parts = children
    found: Body = {}
    for part in parts:
        twice = sorted({*part} & ({*found} | {*told}))
        if twice:
            raise Mistake(f"{_SAID[twice[0]]} is said twice.", at_of(children))
        found |= part
    rule = {**selected, **told, **found}
    if rule.get("first") and any(rule.get(key) for key in ("sum", "distinct_days", "then_within")):
        raise Mistake(
            "For the first time goes with no sum, days or event that follows.", at_of(children)
        )
    return Found("events", rule, at_of(children))


_SAID: Final = {
    "op": "How often", "count": "How often", "days": "When", "first": "For the first time",
    "then_within": "What follows", "sum": "The sum", "value": "The sum",
    "distinct_days": "How often",
}  # fmt: skip


def _seen(children: list[Any], told: Body) -> Found:
    return Found("events", {**told, **children[-1]}, at_of(children))


def _count(token: Token) -> int:
    if not token.isdecimal():
        raise Mistake(f"{str(token)!r} is not a whole number.", token.start_pos)
    return int(token)


def _days(token: Token) -> int:
    """Return a length in whole days."""
    count, unit = span_of(token)
    days = {"d": 1, "w": 7}.get(unit, 0) * Decimal(count)
    if days < 1 or days != days.to_integral_value():
        raise Mistake(f"{str(token)!r} is not whole days.", token.start_pos, "For example 30d, 2w.")
    return int(days)
