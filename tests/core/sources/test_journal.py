"""Logs as the journal exports them, and as lines of text."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import BadInput
from core.records import LogRow, Record, Rejected
from core.sources.blocks import START
from core.sources.journal import of_export
from tests.core.sources.small import lines, records

ENTRIES = (
    b"__CURSOR=s=a;i=1\n__REALTIME_TIMESTAMP=1777881600123456\nPRIORITY=3\n_HOSTNAME=h\n"
    b"_SYSTEMD_UNIT=shop.service\nMESSAGE=a=b\n\n\n"
    b"__CURSOR=s=a;i=2\n__REALTIME_TIMESTAMP=1777881601000000\nMESSAGE\n"
    + (13).to_bytes(8, "little")
    + b"two\n\nlines\0of\n_HOSTNAME=h\n\n"
)


def read(folder: Path, content: bytes) -> list[Record | Rejected]:
    return records(folder, content, "in.export")


def test_entries_of_the_export_form_are_logs(tmp_path: Path) -> None:
    first, second = read(tmp_path, ENTRIES)
    assert isinstance(first, LogRow)
    assert isinstance(second, LogRow)
    assert (first.ts, first.service, first.source) == (1777881600123, "shop.service", "h")
    assert (first.message, second.message) == ("a=b", "two\n\nlines\0of")


def test_where_the_bytes_are_cut_does_not_matter() -> None:
    whole = [each for block in of_export([ENTRIES], 9, START) for each in block.lines]
    assert len(whole) == 2
    for size in (1, 7, 64):
        chunks = [ENTRIES[at : at + size] for at in range(0, len(ENTRIES), size)]
        blocks = list(of_export(chunks, 1, START))
        assert [each for block in blocks for each in block.lines] == whole
        assert blocks[0].end.lines == 1


def test_an_entry_that_is_damaged_or_too_long_is_rejected_alone(tmp_path: Path) -> None:
    size = 2 << 20
    long = b"MESSAGE\n" + size.to_bytes(8, "little") + b"x" * size + b"\nPRIORITY=3\n\n"
    early = b"__REALTIME_TIMESTAMP=5\nMESSAGE\n" + (99).to_bytes(8, "little") + b"cut"
    endless = b"MESSAGE=" + b"x" * 3 * size + b"\n\n"
    odd = b"no field\n12345678MESSAGE=x\n\n"
    found = read(tmp_path, ENTRIES + long + odd + endless + ENTRIES + early)
    reasons = [each.reason if isinstance(each, Rejected) else "" for each in found]
    damaged, too_long = "not an entry of the journal", "entry longer than 1 MB"
    assert reasons == ["", "", too_long, damaged, too_long, "", "", damaged]


def test_lines_with_a_full_date_are_logs_and_indented_ones_go_on(tmp_path: Path) -> None:
    text = (
        "-- Boot 4f --\n2026-05-04T10:00:00+0200 h shop[12]: paid\n    in euros\n"
        "2026-05-04T10:00:01.5+02:00 h kernel: hot\nnoise\n"
    )
    first, second, third = records(tmp_path, text, "in.log")
    assert isinstance(first, LogRow)
    assert (first.ts, first.service, first.source) == (1777881600000, "shop", "h")
    assert (first.message, first.fields) == ("paid\nin euros", '{"pid":"12"}')
    assert isinstance(second, LogRow)
    assert isinstance(third, Rejected)
    assert (third.line, third.text) == (5, b"noise")
    with pytest.raises(BadInput, match="no year"):
        records(tmp_path, "May  4 10:00:00 h shop[12]: paid\n", "in.log")


def test_logs_of_docker_are_logs(tmp_path: Path) -> None:
    sent = {"log": "paid\n", "stream": "stderr", "time": "2026-05-04T08:00:00.123456789Z"}
    (found,) = records(tmp_path, lines(sent), "in.json")
    assert isinstance(found, LogRow)
    assert (found.message, found.fields) == ("paid", '{"stream":"stderr"}')


def test_lines_of_pairs_are_logs(tmp_path: Path) -> None:
    text = (
        'time=2026-05-04T08:00:00Z level=warn msg="is \\"up\\"" user=ana\n'
        "time=2026-05-04T08:00:01Z level=info msg=ok took=3ms\nnoise here\n"
    )
    first, second, third = records(tmp_path, text, "in.log")
    assert isinstance(first, LogRow)
    assert isinstance(second, LogRow)
    assert (first.message, first.fields) == ('is "up"', '{"user":"ana"}')
    assert (second.message, second.fields) == ("ok", '{"took":"3ms"}')
    assert isinstance(third, Rejected)


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("2026/05/04 08:00:00 [error] 12#12: it broke, client: 192.0.2.1", None),
        ("[Mon May 04 08:00:00.000000 2026] [core:error] [pid 12:tid 13] it broke", "core"),
        ("2026-05-04 08:00:00,000 - shop - ERROR - it broke", "shop"),
        ("2026-05-04 08:00:00.000 ERROR 12 --- [main] c.e.App : it broke", None),
        ("[2026-05-04 08:00:00] production.ERROR: it broke", "production"),
        ("2026-05-04 08:00:00,000 ERROR root: it broke", None),
        ("E, [2026-05-04T08:00:00.000000 #1] ERROR -- : it broke", None),
        ("2026-05-04 08:00:00.000 UTC [12] ERROR:  it broke", None),
    ],
)
def test_lines_of_programs_are_logs_with_what_follows_them(
    tmp_path: Path, line: str, source: str | None
) -> None:
    later = line.replace("08:00:00", "08:00:01")
    first, second = records(tmp_path, f"{line}\n  at line 1\n  at line 2\n\n{later}\n", "app.log")
    assert (first.ts, first.level, first.source) == (1777881600000, 3, source)
    assert (second.ts, second.level) == (1777881601000, 3)
    assert "it broke" in second.message
    assert first.message == f"{second.message}\n  at line 1\n  at line 2"
