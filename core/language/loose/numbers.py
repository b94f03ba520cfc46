"""What a sentence compares with a number: how often, how much, between which amounts."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

from core.language.loose.heard import Heard, Names
from core.language.loose.stems import stem
from core.language.loose.times import GAP

_COUNTS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SIGNS: Final = (
    (r"(?:at least|minimum of|no less than|>=)", ">="),
    (r"(?:at most|no more than|up to|<=)", "<="),
    (r"(?:more than|over|above|(?:great|bigg|larg|long|slow|old|lat)er than|exceeding|>)", ">"),
    (r"(?:less than|under|below|(?:few|small|short|cheap|fast|quick)er than|<)", "<"),
)  # fmt: skip
_BOUNDS: Final = {None: "said", "exactly": "exact", "only": "exact", "just": "exact"}
_AMOUNT: Final = (
    r"[$€£]? ?(\d+(?:[.,]\d+)*|an?(?= (?:second|minute|hour)))"
    r"(?: ?(?:[kmg]b|ms|seconds?|minutes?|mins?|hours?"
    r"|euros?|eur|dollars?|usd|bucks|pounds?|gbp|[$€£]))?"
)


def compared(text: str, found: Heard, names: Names) -> str:
    """Return a sentence without what it compares with a number, which is noted."""
    one = f"(?:{'|'.join(_COUNTS)})"
    text = re.sub(rf"\b{one}\b(?= or more)|(?<=at least ){one}\b|(?<=more than ){one}\b",
                  lambda m: str(_COUNTS.index(m[0]) + 1), text)  # fmt: skip
    text = re.sub(r"\b(\d+)(?: or more|\+)(?= \w)", r"at least \1", text)
    text = re.sub(r"\bat least (?:(?:1|an?) (?=[a-z])|once\b)", "", text)
    for noted in (_once, _times, _events, _sign, _limits, _amount):
        rest = noted(text, found, names)
        if rest is not None:
            return rest
    return text


def _once(text: str, found: Heard, names: Names) -> str | None:
    """Note one-time buyers."""
    once = re.search(r"\bone[- ]?time (?=(?:buy|purchas|shopp|custom)ers?\b)", text)
    if once is None:
        return None
    found.often, found.bound = 1, "exact"
    return text[: once.start()] + text[once.end() :]


def _times(text: str, found: Heard, names: Names) -> str | None:
    """Note how many times: more than twice, 3 times or more."""
    many = re.search(
        r"(more than|at least|over|exactly|only|just)? ?(once|twice|(\d+) ?(?:times|x))(?!\w)", text
    )
    if many is None:
        return None
    times = {"once": 1, "twice": 2}.get(many[2]) or int(many[3])
    found.often = times + (many[1] in ("more than", "over"))
    more = text[many.end() :].startswith(" or more")
    alone = re.search(r"\bonly (?:\w+ )?$", text[: many.start()])
    found.bound = "exact" if alone else "least" if more else _BOUNDS.get(many[1], "least")
    return text[: many.start()] + GAP + text[many.end() :].removeprefix(" or more")


def _events(text: str, found: Heard, names: Names) -> str | None:
    """Note how many of an event: at least 3 purchases."""
    for pattern, sign in (*_SIGNS, (r"(?:exactly|only|just)", "=")):
        many = re.search(rf"(?<!\w){pattern} (\d+)(?= (\w+))", text)
        if many is not None and any(stem(many[2]) in parts for _, parts in names.called):
            found.often = int(many[1]) + (sign == ">") - (sign == "<")
            found.bound = {">": "least", "<": "most", "=": "exact"}[sign[0]]
            return text[: many.start()] + text[many.end() :]
    return None


def _sign(text: str, found: Heard, names: Names) -> str | None:
    """Note that an amount is negative or positive."""
    signed = re.search(r"\b(negative|positive) (?=\w)", text)
    if signed is None:
        return None
    found.number = ("<" if signed[1] == "negative" else ">", "0")
    return text[: signed.start()] + text[signed.end() :]


def _limits(text: str, found: Heard, names: Names) -> str | None:
    """Note two amounts that something is between."""
    both = re.search(rf"(?<!\w)between {_AMOUNT} (?:and|to) {_AMOUNT}(?!\w)", text)
    if both is None:
        return None
    least, most = (amount.replace(",", "") for amount in both.groups())
    with suppress(ValueError):  # of an amount that is no number
        if float(least) < float(most):
            found.limits = (least, most)
            return text[: both.start()] + GAP + text[both.end() :]
    return None


def _amount(text: str, found: Heard, names: Names) -> str | None:
    """Note an amount that something is more or less than."""
    for pattern, sign in _SIGNS:
        beside = re.search(rf"(?<!\w){pattern} ([a-z]+) (\d+)(?!\w)", text)
        if beside is not None and beside[1] in names.fields_by_key:
            found.number = (sign, beside[2])
            return f"{text[: beside.start()]}{beside[1]}{text[beside.end() :]}"
        sized = re.search(rf"(?<!\w)(?:is |are |was )?{pattern} {_AMOUNT}(?!\w)", text)
        if sized is not None:
            amount = sized[1].replace(",", "")
            found.number = (sign, amount if amount[0].isdigit() else "1")
            return text[: sized.start()] + GAP + text[sized.end() :]
    return None
