"""Typed statements that only count, over groups of events instead of events.

The view `events_v1` looks up the texts of every event. A statement that counts events and people by
some columns needs them once for every group of events that have the same numbers there, and how
many these are. What is asked of times alone is asked before events are grouped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from core.columns import CONTEXT
from core.sql.edits import Edit, edited
from core.sql.limits import Limits, limits_of
from core.sql.terms import ENDS, terms_of
from core.sql.tokens import Word, words_of

MOMENT: Final = "strftime('%Y-%m-%d %H:%M:%f', {} / 1000.0, 'unixepoch')"
"""Milliseconds as text in UTC; `moments.py` relies on its order being that of time."""

COUNT, FIRST, LAST, UTC_DAY = "n of group", "first of group", "last of group", "utc day of group"
"""Columns of the view of groups: how many events, their first and last `ts`, and the UTC day."""
PEOPLE: Final = "people of group"
"""Column of a view over stored sets: how many people."""
PROPERTY: Final = "property {} of group"
"""Column of a view over groups by values of properties, which are numbered from 0."""
_PROPERTIES: Final = '"' + PROPERTY.partition("{")[0]
"""How the quoted names of these columns begin."""
NUMBERS: Final = {"user_id": "user of group", "device_id": "device of group"}
"""Columns whose texts stand for one number each, and the columns of these numbers."""

PERSONS: Final = ("actor", "user_id")
"""Columns whose different values may be as many as the people of a stored set."""

GROUPED: Final = frozenset({"event_name", "actor", *NUMBERS, "day", *CONTEXT})
"""Columns by which events may be grouped."""
_OTHERS: Final = frozenset({"timestamp", "ts", "properties", "session_id"})
"""Columns that nearly every event has its own value of."""
_SCALARS: Final = frozenset({
    "abs", "coalesce", "date", "ifnull", "iif", "instr", "json_extract", "json_type", "julianday",
    "length", "lower", "ltrim", "max", "min", "nullif", "replace", "round", "rtrim", "strftime",
    "substr", "trim", "typeof", "upper",
})  # fmt: skip
"""Functions of one row; `min` and `max` of rows do not mind how often a row is there."""
_UNFIT: Final = frozenset({
    "except", "exists", "filter", "intersect", "join", "over", "union", "values", "window", "with",
})  # fmt: skip
_NAMES: Final = frozenset({"name", "function", "keyword", "string"})
"""Tokens that may be a name without `as` at the end of a column."""
_SIDE: Final = r"(?:\S+ \. )?ts ([<>]=?|==?) (-?\s?[0-9]{1,18})"
"""A comparison of `ts` with a number, as `_spaced` has it."""
_TEST: Final = re.compile(rf"{_SIDE}|\( {_SIDE}(?: and {_SIDE})? \)")


class Grouping(NamedTuple):
    """A statement over the view of groups.

    Attributes:
        query: the statement.
        columns: those of `events_v1` that it reads.
        numbers: columns of `events_v1` whose numbers it counts.
        moments: whether it reads the first and last times of groups.
        utc_days: whether it reads the days of events in UTC.
        times: the limits of `ts`, by which events are to be tested before they are grouped.
        people: the columns of persons whose different values it counts as the people of groups.
        by: the columns that it groups by; None if it groups by anything else.
    """

    query: str
    columns: frozenset[str]
    numbers: frozenset[str]
    moments: bool
    utc_days: bool
    times: Limits
    people: frozenset[str]
    by: frozenset[str] | None


def grouping(
    query: str, *, of_sets: bool = False, readable: frozenset[str] = GROUPED
) -> Grouping | None:
    """Return a statement that means the same over groups of events; None where none is known to.

    Args:
        query: what `moments.by_ts` makes of a statement.
        of_sets: it reads how many people groups have, and not who they are. That means the same
            only if each group of the statement is one of the view, or none.
        readable: the columns of the groups.
    """
    words = words_of(query)
    said = [word.said for word in words]
    if not _is_plain(words, said):
        return None
    tests = list(_tests(words, said))
    edits = [*_figures(query, words, said, of_sets=of_sets), *(test.edit for test in tests)]
    inside = [word for word in words if not any(e.start <= word.start < e.end for e in edits)]
    if not edits or not _counts(said) or not _calls_scalars(inside):
        return None
    made = "".join(edit.text for edit in edits)
    names = {word.said for word in (*inside, *words_of(made)) if word.kind == "name"}
    columns = names & (GROUPED | _OTHERS)
    if not columns <= readable:
        return None
    return Grouping(
        edited(query, [*edits, *named(query, words, edits)]),
        frozenset(columns),
        frozenset(name for name, number in NUMBERS.items() if f'"{number}"' in made),
        f'"{FIRST}"' in made or f'"{LAST}"' in made,
        f'"{UTC_DAY}"' in made,
        limits_of(side for test in tests for side in test.sides),
        frozenset(_persons(query, edits)),
        _grouped_by(query, words, said),
    )


def _is_plain(words: Sequence[Word], said: Sequence[str]) -> bool:
    """Whether a statement is one SELECT from `events_v1` alone."""
    if said.count("select") != 1 or said[0] != "select" or said.count("from") != 1:
        return False
    if not _UNFIT.isdisjoint(said) or _reads_all(said):
        return False
    rest = said[said.index("from") + 1 :]
    if rest[:1] != ["events_v1"]:
        return False
    name = rest[2:] if rest[1:2] == ["as"] else rest[1:]
    if name[:1] and name[0] not in ENDS | {"where"}:
        name = name[1:]
    quoted = {word.text[1:-1].lower() for word in words if word.text[0] in '"`['}
    return (not name or name[0] in ENDS | {"where"}) and quoted.isdisjoint(GROUPED | _OTHERS)


def _reads_all(said: Sequence[str]) -> bool:
    """Whether `*` stands for columns."""
    before = ("select", "distinct", "all", ",", ".")
    return any(word == "*" and said[at - 1] in before for at, word in enumerate(said))


def _counts(said: Sequence[str]) -> bool:
    return "count" in said or "group" in said


def _calls_scalars(words: Sequence[Word]) -> bool:
    """Whether what is left of a statement calls nothing but functions of one row."""
    for at, word in enumerate(words):
        called = words[at + 1 : at + 2] and words[at + 1].said == "("
        if called and word.kind in ("name", "function") and word.said not in _SCALARS:
            return False
    return True


# -- what is counted


def _figures(
    query: str, words: Sequence[Word], said: Sequence[str], *, of_sets: bool
) -> Iterator[Edit]:
    """Yield what takes the place of counts, of first and last times, and of days in UTC."""
    for at, word in enumerate(said):
        if said[at + 1 : at + 2] != ["("] or ")" not in said[at:]:
            continue
        end = said.index(")", at)
        given = said[at + 2 : end]
        prefix, name = _column(query, words[at + 2 : end])
        text = None
        if word == "count" and given == ["*"]:
            text = f'coalesce(sum("{COUNT}"), 0)'
        elif word == "count" and given[:1] == ["distinct"]:
            text = _distinct(*_column(query, words[at + 3 : end]), of_sets=of_sets)
        elif word == "count" and _is_grouped(name):
            text = f'coalesce(sum(iif({prefix}{name} is null, 0, "{COUNT}")), 0)'
        elif word in ("min", "max") and name in ("ts", "timestamp"):
            column = f'{word}({prefix}"{FIRST if word == "min" else LAST}")'
            text = column if name == "ts" else MOMENT.format(column)
        elif word == "date" and name == "" and _is_utc_day(given):
            text = (
                f'{query[words[at + 2].start : words[at + 2 + given.index("ts")].start]}"{UTC_DAY}"'
            )
        if text:
            yield Edit(words[at].start, words[end].end, text)


def _distinct(prefix: str, name: str, *, of_sets: bool) -> str | None:
    if of_sets and name in PERSONS:
        return f'coalesce(sum({prefix}"{PEOPLE}"), 0)'
    if name in NUMBERS:
        return f'count(distinct {prefix}"{NUMBERS[name]}")'
    return f"count(distinct {prefix}{name})" if _is_grouped(name) else None


def _is_grouped(name: str) -> bool:
    """Whether a column has one value for all events of a group."""
    return name in GROUPED or name.startswith(_PROPERTIES)


def _column(query: str, words: Sequence[Word]) -> tuple[str, str]:
    """Return what stands before the name of a column, and the name; "" for anything else."""
    if len(words) == 1 and words[0].kind == "name":
        return "", words[0].said
    if len(words) == 3 and words[1].said == "." and words[2].kind == "name":
        return query[words[0].start : words[2].start], words[2].said
    return "", ""


def _is_utc_day(given: Sequence[str]) -> bool:
    start = given[2:] if given[1:2] == ["."] else given
    return list(start) == ["ts", "/", "1000.0", ",", "'unixepoch'"]


def _persons(query: str, edits: Sequence[Edit]) -> Iterator[str]:
    """Yield the columns for which the people of groups are counted."""
    for edit in edits:
        if f'"{PEOPLE}"' in edit.text:
            yield words_of(query[edit.start : edit.end])[-2].said


def _grouped_by(query: str, words: Sequence[Word], said: Sequence[str]) -> frozenset[str] | None:
    """Return the columns that a statement groups by; None if it groups by anything else."""
    if "group" not in said:
        return frozenset()
    start = said.index("group") + 2
    end = next((at for at in range(start, len(said)) if said[at] in ENDS), len(said))
    listed = list(_listed(words, said))
    found = set[str]()
    for term in _apart(words[start:end]):
        number = int(term[0].text) if len(term) == 1 and term[0].text.isdecimal() else 0
        if number > len(listed):
            return None
        column = _without_name(listed[number - 1]) if number else term
        found.add(_column(query, column)[1])
    return frozenset(found) if found <= GROUPED else None


def _without_name(column: list[Word]) -> list[Word]:
    if not _has_name(column):
        return column
    return column[:-2] if column[-2].said == "as" else column[:-1]


# -- what is asked of times


class _Test(NamedTuple):
    """A condition that is replaced by 1, and its comparisons: signs and numbers."""

    edit: Edit
    sides: list[tuple[str, int]]


def _tests(words: Sequence[Word], said: Sequence[str]) -> Iterator[_Test]:
    """Yield the conditions that must hold and compare `ts` with numbers alone."""
    at = said.index("where") + 1 if "where" in said else len(said)
    for term in terms_of(words[at:]):
        sides = _sides(term)
        if sides:
            yield _Test(Edit(term[0].start, term[-1].end, "1"), sides)


def _sides(words: Sequence[Word]) -> list[tuple[str, int]]:
    """Return the comparisons of `ts` with numbers that a term consists of; none if it reads
    anything else.
    """
    rest = _spaced(words)
    if not _TEST.fullmatch(rest):
        return []
    return [(sign, int(number.replace(" ", ""))) for sign, number in re.findall(_SIDE, rest)]


def _spaced(words: Sequence[Word]) -> str:
    """Return words with a space between any two, but for those that are one sign together."""
    rest, end = "", -1
    for word in words:
        joined = word.said == "=" and word.start == end and rest[-1] in "<>="
        rest += word.said if joined else f" {word.said}"
        end = word.end
    return rest.lstrip()


# -- putting it together


def named(query: str, words: Sequence[Word], edits: Sequence[Edit]) -> Iterator[Edit]:
    """Yield names for the columns of a statement that would be called what they have become."""
    for column in _listed(words, [word.said for word in words]):
        start, end = column[0].start, column[-1].end
        changed = any(start <= edit.start and edit.end <= end for edit in edits)
        if changed and not _has_name(column):
            name = query[start:end].replace('"', '""')
            yield Edit(end, end, f' as "{name}"')


def _listed(words: Sequence[Word], said: Sequence[str]) -> Iterator[list[Word]]:
    """Yield the columns of the list after `select`."""
    start = 2 if said[1] in ("distinct", "all") else 1
    yield from _apart(words[start : said.index("from")])


def _apart(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Yield what stands between commas that are in no parentheses."""
    depth, column = 0, list[Word]()
    for word in words:
        depth += (word.said == "(") - (word.said == ")")
        if word.said == "," and depth == 0:
            yield column
            column = []
        else:
            column.append(word)
    yield column


def _has_name(column: Sequence[Word]) -> bool:
    if len(column) < 2:
        return False
    before, last = column[-2], column[-1]
    if before.said == "as":
        return True
    ended = before.said in (")", "end") or before.kind in ("name", "number", "string")
    return ended and last.kind in _NAMES and last.said not in ("end", "isnull", "notnull")
