"""Values as TOML, for files that people read and change; `tomllib` reads the same values back.

Tables that are short are written on one line, lists of tables as `[[name]]`, and texts of several
lines between three quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

WIDE: Final = 96
"""How long a line with a table or a list may be."""

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_RAW: Final = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]*")


def toml_text(data: Mapping[str, Any]) -> str:
    """Return a table as the text of a file.

    Args:
        data: texts, numbers, bools, aware datetimes, lists and tables of these; nothing is None.
    """
    return "\n".join(_table(data, "")).lstrip("\n") + "\n"


def _table(data: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield the lines of a table: first what fits a line each, then the tables inside it."""
    inside = [name for name, value in data.items() if _is_large(name, value)]
    for name, value in data.items():
        if name not in inside:
            yield f"{_key(name)} = {_multiline(value)}"
    for name in inside:
        value = data[name]
        full = f"{path}{_key(name)}"
        for table in value if isinstance(value, list | tuple) else [value]:
            yield ""
            yield f"[[{full}]]" if isinstance(value, list | tuple) else f"[{full}]"
            yield from _table(table, f"{full}.")


def _is_large(name: str, value: Any) -> bool:
    """Whether a value needs lines of its own: a table, or a list of tables, that is long."""
    if isinstance(value, Mapping):
        return len(_inline(value)) + len(name) > WIDE
    if isinstance(value, list | tuple) and value and all(isinstance(v, Mapping) for v in value):
        return len(value) > 1 or len(_inline(value)) + len(name) > WIDE
    return False


def _multiline(value: Any) -> str:
    """Return a value, a text of several lines between three quotes."""
    if isinstance(value, str) and "\n" in value and _RAW.fullmatch(value) and '"' not in value:
        escaped = value.replace("\\", "\\\\")
        return f'"""\n{escaped}"""'
    return _inline(value)


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z").replace(".000", "")
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(name)} = {_inline(each)}" for name, each in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_inline, value))}]"
    return repr(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    """Return a text in quotes, with what may not stand in one escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
