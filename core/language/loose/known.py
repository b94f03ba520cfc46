"""Which name of a workspace words are, as they are or as people vary them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Final

from core.catalog.revenue import is_named
from core.language.loose.fillers import FILLERS, SMALL
from core.language.loose.heard import Names, Piece
from core.language.loose.stems import FIELDS, PLACES, alike, stem, stems

Stems = tuple[str, ...]
"""The stems of words that were said."""

_SPELT: Final = 6
"""From how many letters on a word may be misspelt."""

_ENDS: Final = ("up", "in", "out", "down")
"""Fillers that belong to the word before them: signed up, logged in."""

_LINKS: Final = frozenset(
    {"to", "from", "than", "before", "after", "without", "not", "never", "get", "no", "have"}
)
"""Words that stand between two names, unless a name has them."""

_SPANS: Final = frozenset(
    map(stem, ("minutes", "seconds", "hours", "days", "duration", "time", "ms"))
)
"""Ends of fields' names that say how long something took."""

_SHOWN: Final = frozenset({"report", "chart", "graph", "table", "list", "figure"})
"""What an answer may be called in."""

_HOME: Final = frozenset({"homepage", "home page", "front page", "start page"})
"""What the first page of a site is called."""

_MEASURED: Final = (
    "ms",
    "sec",
    "seconds",
    "s",
    "min",
    "minutes",
    "kb",
    "mb",
    "gb",
    "bytes",
    "usd",
    "eur",
    "cents",
    "code",
    "pct",
    "percent",
    "count",
    "amount",
)
"""Ends of fields' names that nobody says: in what they are measured."""

TELLING: Final = frozenset(re.findall(r"\S+", """
    funnel funnels retention revenue cohort cohorts conversion conversions paths path sessions
    churn activation new active overview traffic top best usage growth
"""))  # fmt: skip
"""Words that say what is asked, and are therefore no values."""

MAKING: Final = frozenset(
    ("ask", "creat", "post", "send", "show", "place", "submit", "make", "add", "write", "start")
)
"""Verbs of an event that a noun alone means: questions are those that were asked."""


def whole(said: Stems, names: Names) -> str:
    """Return the event all of whose words are said, and no others that mean something."""
    plain = tuple(word for word in said if word not in names.fillers or word in _ENDS)
    if not plain or said[0] in names.fillers:
        return ""
    if said[-1] in names.fillers and said[-1] not in _ENDS:
        return ""
    joined = "".join(plain)
    linked = _LINKS.intersection(said)
    for name, parts in names.called:
        if linked - set(parts):
            continue
        own = tuple(word for word in parts if word in _ENDS or word not in SMALL) or parts
        if sorted(own) == sorted(plain) or "".join(own) == joined or "".join(parts) == joined:
            return name
    return ""


def part(said: Stems, names: Names, *, many: bool = False) -> str:
    """Return the event with a word that is said, the one that makes it if there are several.

    Args:
        many: whether the word is a plural: a report may be what is asked for, reports are not.
    """
    if len(said) != 1:
        return ""
    word = said[0]
    if word.endswith("er") and not any(word in parts for _, parts in names.called):
        word = re.sub(r"(?<=\w{3})er$", "", word)
    if (len(word) < 3) or (word in FILLERS and not (many and word in _SHOWN)):
        return ""
    found = [(name, parts) for name, parts in names.called if word in parts]
    for name, parts in found:
        if parts[0] == word or set(parts) & MAKING:
            return name
    return found[0][0] if found else ""


def misspelt(said: Stems, names: Names) -> str:
    """Return the event with a word that is nearly the one that is said."""
    if len(said) != 1 or len(said[0]) < _SPELT or said[0] in FILLERS:
        return ""
    known = {word: name for name, parts in reversed(names.called) for word in parts}
    close = get_close_matches(said[0], known, 1, 0.84)
    return known[close[0]] if close else ""


def other(said: Stems, names: Names) -> str:
    """Return the event that is called otherwise: purchase for orders."""
    text = " ".join(said)
    same = alike(said)
    if text not in same or text == "user creat":  # users who created something are other people
        return ""
    found = [
        name for name, parts in names.called
        if any(f" {way} " in f" {' '.join(parts)} " for way in same if way != text)
    ]  # fmt: skip
    return next((name for name in found if is_named(name)), next(iter(found), ""))


