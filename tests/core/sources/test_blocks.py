"""Sources read in blocks: a source started at the position after a block goes on from there."""

from __future__ import annotations

import gzip
import json
import random
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import records
from core.records import NO_CONTEXT, Occurrences, Rejected
from core.sources import Source, open_source
from core.sources.blocks import Block, Differs, Position
from core.sources.text.contexts import Contexts
from core.values import hashes

TIMES = [f"2026-03-{1 + n // 60 % 28:02}T10:{n % 60:02}:00Z" for n in range(400)]
LONG = b"x" * ((1 << 20) + 9)


def lines() -> bytes:
    found = [
        b'{"event": "open", "time": "%b", "user_id": "u%d"}' % (time.encode(), number)
        for number, time in enumerate(TIMES)
    ]
    found[7:7] = [b"", b"not JSON", LONG, b'{"event": "open", "time": "never"}']
    found[300] = LONG
    return b"\n".join(found)


def table() -> bytes:
    rows = [f'u{n},{time},"two\nlines ""{n}"""' for n, time in enumerate(TIMES)]
    rows[5:5] = ["", "short", 'u1,"never closed']
    return "\n".join(["\ufeffuser_id,time,event", *rows, ""]).encode()


def document() -> bytes:
    objects = [{"event": "open", "time": time, "user_id": "u"} for time in TIMES]
    return json.dumps(objects, indent=1).encode()


def web() -> bytes:
    rows = [f"2026-03-02 10:00:{n % 60:02} 192.0.2.{n % 99} GET /page/{n} 200" for n in range(300)]
    rows[200:200] = ["#Fields: date time c-ip cs-method sc-status cs-uri-stem"]
    rows[201:] = [" ".join((*row.split()[:4], "200", row.split()[4])) for row in rows[201:]]
    return "\n".join(["#Fields: date time c-ip cs-method cs-uri-stem sc-status", *rows]).encode()


def database(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("create table events (event text, time text, user_id text)")
        db.executemany("insert into events values ('open', ?, 'u')", [(time,) for time in TIMES])
    db.close()


def opened(path: Path, most: int, start: Position | None = None) -> Source:
    return open_source(str(path), {}, None, most=most, start=start or Position())


def blocks(path: Path, most: int, start: Position | None = None) -> list[Block]:
    source = opened(path, most, start)
    try:
        return list(source.blocks)
    finally:
        source.input.close()


def plain(found: list[Block]) -> list[object]:
    """Records without the number of earlier identical ones, which a start in the middle lacks."""
    return [record for block in found for record in block.records]


@pytest.mark.parametrize("kind", ["lines", "lines.gz", "utf-16", "table", "document", "web", "db"])
def test_a_source_goes_on_from_the_position_after_any_block(tmp_path: Path, kind: str) -> None:
    path = tmp_path / {"table": "e.csv", "db": "e.db", "web": "e.log"}.get(kind, "e.json")
    if kind == "db":
        database(path)
    else:
        text = {"table": table, "document": document, "web": web}.get(kind, lines)()
        if kind == "utf-16":
            text = text.decode().encode("utf-16")
        path.write_bytes(gzip.compress(text) if kind == "lines.gz" else text)
    at_once = blocks(path, 10_000)
    pieces = blocks(path, 23)
    assert plain(pieces) == plain(at_once)
    assert at_once[-1].end == pieces[-1].end
    if kind in ("lines", "table"):
        assert pieces[-1].end.bytes == path.stat().st_size
    for number in random.Random(1).sample(range(len(pieces) - 1), 3):
        rest = plain(blocks(path, 1_000, pieces[number].end))
        assert rest == plain(pieces[number + 1 :])
        assert rest
        with pytest.raises(Differs):
            blocks(path, 1_000, pieces[number].end._replace(fingerprint="another"))
    end = at_once[-1].end
    with pytest.raises(Differs):
        blocks(path, 1_000, Position(end.bytes + 1, end.lines + 1, "another"))
    refused = [record for record in plain(at_once) if isinstance(record, Rejected)]
    assert len(refused) == {"table": 2, "document": 0, "web": 0, "db": 0}.get(kind, 4)


class Hash:
    """A hash of which only the last four bytes tell most lines apart."""

    def __init__(self, line: bytes = b"", *, digest_size: int) -> None:
        self._line, self._size = line, digest_size

    def copy(self) -> Hash:
        return Hash(self._line, digest_size=self._size)

    def update(self, more: bytes) -> None:
        self._line += more

    def digest(self) -> bytes:
        line = self._line
        return (line[:1].ljust(4, b"\0") + line[-4:].rjust(4, b"\0"))[: self._size]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.binary(min_size=1, max_size=3), max_size=20), max_size=6), st.booleans()
)
def test_lines_get_the_same_ids_together_and_alone(parts: list[list[bytes]], alike: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashes, "_MOST", 7)
        if alike:
            patch.setattr(records, "blake2b", Hash)
        together, alone = Occurrences(), Occurrences()
        for part in parts:
            assert list(together.event_ids(part)) == [alone.event_id(line) for line in part]


def test_the_id_of_a_line_does_not_depend_on_other_lines_before_it() -> None:
    one, other = b"34972", b"48854"
    (first,), (id_,) = Occurrences().event_ids([one]), Occurrences().event_ids([other])
    assert first & 0xFFFFFFFF == id_ & 0xFFFFFFFF
    assert list(Occurrences().event_ids([one, other])) == [first, id_]
    occurrences = Occurrences()
    assert [occurrences.event_id(line) for line in (one, other)] == [first, id_]


def test_contexts_are_told_apart_whatever_their_texts_and_kinds() -> None:
    contexts = Contexts(text_values=False)
    one, other = ["a\x1fb", "a", "a", None], ["c", "b\x1fc", "b", "c"]
    unseen: list[None] = [None] * 11
    for _ in range(2):  # the second time all are known
        made = contexts.of_all([one, other, *unseen[:9]])
        assert [each[:2] for each in made.each()] == list(zip(one, other, strict=True))
    of_one = contexts.of_all([["a\x1fb", "a"], *unseen[:10]]).each()
    assert [each[0] for each in of_one] == ["a\x1fb", "a"]
    odd = contexts.of_all([[1, True, "1", [1]], *unseen[:10]]).each()
    assert [each[0] for each in odd] == ["1", "true", "1", "[1]"]
    assert contexts.none(2).each() == [NO_CONTEXT] * 2
