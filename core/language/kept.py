"""Stored questions: their text, and the version of the language it was written in.

The body of a chart and a tile of a board contain a question, or several series, as text or JSON,
and beside them `language`, an integer, 1 if it is missing. It is the version of the newest word in
the text, so that an older program refuses only what it could misread.

After reading, the text is in the current language and has no version, unless it could not be
rewritten: it then stays as it is stored, and asking it gives the reason. A file that says no
version is read in the current language (`read_file`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any, Final

from core.errors import BadQuestion, FootfallError
from core.queries.versions import check_language, may_differ, needed_language

FIELD: Final = "language"
"""The key of the version."""

FIRST: Final = 1
"""The version if there is none."""

Body = dict[str, Any]


def read_kept(kept: Body) -> Body:
    """Return a stored chart or tile with its question in the current language.

    Args:
        kept: its JSON: a `question`, or `series` with a `query` each.
    """
    language = FIRST if kept.get(FIELD) is None else kept[FIELD]
    found = {name: deepcopy(value) for name, value in kept.items() if name != FIELD}
    try:
        check_language(language)
        for holder, name in _places(found):
            if may_differ(text_of(holder[name]), language):
                from core.language.questions import today

                holder[name] = today(holder[name], language)
    except BadQuestion:
        return {**kept, FIELD: language}
    return found


def read_file(data: Body) -> Body:
    """Return a chart or tile of a file with its question in the current language.

    A file that says no version was written by hand, today, or exported when there was but one: it
    is read in the current language, and in the first where it is no question in this.
    """
    if data.get(FIELD) is not None:
        return read_kept(data)
    found = {name: deepcopy(value) for name, value in data.items() if name != FIELD}
    for holder, name in _places(found):
        text = text_of(holder[name])
        if may_differ(text, FIRST) and not _asks(text):
            holder[name] = read_kept({"question": holder[name]})["question"]
    return found


def read_file_tiles(data: Body) -> Body:
    """Return the board of a file with the questions of its tiles in the current language."""
    return _in_tiles(data, read_file)


def _asks(text: str) -> bool:
    """Whether a text is a question in the current language."""
    from core.language.questions import parse_any

    try:
        parse_any(text)
    except FootfallError:
        return False
    return True


def write_kept(body: Body) -> Body:
    """Return a chart or tile as it is stored."""
    language = body.get(FIELD)
    if language is None:
        needed = (needed_language(text_of(holder[name])) for holder, name in _places(body))
        language = max(needed, default=FIRST)
    found = {name: value for name, value in body.items() if name != FIELD}
    return found if language == FIRST else {**found, FIELD: language}


def read_tiles(kept: Body) -> Body:
    """Return a stored board with the questions of its tiles in the current language."""
    return _in_tiles(kept, read_kept)


def write_tiles(body: Body) -> Body:
    """Return a board as it is stored."""
    return _in_tiles(body, write_kept)


def _in_tiles(board: Body, change: Callable[[Body], Body]) -> Body:
    blocks = board.get("blocks")
    if not isinstance(blocks, list):
        return board
    tiles = [change(block) if isinstance(block, dict) else block for block in blocks]
    return {**board, "blocks": tiles}


def _places(body: Body) -> Iterator[tuple[Body, str]]:
    """Return the objects that contain the questions of a chart or tile, each with the field."""
    series = body.get("series")
    holders = [(each, "query") for each in series] if isinstance(series, list) else []
    for holder, name in [(body, "question"), *holders]:
        if isinstance(holder, dict) and isinstance(holder.get(name), str | dict):
            yield holder, name


def text_of(asked: str | Body) -> str:
    """Return a question as text; as JSON if it is kept as an object."""
    return asked if isinstance(asked, str) else json.dumps(asked, ensure_ascii=False)
