"""Words for the people behind one number: "Users of signup on Apr 30, NL".

The words of each kind are in its row (core.queries.kinds); here are those that all share.
"""

from __future__ import annotations

import re

from core.answers import Cell
from core.filters import Condition
from core.queries.common.question import Question
from core.queries.kinds import KINDS
from core.text import clean
from core.timeframe import UNITS
from core.words.dates import day, within

_FEW = 2
"""How many conditions are spelled out; more are only counted."""


_CHANGES = {"came": "not {}", "went": "only {}", "stayed": "also {}"}


class _Nested:
    """The words of a question inside another one; see core.words.kinds.Nested."""

    def subject(self, question: Question, cell: Cell) -> str:
        """See Nested."""
        kind = KINDS[question.kind]
        if kind.around is not None:
            return kind.around(question, cell, self)
        return kind.behind(question, cell)

    def whole(self, question: Question, cell: Cell) -> str:
        """See Nested."""
        return format_cell(question, cell)


def format_cell(question: Question, cell: Cell) -> str:
    """Return words for the people behind one number of an answer, on one harmless line."""
    subject = _Nested().subject(question, cell)
    parts = [f"{subject} {_when(question, cell)}".strip()]
    if cell.group:
        parts.append(" / ".join(cell.group))
    if cell.change or cell.previous:
        before = "a year before" if _compare(question) == "yoy" else "previous period"
        parts.append(_CHANGES[cell.change].format(before) if cell.change else before)
    if question.kind != "people":
        parts += _filters(question)
    return clean(", ".join(parts))


def _compare(question: Question) -> str:
    return str(getattr(question, "compare", "") or "")


def _when(question: Question, cell: Cell) -> str:
    if not KINDS[question.kind].dated:
        return ""
    if cell.bucket is None:
        return within(question.range)
    unit = UNITS.get(getattr(question, "granularity", "daily"), "day")
    label = day(cell.bucket, year=_long_ago(question))
    if "T" in cell.bucket:
        return f"at {label} {cell.bucket.partition('T')[2][:5]}"
    if unit == "day":
        return f"on {label}"
    return f"in the {unit} of {label}"


def _filters(question: Question) -> list[str]:
    """Return the words for conditions, segment and audience."""
    tests = question.conditions
    plain = [test.words for test in tests if isinstance(test, Condition)]
    found = []
    if len(plain) == len(tests) <= _FEW and plain:
        found.append(f"where {' and '.join(plain)}")
    elif tests:
        found.append(f"{len(tests)} filter{'s' if len(tests) > 1 else ''}")
    if question.segment is not None and question.kind != "segment":
        found.append(f"in segment {question.segment}")
    if question.audience is not None and question.kind != "audience":
        found.append(f"in {question.audience}")
    if question.among is not None:
        found.append(f"of these: {format_cell(question.among, Cell())}")
    return found


def _long_ago(question: Question) -> bool:
    """Whether the range may reach into another year, so that dates need a year."""
    if _compare(question) == "yoy":
        return True
    counted = re.fullmatch(r"(\d+)([hdwmy])", question.range)
    if counted:
        days = int(counted[1]) * {"h": 0, "d": 1, "w": 7, "m": 30, "y": 365}[counted[2]]
        return counted[2] == "y" or days >= 365
    return question.range in ("all_time", "last_year") or "-" in question.range