def is_said(event: str, said: Stems, events: Sequence[str]) -> bool:
    """Whether another word for an event only tells more of one that is said: paid of orders."""
    ways = {part for way in alike(said) for part in way.split()}
    return event not in events and any(ways.intersection(stems(name)) for name in events)


def is_made(event: str, verb: str, events: Sequence[Piece]) -> bool:
    """Whether a verb only tells more of an event that is said: sent of appeals."""
    names = [piece.name for piece in events]
    return event not in names and any(verb in stems(name) for name in names)


def field(text: str, said: Stems, names: Names) -> str:
    """Return the field that words name, as they are or in the singular, with or without _id."""
    if not said or (text in FILLERS and text not in map(str.casefold, names.fields)):
        return ""
    joined = "".join(said)
    known = names.fields_by_stem
    for end in ("", "id", "name", "type", "uuid", *_MEASURED):
        if joined + end in known:
            return known[joined + end]
    if joined.removesuffix("name") in known:
        return known[joined.removesuffix("name")]
    if len(said) > 1 and said[-1] in ("time", "duration", "length"):
        spans = (f for f in names.fields if _SPANS.intersection(stems(f)[1:]))
        if name := next((f for f in spans if stems(f)[: len(said) - 1] == said[:-1]), ""):
            return name
    if text in ("kb", "mb", "gb"):
        return next((each for each in names.fields if each.casefold().endswith(f"_{text}")), "")
    plain = "".join(re.findall(r"\w+", text))
    called = (names.fields_by_key.get(key) for key in (plain, plain.removesuffix("s")))
    if name := next(filter(None, called), ""):
        return name
    for usual in FIELDS.get(" ".join(said), ()):
        for name in names.fields:
            if name.casefold() in (usual, f"{usual}_id", f"{usual}id"):
                return name
    return "device" if joined == "devic" and len(said) == 1 else ""


def _is_code(text: str, names: Names) -> bool:
    """Whether two letters are a country, and not one of the short words that are no codes."""
    return names.values[text][0] == "country" and text not in {"am", "as", "id", "la", "pm", "so"}


def begun(word: str, names: Names) -> tuple[str, str] | None:
    """Return the only value that begins with a word: google ads for google."""
    if len(word) < _SPELT - 1 or word in FILLERS or word in TELLING:
        return None
    found = [valued for text, valued in names.values.items() if text.startswith(f"{word} ")]
    return found[0] if len(found) == 1 else None


def page(words: Sequence[str], at: int, end: int, names: Names) -> tuple[str, str] | None:
    """Return the field and the path of a page: of "viewed pricing", of "the pricing page"."""
    own, before, after = words[at:end], words[max(at - 2, 0) : at], words[end : end + 1]
    valued = names.values.get(" ".join(own))
    if valued and after and stem(after[0]) == stem(valued[0]):
        return valued
    seen = re.search(r"\b(?:view|visit|saw|seen)(?:s|ed|ing)?\b", " ".join(before))
    if not seen and [stem(word) for word in after] not in (
        ["page"], ["screen"], ["view"], ["visit"], ["traffic"], ["hit"],
    ):  # fmt: skip
        return None
    return names.values.get("/" + "-".join(own))


def value(window: Sequence[str], names: Names) -> tuple[str, str] | None:
    """Return the field and the value that words are, also the code of a place or of a failure."""
    text = " ".join(window)
    code = re.fullmatch(r"([1-5]\d\d)s?", text)
    if code and (field_ := next((f for f in names.fields if f in ("status", "code")), "")):
        return field_, code[1]
    if text in TELLING or text.isdigit():
        return None
    if text in _HOME and "/" in names.values:
        return names.values["/"]
    if text not in names.values and len(text) > _SPELT and text.removesuffix("s") in names.values:
        text = text.removesuffix("s")
    if text in names.values and (len(text) > 2 or _is_code(text, names)) and text not in FILLERS:
        return names.values[text]
    place = (PLACES.get(text) or PLACES.get(text.removesuffix("s"), "")).casefold()
    return names.values.get(place) if place else None
