"""Every word of the language says in which version it came."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.queries.lexicon import KEYWORDS, LANGUAGE
from core.queries.versions import ADDED, alternatives, keywords
from core.timeframe import ALIASES, GRANULARITIES
from core.words.names import SEGMENTS

_FIRST = """
    1d 1h 1m 1w 24 a active activity actor after all and any arppu arpu as at attempts attribution
    audience average before besides between bins bounce brackets bucket by calendar casual churned
    cohort cohorts compared complete composition contain contains convert correlation counting
    daily dau day does dormant dropped earliest ending ends engagement entry event events ever
    every except exists exit explain false first five_minute five_minutes for formula from funnel
    group holding hour hourly in interval ious is json known last latest least length less
    lifecycle limit list logs ltv matches matching mau min minute month monthly more most mtd new
    none not null of offset on one one_timer only or order paths people per period periods person
    power_user prev previous qtd quarter quarterly range raw reached realtime regular retention
    return returned returning row saved segment segments series sessions set several shade size
    sorted sql starting starts step steps stickiness streak strictly than the their this time to
    today top totals trend true uniques usage user users values versus volume vs wau week weekly
    where whole window windows with within without wtd year yearly yesterday yoy ytd
"""
FIRST = frozenset(_FIRST.split())
"""The words of version 1; this list never changes."""


def words(patterns: Iterable[str]) -> set[str]:
    """The words that patterns are made of."""
    plain = (re.sub(r"\\[sd]\+?|\[_\\s\]\+|\[_\]|\{1,3\}|\?:|[()?]", " ", p) for p in patterns)
    return {word for text in plain for word in re.findall(r"\w+", text)}


def test_every_word_that_came_after_version_1_says_with_which():
    first = words([*keywords(1).values(), *SEGMENTS, *GRANULARITIES, *ALIASES])
    added = words(word for each in ADDED.values() for word in each)
    late = first - FIRST - added - {"x"}
    assert not late, "Raise LANGUAGE, and name these words in ADDED."
    assert max(ADDED, default=1) == LANGUAGE


def test_every_added_word_is_one_of_the_language():
    known = {way for pattern in KEYWORDS.values() for way in alternatives(pattern)}
    added = {word for each in ADDED.values() for word in each}
    assert added <= {*known, *SEGMENTS, *GRANULARITIES, *ALIASES}
    assert not added & FIRST, "These were words in version 1 already."
