"""Columns of `events` for the properties that a workspace has, so that no JSON is read for them.

Of each there is `property_N`, the very text that the JSON would give, `number_N`, the number in it,
and `label_N` if it has few values. ClickHouse computes them as events arrive and, where a column
came later than its events, as they are read. Nothing depends on which properties have them; their
comment is the property's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from core.engines.clickhouse import values

MOST: Final = 32
"""How many properties get columns: those that were first seen."""

LONGEST: Final = 500
"""The most bytes of the name of one, as SQL: the definitions of all fit into a statement."""

FOUND: Final = """
select name, comment from system.columns
where database = currentDatabase() and table = 'events'
  and match(name, '^(property|number|label)_[0-9]+$')
"""
"""Asks a server for (column, property)."""

_RAW: Final = re.compile(r"e\.property_([0-9]+)")


@dataclass(frozen=True)
class Columns:
    """The columns that there are.

    Attributes:
        names: their names.
        raw: property -> its column of texts.
    """

    names: frozenset[str] = frozenset()
    raw: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Sequence[Any]]) -> Columns:
        """Return those in the rows of FOUND."""
        raw = {str(of): str(name) for name, of in rows if str(name).startswith("property_")}
        return cls(frozenset(str(name) for name, _ in rows), raw)

    def instead(self, raw: str, kind: str) -> str | None:
        """Return SQL of the column that has the number or label of a raw value, if there is one.

        Args:
            raw: SQL of a raw value.
            kind: "number" or "label".
        """
        found = _RAW.fullmatch(raw)
        name = f"{kind}_{found[1]}" if found else ""
        return f"e.{name}" if name in self.names else None


NOTHING: Final = Columns()
"""No property has columns."""


def missing(names: Sequence[tuple[str, str]], known: Columns) -> list[str]:
    """Return the definitions of columns for properties that have none.

    Args:
        names: (property, state) in the order of their columns; one with few values is "sets".
    """
    new = [
        (name, state)
        for name, state in names
        if name not in known.raw and len(quoted(name).encode()) <= LONGEST
    ]
    numbers = range(len(known.raw) + 1, MOST + 1)
    return [
        definition
        for number, (name, state) in zip(numbers, new, strict=False)
        for definition in _definitions(number, name, few=state == "sets")
    ]


def _definitions(number: int, name: str, *, few: bool) -> list[str]:
    key = quoted(name)
    raw = values.raw_at(f"properties, {key}")
    kind = "LowCardinality(Nullable(String))" if few else "Nullable(String)"
    own = f"property_{number}"
    found = [
        f"{own} {kind} materialized {raw} comment {key}",
        f"number_{number} Nullable(Float64) materialized {values.number_of(own)} comment {key}",
    ]
    if few:
        label = values.label_of(own)
        found.append(f"label_{number} LowCardinality(String) materialized {label} comment {key}")
    return found


def quoted(text: str) -> str:
    """Return a text as SQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0")
    return f"'{escaped}'"
