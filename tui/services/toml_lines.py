"""A TOML file changed line by line: one value is set or removed, all else stays as it is written.

Only lines with one plain value are changed. What comes out is read again and must say what was
meant, so that a file which is written in another way is refused and never spoilt.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from core.errors import BadInput

MOST_WRONG = 50
_HEADER = re.compile(r"\s*\[\s*([\w.\"' -]+?)\s*\]\s*(?:#.*)?$")
_VALUE = r"\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\"'#]*?"
_ENTRY = re.compile(rf"(\s*([\w.\"' -]+?)\s*=\s*)({_VALUE})(\s*(?:#.*)?)$")
_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def read(text: str) -> tuple[dict[str, Any], list[tuple[int, str]]]:
    """Return what a text says, and (line from 1, what is wrong) of lines that were left out."""
    wrong: list[tuple[int, str]] = []
    lines = text.split("\n")
    while len(wrong) < MOST_WRONG:
        try:
            return tomllib.loads("\n".join(lines)), sorted(wrong)
        except tomllib.TOMLDecodeError as error:
            found = _AT_LINE.search(str(error))
            at = int(found[1]) if found and found[1] else _last(lines)
            if not lines[at - 1].strip():
                break
            wrong.append((at, _AT_LINE.sub("", str(error))))
            lines[at - 1] = ""
    return {}, sorted(wrong)


def _last(lines: list[str]) -> int:
    return max((at for at, line in enumerate(lines, 1) if line.strip()), default=1)


def line_of(text: str, name: str) -> int:
    """Return the line, from 1, that sets a value such as "keys.range"; 0 if none is seen to."""
    found = (at for at, known in _entries(text.split("\n")) if known == name)
    return next(found, -1) + 1


def changed(text: str, name: str, value: str | int | float | None) -> str:
    """Return the text with a value set, or removed if it is None.

    Args:
        name: the value's name, with that of its table before a dot.

    Raises:
        BadInput: the text is not TOML, or says this in a way that one line cannot change.
    """
    known, wrong = read(text)
    if wrong:
        at, why = wrong[0]
        raise BadInput(f"Line {at} could not be read: {why}.", "Mend it first.")
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)  # other ends of lines are text in TOML
    at = line_of(text, name) - 1
    if at >= 0:
        lines[at] = _with(lines[at], value)
    elif value is not None:
        _insert(lines, name, f"{_plain(name)} = {_written(value)}{_end(text)}", _end(text))
    made = "".join(lines)
    _put(known, name, value)
    if read(made) != (known, []):
        raise BadInput(f"{name} is written over more than one line.", "Change it in an editor.")
    return made


def _entries(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the index and the whole name of every line that sets a value."""
    table = ""
    for at, line in enumerate(lines):
        if header := _HEADER.match(line):
            table = f"{_bare(header[1])}."
        elif entry := _ENTRY.match(line.rstrip("\r\n")):
            yield at, table + _bare(entry[2])


def _bare(name: str) -> str:
    return re.sub(r"[\"' ]", "", name)


def _plain(name: str) -> str:
    return name.rpartition(".")[2]


def _with(line: str, value: str | int | float | None) -> str:
    if value is None:
        return ""
    body = line.rstrip("\r\n")
    entry = _ENTRY.match(body)
    assert entry is not None
    return f"{entry[1]}{_written(value)}{entry[4]}{line[len(body) :]}"


def _insert(lines: list[str], name: str, line: str, end: str) -> None:
    """Put a line at the end of its table; a table that is missing is added."""
    table = name.rpartition(".")[0]
    headers = [(at, _bare(h[1])) for at, text in enumerate(lines) if (h := _HEADER.match(text))]
    starts = [at for at, known in headers if known == table] if table else [-1]
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += end
    if not starts:
        lines += [*([end] if lines else []), f"[{table}]{end}", line]
        return
    stop = next((at for at, _ in headers if at > starts[0]), len(lines))
    while stop < len(lines) and stop > starts[0] + 1 and lines[stop - 1].startswith("#"):
        stop -= 1  # what is said of the next table stays above it
    while stop > starts[0] + 1 and not lines[stop - 1].strip():
        stop -= 1
    lines.insert(stop, line)


def _end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _written(value: str | int | float) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)


def _put(data: dict[str, Any], name: str, value: str | int | float | None) -> None:
    """Set or remove a value in what a file says."""
    *tables, last = name.split(".")
    for table in tables:
        data = data.setdefault(table, {})
        if not isinstance(data, dict):
            raise BadInput(f"{table} is a value.", f"Write it as a table: [{table}].")
    if value is None:
        data.pop(last, None)
    else:
        data[last] = value
