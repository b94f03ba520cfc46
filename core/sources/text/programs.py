"""Logs of programs as text: nginx's and Apache's errors, PostgreSQL, Python, Java, PHP.

A line begins with a time in full and has a level soon after it; a line that does not begin with a
time goes on with the message before it, as a trace does. All become the text of JSON objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

from core.records import Rejected
from core.sources.blocks import Lines
from core.sources.journal import NOT_ITS
from core.sources.text.cutting import MAX_LINE

_LOOKED_AT: Final = 40
_TIME: Final = re.compile(
    r"(?:[A-Z], )?\[?(?P<time>\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?"
    r"|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4})(?:\s#\d+)?\]?(?=[\s|])"
)
_LEVEL: Final = re.compile(
    r"(?P<before>[^,;\t{\"]{0,60}?[\s\[(:.|-])(?P<level>emerg(?:ency)?|panic|alert|crit(?:ical)?"
    r"|fatal|severe|error|err|warn(?:ing)?|notice|info(?:rmation)?|debug|trace|verbose|log)"
    r"(?=[\s\]):|-]|$)[\])]?:?",
    re.I,
)
_NAME: Final = re.compile(r"[A-Za-z_][\w.$-]*")
_BETWEEN: Final = " |-:[]()."


def is_program(head: bytes) -> bool:
    """Whether a file begins like the log of a program: most lines with a time have a level."""
    lines = [line.decode(errors="replace") for line in head.splitlines()[:_LOOKED_AT]]
    lines = [line for line in lines if line.strip()]
    times = [_TIME.match(line) for line in lines]
    timed = [match for match in times if match]
    levels = sum(_level(match) is not None for match in timed)
    return bool(timed) and times[0] is timed[0] and levels * 3 >= len(timed) * 2


def of_program(blocks: Iterable[Lines]) -> Iterator[Lines]:
    """Yield the lines of such a log as objects."""
    for block in blocks:
        found: list[bytes | Rejected] = []
        entry: dict[str, Any] = {}
        more: list[str] = []
        place = size = 0
        for number, line in enumerate(block.lines, block.first):
            if isinstance(line, Rejected):
                found.append(line)
                continue
            text = line.decode(errors="replace").rstrip()
            if begun := _TIME.match(text):
                _end(found, place, entry, more)
                entry, place, size = _entry(begun), len(found), 0
                found.append(b"")
            elif entry and text and size + len(line) < MAX_LINE // 2:
                more.append(text)
                size += len(line)
                found.append(b"")
            else:
                found.append(Rejected(number, NOT_ITS, line) if text else b"")
        _end(found, place, entry, more)
        yield Lines(found, block.end)


def _end(found: list[bytes | Rejected], place: int, entry: dict[str, Any], more: list[str]) -> None:
    """Put an entry with its further lines where it began."""
    if entry:
        entry["message"] = "\n".join([entry["message"], *more])
        found[place] = orjson.dumps(entry)
    more.clear()


def _level(begun: re.Match[str]) -> re.Match[str] | None:
    """Return the level after the time that begins a line."""
    return _LEVEL.match(begun.string, begun.end())


def _entry(begun: re.Match[str]) -> dict[str, Any]:
    text, level = begun.string, _level(begun)
    entry: dict[str, Any] = {"time": begun["time"]}
    if level is None:
        return {**entry, "message": text[begun.end() :].lstrip(_BETWEEN)}
    word = level["level"].lower()
    entry["level"] = "info" if word == "log" else word
    before = level["before"].strip(_BETWEEN)
    if _NAME.fullmatch(before):
        entry["logger"] = before
    elif before.isdigit():
        entry["pid"] = before
    return {**entry, "message": text[level.end() :].lstrip(_BETWEEN)}
