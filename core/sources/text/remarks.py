"""Rows of a table that are about the others: totals below them, the types of the columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from core.records import LeftOut

_TOTALS: Final = LeftOut("rows of totals")
_TYPES: Final = LeftOut("rows of column types")
_TOTAL: Final = re.compile(
    r"((grand|sub|report|overall)[ -]?)?totals?|sum|summe|(gesamt|end|zwischen)(summe)?|insgesamt"
    r"|somme|total g[eé]n[eé]ral|total general|suma|totale( generale)?|somma|soma|totais"
    r"|(eind)?totaal|average|mean|durchschnitt|moyenne|promedio|media",
    re.I,
)
_TYPE: Final = re.compile(
    r"((Nullable|LowCardinality)\()*(Fixed)?(String|U?Int\d+|Float\d+|Decimal|UUID|Bool|Date(Time)?"
    r"(32|64)?)(\([^)]*\))?\)*|text|(var)?char(acter varying)?(\(\d+\))?|(big|small)?int(eger)?"
    r"|bool(ean)?|timestamp(_ntz|_tz|tz| with(out)? time zone)?|numeric|double( precision)?|jsonb?",
    re.I,
)


def remark_of(cells: Sequence[str]) -> LeftOut | None:
    """Return what a row that is no event is, None if it is no such row."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) > 1 and all(map(_TYPE.fullmatch, filled)):
        return _TYPES
    if filled and _TOTAL.fullmatch(filled[0].rstrip(": ")):
        return _TOTALS
    return None
