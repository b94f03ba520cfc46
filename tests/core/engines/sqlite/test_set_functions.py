"""Our SQL functions refuse what they cannot take: an SQL error, no traceback, the process lives."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from pyroaring import BitMap

from core.engines.sqlite import functions as bitmaps
from core.engines.sqlite.engine import SqliteEngine
from core.errors import QueryFailed

SET = BitMap([1, 2, 3]).serialize()
NO_SET = (5, 1.5, "text", "", b"", b"\x00", b"\xff" * 40, SET[:-1])
CONDITION = json.dumps({"field": "a", "value": "1"})

WRONG: list[tuple[str, tuple[Any, ...]]] = [
    *[(f"{name}(?)", (wrong,)) for name in ("rb_count", "rb_ids") for wrong in NO_SET],
    *[
        (f"{name}(?, ?)", given)
        for name in ("rb_and", "rb_or", "rb_andnot", "rb_and_count")
        for wrong in NO_SET
        for given in ((wrong, SET), (SET, wrong))
    ],
    ("rb_and_count(null, ?)", (7,)),
    *[("rb_contains(?, ?)", (SET, wrong)) for wrong in (None, "1", 1.5, b"1", -1, 2**40)],
    *[("rb_at_least(?, ?)", given) for given in ((SET, 1), (5, 1), ("a", 1), (None, "1"))],
    *[("rb_build(?)", (wrong,)) for wrong in ("x", "", 1.5, b"1", b"", -1, 2**40)],
    *[(f"{name}(?)", (wrong,)) for name in ("rb_tally", "rb_or_agg") for wrong in NO_SET],
    *[(f"{name}(?) over ()", (wrong,)) for name in ("rb_or_agg", "rb_or_sliding")
      for wrong in NO_SET],
    *[("rb_gaps(?, ?)", given) for given in ((None, SET), ("x", SET), (1.5, SET), (1, 5))],
    ("hex_combination(?)", (b"x",)),
    *[("percentile(?, ?)", given) for given in (("x", 0.5), (b"1", 0.5), (1, None), (1, "x"),
                                                (1, 2), (1, -0.1), (1, b"1"))],
    *[("condition_holds(?, ?)", given) for given in (("", "1"), ("{", "1"), ("[]", "1"), (1, "1"),
                                                     (None, "1"), (b"x", "1"),
                                                     (CONDITION, 5), (CONDITION, "["))],
    *[("json_number(?)", (wrong,)) for wrong in (5, 1.5, b"1", '"', '"a')],
    *[("funnel_attempts(?, ?, ?, ?, ?)", given) for given in (
        (None, "[]", "[]", "[]", None), ("{}", "[]", "[]", "[]", None), ("x", "1", "2", "3", "4"),
        ("[]", b"", 5, 1.5, None))],
]  # fmt: skip
COUNTS = (
    "rb_count()", "rb_count(null, null)", "rb_and(null)", "rb_or(null, null, null)",
    "rb_ids()", "rb_at_least(null)", "rb_build()", "rb_tally(1, 2)", "rb_gaps(1)", "rb_or_agg()",
    "rb_or_sliding()", "hex_combination()", "percentile(1)", "percentile(1, 0.5, 1)",
    "condition_holds('{}')", "json_number()", "funnel_attempts('{}')",
)  # fmt: skip


def asked(engine: SqliteEngine, text: str, given: tuple[Any, ...]) -> Any:
    parts = text.split("?")
    named = "".join(f":p{place}{part}" for place, part in enumerate(parts[1:]))
    return engine.read(
        f"select {parts[0]}{named}", {f"p{place}": value for place, value in enumerate(given)}
    )


@pytest.mark.parametrize(("text", "given"), WRONG, ids=str)
def test_what_a_function_cannot_take_is_a_sentence(engine, text, given):
    with pytest.raises(QueryFailed) as caught:
        asked(engine, text, given)
    assert caught.value.message.endswith(".")
    assert "\n" not in str(caught.value)
    assert asked(engine, "rb_count(?)", (SET,)) == [(3,)]


@pytest.mark.parametrize("call", COUNTS)
def test_too_few_or_too_many_arguments_are_an_sql_error(call):
    with closing(sqlite3.connect(":memory:")) as connection:
        bitmaps.register(connection)
        with pytest.raises(sqlite3.OperationalError, match="wrong number of arguments"):
            connection.execute(f"select {call}")


@pytest.mark.parametrize(
    ("call", "right"),
    [
        ("rb_count(null)", 0), ("rb_and_count(null, null)", 0),
        ("rb_ids(null)", "[]"), ("rb_count(rb_or(null, null))", 0), ("rb_contains(null, 1)", 0),
        ("rb_count(rb_at_least(null, 1))", 0), ("rb_count(rb_build(null))", 0),
        ("rb_count(rb_or_agg(null))", 0), ("rb_gaps(1, null)", "[]"), ("hex_combination(null)", ""),
        ("percentile(null, 0.5)", None), ("json_number(null)", None),
    ],
)  # fmt: skip
def test_null_is_the_empty_set_or_no_figure(engine, call, right):
    assert asked(engine, call, ()) == [(right,)]
