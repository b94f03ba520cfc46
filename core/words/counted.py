"""What a question counts, in words: users, or the field in its `counting` in the plural."""

from __future__ import annotations

import re
from typing import Any, Final

from core.text import clean

PEOPLE: Final = "users"

_PEOPLE_TOO: Final = frozenset(
    {
        "user",
        "users",
        "person",
        "people",
        "actor",
        "actors",
        "user_id",
        "user_ids",
        "distinct_id",
        "distinct_ids",
        "uniques",
    }
)
_UNITS_OF_FIGURES: Final = frozenset(
    {"users", "events", "logs", "numbers", "seconds", "percents", "attempts", "pairs", "paths"}
)
"""Words that mean something else as the unit of a figure."""


def is_people(counting: str) -> bool:
    """Whether the name of what is counted means people."""
    return counting.strip().lower() in _PEOPLE_TOO


def counts_units(question: Any) -> bool:
    """Whether a question counts units in place of people."""
    return getattr(question, "counting", None) is not None


def many(question: Any) -> str:
    """Return what a question counts, in the plural: "users", "accounts"."""
    counting = getattr(question, "counting", None)
    return PEOPLE if counting is None else plural(_bare(counting))


def one(question: Any) -> str:
    """Return the same in the singular: "user", "account"; of a field in the singular its name."""
    words, counting = many(question), getattr(question, "counting", None)
    name = words if counting is None else _bare(counting)
    return singular(words) if words in (name, f"values of {name}") else name


def whom(question: Any) -> str:
    """Return the plural for a sentence, in which users are people: "people", "accounts"."""
    words = many(question)
    return "people" if words == PEOPLE else words


def title(question: Any) -> str:
    """Return the plural to begin a title with: "Users", "Accounts"."""
    return begun(many(question))


def begun(words: str) -> str:
    """Return words as they begin a title or a sentence."""
    return words[:1].upper() + words[1:]


def plural(word: str) -> str:
    """Return the plural of a name; a plural stays as it is."""
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        found = word
    elif re.search(r"[^aeiou]y$", word):
        found = f"{word[:-1]}ies"
    else:
        found = f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"
    return f"values of {word}" if found in _UNITS_OF_FIGURES else found


def singular(words: str) -> str:
    """Return the singular of a plural."""
    if words.endswith("ies"):
        return f"{words[:-3]}y"
    ends = r"(?:ss|(?<![ao])us|x|zz|tz|(?<!ca)ch|sh)es$"
    return words.removesuffix("es" if re.search(ends, words) else "s")


def _bare(counting: str) -> str:
    """Return the name of a field without where it is: "properties.company_id" is company."""
    name = counting.strip().removeprefix("properties.")
    name = name.partition(":")[2] if name.startswith(("trait:", "gp:")) else name
    name = re.sub(r"(?<=.)_ids?$", "", name.rpartition(".")[2] or name)
    return clean(name.replace("_", " "), 24)
