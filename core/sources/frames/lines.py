"""What programs that collect lines put before each: syslog, Kubernetes, Docker Compose, loggers."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from core.sources.frames.frame import Frame, first_lines, most, object_of, of_lines
from core.sources.frames.sense import make_sense
from core.sources.values import parse_kindly
from core.sources.web.logs import recognise

_DAY: Final = rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*"
_PREFIXES: Final = (
    ("syslog", rb"(?:<\d{1,3}>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [^\s:{]{1,80}: ?"),
    ("syslog", rb"<\d{1,3}>1 \S+ \S+ \S+ \S+ \S+ (?:-|\[.*?\]) "),
    ("syslog", rb"(?:<\d{1,3}>)?" + _DAY + rb" \S+ [^\s:{]{1,80}: ?"),
    ("Kubernetes", _DAY + rb" std(?:out|err) [FP] "),
    ("Docker Compose", rb"[\w.-]+ +\| "),
    ("a logger", rb"(?:DEBUG|INFO|WARNING|ERROR|NOTICE)[: ]\s*[\w.]*[: ]\s*"),
    ("a logger", rb"\[?" + _DAY + rb"\]?[ \t]+(?:[\[(]?[\w.#-]+[\])]?:? +|- ){0,4}"),
)  # fmt: skip
_SEPARATOR: Final = b"\x1e"
_COMMENT: Final = re.compile(rb"\s*(?://|#|/\*.*\*/\s*$)")


def frame_of(head: bytes) -> Frame | None:
    """Return the frame of a file of lines with something before each; None for none."""
    lines = first_lines(head)
    if not lines:
        return None
    if lines[0].startswith(_SEPARATOR):
        return of_lines("the lines begin with a separator", lambda line: line.lstrip(_SEPARATOR))
    if lines[0].startswith(b'"{') and _unquoted(lines[0]) != lines[0]:
        return of_lines("the lines are JSON in quotes", _unquoted)
    if _COMMENT.match(lines[0]):
        return _commented(lines)
    for said, prefix in _PREFIXES:
        pattern = re.compile(prefix)
        found = [line[match.end() :] for line in lines if (match := pattern.match(line))]
        if most(len(found), len(lines)) and _says_more(found):
            return of_lines(f"what {said} put before each line is left out", partial(_cut, pattern))
    return None


def _cut(prefix: re.Pattern[bytes], line: bytes) -> bytes:
    found = prefix.match(line)
    return line[found.end() :] if found else line


def _unquoted(line: bytes) -> bytes:
    try:
        found = parse_kindly(line)
    except ValueError:
        return line
    return found.replace("\n", " ").encode(errors="replace") if isinstance(found, str) else line


def _says_more(lines: list[bytes]) -> bool:
    """Whether lines are objects, or requests to a web server."""
    objects = [found for line in lines if (found := object_of(line)) is not None]
    if most(len(objects), len(lines)):
        return make_sense(objects)
    return not objects and recognise(b"\n".join(lines)) is not None


def _commented(lines: list[bytes]) -> Frame | None:
    """Return the frame of JSON with comments on lines of their own."""
    rest = [line for line in lines if not _COMMENT.match(line)]
    if not rest or rest[0].lstrip()[:1] not in (b"{", b"["):
        return None
    return of_lines("comments are left out", lambda line: b"" if _COMMENT.match(line) else line)
