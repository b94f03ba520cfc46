"""The rules of an audience as text: `did purchase at least twice in 30d and country != NL`.

Writing loads no parser. The grammar is core/language/audience.lark, its words
core/language/rules_audiences.py.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from core.definitions.audience import Definition, EventRule, Group, read_definition
from core.errors import BadQuestion
from core.filters import AllOf, AnyOf, Clause, Condition
from core.queries.terms import bracketed, condition, duration_words, name, quoted
from core.text import times
from core.words.names import BARE, SEGMENTS

__all__ = ["MAX_RULES", "format_rules", "parse_rules"]

MAX_RULES: Final = 1_000_000
"""The most characters of the rules of an audience in text."""

_EXAMPLE: Final = "For example did purchase at least 2 times in 30d and not country = NL."
_OWN: Final = frozenset({"did", "everybody", "everyone", "has", "listed"})
"""Words that begin a rule, so that fields of their name are quoted."""

_SIGNS: Final = {
    "gte": "at least", "gt": "more than", "eq": "exactly", "lte": "at most", "lt": "less than",
}  # fmt: skip


def parse_rules(text: str) -> Definition:
    """Return the definition of an audience, from text or a JSON object.

    Raises:
        BadQuestion: it cannot be parsed, with a caret under the place, or is out of bounds.
    """
    if len(text) > MAX_RULES:
        raise BadQuestion(f"The rules are {len(text):,} characters; {MAX_RULES:,} are allowed.")
    if not text.strip():
        raise BadQuestion("There are no rules.", f"{_EXAMPLE} Everybody: everybody.")
    if text.lstrip()[:1] != "{":
        from core.language.parser import parse_rules as parsed

        return read_definition(parsed(text))
    try:
        return read_definition(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise BadQuestion(f"This is not JSON: {error}.", _EXAMPLE) from error


def format_rules(definition: Definition) -> str:
    """Return a definition as one line of text; parsing it returns the same definition."""
    rules = [*_rules(definition)]
    if definition.static_ids:
        rules.append(f"listed ({', '.join(map(name, definition.static_ids))})")
    text = _whole(definition, rules)
    days = definition.lookback_days
    return text if days is None else f"{text} looking back {days}d"


def _whole(definition: Definition, rules: Sequence[str]) -> str:
    if len(rules) > 1:
        return f" {_WORDS[definition.match]} ".join(rules)
    if definition.match == "any":
        return f"any({''.join(rules)})"
    alone = "".join(rules) or "everybody"
    return f"({alone})" if alone.startswith(("any(", "all(")) else alone


_WORDS: Final = {"all": "and", "any": "or"}


def _rules(combined: Definition | Group) -> list[str]:
    found = [_event(rule) for rule in combined.events]
    found += [_filter(clause) for clause in combined.filters]
    return found + [_group(group) for group in combined.groups]


def _group(group: Group) -> str:
    rules = _rules(group)
    if len(rules) > 1:
        text = f"({f' {_WORDS[group.match]} '.join(rules)})"
    elif rules and _negates_one(group):
        text = rules[0]
    else:
        text = f"{group.match}({''.join(rules)})"
    return f"not {text}" if group.not_ else text


def _negates_one(group: Group) -> bool:
    """Whether a group of a single rule is written as `not` and the rule."""
    inside = group.groups[0] if group.groups else None
    return group.not_ and group.match == "all" and (inside is None or inside.not_)


def _filter(clause: Clause) -> str:
    if isinstance(clause, Condition) and clause.operator == "eq":
        value = clause.value
        if clause.field in ("audience", "segment") and isinstance(value, str):
            bare = value.lower() in SEGMENTS  # these words mean no segment behind `in audience`
            return f"in {clause.field} {value if bare else name(value)}"
    text = condition(clause)
    if isinstance(clause, Condition):
        first = BARE.match(text)
        own = first is not None and first[0].lower() in _OWN
        return f"{quoted(first[0])}{text[first.end() :]}" if own and first else text
    many = isinstance(clause, AnyOf | AllOf) and text.startswith("(")
    return f"has [{text[1:-1] if many else text}]"


def _event(rule: EventRule) -> str:
    seen = _seen(rule)
    if seen:
        return seen
    never = _told(rule, "eq", 0)
    parts = [
        "did not" if never else "did",
        _selected(rule),
        "for the first time" if rule.first else "",
        "" if never else _figure(rule),
    ]
    then = rule.then_within
    if then is not None:
        parts += ["then", _selected(then), "within", duration_words(then.seconds)]
    if rule.days is not None:
        parts.append(f"in {rule.days}d")
    return " ".join(filter(None, parts))


def _selected(rule: Any) -> str:
    event = "any event" if rule.event is None else name(rule.event)
    return event + bracketed(rule.filters)


def _told(rule: EventRule, op: str, count: int) -> bool:
    """Whether a rule is only on how many times, compared so."""
    plain = rule.sum is None and not rule.distinct_days
    return plain and (rule.op, rule.count) == (op, count)


def _seen(rule: EventRule) -> str:
    """Return a rule on when somebody was first or last seen, "" if it is none."""
    lately, long_ago = _told(rule, "gte", 1), _told(rule, "eq", 0)
    if rule != EventRule(op=rule.op, count=rule.count, days=rule.days, first=rule.first):
        return ""
    if rule.days is None or not (lately or long_ago):
        return ""
    when = f"in {rule.days}d" if lately else f"over {rule.days}d ago"
    return f"{'first' if rule.first else 'last'} seen {when}"


def _figure(rule: EventRule) -> str:
    sign = _SIGNS[rule.op]
    if rule.sum is not None:
        return f"with sum of {name(rule.sum)} {sign} {_amount(rule.wanted)}"
    if rule.distinct_days:
        return f"on {sign} {rule.count} {'day' if rule.count == 1 else 'days'}"
    return "" if _told(rule, "gte", 1) else f"{sign} {times(rule.count)}"


def _amount(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
