"""Versions of the question language, and the words of each.

An added word was a name before, so a text is parsed with the words of the version it was written
in. Version 1 has every word that is not in `ADDED`. If a version is None, it is the current one,
LANGUAGE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from core.errors import BadQuestion
from core.queries.kinds import KINDS
from core.queries.lexicon import KEYWORDS, LANGUAGE, OTHERS_ADDED

_NEVER: Final = "(?!)x"
"""A pattern that matches nothing."""


def alternatives(pattern: str) -> list[str]:
    """Return the alternatives of a pattern, split at bars outside parentheses."""
    found, depth = [""], 0
    for char in pattern:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "|" and not depth:
            found.append("")
        else:
            found[-1] += char
    return found


def _added() -> dict[int, tuple[str, ...]]:
    found = dict(OTHERS_ADDED)
    for kind in KINDS.values():
        if kind.since > 1:
            own = [way for pattern in kind.wording.words.values() for way in alternatives(pattern)]
            found[kind.since] = (*found.get(kind.since, ()), *own)
    return found


ADDED: Final[Mapping[int, tuple[str, ...]]] = _added()
"""Version -> the words added with it: those of its kinds (`Kind.since`), and OTHERS_ADDED. The
highest version is LANGUAGE."""


def check_language(language: int) -> None:
    """Refuse a version that cannot be read.

    Raises:
        BadQuestion: it is newer than this program's, or not a version at all.
    """
    if not isinstance(language, int) or language < 1:
        raise BadQuestion(
            f"{language!r} is not a version of the question language.", parameter="language"
        )
    if language > LANGUAGE:
        raise BadQuestion(
            f"This question needs version {language} of the question language; "
            f"this footfall reads up to version {LANGUAGE}.",
            "Update footfall.",
            parameter="language",
        )


def newer_words(language: int | None) -> re.Pattern[str] | None:
    """Return a pattern of the words added after a version, or None if there are none."""
    words = "|".join(_added_after(language))
    return re.compile(rf"(?:{words})(?!\w)", re.IGNORECASE) if words else None


def may_differ(text: str, language: int | None) -> bool:
    """Whether a text might mean something else in a version than today: it contains a newer word.

    Escaped text, as in JSON, cannot be checked, and might be one.
    """
    newer = newer_words(language)
    return newer is not None and ("\\u" in text or newer.search(text) is not None)


def needed_language(text: str) -> int:
    """Return the version of the newest word in a text, from which on it means the same."""
    return next(version for version in range(1, LANGUAGE + 1) if not may_differ(text, version))


def keywords(language: int | None) -> Mapping[str, str]:
    """Return KEYWORDS as of a version; a newer keyword matches nothing."""
    newer = set(_added_after(language))
    if not newer:
        return KEYWORDS
    return {
        name: "|".join(way for way in alternatives(pattern) if way not in newer) or _NEVER
        for name, pattern in KEYWORDS.items()
    }


def _added_after(language: int | None) -> Iterator[str]:
    since = LANGUAGE if language is None else language
    return (word for version, words in ADDED.items() if version > since for word in words)
