"""What a question measures: names of measures and of the measured property."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence

from core.errors import BadQuestion, did_you_mean
from core.filters import Condition

PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")
"""A percentile as a measure: p90, p99.9."""

_PROPERTIES = "properties."


def known_measure(
    word: str,
    allowed: Sequence[str],
    also: Mapping[str, str],
    *,
    parameter: str = "measure",
    refused: str = "is not known",
) -> str:
    """Return a measure by its usual name; percentiles are measures too.

    Args:
        also: other names of measures.
        refused: the error for a word that is not one of them.

    Raises:
        BadQuestion: it is not a measure.
    """
    folded = also.get(word, word)
    if folded not in allowed and not PERCENTILE.fullmatch(folded):
        raise BadQuestion(
            f"{parameter} {word!r} {refused}.",
            did_you_mean(word, allowed) or f"Allowed: {', '.join(allowed)}, p90.",
            parameter=parameter,
        )
    return folded


def percentile_of(word: str) -> float:
    """Return the percentile that a measure names, from 0 to 1: of median 0.5, of p90 0.9."""
    return 0.5 if word == "median" else float(word[1:]) / 100


def compared(name: str, operator: str, value: float) -> Condition:
    """Return the condition that compares a property with a number."""
    return Condition(field=f"properties.{name}", operator=operator, value=value)


def is_number(name: str) -> Condition:
    """Return the condition that a property is a number; of a list it is true if one of it is."""
    return compared(name, "gte", -sys.float_info.max)


def bare(name: str) -> str:
    """Return the name of a property without "properties." before it."""
    return name.removeprefix(_PROPERTIES) or name
