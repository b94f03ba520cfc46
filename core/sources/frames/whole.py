"""JSON documents that are rows in another order: by column, as lists, by key, or deep in an answer.

Such a document makes sense only as a whole, so it is read as a whole, up to a limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from core.errors import BadInput
from core.sources.documents import document_of
from core.sources.frames.frame import LONGEST, Frame, first_lines, line_of
from core.sources.frames.sense import make_sense
from core.sources.values import parse_kindly

_LOOKED_AT: Final = 20
_DEEPEST: Final = 4

Rows = Sequence[dict[str, Any]]


def frame_of(head: bytes) -> Frame | None:
    """Return the frame of a document of another order; None for any other file.

    It is recognised only if it ends within the first bytes, or has one line.
    """
    lines = first_lines(head)
    if lines and _is_list(lines[0]) and len(lines) > 1:
        return Frame("the first line names the columns", _listed)
    found = _parsed(head)
    if found is None or _is_cut(head, found):
        return None
    if isinstance(found, dict) and make_sense([found]):
        return None
    rows = rows_of(found)
    return Frame(_said(found), _text) if rows else None


def _is_cut(head: bytes, found: Any) -> bool:
    """Whether the objects of a document are cut out of it one by one."""
    document = document_of(head)
    if document is None or _is_lists(found):
        return False
    return isinstance(found, list) or bool(document.key)


def _said(found: Any) -> str:
    by = "list" if isinstance(found, list) else "document"
    return f"the rows are those in a {by} of another order"


def _parsed(text: bytes) -> Any:
    try:
        return parse_kindly(text.strip(b" \t\r\n\0"))
    except ValueError:
        return None


def _is_list(line: bytes) -> bool:
    found = _parsed(line)
    return isinstance(found, list) and _are_names(found)


def _is_lists(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(e, list) for e in found)


def _are_names(found: Sequence[Any]) -> bool:
    texts = all(isinstance(each, str) and each for each in found)
    return texts and len(found) > 1 and len(set(found)) == len(found)


def rows_of(found: Any, depth: int = 0) -> Rows:
    """Return the rows in a document if they make sense, else []."""
    if depth > _DEEPEST or not found:
        return []
    if isinstance(found, list):
        return _sensible(_of_list(found))
    if not isinstance(found, dict):
        return []
    for rows in (_of_split(found), _of_columns(found), _of_keys(found), _of_lists(found)):
        if good := _sensible(rows):
            return good
    nested = [value for value in found.values() if value.__class__ in (dict, list)]
    inner = (rows_of(value, depth + 1) for value in nested[:_LOOKED_AT])
    return max(inner, key=len, default=[])


def _sensible(rows: Rows) -> Rows:
    return rows if rows and make_sense(rows[:_LOOKED_AT]) else []


def _of_list(found: Sequence[Any]) -> Rows:
    """Return the rows of a list of objects, or of lists of which the first names the columns."""
    if all(isinstance(each, dict) for each in found):
        hits = [each["_source"] for each in found if isinstance(each.get("_source"), dict)]
        return hits if len(hits) == len(found) else list(found)
    if _is_lists(found) and _are_names(found[0]):
        return _rows(found[0], found[1:])
    return []


def _rows(names: Sequence[str], rows: Iterable[Any]) -> Rows:
    return [
        dict(zip(names, row, strict=False))
        for row in rows
        if isinstance(row, list) and len(row) <= len(names)
    ]


def _of_split(found: Mapping[str, Any]) -> Rows:
    """Return the rows of an object with the names of columns and lists: pandas, ClickHouse."""
    lists = next(
        (v for k in ("data", "rows", "values", "results") if _is_lists(v := found.get(k))), None
    )
    for key in ("columns", "meta", "fields", "cols", "schema", "header", "headers"):
        names = found.get(key)
        if isinstance(names, dict):
            names = names.get("fields")
        if not isinstance(names, list) or lists is None:
            continue
        named: list[Any] = [each.get("name") if isinstance(each, dict) else each for each in names]
        if _are_names(named):
            return _rows(named, lists)
    return []


def _of_columns(found: Mapping[str, Any]) -> Rows:
    """Return the rows of an object of columns, each a list or an object by row: pandas."""
    columns = list(found.values())
    if all(isinstance(each, list) and len(each) == len(columns[0]) for each in columns):
        return [dict(zip(found, row, strict=True)) for row in zip(*columns, strict=True)]
    if all(isinstance(each, dict) and each.keys() == columns[0].keys() for each in columns):
        plain = not any(isinstance(v, (dict, list)) for each in columns for v in each.values())
        by_row = [{name: found[name][key] for name in found} for key in columns[0]]
        return by_row if plain and not make_sense(columns[:_LOOKED_AT]) else []
    return []


def _of_keys(found: Mapping[str, Any]) -> Rows:
    """Return the rows of an object that has each under its id: Firebase."""
    rows = list(found.values())
    return rows if all(isinstance(each, dict) for each in rows) else []


def _of_lists(found: Mapping[str, Any]) -> Rows:
    """Return the rows of an object that has a list of them under each of several ids, with the id
    as `key`.
    """
    lists = list(found.values())
    if len(lists) < 2 or not all(isinstance(e, list) and e for e in lists):
        return []
    rows = [{"key": key, **row} for key, rows in found.items() for row in rows if _is_row(row)]
    return rows if all(_sensible([e[0]]) for e in lists if _is_row(e[0])) else []


def _is_row(found: Any) -> bool:
    return isinstance(found, dict)


def _text(chunks: Iterable[bytes]) -> Iterator[bytes]:
    whole = b""
    for chunk in chunks:
        whole += chunk
        if len(whole) > LONGEST:
            raise BadInput(
                f"A JSON document of over {LONGEST >> 20} MB that is not a list of objects cannot "
                "be read.",
                "Write one object per line, as pandas does with to_json(orient='records', "
                "lines=True).",
            )
    yield b"".join(line_of(row) + b"\n" for row in rows_of(_parsed(whole)))


def _listed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the objects of lines that are lists, of which the first names the columns."""
    names: Sequence[str] = ()
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if not names:
            names = next((_parsed(line) for line in lines if _is_list(line)), ())
        yield b"".join(_of_one(names, line) for line in lines)
    yield _of_one(names, rest).removesuffix(b"\n")


def _of_one(names: Sequence[str], line: bytes) -> bytes:
    row = _parsed(line)
    if not isinstance(row, list) or row == names:
        return line.strip(b"\r") + b"\n" if not isinstance(row, list) else b"\n"
    return line_of(dict(zip(names, row, strict=False))) + b"\n"
