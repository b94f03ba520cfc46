"""A statement as it is shown to be read: its parameters in their places, its lines indented."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from core.engines.running import Result
from core.queries import from_json
from tui.texts.inspection import inspection, laid_out, painted


def told(text: str, parameters: dict[str, Any]) -> str:
    statement: Any = SimpleNamespace(text=text, parameters=parameters, label="all", reads=())
    result: Any = SimpleNamespace(
        cached=False, milliseconds=1.0, statements=(statement,), lookups=()
    )
    shown: Result = result
    return inspection(from_json({"kind": "trend"}), shown, None).split("\n\n")[-1]


def test_short_parameters_stand_in_the_statement_and_long_ones_below() -> None:
    long = "x" * 100
    shown = told("select :p1, :p11 from e where n = :p2", {"p1": 3, "p11": "it's", "p2": long})
    assert "  select 3, 'it''s' from e where n = :p2" in shown
    assert "  -- with p2 = xxx" in shown


def test_lines_are_indented_by_the_brackets_that_are_open() -> None:
    sql = "with a as (\n  select 1\nfrom b\n    where c = ')'\n  and d)\nselect * from a"
    assert laid_out(sql) == [
        "with a as (", "    select 1", "    from b", "    where c = ')'", "      and d)",
        "select * from a",
    ]  # fmt: skip


def test_only_statements_are_coloured() -> None:
    assert [span.style for span in painted("computed in 3 ms")] == [""]
    assert "accent" in [span.style for span in painted("  select 1")]
