"""Statements typed by a person that compare the times of events, without formatting every one.

The views of events show times as text, `YYYY-MM-DD HH:MM:SS.SSS` in UTC, and as `ts`, milliseconds.
Texts of that form are in the order of time, so a comparison with any text is one with a number.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from core.sql.edits import Edit, edited
from core.sql.limits import Limits
from core.sql.tokens import Word, words_of

VIEWS: Final = frozenset({"events_v1", "context_v1"})
"""The views that have both `timestamp` and `ts`."""

_OTHERS: Final = frozenset({"events", "logs", "logs_v1", "marks"})
"""The tables and views that have one of both."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES: Final = range(-62_135_596_800_000, 253_402_300_800_000)
"""The milliseconds of the years 1 to 9999."""


def by_ts(query: str) -> str:
    """Return a statement that means the same and reads `ts` where it compares or cuts `timestamp`.

    Only a single SELECT over the views is rewritten, where `timestamp` can mean nothing else.
    """
    words = words_of(query)
    if not _is_plain(words):
        return query
    return edited(query, _edits(query, words))


def _is_plain(words: Sequence[Word]) -> bool:
    said = [word.said for word in words]
    if said.count("select") != 1 or "with" in said or not VIEWS & set(said):
        return False
    for before, word in pairwise(words):
        if word.said in _OTHERS and before.said in ("from", "join", ","):
            return False
        if word.said == "timestamp" and _names(before):
            return False
    return '"timestamp"' not in said


def _names(before: Word) -> bool:
    """Whether what follows is a new name for a column."""
    return before.said in ("as", ")", "end") or before.kind in ("name", "string", "number")


def _edits(query: str, words: Sequence[Word]) -> Iterator[Edit]:
    """Yield what to replace, from the left.

    A column without a name is called what its text is, so in the list of columns only whole columns
    are replaced, and named.
    """
    listed = next((n for n, word in enumerate(words) if word.said == "from"), len(words))
    for at, word in enumerate(words):
        if word.said != "timestamp" or word.kind != "name":
            continue
        first = at - 2 if at >= 2 and words[at - 1].said == "." else at
        column = query[words[first].start : word.start] + "ts"
        day = _day(words, first, at, column)
        if at < listed:
            edit = _named(query, words, day) if day else None
        else:
            edit = day or _compared(words, first, at, column)
        if edit is not None:
            yield edit


def _named(query: str, words: Sequence[Word], edit: Edit) -> Edit | None:
    """Return the edit of a whole column, which keeps its name; None for a part of one."""
    before = [word.said for word in words if word.end <= edit.start]
    after = [word for word in words if word.start >= edit.end]
    if before[-1] not in ("select", "distinct", "all", ",") or before.count("(") != before.count(
        ")"
    ):
        return None
    if after and after[0].said in (",", "from"):
        name = query[edit.start : edit.end].replace('"', '""')
        return edit._replace(text=f'{edit.text} as "{name}"')
    return edit if after and (after[0].said == "as" or after[0].kind == "name") else None


def _compared(words: Sequence[Word], first: int, at: int, column: str) -> Edit | None:
    following = words[at + 1 : at + 5]
    kinds = [word.kind for word in following]
    said = [word.said for word in following]
    signs = 2 if said[:2] in (["<", "="], [">", "="], ["=", "="]) else 1
    sign = "".join(said[:signs])
    if sign in ("<", "<=", ">", ">=", "=", "==") and kinds[signs : signs + 1] == ["string"]:
        low, high = _span(sign, following[signs].value)
        return Edit(words[first].start, following[signs].end, _within(column, low, high))
    if said[:1] == ["between"] and kinds[1:4:2] == ["string", "string"] and said[2] == "and":
        low, high = _first(following[1].value), _after(following[3].value)
        return Edit(words[first].start, following[3].end, _within(column, low, high))
    if said[:1] == ["like"] and kinds[1:2] == ["string"] and said[2:3] != ["escape"]:
        start = following[1].value
        if start.endswith("%") and not set(start[:-1]) & {"%", "_"}:
            low, high = _first(start[:-1]), _after(start[:-1] + "\U0010ffff")
            return Edit(words[first].start, following[1].end, _within(column, low, high))
    return None


def _day(words: Sequence[Word], first: int, at: int, column: str) -> Edit | None:
    """Return what takes the place of `date(timestamp)` and of `substr(timestamp, 1, 10)`."""
    before = [word.said for word in words[max(first - 2, 0) : first]]
    after = [word.said for word in words[at + 1 : at + 6]]
    for function, rest in (("date", [")"]), ("substr", [",", "1", ",", "10", ")"])):
        if before == [function, "("] and after[: len(rest)] == rest:
            end = words[at + len(rest)].end
            return Edit(words[first - 2].start, end, f"date({column} / 1000.0, 'unixepoch')")
    return None


def _span(sign: str, text: str) -> tuple[int | None, int | None]:
    """Return the times from (inclusive) and to (exclusive) of a comparison, None for any."""
    if sign == "<":
        return None, _first(text)
    if sign == "<=":
        return None, _after(text)
    if sign == ">":
        return _after(text), None
    if sign == ">=":
        return _first(text), None
    return _first(text), _after(text)


def _within(column: str, low: int | None, high: int | None) -> str:
    return f"({' and '.join(Limits(low, high).tests(column))})"


def _first(text: str) -> int:
    """Return the first millisecond whose text is not before a text."""
    return _TIMES.start + bisect_left(_TIMES, text, key=_written)


def _after(text: str) -> int:
    """Return the first millisecond whose text is after a text."""
    return _TIMES.start + bisect_right(_TIMES, text, key=_written)


def _written(moment: int) -> str:
    when = _EPOCH + timedelta(milliseconds=moment)
    return when.replace(tzinfo=None).isoformat(" ", "milliseconds")
