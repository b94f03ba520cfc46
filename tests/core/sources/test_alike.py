"""JSON lines that differ only in who did what when are cut by a pattern, and say what JSON says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records import Row
from core.sources import jsonl, open_source
from core.sources.flow import alike
from tests.core.sources.small import made_alone

MS = 1_743_897_600_000
TEXT = st.sampled_from(
    ['"a"', '"b"', '"é"', '""', '"a\\"b"', '"\\u0061"', '"a\\\\"', '"event"', "null", "7", "0",
     "-7", "1.5", "12345678901234567890", "1e3", "true", '"{}"', '"a\tb"', '"\udcff"', '"},{"']
)  # fmt: skip
TIME = st.sampled_from([str(MS), str(MS + 1), f'"{MS}"', '"2025-04-06"', "0", "1", "null"])
OTHER = st.sampled_from(
    ['"country":"NL"', '"country":"BE"', '"country":null', '"country":7', '"x":1', '"y":2', '"x":2',
     '"event":"c"', '"x":{"event":"d","user_id":"e"}', '"properties":{}', '"properties":{"p":1}',
     '"properties":{"p":2}', '"properties":{"p":}', '"properties":{"p":{"q":1}}', '"city":"a}"',
     '"properties":null', '"properties":{"p":"}"}', '"properties":"{\\"p\\":1}"', '"z":[1,{"a":2}]',
     '"properties":{"p":12345678901234567890123}', '"type":"identify"', '"device_id":"d"']
)  # fmt: skip
LINES = st.lists(
    st.tuples(
        st.sampled_from(["etu", "tue", "eut", "te"]),
        st.sampled_from([",", ", ", " ,"]),
        TEXT | st.just('"a"'),
        TIME | st.just(str(MS)),
        TEXT | st.just('"u"'),
        st.lists(OTHER, max_size=3),
        st.integers(0, 3),
        st.sampled_from(["}", "}", "}", "} ", "}\r", "", "}}", '} {"event":"a","time":1}', "}\0"]),
    ),
    min_size=8,
    max_size=40,
)


def text_of(lines: Sequence[Any]) -> bytes:
    found = []
    for order, comma, event, time, user, others, place, end in lines:
        own = {"e": f'"event":{event}', "t": f'"timestamp":{time}', "u": f'"user_id":{user}'}
        fields = [own[letter] for letter in order]
        fields[place:place] = others
        found.append("{" + comma.join(fields) + end)
    return "\n".join(found).encode(errors="surrogateescape")


@settings(max_examples=40, deadline=None)
@given(lines=LINES, often=st.integers(1, 3))
def test_lines_cut_by_a_pattern_equal_lines_read_alone(
    lines: Sequence[Any], often: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("lines") / "in.jsonl"
    path.write_bytes(b'{"event":"a","timestamp":1743897600000}\n' + text_of(lines * often))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "_LEAST", 1)
        patch.setattr(alike, "_WAIT", 1)
        patch.setattr(alike, "MOST", 5)
        found = list(open_source(str(path), {}, "jsonl", most=4).records)
        patch.setattr(jsonl, "_made", made_alone)
        assert list(open_source(str(path), {}, "jsonl", most=4).records) == found


PLAIN = '{"event":"%s","timestamp":%s,"user_id":"%s","x":1,"y":2}'
TRAPS = (
    '{"event":"%s","timestamp":%s,"user_id":"%s","y":1,"x":2}',
    '{"event":"%s","timestamp":%s,"user_id":"%s","event":"a"}',
    '{"event":"%s","timestamp":%s,"user_id":"%s","x":{"event":"b"}}',
    '{"x":{"event":"%s","timestamp":%s,"user_id":"%s"},"event":"c","timestamp":5}',
    '{"event":"%s","timestamp":%s,"user_id":"%s","properties":{"x":3}}',
    '{"event":"%s","timestamp":%s,"user_id":"%s","properties":{"x":{"y":3}}}',
    '{"event":"%s","timestamp":%s,"user_id":"%s","properties":{"x":3},"properties":{"x":4}}',
    '{"event":"%s","timestamp":%s,"user_id":"%s","properties":{"x":"}"}}',
    '{"event":"%s","timestamp":%s5,"user_id":"%s","y":"{\\"event\\":\\"d\\"}"}',
    '{"event":"%s","timestamp":%s.5,"user_id":"%s","device_id":null}',
    '{"event":"%s","timestamp":%s,"user_id":"%s","type":"identify"}',
    '{"event":"%s","timestamp":%s,"user_id":"%s","country":"NL"} {"event":"e"}',
    '{"event":"%s","timestamp":%s,"user_id":"%s","country":1}\r',
)  # fmt: skip
VALUES = (("a", MS, "u"), ("b", MS + 1, "v"), ("a", MS, "u"))
ODD = (*VALUES, ('a\\"b', MS, "\\u0061"), ("a\tb", MS, "é"))


@pytest.mark.parametrize("values", [VALUES, ODD], ids=["plain", "odd"])
@pytest.mark.parametrize("trap", TRAPS)
def test_a_line_says_what_json_says_whatever_lines_before_it_said(
    tmp_path: Path, trap: str, values: Sequence[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "in.jsonl"
    trapped = [line % each for each in values for line in (PLAIN, trap)]
    plain = [PLAIN % ("a", MS + n, f"u{n}") for n in range(200)]
    path.write_text("\n".join([*plain, *trapped]))
    found = list(open_source(str(path), {}, "jsonl", most=100).records)
    monkeypatch.setattr(jsonl, "_made", made_alone)
    assert list(open_source(str(path), {}, "jsonl", most=100).records) == found


def test_what_lines_have_in_common_is_parsed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "in.jsonl"
    rows = [
        {"event": f"e{n % 7}", "timestamp": MS + n, "user_id": f"u{n}", "country": "NL"}
        | ({"properties": {"amount": n}} if n % 3 else {})
        for n in range(900)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    source = open_source(str(path), {}, None, most=300)
    first = next(source.blocks)
    monkeypatch.setattr(jsonl, "_objects", lambda _: pytest.fail("parsed again"))
    records = [each for block in (first, *source.blocks) for each in block.records]
    assert [(r.event, r.ts, r.user, r.context[0]) for r in records if isinstance(r, Row)] == [
        (row["event"], row["timestamp"], row["user_id"], "NL") for row in rows
    ]
    assert [json.loads(r.properties or "{}") for r in records if isinstance(r, Row)] == [
        row.get("properties", {}) for row in rows
    ]


def test_lines_that_all_differ_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "in.jsonl"
    rows = [
        {"event": "a", "timestamp": MS + n, "user_id": "u", "note": f"no {n}"} for n in range(6_000)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    tried = []
    cut = alike._Pattern.cut
    monkeypatch.setattr(
        alike._Pattern, "cut", lambda self, lines: tried.append(1) or cut(self, lines)
    )
    records = list(open_source(str(path), {}, None, most=200).records)
    assert len(records) == 6_000
    assert len(tried) <= 4
