"""Records written one value per line (psql's \\x, MySQL's \\G, SQLite's line mode), and lines of
key=value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from core.sources.frames.frame import Frame, first_lines, most, of_lines
from core.sources.frames.sense import are_events, are_logs
from core.sources.values import as_json, typed

_ABOVE: Final = re.compile(rb"-\[ RECORD \d+ \][-+]*|\*{5,} \d+\. row \*{5,}")
_VALUE: Final = {
    b"-": re.compile(rb"([^|]+?)\s*\|\s?(.*)"),
    b"*": re.compile(rb"\s*([^:]+):\s?(.*)"),
    b"": re.compile(rb"\s*(\w+) = (.*)"),
}
"""How a record's lines are written, by the first sign of what stands above it."""

_PAIR: Final = re.compile(rb'(?<![\w.@-])([\w.@-]{1,60})=("(?:[^"\\]|\\.)*"|[^\s"]*)')
_NOTHING: Final = (b"NULL", b"", b"null")


def frame_of(head: bytes) -> Frame | None:
    """Return the frame of records with a value per line, or of key=value; None for others."""
    lines = first_lines(head)
    if not lines:
        return None
    above = _ABOVE.match(lines[0].strip())
    value = _VALUE[above[0][:1] if above else b""]
    if above or all(map(value.fullmatch, lines)):
        return Frame("each value is on a line of its own", partial(_records, value))
    objects = [found for line in lines if len(found := _pairs(line)) > 1]
    if most(len(objects), len(lines)) and (are_events(objects) or are_logs(objects)):
        return of_lines("the lines are read as key=value", _object)
    return None


def _records(value: re.Pattern[bytes], chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield one object per record; it ends with what stands above the next, or a blank line."""
    found: dict[str, object] = {}
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        made = []
        for line in lines:
            made += _taken(value, line, found)
        yield b"".join(made)
    yield b"".join([*_taken(value, rest, found), *_taken(value, b"", found)])


def _taken(value: re.Pattern[bytes], line: bytes, found: dict[str, object]) -> list[bytes]:
    """Add the value on a line to a record; return the record if the line ends it."""
    text = line.strip()
    match = value.fullmatch(text) if not _ABOVE.fullmatch(text) else None
    if match is None:
        done = [as_json(found).encode() + b"\n"] if found else []
        found.clear()
        return done
    if match[2].strip() not in _NOTHING:
        found[match[1].strip().decode(errors="replace")] = _plain(match[2].strip())
    return []


def _plain(text: bytes) -> object:
    return typed(text.decode(errors="replace"))


def _pairs(line: bytes) -> dict[str, object]:
    pairs = {name.decode(): value.strip(b'"') for name, value in _PAIR.findall(line)}
    return {name: _plain(value) for name, value in pairs.items() if value not in _NOTHING}


def _object(line: bytes) -> bytes:
    found = _pairs(line)
    return as_json(found).encode() if found else line
