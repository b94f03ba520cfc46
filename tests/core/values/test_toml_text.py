"""Values written as TOML are read back as they were."""

from __future__ import annotations

import tomllib
from datetime import UTC
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.values.toml_text import toml_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SINGLE = st.one_of(
    st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS,
    st.datetimes(timezones=st.just(UTC)).map(
        lambda when: when.replace(microsecond=when.microsecond // 1000 * 1000)
    ),
)  # fmt: skip
VALUES = st.recursive(
    SINGLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_what_is_written_is_read_back(data: dict[str, Any]) -> None:
    text = toml_text(data)
    assert tomllib.loads(text) == data
    assert toml_text(tomllib.loads(text)) == text


def test_it_is_written_for_people() -> None:
    blocks = [{"id": "a", "position": {"x": 1, "y": 2}}, {"id": "b"}]
    text = toml_text({"title": "T", "note": "one\ntwo", "blocks": blocks})
    assert text == (
        'title = "T"\nnote = """\none\ntwo"""\n\n[[blocks]]\nid = "a"\n'
        'position = { x = 1, y = 2 }\n\n[[blocks]]\nid = "b"\n'
    )
