"""The people that a sentence is about: a segment, an audience, or two of them."""

from __future__ import annotations

import re
from typing import Final

from core.language.loose.heard import Heard, Names
from core.queries.terms import name as quoted

_GROUP: Final = r"(power|returning|dormant|churned|casual|regular|one[- ]time|paying|new)"
_EARNED: Final = "revenue|sales|money|income|spen[dt]|arpp?u"
USER: Final = r"(?:users?|people|customers?|visitors?|players?|members?|shoppers?|accounts?|ones)"


def groups(heard: Heard, names: Names) -> tuple[str, str]:
    """Return the clause of the people or of the two groups that a sentence is about, and the words
    that say so.
    """
    saved = {group.casefold(): group for group in names.groups}

    def one(word: str) -> str:
        plain = {"power": "power_user", "one time": "one_timer", "one-time": "one_timer"}
        if word in saved:
            return quoted(saved[word])
        return plain.get(word, word)

    rest = r"(everyone(?: else)?|everybody(?: else)?|the rest|others?|all(?: others| users)?)"
    two = re.search(
        rf"\b{_GROUP}(?: {USER})? (?:and|vs\.?|versus|against|with|to|than|or) "
        rf"(?:{rest}|{_GROUP})(?: {USER})?\b", heard.text,
    )  # fmt: skip
    if two is not None:
        other = one(two[3]) if two[3] else "everyone else" if two[2] != "everyone" else "everyone"
        if two[1] != "paying" or "paying" in saved:
            return f"for {one(two[1])} against {other}", two[0]
    lone = re.search(
        rf"\b(?:for|among|of|by|from|do|are|did|per) {_GROUP} {USER}\b|^{_GROUP} {USER} ",
        heard.text,
    )
    word = (lone[1] or lone[2]) if lone else ""
    if lone is not None and lone[0].startswith("per ") and heard.says(_EARNED):
        return "", ""
    if lone is None or (word == "new" and "for new" not in heard.text):
        return "", ""
    if word == "paying" and "paying" not in saved:
        return "where paying = true", lone[0]
    return f"for {one(word)}", lone[0]
