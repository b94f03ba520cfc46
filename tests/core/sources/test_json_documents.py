"""JSON that is not one object per line becomes the same events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.records import Rejected
from core.sources.documents import Document, document_of
from tests.core.sources.small import imported, lines

ODD = {"title": 'a "quoted" } ] { [ \\', "parts": [{"n": 1}, [2]], "more": {"deep": {}}}
BOUGHT: list[dict[str, Any]] = [
    {"user": "ida", "event": "Bought", "time": "2026-05-04 08:00", "price": 3},
    {"user": "ole", "event": "Bought", "time": "2026-05-04 09:00", "properties": ODD},
    {"user": "ida", "event": "Left", "time": "2026-05-04 10:00"},
]


def _page(key: str, **more: Any) -> str:
    return json.dumps({"next": None, "filters": [{"a": [1]}], key: BOUGHT, **more}, indent=2)


DOCUMENTS = {
    "array": json.dumps(BOUGHT),
    "array over several lines": json.dumps(BOUGHT, indent=2),
    "array with a line per object": "[\n" + ",\n".join(map(json.dumps, BOUGHT)) + "\n]\n",
    "objects over several lines": "\n".join(json.dumps(each, indent=4) for each in BOUGHT),
    "objects on one line": "".join(map(json.dumps, BOUGHT)),
    "arrays one after the other": json.dumps(BOUGHT[:1]) + "\n" + json.dumps(BOUGHT[1:]),
    "page": _page("results"),
    "page on one line": json.dumps({"data": BOUGHT}),
    "pages": json.dumps({"events": BOUGHT[:2]}) + "\n" + json.dumps({"events": BOUGHT[2:]}),
    "page under another key": json.dumps({"total": 3, "visits": BOUGHT}),
    "byte order mark": "\ufeff" + json.dumps(BOUGHT),
}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_document_holds_the_same_events(tmp_path: Path, document: str) -> None:
    found = imported(tmp_path, DOCUMENTS[document], "export.json")
    assert found.report.reasons == {}
    assert found.names == {"Bought": 2, "Left": 1}
    assert found.people == 2
    assert [event["properties"] for event in found.events] == [{"price": 3}, ODD, {}]


def test_an_event_with_a_list_of_objects_is_no_page(tmp_path: Path) -> None:
    found = imported(tmp_path, lines({**BOUGHT[0], "items": [{"event": "x", "time": 1}]}))
    assert found.names == {"Bought": 1}


@pytest.mark.parametrize("text", ["[2026-05-04 08:00] started\n[x", "[1, 2]", '["a"]'])
def test_a_bracket_alone_makes_no_list_of_objects(tmp_path: Path, text: str) -> None:
    assert imported(tmp_path, text).report.rejected == text.count("\n") + 1


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pieces_of_any_length_hold_the_same_objects(size: int) -> None:
    for text in map(str.encode, (DOCUMENTS["page"], DOCUMENTS["objects on one line"])):
        document = document_of(text)
        assert document is not None
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        found = [json.loads(each) for each in document.objects(pieces) if isinstance(each, bytes)]
        assert found == BOUGHT


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=4), st.recursive(st.none() | st.text(), st.lists, max_leaves=6)
        )
    ),
    st.sampled_from([None, 1]),
)
def test_any_list_of_objects_is_cut_into_them(objects: list[Any], indent: int | None) -> None:
    text = json.dumps(objects, indent=indent, ensure_ascii=False).encode()
    assert [json.loads(each) for each in Document().objects([text[:9], text[9:]])] == objects


def test_a_damaged_object_does_not_take_its_neighbours_along(tmp_path: Path) -> None:
    good = ",\n  ".join(json.dumps(each) for each in BOUGHT)
    broken = '{"event": "Left}', '{"event": nothing}'
    text = "[\n  " + ",\n  ".join([good, broken[0], good, broken[1]]) + "\n]"
    found = imported(tmp_path, text)
    assert found.report.stored + found.report.repeated == 6
    assert found.report.reasons == {"not JSON": 2}


def test_a_document_that_ends_early_keeps_what_it_had(tmp_path: Path) -> None:
    found = imported(tmp_path, json.dumps(BOUGHT, indent=2)[:-40])
    assert (found.report.stored, found.report.reasons) == (2, {"JSON ends early": 1})


def test_an_object_that_is_too_long_is_refused_alone() -> None:
    text = b'[{"a":1},{"b":"' + b"x" * 3_000_000 + b'"},{"c":2}]'
    pieces = [text[at : at + (1 << 20)] for at in range(0, len(text), 1 << 20)]
    first, long, last = Document().objects(pieces)
    assert (first, last) == (b'{"a":1}', b'{"c":2}')
    assert isinstance(long, Rejected)
    assert (long.line, long.reason, len(long.text)) == (2, "object longer than 1 MB", 2000)


def test_numbers_that_are_none_are_no_value(tmp_path: Path) -> None:
    text = "".join(
        f'{{"user":"u{n}","event":"Bought","time":"2026-05-04","price":{price},"n":1}}\n'
        for n, price in enumerate(["NaN", "Infinity", "-Infinity", "7", '"NaN"'])
    )
    found = imported(tmp_path, text)
    prices = [event["properties"].get("price") for event in found.events]
    assert prices == [None, None, None, 7, "NaN"]
    assert found.report.rejected == 0


def test_nul_bytes_around_lines_are_dropped_and_counted(tmp_path: Path) -> None:
    first, *others = (json.dumps(each).encode() + b"\n" for each in BOUGHT)
    text = bytes(400) + first + b"".join(others) + bytes(5000) + b"\n" + bytes(3)
    found = imported(tmp_path, text)
    assert found.names == {"Bought": 2, "Left": 1}
    assert found.report.left_out == {"runs of NUL bytes": 3}
    assert (found.report.read, found.report.rejected) == (6, 0)
